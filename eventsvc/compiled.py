"""Templates, compiled once for all processes and kept in the instance folder, beside the secret and the pictures.

Each process compiled them anew, which made the first answers of each ten times as slow as the rest.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = "templates"


class Compiled(FileSystemBytecodeCache):
    """Looks by a digest of the source whether what it kept is still true."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find what was kept; whatever keeps it from being read, it is compiled again."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, where that is possible: a folder that cannot be written to costs time and no page."""
        with suppress(OSError):
            Path(self.directory).mkdir(mode=0o700, parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def bind(app: Flask) -> None:
    """Let Jinja keep what it compiles."""
    app.jinja_env.bytecode_cache = Compiled(Path(app.instance_path) / FOLDER)
    app.extensions["load_templates"] = lambda: load(app)


def load(app: Flask) -> int:
    """Load every template that was compiled before, so that processes forked afterwards share it; tell how many.

    One that was not is left to whoever asks for it first: compiling all of them would hold a first start up.
    """
    environment, loader, loaded = app.jinja_env, app.jinja_loader, 0
    if loader is None or environment.bytecode_cache is None:
        return 0
    for name in loader.list_templates():
        source, file, _is_fresh = loader.get_source(environment, name)
        if environment.bytecode_cache.get_bucket(environment, name, file, source).code is not None:
            environment.get_template(name)
            loaded += 1
    return loaded

"""What typst draws: once, in a process of its own, and kept in a file named after all that it shows.

What people typed reaches typst only through `sys_inputs`, as text; it is never read as markup.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

LONGEST_DRAWING = 30

_DRAW = """
import json, sys, typst
said = json.load(sys.stdin)
drawn = typst.compile(said["source"].encode(), sys_inputs=said["inputs"], **said["options"])
sys.stdout.buffer.write(drawn)
"""


def kept(folder: str, name: str, digest: str, ending: str, draw: Callable[[], bytes]) -> Path:
    """Return the file of a drawing; the first to ask draws it, and all who ask meanwhile wait for that one.

    What was drawn before under the same name is dropped.
    """
    home = Path(current_app.instance_path) / folder
    file = home / f"{name}-{digest}.{ending}"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        with _alone(home / f"{name}.lock"):
            if not file.exists():
                _keep(file, draw())
                _drop_older(home, f"{name}-*.{ending}", file)
    return file


def compiled(source: str, inputs: Mapping[str, str], **options: object) -> bytes:
    """Draw; takes about a second. Raises CalledProcessError when typst cannot."""
    # A process of its own: the fonts it reads are 60 MB that must not stay in a web worker.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _DRAW],
        input=json.dumps({"source": source, "inputs": dict(inputs), "options": options}).encode(),
        capture_output=True,
        timeout=LONGEST_DRAWING,
        check=True,
    )
    return done.stdout


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, draws under the same lock."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(file: Path, drawn: bytes) -> None:
    # Renamed into place, so that nobody is sent half a picture.
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(drawn)
    fresh.replace(file)


def _drop_older(folder: Path, pattern: str, kept: Path) -> None:
    for file in folder.glob(pattern):
        if file != kept:
            file.unlink(missing_ok=True)

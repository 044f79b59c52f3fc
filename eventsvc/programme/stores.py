"""Files that people sent, kept beside the database and outside everything that a web server shows.

Each is named by the digest of its bytes, so that the same file is kept once, and no name that somebody typed is one.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

PHOTOS, FILES = "photos", "files"
_DIGEST = re.compile("[0-9a-f]{64}")


def keep(store: str, content: bytes) -> str:
    """Keep bytes, and return the digest that finds them; the file is there, whole, when this returns."""
    digest = digest_of(content)
    home = _home(store)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home / digest
    if file.exists():
        # As young as its newest row, which is yet to be written: see `sweeping`.
        file.touch()
    else:
        fresh = home / f".{digest}.{os.getpid()}.{secrets.token_hex(4)}"
        fresh.write_bytes(content)
        fresh.replace(file)
    return digest


def digest_of(content: bytes) -> str:
    """Return the digest by which bytes will be found once they are kept."""
    return hashlib.sha256(content).hexdigest()


def path(store: str, digest: str) -> Path | None:
    """Return where the bytes of a digest are; None for what is none, or is not there."""
    file = _home(store) / digest
    return file if _DIGEST.fullmatch(digest) and file.is_file() else None


def kept(store: str) -> Iterator[tuple[str, datetime]]:
    """Yield the digest of each file, and when it was kept."""
    home = _home(store)
    for file in home.iterdir() if home.is_dir() else ():
        if _DIGEST.fullmatch(file.name):
            yield file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)


def drop(store: str, digest: str) -> None:
    """Forget bytes that no row names any more."""
    if _DIGEST.fullmatch(digest):
        (_home(store) / digest).unlink(missing_ok=True)


def _home(store: str) -> Path:
    return Path(current_app.instance_path) / store

"""Files that people sent, kept outside everything that a web server shows: in a folder, or in a bucket of objects.

Each stands on a shelf and is named by a digest of its bytes, so that no name that somebody typed is one here. The
setting STORE_URL says where the shelves are.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol, cast
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app
from flask_babel import gettext as _
from werkzeug.utils import import_string

from eventsvc.errors import Refused

PHOTOS, FILES, ANSWERS = "photos", "files", "answers"
BLOCK = 64 * 1024
DIGEST = re.compile("[0-9a-f]{64}")

_NAME = "eventsvc.store"
_TRIED = "tried"
_TOLD = 32
# Loaded by its name where a setting asks for it: nobody else pays for what it stands on.
_BUCKET = "eventsvc.buckets:Bucket"
_log = logging.getLogger(__name__)
_WRONG = "STORE_URL must be a folder or s3://BUCKET?endpoint=https://…, not "


class StoreAway(Refused):
    """What keeps files does not answer, or has no room."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("Files cannot be kept or fetched just now. Nothing was changed: try again in a minute."))


@dataclass(frozen=True, slots=True)
class Place:
    """Where files are kept: a folder, or a bucket with what its server must be told."""

    folder: str = ""
    bucket: str = ""
    prefix: str = ""
    endpoint: str = ""
    region: str = ""

    def __str__(self) -> str:
        if not self.bucket:
            return self.folder
        return f"s3://{self.bucket}{f'/{self.prefix}' if self.prefix else ''} at {self.endpoint or 'Amazon'}"


@dataclass(frozen=True, slots=True)
class Found:
    """Bytes that are kept: how many, and themselves, block by block."""

    size: int
    blocks: Callable[[], Iterator[bytes]]


class Store(Protocol):
    """What keeps bytes under a shelf and a name. Each raises StoreAway where it does not answer."""

    def keep(self, shelf: str, name: str, content: bytes) -> None: ...

    def found(self, shelf: str, name: str) -> Found | None: ...

    def kept(self, shelf: str) -> Iterator[tuple[str, datetime]]: ...

    def drop(self, shelf: str, name: str) -> None: ...


def read(url: str | None, instance: str) -> Place:
    """Read the setting STORE_URL; none is the instance folder, and a relative folder lies in it.

    Raises ValueError for what is neither a folder nor a bucket.
    """
    parts = urlsplit(url or "")
    if parts.scheme in {"", "file"} and not parts.netloc:
        return Place(folder=str(Path(instance) / unquote(parts.path)))
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    endpoint = said.pop("endpoint", "")
    place = Place("", parts.netloc, parts.path.strip("/"), endpoint.rstrip("/"), said.pop("region", ""))
    is_address = not endpoint or urlsplit(endpoint).scheme in {"http", "https"}
    if parts.scheme != "s3" or not place.bucket or said or not is_address:
        raise ValueError(f"{_WRONG}{url!r}")
    return place


def place() -> Place:
    """Return where the present application keeps files."""
    return read(current_app.config["STORE_URL"], current_app.instance_path)


def keep(shelf: str, content: bytes, *, apart: str = "") -> str:
    """Keep bytes, and return the digest that finds them; they are there, whole, when this returns.

    The same bytes are kept once, but for each word that `apart` says: what is kept apart belongs to one row alone.
    """
    digest = digest_of(content, apart=apart)
    _store().keep(shelf, digest, content)
    return digest


def keep_anew(shelf: str, content: bytes) -> str:
    """Keep bytes under a name that nothing else ever has, and return it: they can go with the row that names it.

    Bytes that are kept once for all may be named by somebody else just when the last row that names them goes. The
    first half of the name tells the same bytes again: see `is_same`.
    """
    name = digest_of(content)[:_TOLD] + secrets.token_hex((64 - _TOLD) // 2)
    _store().keep(shelf, name, content)
    return name


def is_same(one: str | None, other: str | None) -> bool:
    """Tell whether two names find the same bytes, of which one at least was kept anew."""
    return bool(one and other) and str(one)[:_TOLD] == str(other)[:_TOLD]


def digest_of(content: bytes, *, apart: str = "") -> str:
    """Return the digest by which bytes will be found once they are kept."""
    return hashlib.sha256(apart.encode() + content).hexdigest()


def found(shelf: str, digest: str) -> Found | None:
    """Return the bytes of a digest; None for what is none, or is not there."""
    return _store().found(shelf, digest) if DIGEST.fullmatch(digest) else None


def kept(shelf: str) -> Iterator[tuple[str, datetime]]:
    """Yield the digest of each file on a shelf, and when it was kept last."""
    return ((name, at) for name, at in _store().kept(shelf) if DIGEST.fullmatch(name))


def drop(shelf: str, digest: str) -> None:
    """Forget bytes that no row names any more."""
    if DIGEST.fullmatch(digest):
        _store().drop(shelf, digest)


def try_out() -> None:
    """Keep some bytes, fetch them and forget them. Raises StoreAway where any of it fails."""
    digest = keep(_TRIED, secrets.token_bytes(16))
    got = found(_TRIED, digest)
    if got is None or sum(map(len, got.blocks())) != got.size:
        raise StoreAway
    drop(_TRIED, digest)


class Folder:
    """Shelves as folders beside each other."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def keep(self, shelf: str, name: str, content: bytes) -> None:
        file = self._home / shelf / name
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if file.exists():
                # As young as its newest row, which is yet to be written: see `sweeping`.
                file.touch()
                return
            fresh = file.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
            try:
                fresh.write_bytes(content)
                fresh.replace(file)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as why:
            raise _away(why) from None

    def found(self, shelf: str, name: str) -> Found | None:
        file = self._home / shelf / name
        try:
            return Found(file.stat().st_size, lambda: _blocks(file.open("rb"))) if file.is_file() else None
        except OSError as why:
            raise _away(why) from None

    def kept(self, shelf: str) -> Iterator[tuple[str, datetime]]:
        home = self._home / shelf
        for file in home.iterdir() if home.is_dir() else ():
            yield file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)

    def drop(self, shelf: str, name: str) -> None:
        (self._home / shelf / name).unlink(missing_ok=True)


def _away(why: OSError) -> StoreAway:
    _log.warning("files cannot be kept or fetched: %s", why)
    return StoreAway()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def _store() -> Store:
    """Return this application's store, made when a process first needs it: what a bucket stands on bears no fork."""
    made = current_app.extensions.get(_NAME)
    if made is None:
        where = place()
        made = _bucket(where) if where.bucket else Folder(Path(where.folder))
        current_app.extensions[_NAME] = made
    return cast(Store, made)


def _bucket(where: Place) -> Store:
    settings = current_app.config
    made: Store = import_string(_BUCKET)(where, settings["STORE_ACCESS_KEY"], settings["STORE_SECRET_KEY"])
    return made

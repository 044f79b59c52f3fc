"""Many files as one zip file, written as it is sent: neither it nor any of the files is ever whole in memory."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, cast

from eventsvc.stores import Found

_OWNER_READS = 0o600 << 16
# A zip file knows no year before.
_FIRST_YEAR = 1980


@dataclass(frozen=True, slots=True)
class Part:
    """A file that goes into an archive, under a name without folders; `at` is the clock of whoever unpacks it."""

    name: str
    at: datetime
    found: Found


def packed(parts: Iterable[Part]) -> Iterator[bytes]:
    """Write a zip file, block by block.

    Sums stand behind each file, as they are not known before it is read; the table at the end has them too.
    """
    sink = _Sink()
    # What people send is packed already, and to pack it again takes thirty times as long.
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            with archive.open(_head(part), "w") as file:
                for block in part.found.blocks():
                    file.write(block)
                    yield from sink.emptied()
            yield from sink.emptied()
    yield from sink.emptied()


class Names:
    """Names that were given out: the second of two that are alike on any system has a number."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unlike(self, stem: str, ending: str) -> str:
        """Return a name that was not given out yet."""
        number, name = 1, f"{stem}.{ending}"
        while (key := unicodedata.normalize("NFKC", name).casefold()) in self._given:
            number += 1
            name = f"{stem} ({number}).{ending}"
        self._given.add(key)
        return name


class _Sink:
    """What the archive is written to: it keeps what was written until somebody takes it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Say nothing: everything is taken from here in its time."""

    def emptied(self) -> Iterator[bytes]:
        written, self._written = self._written, []
        if data := b"".join(written):
            yield data


def _head(part: Part) -> zipfile.ZipInfo:
    at = part.at.timetuple()[:6] if part.at.year >= _FIRST_YEAR else (_FIRST_YEAR, 1, 1, 0, 0, 0)
    head = zipfile.ZipInfo(part.name, at)
    head.external_attr, head.file_size = _OWNER_READS, part.found.size
    return head

"""The one way in for a table, by its content and whatever its name: a workbook, CSV, or text that was pasted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from eventsvc.tables import pasted, xlsx
from eventsvc.tables.errors import Unreadable
from eventsvc.tables.rows import MOST_BYTES, Row


def rows_of(data: bytes, *, knows: Callable[[str], Any], most: int) -> list[Row]:
    """Return the rows of a file; of a workbook the lines are those of its sheet. Raises Unreadable."""
    check_size(len(data))
    return xlsx.rows(data, most=most) if xlsx.is_one(data) else rows(text_of(data, most=most), knows=knows, most=most)


def rows(text: str, *, knows: Callable[[str], Any], most: int) -> list[Row]:
    """Return the rows of a table that was pasted; `knows` as for `pasted.rows`. Raises Unreadable."""
    check_size(len(text))
    return pasted.rows(text, knows=knows, most=most)


def text_of(data: bytes, *, most: int, otherwise: str = "cp1252", endings: str = ".xlsx, .csv") -> str:
    """Return the text that a file is; a workbook of at most so many rows is one of a table. Raises Unreadable.

    What is not UTF-8 and does not say what it is, is taken to be `otherwise`: Excel's "CSV" of Western Europe is not.
    `endings` are those of the files that the reader takes.
    """
    check_size(len(data))
    if xlsx.is_one(data):
        return pasted.written(row.cells for row in _spread(xlsx.rows(data, most=most)))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if b"\0" in data[:4096] or data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Unreadable(
            _(
                "Nothing can be read from this kind of file. Save it as one of %(endings)s, or paste the table.",
                endings=endings,
            )
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(data, otherwise)


def check_size(size: int) -> None:
    """Refuse what is larger than any table. Raises Unreadable."""
    if size > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise Unreadable(
            _("A file may have %(most)s MB, and this one has more. Take pictures out of it, or parts.", most=most)
        )


def _spread(rows: Sequence[Row]) -> Iterator[Row]:
    """Keep the lines where they were: what is told of line 12 is to be found on line 12 of the sheet."""
    before = 0
    for row in rows:
        yield from (Row(line, ("",)) for line in range(before + 1, row.line))
        yield Row(row.line, tuple(pasted.guarded(cell) for cell in row.cells))
        before = row.line


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        raise Unreadable(_("Its letters are in an encoding that we do not know. Save it as UTF-8.")) from None

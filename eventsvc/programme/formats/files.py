"""Which format a file is in, and how large it may be: the one way in, and the one way out."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from flask_babel import gettext as _

from eventsvc import tables
from eventsvc.programme.errors import Unreadable
from eventsvc.programme.formats import frab, ics, layouts, pasted, schedule, sheet, xlsx
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.formats.pasted import Row
from eventsvc.programme.formats.plan import MOST_BYTES, MOST_SESSIONS, Head, Plan, Planned, Setting


class Format(enum.StrEnum):
    """The formats that programmes come and go in; the value is the ending of a file's name."""

    XML = "xml"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    ICS = "ics"


TYPES = {
    Format.XML: "application/xml; charset=utf-8",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ICS: "text/calendar; charset=utf-8",
}


_HEAD = 200
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the plan, and of a table how its columns were understood, for correcting it."""

    plan: Plan
    layout: Layout | None = None


def named(name: str) -> Format | None:
    """Return the format that a file's name tells, or None."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    return next((each for each in Format if each == ending), None)


def text_of(data: bytes, *, most: int = MOST_SESSIONS) -> str:
    """Return the text that a file is; a workbook of at most so many rows is one of a table. Raises Unreadable."""
    check_size(len(data))
    if data.startswith(_ZIP):
        return pasted.written(row.cells for row in _spread(xlsx.rows(data, most=most)))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if b"\0" in data[:4096] or data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Unreadable(
            _("This is no table and no schedule. Save it as .xlsx, .csv, .xml, .json or .ics, or paste the table.")
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # An XML file may name another encoding; Excel's "CSV" of Western Europe names none.
        encoding = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]{1,20})", data[:_HEAD])
        return _decoded(data, encoding[1].decode() if encoding else "cp1252")


def read(text: str, setting: Setting, columns: Iterable[str] | None = None) -> Reading:
    """Read a programme in whatever format; `columns` are what a person says that those of a table hold.

    Raises Unreadable, with the line where that can be told.
    """
    check_size(len(text))
    start = text.lstrip("\ufeff \t\r\n")[:200]
    if start.startswith("<"):
        return Reading(frab.read(_without_encoding(text).encode("utf-8", "replace"), setting))
    if start.startswith(("{", "[")):
        return Reading(schedule.read(text.lstrip("\ufeff"), setting))
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return Reading(ics.read(text.lstrip("\ufeff"), setting))
    rows = pasted.rows(text.lstrip("\ufeff"))
    laid = layout(rows, setting, columns)
    return Reading(sheet.read(rows, laid, setting), laid)


def read_file(data: bytes, setting: Setting) -> Reading:
    """Read a file as it is. Raises Unreadable, with the line; of a workbook that is the row of its sheet."""
    check_size(len(data))
    if not data.startswith(_ZIP):
        return read(text_of(data), setting)
    rows = xlsx.rows(data)
    laid = layout(rows, setting)
    return Reading(sheet.read(rows, laid, setting), laid)


def layout(rows: list[Row], setting: Setting, columns: Iterable[str] | None = None) -> Layout:
    """Return how the columns of a table are understood, as guessed or as corrected by hand."""
    guessed = layouts.guess(rows, setting)
    return guessed.with_columns(columns) if columns else guessed


def table(text: str, setting: Setting) -> Layout | None:
    """Return how a table was understood that could not be read, so that it can be corrected; None for what is none."""
    start = text.lstrip("\ufeff \t\r\n")[:200]
    if start.startswith(("<", "{", "[")) or start.upper().startswith("BEGIN:VCALENDAR"):
        return None
    try:
        return layouts.guess(pasted.rows(text.lstrip("\ufeff")), setting)
    except Unreadable:
        return None


def write(kind: Format, head: Head, sessions: tuple[Planned, ...]) -> Iterator[bytes]:
    """Write a programme, block by block."""
    if kind is Format.XML:
        yield frab.write(head, sessions)
    elif kind is Format.JSON:
        yield schedule.write(head, sessions)
    elif kind is Format.ICS:
        yield ics.write(head, sessions)
    elif kind is Format.XLSX:
        yield from tables.xlsx_blocks(sheet.HEAD, sheet.write(sessions, head.timezone), title=head.title)
    else:
        yield from tables.csv_blocks(sheet.HEAD, map(_guarded, sheet.write(sessions, head.timezone)))


def check_size(size: int) -> None:
    """Refuse what is larger than any programme. Raises Unreadable."""
    if size > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise Unreadable(
            _("A file may have %(most)s MB, and this one has more. Take pictures out of it, or parts.", most=most)
        )


def _guarded(row: list[tables.Cell]) -> list[tables.Cell]:
    return [pasted.guarded(cell) if isinstance(cell, str) else cell for cell in row]


def _spread(rows: list[Row]) -> Iterator[Row]:
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


def _without_encoding(text: str) -> str:
    """Take the encoding out of an XML declaration: the text is decoded already."""
    text = text.lstrip("\ufeff")
    head = re.sub(r"^(\s*<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']", r"\1", text[:_HEAD], count=1)
    return head + text[_HEAD:]

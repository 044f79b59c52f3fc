"""Which format a file is in, and how large it may be: the one way in, and the one way out."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from eventsvc import tables
from eventsvc.programme.formats import frab, ics, layouts, schedule, sheet, words
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.formats.plan import MOST_SESSIONS, Head, Plan, Planned, Setting
from eventsvc.programme.formats.words import Column
from eventsvc.tables import Row, Unreadable, opening, pasted, xlsx


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
_ENDINGS = ".xlsx, .csv, .xml, .json, .ics"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the plan, and of a table how its columns were understood, for correcting it."""

    plan: Plan
    layout: Layout | None = None


def named(name: str) -> Format | None:
    """Return the format that a file's name tells, or None."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    return next((each for each in Format if each == ending), None)


def text_of(data: bytes) -> str:
    """Return the text that a file is; a workbook is one of a table. Raises Unreadable."""
    # An XML file may name an encoding of its own.
    said = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]{1,20})", data[:_HEAD])
    return opening.text_of(data, most=MOST_SESSIONS, otherwise=said[1].decode() if said else "cp1252", endings=_ENDINGS)


def read(text: str, setting: Setting, columns: Iterable[str] | None = None) -> Reading:
    """Read a programme in whatever format; `columns` are what a person says that those of a table hold.

    Raises Unreadable, with the line where that can be told.
    """
    opening.check_size(len(text))
    start = text.lstrip("\ufeff \t\r\n")[:200]
    if start.startswith("<"):
        return Reading(frab.read(_without_encoding(text).encode("utf-8", "replace"), setting))
    if start.startswith(("{", "[")):
        return Reading(schedule.read(text.lstrip("\ufeff"), setting))
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return Reading(ics.read(text.lstrip("\ufeff"), setting))
    rows = _rows(text)
    laid = layout(rows, setting, columns)
    return Reading(sheet.read(rows, laid, setting), laid)


def read_file(data: bytes, setting: Setting) -> Reading:
    """Read a file as it is. Raises Unreadable, with the line; of a workbook that is the row of its sheet."""
    opening.check_size(len(data))
    if not xlsx.is_one(data):
        return read(text_of(data), setting)
    rows = xlsx.rows(data, most=MOST_SESSIONS)
    laid = layout(rows, setting)
    return Reading(sheet.read(rows, laid, setting), laid)


def layout(rows: list[Row], setting: Setting, columns: Iterable[str] | None = None) -> Layout:
    """Return how the columns of a table are understood, as guessed or as corrected by hand."""
    guessed = layouts.guess(rows, setting)
    return guessed.with_columns(columns, Column) if columns else guessed


def table(text: str, setting: Setting) -> Layout | None:
    """Return how a table was understood that could not be read, so that it can be corrected; None for what is none."""
    start = text.lstrip("\ufeff \t\r\n")[:200]
    if start.startswith(("<", "{", "[")) or start.upper().startswith("BEGIN:VCALENDAR"):
        return None
    try:
        return layouts.guess(_rows(text), setting)
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


def _rows(text: str) -> list[Row]:
    return pasted.rows(text, knows=words.column, most=MOST_SESSIONS)


def _guarded(row: list[tables.Cell]) -> list[tables.Cell]:
    return [pasted.guarded(cell) if isinstance(cell, str) else cell for cell in row]


def _without_encoding(text: str) -> str:
    """Take the encoding out of an XML declaration: the text is decoded already."""
    text = text.lstrip("\ufeff")
    head = re.sub(r"^(\s*<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']", r"\1", text[:_HEAD], count=1)
    return head + text[_HEAD:]

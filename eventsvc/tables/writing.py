"""Rows to CSV and XLSX: streamed, flat in memory, and inert when a spreadsheet opens them."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from eventsvc import late

Cell = str | int | float | datetime | None
BLOCK = 64 * 1024
# The sixth and later are what spreadsheets of East Asian locales read as = + - @.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_LINE_ENDS = re.compile("\r\n?")
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def inert(text: str) -> str:
    """Keep a spreadsheet from reading what a person typed as a formula: an apostrophe goes before it.

    Source: OWASP, "CSV Injection".
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def speakable(text: str) -> str:
    """Leave out the characters that neither spreadsheets nor XML can hold."""
    return _UNSPEAKABLE.sub("", text)


def csv_blocks(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Write rows as CSV (RFC 4180, UTF-8), block by block.

    It begins with a byte order mark: without it Excel reads every accent wrong. Moments are written as they stand,
    so the caller gives them in the zone that the column's head names.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_csv_cell(cell) for cell in head])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > BLOCK:
            yield _emptied(buffer)
    yield _emptied(buffer)


def xlsx_blocks(head: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> Iterator[bytes]:
    """Write rows as one sheet of an XLSX workbook, and hand it over block by block.

    A workbook is a zip file whose directory comes last, so it is written to a temporary file first. Text is stored
    as text: no cell is ever a formula or a link, whatever it begins with.
    """
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, head, rows, title)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _emptied(buffer: io.StringIO) -> bytes:
    block = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return block


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return inert(speakable(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return cell


def _write_workbook(file: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> None:
    workbook = late.xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
    sheet = workbook.add_worksheet(_sheet_name(title))
    bold = workbook.add_format({"bold": True})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(head) - 1), 22)
    for column, name in enumerate(head):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, speakable(_LINE_ENDS.sub("\n", cell)))
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, column, cell, moment)
            elif cell is not None:
                sheet.write_number(number, column, cell)
    workbook.close()


def _sheet_name(title: str) -> str:
    """Fit a title to what Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at either end."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")
    return plain[:31].strip(" '") or "Sheet1"

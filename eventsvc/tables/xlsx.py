"""The first sheet with something in it of an XLSX workbook, as rows of cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from flask_babel import gettext as _

from eventsvc import late
from eventsvc.tables.errors import Unreadable
from eventsvc.tables.rows import MOST_COLUMNS, Row

MOST_UNPACKED = 30 * 1024 * 1024
MOST_PARTS = 500
# A table of three thousand lines packs to a tenth or a twentieth; what packs to less is written to be unpacked.
_MOST_PACKED, _SMALL = 100, 1024 * 1024
# What is read before the first cell is (texts, styles) takes some ten microseconds for each element, a cell three.
MOST_ELEMENTS, MOST_OF_CELLS = 200_000, 1_000_000
_OF_CELLS = tuple(f"<{name}{after}".encode() for name in ("row", "c", "v", "f", "is", "t") for after in (" ", ">", "/"))
# In the encodings that XML may have.
_DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_BLOCK = 256 * 1024
_ZIP = b"PK\x03\x04"


def is_one(data: bytes) -> bool:
    """Tell whether a file may be a workbook: one is a zip file."""
    return data.startswith(_ZIP)


def rows(data: bytes, *, most: int) -> list[Row]:
    """Read a workbook of at most so many rows.

    Raises Unreadable for what is none, and for one that unpacks to far more than it seems.
    """
    try:
        _inspect(data)
        book = late.openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            if found := [row for row in _rows(sheet, most) if not row.is_empty]:
                return found
    except (
        zipfile.BadZipFile, late.openpyxl_errors.InvalidFileException, ParseError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, EOFError, OSError, NotImplementedError, RuntimeError,
    ) as wrong:  # fmt: skip
        raise Unreadable(_("This is no Excel workbook (.xlsx), or a broken one.")) from wrong
    raise Unreadable(_("There is nothing in any sheet of it."))


def _inspect(data: bytes) -> None:
    """Look at a zip file before it is read: how large it is unpacked, how much is in it, that it declares no entities.

    Every part is looked at, as what it is called does not say what it is read for.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = file.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            told = _("Unpacked it would be larger than %(most)s MB.", most=MOST_UNPACKED // 1024 // 1024)
            raise Unreadable(told)
        count = _Count()
        for part in parts:
            if part.file_size > max(_SMALL, _MOST_PACKED * part.compress_size):
                raise Unreadable(_too_much())
            _inspect_part(file, part, count)


def _inspect_part(file: zipfile.ZipFile, part: zipfile.ZipInfo, count: _Count) -> None:
    kept = b""
    with file.open(part) as stream:
        while block := stream.read(_BLOCK):
            seen = kept + block
            if any(word in seen for word in _DECLARATIONS):
                raise Unreadable(_("It declares entities, which no workbook does and which could be an attack."))
            count.add(kept, seen)
            kept = block[-32:]


class _Count:
    """How many elements a workbook has, and how many of them are cells and what stands in them."""

    def __init__(self) -> None:
        self._elements = self._of_cells = 0

    def add(self, kept: bytes, seen: bytes) -> None:
        """Count what a block begins; `kept` is how it overlaps with the one before. Raises Unreadable past the most."""

        def count(mark: bytes) -> int:
            return seen.count(mark) - kept.count(mark)

        of_cells = sum(map(count, _OF_CELLS))
        self._of_cells += of_cells
        self._elements += count(b"<") - count(b"</") - of_cells
        if self._elements > MOST_ELEMENTS or self._of_cells > MOST_OF_CELLS:
            raise Unreadable(_too_much())


def _too_much() -> str:
    return _("There is far more in it than we can take at once. Copy the table into a workbook of its own.")


def _rows(sheet: Any, most: int) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > most + 500:
            raise Unreadable(_("A table may have %(most)s lines, and this one has more.", most=most), line=number)
        yield Row(number, _trimmed([_cell(cell) for cell in cells]))


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _cell(cell: Any) -> str:
    """Write a cell as somebody would type it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        # Midnight, or a day without an hour: how the cell shows it tells which.
        if value.time() == time() and "h" not in str(cell.number_format).lower():
            return value.date().isoformat()
        return value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value / timedelta(minutes=1))
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip(" ")

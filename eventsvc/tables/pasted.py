"""Text with a table in it, from Excel, Word or a mail, as rows of cells; and rows as such text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

from flask_babel import gettext as _

from eventsvc.tables.errors import Unreadable
from eventsvc.tables.rows import MOST_COLUMNS, Row

_HEADS = 10
# Cells may have several lines each.
_MOST_LINES = 120_000
_RULED = frozenset(" \t|:+=-")
_LOOKED_AT = 4000
_SPACES = re.compile(r"\s{2,}|\t")
# What `inert` put before a cell, so that no spreadsheet takes it for a formula.
_INERT = re.compile(r"'('*[=+\-@\t\r\n＝＋－＠])")


def rows(text: str, *, knows: Callable[[str], Any], most: int) -> list[Row]:
    """Read text as a table: cells parted by tabs, pipes, semicolons or commas, or at least two spaces.

    `knows` tells what a heading means, None for one it does not know; `most` is how many rows there may be. Raises
    Unreadable for what is no table, and for a quotation mark that never closes.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not text.strip():
        raise Unreadable(_("There is nothing in it yet."))
    delimiter = _delimiter(text, knows)
    found = _spaced(text) if delimiter == " " else _parted(text, delimiter, most)
    if len(found) > most + _HEADS:
        raise Unreadable(_("A table may have %(most)s lines, and this one has more.", most=most), line=most + _HEADS)
    return [row for row in found if not row.is_empty]


def written(table: Iterable[Sequence[str]]) -> str:
    """Write rows as text with tabs that `rows` reads back."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    for cells in table:
        if any(cells):
            writer.writerow(cells)
        else:
            buffer.write("\n")
    return buffer.getvalue()


def guarded(text: str) -> str:
    """Double the mark before a text that itself looks marked as no formula, so that `rows` gives it back whole."""
    return f"'{text}" if _INERT.match(text) else text


def _delimiter(text: str, knows: Callable[[str], Any]) -> str:
    """Choose what parts the headings, else what parts the cells of most lines into the same number."""
    some = [line[:_LOOKED_AT] for line in text[: 200 * _LOOKED_AT].split("\n")[:200]]
    lines = [line for line in some if line.strip() and not _is_rule(line)]
    for mark in "\t|;,":
        if any(sum(knows(cell) is not None for cell in line.split(mark)) > 1 for line in lines[:_HEADS]):
            return mark
    if any("\t" in line.strip() for line in lines):
        return "\t"
    best, most = " ", 0
    for mark in "|;,":
        counts = Counter(line.count(mark) for line in lines if mark in line)
        if counts and (alike := max(counts.values())) > most and alike * 2 >= len(lines) / 2:
            best, most = mark, alike
    return best


def _parted(text: str, delimiter: str, most: int) -> list[Row]:
    try:
        return list(_read(text, delimiter, most, is_quoted=True))
    except csv.Error as wrong:
        if delimiter in "\t|":
            return _unquoted(text, delimiter, most)
        told = _("The quotation marks of this line do not come in pairs.")
        raise Unreadable(told, line=_opened(text, delimiter, most)) from wrong


def _unquoted(text: str, delimiter: str, most: int) -> list[Row]:
    """Read what Word and mail write, which quote nothing: there a quotation mark is one."""
    try:
        return _mended(list(_read(text, delimiter, most, is_quoted=False)))
    except csv.Error as wrong:
        raise Unreadable(_("A cell of it is longer than any text that we keep.")) from wrong


def _is_rule(line: str) -> bool:
    """Tell whether a line only draws one, as below the headings of a table in Markdown."""
    return "--" in line and _RULED.issuperset(line)


def _read(text: str, delimiter: str, most: int, *, is_quoted: bool) -> Iterator[Row]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    before = 0
    for cells in reader:
        if len(cells) > MOST_COLUMNS + 2:
            told = _("A table may have %(most)s columns, and this one has more.", most=MOST_COLUMNS)
            raise Unreadable(told, line=before + 1)
        if reader.line_num > _MOST_LINES:
            told = _("A table may have %(most)s lines, and this one has more.", most=most)
            raise Unreadable(told, line=before + 1)
        if delimiter != "|" or not _is_rule("|".join(cells)):
            yield Row(before + 1, tuple(_cell(cell) for cell in _inner(cells, delimiter)))
        before = reader.line_num


def _opened(text: str, delimiter: str, most: int) -> int:
    """Return the line on which the cell begins that cannot be read."""
    last = 0
    try:
        for row in _read(text, delimiter, most, is_quoted=True):
            last = row.line
    except csv.Error:
        pass
    return last + 1


def _inner(cells: list[str], delimiter: str) -> list[str]:
    """Drop the two empty cells outside the pipes of a Markdown table."""
    if delimiter != "|" or len(cells) < 3 or cells[0].strip() or cells[-1].strip():
        return cells
    return cells[1:-1]


def _cell(cell: str) -> str:
    bare = cell.replace("\u00a0", " ")
    return _INERT.sub(r"\1", bare, count=1) if _INERT.match(bare) else bare.strip(" ")


def _mended(found: list[Row]) -> list[Row]:
    """Join lines that were one row until a paragraph in a cell broke it: together they are as wide as others."""
    width = max((len(row.cells) for row in found), default=0)
    joined: list[Row] = []
    for row in found:
        last = joined[-1] if joined else None
        if last and 1 < len(last.cells) < width and len(last.cells) + len(row.cells) - 1 == width:
            middle = f"{last.cells[-1]}\n{row.cells[0]}"
            joined[-1] = Row(last.line, (*last.cells[:-1], middle, *row.cells[1:]))
        else:
            joined.append(row)
    return joined


def _spaced(text: str) -> list[Row]:
    lines = enumerate(text.split("\n"), 1)
    found = [Row(number, tuple(_SPACES.split(line.strip()))) for number, line in lines]
    if not any(len(row.cells) > 1 for row in found):
        told = _("This is no table that we can read. Its cells may be parted by tabs, commas, semicolons or pipes.")
        raise Unreadable(told, line=1)
    return found

"""What each column of a table holds: by its headings, by what stands in it, or as somebody says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eventsvc.programme.formats import addresses, times, words
from eventsvc.programme.formats.pasted import Row
from eventsvc.programme.formats.plan import Setting
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.formats.words import Column

_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a table holds, None: it is passed over; `head` is the line of the headings, None without.

    `is_sure`: by headings, by times, or because somebody said so; without any of these it may be a letter to Olga.
    """

    columns: tuple[Column | None, ...]
    headings: tuple[str, ...]
    head: int | None
    is_sure: bool = True

    def with_columns(self, chosen: Iterable[str]) -> Layout:
        """Return it corrected by hand; an unknown word passes the column over."""
        known = {column.value: column for column in Column}
        columns = [known.get(word) for word in chosen][: len(self.columns)]
        return Layout((*columns, *self.columns[len(columns) :]), self.headings, self.head)


def guess(rows: Sequence[Row], setting: Setting) -> Layout:
    """Guess what the columns of a table hold: by its headings, and where it has none by what stands in them."""
    width = max(len(row.cells) for row in rows)
    for row in rows[:_LOOKED_AT]:
        found = [words.column(cell) for cell in row.cells]
        if sum(column is not None for column in found) >= 2:
            once = _once(found)
            padded = (*once, *([None] * (width - len(once))))
            return Layout(padded, (*row.cells, *([""] * (width - len(row.cells)))), row.line)
    return _by_content(rows, width, setting)


def _once(found: list[Column | None]) -> tuple[Column | None, ...]:
    """Keep the first column of each meaning; "from" and "time" beside each other are not both the beginning."""
    seen: set[Column] = set()
    kept: list[Column | None] = []
    for column in found:
        kept.append(None if column in seen else column)
        if column:
            seen.add(column)
    return tuple(kept)


def _by_content(rows: Sequence[Row], width: int, setting: Setting) -> Layout:
    """Guess by what stands in the columns; a first line without times above columns of times is one of headings."""
    rest = rows[1:] or rows
    columns = _looks(rest, width, setting)
    timed = [place for place, column in enumerate(columns) if column in (Column.START, Column.DATE)]
    first = (*rows[0].cells, *([""] * (width - len(rows[0].cells))))
    has_head = bool(timed) and rest is not rows and not any(_is_timed(first[place], setting) for place in timed)
    return Layout(
        columns, first if has_head else ("",) * width, rows[0].line if has_head else None, is_sure=bool(timed)
    )


def _looks(rows: Sequence[Row], width: int, setting: Setting) -> tuple[Column | None, ...]:
    """Tell dates and times by their looks; the first text is taken for the title and the next for the speakers."""
    found: list[Column | None] = []
    texts = [Column.TITLE, Column.SPEAKERS, Column.ROOM]
    clocks = [Column.START, Column.END]
    for place in range(width):
        cells = [row.cells[place] for row in rows[:50] if place < len(row.cells) and row.cells[place]]
        if cells and _most(_time(cell, setting) for cell in cells):
            found.append(clocks.pop(0) if clocks else None)
        elif cells and _most(date_in(cell, setting) for cell in cells):
            found.append(Column.DATE if Column.DATE not in found else None)
        elif cells and _most(addresses.is_one(cell) for cell in cells):
            found.append(Column.EMAIL if Column.EMAIL not in found else None)
        else:
            found.append(texts.pop(0) if cells and texts else None)
    return tuple(found)


def _is_timed(cell: str, setting: Setting) -> bool:
    return bool(_time(cell, setting) or date_in(cell, setting))


def _most(answers: Iterable[Any]) -> bool:
    said = [bool(answer) for answer in answers]
    return sum(said) * 2 > len(said)


def _time(cell: str, setting: Setting) -> bool:
    try:
        found = times.read(cell, setting)
    except Puzzle:
        return False
    # A bare number may be anything.
    return bool(found.begins or found.at) and not cell.strip().isdecimal()


def date_in(cell: str, setting: Setting) -> date | None:
    """Return the date that a cell holds and nothing else, or None."""
    try:
        return times.read_date(cell, setting)
    except Puzzle:
        return None

"""What each column of a programme's table holds: by its headings, or by what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eventsvc.programme.formats import addresses, times, words
from eventsvc.programme.formats.plan import Setting
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.formats.words import Column
from eventsvc.tables import Row, layouts

Layout = layouts.Layout[Column]


def guess(rows: Sequence[Row], setting: Setting) -> Layout:
    """Guess what the columns of a table hold: by its headings, and where it has none by what stands in them."""
    return layouts.headed(rows, words.column, _is_head) or _by_content(rows, layouts.width_of(rows), setting)


def _is_head(row: Row) -> bool:
    return sum(words.column(cell) is not None for cell in row.cells) >= 2


def _by_content(rows: Sequence[Row], width: int, setting: Setting) -> Layout:
    """Guess by what stands in the columns; a first line without times above columns of times is one of headings."""
    rest = rows[1:] or rows
    columns = _looks(rest, width, setting)
    timed = [place for place, column in enumerate(columns) if column in (Column.START, Column.DATE)]
    first = layouts.wide(rows[0].cells, width, "")
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
        cells = layouts.standing_in(rows, place)
        if layouts.mostly(cells, lambda cell: _time(cell, setting)):
            found.append(clocks.pop(0) if clocks else None)
        elif layouts.mostly(cells, lambda cell: date_in(cell, setting)):
            found.append(Column.DATE if Column.DATE not in found else None)
        elif layouts.mostly(cells, addresses.is_one):
            found.append(Column.EMAIL if Column.EMAIL not in found else None)
        else:
            found.append(texts.pop(0) if cells and texts else None)
    return tuple(found)


def _is_timed(cell: str, setting: Setting) -> bool:
    return bool(_time(cell, setting) or date_in(cell, setting))


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

"""One day of a programme as a grid: rooms side by side, time downward, one row for every five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from eventsvc.programme.reading import Item, Place

ROW = timedelta(minutes=5)
# What the stylesheet has rules for.
MOST_ROWS = 288
MOST_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A session in the grid: its first row, its length in rows, and its column; column 0 is the whole width."""

    item: Item
    row: int
    length: int
    column: int


@dataclass(frozen=True, slots=True)
class Hour:
    """The sessions that begin at one moment."""

    at: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A full hour in the spine, and the row it stands at."""

    at: datetime
    row: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """A day in time order; `is_grid` False where it has too many columns or hours to be laid side by side."""

    columns: tuple[Place, ...]
    hours: tuple[Hour, ...]
    marks: tuple[Mark, ...]
    rows: int
    is_grid: bool


def agenda(items: Sequence[Item], rooms: Sequence[Place], timezone: str) -> Agenda:
    """Lay the sessions of one day, each with a slot, in time order."""
    timed = sorted((item for item in items if item.starts_at and item.ends_at), key=_start)
    used = {item.room for item in timed}
    columns = [room for room in rooms if room.name in used]
    first = _full_hour(_start(timed[0]), timezone)
    cells, extra = _cells(timed, columns, first)
    last = max(cell.row + cell.length for cell in cells) - 1
    hours = tuple(Hour(at, tuple(found)) for at, found in groupby(cells, lambda cell: _start(cell.item)))
    columns += [Place("", None)] * extra
    is_grid = len(columns) <= MOST_COLUMNS and last <= MOST_ROWS
    return Agenda(tuple(columns), hours, _marks(first, last), last, is_grid)


def _cells(timed: Sequence[Item], columns: Sequence[Place], first: datetime) -> tuple[list[Cell], int]:
    """Give each session its column, and say how many columns without a room were needed."""
    numbers = {room.name: number for number, room in enumerate(columns, 1)}
    busy: dict[int, datetime] = {}
    cells = []
    for item in timed:
        column = _column(item, timed, numbers, busy, len(columns))
        if column:
            busy[column] = _end(item)
        row = (_start(item) - first) // ROW + 1
        length = max(1, -(-(_end(item) - _start(item)) // ROW))
        cells.append(Cell(item, row, length, column))
    return cells, max([cell.column for cell in cells], default=0) - len(columns) if busy else 0


def _column(item: Item, timed: Sequence[Item], numbers: dict[str, int], busy: dict[int, datetime], rooms: int) -> int:
    """Choose the whole width for what everybody shares, else the room's column, else the first free one beside it."""
    if (item.is_break or not item.room) and not _has_company(item, timed):
        return 0
    own = numbers.get(item.room)
    if own and busy.get(own, _start(item)) <= _start(item):
        return own
    column = rooms + 1
    while busy.get(column, _start(item)) > _start(item):
        column += 1
    return column


def _has_company(item: Item, timed: Sequence[Item]) -> bool:
    return any(other is not item and _start(other) < _end(item) and _start(item) < _end(other) for other in timed)


def _marks(first: datetime, rows: int) -> tuple[Mark, ...]:
    per_hour = timedelta(hours=1) // ROW
    return tuple(
        Mark(first + number * timedelta(hours=1), number * per_hour + 1) for number in range(rows // per_hour + 1)
    )


def _full_hour(at: datetime, timezone: str) -> datetime:
    """Return the full hour before a moment, by the clocks of a zone: some are half an hour off."""
    local = at.astimezone(ZoneInfo(timezone))
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _start(item: Item) -> datetime:
    if item.starts_at is None:
        raise ValueError("a session without a slot has no place in a grid")
    return item.starts_at


def _end(item: Item) -> datetime:
    if item.ends_at is None:
        raise ValueError("a session without a slot has no place in a grid")
    return item.ends_at

"""A day of a programme as a grid: a column for each room, a row for every five minutes. Pure.

Nothing in it overlaps: sessions at once in one room stand in lanes beside each other, and a session that takes several
rooms spans their columns where those lie together, with an echo where they do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import lcm
from zoneinfo import ZoneInfo

from eventsvc.programme.reading import Item
from eventsvc.programme.slots import Slot

ROW = timedelta(minutes=5)
HOUR = 12
MOST_ROWS = 25 * HOUR
"""How many rows and columns the stylesheet has places for: a day on which the clocks go back, and many lanes."""
MOST_COLUMNS = 24
FEW_LANES = 6
"""As many stand beside each other on a screen; more scroll."""
BRIEF = 9
"""How many rows a session has at most whose time, title and people run on in one text."""
_SEVERAL = 3
_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands: from row `at` for `rows`, from column `col` over `over`; an echo repeats it."""

    item: Item
    at: int
    rows: int
    col: int
    over: int
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over the columns of a room; `room_id` is empty for what has no room."""

    room_id: str
    name: str
    col: int
    over: int


@dataclass(frozen=True, slots=True)
class Grid:
    """`first` is the moment of row 1, a full hour; `hours` are the rows of the full hours and their moments."""

    first: datetime
    rows: int
    columns: int
    heads: tuple[Head, ...]
    places: tuple[Place, ...]
    hours: tuple[tuple[int, datetime], ...]
    is_many: bool = False

    @property
    def is_dense(self) -> bool:
        """Tell whether rows are better higher all day, than here and there: several rooms, and many brief sessions."""
        rows = sorted(place.rows for place in self.places if not place.is_echo and place.over < self.columns)
        return self.columns >= _SEVERAL and bool(rows) and rows[len(rows) // 4] <= BRIEF

    def row_of(self, moment: datetime) -> int | None:
        """Return the row of a moment, or None outside of this day's hours."""
        row = (moment - self.first) // ROW + 1
        return row if 1 <= row <= self.rows else None


@dataclass(frozen=True, slots=True)
class _Span:
    at: int
    end: int

    def meets(self, other: _Span) -> bool:
        return self.at < other.end and other.at < self.end


def laid(items: Sequence[Item], order: Mapping[str, int], timezone: str, within: Slot | None = None) -> Grid | None:
    """Lay the sessions of a day in a grid; `order` is the place of each room among the others.

    Breaks, and what has no room, take the whole width where nothing else is on. With `within` the day is to be built:
    its hours are there, and a column for each room, whatever stands in them, and only breaks without a room are wide.
    None for no session with a time, and for more rooms at once than the stylesheet has columns for.
    """
    timed = [item for item in items if item.starts_at and item.ends_at]
    slots = [*(item.slot for item in timed if item.slot), *([within] if within else [])]
    if not slots:
        return None
    first = _full_hour(min(slot.starts_at for slot in slots), timezone)
    spans = {item.public_id: _span(item, first) for item in timed}
    rows = -(-max(_rows_until(slot.ends_at, first) for slot in slots) // HOUR) * HOUR
    wide = {item.public_id for item in timed if _is_alone(item, spans, is_built=within is not None)}
    own = order if within else ()
    columns = _columns([item for item in timed if item.public_id not in wide], order, own) or _columns(timed, order)
    rooms = _Rooms(columns, wide, spans)
    if rows > MOST_ROWS or rooms.width > MOST_COLUMNS:
        return None
    hours = tuple((row, first + (row - 1) * ROW) for row in range(1, rows + 1, HOUR))
    places = tuple(place for item in timed for place in rooms.places(item, spans[item.public_id]))
    return Grid(first, rows, rooms.width, rooms.heads, places, hours, rooms.is_many)


class _Rooms:
    """The columns of a day: which room has how many lanes, and who stands in which."""

    def __init__(self, columns: Mapping[str, Sequence[Item]], wide: Set[str], spans: Mapping[str, _Span]) -> None:
        self._wide = wide
        self._lanes = {
            room_id: _lanes([(item.public_id, spans[item.public_id]) for item in held if item.public_id not in wide])
            for room_id, held in columns.items()
        }
        counts = {room_id: (count for _lane, count in each.values()) for room_id, each in self._lanes.items()}
        lanes = {room_id: max(each, default=1) for room_id, each in counts.items()}
        common = _common(lanes.values())
        self.is_many = sum(lanes.values()) > FEW_LANES
        self.heads = tuple(_heads(columns, {room_id: common or count for room_id, count in lanes.items()}))
        self.width = sum(head.over for head in self.heads)

    def places(self, item: Item, span: _Span) -> Iterator[Place]:
        """Yield where a session stands, first where its main room is."""
        stretches = [(1, self.width)] if item.public_id in self._wide else self._stretches(item)
        for number, (col, over) in enumerate(stretches):
            yield Place(item, span.at, span.end - span.at, col, over, is_echo=number > 0)

    def _stretches(self, item: Item) -> list[tuple[int, int]]:
        """Return the columns a session takes as (first, how many); those that lie together are one."""
        found: list[tuple[int, int]] = []
        main, own = 0, item.room_ids or (_NOWHERE,)
        for head in self.heads:
            if head.room_id not in own:
                continue
            lane, count = self._lanes[head.room_id][item.public_id]
            # A room is shared by those who are in it at once; the last lane takes what is left.
            share = head.over // count
            col = head.col + lane * share
            over = head.col + head.over - col if lane == count - 1 else share
            if found and sum(found[-1]) == col:
                found[-1] = (found[-1][0], found[-1][1] + over)
            else:
                found.append((col, over))
            main = len(found) - 1 if head.room_id == own[0] else main
        return [found[main], *found[:main], *found[main + 1 :]]


def _common(lanes: Collection[int]) -> int:
    """Return how many columns make every room equally wide, whatever its lanes; 0 where that would be too many."""
    unit = lcm(*lanes)
    return unit if sum(lanes) <= FEW_LANES and unit * len(lanes) <= MOST_COLUMNS else 0


def _full_hour(moment: datetime, timezone: str) -> datetime:
    local = moment.astimezone(ZoneInfo(timezone))
    return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _span(item: Item, first: datetime) -> _Span:
    """Round to whole rows, each end the same way, so that what touches still touches; never less than one."""
    assert item.starts_at is not None
    assert item.ends_at is not None
    at = _rows_until(item.starts_at, first) + 1
    return _Span(at, max(at + 1, _rows_until(item.ends_at, first) + 1))


def _rows_until(moment: datetime, first: datetime) -> int:
    return round((moment - first) / ROW)


def _is_alone(item: Item, spans: Mapping[str, _Span], *, is_built: bool) -> bool:
    """Tell whether it is for everybody, and nothing else is on."""
    own = spans[item.public_id]
    others = (span for public_id, span in spans.items() if public_id != item.public_id)
    is_for_all = (item.is_break and not item.room_ids) if is_built else (item.is_break or not item.room_ids)
    return is_for_all and not any(own.meets(span) for span in others)


def _columns(items: Sequence[Item], order: Mapping[str, int], own: Collection[str] = ()) -> dict[str, list[Item]]:
    """Return the sessions in each room, the rooms in their order, `own` at any rate; what has no room comes last."""
    found: dict[str, list[Item]] = {room_id: [] for room_id in own}
    for item in items:
        for room_id in item.room_ids or (_NOWHERE,):
            found.setdefault(room_id, []).append(item)
    seen = list(found)
    ordered = sorted(seen, key=lambda each: (each == _NOWHERE, order.get(each, len(order)), seen.index(each)))
    return {room_id: found[room_id] for room_id in ordered}


def _lanes(held: Sequence[tuple[str, _Span]]) -> dict[str, tuple[int, int]]:
    """Give each session of a room its lane, and tell how many lanes are needed while it lasts."""
    found: dict[str, tuple[int, int]] = {}
    for cluster in _clusters(sorted(held, key=lambda each: (each[1].at, -each[1].end))):
        ends: list[int] = []
        lane_of = {}
        for public_id, span in cluster:
            lane = next((number for number, end in enumerate(ends) if end <= span.at), len(ends))
            ends[lane : lane + 1] = [span.end]
            lane_of[public_id] = lane
        found |= {public_id: (lane, len(ends)) for public_id, lane in lane_of.items()}
    return found


def _clusters(held: Sequence[tuple[str, _Span]]) -> Iterator[list[tuple[str, _Span]]]:
    """Yield runs of sessions that hang together by overlapping."""
    run: list[tuple[str, _Span]] = []
    end = 0
    for public_id, span in held:
        if run and span.at >= end:
            yield run
            run = []
        run.append((public_id, span))
        end = max(end, span.end)
    if run:
        yield run


def _heads(columns: Mapping[str, Sequence[Item]], widths: Mapping[str, int]) -> Iterator[Head]:
    col = 1
    for room_id, held in columns.items():
        names = {each: name for item in held for each, name in zip(item.room_ids, item.rooms, strict=True)}
        yield Head(room_id, names.get(room_id, ""), col, widths[room_id])
        col += widths[room_id]

"""A programme as it is read: by day, sessions within a block together, and what goes on all day apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eventsvc.programme import conflicts, slots
from eventsvc.programme.planned import Planned
from eventsvc.programme.reading import Item
from eventsvc.programme.slots import Slot

ALL_DAY = timedelta(hours=12)
"""What lasts this long stands above a day: an exhibition, an open house."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """A day of the programme (`slots.day_of`); `on` None: sessions not yet given a slot.

    `items` stand by themselves, in time order. `parts` are sessions within a block, by the block's public id.
    `throughout` goes on all day, or over several.
    """

    on: date | None
    items: tuple[Item, ...]
    parts: Mapping[str, tuple[Item, ...]]
    throughout: tuple[Item, ...] = ()

    def everything(self) -> Iterator[Item]:
        """Yield all sessions of the day."""
        yield from self.throughout
        for item in self.items:
            yield item
            yield from self.parts.get(item.public_id, ())


def agendas(items: Sequence[Item], timezone: str) -> tuple[Agenda, ...]:
    """Lay sessions out by the days of a zone; those without a slot come last."""
    parts = _parts(items)
    within = {part.public_id for each in parts.values() for part in each}
    by_day: dict[date | None, list[Item]] = {}
    throughout: dict[date | None, list[Item]] = {}
    for item in items:
        if item.public_id in within:
            continue
        days = list(_days(item.slot, timezone)) if item.slot else [None]
        target = throughout if _is_long(item.slot, days) else by_day
        for day in days:
            target.setdefault(day, []).append(item)
    return tuple(
        Agenda(day, tuple(by_day.get(day, ())), parts, tuple(throughout.get(day, ())))
        for day in sorted(by_day.keys() | throughout.keys(), key=lambda day: (day is None, day or date.min))
    )


def same_time(item: Item, chosen: Iterable[Item]) -> Item | None:
    """Return a chosen session that nobody could be in as well, as `conflicts` has it; none of what is cancelled."""
    return next(at_once(item, chosen), None)


def at_once(item: Item, others: Iterable[Item]) -> Iterator[Item]:
    """Yield the sessions that nobody could be in as well, in their order; none of what is cancelled."""
    if not item.is_cancelled:
        own = _planned(item)
        planned = (each for each in others if not each.is_cancelled)
        yield from (each for each in planned if conflicts.cannot_both(own, _planned(each)))


def _planned(item: Item) -> Planned:
    return Planned(item.public_id, item.title, item.kind, item.slot, parent=item.parent)


def _parts(items: Sequence[Item]) -> dict[str, tuple[Item, ...]]:
    """Return the sessions that are shown within a block: in its time and its rooms, one level deep."""
    known = {item.public_id: item for item in items}
    found: dict[str, list[Item]] = {}
    for item in items:
        block = known.get(item.parent or "")
        if block is not None and block.parent not in known and _is_within(item, block):
            found.setdefault(block.public_id, []).append(item)
    return {public_id: tuple(parts) for public_id, parts in found.items()}


def _is_within(item: Item, block: Item) -> bool:
    if item.slot is None:
        return True
    return block.slot is not None and block.slot.holds(item.slot) and set(item.room_ids) <= set(block.room_ids)


def _days(slot: Slot, timezone: str) -> Iterator[date]:
    day = slots.day_of(slot.starts_at, timezone)
    # What was stored of longer ones shows that far.
    last = slots.day_of(min(slot.ends_at, slot.starts_at + slots.LONGEST) - timedelta(microseconds=1), timezone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _is_long(slot: Slot | None, days: Sequence[date | None]) -> bool:
    return slot is not None and (len(days) > 1 or slot.length >= ALL_DAY)

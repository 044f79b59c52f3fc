"""Where a session that clashes could go instead: the nearest slots in which nobody clashes. Pure, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from eventsvc.programme import conflicts, slots
from eventsvc.programme.models import SessionKind
from eventsvc.programme.planned import Place, Plan, Planned
from eventsvc.programme.slots import Slot

_TRIED = 200
"""How many beginnings are looked at; the nearest first, so what is left out is far away."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A slot and the rooms in which a session would clash with nobody."""

    slot: Slot
    rooms: tuple[Place, ...]


def suggestions(plan: Plan, public_id: str, *, limit: int = 3) -> tuple[Vacancy, ...]:
    """Return the nearest slots, as long as the one it has, in which this session clashes with nobody.

    Its own day comes first, its own rooms before others; at most one for each beginning, so that they differ. Never
    before or after the hours of a day, over a break for everybody, or where it stands already. A session without a time
    has none to be near to.
    """
    wanted = next((session for session in plan.sessions if session.public_id == public_id), None)
    if wanted is None or wanted.slot is None:
        return ()
    suggested: list[Vacancy] = []
    for slot in _near(plan, wanted, wanted.slot):
        then = _then(plan, wanted, slot)
        rooms = next((rooms for rooms in _rooms(plan, wanted) if _is_free(then, wanted, slot, rooms)), None)
        if rooms is not None:
            suggested.append(Vacancy(slot, rooms))
        if len(suggested) == limit:
            break
    return tuple(suggested)


def _then(plan: Plan, wanted: Planned, slot: Slot) -> Plan:
    """Return what else goes on in a slot."""

    def is_then(session: Planned) -> bool:
        return session.slot is not None and session.slot.overlaps(slot) and session is not wanted

    sessions, elsewhere = filter(is_then, plan.sessions), filter(is_then, plan.elsewhere)
    return replace(plan, sessions=tuple(sessions), elsewhere=tuple(elsewhere))


def _is_free(then: Plan, wanted: Planned, slot: Slot, rooms: tuple[Place, ...]) -> bool:
    moved = replace(wanted, slot=slot, rooms=rooms)
    there = replace(then, sessions=(moved, *then.sessions))
    stands = then.stands
    if moved == wanted or (stands and (stands.slot, set(stands.rooms)) == (slot, set(rooms))):
        return False
    return not _is_pause(then, wanted) and not conflicts.found(there, {wanted.public_id})


def _is_pause(then: Plan, wanted: Planned) -> bool:
    """Tell whether a break is on that is everybody's: it takes no room or all of them, or nothing else is on."""
    if wanted.kind is SessionKind.BLOCK:
        return False
    places = {room.id for room in then.rooms}
    busy = [each for each in then.sessions if each.kind not in (SessionKind.BREAK, SessionKind.BLOCK)]
    for pause in then.sessions:
        if pause.kind is not SessionKind.BREAK or pause.slot is None or pause.parent not in (None, wanted.parent):
            continue
        is_alone = not any(each.slot and each.slot.overlaps(pause.slot) for each in busy)
        if is_alone or places <= {room.id for room in pause.rooms} or not pause.rooms:
            return True
    return False


def _rooms(plan: Plan, wanted: Planned) -> Iterator[tuple[Place, ...]]:
    """Yield its own rooms, then each other one that could hold it; who takes several rooms, or none, keeps those."""
    yield wanted.rooms
    if len(wanted.rooms) == 1:
        yield from ((room,) for room in plan.rooms if room.id != wanted.rooms[0].id)


def _near(plan: Plan, wanted: Planned, own: Slot) -> list[Slot]:
    """Return the slots worth a look: those that begin where something ends, or end where something begins."""
    bounds, today = plan.bounds, slots.day_of(own.starts_at, plan.timezone)
    hours = _hours(plan, wanted, own)
    found: list[tuple[bool, timedelta, datetime]] = []
    for begins in _beginnings(plan, wanted, own, list(hours)):
        day, slot = slots.day_of(begins, plan.timezone), own.beginning(begins)
        if day in hours and hours[day].holds(slot) and (bounds is None or bounds.holds(slot)):
            found.append((day != today, abs(begins - own.starts_at), begins))
    return [own.beginning(begins) for _is_other, _distance, begins in sorted(found)[:_TRIED]]


def _hours(plan: Plan, wanted: Planned, own: Slot) -> dict[date, Slot]:
    """Return from when until when each day of the programme is: nobody is asked to come before it, or to stay on."""
    busy = [own, *(each.slot for each in plan.sessions if each.slot and each is not wanted)]
    days: dict[date, Slot] = {}
    for slot in busy:
        day = slots.day_of(slot.starts_at, plan.timezone)
        days[day] = _both(days.get(day, slot), slot)
    return days | {day: _both(days.get(day, slot), slot) for day, slot in _event_hours(plan, list(days))}


def _event_hours(plan: Plan, days: list[date]) -> Iterator[tuple[date, Slot]]:
    """Yield the hours of the event on its first day and on those of the programme: "Monday 9:00 to Friday 17:00"."""
    span = None if plan.is_all_day else plan.span
    if span is None:
        return
    first, zone = slots.day_of(span.starts_at, plan.timezone), plan.timezone
    last = slots.day_of(span.ends_at, zone)
    for day in sorted({first, *days}):
        begins = slots.on_another_day(span.starts_at, (day - first).days, zone)
        ends = slots.on_another_day(span.ends_at, (day - last).days, zone)
        # An event that ends earlier on the clock than it begins tells no hours of each day.
        if span.starts_at <= begins < ends <= span.ends_at:
            yield day, Slot(begins, ends)


def _both(one: Slot, other: Slot) -> Slot:
    return Slot(min(one.starts_at, other.starts_at), max(one.ends_at, other.ends_at))


def _beginnings(plan: Plan, wanted: Planned, own: Slot, days: list[date]) -> set[datetime]:
    busy = [each.slot for each in (*plan.sessions, *plan.elsewhere) if each.slot and each is not wanted]
    free = [time for person in wanted.people for time in person.free]
    if plan.bounds:
        free.append(plan.bounds)
    today = slots.day_of(own.starts_at, plan.timezone)
    return {
        *(slots.on_another_day(own.starts_at, (day - today).days, plan.timezone) for day in days),
        *(slot.ends_at for slot in busy),
        *(slot.starts_at - own.length for slot in busy),
        *(slot.starts_at for slot in free),
        *(slot.ends_at - own.length for slot in free),
    }

"""Where a session that clashes could go instead: the nearest slots in which nobody clashes. Pure, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from eventsvc.programme import conflicts, slots
from eventsvc.programme.conflicts import Place, Plan, Planned
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

    Its own day comes first, its own rooms before others; at most one for each beginning, so that they differ. A
    session without a time has none to be near to.
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
    return moved != wanted and not conflicts.found(there, {wanted.public_id})


def _rooms(plan: Plan, wanted: Planned) -> Iterator[tuple[Place, ...]]:
    """Yield its own rooms, then each other one that could hold it; who takes several rooms, or none, keeps those."""
    yield wanted.rooms
    if len(wanted.rooms) == 1:
        yield from ((room,) for room in plan.rooms if room.id != wanted.rooms[0].id)


def _near(plan: Plan, wanted: Planned, own: Slot) -> list[Slot]:
    """Return the slots worth a look: those that begin where something ends, or end where something begins."""
    bounds, today = plan.bounds, slots.day_of(own.starts_at, plan.timezone)
    opens = _opening(plan, wanted, own)
    found: list[tuple[bool, timedelta, datetime]] = []
    for begins in _beginnings(plan, wanted, own, list(opens)):
        day = slots.day_of(begins, plan.timezone)
        if day in opens and begins >= opens[day] and (bounds is None or bounds.holds(own.beginning(begins))):
            found.append((day != today, abs(begins - own.starts_at), begins))
    return [own.beginning(begins) for _is_other, _distance, begins in sorted(found)[:_TRIED]]


def _opening(plan: Plan, wanted: Planned, own: Slot) -> dict[date, datetime]:
    """Return when each day of the programme begins: nobody is asked to come before that."""
    begins = [own.starts_at, *(each.slot.starts_at for each in plan.sessions if each.slot and each is not wanted)]
    if plan.span and not plan.is_all_day:
        begins.append(plan.span.starts_at)
    first: dict[date, datetime] = {}
    for moment in begins:
        day = slots.day_of(moment, plan.timezone)
        first[day] = min(moment, first.get(day, moment))
    return first


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

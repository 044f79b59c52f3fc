"""Clashes of a programme. Pure: plain values in, plain values out.

Whatever overlaps is found by sorting and sweeping, room by room and person by person, so that a thousand sessions take
milliseconds.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from eventsvc.programme.models import SessionKind
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot

_AT_EASE = frozenset({SessionKind.BREAK, SessionKind.SOCIAL, SessionKind.BLOCK})
"""What may go on while everybody has a break."""

Timed = tuple[Slot, Planned]


class ClashKind(enum.StrEnum):
    """A room or a person twice at once; a person who is not free; too small a room; outside the event; a break run
    over; two sessions that one attendee chose."""

    ROOM = "room"
    PERSON = "person"
    AWAY = "away"
    SIZE = "size"
    OUTSIDE = "outside"
    BREAK = "break"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that cannot be as planned; `key` tells it from any other, in whatever order its sessions are read.

    One session alone clashes with its room, its event or its person as it stands: its key changes when it moves.
    """

    kind: ClashKind
    key: str
    sessions: tuple[Planned, ...]
    room: Place | None = None
    person: Person | None = None

    def concerns(self, public_ids: Collection[str]) -> bool:
        """Tell whether one of these sessions is in it."""
        return any(session.public_id in public_ids for session in self.sessions)


def found(plan: Plan, of: Collection[str] | None = None) -> tuple[Clash, ...]:
    """Return every clash, in order of time; with `of` (public ids) those that concern one of these sessions."""
    here, all_of_them = _timed(plan.sessions), _timed((*plan.sessions, *plan.elsewhere))
    chosen = [each for each in here if each[1].public_id in plan.chosen and each[1].kind is not SessionKind.BREAK]
    clashes = (
        *_alone(plan, of),
        *_in_rooms(here, of),
        *_of_people(all_of_them, of),
        *_in_breaks(here, of),
        *(_pair(ClashKind.CHOICE, *pair) for pair in _pairs(chosen, of)),
    )
    # Two sessions with two rooms in common run over a break once.
    return tuple(sorted({clash.key: clash for clash in clashes}.values(), key=_place_in_time))


def between_choices(chosen: Iterable[Planned]) -> tuple[Clash, ...]:
    """Return what clashes among the sessions that one attendee chose."""
    timed = _timed(session for session in chosen if session.kind is not SessionKind.BREAK)
    return tuple(_pair(ClashKind.CHOICE, *pair) for pair in _pairs(timed, None))


def cannot_both(one: Planned, other: Planned) -> bool:
    """Tell whether nobody could be in both of two sessions: they are at once, and it is a clash to have chosen both."""
    if one.slot is None or other.slot is None or one.public_id == other.public_id or _are_kin(one, other):
        return False
    return SessionKind.BREAK not in (one.kind, other.kind) and one.slot.overlaps(other.slot)


def mover(clash: Clash) -> Planned:
    """Return the session of a clash that is easiest to move: no break or block, and the one that begins last."""
    here = [session for session in clash.sessions if session.event is None]
    return max(here, key=lambda each: (each.kind not in _AT_EASE, here.index(each)))


def seats_in(rooms: Collection[Place]) -> int | None:
    """Return how many people rooms hold together, None where that is not known."""
    known = [room.capacity for room in rooms if room.capacity is not None]
    return sum(known) if known and len(known) == len(rooms) else None


def _alone(plan: Plan, of: Collection[str] | None) -> Iterator[Clash]:
    """What a session clashes with by itself: the size of its rooms, the times of its event and of its people."""
    bounds = plan.bounds
    for session in plan.sessions:
        if of is not None and session.public_id not in of:
            continue
        seats = seats_in(session.rooms)
        if session.seats and seats is not None and seats < session.seats:
            yield _single(ClashKind.SIZE, session, f"{session.seats}>{seats}")
        if session.slot is None:
            continue
        if bounds and not bounds.holds(session.slot):
            yield _single(ClashKind.OUTSIDE, session, _stamp(session.slot))
        for person in session.people:
            if person.free and not any(time.holds(session.slot) for time in _joined(person.free)):
                yield _single(ClashKind.AWAY, session, f"{person.id}:{_stamp(session.slot)}", person)


def _in_rooms(sessions: list[Timed], of: Collection[str] | None) -> Iterator[Clash]:
    by_room: dict[int, list[Timed]] = defaultdict(list)
    places: dict[int, Place] = {}
    for each in sessions:
        for room in each[1].rooms:
            by_room[room.id].append(each)
            places[room.id] = room
    for room_id, group in by_room.items():
        for one, other in _pairs(group, of):
            kind = _kind_in_one_room(one.kind, other.kind)
            if kind is not None:
                detail = str(room_id) if kind is ClashKind.ROOM else ""
                yield _pair(kind, one, other, detail, room=places[room_id])


def _kind_in_one_room(one: SessionKind, other: SessionKind) -> ClashKind | None:
    """A break interrupts a block, shares its room with nobody, and is run over by what people work at."""
    if SessionKind.BREAK not in (one, other) or one is other or SessionKind.SOCIAL in (one, other):
        return ClashKind.ROOM
    return None if SessionKind.BLOCK in (one, other) else ClashKind.BREAK


def _of_people(sessions: list[Timed], of: Collection[str] | None) -> Iterator[Clash]:
    by_person: dict[int, list[Timed]] = defaultdict(list)
    people: dict[int, Person] = {}
    for each in sessions:
        for person in {person.id: person for person in each[1].people}.values():
            by_person[person.id].append(each)
            people[person.id] = person
    for person_id, group in by_person.items():
        for one, other in _pairs(group, of):
            if one.event is None or other.event is None:
                yield _pair(ClashKind.PERSON, one, other, str(person_id), person=people[person_id])


def _in_breaks(sessions: list[Timed], of: Collection[str] | None) -> Iterator[Clash]:
    """What runs over a break without a room: that is everybody's, or of those in its block."""
    working: list[Timed] = []
    pausing: list[Timed] = []
    for slot, session in sessions:
        is_break = session.kind is SessionKind.BREAK and not session.rooms
        if not is_break and session.kind in _AT_EASE:
            continue
        others = working if is_break else pausing
        others[:] = [other for other in others if other[0].ends_at > slot.starts_at]
        for _slot, other in others:
            pause, work = (session, other) if is_break else (other, session)
            if pause.parent in (None, work.parent) and _is_asked(session, other, of):
                yield _pair(ClashKind.BREAK, other, session)
        (pausing if is_break else working).append((slot, session))


def _pairs(group: list[Timed], of: Collection[str] | None) -> Iterator[tuple[Planned, Planned]]:
    """Yield those of a group that are at once, but no session with the block that it is part of.

    Sweeps through time: each session is met only by those that still run when it begins.
    """
    if len(group) < 2 or (of is not None and not any(session.public_id in of for _slot, session in group)):
        return
    running: list[Timed] = []
    for slot, session in group:
        begins = slot.starts_at
        running = [other for other in running if other[0].ends_at > begins]
        for _slot, other in running:
            if _is_asked(session, other, of) and not _are_kin(session, other):
                yield other, session
        running.append((slot, session))


def _timed(sessions: Iterable[Planned]) -> list[Timed]:
    timed = [(session.slot, session) for session in sessions if session.slot]
    return sorted(timed, key=lambda each: (each[0].starts_at, each[1].public_id))


def _is_asked(one: Planned, other: Planned, of: Collection[str] | None) -> bool:
    return of is None or one.public_id in of or other.public_id in of


def _are_kin(one: Planned, other: Planned) -> bool:
    return one.public_id == other.parent or other.public_id == one.parent


def _place_in_time(clash: Clash) -> tuple[float, str]:
    slot = clash.sessions[0].slot
    return slot.starts_at.timestamp() if slot else 0.0, clash.key


def _joined(free: tuple[Slot, ...]) -> list[Slot]:
    """Join times that touch or overlap: from nine to ten and from ten to twelve is from nine to twelve."""
    joined: list[Slot] = []
    for time in sorted(free):
        if joined and time.starts_at <= joined[-1].ends_at:
            joined[-1] = Slot(joined[-1].starts_at, max(joined[-1].ends_at, time.ends_at))
        else:
            joined.append(time)
    return joined


def _stamp(slot: Slot) -> str:
    return f"{slot.starts_at.timestamp():.0f}-{slot.ends_at.timestamp():.0f}"


def _single(kind: ClashKind, session: Planned, detail: str, person: Person | None = None) -> Clash:
    return Clash(kind, f"{kind}:{session.public_id}:{detail}", (session,), person=person)


def _pair(
    kind: ClashKind,
    one: Planned,
    other: Planned,
    detail: str = "",
    *,
    room: Place | None = None,
    person: Person | None = None,
) -> Clash:
    """Return the clash of two sessions, the one that begins first first."""
    ids = sorted((one.public_id, other.public_id))
    return Clash(kind, ":".join(filter(None, (kind, *ids, detail))), (one, other), room, person)

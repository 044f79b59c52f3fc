"""What `conflicts` looks at, gathered from the rows of an event: as many queries for a thousand sessions as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import gathered
from eventsvc.programme.gathered import Part
from eventsvc.programme.models import SessionKind, SessionStatus
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot


def gather(event: Event) -> Plan:
    """Gather the draft of an event's programme, hidden sessions too, and what its speakers do at other events."""
    rows, rooms = (db.session.execute(asked, {"event_id": event.id}).all() for asked in (gathered.here, gathered.rooms))
    plan = _plan(event, rows, rooms)
    return gather_instead(event, plan, plan.sessions)


def gather_all(events: Collection[Event]) -> dict[int, Plan]:
    """Gather the programmes of many events, by their ids; in three queries however many they are."""
    asked = {"event_ids": [event.id for event in events]}
    rows, rooms = (
        _by_event(db.session.execute(statement, asked)) for statement in (gathered.at_all, gathered.all_rooms)
    )
    plans = {event.id: _plan(event, rows[event.id], rooms[event.id]) for event in events}
    everything = [session for plan in plans.values() for session in plan.sessions]
    if (wanted := _wanted(everything)) is None:
        return plans
    theirs = db.session.execute(gathered.theirs, wanted).all()
    return {
        number: replace(
            plan, elsewhere=_placed([row for row in theirs if row.event_id != number], _known(plan.sessions))
        )
        for number, plan in plans.items()
    }


def gather_with(event: Event, planned: Planned) -> Plan:
    """Gather the programme with one session as it would be, whatever is stored of it: to look for a slot for it."""
    plan = gather(event)
    stays = (session for session in plan.sessions if session.public_id != planned.public_id)
    stands = replace(plan, stands=plan.session(planned.public_id))
    return gather_instead(event, stands, (*stays, planned))


def gather_instead(event: Event, plan: Plan, sessions: tuple[Planned, ...]) -> Plan:
    """Gather what the people of other sessions do at other events, for a programme that would have these instead."""
    return replace(plan, sessions=sessions, elsewhere=_at_other_events(event, sessions))


def free_times(event: Event) -> dict[int, tuple[Slot, ...]]:
    """Return when people are free at an event, by the ids of those who said so."""
    free: dict[int, list[Slot]] = defaultdict(list)
    for speaker_id, starts_at, ends_at in db.session.execute(gathered.free_here, {"event_id": event.id}):
        free[speaker_id].append(Slot(starts_at, ends_at))
    return {speaker_id: tuple(times) for speaker_id, times in free.items()}


def gather_near(event: Event, public_ids: Collection[str], times: Iterable[Slot]) -> Plan:
    """Gather some sessions and what goes on from the first of these times to the last: all that they can clash with.

    Of other events it has what those do who appear in these sessions.
    """
    times = list(times)
    asked = {
        "event_id": event.id,
        "public_ids": [*public_ids],
        "since": min((time.starts_at for time in times), default=event.created_at),
        "until": max((time.ends_at for time in times), default=event.created_at),
    }
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(gathered.near, asked):
        parts[row.part].append(row)
    # In one question of three parts nothing is in order: it is as in the others.
    sessions = sorted(parts[Part.SESSION], key=lambda row: (row.id, row.place or 0, row.free_from or event.created_at))
    rooms = sorted(parts[Part.ROOM], key=lambda row: (row.revision, row.title))
    plan = _plan(event, sessions, (_Room(row.id, row.title, row.capacity, row.room_id) for row in rooms))
    mine = [session for session in plan.sessions if session.public_id in public_ids]
    return replace(plan, elsewhere=_placed(sorted(parts[Part.ELSEWHERE], key=lambda row: row.id), _known(mine)))


def chosen_by(registration_id: int) -> tuple[Planned, ...]:
    """Return what an attendee has in their own programme, as the public sees it; what is cancelled is left out."""
    rows = db.session.execute(gathered.chosen, {"registration_id": registration_id})
    return tuple(
        Planned(
            public_id,
            facts["title"],
            SessionKind(facts["kind"]),
            Slot(datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(facts["ends_at"])),
            parent=facts["parent"],
        )
        for public_id, facts in rows
        if facts["starts_at"] and facts["status"] == SessionStatus.PLANNED.value
    )


class _Room(NamedTuple):
    """A room, and a session that takes it besides its own."""

    id: int
    name: str
    capacity: int | None
    session_id: int | None


def _plan(event: Event, rows: Sequence[Any], rooms: Iterable[Any]) -> Plan:
    places: dict[int, Place] = {}
    further: dict[int, set[int]] = defaultdict(set)
    for room in rooms:
        places.setdefault(room.id, Place(room.id, room.name, room.capacity))
        further[room.session_id].add(room.id)
    people, known = _appearing(rows), {row.id: row for row in rows}
    return Plan(
        sessions=tuple(
            _planned(row, _taken(row.room_id, further[number], places), people[number]) for number, row in known.items()
        ),
        rooms=tuple(places.values()),
        timezone=event.timezone,
        span=Slot(event.starts_at, event.ends_at) if event.starts_at and event.ends_at else None,
        is_all_day=event.is_all_day,
    )


def _by_event(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.event_id].append(row)
    return found


def _taken(main: int | None, further: set[int], places: dict[int, Place]) -> tuple[Place, ...]:
    """Return the rooms of a session, the main one first."""
    first = [places[main]] if main in places else []
    return (*first, *(place for number, place in places.items() if number in further and number != main))


def _appearing(rows: Iterable[Any]) -> dict[int, tuple[Person, ...]]:
    """Return who appears in each of these sessions, each once."""
    names: dict[int, str] = {}
    free: dict[int, dict[Slot, None]] = defaultdict(dict)
    appearing: dict[int, dict[int, None]] = defaultdict(dict)
    for row in rows:
        if row.speaker_id is None:
            continue
        names[row.speaker_id] = row.speaker
        appearing[row.id][row.speaker_id] = None
        if row.free_from is not None:
            free[row.speaker_id][Slot(row.free_from, row.free_until)] = None
    known = {speaker_id: Person(speaker_id, name, tuple(free[speaker_id])) for speaker_id, name in names.items()}
    people = {session_id: tuple(known[each] for each in those) for session_id, those in appearing.items()}
    return defaultdict(tuple, people)


def _at_other_events(event: Event, sessions: Collection[Planned]) -> tuple[Planned, ...]:
    """Return what those who appear in these sessions do elsewhere, while the event goes on."""
    wanted = _wanted(sessions)
    if wanted is None:
        return ()
    return _placed(db.session.execute(gathered.elsewhere, {"event_id": event.id} | wanted), _known(sessions))


def _wanted(sessions: Collection[Planned]) -> dict[str, Any] | None:
    """Return whom to look for elsewhere and from when until when; None where there is nothing to look for."""
    people, times = _known(sessions), [session.slot for session in sessions if session.slot]
    if not people or not times:
        return None
    window = {"since": min(time.starts_at for time in times), "until": max(time.ends_at for time in times)}
    return {"speaker_ids": [*people]} | window


def _known(sessions: Iterable[Planned]) -> dict[int, Person]:
    """Return who appears, by their ids; who is not made yet has none."""
    return {person.id: person for session in sessions for person in session.people if person.id > 0}


def _placed(rows: Iterable[Any], known: Mapping[int, Person]) -> tuple[Planned, ...]:
    found: dict[int, tuple[Any, dict[Person, None]]] = {}
    for row in rows:
        if row.speaker_id in known:
            found.setdefault(row.id, (row, {}))[1][known[row.speaker_id]] = None
    return tuple(_planned(row, (), tuple(people), _name(row)) for row, people in found.values())


def _planned(row: Any, rooms: tuple[Place, ...], people: tuple[Person, ...], event: str | None = None) -> Planned:
    slot = Slot(row.starts_at, row.ends_at) if row.starts_at else None
    return Planned(
        row.public_id, row.title, row.kind, slot, rooms, people, row.parent, row.capacity, event, row.revision
    )


def _name(row: Any) -> str:
    """Name another event only where everybody may know of it: whoever organises this one need not see that one."""
    return row.event if row.status is Status.PUBLISHED and not row.is_unlisted else ""

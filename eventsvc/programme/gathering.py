"""What `conflicts` looks at, gathered from the rows of an event: as many queries for a thousand sessions as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme.conflicts import Person, Place, Plan, Planned
from eventsvc.programme.models import (
    Answer,
    Appearance,
    FreeTime,
    PublishedSession,
    Room,
    Session,
    SessionKind,
    SessionStatus,
    Speaker,
    session_rooms,
)
from eventsvc.programme.slots import Slot
from eventsvc.registration.models import Choice

# Built once: building a statement costs as much as asking SQLite. Over tables rather than entities: rows are all that
# is wanted, and what the mapper would add to them costs as much again.
_session, _appearance, _speaker, _free_time, _event = (
    noun.__table__ for noun in (Session, Appearance, Speaker, FreeTime, Event)
)
_block = _session.alias()
_columns = (
    *(_session.c[name] for name in ("id", "event_id", "public_id", "title", "kind", "starts_at", "ends_at")),
    *(_session.c[name] for name in ("capacity", "room_id", "revision")),
    _block.c.public_id.label("parent"),
)
_with_block = _session.outerjoin(_block, _block.c.id == _session.c.parent_id)
_is_planned = _session.c.status == SessionStatus.PLANNED
_is_then = sa.and_(_session.c.starts_at < sa.bindparam("until"), _session.c.ends_at > sa.bindparam("since"))
_comes = _appearance.c.answer != Answer.DECLINED
_free = sa.and_(_free_time.c.speaker_id == _appearance.c.speaker_id, _free_time.c.event_id == _session.c.event_id)
_anywhere = (
    sa.select(
        *_columns,
        _appearance.c.speaker_id,
        _speaker.c.name.label("speaker"),
        _free_time.c.starts_at.label("free_from"),
        _free_time.c.ends_at.label("free_until"),
    )
    .select_from(
        _with_block.outerjoin(_appearance, sa.and_(_appearance.c.session_id == _session.c.id, _comes))
        .outerjoin(_speaker, _speaker.c.id == _appearance.c.speaker_id)
        .outerjoin(_free_time, _free)
    )
    .where(_is_planned)
    .order_by(_session.c.id, _appearance.c.position, _free_time.c.starts_at)
)
_here = _anywhere.where(_session.c.event_id == sa.bindparam("event_id"))
_at_all = _anywhere.where(_session.c.event_id.in_(sa.bindparam("event_ids", expanding=True)))
_near = _here.where(sa.or_(_is_then, _session.c.public_id.in_(sa.bindparam("public_ids", expanding=True))))
_room = Room.__table__
_any_rooms = (
    sa.select(_room.c.id, _room.c.name, _room.c.capacity, session_rooms.c.session_id, _room.c.event_id)
    .outerjoin(session_rooms, session_rooms.c.room_id == _room.c.id)
    .order_by(_room.c.position, _room.c.name)
)
_rooms = _any_rooms.where(_room.c.event_id == sa.bindparam("event_id"))
_all_rooms = _any_rooms.where(_room.c.event_id.in_(sa.bindparam("event_ids", expanding=True)))
_theirs = (
    sa.select(*_columns, _appearance.c.speaker_id, _event.c.title.label("event"), _event.c.status, _event.c.is_unlisted)
    .select_from(
        _with_block.join(_appearance, _appearance.c.session_id == _session.c.id).join(
            _event, _event.c.id == _session.c.event_id
        )
    )
    .where(
        _appearance.c.speaker_id.in_(sa.bindparam("speaker_ids", expanding=True)),
        _event.c.status.in_((Status.DRAFT, Status.PUBLISHED)),
        _is_then,
        _is_planned,
        _comes,
    )
    .order_by(_session.c.id)
)
_elsewhere = _theirs.where(_session.c.event_id != sa.bindparam("event_id"))
_free_here = (
    sa.select(_free_time.c.speaker_id, _free_time.c.starts_at, _free_time.c.ends_at)
    .where(_free_time.c.event_id == sa.bindparam("event_id"))
    .order_by(_free_time.c.starts_at)
)
_chosen = (
    sa.select(PublishedSession.public_id, PublishedSession.facts)
    .join(Choice, Choice.session_id == PublishedSession.session_id)
    .where(Choice.registration_id == sa.bindparam("registration_id"))
    .order_by(PublishedSession.position)
)


def gather(event: Event) -> Plan:
    """Gather the draft of an event's programme, hidden sessions too, and what its speakers do at other events."""
    return _gathered(event, db.session.execute(_here, {"event_id": event.id}).all())


def gather_all(events: Collection[Event]) -> dict[int, Plan]:
    """Gather the programmes of many events, by their ids; in three queries however many they are."""
    asked = {"event_ids": [event.id for event in events]}
    rows, rooms = (_by_event(db.session.execute(statement, asked)) for statement in (_at_all, _all_rooms))
    plans = {event.id: _plan(event, rows[event.id], rooms[event.id]) for event in events}
    everything = [session for plan in plans.values() for session in plan.sessions]
    if (wanted := _wanted(everything, everything)) is None:
        return plans
    theirs = db.session.execute(_theirs, wanted).all()
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
    return replace(plan, sessions=sessions, elsewhere=_at_other_events(event, sessions, sessions))


def free_times(event: Event) -> dict[int, tuple[Slot, ...]]:
    """Return when people are free at an event, by the ids of those who said so."""
    free: dict[int, list[Slot]] = defaultdict(list)
    for speaker_id, starts_at, ends_at in db.session.execute(_free_here, {"event_id": event.id}):
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
    return _gathered(event, db.session.execute(_near, asked).all(), public_ids)


def chosen_by(registration_id: int) -> tuple[Planned, ...]:
    """Return what an attendee has in their own programme, as the public sees it; what is cancelled is left out."""
    rows = db.session.execute(_chosen, {"registration_id": registration_id})
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


def _gathered(event: Event, rows: Sequence[Any], of: Collection[str] | None = None) -> Plan:
    plan = _plan(event, rows, db.session.execute(_rooms, {"event_id": event.id}))
    asked = [session for session in plan.sessions if of is None or session.public_id in of]
    return replace(plan, elsewhere=_at_other_events(event, asked, plan.sessions))


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


def _at_other_events(event: Event, asked: Iterable[Planned], sessions: Iterable[Planned]) -> tuple[Planned, ...]:
    """Return what those who appear in the sessions asked about do elsewhere, while the event goes on."""
    asked = list(asked)
    wanted = _wanted(asked, sessions)
    if wanted is None:
        return ()
    return _placed(db.session.execute(_elsewhere, {"event_id": event.id} | wanted), _known(asked))


def _wanted(asked: Iterable[Planned], sessions: Iterable[Planned]) -> dict[str, Any] | None:
    """Return whom to look for elsewhere and from when until when; None where there is nothing to look for."""
    people, times = _known(asked), [session.slot for session in sessions if session.slot]
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

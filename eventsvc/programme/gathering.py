"""What `conflicts` looks at, gathered from the rows of an event: as many queries for a thousand sessions as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

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

# Built once: building a statement costs as much as asking SQLite.
_block = aliased(Session)
_columns = (
    Session.id, Session.public_id, Session.title, Session.kind, Session.starts_at, Session.ends_at, Session.capacity,
    Session.room_id, _block.public_id.label("parent"),
)  # fmt: skip
_is_planned = Session.status == SessionStatus.PLANNED
_is_then = sa.and_(Session.starts_at < sa.bindparam("until"), Session.ends_at > sa.bindparam("since"))
_comes = Appearance.answer != Answer.DECLINED
_of_these: sa.BindParameter[Any] = sa.bindparam("session_ids", expanding=True)
_here = (
    sa.select(*_columns)
    .outerjoin(_block, _block.id == Session.parent_id)
    .where(Session.event_id == sa.bindparam("event_id"), _is_planned)
    .order_by(Session.id)
)
_near = _here.where(sa.or_(_is_then, Session.public_id.in_(sa.bindparam("public_ids", expanding=True))))
_rooms = (
    sa.select(Room.id, Room.name, Room.capacity)
    .where(Room.event_id == sa.bindparam("event_id"))
    .order_by(Room.position, Room.name)
)
_further = sa.select(session_rooms.c.session_id, session_rooms.c.room_id).where(
    session_rooms.c.session_id.in_(_of_these)
)
_people = (
    sa.select(Appearance.session_id, Speaker.id, Speaker.name)
    .join(Speaker, Speaker.id == Appearance.speaker_id)
    .where(Appearance.session_id.in_(_of_these), _comes)
    .order_by(Appearance.session_id, Appearance.position)
)
_free = (
    sa.select(FreeTime.speaker_id, FreeTime.starts_at, FreeTime.ends_at)
    .where(FreeTime.event_id == sa.bindparam("event_id"))
    .order_by(FreeTime.starts_at)
)
_elsewhere = (
    sa.select(*_columns, Appearance.speaker_id, Event.title.label("event"), Event.status, Event.is_unlisted)
    .join(Appearance, Appearance.session_id == Session.id)
    .join(Event, Event.id == Session.event_id)
    .outerjoin(_block, _block.id == Session.parent_id)
    .where(
        Appearance.speaker_id.in_(sa.bindparam("speaker_ids", expanding=True)),
        Session.event_id != sa.bindparam("event_id"),
        Event.status.in_((Status.DRAFT, Status.PUBLISHED)),
        _is_then,
        _is_planned,
        _comes,
    )
    .order_by(Session.id)
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


def gather_with(event: Event, planned: Planned) -> Plan:
    """Gather the programme with one session as it would be, whatever is stored of it: to look for a slot for it."""
    plan = gather(event)
    others = [session for session in plan.sessions if session.public_id != planned.public_id]
    times = [session.slot for session in (*others, planned) if session.slot]
    known = {person.id: person for session in (*others, planned) for person in session.people}
    return replace(plan, sessions=(*others, planned), elsewhere=_at_other_events(event, known, times))


def gather_near(event: Event, public_ids: Collection[str], times: Iterable[Slot]) -> Plan:
    """Gather some sessions and what goes on from the first of these times to the last: all that they can clash with."""
    times = list(times)
    asked = {
        "event_id": event.id,
        "public_ids": [*public_ids],
        "since": min((time.starts_at for time in times), default=event.created_at),
        "until": max((time.ends_at for time in times), default=event.created_at),
    }
    return _gathered(event, db.session.execute(_near, asked).all())


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


def _gathered(event: Event, rows: Iterable[Any]) -> Plan:
    rows = list(rows)
    ids = {"session_ids": [row.id for row in rows]}
    places = {row.id: Place(*row) for row in db.session.execute(_rooms, {"event_id": event.id})}
    further: dict[int, set[int]] = defaultdict(set)
    for session_id, room_id in db.session.execute(_further, ids):
        further[session_id].add(room_id)
    people, known = _appearing(event, ids)
    sessions = tuple(_planned(row, _taken(row.room_id, further[row.id], places), tuple(people[row.id])) for row in rows)
    return Plan(
        sessions=sessions,
        elsewhere=_at_other_events(event, known, [session.slot for session in sessions if session.slot]),
        rooms=tuple(places.values()),
        timezone=event.timezone,
        span=Slot(event.starts_at, event.ends_at) if event.starts_at and event.ends_at else None,
        is_all_day=event.is_all_day,
    )


def _taken(main: int | None, further: set[int], places: dict[int, Place]) -> tuple[Place, ...]:
    """Return the rooms of a session, the main one first."""
    first = [places[main]] if main in places else []
    return (*first, *(place for number, place in places.items() if number in further and number != main))


def _appearing(event: Event, ids: dict[str, list[int]]) -> tuple[dict[int, list[Person]], dict[int, Person]]:
    """Return who appears in each of these sessions, each once, and all of them by id."""
    free: dict[int, list[Slot]] = defaultdict(list)
    for speaker_id, starts_at, ends_at in db.session.execute(_free, {"event_id": event.id}):
        free[speaker_id].append(Slot(starts_at, ends_at))
    people: dict[int, list[Person]] = defaultdict(list)
    known: dict[int, Person] = {}
    for session_id, speaker_id, name in db.session.execute(_people, ids):
        person = known.setdefault(speaker_id, Person(speaker_id, name, tuple(free[speaker_id])))
        if person not in people[session_id]:
            people[session_id].append(person)
    return people, known


def _at_other_events(event: Event, known: dict[int, Person], times: list[Slot]) -> tuple[Planned, ...]:
    if not known or not times:
        return ()
    asked = {
        "event_id": event.id,
        "speaker_ids": [*known],
        "since": min(time.starts_at for time in times),
        "until": max(time.ends_at for time in times),
    }
    found: dict[int, tuple[Any, list[Person]]] = {}
    for row in db.session.execute(_elsewhere, asked):
        found.setdefault(row.id, (row, []))[1].append(known[row.speaker_id])
    return tuple(_planned(row, (), tuple(dict.fromkeys(people)), _name(row)) for row, people in found.values())


def _planned(row: Any, rooms: tuple[Place, ...], people: tuple[Person, ...], event: str | None = None) -> Planned:
    slot = Slot(row.starts_at, row.ends_at) if row.starts_at else None
    return Planned(row.public_id, row.title, row.kind, slot, rooms, people, row.parent, row.capacity, event)


def _name(row: Any) -> str:
    """Name another event only where everybody may know of it: whoever organises this one need not see that one."""
    return row.event if row.status is Status.PUBLISHED and not row.is_unlisted else ""

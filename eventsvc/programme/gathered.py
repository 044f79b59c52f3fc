"""What is asked of the database when a programme is gathered, for `gathering` to make values of.

Built once: building a statement costs as much as asking SQLite. Over tables rather than entities: rows are all that is
wanted, and what the mapper would add to them costs as much again.
"""

from __future__ import annotations

import enum
from typing import Any

import sqlalchemy as sa

from eventsvc.events.models import Event, Status
from eventsvc.programme.models import (
    Answer,
    Appearance,
    FreeTime,
    PublishedSession,
    Room,
    Session,
    SessionStatus,
    Speaker,
    session_rooms,
)
from eventsvc.registration.models import Choice

_session, _appearance, _speaker, _free_time, _event, _room = (
    noun.__table__ for noun in (Session, Appearance, Speaker, FreeTime, Event, Room)
)
_block = _session.alias()
_event_id = _session.c.event_id == sa.bindparam("event_id")
_columns = (
    *(_session.c[name] for name in ("id", "event_id", "public_id", "title", "kind", "starts_at", "ends_at")),
    *(_session.c[name] for name in ("capacity", "room_id", "revision")),
    _block.c.public_id.label("parent"),
)
_with_block = _session.outerjoin(_block, _block.c.id == _session.c.parent_id)
_is_planned = _session.c.status == SessionStatus.PLANNED
_is_then = sa.and_(_session.c.starts_at < sa.bindparam("until"), _session.c.ends_at > sa.bindparam("since"))
_is_asked = _session.c.public_id.in_(sa.bindparam("public_ids", expanding=True))
_comes = _appearance.c.answer != Answer.DECLINED
_free = sa.and_(_free_time.c.speaker_id == _appearance.c.speaker_id, _free_time.c.event_id == _session.c.event_id)
_people = (
    _appearance.c.speaker_id,
    _speaker.c.name.label("speaker"),
    _free_time.c.starts_at.label("free_from"),
    _free_time.c.ends_at.label("free_until"),
)
_where = (_event.c.title.label("event"), _event.c.status, _event.c.is_unlisted)
_with_people = (
    _with_block.outerjoin(_appearance, sa.and_(_appearance.c.session_id == _session.c.id, _comes))
    .outerjoin(_speaker, _speaker.c.id == _appearance.c.speaker_id)
    .outerjoin(_free_time, _free)
)
_anywhere = (
    sa.select(*_columns, *_people)
    .select_from(_with_people)
    .where(_is_planned)
    .order_by(_session.c.id, _appearance.c.position, _free_time.c.starts_at)
)
here = _anywhere.where(_event_id)
at_all = _anywhere.where(_session.c.event_id.in_(sa.bindparam("event_ids", expanding=True)))
_rooms = _room.outerjoin(session_rooms, session_rooms.c.room_id == _room.c.id)
_any_rooms = (
    sa.select(_room.c.id, _room.c.name, _room.c.capacity, session_rooms.c.session_id, _room.c.event_id)
    .select_from(_rooms)
    .order_by(_room.c.position, _room.c.name)
)
rooms = _any_rooms.where(_room.c.event_id == sa.bindparam("event_id"))
all_rooms = _any_rooms.where(_room.c.event_id.in_(sa.bindparam("event_ids", expanding=True)))
_with_event = _with_block.join(_appearance, _appearance.c.session_id == _session.c.id).join(
    _event, _event.c.id == _session.c.event_id
)
_is_elsewhere = sa.and_(_event.c.status.in_((Status.DRAFT, Status.PUBLISHED)), _is_then, _is_planned, _comes)
theirs = (
    sa.select(*_columns, _appearance.c.speaker_id, *_where)
    .select_from(_with_event)
    .where(_appearance.c.speaker_id.in_(sa.bindparam("speaker_ids", expanding=True)), _is_elsewhere)
    .order_by(_session.c.id)
)
elsewhere = theirs.where(sa.not_(_event_id))
free_here = (
    sa.select(_free_time.c.speaker_id, _free_time.c.starts_at, _free_time.c.ends_at)
    .where(_free_time.c.event_id == sa.bindparam("event_id"))
    .order_by(_free_time.c.starts_at)
)
chosen = (
    sa.select(PublishedSession.public_id, PublishedSession.facts)
    .join(Choice, Choice.session_id == PublishedSession.session_id)
    .where(Choice.registration_id == sa.bindparam("registration_id"))
    .order_by(PublishedSession.position)
)


class Part(enum.IntEnum):
    """What a row of `near` tells of."""

    SESSION = 0
    ROOM = 1
    ELSEWHERE = 2


def _part(which: Part) -> sa.ColumnElement[int]:
    return sa.literal_column(str(int(which)), sa.Integer).label("part")


def _without(*columns: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    """Return columns of these names and types that tell nothing."""
    return [sa.cast(sa.null(), column.type).label(column.name) for column in columns]


def _near() -> sa.CompoundSelect[Any]:
    """All that some sessions can clash with in one question: every question is a journey to the database and back.

    Of a room, `title` is its name, `revision` its place and `room_id` the session that takes it besides its own.
    """
    place = _appearance.c.position.label("place")
    sessions = (
        sa.select(_part(Part.SESSION), *_columns, *_people, place, *_without(*_where))
        .select_from(_with_people)
        .where(_is_planned, _event_id, sa.or_(_is_then, _is_asked))
    )
    names = {"id": _room.c.id, "event_id": _room.c.event_id, "title": _room.c.name, "capacity": _room.c.capacity}
    names |= {"room_id": session_rooms.c.session_id, "revision": _room.c.position}
    told = [names.get(column.name, empty) for column, empty in zip(_columns, _without(*_columns), strict=True)]
    of_event = (
        sa.select(_part(Part.ROOM), *told, *_without(*_people, place, *_where))
        .select_from(_rooms)
        .where(_room.c.event_id == sa.bindparam("event_id"))
    )
    appearing, asked = _appearance.alias(), _session.alias()
    theirs = (
        sa.select(appearing.c.speaker_id)
        .select_from(appearing.join(asked, asked.c.id == appearing.c.session_id))
        .where(
            asked.c.public_id.in_(sa.bindparam("public_ids", expanding=True)),
            asked.c.event_id == sa.bindparam("event_id"),
            asked.c.status == SessionStatus.PLANNED,
            appearing.c.answer != Answer.DECLINED,
        )
    )
    others = (
        sa.select(_part(Part.ELSEWHERE), *_columns, _people[0], *_without(*_people[1:], place), *_where)
        .select_from(_with_event)
        .where(_appearance.c.speaker_id.in_(theirs), sa.not_(_event_id), _is_elsewhere)
    )
    return sa.union_all(sessions, of_event, others)


near = _near()

"""A programme as it is read: sessions in time order by day, and the people who speak in them.

Plain values rather than rows: a page of forty sessions is read in two queries, and what was drawn of them can be kept
under the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from eventsvc.extensions import db
from eventsvc.programme.models import (
    Appearance,
    Room,
    Session,
    SessionKind,
    SessionStatus,
    Speaker,
    SpeakerRole,
    Track,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A person in a role in one session."""

    public_id: str
    name: str
    affiliation: str
    role: SpeakerRole


@dataclass(frozen=True, slots=True)
class Item:
    """A session in its slot; `starts_at` and `ends_at` are None while it waits for one."""

    public_id: str
    title: str
    kind: SessionKind
    status: SessionStatus
    starts_at: datetime | None
    ends_at: datetime | None
    room: str
    track: str
    colour: int
    voices: tuple[Voice, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED

    @property
    def is_break(self) -> bool:
        return self.kind is SessionKind.BREAK

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1)) if self.starts_at and self.ends_at else 0


@dataclass(frozen=True, slots=True)
class Day:
    """The sessions that begin on one day of the event's zone, by their start; `on` None: not yet given a slot."""

    on: date | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Guest:
    """A speaker at one event, with the sessions they are in and their roles there."""

    public_id: str
    name: str
    affiliation: str
    parts: tuple[tuple[SpeakerRole, Item], ...]


# Built once: building a statement costs as much as asking SQLite.
_items = (
    sa.select(
        Session.id,
        Session.public_id,
        Session.title,
        Session.kind,
        Session.status,
        Session.starts_at,
        Session.ends_at,
        sa.func.coalesce(Room.name, ""),
        sa.func.coalesce(Track.name, ""),
        sa.func.coalesce(Track.colour, 1),
    )
    .outerjoin(Room, Room.id == Session.room_id)
    .outerjoin(Track, Track.id == Session.track_id)
    .where(Session.event_id == sa.bindparam("event_id"), Session.is_hidden.is_(False))
    .order_by(Session.starts_at.asc().nulls_last(), sa.func.coalesce(Room.position, 0), Session.id)
)
_voices = (
    sa.select(Appearance.session_id, Speaker.public_id, Speaker.name, Speaker.affiliation, Appearance.role)
    .join(Speaker, Speaker.id == Appearance.speaker_id)
    .join(Session, Session.id == Appearance.session_id)
    .where(Session.event_id == sa.bindparam("event_id"), Session.is_hidden.is_(False))
    .order_by(Appearance.session_id, Appearance.position, Appearance.id)
)


def items(event_id: int) -> tuple[Item, ...]:
    """Return an event's sessions in time order, with those who speak; hidden ones are left out. Two queries."""
    rows: Sequence[Any] = db.session.execute(_items, {"event_id": event_id}).all()
    voices = _by_session(event_id) if rows else {}
    return tuple(Item(*(*facts, voices.get(id_, ()))) for id_, *facts in rows)


def by_day(items: Iterable[Item], timezone: str) -> tuple[Day, ...]:
    """Sort sessions into the days of a zone; those without a slot come last."""
    zone = ZoneInfo(timezone)

    def day_of(item: Item) -> date | None:
        return item.starts_at.astimezone(zone).date() if item.starts_at else None

    return tuple(Day(on, tuple(found)) for on, found in groupby(items, day_of))


def guests(items: Iterable[Item]) -> tuple[Guest, ...]:
    """Return everybody who speaks, by their first appearance, with all sessions they are in."""
    found: dict[str, tuple[Voice, list[tuple[SpeakerRole, Item]]]] = {}
    for item in items:
        for voice in item.voices:
            found.setdefault(voice.public_id, (voice, []))[1].append((voice.role, item))
    return tuple(Guest(key, voice.name, voice.affiliation, tuple(parts)) for key, (voice, parts) in found.items())


def session_by_id(event_id: int, public_id: str) -> Session | None:
    """Find a session of an event that may be shown, with its room, track and speakers."""
    return db.session.scalar(
        sa.select(Session)
        .options(
            joinedload(Session.room),
            joinedload(Session.track),
            selectinload(Session.appearances).joinedload(Appearance.speaker),
        )
        .where(Session.event_id == event_id, Session.public_id == public_id, Session.is_hidden.is_(False))
    )


def speaker_by_id(public_id: str) -> Speaker | None:
    """Find a speaker; whether they speak at an event is told by its guests."""
    return db.session.scalar(sa.select(Speaker).where(Speaker.public_id == public_id))


def _by_session(event_id: int) -> dict[int, tuple[Voice, ...]]:
    found: dict[int, list[Voice]] = {}
    rows: Iterable[Any] = db.session.execute(_voices, {"event_id": event_id})
    for session_id, *facts in rows:
        found.setdefault(session_id, []).append(Voice(*facts))
    return {session_id: tuple(voices) for session_id, voices in found.items()}

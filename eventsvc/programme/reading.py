"""A programme as it is read: sessions in time order by day, and the people who speak in them.

Plain values rather than rows: a page of forty sessions is read in one query, and what was drawn of them can be kept
under the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import published, slots
from eventsvc.programme.models import (
    FormerSpeaker,
    PublishedSession,
    PublishedVoice,
    Session,
    SessionKind,
    SessionStatus,
    Slides,
    Speaker,
    SpeakerRole,
)
from eventsvc.programme.slots import Slot


@dataclass(frozen=True, slots=True)
class Voice:
    """A person in a role in one session; `photo` is the digest of the picture that is kept, where there is one."""

    public_id: str
    name: str
    affiliation: str
    role: SpeakerRole
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A session in its slot; `starts_at` and `ends_at` are None while it waits for one.

    `room` names all its rooms in one line. `parent` is the public id of the block it is part of. `has_files`: somebody
    sent slides for it. `track_id` is the public id of its track, by which calendars know it under any name.
    """

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
    abstract: str = ""
    language: str | None = None
    rooms: tuple[str, ...] = ()
    room_ids: tuple[str, ...] = ()
    parent: str | None = None
    capacity: int | None = None
    session_id: int = 0
    slides_url: str = ""
    recording_url: str = ""
    has_files: bool = False
    track_id: str = ""

    @property
    def slot(self) -> Slot | None:
        return Slot(self.starts_at, self.ends_at) if self.starts_at and self.ends_at else None

    @property
    def is_cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED

    @property
    def is_break(self) -> bool:
        return self.kind is SessionKind.BREAK

    @property
    def is_several(self) -> bool:
        """Tell whether it takes more rooms than one."""
        return len(self.rooms) > 1

    def shows_files(self, at: datetime) -> bool:
        """Tell whether everybody may have the files that were sent for it: none before its end, nor if it was not."""
        return self.has_files and self.ends_at is not None and self.ends_at <= at and not self.is_cancelled

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1)) if self.starts_at and self.ends_at else 0


@dataclass(frozen=True, slots=True)
class Day:
    """The sessions of one day of the programme (`slots.day_of`), by their start; `on` None: not yet given a slot."""

    on: date | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Guest:
    """A speaker at one event, with the sessions they are in and their roles there."""

    public_id: str
    name: str
    affiliation: str
    parts: tuple[tuple[SpeakerRole, Item], ...]
    photo: str = ""


# Whoever was taken out of a session took their files along.
_is_of_a_voice = sa.exists().where(
    PublishedVoice.session_id == Slides.session_id, PublishedVoice.speaker_id == Slides.speaker_id
)
_has_files = sa.exists().where(Slides.session_id == Session.id, sa.or_(Slides.speaker_id.is_(None), _is_of_a_voice))
# Built once: building a statement costs as much as asking SQLite.
_published = (
    sa.select(
        PublishedSession.session_id,
        PublishedSession.public_id,
        PublishedSession.facts,
        Session.slides_url,
        Session.recording_url,
        _has_files.label("has_files"),
    )
    .join(Session, Session.id == PublishedSession.session_id)
    .where(PublishedSession.event_id == sa.bindparam("event_id"))
    .order_by(PublishedSession.position)
)
_one_published = _published.where(PublishedSession.public_id == sa.bindparam("public_id"))


def items(event_id: int) -> tuple[Item, ...]:
    """Return the sessions that the public sees, in time order, with those who speak. One query."""
    return tuple(_item(*row) for row in db.session.execute(_published, {"event_id": event_id}))


def drafted(event_id: int) -> tuple[Item, ...]:
    """Return the sessions as the next version will show them: for the preview of a draft, and for the desk."""
    return tuple(
        _item(each.id, each.public_id, published.facts_of(each), each.slides_url, each.recording_url)
        for each in published.drafted(event_id)
    )


def item(event_id: int, public_id: str) -> Item | None:
    """Find one session that the public sees."""
    row = db.session.execute(_one_published, {"event_id": event_id, "public_id": public_id}).first()
    return _item(*row) if row else None


def item_of(session_id: int, public_id: str, facts: Mapping[str, Any]) -> Item:
    """Return a session from its published facts alone."""
    return _item(session_id, public_id, facts, "", "")


def by_day(items: Iterable[Item], timezone: str) -> tuple[Day, ...]:
    """Sort sessions into the days of a zone; those without a slot come last."""

    def day_of(item: Item) -> date | None:
        return slots.day_of(item.starts_at, timezone) if item.starts_at else None

    return tuple(Day(on, tuple(found)) for on, found in groupby(items, day_of))


def guests(items: Iterable[Item]) -> tuple[Guest, ...]:
    """Return everybody who speaks, by their first appearance, with all sessions they are in."""
    found: dict[str, tuple[Voice, list[tuple[SpeakerRole, Item]]]] = {}
    for item in items:
        for voice in item.voices:
            found.setdefault(voice.public_id, (voice, []))[1].append((voice.role, item))
    return tuple(
        Guest(key, voice.name, voice.affiliation, tuple(parts), voice.photo) for key, (voice, parts) in found.items()
    )


def speaker_by_id(public_id: str) -> Speaker | None:
    """Find a speaker; whether they speak at an event is told by its guests."""
    return db.session.scalar(sa.select(Speaker).where(Speaker.public_id == public_id))


def became(public_id: str) -> str | None:
    """Return the public id that a speaker has now whose card was made one with another."""
    asked = sa.select(Speaker.public_id).join(FormerSpeaker, FormerSpeaker.speaker_id == Speaker.id)
    return db.session.scalar(asked.where(FormerSpeaker.public_id == public_id))


def _item(
    session_id: int,
    public_id: str,
    facts: Mapping[str, Any],
    slides_url: str,
    recording_url: str,
    has_files: bool = False,
) -> Item:
    rooms = tuple(room["name"] for room in facts["rooms"])
    return Item(
        public_id=public_id,
        title=facts["title"],
        kind=SessionKind(facts["kind"]),
        status=SessionStatus(facts["status"]),
        starts_at=_moment(facts["starts_at"]),
        ends_at=_moment(facts["ends_at"]),
        room=", ".join(rooms),
        track=facts["track"],
        track_id=facts.get("track_id", ""),
        colour=facts["colour"],
        voices=tuple(
            Voice(
                each["public_id"], each["name"], each["affiliation"], SpeakerRole(each["role"]), each.get("photo", "")
            )
            for each in facts["speakers"]
        ),
        abstract=facts["abstract"],
        language=facts["language"],
        rooms=rooms,
        room_ids=tuple(room["public_id"] for room in facts["rooms"]),
        parent=facts["parent"],
        capacity=facts["capacity"],
        session_id=session_id,
        slides_url=slides_url,
        recording_url=recording_url,
        has_files=has_files,
    )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None

"""Who speaks: at one event for its organisers, and at all events for somebody themself.

As many queries for one as for many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.models import (
    Answer,
    Appearance,
    FreeTime,
    PublishedSession,
    PublishedVoice,
    Session,
    SessionStatus,
    Slides,
    Speaker,
)
from eventsvc.programme.reading import Item


@dataclass(slots=True)
class Place:
    """A speaker at one event: what they are in, when they are free, and by session the files they sent.

    `shown` are the sessions that the public sees, as it sees them; what organisers have made of these since is theirs.
    """

    event: Event
    speaker: Speaker
    parts: list[Appearance] = field(default_factory=list)
    free: list[FreeTime] = field(default_factory=list)
    slides: dict[int, list[Slides]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[int, Item] = field(default_factory=dict)

    @property
    def invited_at(self) -> datetime | None:
        """When they were written to last about what they are in."""
        moments = [moment for part in self.parts for moment in (part.invited_at, part.reminded_at) if moment]
        return max(moments, default=None)

    def is_over(self, at: datetime) -> bool:
        """Tell whether the event is over."""
        return self.event.ends_at is not None and self.event.ends_at <= at


_IS_THERE = Session.status != SessionStatus.REMOVED
_ORDER = (Session.starts_at.asc().nulls_last(), Session.id, Appearance.position)


def at_event(event: Event) -> list[Place]:
    """Return everybody who is to speak at an event, by name."""
    asked = _appearances().where(Session.event_id == event.id, _IS_THERE)
    rows = db.session.scalars(asked.order_by(sa.func.lower(Speaker.name), Speaker.id, *_ORDER)).unique().all()
    return _gathered(rows, {event.id: event})


def of_speaker(speaker: Speaker) -> list[Place]:
    """Return the events at which somebody speaks, the next first: what they were asked for, and what is public of it.

    What an organiser has only thought of yet is not theirs to see.
    """
    public = sa.exists().where(
        PublishedVoice.session_id == Appearance.session_id, PublishedVoice.speaker_id == Appearance.speaker_id
    )
    is_known = sa.or_(Appearance.answer != Answer.NOT_ASKED, sa.and_(public, Event.status != Status.DRAFT))
    asked = _appearances().join(Event, Event.id == Session.event_id)
    asked = asked.where(Appearance.speaker_id == speaker.id, _IS_THERE, is_known)
    asked = asked.options(joinedload(Appearance.session).joinedload(Session.event).joinedload(Event.venue))
    rows = db.session.scalars(asked.order_by(Event.starts_at.asc().nulls_last(), Event.id, *_ORDER)).unique().all()
    places = _gathered(rows, {row.session.event_id: row.session.event for row in rows})
    shown = _shown({row.session_id for row in rows})
    for place in places:
        place.shown = {part.session_id: shown[part.session_id] for part in place.parts if part.session_id in shown}
    return places


def declined(which: sa.ColumnElement[bool], at: datetime) -> list[tuple[Event, int]]:
    """Count, by event, who declined what is still planned; an organiser then takes them out, or asks somebody else."""
    asked = (
        sa.select(Event, sa.func.count(Appearance.speaker_id.distinct()))
        .join(Session, Session.event_id == Event.id)
        .join(Appearance, Appearance.session_id == Session.id)
        .where(
            which,
            Event.status.in_((Status.DRAFT, Status.PUBLISHED)),
            Session.status == SessionStatus.PLANNED,
            sa.or_(Session.ends_at.is_(None), Session.ends_at > at),
            Appearance.answer == Answer.DECLINED,
        )
        .group_by(Event.id)
        .order_by(Event.starts_at.asc().nulls_last(), Event.id)
    )
    return [(event, count) for event, count in db.session.execute(asked)]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session that somebody speaks in at another event, as the public sees it."""

    event: str
    slug: str
    timezone: str
    public_id: str
    facts: dict[str, Any]


# Built once: each view of a speaker asks it.
_elsewhere = (
    sa.select(Event.title, Event.slug, Event.timezone, PublishedSession.public_id, PublishedSession.facts)
    .join(PublishedSession, PublishedSession.event_id == Event.id)
    .join(PublishedVoice, PublishedVoice.session_id == PublishedSession.session_id)
    .where(
        PublishedVoice.speaker_id == sa.bindparam("speaker_id"),
        Event.id != sa.bindparam("event_id"),
        Event.status.not_in((Status.DRAFT, Status.CANCELLED)),
        Event.is_unlisted.is_(False),
    )
    .order_by(Event.starts_at.desc().nulls_first(), PublishedSession.position)
    .limit(50)
)


def elsewhere(speaker: Speaker, event: Event) -> list[Elsewhere]:
    """Return what somebody speaks in at other events that everybody may know of, the newest first."""
    rows = db.session.execute(_elsewhere, {"speaker_id": speaker.id, "event_id": event.id})
    found = [Elsewhere(*row) for row in rows]
    return [each for each in found if each.facts["status"] == SessionStatus.PLANNED.value]


def slides_of(session_ids: Iterable[int]) -> list[Slides]:
    """Return the files that were sent for sessions, the oldest first."""
    asked = sa.select(Slides).where(Slides.session_id.in_(list(session_ids)))
    return list(db.session.scalars(asked.order_by(Slides.uploaded_at, Slides.id)))


def public_slides(session_id: int, speakers: Collection[str]) -> list[Slides]:
    """Return the files of a session that are of those who spoke in it (public ids), or of nobody; the oldest first.

    Whoever was taken out of it took their files along.
    """
    asked = (
        sa.select(Slides)
        .outerjoin(Speaker, Speaker.id == Slides.speaker_id)
        .where(Slides.session_id == session_id, sa.or_(Speaker.id.is_(None), Speaker.public_id.in_(speakers)))
    )
    return list(db.session.scalars(asked.order_by(Slides.uploaded_at, Slides.id)))


def is_kept(digest: str, *, photo: bool) -> bool:
    """Tell whether any row still names a file."""
    named = Speaker.photo_digest == digest if photo else Slides.digest == digest
    return bool(db.session.scalar(sa.select(sa.exists().where(named))))


def _shown(session_ids: Collection[int]) -> dict[int, Item]:
    asked = sa.select(PublishedSession).where(PublishedSession.session_id.in_(session_ids))
    rows = db.session.scalars(asked.execution_options(populate_existing=True))
    return {row.session_id: reading.item_of(row.session_id, row.public_id, row.facts) for row in rows}


def _appearances() -> sa.Select[Appearance]:
    return (
        sa.select(Appearance)
        .join(Session, Session.id == Appearance.session_id)
        .join(Speaker, Speaker.id == Appearance.speaker_id)
        .options(
            joinedload(Appearance.speaker),
            joinedload(Appearance.session).joinedload(Session.room),
            joinedload(Appearance.session).selectinload(Session.further_rooms),
        )
    )


def _gathered(rows: Sequence[Appearance], events: dict[int, Event]) -> list[Place]:
    found: dict[tuple[int, int], Place] = {}
    for row in rows:
        key = row.session.event_id, row.speaker_id
        place = found.get(key) or found.setdefault(key, Place(events[key[0]], row.speaker))
        place.parts.append(row)
    asked = sa.select(FreeTime).where(
        FreeTime.event_id.in_(list(events)), FreeTime.speaker_id.in_({row.speaker_id for row in rows})
    )
    for time in db.session.scalars(asked.order_by(FreeTime.starts_at)):
        own = found.get((time.event_id, time.speaker_id))
        if own is not None:
            own.free.append(time)
    by_session: dict[int, list[Slides]] = defaultdict(list)
    for slides in slides_of({row.session_id for row in rows}):
        by_session[slides.session_id].append(slides)
    for place in found.values():
        for part in place.parts:
            sent = by_session[part.session_id]
            place.slides[part.session_id] = [slides for slides in sent if slides.speaker_id == place.speaker.id]
    return list(found.values())

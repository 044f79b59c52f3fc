"""Who speaks at an event as far as people know: whom the published programme names, and who was asked to.

As many queries for one as for hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from eventsvc.calendars import partings
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.models import (
    Answer,
    Appearance,
    PublishedSession,
    PublishedVoice,
    Session,
    SessionStatus,
    Speaker,
)

_OPEN = (Answer.INVITED, Answer.CONFIRMED)


def people(event: Event) -> sa.Select[int]:
    """Return the ids of those who have an address and did not decline everything."""
    known = sa.or_(Speaker.id.in_(_named(event.id, PublishedVoice.speaker_id)), Speaker.id.in_(_asked(event.id)))
    return sa.select(Speaker.id).where(Speaker.email != "", known)


def named(event_id: int) -> frozenset[tuple[int, int | None]]:
    """Return whom the published programme names in which session, but for who declined it."""
    rows = db.session.execute(_named(event_id, PublishedVoice.speaker_id, PublishedVoice.session_id))
    return frozenset((row[0], row[1]) for row in rows)


def parts(event_id: int) -> dict[int, list[dict[str, Any]]]:
    """Return what a letter tells each of what they are in, by speaker: as published, or else as they were asked."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    published = _named(event_id, PublishedVoice.speaker_id, Speaker.public_id, PublishedSession.facts)
    published = published.join(Speaker, Speaker.id == PublishedVoice.speaker_id).order_by(PublishedSession.position)
    for speaker_id, public_id, facts in db.session.execute(published):
        if facts["status"] == SessionStatus.PLANNED:
            found[speaker_id].append(_published(facts, public_id))
    asked = _asked(event_id, Appearance).join(PublishedSession, isouter=True, onclause=_is_published)
    asked = asked.where(PublishedSession.session_id.is_(None)).order_by(
        Session.starts_at.asc().nulls_last(), Session.id
    )
    for row in db.session.scalars(asked):
        found[row.speaker_id].append(_drafted(row))
    return dict(found)


_is_published = PublishedSession.session_id == Appearance.session_id


def _named(event_id: int, *wanted: Any) -> sa.Select[Any]:
    asked = sa.select(*wanted).join(PublishedSession, PublishedSession.session_id == PublishedVoice.session_id)
    return asked.select_from(PublishedVoice).where(PublishedSession.event_id == event_id, partings.is_speaking)


def _asked(event_id: int, wanted: Any = Appearance.speaker_id) -> sa.Select[Any]:
    asked = sa.select(wanted).join(Session, Session.id == Appearance.session_id)
    return asked.where(
        Session.event_id == event_id, Session.status == SessionStatus.PLANNED, Appearance.answer.in_(_OPEN)
    )


def _published(facts: dict[str, Any], public_id: str) -> dict[str, Any]:
    roles = [voice["role"] for voice in facts["speakers"] if voice["public_id"] == public_id]
    return {
        "title": facts["title"],
        "starts_at": facts["starts_at"],
        "ends_at": facts["ends_at"],
        "room": ", ".join(room["name"] for room in facts["rooms"]),
        "roles": roles,
    }


def _drafted(row: Appearance) -> dict[str, Any]:
    session = row.session
    said = snapshot(session, ("title", "starts_at", "ends_at"))
    return said | {"room": ", ".join(room.name for room in session.rooms), "roles": [row.role.value]}

"""What feeds can be narrowed by, under the names the public knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc.calendars.feeds import Found
from eventsvc.calendars.models import Entry, EntryKind
from eventsvc.events.models import Event, EventPartner, Partner, Status
from eventsvc.extensions import db
from eventsvc.programme.models import PublishedSession


@dataclass(frozen=True, slots=True)
class Offered:
    """What the feed of an event can be narrowed by; rooms are names by public id."""

    tracks: tuple[str, ...]
    kinds: frozenset[str]
    rooms: dict[str, str]


def offered(found: Found) -> Offered:
    """Return what the feed of an event can be narrowed by, from what it shows."""
    asked = sa.select(Entry.track, Entry.session_kind).where(
        Entry.event_id == found.event_id, Entry.kind == EntryKind.SESSION, Entry.gone_at.is_(None)
    )
    rows = db.session.execute(asked.distinct()).all()
    published = sa.select(PublishedSession.facts["rooms"]).where(PublishedSession.event_id == found.event_id)
    rooms = {room["public_id"]: room["name"] for held in db.session.scalars(published) for room in held or ()}
    return Offered(
        tuple(sorted({row.track for row in rows if row.track})),
        frozenset(row.session_kind for row in rows),
        dict(sorted(rooms.items(), key=lambda room: room[1])),
    )


def partners_and_languages() -> tuple[list[str], list[str]]:
    """Return what the feed of many events can be narrowed by: names of partners and codes of languages, as listed."""
    listed = Event.status != Status.DRAFT, Event.is_unlisted.is_(False)
    partners = sa.select(Partner.name).join(EventPartner).join(Event).where(*listed).distinct().order_by(Partner.name)
    languages = sa.select(Event.language).where(*listed).distinct().order_by(Event.language)
    return list(db.session.scalars(partners)), list(db.session.scalars(languages))


def room_called(found: Found, public_id: str) -> str:
    """Return the name under which the published programme knows a room; empty when it does not."""
    asked = (
        sa.select(PublishedSession.facts)
        .join(Entry, Entry.session_id == PublishedSession.session_id)
        .where(Entry.event_id == found.event_id, Entry.room_ids.contains(f" {public_id} ", autoescape=True))
        .limit(1)
    )
    facts: Any = db.session.scalar(asked) or {"rooms": ()}
    return next((room["name"] for room in facts["rooms"] if room["public_id"] == public_id), "")

"""A programme as the value that files are written from: what the public sees, or what organisers have in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import links
from eventsvc.calendars.models import Entry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published, slots
from eventsvc.programme.formats.plan import Head, Person, Planned, Setting
from eventsvc.programme.models import Session, Speaker
from eventsvc.programme.reading import Item, Voice


def setting_of(event: Event) -> Setting:
    """Return what dates and times in a file about an event are read by."""
    first, last = _day(event.starts_at, event), _day(event.ends_at, event)
    return Setting(event.timezone, first, last)


def head_of(event: Event, at: datetime) -> Head:
    """Return what a file says of the event; `at` stands in for the moment of publishing where there was none."""
    version = published.last(event.id)
    number = str(version.number) if version else "0"
    return Head(
        slug=event.slug,
        title=event.title,
        timezone=event.timezone,
        url=links.absolute("programme.show", slug=event.slug),
        version=f"{number} {version.name}".strip() if version else number,
        at=version.published_at if version else at,
        uids=_uids(event),
    )


def planned(event: Event, items: Sequence[Item]) -> tuple[Planned, ...]:
    """Return sessions as files tell them, by the id they came with, else by the one they have in addresses."""
    ids, lives = _ids(event), _biographies(items)
    return tuple(
        Planned(line, ids.get(item.public_id, item.public_id), _said(item, ids, lives))
        for line, item in enumerate(items, 1)
    )


def _said(item: Item, ids: dict[str, str], lives: dict[str, str]) -> dict[str, Any]:
    return {
        "title": item.title,
        "abstract": item.abstract,
        "kind": item.kind,
        "language": item.language,
        "starts_at": item.starts_at,
        "ends_at": item.ends_at,
        "rooms": item.rooms,
        "track": item.track,
        "people": tuple(_person(voice, lives) for voice in item.voices),
        "capacity": item.capacity,
        "parent": ids.get(item.parent, item.parent) if item.parent else None,
        "is_cancelled": item.is_cancelled,
    }


def _person(voice: Voice, lives: dict[str, str]) -> Person:
    return Person(voice.name, voice.affiliation, voice.role, lives.get(voice.public_id, ""))


def _ids(event: Event) -> dict[str, str]:
    asked = sa.select(Session.public_id, Session.source_id).where(Session.event_id == event.id)
    return {public_id: source_id or public_id for public_id, source_id in db.session.execute(asked)}


def _uids(event: Event) -> dict[str, str]:
    """Return the uids by which calendars know the sessions, so that nobody who imports a file has them twice."""
    asked = sa.select(sa.func.coalesce(Session.source_id, Session.public_id), Entry.uid)
    joined = asked.join(Entry, Entry.session_id == Session.id).where(Session.event_id == event.id)
    return {row[0]: row[1] for row in db.session.execute(joined)}


def _biographies(items: Sequence[Item]) -> dict[str, str]:
    wanted = {voice.public_id for item in items for voice in item.voices}
    asked = sa.select(Speaker.public_id, Speaker.biography).where(Speaker.public_id.in_(wanted))
    return {row[0]: row[1] for row in db.session.execute(asked)}


def _day(at: datetime | None, event: Event) -> date | None:
    return slots.day_of(at, event.timezone) if at else None

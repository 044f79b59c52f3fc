"""Events and sessions as the facts a calendar shows of them, in the event's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from babel import Locale
from flask_babel import gettext as _

from eventsvc import links, text
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events import models as events
from eventsvc.events import words
from eventsvc.programme.models import SpeakerRole
from eventsvc.programme.reading import Item, Voice
from eventsvc.programme.words import SPEAKER_ROLES

_LONG = timedelta(hours=24)


def of_event(event: events.Event, *, uid: str, created_at: datetime) -> Showing:
    """Show an event: a timed entry, or a bar over its days when it lasts longer than one.

    Raises ValueError for an event without a date. The join link is not in it; see `entitled`.
    """
    if event.starts_at is None or event.ends_at is None:
        raise ValueError("an event without a date is shown by no calendar")
    address = links.absolute("events.show", slug=event.slug)
    return Showing(
        uid=uid,
        summary=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
        created_at=created_at,
        status=_status(event),
        description=_paragraphs(event.cancellation_note, event.summary, text.to_plain(event.description), event.costs),
        location=place(event),
        url=address,
        latitude=event.venue.latitude if event.venue else None,
        longitude=event.venue.longitude if event.venue else None,
        categories=(str(words.KINDS[event.kind]),),
        is_all_day=event.is_all_day or event.ends_at - event.starts_at > _LONG,
        organiser_name=event.contact_name,
        organiser_email=event.contact_email,
        cancelled_prefix=_("Cancelled: "),
    )


def of_session(session: Item, event: events.Event, *, uid: str, parent_uid: str, created_at: datetime) -> Showing:
    """Show one published session that has a time. Raises ValueError for one that has none."""
    if session.starts_at is None or session.ends_at is None:
        raise ValueError("a session without a time is shown by no calendar")
    return Showing(
        uid=uid,
        summary=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=event.timezone,
        created_at=created_at,
        status=Status.CANCELLED if session.is_cancelled else _status(event),
        description=_paragraphs(event.title, _people(session.voices), text.to_plain(session.abstract)),
        location=place(event, room=session.room),
        url=links.absolute("programme.session", slug=event.slug, public_id=session.public_id),
        latitude=event.venue.latitude if event.venue else None,
        longitude=event.venue.longitude if event.venue else None,
        categories=(session.track,) if session.track else (),
        parent_uid=parent_uid,
        organiser_name=event.contact_name,
        organiser_email=event.contact_email,
        cancelled_prefix=_("Cancelled: "),
    )


def place(event: events.Event, room: str = "") -> str:
    """Write where people go on one line that a phone's map finds: room, building, street, town, country."""
    if event.mode is events.Mode.ONLINE:
        return ""
    venue = event.venue
    parts = [room or event.room]
    if venue:
        parts += [venue.name, venue.street, f"{venue.postcode} {venue.city}".strip(), _country(venue, event.language)]
    return ", ".join(part for part in parts if part)


def _country(venue: events.Venue, language: str) -> str:
    return Locale.parse(language).territories.get(venue.country, venue.country)


def _status(event: events.Event) -> Status:
    return Status.CANCELLED if event.status is events.Status.CANCELLED else Status.CONFIRMED


def _people(voices: Iterable[Voice]) -> str:
    return "\n".join(map(_person, voices))


def _person(voice: Voice) -> str:
    named = f"{voice.name}, {voice.affiliation}" if voice.affiliation else voice.name
    return named if voice.role is SpeakerRole.SPEAKER else f"{named} ({SPEAKER_ROLES[voice.role]})"


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part and part.strip())

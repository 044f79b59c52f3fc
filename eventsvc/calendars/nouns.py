"""Events and sessions as the facts a calendar shows of them, in the event's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from babel import Locale
from flask_babel import gettext as _

from eventsvc import covers, links, text, when
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events import cards, words
from eventsvc.events import models as events
from eventsvc.programme.models import SpeakerRole
from eventsvc.programme.reading import Item, Voice
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES

# The CSS3 names nearest to the first tone of each palette, and to each colour of a track: calendars know names alone.
# Tracks have the palettes' colours first, then six of their own.
PALETTES = {
    "petrol": "teal",
    "brick": "sienna",
    "moss": "darkolivegreen",
    "plum": "purple",
    "slate": "steelblue",
    "ochre": "darkgoldenrod",
}
_FURTHER = ("royalblue", "crimson", "indigo", "darkgreen", "darkmagenta", "saddlebrown")
TRACKS = dict(enumerate((*PALETTES.values(), *_FURTHER), start=1))

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
        description=_paragraphs(
            event.cancellation_note,
            _hours(event),
            event.summary,
            text.to_plain(event.description),
            event.costs,
            _further(event),
        ),
        location=place(event),
        url=address,
        latitude=event.venue.latitude if event.venue else None,
        longitude=event.venue.longitude if event.venue else None,
        categories=(str(words.KINDS[event.kind]),),
        colour=colour_of(event),
        image_url=links.absolute("events.card", slug=event.slug, digest=cards.card(event).digest),
        is_all_day=_is_bar(event),
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
        categories=tuple(filter(None, (str(SESSION_KINDS[session.kind]), session.track))),
        colour=TRACKS.get(session.colour, "") if session.track else colour_of(event),
        parent_uid=parent_uid,
        organiser_name=event.contact_name,
        organiser_email=event.contact_email,
        cancelled_prefix=_("Cancelled: "),
    )


def entitled(showing: Showing, event: events.Event) -> Showing:
    """Show the same to whoever holds a seat: with the link to join, and how to change or cancel."""
    return noted(replace(showing, join_url=event.join_url), how_to_cancel(event.contact_email))


def noted(showing: Showing, note: str) -> Showing:
    """Show the same with a note to one reader; `ics.noted` writes it into what is written already."""
    return replace(showing, description=_paragraphs(showing.description, note))


def how_to_cancel(contact: str) -> str:
    """Tell an attendee how to change or cancel.

    The link to their own page is a secret that a calendar's vendor must not learn, so it is named and not given.
    """
    return _with_contact(_("To change or cancel, use the link in our letter to you."), contact)


def how_to_answer(contact: str) -> str:
    """Tell a speaker the same; so is the link to their own page."""
    return _with_contact(_("You cannot come, or not then? Tell us by the link in our letter to you."), contact)


def no_place() -> str:
    """Begin the title of what somebody has no seat at any more: it takes place, so it is not called off."""
    return _("You no longer have a place: ")


def not_chosen() -> str:
    """Begin the title of a session that somebody took out of their own programme."""
    return _("Taken out: ")


def not_here() -> str:
    """Begin the title of what is sent to another address of the same person by now."""
    return _("No longer at this address: ")


def without_you() -> str:
    """Begin the title of a session that somebody speaks in no more."""
    return _("Without you: ")


def _with_contact(how: str, contact: str) -> str:
    return how + " " + _("Questions? Write to %(email)s.", email=contact) if contact else how


def colour_of(event: events.Event) -> str:
    """Name an event's colour: its own palette's, or else that of its series."""
    own = event.palette if event.palette in covers.PALETTES else covers.palette_of(event.cover_seed)
    return PALETTES.get(own, "")


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


def _hours(event: events.Event) -> str:
    """Say what neither the bar over some days nor the line for a map can: the hours, on whose clock, and `online`."""
    said = []
    if event.starts_at and event.ends_at and _is_bar(event) and not event.is_all_day:
        town = event.venue.city if event.venue and "/" in event.timezone else ""
        zone = when.zone_name(event.timezone, event.starts_at, event.language, town or None)
        said.append(f"{when.span(event.starts_at, event.ends_at, event.timezone, event.language)}, {zone}")
    if event.mode is events.Mode.HYBRID:
        said.append(_("On site and online"))
    return "\n".join(said)


def _is_bar(event: events.Event) -> bool:
    assert event.starts_at
    assert event.ends_at
    return event.is_all_day or event.ends_at - event.starts_at > _LONG


def _status(event: events.Event) -> Status:
    return Status.CANCELLED if event.status is events.Status.CANCELLED else Status.CONFIRMED


def _people(voices: Iterable[Voice]) -> str:
    return "\n".join(map(_person, voices))


def _person(voice: Voice) -> str:
    named = f"{voice.name}, {voice.affiliation}" if voice.affiliation else voice.name
    return named if voice.role is SpeakerRole.SPEAKER else f"{named} ({SPEAKER_ROLES[voice.role]})"


def _further(event: events.Event) -> str:
    """Write the event's links, a line each."""
    return "\n".join(f"{link.label or words.LINKS[link.kind]}: {link.url}" for link in event.links)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part and part.strip())

"""The people who speak at an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, covers, downloads, stores, text, web, when
from eventsvc.events.models import Event
from eventsvc.events.words import country_name
from eventsvc.programme import lineup, orcid, portraits, reading
from eventsvc.programme.lineup import Elsewhere
from eventsvc.programme.models import Speaker, SpeakerRole
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved
from eventsvc.programme.reading import Guest, Item
from eventsvc.programme.words import SPEAKER_ROLES, span


@blueprint.get("/events/<slug>/speakers")
def speakers(slug: str) -> AnyResponse:
    """Show everybody who speaks, with their sessions."""
    event = event_at(slug)
    if event is None:
        return moved("programme.speakers", slug)
    guests = reading.guests(reading.items(event.id))
    page = render_template("programme/speakers.html", event=event, guests=[_guest(guest, event) for guest in guests])
    return web.public(Response(page))


@blueprint.get("/events/<slug>/speakers/<public_id>")
def speaker(slug: str, public_id: str) -> AnyResponse:
    """Show a speaker with their sessions at this event; 404 for somebody who does not speak here.

    The address of a card that was made one with another leads to that one's.
    """
    event = event_at(slug)
    if event is None:
        return moved("programme.speaker", slug, public_id=public_id)
    guests = {guest.public_id: guest for guest in reading.guests(reading.items(event.id))}
    now = reading.became(public_id) if public_id not in guests else None
    if now in guests:
        return redirect(url_for("programme.speaker", slug=slug, public_id=now), 301)
    guest = web.not_found_unless(guests.get(public_id))
    person = web.not_found_unless(reading.speaker_by_id(public_id))
    page = render_template(
        "programme/speaker.html",
        event=event,
        person=person,
        biography=text.to_html(person.biography),
        written=event.language if event.language != web.language() else "",
        guest=_guest(guest, event),
        orcid_url=f"{orcid.ADDRESS}{person.orcid}" if person.orcid else "",
        country=country_name(person.country, web.language()) if person.country else "",
        elsewhere=_elsewhere(person, event),
    )
    return web.public(Response(page))


@blueprint.get("/photos/<digest>.jpg")
def photo(digest: str) -> AnyResponse:
    """Send the photo of somebody; a changed one has another address, so this one may be kept for ever."""
    found = web.not_found_unless(stores.found(stores.PHOTOS, digest))
    return downloads.for_ever(found, portraits.MEDIA_TYPE, digest)


def _elsewhere(person: Speaker, event: Event) -> list[dict[str, str]]:
    """Return what somebody speaks in at other events, each with the day it is on."""
    return [
        {
            "title": each.facts["title"],
            "event": each.event,
            "when": _day(each),
            "url": url_for("programme.session", slug=each.slug, public_id=each.public_id),
        }
        for each in lineup.elsewhere(person, event)
    ]


def _day(each: Elsewhere) -> str:
    said = each.facts["starts_at"]
    return when.day(datetime.fromisoformat(said), each.timezone, web.language()) if said else ""


def _guest(guest: Guest, event: Event) -> dict[str, Any]:
    return {
        "name": guest.name,
        "photo": guest.photo,
        "affiliation": guest.affiliation,
        "url": url_for("programme.speaker", slug=event.slug, public_id=guest.public_id),
        "cover": covers.svg(guest.name, covers.palette_of(guest.public_id), 3, 3),
        "parts": _parts(guest.parts, event),
    }


def _parts(parts: Sequence[tuple[SpeakerRole, Item]], event: Event) -> list[dict[str, Any]]:
    return [
        {
            "title": item.title,
            "url": url_for("programme.session", slug=event.slug, public_id=item.public_id),
            "when": span(item, event.timezone, web.language()),
            "room": item.room,
            "role": "" if role is SpeakerRole.SPEAKER else SPEAKER_ROLES[role],
            "is_cancelled": item.is_cancelled,
            "recording": item.recording_url,
            "slides": item.slides_url or _files(item, event),
        }
        for role, item in parts
    ]


def _files(item: Item, event: Event) -> str:
    """Return where the files that were sent for a session stand, once everybody may have them."""
    if not item.shows_files(clock.now()):
        return ""
    return url_for("programme.session", slug=event.slug, public_id=item.public_id, _anchor="slides")

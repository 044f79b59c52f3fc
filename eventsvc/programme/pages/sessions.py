"""One session: what, when, where and who; the sessions within it, and what remains of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, covers, downloads, stores, text, uploads, web
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.models import Entry
from eventsvc.calendars.showings import Showing
from eventsvc.events import words
from eventsvc.events.models import Event, Status
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.programme import agenda, blocks, lineup, reading
from eventsvc.programme.blocks import Scene
from eventsvc.programme.models import Slides
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved
from eventsvc.programme.reading import Item, Voice
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES, span
from eventsvc.registration import choices


@blueprint.get("/events/<slug>/sessions/<public_id>")
def session(slug: str, public_id: str) -> AnyResponse:
    """Show one session: what, when, where and who."""
    event = event_at(slug)
    if event is None:
        return moved("programme.session", slug, public_id=public_id)
    found, parts, block, at_once = _with_kin(event.id, public_id)
    locale = web.language()
    language = found.language or event.language
    scene = Scene("", event.timezone, event.language, locale, clock.now(), taken=choices.taken(event.id))
    seats = blocks.seats_word(found, scene)
    page = render_template(
        "programme/session.html",
        event=event,
        talk=found,
        language=words.language_name(found.language, locale) if found.language else "",
        written=language if language != locale else "",
        kind=SESSION_KINDS[found.kind],
        span=span(found, event.timezone, locale),
        starts=blocks.iso(found.starts_at) if found.starts_at else "",
        ends=blocks.iso(found.ends_at) if found.ends_at else "",
        zone=zone_of(event, event.starts_at or clock.now(), locale),
        seats=seats,
        can_choose=_can_choose(found, event) and (seats is None or seats.mark != "full"),
        abstract=text.to_html(found.abstract),
        people=_people(found.voices, event),
        parts=[_kin(part, event) for part in parts],
        block=_kin(block, event) if block else None,
        at_once=[_kin(each, event) for each in at_once],
        calendar=_calendar(found, event),
        slides=_slides(found, event),
    )
    return web.public(Response(page))


@blueprint.get("/events/<slug>/sessions/<public_id>/slides/<file_id>")
def slides(slug: str, public_id: str, file_id: str) -> AnyResponse:
    """Send a file that was put to a session, once that is over."""
    event = event_at(slug)
    if event is None:
        return moved("programme.slides", slug, public_id=public_id, file_id=file_id)
    found = web.not_found_unless(reading.item(event.id, public_id))
    files = {each.public_id: each for each in _shown(found)}
    chosen = web.not_found_unless(files.get(file_id))
    file = web.not_found_unless(stores.found(stores.FILES, chosen.digest))
    response = downloads.attachment(file, chosen.media_type, chosen.name)
    response.headers["Cache-Control"] = f"public, max-age={web.PUBLIC_SECONDS}"
    return response


def _can_choose(found: Item, event: Event) -> bool:
    """Tell whether somebody who has not registered yet may keep it on their own device, as in the whole programme."""
    is_coming = event.ends_at is None or clock.now() < event.ends_at
    return event.status is Status.PUBLISHED and is_coming and not found.is_break and not found.is_cancelled


def _shown(found: Item) -> list[Slides]:
    """Return the files of a session that everybody may have."""
    if not found.shows_files(clock.now()):
        return []
    return lineup.public_slides(found.session_id, {voice.public_id for voice in found.voices})


def _slides(found: Item, event: Event) -> list[dict[str, str]]:
    return [
        {
            "name": each.name,
            "about": f"{uploads.word(each.media_type)}, {uploads.size(each.size)}",
            "url": url_for("programme.slides", slug=event.slug, public_id=found.public_id, file_id=each.public_id),
        }
        for each in _shown(found)
    ]


def _with_kin(event_id: int, public_id: str) -> tuple[Item, Sequence[Item], Item | None, Sequence[Item]]:
    """Return a session, those within it, the block that it is part of, and what goes on at the same time.

    404 for one that is not there.
    """
    items = {item.public_id: item for item in reading.items(event_id)}
    found = web.not_found_unless(items.get(public_id))
    parts = [item for item in items.values() if item.parent == public_id]
    return found, parts, items.get(found.parent or ""), list(agenda.at_once(found, items.values()))


def _kin(item: Item, event: Event) -> dict[str, Any]:
    return {
        "title": item.title,
        "url": url_for("programme.session", slug=event.slug, public_id=item.public_id),
        "when": span(item, event.timezone, web.language()),
        "who": blocks.names(item.voices),
        "is_cancelled": item.is_cancelled,
        "id": item.public_id,
        "room": item.room,
        "starts": blocks.iso(item.starts_at) if item.starts_at else "",
        "ends": blocks.iso(item.ends_at) if item.ends_at else "",
    }


def _people(voices: Sequence[Voice], event: Event) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "photo": each.photo,
            "affiliation": each.affiliation,
            "role": SPEAKER_ROLES[each.role],
            "url": url_for("programme.speaker", slug=event.slug, public_id=each.public_id),
            "cover": covers.svg(each.name, covers.palette_of(each.public_id), 3, 3),
        }
        for each in voices
    ]


def _calendar(found: Item, event: Event) -> dict[str, str]:
    """Return the ways to put a session in a calendar; none until its entry is written."""
    entry = db.session.scalar(db.select(Entry).where(Entry.session_id == found.session_id, Entry.gone_at.is_(None)))
    if entry is None:
        return {}
    showing = Showing.from_json(entry.facts)
    return {
        "google": calendar_links.google(showing),
        "outlook": calendar_links.outlook(showing),
        "office": calendar_links.office365(showing),
        "feed": url_for("calendars.subscribe", event=event.slug, session=found.public_id),
        "file": url_for("calendars.session", slug=event.slug, public_id=found.public_id, download=1),
    }

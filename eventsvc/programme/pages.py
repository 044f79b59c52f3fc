"""The door to programmes for everybody: by day, one session, the people who speak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, covers, text, web, when
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.models import Entry
from eventsvc.calendars.showings import Showing
from eventsvc.events import finding, words
from eventsvc.events.kept import drawn
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.events.words import Word
from eventsvc.extensions import db
from eventsvc.programme import exporting, reading
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.models import SpeakerRole
from eventsvc.programme.reading import Day, Guest, Item, Voice
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES

blueprint = Blueprint("programme", __name__)

_ALL = "all"
_CANCELLED = Word("cancelled", _l("Cancelled"), "no")


@blueprint.get("/events/<slug>/programme")
def show(slug: str) -> AnyResponse:
    """Show a day of the programme (`?day=2027-05-30`), or all of it (`?day=all`)."""
    event = _event(slug)
    if event is None:
        return _moved("programme.show", slug)
    items = reading.items(event.id)
    days = reading.by_day(items, event.timezone)
    chosen = _chosen(days, event)
    zone = _zone(event)
    head = (event.slug, event.title, event.status, event.is_unlisted, event.timezone, zone)
    seen = ("programme", request.query_string, head, chosen, items)
    return web.public(Response(drawn(seen, lambda: _draw(event, days, chosen, zone))))


@blueprint.get("/events/<slug>/programme.<any(xml, json, csv, xlsx, ics):kind>")
def export(slug: str, kind: str) -> AnyResponse:
    """Hand over the published programme as a file, for conference apps and spreadsheets."""
    event = _event(slug)
    if event is None:
        return _moved("programme.export", slug, kind=kind)
    chosen = Format(kind)
    sessions = exporting.planned(event, reading.items(event.id))
    blocks = files.write(chosen, exporting.head_of(event, event.updated_at), sessions)
    response = Response(b"".join(blocks), content_type=files.TYPES[chosen])
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.{kind}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return web.public(response)


def _draw(event: Event, days: Sequence[Day], chosen: Sequence[Day], zone: str) -> str:
    address = url_for("programme.session", slug=event.slug, public_id="~")
    return render_template(
        "programme/show.html",
        event=event,
        days=[_shown(day, event, address) for day in chosen],
        tabs=_tabs(days, chosen, event),
        tracks=_tracks(days),
        zone=zone,
        print_url=url_for("programme.show", slug=event.slug, day=_ALL),
        is_empty=not days,
    )


@blueprint.get("/events/<slug>/sessions/<public_id>")
def session(slug: str, public_id: str) -> AnyResponse:
    """Show one session: what, when, where and who."""
    event = _event(slug)
    if event is None:
        return _moved("programme.session", slug, public_id=public_id)
    found = web.not_found_unless(reading.item(event.id, public_id))
    page = render_template(
        "programme/session.html",
        event=event,
        talk=found,
        language=words.language_name(found.language, web.language()) if found.language else "",
        written=_written(found.language or event.language),
        kind=SESSION_KINDS[found.kind],
        span=_span(found.starts_at, found.ends_at, event),
        zone=_zone(event),
        abstract=text.to_html(found.abstract),
        people=_people(found.voices, event),
        calendar=_calendar(found, event),
    )
    return web.public(Response(page))


@blueprint.get("/events/<slug>/speakers")
def speakers(slug: str) -> AnyResponse:
    """Show everybody who speaks, with their sessions."""
    event = _event(slug)
    if event is None:
        return _moved("programme.speakers", slug)
    guests = reading.guests(reading.items(event.id))
    page = render_template("programme/speakers.html", event=event, guests=[_guest(guest, event) for guest in guests])
    return web.public(Response(page))


@blueprint.get("/events/<slug>/speakers/<public_id>")
def speaker(slug: str, public_id: str) -> AnyResponse:
    """Show a speaker with their sessions at this event; 404 for somebody who does not speak here."""
    event = _event(slug)
    if event is None:
        return _moved("programme.speaker", slug, public_id=public_id)
    guests = {guest.public_id: guest for guest in reading.guests(reading.items(event.id))}
    guest = web.not_found_unless(guests.get(public_id))
    person = web.not_found_unless(reading.speaker_by_id(public_id))
    page = render_template(
        "programme/speaker.html",
        event=event,
        person=person,
        biography=text.to_html(person.biography),
        written=_written(event.language),
        guest=_guest(guest, event),
    )
    return web.public(Response(page))


def _event(slug: str) -> Event | None:
    found = finding.by_slug(slug)
    return found.event if found else None


def _moved(endpoint: str, slug: str, **values: Any) -> AnyResponse:
    now = web.not_found_unless(finding.moved_to(slug))
    return redirect(url_for(endpoint, slug=now, **values), 301)


def _chosen(days: tuple[Day, ...], event: Event) -> tuple[Day, ...]:
    """Choose what is asked for, else today while the event is on, else the first day with all that has no slot."""
    asked = request.args.get("day", "")
    dated = [day for day in days if day.on]
    if asked == _ALL or len(dated) < 2:
        return days
    today = clock.now().astimezone(ZoneInfo(event.timezone)).date()
    by_name = {day.on.isoformat(): day for day in dated if day.on}
    return (by_name.get(asked) or by_name.get(today.isoformat()) or dated[0],)


def _tabs(days: Sequence[Day], chosen: Sequence[Day], event: Event) -> list[dict[str, Any]]:
    dated = [day for day in days if day.on]
    if len(dated) < 2:
        return []
    tabs = [
        {
            "label": _day_name(day.on, event),
            "url": url_for("programme.show", slug=event.slug, day=day.on.isoformat()),
            "is_current": len(chosen) == 1 and chosen[0] is day,
        }
        for day in dated
        if day.on
    ]
    every = {"label": _("All days"), "url": url_for("programme.show", slug=event.slug, day=_ALL)}
    return [*tabs, {**every, "is_current": len(chosen) > 1}]


def _shown(day: Day, event: Event, address: str) -> dict[str, Any]:
    """Return a day as `parts/programme.html` lays it: by the hour, in time order."""
    hours = groupby(day.items, lambda item: item.starts_at)
    return {
        "label": _day_name(day.on, event),
        "iso": day.on.isoformat() if day.on else "",
        "hours": [
            {
                "hour": when.hour(at, event.timezone) if at else _("Hour to follow"),
                "note": "",
                "blocks": [_block(item, address) for item in items],
            }
            for at, items in hours
        ],
    }


def _block(item: Item, address: str) -> dict[str, Any]:
    """Return what a block of the programme says."""
    return {
        "title": item.title,
        "url": None if item.is_break else address.replace("~", item.public_id),
        "at": " · ".join(said for said in (_length(item.minutes), item.room) if said),
        "who": _names(item.voices),
        "track": item.colour if item.track else None,
        "state": _CANCELLED if item.is_cancelled else None,
        "is_break": item.is_break,
        "is_cancelled": item.is_cancelled,
    }


def _names(voices: Sequence[Voice]) -> str:
    return ", ".join(
        voice.name if voice.role is SpeakerRole.SPEAKER else f"{voice.name} ({SPEAKER_ROLES[voice.role]})"
        for voice in voices
    )


def _length(minutes: int) -> str:
    """Write a length: "1 h 30", "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min", minutes=rest) if rest else ""
    return _("%(hours)d h %(minutes)02d", hours=hours, minutes=rest) if rest else _("%(hours)d h", hours=hours)


def _tracks(days: Sequence[Day]) -> list[dict[str, Any]]:
    found = dict.fromkeys((item.colour, item.track) for day in days for item in day.items if item.track)
    return [{"number": colour, "name": name} for colour, name in sorted(found)]


def _guest(guest: Guest, event: Event) -> dict[str, Any]:
    return {
        "name": guest.name,
        "affiliation": guest.affiliation,
        "url": url_for("programme.speaker", slug=event.slug, public_id=guest.public_id),
        "cover": covers.svg(guest.name, covers.palette_of(guest.public_id), 3, 3),
        "parts": [_part(role, item, event) for role, item in guest.parts],
    }


def _part(role: SpeakerRole, item: Item, event: Event) -> dict[str, Any]:
    return {
        "title": item.title,
        "url": url_for("programme.session", slug=event.slug, public_id=item.public_id),
        "when": _span(item.starts_at, item.ends_at, event),
        "role": "" if role is SpeakerRole.SPEAKER else SPEAKER_ROLES[role],
        "is_cancelled": item.is_cancelled,
    }


def _people(voices: Sequence[Voice], event: Event) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
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
        "file": url_for("calendars.session", slug=event.slug, public_id=found.public_id),
    }


def _span(starts_at: datetime | None, ends_at: datetime | None, event: Event) -> str:
    if starts_at is None or ends_at is None:
        return _("Time to follow")
    return when.span(starts_at, ends_at, event.timezone, web.language())


def _written(language: str) -> str:
    """Name the language of a text where it is not the page's."""
    return language if language != web.language() else ""


def _zone(event: Event) -> str:
    return zone_of(event, event.starts_at or clock.now(), web.language())


def _day_name(on: date | None, event: Event) -> str:
    if on is None:
        return _("Time to follow")
    noon = datetime.combine(on, time(12), ZoneInfo(event.timezone))
    return when.near_day(noon, event.timezone, web.language(), has_weekday=True)

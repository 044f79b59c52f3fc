"""The part of an event's page that stays the same from one reader to the next, drawn once for the facts it shows.

What was drawn is kept under the facts themselves, so there is nothing to forget when one of them changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from eventsvc import covers, text, when
from eventsvc.events import words
from eventsvc.events.finding import Companion
from eventsvc.events.models import Event
from eventsvc.programme import reading
from eventsvc.programme.reading import Guest, Item
from eventsvc.programme.words import SPEAKER_ROLES

KEPT = 128
_SHOWN_GUESTS = 12
_SHORT = 12
"""How many sessions of a programme a phone shows here; of more the beginning of the first day, and a way to all."""


@dataclass(frozen=True, slots=True)
class Inner:
    """All that decides what is drawn; `asked` is the language in the address, which its links carry on."""

    slug: str
    timezone: str
    summary: str
    description: str
    audience: str
    benefits: str
    accessibility: str
    language: str
    is_public: bool
    items: tuple[Item, ...]
    companions: tuple[Companion, ...]
    locale: str
    asked: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A session in the preview."""

    hour: str
    title: str
    url: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the preview."""

    name: str
    iso: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker with the first session they are in."""

    name: str
    affiliation: str
    url: str
    part: str
    cover: Markup
    photo: str


def inner(
    event: Event, items: Sequence[Item], companions: Sequence[Companion], locale: str, asked: str | None
) -> Markup:
    """Draw the description, the programme in short, the speakers and the partners of an event."""
    facts = Inner(
        slug=event.slug,
        timezone=event.timezone,
        summary=event.summary,
        description=event.description,
        audience=event.audience,
        benefits=event.benefits,
        accessibility=event.accessibility,
        language=event.language,
        is_public=event.is_public,
        items=tuple(items),
        companions=tuple(companions),
        locale=locale,
        asked=asked,
    )
    return _drawn(facts)


@lru_cache(KEPT)
def _drawn(facts: Inner) -> Markup:
    guests, columns = reading.guests(facts.items), _columns(facts)
    count = sum(len(column.lines) for column in columns)
    whole = _("All %(num)s sessions in the full programme", num=count)
    drawn = render_template(
        "events/inner.html",
        facts=facts,
        written=facts.language if facts.language != facts.locale else "",
        programme_link=_link("programme.show", _("Full programme"), facts),
        speakers_link=_link("programme.speakers", _("All speakers"), facts),
        cancelled=_("cancelled"),
        about=text.to_html(facts.description),
        columns=columns,
        all_link=_link("programme.show", whole, facts) if count > _SHORT else None,
        people=_people(guests[:_SHOWN_GUESTS], facts),
        companions=[(each, words.PARTNER_ROLES[each.role]) for each in facts.companions],
    )
    return Markup(drawn)  # noqa: S704


def _link(endpoint: str, label: str, facts: Inner) -> Markup | None:
    """Return a link under a section's name; a draft's programme has no pages yet."""
    if not facts.is_public:
        return None
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, slug=facts.slug), label)


def _address(endpoint: str, facts: Inner) -> str:
    """Return an address with a tilde in the id's place, built once for all; empty where there are no pages yet."""
    return url_for(endpoint, slug=facts.slug, public_id="~") if facts.is_public else ""


def _columns(facts: Inner) -> list[Column]:
    address = _address("programme.session", facts)
    return [
        Column(_day(day.on, facts), day.on.isoformat(), tuple(_line(item, address, facts) for item in shown))
        for day in reading.by_day(facts.items, facts.timezone)
        if day.on and (shown := [item for item in day.items if not item.is_break])
    ]


def _day(on: date, facts: Inner) -> str:
    noon = datetime.combine(on, time(12), ZoneInfo(facts.timezone))
    return when.near_day(noon, facts.timezone, facts.locale, has_weekday=True)


def _line(item: Item, address: str, facts: Inner) -> Line:
    hour = when.hour(item.starts_at, facts.timezone) if item.starts_at else ""
    return Line(hour, item.title, address.replace("~", item.public_id), item.is_cancelled)


def _people(guests: Sequence[Guest], facts: Inner) -> list[Person]:
    address = _address("programme.speaker", facts)
    return [_person(guest, address, facts) for guest in guests]


def _person(guest: Guest, address: str, facts: Inner) -> Person:
    role, item = guest.parts[0]
    day = when.near_day(item.starts_at, facts.timezone, facts.locale, has_weekday=True) if item.starts_at else ""
    said = [str(SPEAKER_ROLES[role]) if role.value != "speaker" else "", item.title, day]
    return Person(
        name=guest.name,
        affiliation=guest.affiliation,
        url=address.replace("~", guest.public_id),
        part=", ".join(part for part in said if part),
        cover=covers.svg(guest.name, covers.palette_of(guest.public_id), 3, 3),
        photo=guest.photo,
    )

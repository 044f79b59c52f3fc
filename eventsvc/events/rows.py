"""Events as the lists show them: a date, a kind, a title, a line of text, a state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from eventsvc import covers, when
from eventsvc.events import words
from eventsvc.events.finding import Edition
from eventsvc.events.listing import Listed, Past
from eventsvc.events.models import Event, Mode, PartnerRole
from eventsvc.events.panel import zone_of
from eventsvc.events.places import short
from eventsvc.events.standing import Standing, closing_at
from eventsvc.events.words import Word
from eventsvc.money import Fees

_LONG_LIST = 3


@dataclass(frozen=True, slots=True)
class Row:
    """An event with a date; `language` is set where the event is written in another than the page."""

    url: str
    title: str
    language: str
    block: when.Block | None
    labels: tuple[str, ...]
    text: str
    word: Word
    note: str
    cover: Markup


@dataclass(frozen=True, slots=True)
class PastRow:
    """An event that has been, and what remains of it: words with their addresses."""

    url: str
    title: str
    language: str
    date: str
    labels: tuple[str, ...]
    remains: tuple[tuple[str, str], ...]
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a list, and where its events are: `address` has a tilde in the slug's place, built once a page."""

    address: str
    programme_address: str
    locale: str
    at: datetime

    def to(self, event: Event) -> str:
        return self.address.replace("~", event.slug)


def row(listed: Listed, reader: Reader, columns: int = 12, lines: int = 7) -> Row:
    """Write one event of a list."""
    event = listed.event
    return Row(
        url=reader.to(event),
        title=event.title,
        language=_other_language(event, reader.locale),
        block=block(event, reader.locale),
        labels=labels(event, reader.locale),
        text=_text(event, reader.locale),
        word=words.standing(event, listed.places, reader.locale, reader.at),
        note=_note(listed, reader),
        cover=covers.svg(event.title, palette(event), columns, lines),
    )


def past_row(event: Event, past: Past, reader: Reader) -> PastRow:
    """Write one event of the table of what has been."""
    remains = [(words.link(link.kind, link.label, link.language, reader.locale), link.url) for link in event.links]
    if event.id in past.with_programme:
        remains.append((_("Programme"), reader.programme_address.replace("~", event.slug)))
    return PastRow(
        url=reader.to(event),
        title=event.title,
        language=_other_language(event, reader.locale),
        date=dates(event, reader.locale),
        labels=labels(event, reader.locale),
        remains=tuple(remains),
        is_cancelled=event.cancelled_at is not None,
    )


def block(event: Event, locale: str) -> when.Block | None:
    """Return the date set large, or None where it is to follow."""
    if event.starts_at is None or event.ends_at is None:
        return None
    return when.block(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)


def dates(event: Event | Edition, locale: str) -> str:
    """Return the days in one line."""
    if event.starts_at is None or event.ends_at is None:
        return _("Date to follow")
    return when.dates(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)


def labels(event: Event, locale: str) -> tuple[str, ...]:
    """Name the kind, the mode, and the language where it is not the reader's."""
    said = [str(words.KINDS[event.kind]), str(words.MODES[event.mode])]
    if event.language != locale:
        said.append(words.language_name(event.language, locale))
    return tuple(said)


def palette(event: Event) -> str:
    """Return the organiser's palette, or else that of the series."""
    return event.palette if event.palette in covers.PALETTES else covers.palette_of(event.cover_seed)


def costs(event: Event, fees: Fees | None, locale: str) -> str:
    """Say what an event costs: as its organiser wrote it, else by the fees of its ticket types."""
    return event.costs or (fees.said(locale) if fees else _("Free"))


def _other_language(event: Event, locale: str) -> str:
    return event.language if event.language != locale else ""


def _text(event: Event, locale: str) -> str:
    """Write place, hours and summary as sentences."""
    parts = [short(event, locale), _hours(event, locale), event.summary or _company(event)]
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _hours(event: Event, locale: str) -> str:
    """Write the hours of an event of one day, with the zone for those who join from elsewhere."""
    if event.starts_at is None or event.ends_at is None or event.is_all_day:
        return ""
    written = block(event, locale)
    if written is None or "–" in written.days:
        return ""
    span = _("%(start)s to %(end)s", start=_hour(event, event.starts_at), end=_hour(event, event.ends_at))
    return span if event.mode is Mode.IN_PERSON else f"{span} {zone_of(event, event.starts_at, locale)}"


def _hour(event: Event, moment: datetime) -> str:
    return when.hour(moment, event.timezone)


def _company(event: Event) -> str:
    """Say with whom an event is, where there is nothing else to say."""
    hosts = [each.partner.name for each in event.partners if each.role is PartnerRole.HOST]
    others = [each.partner.name for each in event.partners if each.role is not PartnerRole.HOST]
    if hosts:
        return _("Host: %(names)s", names=", ".join(hosts[:_LONG_LIST]))
    return _("With %(names)s", names=", ".join(others[:_LONG_LIST])) if others else ""


def _note(listed: Listed, reader: Reader) -> str:
    event = listed.event
    if listed.places.standing is Standing.CANCELLED:
        return ""
    price = costs(event, listed.places.fees, reader.locale)
    closes_at = listed.places.closes_at or closing_at(event) if listed.places.is_open else None
    if closes_at is None or closes_at == event.starts_at:
        return price
    by = words.day(closes_at, event.timezone, reader.locale, reader.at)
    return f"{_('Register by %(day)s', day=by)} · {price}"

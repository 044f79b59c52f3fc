"""When, where, what it costs: the facts at the head of an event's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from eventsvc import covers, when
from eventsvc.events import rows, words
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.events.places import Where, where
from eventsvc.events.standing import Places


@dataclass(frozen=True, slots=True)
class Facts:
    """The head of the page; `starts_at` and `ends_at` are ISO 8601 in UTC for the reader's own zone, or empty."""

    labels: tuple[str, ...]
    block: when.Block | None
    span: str
    zone: str
    starts_at: str
    ends_at: str
    where: Where
    costs: str
    places: str
    strip: Markup
    cover: Markup


def facts(event: Event, there: Places, locale: str, *, is_over: bool) -> Facts:
    """Write the facts of an event for a reader of `locale`."""
    is_timed = event.starts_at is not None and not event.is_all_day
    return Facts(
        labels=(*rows.labels(event, locale)[:2], words.language_name(event.language, locale)),
        block=rows.block(event, locale),
        span=_span(event, locale),
        zone=zone_of(event, event.starts_at, locale) if event.starts_at else "",
        starts_at=_iso(event.starts_at) if is_timed else "",
        ends_at=_iso(event.ends_at) if is_timed else "",
        where=where(event, locale, is_over=is_over),
        costs=rows.costs(event, there.fees, locale),
        places=_places(event, there),
        strip=covers.svg(event.title, rows.palette(event), 40, 4, is_strip=True),
        cover=covers.svg(event.title, rows.palette(event), 18, 5),
    )


def _span(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("Date to follow")
    return when.span(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)


def _iso(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _places(event: Event, there: Places) -> str:
    return str(there.capacity) if there.capacity is not None and event.accepts_registrations else ""

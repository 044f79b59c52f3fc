"""The dates people must not miss, as a small timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from eventsvc import when
from eventsvc.events import wall, words
from eventsvc.events.models import Event
from eventsvc.events.standing import Standing, closing_at


@dataclass(frozen=True, slots=True)
class Point:
    """A date on the timeline; `state` is `past`, `next`, `later` or `event`, the names of its marks."""

    when: str
    label: str
    note: str
    state: str


_OVER = {Standing.ENDED, Standing.CANCELLED}


def timeline(event: Event, standing: Standing, locale: str, at: datetime) -> tuple[Point, ...]:
    """Return when registration opens and closes and when the event begins.

    Empty where there is nothing to miss: no date, no registration, or all of it over.
    """
    if event.starts_at is None or not event.accepts_registrations or standing in _OVER:
        return ()
    dates = _dates(event)
    coming = [moment for moment, _label in dates if moment > at]
    points = tuple(_point(event, moment, label, coming, locale, at) for moment, label in dates)
    return points if len(points) > 1 else ()


def _dates(event: Event) -> list[tuple[datetime, str]]:
    dates = []
    if event.registration_opens_at is not None:
        dates.append((event.registration_opens_at, _("Registration opens")))
    if event.registration_closes_at is not None and event.starts_at and closing_at(event) < event.starts_at:
        dates.append((event.registration_closes_at, _("Register by %(hour)s", hour=_hour(event))))
    if event.starts_at is not None:
        dates.append((event.starts_at, _("The event begins")))
    return dates


def _hour(event: Event) -> str:
    return when.hour(event.registration_closes_at, event.timezone) if event.registration_closes_at else ""


def _point(event: Event, moment: datetime, label: str, coming: list[datetime], locale: str, at: datetime) -> Point:
    is_next = bool(coming) and moment == coming[0]
    note = _distance(event, moment, at) if is_next else ""
    if moment == event.starts_at:
        state = "event"
    elif moment <= at:
        state = "past"
    else:
        state = "next" if is_next else "later"
    return Point(words.day(moment, event.timezone, locale, at), label, note, state)


def _distance(event: Event, moment: datetime, at: datetime) -> str:
    """Count the days as a calendar at the event does; on the day itself the hours decide, so none are counted."""
    days = (wall.clock(moment, event.timezone).date() - wall.clock(at, event.timezone).date()).days
    return ngettext("in %(num)d day", "in %(num)d days", days) if days > 0 else _("today")

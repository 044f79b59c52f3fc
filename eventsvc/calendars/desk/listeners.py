"""The desk's pages about who listens to a feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc import clock, when
from eventsvc.accounts.access import Act, event_for, require, signed_in
from eventsvc.calendars import listeners
from eventsvc.calendars.desk.blueprint import blueprint
from eventsvc.calendars.listeners import Heard
from eventsvc.calendars.models import Program

_FEEDS = {
    "event": _l("The event's calendar"),
    "personal": _l("Personal calendars"),
    "site": _l("All events"),
    "series": _l("A series"),
    "room": _l("A room"),
    "session": _l("A session"),
    "speaker": _l("Speakers' calendars"),
    "organiser": _l("Organisers' calendars"),
}
_PROGRAMS = {
    Program.GOOGLE: _l("Google Calendar"),
    Program.APPLE: _l("Apple Calendar"),
    Program.OUTLOOK: _l("Outlook"),
    Program.THUNDERBIRD: _l("Thunderbird"),
    Program.OTHER: _l("Other programs"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What the page says of one feed and program."""

    feed: str
    address: str
    program: str
    listeners: str
    polled: str
    slowest: str


@blueprint.get("/events/<slug>/listeners")
@signed_in
def of_event(slug: str) -> str:
    """Say how many listen to an event's feeds, by which program, and how late a change may reach them."""
    event = event_for(Act.SEE, slug)
    return _page(listeners.heard(event.id, at=clock.now()), event.timezone, event=event)


@blueprint.get("/listeners")
@signed_in
def of_site() -> str:
    """Say who listens to the feeds of many events."""
    require(Act.SEE_SITE)
    return _page(listeners.heard(None, at=clock.now()), clock.home(), event=None)


def _page(heard: Iterable[Heard], timezone: str, **more: Any) -> str:
    lines = [_line(one, timezone) for one in heard]
    return render_template("desk/calendars/listeners.html", lines=lines, days=listeners.DAYS, **more)


def _line(one: Heard, timezone: str) -> Line:
    return Line(
        feed=str(_FEEDS.get(one.feed, one.feed)),
        address=one.address,
        program=str(_PROGRAMS[one.program]),
        listeners=_count(one),
        polled=when.moment(one.polled_at, timezone, str(get_locale())),
        slowest=_late(one.slowest_hours),
    )


def _late(hours: int | None) -> str:
    if not hours:
        return _("not known yet")
    return (
        ngettext("one hour", "%(num)s hours", hours)
        if hours <= 24
        else ngettext("one day", "%(num)s days", hours // 24)
    )


def _count(one: Heard) -> str:
    """Say how many; of a company's servers that ask for everybody, only that they do."""
    if not one.is_hosted:
        return str(one.listeners)
    if not one.address:
        return _("%(num)s, by its servers", num=one.listeners)
    return _("its servers, for all who use it")

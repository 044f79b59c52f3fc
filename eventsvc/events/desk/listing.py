"""The list of events that an organiser sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import clock, when
from eventsvc.accounts.access import Act, signed_in, where_i_may
from eventsvc.events import words
from eventsvc.events.desk.blueprint import blueprint
from eventsvc.events.models import Event, Status
from eventsvc.events.standing import Places
from eventsvc.extensions import db
from eventsvc.registration import standings

PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of events."""

    event: Event
    date: str
    kind: str
    word: words.Word
    places: Places


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is shown."""

    number: int
    last: int
    show: str

    def url(self, number: int) -> str:
        return url_for("events_desk.index", show=self.show, page=number)


@blueprint.get("")
@signed_in
def index() -> str:
    """List the events I may see: those to come, drafts, or those that have been."""
    at, locale = clock.now(), str(get_locale())
    parts = _parts(at)
    show = request.args.get("show", "")
    show = show if show in parts else "coming"
    mine = where_i_may(Act.SEE)
    counts = {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(mine, part))
        for name, part in parts.items()
    }
    page = _page(show, counts[show] or 0)
    order = Event.starts_at.desc() if show == "past" else Event.starts_at.asc()
    asked = sa.select(Event).where(mine, parts[show]).order_by(Event.starts_at.is_(None), order, Event.id)
    events = list(db.session.scalars(asked.limit(PAGE_LENGTH).offset((page.number - 1) * PAGE_LENGTH)))
    there = standings.by_event(events, at)
    rows = [row(event, there[event.id], locale, at) for event in events]
    titles = {"coming": _("To come"), "drafts": _("Drafts"), "past": _("Past")}
    tabs = [
        {"label": titles[name], "count": counts[name], "url": url_for(".index", show=name), "is_current": name == show}
        for name in parts
    ]
    return render_template("desk/events/index.html", rows=rows, tabs=tabs, page=page, kinds=words.KINDS)


def row(event: Event, found: Places, locale: str, at: Any) -> Row:
    """Return the line that an event is in the list, as its own page begins with it too."""
    word = words.standing(event, found, locale, at)
    return Row(event, _date(event, locale), str(words.KINDS[event.kind]), word, found)


def _parts(at: Any) -> dict[str, sa.ColumnElement[bool]]:
    is_over = sa.and_(Event.ends_at.is_not(None), Event.ends_at <= at)
    is_draft, is_archived = Event.status == Status.DRAFT, Event.status == Status.ARCHIVED
    return {
        "coming": sa.and_(~is_draft, ~is_archived, ~is_over),
        "drafts": is_draft,
        "past": sa.and_(~is_draft, sa.or_(is_archived, is_over)),
    }


def _page(show: str, count: int) -> Page:
    last = max(1, -(-count // PAGE_LENGTH))
    typed = request.args.get("page", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 6 else 1
    return Page(min(max(1, number), last), last, show)


def _date(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("To follow")
    return when.dates(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)

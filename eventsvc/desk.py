"""The desk's first page, and what every page of the desk shows around its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import clock, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act, may, signed_in, where_i_may
from eventsvc.events import needs, words
from eventsvc.events.models import Event
from eventsvc.events.standing import Places
from eventsvc.extensions import db
from eventsvc.mail import queue
from eventsvc.mail.models import Message, MessageState

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

_NEXT = 6
# Pages of a door that belong to another line than that door's own.
_ITS_OWN = {
    "programme_desk.speakers": "programme_desk.speakers",
    **dict.fromkeys(
        (
            "registration_desk.types",
            "registration_desk.new_type",
            "registration_desk.edit_type",
            "registration_desk.delete_type",
            "registration_desk.codes",
        ),
        "registration_desk.types",
    ),
    **dict.fromkeys(("registration_desk.workshop", "registration_desk.workshop_file"), "registration_desk.workshops"),
    **dict.fromkeys(("registration_desk.waiting", "registration_desk.ask_who_stays"), "registration_desk.waiting"),
}
# Where one question or section of a form is written.
_OF_QUESTIONS = ("questions", "_question", "_section", ".ask_registered")


@dataclass(frozen=True, slots=True)
class Next:
    """A line of the coming events."""

    event: Event
    date: str
    word: words.Word
    places: Places


def bind(app: Flask) -> None:
    """Register the desk's own page, and give every page of the desk its frame."""
    app.register_blueprint(blueprint)
    app.context_processor(_frame)
    app.after_request(_keep_to_yourself)


@blueprint.get("/")
@signed_in
def today() -> str:
    """Say what needs me today, and what is next."""
    at, home, locale = clock.now(), clock.home(), str(get_locale())
    found = needs.look(where_i_may(Act.SEE), where_i_may(Act.EDIT), at)
    coming = [
        Next(event, _date(event, locale), words.standing(event, places, locale, at), places)
        for event, places in found.coming[:_NEXT]
    ]
    chart, letters = needs.chart_of(found.coming, at), queue.look(at)
    return render_template(
        "desk/today.html",
        today=f"{when.block(at, at, home, locale).weekday} {when.near_day(at, home, locale)}",
        hello=_hello(at),
        found=found,
        letters=letters,
        is_stale=letters.is_stale(at),
        coming=coming,
        chart=chart,
        chart_labels=_chart_labels(chart, locale) if chart else (),
        at=at,
    )


def _hello(at: datetime) -> str:
    name, hour = access.my_account().shown_name, int(when.hour(at, clock.home())[:2])
    if hour < 12:
        return _("Good morning, %(name)s.", name=name)
    return _("Good afternoon, %(name)s.", name=name) if hour < 18 else _("Good evening, %(name)s.", name=name)


def _date(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("To follow")
    return when.dates(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)


def _chart_labels(chart: needs.Chart, locale: str) -> list[dict[str, Any]]:
    zone = chart.event.timezone
    ends = ((0, chart.since), (0.5, chart.since + (chart.until - chart.since) / 2), (1, chart.until))
    first, middle, last = ({"x": x, "text": when.near_day(at, zone, locale)} for x, at in ends)
    return [first, middle, last] if middle["text"] not in (first["text"], last["text"]) else [first, last]


def _frame() -> dict[str, Any]:
    """Return what the desk's layout shows; nothing on other pages."""
    if not request or not request.path.startswith("/desk"):
        return {}
    framed: dict[str, Any] = {"Act": Act, "may": may}
    if not may(Act.CREATE):
        return framed
    event = g.get("desk_event")
    framed |= {"desk_nav": _site_nav()}
    return framed | {"desk_event": {"label": event.title, "nav": _event_nav(event)}} if event else framed


def _site_nav() -> list[dict[str, Any]]:
    lines: list[tuple[str, str, str | None]] = [
        (_("Today"), "desk.today", None),
        (_("Events"), "events_desk.index", None),
    ]
    if may(Act.SEE_SITE):
        lines.append((_("Letters"), "mail_desk.letters", _failed()))
        lines.append((_("Listeners"), "calendars_desk.of_site", None))
    if may(Act.MANAGE_PEOPLE):
        lines.append((_("People and roles"), "accounts_desk.people", None))
    if may(Act.SEE_SITE):
        lines.append((_("Audit"), "accounts_desk.audit", None))
    lines.append((_("Your account"), "accounts_desk.mine", None))
    current = _current({endpoint for _label, endpoint, _count in lines})
    return [_nav_item(label, endpoint, count, current) for label, endpoint, count in lines if _is_there(endpoint)]


def _event_nav(event: Event) -> list[dict[str, Any]]:
    lines = [
        (_("Overview"), "events_desk.show", Act.SEE),
        (_("Edit"), "events_desk.edit", Act.EDIT),
        (_("Programme"), "programme_desk.show_timetable", Act.SEE),
        (_("Speakers"), "programme_desk.speakers", Act.EDIT),
        (_("Ticket types"), "registration_desk.types", Act.SEE),
        (_("Questions"), "registration_desk.questions", Act.EDIT),
        (_("Roster"), "registration_desk.roster", Act.SEE_ROSTER),
        (_("Waiting list"), "registration_desk.waiting", Act.SEE_ROSTER),
        (_("Invitations"), "registration_desk.invitations", Act.STEER_ROSTER),
        (_("Workshops"), "registration_desk.workshops", Act.SEE_ROSTER),
        (_("Letters"), "mail_desk.event_letters", Act.SEE_LETTERS),
        (_("Listeners"), "calendars_desk.of_event", Act.SEE),
        (_("Roles"), "accounts_desk.roles", Act.GRANT),
        (_("Audit"), "accounts_desk.event_audit", Act.SEE_AUDIT),
    ]
    current = _current({endpoint for _label, endpoint, _act in lines})
    return [
        _nav_item(label, endpoint, None, current, slug=event.slug)
        for label, endpoint, act in lines
        if may(act, event) and _is_there(endpoint)
    ]


def _line(endpoint: str) -> str:
    """Return the line that a page stands under, where that is not its door's own."""
    if endpoint.startswith("registration_desk.") and endpoint.endswith(_OF_QUESTIONS):
        return "registration_desk.questions"
    return _ITS_OWN.get(endpoint, "")


def _current(lines: set[str]) -> set[str]:
    """Return the lines that a page stands under: its own, or that of what it is a page of."""
    here = request.endpoint or ""
    if here in lines:
        return {here}
    line = _line(here)
    # One person of the roster is a page of the roster, and one session one of the programme.
    return {line} if line else {f"{request.blueprint}.{page}" for page in ("roster", "show_timetable")}


def _nav_item(label: str, endpoint: str, count: str | None, current: set[str], **values: Any) -> dict[str, Any]:
    return {"label": label, "url": url_for(endpoint, **values), "count": count, "is_current": endpoint in current}


def _is_there(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _failed() -> str | None:
    failed = sa.select(sa.func.count()).select_from(Message).where(Message.state == MessageState.FAILED)
    count = db.session.scalar(failed)
    return _("%(count)s failed", count=count) if count else None


def _keep_to_yourself(response: Response) -> Response:
    """Let nobody keep what the desk shows."""
    if request.path.startswith("/desk"):
        web.keep_private(response)
    return response

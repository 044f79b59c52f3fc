"""The waiting list's page, and what is done about it: asking who stays, putting somebody first, taking an offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.registration import deadlines, odds, offering, queueing, rules
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.forms import PriorityForm
from eventsvc.registration.desk.person import beside_list, called, found
from eventsvc.registration.desk.roster import asked_now, person_url
from eventsvc.registration.queueing import Queue, Wishes
from eventsvc.registration.roster import Asked

# How long people have to answer, in hours.
ROUNDS = (24, 48, 72, 120, 168)
_USUAL = 72


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of those who wait to switch, beside those of the list."""

    number: int
    last: int
    url: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """The page of the list as the template needs it; `tickets` are the names of the ticket types, empty without any."""

    event: Event
    queue: Queue
    wishes: Wishes
    tickets: Mapping[int | None, str]

    @property
    def number(self) -> int:
        return self.queue.number

    @property
    def last(self) -> int:
        return self.queue.last

    def url(self, number: int = 1) -> str:
        return self._url(number, self.wishes.number)

    @property
    def wishing(self) -> Pages:
        return Pages(self.wishes.number, self.wishes.last, lambda number: self._url(self.number, number))

    def person_url(self, registration_id: int) -> str:
        return person_url(self.event, registration_id, Asked())

    def _url(self, page: int, wishes: int) -> str:
        # What is usual is left out.
        said: dict[str, Any] = {"page": page if page > 1 else None, "wishes": wishes if wishes > 1 else None}
        return url_for("registration_desk.waiting", slug=self.event.slug, **said)


@blueprint.get("/waiting")
@access.signed_in
def waiting(slug: str) -> str:
    """Show who is offered a place, who waits, and who answered."""
    event, at, locale = access.event_for(Act.SEE_ROSTER, slug), clock.now(), str(get_locale())
    return render_template(
        "desk/roster/waiting.html",
        event=event,
        listing=_listing(event),
        odds=odds.of(event, at),
        at=at,
        moment=lambda moment: when.near_moment(moment, event.timezone, locale),
        near_day=lambda moment: when.near_day(moment, event.timezone, locale),
        may_steer=access.may(Act.STEER_ROSTER, event),
    )


def _listing(event: Event) -> Listing:
    # The names first, by one query: what each person's row says of its type is found among them.
    tickets: dict[int | None, str] = {each.id: each.name for each in offering.every(event.id)}
    return Listing(
        event,
        queueing.look(event, _page_asked("page")),
        queueing.wishes(event, _page_asked("wishes")),
        tickets,
    )


@blueprint.route("/waiting/ask", methods=["GET", "POST"])
@access.signed_in
def ask_who_stays(slug: str) -> str | Response | tuple[str, int]:
    """Say in words what asking would do, and do it."""
    event, at = access.event_for(Act.STEER_ROSTER, slug), clock.now()
    hours = _hours(request.values.get("hours", ""))
    if request.method == "GET":
        return _preview(event, hours, at)
    try:
        count = rules.ask_who_stays(event, hours=hours, by=access.me(), at=at)
    except Refused as refused:
        db.session.rollback()
        return _preview(access.event_for(Act.STEER_ROSTER, slug), hours, at, refused.sentence), refused.status
    db.session.commit()
    flash(ngettext("One letter is on its way.", "%(num)s letters are on their way.", count), "ok")
    return redirect(url_for("registration_desk.waiting", slug=slug), 303)


@blueprint.route("/roster/<int:id>/priority", methods=["GET", "POST"])
@access.signed_in
def prioritise(slug: str, id: int) -> Any:
    """Ask why somebody is put first, or back; then do it."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration, form = found(event, id), PriorityForm()
    if not form.is_submitted():
        form.is_first.data = "" if registration.priority else "y"
    if not form.validate_on_submit():
        return beside_list(event, registration, placing=form), 422 if request.method == "POST" else 200
    is_first = bool(form.is_first.data)
    try:
        rules.prioritise(registration, is_first=is_first, reason=form.reason.data or "", by=access.me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        event = access.event_for(Act.STEER_ROSTER, slug)
        return beside_list(event, found(event, id), placing=form), refused.status
    db.session.commit()
    name = called(registration)
    flash(_("%(name)s is next now.", name=name) if is_first else _("%(name)s has their turn again.", name=name), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/accept")
@access.signed_in
def accept_for(slug: str, id: int) -> Any:
    """Take an offered place for somebody who called, or take their word for their address."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = found(event, id)
    try:
        is_theirs = rules.accept(registration, by=access.me(), at=clock.now())
        db.session.commit()
    except Refused as refused:
        return _refused(slug, id, refused)
    if is_theirs:
        flash(_("%(name)s has a place now.", name=called(registration)), "ok")
    else:
        flash(_("The time was over, and the place has gone to whoever was next."), "warn")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/restore")
@access.signed_in
def restore(slug: str, id: int) -> Any:
    """Undo a cancellation, within the hour and while nobody else was served."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = found(event, id)
    try:
        rules.undo_cancel(registration, by=access.me(), at=clock.now())
        db.session.commit()
    except Refused as refused:
        return _refused(slug, id, refused)
    flash(_("%(name)s is on the list again, as before.", name=called(registration)), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


def _refused(slug: str, id: int, refused: Refused) -> tuple[str, int]:
    db.session.rollback()
    event = access.event_for(Act.STEER_ROSTER, slug)
    return beside_list(event, found(event, id), refusal=refused.sentence), refused.status


def _preview(event: Event, hours: int, at: datetime, refusal: str = "") -> str:
    until = deadlines.answer_until(event, hours, at)
    locale = str(get_locale())
    return render_template(
        "desk/roster/ask.html",
        event=event,
        queue=queueing.look(event, 1),
        hours=hours,
        rounds=[(each, ngettext("%(num)d day", "%(num)d days", each // 24)) for each in ROUNDS],
        until=f"{when.moment(until, event.timezone, locale)}, {zone_of(event, until, locale)}",
        refusal=refusal,
    )


def _hours(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 5 and int(typed) in ROUNDS else _USUAL


def _page_asked(name: str) -> int:
    typed = request.args.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 7 else 1

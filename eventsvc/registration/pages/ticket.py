"""The ticket somebody has: what it is and costs, and switching to another by their link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.registration import deadlines, fees, limits, rules, seats
from eventsvc.registration.errors import TicketTypeNeeded
from eventsvc.registration.forms import ConfirmationForm, SwitchForm, is_forged
from eventsvc.registration.models import Registration, State
from eventsvc.registration.pages import tickets
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import closed, is_confirmed, opened
from eventsvc.registration.rules import Switched


@blueprint.route("/registrations/<token>/ticket", methods=["GET", "POST"])
@web.private
def switch(token: str) -> Response:
    """Show what else somebody may have, and let them have it."""
    registration, form, at = opened(token), SwitchForm(), clock.now()
    if _has_other(registration, at) and not deadlines.may_change(registration.event, at):
        return closed(registration, token)
    web.not_found_unless(_may_switch(registration, at) or None)
    if not form.is_submitted():
        return _page(registration, form, token, at)
    if not form.validate():
        return _page(registration, form, token, at, 400 if is_forged(form) else 422)
    network, event_id = request.remote_addr or "", registration.event_id
    if request.form.get("act") == "code":
        tickets.known(form, event_id, at, but=registration.id)
        return _page(registration, form, token, at, 422 if form.code.errors else 200)
    try:
        if form.code.data and not limits.may_try_code(network, event_id):
            return _page(registration, form, token, at, 429)
        done = _switched(registration, form, at)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        if refused.field == "code":
            limits.may_be_refused(network, event_id)
        web.refuse_on(form, refused)
        return _page(registration, form, token, at, refused.status)
    flash(_told(done, registration), "ok")
    return redirect(url_for("registration.manage", token=token), 303)


@blueprint.post("/registrations/<token>/ticket/keep")
@web.private
def keep_ticket(token: str) -> Response:
    """Wish for no other ticket any more."""
    registration = opened(token)
    if is_confirmed(ConfirmationForm()):
        rules.withdraw_wish(registration, by=ATTENDEE, at=clock.now())
        db.session.commit()
        flash(_("You keep the ticket you have, and wait for no other."), "ok")
    else:
        flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
    return redirect(url_for("registration.manage", token=token), 303)


def of(registration: Registration, at: datetime, locale: str) -> dict[str, Any]:
    """Return what the page by link tells of a ticket, its fee, and whether it may be switched."""
    event, has_ticket = registration.event, registration.ticket_type is not None
    fee = fees.told(registration)
    is_joining = not (has_ticket and registration.mode is Mode.IN_PERSON)
    may = _may_switch(registration, at)
    closes_at = event.changes_close_at
    return {
        "ticket_name": registration.ticket_type.name if registration.ticket_type else "",
        "fee": fees.said(fee, locale, has_seat=registration.is_confirmed) if fee else ("", ""),
        "join_url": event.join_url if is_joining else "",
        "wish": _wish(registration),
        "switch_by": (when.moment(closes_at, event.timezone, locale) if closes_at else "") if may else None,
        "switch_closed": _closed(event, locale) if has_ticket and _is_late(event, at) else "",
    }


def _may_switch(registration: Registration, at: datetime) -> bool:
    """Tell whether there is another ticket to ask for, and time to."""
    return not _is_late(registration.event, at) and _has_other(registration, at)


def _has_other(registration: Registration, at: datetime) -> bool:
    event = registration.event
    is_there = event.status is Status.PUBLISHED and (event.ends_at is None or at < event.ends_at)
    is_movable = registration.state in {State.CONFIRMED, State.WAITLISTED}
    if not (is_there and is_movable):
        return False
    others = seats.taken(event.id, at).tickets
    return any(ticket.id != registration.ticket_type_id for ticket in others)


def _is_late(event: Event, at: datetime) -> bool:
    return event.changes_close_at is not None and at >= event.changes_close_at


def _closed(event: Event, locale: str) -> str:
    if event.changes_close_at is None:
        return ""
    closed = when.moment(event.changes_close_at, event.timezone, locale)
    told = _("Changes by this page closed on %(moment)s.", moment=closed)
    return " ".join([told, _("Ask %(contact)s.", contact=event.contact_email)]) if event.contact_email else told


def _wish(registration: Registration) -> str:
    if registration.wants_type is None:
        return ""
    return _(
        "You wait for “%(ticket)s” as number %(number)d, and keep your place until that one is yours.",
        ticket=registration.wants_type.name,
        number=seats.position_of_wish(registration),
    )


def _switched(registration: Registration, form: SwitchForm, at: datetime) -> Switched:
    wanted = tickets.asked(registration.event_id, form)
    if wanted is None:
        raise TicketTypeNeeded
    return rules.switch(registration, wanted, by=ATTENDEE, at=at, code=form.code.data)


def _told(done: Switched, registration: Registration) -> str:
    match done:
        case Switched.DONE:
            return _("Your ticket is “%(ticket)s” now. A letter says so.", ticket=_name(registration))
        case Switched.WAITING:
            return _("You wait for “%(ticket)s” now.", ticket=_name(registration))
    wanted = registration.wants_type.name if registration.wants_type else _name(registration)
    return _("You keep your place, and wait for “%(ticket)s”. We write to you when it is yours.", ticket=wanted)


def _name(registration: Registration) -> str:
    return registration.ticket_type.name if registration.ticket_type else ""


def _page(registration: Registration, form: SwitchForm, token: str, at: datetime, status: int = 200) -> Response:
    event = registration.event
    code = tickets.by_typed(form, event.id, at, but=registration.id)
    choice = tickets.others(registration, seats.taken(event.id, at), form.ticket_type.data or "", at, code)
    page = render_template(
        "registration/switch.html",
        lang=web.language(),
        registration=registration,
        event=event,
        form=form,
        token=token,
        has_name=_name(registration),
        choice=choice,
    )
    return make_response(page, status)

"""The desk's acts on people's tickets: switching one, and keeping by hand what was paid."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, money, tokens, web
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import offering, roster, rules, words
from eventsvc.registration.desk import beside, person
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.roster import asked_now, list_url, person_url
from eventsvc.registration.desk.ticketforms import DeskSwitchForm, PaymentForm
from eventsvc.registration.models import Payment, Registration
from eventsvc.registration.rules import Switched

MOST_AT_ONCE = 5000
_SHOWN = 50


@blueprint.post("/roster/<int:id>/ticket")
@access.signed_in
def switch(slug: str, id: int) -> Any:
    """Move somebody to another ticket."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = person.found(event, id)
    form = DeskSwitchForm(beside.others_than(registration))
    if not form.validate():
        return person.beside_list(event, registration, switching=form), 422
    wanted = web.not_found_unless(offering.named(event.id, form.ticket_type.data))
    try:
        done = rules.switch(registration, wanted.id, by=access.me(), at=clock.now())
    except Refused as refused:
        return _refused(slug, id, refused, switching=form)
    name = wanted.name
    db.session.commit()
    flash(_told(done, name), "ok")
    return redirect(person_url(event, id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/ticket/keep")
@access.signed_in
def keep_ticket(slug: str, id: int) -> Response:
    """Withdraw somebody's wish for another ticket."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    rules.withdraw_wish(person.found(event, id), by=access.me(), at=clock.now())
    db.session.commit()
    flash(_("They keep the ticket they have, and wait for no other."), "ok")
    return redirect(person_url(event, id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/payment")
@access.signed_in
def mark_payment(slug: str, id: int) -> Any:
    """Write down where somebody's fee stands."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = person.found(event, id)
    form = PaymentForm.of(registration)
    if not form.validate():
        return person.beside_list(event, registration, paying=form), 422
    try:
        rules.mark_payment(
            registration,
            Payment(form.payment.data),
            reference=form.reference.data or "",
            due_on=form.due_on.data,
            revision=form.revision.opened_at,
            is_settled=bool(form.is_settled and form.is_settled.data),
            by=access.me(),
            at=clock.now(),
        )
    except Refused as refused:
        return _refused(slug, id, refused, paying=form)
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(person_url(event, id, asked_now()), 303)


@blueprint.post("/roster/payments")
@access.signed_in
def mark_payments(slug: str) -> Any:
    """Say what marking the chosen people's payments would do; then do it."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    asked, payment = asked_now(), request.form.get("payment", "")
    web.not_found_unless(payment if payment in {each.value for each in Payment} else None)
    ids = _chosen(event, asked)
    if not ids:
        flash(_("Tick the people first."), "warn")
        return redirect(list_url(event, asked), 303)
    if request.form.get("is_sure") != "1":
        return render_template(
            "desk/registration/payments.html",
            event=event,
            weighed=rules.weigh(event.id, ids, Payment(payment)),
            people=[_owing(each) for each in rules.changing(event.id, ids, Payment(payment))[:_SHOWN]],
            word=words.PAYMENTS[Payment(payment)],
            payment=Payment(payment),
            ids=ids,
            back_url=list_url(event, asked),
        )
    done = rules.mark_payments(event.id, ids, Payment(payment), by=access.me(), at=clock.now())
    db.session.commit()
    flash(ngettext("One payment is marked.", "%(num)s payments are marked.", done.changed), "ok")
    return redirect(list_url(event, asked), 303)


def _owing(registration: Registration) -> dict[str, Any]:
    """Say whose payment is marked, what it was, and where the person stands: who left owes something else."""
    locale = str(get_locale())
    return {
        "name": registration.name or tokens.spaced(registration.reference),
        "amount": money.said(registration.fee_cents, registration.currency, locale),
        "was": words.PAYMENTS[registration.payment] if registration.payment else "",
        "word": words.state(registration.state),
    }


def _chosen(event: Event, asked: roster.Asked) -> list[int]:
    """Return whom the form names: those ticked, all that is found, or those it showed before."""
    if request.form.get("all") == "1":
        return roster.ids(event.id, asked, MOST_AT_ONCE)
    typed = [*request.form.getlist("id"), *request.form.get("ids", "").split()]
    return [int(each) for each in typed[:MOST_AT_ONCE] if each.isdecimal() and len(each) < 10]


def _refused(slug: str, id: int, refused: Refused, **form: Any) -> Any:
    db.session.rollback()
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = person.found(event, id)
    for each in form.values():
        web.refuse_on(each, refused)
        if isinstance(refused, ChangedMeanwhile) and isinstance(each, PaymentForm):
            # The page shows what is stored now; sending it once more is meant.
            each.revision.data, each.revision.raw_data = registration.revision, None
    return person.beside_list(event, registration, **form), refused.status


def _told(done: Switched, name: str) -> str:
    match done:
        case Switched.DONE:
            return _("They have “%(ticket)s” now, and are written to.", ticket=name)
        case Switched.WAITING:
            return _("They wait for “%(ticket)s” now, and are written to.", ticket=name)
    return _("There is no room: they keep their place, and wait for “%(ticket)s”.", ticket=name)

"""One person of the roster: seen, added by hand, given a place, taken off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts import access, meanwhile
from eventsvc.accounts.access import Act
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.registration import (
    answers,
    countries,
    offering,
    questionnaires,
    retention,
    roster,
    rules,
)
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.desk import sending
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.forms import AddForm, DetailsForm, ReasonForm
from eventsvc.registration.desk.person import beside_list, called, found
from eventsvc.registration.desk.roster import asked_now, list_url, person_url
from eventsvc.registration.models import Origin, Registration, State


@blueprint.get("/roster/<int:id>")
@access.signed_in
def person(slug: str, id: int) -> str:
    """Show one person: beside the list on a wide screen, alone on a phone."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    return beside_list(event, found(event, id))


@blueprint.route("/roster/add", methods=["GET", "POST"])
@access.signed_in
def add(slug: str) -> str | Response | tuple[str, int]:
    """Ask for a person, and put them on the roster: with a place if there is one, else on the waiting list."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    form = AddForm.at(offering.offered(event.id))
    form.asking = _boxes(event, form.mode_at(event))
    sending.take(form.asking, form.claim)
    if not form.validate_on_submit():
        return _add_page(event, form), form.asking.status if request.method == "POST" else 200
    try:
        registration = rules.register(
            event.id,
            form.person(),
            by=access.me(),
            at=clock.now(),
            language=event.language,
            origin=Origin.DESK,
            answered=form.asking.answered,
            ticket_type_id=form.ticket_type_id(),
        )
    except Refused as refused:
        db.session.rollback()
        if not form.asking.refuse(refused):
            web.refuse_on(form, refused)
        sending.show(form.asking)
        return _add_page(access.event_for(Act.STEER_ROSTER, slug), form), refused.status
    db.session.commit()
    flash(_added(registration), "ok")
    return redirect(person_url(event, registration.id, roster.Asked()), 303)


@blueprint.route("/roster/<int:id>/correct", methods=["GET", "POST"])
@access.signed_in
def correct(slug: str, id: int) -> Any:
    """Write somebody's details as they are."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = found(event, id)
    form = DetailsForm(obj=None if request.method == "POST" else registration)
    form.asking = _boxes(event, registration.mode, registration.id)
    sending.take(form.asking, form.claim, registration.id)
    if not form.validate_on_submit():
        return _details_page(event, registration, form), form.asking.status if request.method == "POST" else 200
    address = registration.email_folded
    try:
        rules.correct(
            registration,
            form.person(),
            revision=form.revision.data or 0,
            by=access.me(),
            at=clock.now(),
            answered=form.asking.answered,
        )
    except Refused as refused:
        db.session.rollback()
        if not form.asking.refuse(refused):
            web.refuse_on(form, refused)
        sending.show(form.asking, id)
        event = access.event_for(Act.STEER_ROSTER, slug)
        registration = found(event, id)
        theirs = _side_by_side(form, refused) if isinstance(refused, ChangedMeanwhile) else []
        # The page shows what is stored now; sending it once more is meant.
        form.revision.data, form.revision.raw_data = registration.revision, None
        return _details_page(event, registration, form, theirs), refused.status
    db.session.commit()
    is_told = registration.email_folded not in {address, None}
    flash(_("Saved. A letter to the new address is on its way.") if is_told else _("Saved."), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/resend")
@access.signed_in
def resend(slug: str, id: int) -> Response:
    """Write somebody their link again, at most once an hour."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = found(event, id)
    is_sent = rules.send_link(registration, by=access.me(), at=clock.now())
    db.session.commit()
    if is_sent:
        flash(_("A letter with the link is on its way to %(address)s.", address=registration.email), "ok")
    else:
        flash(_("A link was written to them within the last hour, or there is no address. Nothing was sent."), "warn")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.route("/roster/<int:id>/cancel", methods=["GET", "POST"])
@access.signed_in
def cancel(slug: str, id: int) -> str | Response | tuple[str, int]:
    """Ask whether somebody is to be taken off, and why; then do it."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration, form = found(event, id), ReasonForm()
    if not form.validate_on_submit():
        drawn = beside_list(event, registration, asking=form)
        return drawn, 422 if request.method == "POST" else 200
    rules.cancel(registration, by=access.me(), at=clock.now(), reason=form.reason.data or None)
    db.session.commit()
    flash(_("%(name)s is off the list.", name=called(registration)), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/promote")
@access.signed_in
def promote(slug: str, id: int) -> str | Response | tuple[str, int]:
    """Give a waiting person a place out of turn, if there is one."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = found(event, id)
    try:
        is_outright = request.form.get("how") == "now"
        rules.promote(registration, by=access.me(), at=clock.now(), is_outright=is_outright)
    except Refused as refused:
        db.session.rollback()
        event = access.event_for(Act.STEER_ROSTER, slug)
        return beside_list(event, found(event, id), refusal=refused.sentence), refused.status
    db.session.commit()
    if registration.is_confirmed:
        flash(_("%(name)s has a place now.", name=called(registration)), "ok")
    else:
        flash(_("%(name)s is offered a place.", name=called(registration)), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


def _boxes(event: Event, mode: Mode, registration_id: int = 0) -> Boxes:
    """Return the boxes of all that is asked, the office's own too; an organiser may leave any of them out."""
    form = questionnaires.of(event.id).in_use
    asking = Boxes(
        form,
        mode,
        str(get_locale()),
        held=answers.of(registration_id, form) if registration_id else {},
        left=answers.left(form, but=registration_id),
        is_strict=False,
    )
    if request.method == "POST":
        asking.take(request.form)
    return asking


def _add_page(event: Event, form: AddForm) -> str:
    return render_template(
        "desk/roster/add.html",
        event=event,
        form=form,
        kept_until=retention.told_of(event, str(get_locale())),
        countries=countries.options(str(get_locale()), form.country.data),
        back_url=list_url(event, roster.Asked()),
    )


def _details_page(
    event: Event, registration: Registration, form: DetailsForm, theirs: Sequence[dict[str, str]] = ()
) -> str:
    return render_template(
        "desk/roster/correct.html",
        event=event,
        person=registration,
        called=called(registration),
        form=form,
        theirs=theirs,
        kept_until=retention.told_of(event, str(get_locale())),
        countries=countries.options(str(get_locale()), form.country.data),
        back_url=person_url(event, registration.id, asked_now()),
    )


def _side_by_side(form: DetailsForm, refused: ChangedMeanwhile) -> list[dict[str, str]]:
    return meanwhile.side_by_side(
        refused,
        label=lambda name: str(form[name].label.text) if name in form else "",
        said=lambda _name, value: value or _("nothing"),
        kept="",
    )


def _added(registration: Registration) -> str:
    name = called(registration)
    if registration.state is State.WAITLISTED:
        return _("All places are taken, so %(name)s is on the waiting list.", name=name)
    return _("%(name)s has a place.", name=name)

"""One person of the roster: seen, added by hand, given a place, taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import words as letters
from eventsvc.mail.models import Message
from eventsvc.registration import countries, history, roster, rules
from eventsvc.registration.desk import words as told
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.forms import AddForm, ReasonForm
from eventsvc.registration.desk.roster import asked_now, list_url, person_url, show
from eventsvc.registration.models import Origin, Registration, State


@blueprint.get("/roster/<int:id>")
@access.signed_in
def person(slug: str, id: int) -> str:
    """Show one person: beside the list on a wide screen, alone on a phone."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    return _beside_list(event, _found(event, id))


@blueprint.route("/roster/add", methods=["GET", "POST"])
@access.signed_in
def add(slug: str) -> str | Response | tuple[str, int]:
    """Ask for a person, and put them on the roster: with a place if there is one, else on the waiting list."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    form = AddForm()
    if not form.validate_on_submit():
        return _add_page(event, form), 422 if request.method == "POST" else 200
    try:
        registration = rules.register(
            event.id, form.person(), by=access.me(), at=clock.now(), language=event.language, origin=Origin.DESK
        )
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _add_page(access.event_for(Act.STEER_ROSTER, slug), form), refused.status
    db.session.commit()
    flash(_added(registration), "ok")
    return redirect(person_url(event, registration.id, roster.Asked()), 303)


@blueprint.route("/roster/<int:id>/cancel", methods=["GET", "POST"])
@access.signed_in
def cancel(slug: str, id: int) -> str | Response | tuple[str, int]:
    """Ask whether somebody is to be taken off, and why; then do it."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration, form = _found(event, id), ReasonForm()
    if not form.validate_on_submit():
        drawn = _beside_list(event, registration, asking=form)
        return drawn, 422 if request.method == "POST" else 200
    rules.cancel(registration, by=access.me(), at=clock.now(), reason=form.reason.data or None)
    db.session.commit()
    flash(_("%(name)s is off the list.", name=_called(registration)), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


@blueprint.post("/roster/<int:id>/promote")
@access.signed_in
def promote(slug: str, id: int) -> str | Response | tuple[str, int]:
    """Give a waiting person a place out of turn, if there is one."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = _found(event, id)
    try:
        rules.promote(registration, by=access.me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        event = access.event_for(Act.STEER_ROSTER, slug)
        return _beside_list(event, _found(event, id), refusal=refused.sentence), refused.status
    db.session.commit()
    flash(_("%(name)s has a place now.", name=_called(registration)), "ok")
    return redirect(person_url(event, registration.id, asked_now()), 303)


def _found(event: Event, registration_id: int) -> Registration:
    return web.not_found_unless(
        db.session.scalar(
            sa.select(Registration).where(Registration.id == registration_id, Registration.event_id == event.id)
        )
    )


def _beside_list(event: Event, registration: Registration, **more: Any) -> str:
    asked = asked_now()
    place = roster.place(registration, asked)
    deeds = history.deeds(registration)
    return show(
        event,
        has_side=True,
        person=registration,
        called=_called(registration),
        reference=tokens.spaced(registration.reference),
        place=place,
        close_url=list_url(event, asked),
        letters=_letters(event, registration),
        deeds=[_deed(event, deed, registration if deed is deeds[-1] else None) for deed in deeds],
        since=when.near_day(registration.state_at, event.timezone, str(get_locale())),
        is_waiting=registration.state is State.WAITLISTED,
        **more,
    )


def _letters(event: Event, registration: Registration) -> list[dict[str, Any]]:
    may_read = access.may(Act.SEE_LETTERS, event)
    return [_letter(event, message, may_read) for message in history.letters(registration)]


def _letter(event: Event, message: Message, may_read: bool) -> dict[str, Any]:
    at = message.sent_at or message.created_at
    return {
        "url": url_for("mail_desk.letter", id=message.id) if may_read else "",
        "at": at,
        "when": _moment(event, at),
        "what": told.letter(message),
        "word": letters.state(message.state),
    }


def _deed(event: Event, deed: history.Deed, first_of: Registration | None) -> dict[str, Any]:
    return {
        "at": deed.at,
        "when": _moment(event, deed.at),
        "what": told.deed(deed, origin=first_of.origin if first_of else None),
        "by": told.by(deed),
        "reason": deed.reason,
    }


def _moment(event: Event, at: datetime) -> str:
    return when.near_moment(at, event.timezone, str(get_locale()))


def _add_page(event: Event, form: AddForm) -> str:
    return render_template(
        "desk/roster/add.html",
        event=event,
        form=form,
        countries=countries.options(str(get_locale()), form.country.data),
        back_url=list_url(event, roster.Asked()),
    )


def _called(registration: Registration) -> str:
    """Name a person; whoever was forgotten has a reference only."""
    return registration.name or tokens.spaced(registration.reference)


def _added(registration: Registration) -> str:
    name = _called(registration)
    if registration.state is State.WAITLISTED:
        return _("All places are taken, so %(name)s is on the waiting list.", name=name)
    return _("%(name)s has a place.", name=name)

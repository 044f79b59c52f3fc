"""Registering: one page, one post."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.events import finding, kept
from eventsvc.events.models import Event, Mode, Status
from eventsvc.events.standing import Places
from eventsvc.extensions import db
from eventsvc.registration import (
    blanks,
    boxes,
    consent,
    keys,
    limits,
    rules,
    seats,
    stamps,
    standings,
)
from eventsvc.registration.errors import AlreadyRegistered, QuestionsChanged
from eventsvc.registration.forms import RegistrationForm, is_forged
from eventsvc.registration.models import TokenKind, Turnstile
from eventsvc.registration.pages import asking, formpage, guards, proving, sending, tickets
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.ways import OPEN, Way
from eventsvc.registration.seating import Seating
from eventsvc.text import one_line

# Built once: in a rush the same question is asked hundreds of times a second.
_IS_PUBLISHED = (Event.slug == sa.bindparam("slug"), Event.status != Status.DRAFT)
_ASKS = sa.join(Event, Turnstile, Turnstile.event_id == Event.id)
_FOUND = sa.select(Event.id, Turnstile.form, Event.mode).select_from(_ASKS).where(*_IS_PUBLISHED)
_SHOWN = sa.select(Event, Turnstile.form).select_from(_ASKS).where(*_IS_PUBLISHED).options(joinedload(Event.venue))


@blueprint.route("/events/<slug>/register", methods=["GET", "POST"])
def register(slug: str) -> Response:
    """Offer the form, and take in whoever sends it."""
    at = clock.now()
    if request.method == "POST":
        # Whoever is taken in sees no form, and the rule reads the event for itself.
        found = db.session.execute(_FOUND, {"slug": slug}).first()
        return receive(found.id, sent(*found), at) if found else _elsewhere(slug, 308)
    shown = db.session.execute(_SHOWN, {"slug": slug}).first()
    return _offer(*shown, at) if shown else _elsewhere(slug, 301)


def _elsewhere(slug: str, status: int) -> Response:
    """Lead from an address the event had before to the one it has; or it is not found."""
    return redirect(url_for("registration.register", slug=web.not_found_unless(finding.moved_to(slug))), status)


def sent(event_id: int, asks: str, mode: Mode) -> RegistrationForm:
    # Files are let in before anything reads the form.
    asked = asking.sent(event_id, asks, lambda: tickets.way(event_id, mode))
    form = RegistrationForm()
    form.asking = asked
    return form


def _offer(event: Event, asks: str, at: datetime) -> Response:
    """Show the empty form, or why there is none.

    The form is the same for all but a few hidden values, so it is drawn once for the facts it shows.
    """
    seating = seats.taken(event.id, at)
    there = standings.told(event, seating, at)
    if seating.tickets and request.args.get("code"):
        return _offer_by_code(event, asks, seating, there, at)
    choice = tickets.offered(event, seating, request.args.get("ticket", ""), at)
    is_open = choice.is_open(there)
    asked = asking.empty(event.id, asks, choice.mode(event)) if is_open else boxes.NONE
    if not is_open or session.get("_flashes"):
        return formpage.answer(
            formpage.drawn(event, formpage.fresh(stamps.stamp(at), tokens.new(), asked), there, choice, at), 200
        )
    own = [stamps.stamp(at), tokens.new()]
    if current_app.config["WTF_CSRF_ENABLED"]:
        own.append(generate_csrf())
    page = kept.drawn(
        formpage.facts(event, there, choice, asked, at),
        lambda: blanks.emptied(formpage.drawn(event, formpage.fresh(own[0], own[1], asked), there, choice, at), own),
    )
    return formpage.answer(blanks.filled(page, own), 200)


def _offer_by_code(event: Event, asks: str, seating: Seating, there: Places, at: datetime) -> Response:
    """Show the form to whoever came by an address with an access code in it; no other page is told that address."""
    form = formpage.fresh(stamps.stamp(at), tokens.new(), boxes.NONE)
    form.code.data = one_line(request.args["code"])[:200]
    code = tickets.known(form, event.id, at)
    choice = tickets.offered(event, seating, request.args.get("ticket", ""), at, code)
    if choice.is_open(there):
        form.asking = asking.empty(event.id, asks, choice.mode(event))
    response = formpage.answer(formpage.drawn(event, form, there, choice, at), 200 if code else 404)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def receive(event_id: int, form: RegistrationForm, at: datetime, way: Way = OPEN) -> Response:
    """Look a post over; whatever is wrong, the form comes back with everything typed."""
    may_post = limits.may_post(request.remote_addr or "")
    sending.take(form.asking, form.submission_key, has_leave=may_post and not form.homepage.data)
    if not may_post:
        return _wait(event_id, form, at, way)
    if request.form.get("act") == "code" and not is_forged(form):
        return _show_by_code(event_id, form, at, way)
    is_other = guards.was_asked_otherwise(form)
    if not form.validate():
        return _refuse(event_id, form, at, 400 if is_forged(form) else form.asking.status, way)
    if is_other:
        return _refuse(event_id, form, at, QuestionsChanged.status, way)
    if guards.stumbled(form):
        return _refuse(event_id, form, at, 422, way)
    if guards.was_quick(form, at):
        return formpage.page(event_id, form, at, way=way)
    if not limits.may_register(form.person().email_folded or ""):
        form.form_errors.append(_("This address was registered several times within the hour. Try again in an hour."))
        return formpage.page(event_id, form, at, 429, way=way)
    return _take_in(event_id, form, at, way)


def _show_by_code(event_id: int, form: RegistrationForm, at: datetime, way: Way) -> Response:
    """Show the form again, as filled in, with the ticket types that the code in it opens."""
    tickets.look_up(form, event_id, at)
    return formpage.page(event_id, form, at, 422 if form.code.errors else 200, way=way)


def _take_in(event_id: int, form: RegistrationForm, at: datetime, way: Way) -> Response:
    """Register, and lead to the page that the letter leads to as well."""
    person = form.person()
    if form.code.data and not limits.may_try_code(request.remote_addr or "", event_id):
        return _wait(event_id, form, at, way)
    try:
        registration = rules.register(
            event_id,
            person,
            by=ATTENDEE,
            at=at,
            language=web.language(),
            submission_key=guards.own_key(form),
            consent_version=consent.VERSION,
            answered=form.asking.answered,
            ticket_type_id=tickets.asked(event_id, form),
            code=form.code.data,
            invitation_id=way.invitation_id,
        )
        if registration.registered_at == at:
            chosen = (form.sessions.data or "").split()
            rules.carry_over(registration, chosen, is_new=True, by=ATTENDEE, at=at)
        # Whoever is asked for proof is shown no link, nor is anybody whose link stood on no page so far.
        is_hidden = registration.is_proven or registration.event.proof_hours is not None
        token = keys.token_of(registration, TokenKind.MANAGE)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        sending.show(form.asking)
        if isinstance(refused, AlreadyRegistered):
            if proving.is_asked(event_id):
                rules.remind(event_id, person.email, at=at)
                db.session.commit()
                return proving.look_in_letters(event_id, person, at)
            _write_to_owner(event_id, form, at)
        if not form.asking.refuse(refused):
            web.refuse_on(form, refused)
        return _refuse(event_id, form, at, refused.status, way)
    if is_hidden:
        return proving.look_in_letters(event_id, person, at)
    limits.count_registration(person.email_folded or "")
    response = redirect(url_for("registration.manage", token=token), 303)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _write_to_owner(event_id: int, form: RegistrationForm, at: datetime) -> None:
    """Send the link to whoever has the address, at most once an hour; what the page says is true either way."""
    address = form.person().email
    rules.remind(event_id, address, at=at)
    db.session.commit()
    form.is_known = True
    form.form_errors.append(
        _(
            "We have written to %(address)s within the last hour: the letter has the link to see, change or cancel.",
            address=address,
        )
    )


def _refuse(event_id: int, form: RegistrationForm, at: datetime, status: int, way: Way) -> Response:
    if guards.may_be_refused(event_id):
        return formpage.page(event_id, form, at, status, way=way)
    return _wait(event_id, form, at, way)


def _wait(event_id: int, form: RegistrationForm, at: datetime, way: Way) -> Response:
    guards.ask_to_wait(form)
    return guards.waiting(formpage.page(event_id, form, at, 429, way=way))

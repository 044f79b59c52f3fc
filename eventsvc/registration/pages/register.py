"""Registering: one page, one post."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, web, when
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.events import finding, kept, words
from eventsvc.events.models import Event, Status
from eventsvc.events.places import where
from eventsvc.events.standing import Places, Standing
from eventsvc.extensions import db
from eventsvc.registration import (
    blanks,
    consent,
    countries,
    keys,
    limits,
    retention,
    rules,
    stamps,
    standings,
    typos,
)
from eventsvc.registration.errors import AlreadyRegistered
from eventsvc.registration.forms import RegistrationForm, is_forged
from eventsvc.registration.models import TokenKind
from eventsvc.registration.pages.blueprint import blueprint

# Built once: in a rush the same question is asked hundreds of times a second.
_IS_PUBLISHED = (Event.slug == sa.bindparam("slug"), Event.status != Status.DRAFT)
_FOUND = sa.select(Event.id).where(*_IS_PUBLISHED)
_SHOWN = sa.select(Event).where(*_IS_PUBLISHED).options(joinedload(Event.venue))


@blueprint.route("/events/<slug>/register", methods=["GET", "POST"])
def register(slug: str) -> Response:
    """Offer the form, and take in whoever sends it."""
    at = clock.now()
    if request.method == "POST":
        # Whoever is taken in sees no form, and the rule reads the event for itself.
        event_id = db.session.scalar(_FOUND, {"slug": slug})
        return _receive(event_id, RegistrationForm(), at) if event_id else _elsewhere(slug, 308)
    event = db.session.scalar(_SHOWN, {"slug": slug})
    return _offer(event, at) if event else _elsewhere(slug, 301)


def _elsewhere(slug: str, status: int) -> Response:
    """Lead from an address the event had before to the one it has; or it is not found."""
    return redirect(url_for("registration.register", slug=web.not_found_unless(finding.moved_to(slug))), status)


def _offer(event: Event, at: datetime) -> Response:
    """Show the empty form, or why there is none.

    The form is the same for all but a few hidden values, so it is drawn once for the facts it shows.
    """
    there = standings.of(event, at)
    if not there.is_open or session.get("_flashes"):
        return _answer(_drawn(event, _fresh(stamps.stamp(at), tokens.new()), there, at, is_form=there.is_open), 200)
    own = [stamps.stamp(at), tokens.new()]
    if current_app.config["WTF_CSRF_ENABLED"]:
        own.append(generate_csrf())
    page = kept.drawn(
        _facts(event, there),
        lambda: blanks.emptied(_drawn(event, _fresh(*own[:2]), there, at, is_form=True), own),
    )
    return _answer(blanks.filled(page, own), 200)


def _fresh(opened: str, submission_key: str) -> RegistrationForm:
    form = RegistrationForm()
    form.opened.data, form.submission_key.data = opened, submission_key
    return form


def _facts(event: Event, there: Places) -> tuple[Any, ...]:
    """Return all that an open form shows besides what is each visitor's own."""
    locale = web.language()
    waiting = (there.waiting, bool(there.left)) if there.standing is Standing.WAITING else None
    shown = _line(event, locale), _deletion(event, locale)
    return (
        "register",
        event.id,
        event.slug,
        event.title,
        event.retention_days,
        locale,
        request.query_string,
        waiting,
        *shown,
    )


def _receive(event_id: int, form: RegistrationForm, at: datetime) -> Response:
    """Look a post over; whatever is wrong, the form comes back with everything typed."""
    if not limits.may_post(request.remote_addr or ""):
        return _wait(event_id, form, at)
    if not form.validate():
        return _refuse(event_id, form, at, 400 if is_forged(form) else 422)
    if form.homepage.data:
        form.homepage.data = ""
        form.form_errors.append(
            _("Something filled in a field that people do not see. It is empty again: send once more.")
        )
        return _refuse(event_id, form, at, 422)
    if not _took_time(form, at):
        form.form_errors.append(_("That was quick. Look it over once more, then send it again."))
        return _page(event_id, form, at)
    if not limits.may_register(form.person().email_folded or ""):
        form.form_errors.append(_("This address was registered several times within the hour. Try again in an hour."))
        return _page(event_id, form, at, 429)
    return _take_in(event_id, form, at)


def _take_in(event_id: int, form: RegistrationForm, at: datetime) -> Response:
    """Register, and lead to the page that the letter leads to as well."""
    person = form.person()
    try:
        registration = rules.register(
            event_id,
            person,
            by=ATTENDEE,
            at=at,
            language=web.language(),
            submission_key=form.submission_key.data,
            consent_version=consent.VERSION,
        )
        rules.carry_over(registration, (form.sessions.data or "").split(), by=ATTENDEE, at=at)
        token = keys.token_of(registration, TokenKind.MANAGE)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        if isinstance(refused, AlreadyRegistered):
            _write_to_owner(event_id, form, at)
        web.refuse_on(form, refused)
        return _refuse(event_id, form, at, refused.status)
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


def _took_time(form: RegistrationForm, at: datetime) -> bool:
    """Tell whether a person could have filled in the form; one that bears no moment of ours is given one now."""
    least = timedelta(seconds=current_app.config["MINIMUM_SECONDS"])
    if not least:
        return True
    age = stamps.age(form.opened.data, at)
    if age is None:
        form.opened.data = stamps.stamp(at)
    return age is not None and age >= least


def _refuse(event_id: int, form: RegistrationForm, at: datetime, status: int) -> Response:
    if limits.may_be_refused(request.remote_addr or "", event_id):
        return _page(event_id, form, at, status)
    return _wait(event_id, form, at)


def _wait(event_id: int, form: RegistrationForm, at: datetime) -> Response:
    form.form_errors[:] = [_("That was a lot at once from your network. Wait ten minutes, then send this again.")]
    response = _page(event_id, form, at, 429)
    response.headers["Retry-After"] = str(limits.WAIT_SECONDS)
    return response


def _page(event_id: int, form: RegistrationForm, at: datetime, status: int = 200) -> Response:
    """Draw the form again for whoever has typed something; where nobody can register, what they typed without it."""
    event = db.session.get_one(Event, event_id, options=[joinedload(Event.venue)])
    there = standings.of(event, at)
    return _answer(_drawn(event, form, there, at, is_form=there.is_open), status)


def _drawn(event: Event, form: RegistrationForm, there: Places, at: datetime, *, is_form: bool) -> str:
    """Draw the form, or say why there is none."""
    locale = web.language()
    return render_template(
        "registration/register.html" if is_form else "registration/shut.html",
        lang=locale,
        event=event,
        form=form,
        places=there,
        consent=consent.text(current_app.config["SITE_NAME"]),
        word=words.standing(event, there, locale, at),
        why=_why_shut(event, there),
        country=countries.names(locale).get(form.country.data or "", ""),
        is_waiting=there.standing is Standing.WAITING,
        line=_line(event, locale),
        countries=countries.options(locale, form.country.data) if is_form else "",
        better=typos.better(form.email.data or ""),
        deleted_on=_deletion(event, locale),
    )


def _why_shut(event: Event, there: Places) -> str:
    """Name why there is no form; what is closed may never have been open."""
    if there.standing is not Standing.CLOSED:
        return there.standing.value
    if event.starts_at is None:
        return "undated"
    return "closed" if event.accepts_registrations else "nowhere"


def _answer(body: str, status: int) -> Response:
    response = make_response(body, status)
    # Kept by the browser alone, so that going back finds what was typed.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _line(event: Event, locale: str) -> str:
    """Say when and where in one line: "Mon 4 to Fri 8 July 2022, Leiden, and online. Free."."""
    if event.starts_at is None or event.ends_at is None:
        days = _("Date to follow")
    else:
        days = when.days(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)
    return ". ".join([f"{days}, {where(event, locale).line}", event.costs or _("Free"), ""])


def _deletion(event: Event, locale: str) -> Any:
    last = retention.last_day(event)
    return when.on(last, locale) if last else None

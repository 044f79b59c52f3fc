"""The form for registering as it is shown: empty or as it was sent, or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from eventsvc import web, when
from eventsvc.events import rows, words
from eventsvc.events.models import Event
from eventsvc.events.places import where
from eventsvc.events.standing import Places, Standing
from eventsvc.extensions import db
from eventsvc.registration import (
    answers,
    consent,
    countries,
    odds,
    retention,
    seats,
    standings,
    typos,
)
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.forms import RegistrationForm
from eventsvc.registration.models import AccessCode
from eventsvc.registration.pages import tickets, waiting
from eventsvc.registration.pages.visit import deletion
from eventsvc.registration.pages.ways import OPEN, Way


def page(event_id: int, form: RegistrationForm, at: datetime, status: int = 200, *, way: Way = OPEN) -> Response:
    """Draw the form again for whoever has typed something; where nobody can register, what they typed without it."""
    event = db.session.get_one(Event, event_id, options=[joinedload(Event.venue)])
    there, choice = stands(event, form.ticket_type.data or "", at, way, tickets.by_typed(form, event_id, at))
    tickets.miss(form, choice)
    form.asking.show(answers.left(form.asking.form))
    return answer(drawn(event, form, there, choice, at, way), status)


def stands(
    event: Event, chosen: str, at: datetime, way: Way = OPEN, code: AccessCode | None = None
) -> tuple[Places, tickets.Choice]:
    """Return where the event stands for whoever came this way, and what they may choose."""
    seating = seats.taken(event.id, at)
    there = standings.told(event, seating, at)
    return way.choice(event, there, tickets.offered(event, seating, chosen, at, code), seating, at)


def drawn(
    event: Event, form: RegistrationForm, there: Places, choice: tickets.Choice, at: datetime, way: Way = OPEN
) -> str:
    """Draw the form, or say why there is none."""
    locale, is_form = web.language(), choice.is_open(there)
    return render_template(
        "registration/register.html" if is_form else "registration/shut.html",
        lang=locale,
        event=event,
        form=form,
        places=there,
        consent=consent.text(current_app.config["SITE_NAME"]),
        word=words.standing(event, there, locale, at),
        why="gone" if way.is_gone else _why_shut(event, there),
        country=countries.names(locale).get(form.country.data or "", ""),
        is_waiting=choice.is_waiting(there),
        odds=_odds(event, there, at) if choice.is_waiting(there) else "",
        choice=choice,
        way=way,
        action=way.action or url_for("registration.register", slug=event.slug),
        line=_line(event, there, locale),
        countries=countries.options(locale, form.country.data) if is_form else "",
        better=typos.better(form.email.data or ""),
        deleted_on=deletion(event, locale),
        kept_until=retention.told_of(event, locale),
    )


def fresh(opened: str, submission_key: str, asked: Boxes) -> RegistrationForm:
    form = RegistrationForm()
    form.asking = asked
    form.opened.data, form.submission_key.data = opened, submission_key
    return form


def facts(event: Event, there: Places, choice: tickets.Choice, asked: Boxes, at: datetime) -> tuple[Any, ...]:
    """Return all that an open form shows besides what is each visitor's own."""
    locale = web.language()
    is_waiting = choice.is_waiting(there)
    queue = (there.waiting, bool(there.left), event.offer_hours, _odds(event, there, at)) if is_waiting else None
    shown = _line(event, there, locale), deletion(event, locale)
    return (
        "register",
        event.id,
        event.slug,
        event.title,
        event.retention_days,
        event.accepts_groups,
        locale,
        request.query_string,
        queue,
        event.proof_hours,
        choice,
        asked.form.name,
        asked.notes(),
        event.ends_at,
        event.timezone,
        *shown,
    )


def answer(body: str, status: int) -> Response:
    response = make_response(body, status)
    # Kept by the browser alone, so that going back finds what was typed.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _odds(event: Event, there: Places, at: datetime) -> str:
    """Say what a place at the end of the list is worth."""
    return waiting.sentence(odds.of(event, at), there.waiting + 1)


def _why_shut(event: Event, there: Places) -> str:
    """Name why there is no form; what is closed may never have been open."""
    if there.standing is not Standing.CLOSED:
        return there.standing.value
    if event.starts_at is None:
        return "undated"
    if there.is_withdrawn:
        return "withdrawn"
    if there.is_by_invitation:
        return "invited"
    return "closed" if event.accepts_registrations else "nowhere"


def _line(event: Event, there: Places, locale: str) -> str:
    """Say when and where in one line: "Mon 4 to Fri 8 July 2022, Leiden, and online. Free."."""
    if event.starts_at is None or event.ends_at is None:
        days = _("Date to follow")
    else:
        days = when.days(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)
    return ". ".join([f"{days}, {where(event, locale).line}", rows.costs(event, there.fees, locale), ""])

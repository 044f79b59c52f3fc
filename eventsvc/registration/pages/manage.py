"""The page by link: what somebody has, their links, letters and data; giving a place up, and being forgotten."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import flash, make_response, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, links, web, when
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.calendars import entries
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.showings import Showing
from eventsvc.errors import Refused
from eventsvc.events.models import Event, Status
from eventsvc.events.panel import zone_of
from eventsvc.events.places import where
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.words import span
from eventsvc.registration import (
    choices,
    keys,
    limits,
    owndata,
    rules,
    tickets,
    told,
    typos,
    words,
)
from eventsvc.registration.forms import ConfirmationForm, LeavingForm
from eventsvc.registration.models import Registration, State, TokenKind
from eventsvc.registration.pages import asking, programme, ticket, waiting
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.files import own_files
from eventsvc.registration.pages.visit import deletion, done, ended, is_confirmed, opened


@blueprint.get("/registrations/<token>")
@web.private
def manage(token: str) -> Response:
    """Show a registration to whoever has its link."""
    return _manage(opened(token), token)


@blueprint.route("/registrations/<token>/cancel", methods=["GET", "POST"])
@web.private
def cancel(token: str) -> Response:
    """Ask whether a place is to be given up, and give it up."""
    registration = opened(token)
    form = LeavingForm()
    if not is_confirmed(form):
        if not registration.is_live:
            return ended(registration, token)
        return _question("registration/cancel.html", registration, form, token)
    try:
        rules.cancel(registration, by=ATTENDEE, at=clock.now(), reason=form.reason.data or None)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _question("registration/cancel.html", registration, form, token, refused.status)
    return done(token, _("Your registration is cancelled."))


@blueprint.route("/registrations/<token>/erase", methods=["GET", "POST"])
@web.private
def erase(token: str) -> Response:
    """Say what erasure means, and forget the person."""
    registration = opened(token)
    form = ConfirmationForm()
    if not is_confirmed(form):
        return _question("registration/erase.html", registration, form, token)
    title, slug = registration.event.title, registration.event.slug
    rules.erase(registration, by=ATTENDEE, at=clock.now())
    db.session.commit()
    return make_response(render_template("registration/erased.html", lang=web.language(), title=title, slug=slug))


@blueprint.post("/registrations/<token>/resend")
@web.private
def resend(token: str) -> Response:
    """Write the link to the registration's own address; at most once an hour."""
    registration = opened(token)
    if not is_confirmed(ConfirmationForm()):
        return _bad_token(registration, token)
    is_sent = rules.send_link(registration, by=ATTENDEE, at=clock.now())
    db.session.commit()
    if is_sent:
        return done(token, _("The letter with your link is on its way."))
    return done(token, _("We wrote to you within the last hour. Look in your spam folder, or try again later."), "warn")


@blueprint.post("/registrations/<token>/feed")
@web.private
def replace_feed(token: str) -> Response:
    """Make the personal feed's link anew, for whoever gave the old one away."""
    registration = opened(token)
    if not is_confirmed(ConfirmationForm()):
        return _bad_token(registration, token)
    rules.replace_feed_link(registration, by=ATTENDEE, at=clock.now())
    db.session.commit()
    return done(token, _("Your calendar has a new link. Subscribe again with it; the old one has stopped."))


@blueprint.post("/registrations/<token>/link")
@web.private
def replace_link(token: str) -> Response:
    """Make the link of this page anew, for whoever gave the old one away."""
    registration = opened(token)
    if not is_confirmed(ConfirmationForm()):
        return _bad_token(registration, token)
    address = registration.email_folded or ""
    # Each new link is written to its owner, so it is counted as a registration is: nobody can be flooded this way.
    if not limits.may_register(address):
        return done(token, _("This link was replaced several times within the hour. Try again in an hour."), "warn")
    fresh = rules.replace_manage_link(registration, by=ATTENDEE, at=clock.now())
    db.session.commit()
    limits.count_registration(address)
    if not address:
        return done(fresh, _("This page has a new link: keep it. The old one has stopped."))
    return done(fresh, _("This page has a new link, and a letter with it is on its way. The old one has stopped."))


@blueprint.get("/registrations/<token>/data.json")
@web.private
def data(token: str) -> Response:
    """Send everything kept about a person, as a file."""
    registration = opened(token)
    body = json.dumps(owndata.of(registration), ensure_ascii=False, indent=2)
    response = make_response(body, {"Content-Type": "application/json; charset=utf-8"})
    response.headers["Content-Disposition"] = f'attachment; filename="registration-{registration.reference}.json"'
    return response


@blueprint.get("/registrations/<token>/letters")
@web.private
def letters(token: str) -> Response:
    """Show the letters somebody was sent, as they were sent."""
    registration = opened(token)
    page = render_template(
        "registration/letters.html",
        lang=web.language(),
        registration=registration,
        token=token,
        letters=[(letter, _moment(registration.event, letter.sent_at)) for letter in owndata.letters(registration.id)],
    )
    return make_response(page)


def _bad_token(registration: Registration, token: str) -> Response:
    flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
    response = _manage(registration, token)
    response.status_code = 400
    return response


def _question(
    template: str,
    registration: Registration,
    form: ConfirmationForm | LeavingForm,
    token: str,
    status: int | None = None,
) -> Response:
    page = render_template(
        template,
        lang=web.language(),
        registration=registration,
        event=registration.event,
        form=form,
        token=token,
    )
    return make_response(page, status or (400 if form.form_errors else 422 if form.errors else 200))


def _manage(registration: Registration, token: str) -> Response:
    event, locale, at = registration.event, web.language(), clock.now()
    answers, told_of = asking.shown(registration), waiting.told(registration, at, locale)
    page = render_template(
        "registration/manage.html",
        lang=locale,
        registration=registration,
        event=event,
        token=token,
        word=words.state(State.EXPIRED if told_of.is_overdue else registration.state),
        waiting=told_of,
        better=typos.better(registration.email or ""),
        letters=owndata.letters(registration.id),
        qr=tickets.code(registration.reference),
        deletion=deletion(event, locale),
        is_event_cancelled=event.status is Status.CANCELLED,
        is_over=event.ends_at is not None and event.ends_at <= at,
        where=where(event, locale, mode=registration.ticket_type and registration.mode),
        mode=registration.mode,
        **ticket.of(registration, at, locale),
        sessions=_sessions(registration),
        left=programme.left_of(registration, at),
        **answers,
        files=own_files(registration, token, answers["answers"]),
        **_when(event, locale),
        **_calendars(registration),
    )
    return make_response(page)


def _when(event: Event, locale: str) -> dict[str, Any]:
    if event.starts_at is None or event.ends_at is None:
        return {"block": None, "span": "", "zone": "", "begins": ""}
    shown = event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day
    return {
        "block": when.block(*shown),
        "span": when.span(*shown),
        "zone": "" if event.is_all_day else zone_of(event, event.starts_at, locale),
        "begins": (when.near_day if event.is_all_day else when.near_moment)(event.starts_at, event.timezone, locale),
    }


def _calendars(registration: Registration) -> dict[str, Any]:
    """Return the ways into a calendar, for people who have a seat."""
    shown = entries.invitation_of(registration.event) if registration.is_confirmed else None
    if shown is None:
        return {"calendars": None}
    showing = Showing.from_json(told.counted(shown, registration)["facts"])
    ways = {"google": calendar_links.google(showing), "outlook": calendar_links.outlook(showing)}
    token = keys.known_token_of(registration, TokenKind.FEED)
    if token is not None:
        ways["apple"] = calendar_links.webcal(links.absolute("calendars.personal", token=token))
    return {"calendars": ways}


def _sessions(registration: Registration) -> dict[str, Any] | None:
    """Return what somebody chose of the programme; None where there is no programme to choose from."""
    event = registration.event
    if not event.is_public or published.edition(event.id) is None:
        return None
    return {
        "chosen": [
            {
                "title": item.title,
                "when": span(item, event.timezone, web.language()),
                "room": item.room,
                "url": url_for("programme.session", slug=event.slug, public_id=item.public_id),
                "is_cancelled": item.is_cancelled,
            }
            for item in choices.chosen_items(registration)
        ]
    }


def _moment(event: Event, moment: datetime | None) -> str:
    return when.moment(moment, event.timezone, web.language()) if moment else ""

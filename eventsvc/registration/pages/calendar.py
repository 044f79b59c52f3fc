"""The page about one's own calendar: how to subscribe, what it shows, a new link, and the end of it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, links, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.calendars import attended, feeds, ics
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.feeds import Detail
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.registration import feeding, keys, rules
from eventsvc.registration.forms import ConfirmationForm
from eventsvc.registration.models import Registration, State, TokenKind
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import is_confirmed, opened


@blueprint.get("/registrations/<token>/calendar")
@web.private
def calendar(token: str) -> Response:
    """Show how to subscribe to one's own calendar, and what can be decided about it."""
    return _shown(opened(token), token)


@blueprint.get("/registrations/<token>/calendar.ics")
@web.private
def entry(token: str) -> Response:
    """Send what one's calendar shows of the event as a file, for once: it needs no link, and does not change."""
    registration = opened(token)
    shown = web.not_found_unless(attended.shown(registration, at=clock.now()) or None)
    response = make_response(ics.file(b"".join(shown)), {"Content-Type": "text/calendar; charset=utf-8"})
    response.headers["Content-Disposition"] = f'attachment; filename="{registration.event.slug}.ics"'
    return response


@blueprint.post("/registrations/<token>/calendar/<any(replace, stop, deadlines, all):act>")
@web.private
def decide(token: str, act: str) -> Response:
    """Make the calendar's link anew, stop it, or choose what it shows (`shown=1` or nothing)."""
    registration, is_shown = opened(token), request.form.get("shown") == "1"

    def replace() -> str:
        rules.replace_feed_link(registration, by=ATTENDEE, at=clock.now())
        return _("Your calendar has a new link. Subscribe again with it; the old one has stopped.")

    def stop() -> str:
        feeding.stop(registration, by=ATTENDEE, at=clock.now())
        return _("The link has stopped. Take the calendar out of your program; it would not change any more.")

    def deadlines() -> str:
        feeding.show_deadlines(registration, is_shown, by=ATTENDEE, at=clock.now())
        return _("Your calendar shows it so from now on.")

    def everything() -> str:
        feeding.show_all(registration, is_shown, by=ATTENDEE, at=clock.now())
        if is_shown:
            return _("Your calendar shows all your registrations. Its link is new: subscribe again with it.")
        return _("Your calendar shows this registration alone.")

    acts = {"replace": replace, "stop": stop, "deadlines": deadlines, "all": everything}
    return _done(registration, token, acts[act])


@blueprint.post("/registrations/<token>/calendar/prove")
@web.private
def prove(token: str) -> Response:
    """Send a new link to this page, as proof that the address is theirs who read its letters."""
    registration = opened(token)
    if not is_confirmed(ConfirmationForm()):
        return _forged(registration, token)
    is_sent = feeding.prove(registration, by=ATTENDEE, at=clock.now())
    db.session.commit()
    if not is_sent:
        flash(_("We wrote to you within the last hour. Look in your spam folder, or try again later."), "warn")
        return redirect(url_for("registration.calendar", token=token), 303)
    return make_response(render_template("registration/proving.html", lang=web.language(), registration=registration))


def _done(registration: Registration, token: str, act: Callable[[], str]) -> Response:
    if not is_confirmed(ConfirmationForm()):
        return _forged(registration, token)
    try:
        told, tone = act(), "ok"
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        told, tone = refused.sentence, "no"
    flash(told, tone)
    return redirect(url_for("registration.calendar", token=token), 303)


def _forged(registration: Registration, token: str) -> Response:
    flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
    response = _shown(registration, token)
    response.status_code = 400
    return response


def _shown(registration: Registration, token: str) -> Response:
    feed = keys.known_token_of(registration, TokenKind.FEED)
    word = request.args.get("detail", "")
    detail = Detail(word) if word in set(Detail) else Detail.BOTH
    said = {"detail": detail.value} if detail is not Detail.BOTH else {}
    address = links.absolute("calendars.personal", token=feed, **said) if feed else None
    name = _("My events") if registration.is_feed_of_all else registration.event.title
    page = render_template(
        "registration/calendar.html",
        lang=web.language(),
        registration=registration,
        event=registration.event,
        token=token,
        detail=detail,
        ways=calendar_links.ways(address, name) if address else None,
        void=_void(registration),
        twin=feeding.twin(registration),
    )
    return make_response(page)


def _void(registration: Registration) -> str:
    """Say why the calendar of one registration shows nothing, or soon will."""
    if registration.is_feed_of_all or registration.is_confirmed:
        return ""
    if attended.has_left(registration):
        days = feeds.TOMBSTONE_DAYS
        return _("You gave up your place. What it showed is struck out for %(days)d days, then it is empty.", days=days)
    if not registration.is_live:
        return _("It is empty, as you are not registered any more.")
    if registration.state is State.OFFERED and registration.feed_has_deadlines:
        return _("Until you have a place, it shows only the last moment at which you can accept it.")
    return _("It is empty until you have a place.")

"""Whoever comes by a link: what it opens, proof that their browser sent something, and the pages they are led to."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventsvc import web, when
from eventsvc.events.models import Event
from eventsvc.registration import keys, retention, words
from eventsvc.registration.errors import ChangesClosed, DataErased, LinkReplaced, RegistrationOver
from eventsvc.registration.forms import ConfirmationForm, LeavingForm, is_forged
from eventsvc.registration.models import Registration, TokenKind


def opened(token: str) -> Registration:
    """Return what a link opens; one that was replaced or erased says so, all else is not found."""
    registration = keys.find(token, TokenKind.MANAGE)
    if registration is None and (retired := keys.retired(token)):
        raise DataErased if retired.is_erased else LinkReplaced
    found = web.not_found_unless(registration)
    web.speak(found.language)
    return found


def is_confirmed(form: ConfirmationForm | LeavingForm) -> bool:
    """Tell whether the person's own browser sent this; a bad token says so on the form, and asks once more."""
    is_valid: bool = form.validate_on_submit()
    is_forged(form)
    return is_valid


def closed(registration: Registration, token: str) -> Response:
    """Say that changes are closed, whom to ask, and what can still be done."""
    return _instead("registration/closed.html", registration, token, ChangesClosed.status)


def ended(registration: Registration, token: str) -> Response:
    """Say that there is nothing to change any more."""
    return _instead("registration/ended.html", registration, token, RegistrationOver.status)


def _instead(template: str, registration: Registration, token: str, status: int) -> Response:
    """Show a page in the place of a form; whoever sent one is told so by the status too."""
    page = render_template(
        template,
        lang=web.language(),
        registration=registration,
        event=registration.event,
        token=token,
        word=words.state(registration.state),
    )
    return make_response(page, status if request.method == "POST" else 200)


def done(token: str, sentence: str, tone: str = "ok") -> Response:
    """Lead back to the page, which says what was done."""
    flash(sentence, tone)
    return redirect(url_for("registration.manage", token=token), 303)


def deletion(event: Event, locale: str) -> str:
    """Say on which day we forget who registered, or nothing."""
    last = retention.last_day(event)
    return when.on(last, locale) if last else ""

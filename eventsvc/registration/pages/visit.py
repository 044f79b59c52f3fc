"""Whoever comes by a link: what it opens, and proof that their own browser sent something."""

from __future__ import annotations

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from eventsvc import web
from eventsvc.registration import keys
from eventsvc.registration.errors import ChangesClosed, DataErased, LinkReplaced
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
    page = render_template(
        "registration/closed.html",
        lang=web.language(),
        registration=registration,
        event=registration.event,
        token=token,
    )
    return make_response(page, ChangesClosed.status if request.method == "POST" else 200)

"""One press each: taking an offered place, proving an address, staying on the list, coming back, undoing."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.registration import keys, rules
from eventsvc.registration.forms import ConfirmationForm
from eventsvc.registration.models import Registration, State, TokenKind
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import is_confirmed, opened

Told = tuple[str, str]


@blueprint.post("/registrations/<token>/accept")
@web.private
def accept(token: str) -> Response:
    """Take an offered place, or say that the address is one's own; no link does, as robots follow links."""
    registration = opened(token)

    def act() -> Told:
        if not rules.accept(registration, by=ATTENDEE, at=clock.now()):
            return _("The time was over, so the place is not held for you any more."), "warn"
        if registration.state is State.WAITLISTED:
            return _("Thank you. When your turn comes, the place is yours."), "ok"
        return _("The place is yours. A letter with all you need is on its way."), "ok"

    return _done(token, act)


@blueprint.post("/registrations/<token>/stay")
@web.private
def stay(token: str) -> Response:
    """Say that one still wants a place."""
    registration = opened(token)

    def act() -> Told:
        if rules.stay(registration, by=ATTENDEE, at=clock.now()):
            return _("Thank you. You keep your turn."), "ok"
        return _("The time was over, so you are not on the list any more. You can join it again."), "warn"

    return _done(token, act)


@blueprint.post("/registrations/<token>/undo")
@web.private
def undo(token: str) -> Response:
    """Take a cancellation back."""
    registration = opened(token)

    def act() -> Told:
        rules.undo_cancel(registration, by=ATTENDEE, at=clock.now())
        return _("It is undone: everything is as it was."), "ok"

    return _done(token, act)


@blueprint.post("/registrations/<token>/rejoin")
@web.private
def rejoin(token: str) -> Response:
    """Come back after time ran out, and be led to the page of the new registration."""
    registration = opened(token)
    led: list[Registration] = []

    def act() -> Told:
        fresh = rules.rejoin(registration, by=ATTENDEE, at=clock.now())
        if fresh.is_to_prove:
            # The link goes to the address alone.
            return _("We wrote to you. Open the link in that letter: it is a new one."), "ok"
        led.append(fresh)
        return _("You are back. This page is new, and a letter with its link is on its way: keep that one."), "ok"

    response = _done(token, act)
    if led:
        return redirect(url_for("registration.manage", token=keys.token_of(led[0], TokenKind.MANAGE)), 303)
    return response


def _done(token: str, act: Callable[[], Told]) -> Response:
    if not is_confirmed(ConfirmationForm()):
        flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
        return redirect(url_for("registration.manage", token=token), 303)
    try:
        told, tone = act()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        told, tone = refused.sentence, "no"
    flash(told, tone)
    return redirect(url_for("registration.manage", token=token), 303)

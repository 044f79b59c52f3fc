"""Handing one's place to a colleague: who it is, once more before it is done, and done."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.registration import deadlines, limits, rules, typos
from eventsvc.registration.forms import HandOverForm, is_forged
from eventsvc.registration.models import Registration
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import closed, done, ended, opened


@blueprint.route("/registrations/<token>/hand-over", methods=["GET", "POST"])
@web.private
def hand_over(token: str) -> Response:
    """Ask who comes instead, show what that means (`sure=1` says it was seen), and do it."""
    registration = opened(token)
    if not registration.is_confirmed:
        return ended(registration, token)
    if not deadlines.may_change(registration.event, clock.now()):
        return closed(registration, token)
    form = HandOverForm()
    if not form.is_submitted():
        return _page(registration, form, token)
    if not form.validate():
        return _page(registration, form, token, 400 if is_forged(form) else 422)
    if request.form.get("sure") != "1":
        return _page(registration, form, token, is_asking=True)
    return _hand(registration, form, token)


def _hand(registration: Registration, form: HandOverForm, token: str) -> Response:
    person = form.person()
    # The colleague is sent a letter, so it is counted as a registration is: nobody can be flooded this way.
    if not limits.may_register(person.email_folded or ""):
        form.form_errors.append(_("This address was registered several times within the hour. Try again in an hour."))
        return _page(registration, form, token, 429)
    try:
        rules.hand_over(registration, person, by=ATTENDEE, at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(registration, form, token, refused.status)
    limits.count_registration(person.email_folded or "")
    return done(token, _("It is done: a letter is on its way to your colleague, and one to you."))


def _page(
    registration: Registration, form: HandOverForm, token: str, status: int = 200, *, is_asking: bool = False
) -> Response:
    page = render_template(
        "registration/hand_over.html",
        lang=web.language(),
        registration=registration,
        event=registration.event,
        form=form,
        token=token,
        is_asking=is_asking,
        better=typos.better(form.email.data or ""),
    )
    return make_response(page, status)

"""Writing oneself otherwise: name, address and answers, until changes close."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.extensions import db
from eventsvc.registration import (
    countries,
    deadlines,
    limits,
    retention,
    rules,
    typos,
)
from eventsvc.registration.errors import QuestionsChanged
from eventsvc.registration.forms import CorrectionForm, is_forged
from eventsvc.registration.models import Registration
from eventsvc.registration.pages import asking, guards, proving, sending
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import closed, deletion, done, ended, opened


@blueprint.route("/registrations/<token>/correct", methods=["GET", "POST"])
@web.private
def correct(token: str) -> Response:
    """Let a person write themselves otherwise."""
    registration = opened(token)
    if not registration.is_live:
        return ended(registration, token)
    if not deadlines.may_change(registration.event, clock.now()):
        return closed(registration, token)
    # A post with nothing in it is an empty form, and does not save what is stored once more.
    is_sent = request.method == "POST"
    asked = asking.own(registration, is_sent=is_sent)
    form = CorrectionForm(obj=None if is_sent else registration)
    form.asking = asked
    sending.take_own(asked, form.claim, registration)
    if not form.is_submitted():
        return _correction(registration, form, token)
    is_other = guards.was_asked_otherwise(form)
    if not form.validate():
        return _correction(registration, form, token, 400 if is_forged(form) else asked.status)
    if is_other:
        return _correction(registration, form, token, QuestionsChanged.status)
    return _save(registration, form, token)


def _save(registration: Registration, form: CorrectionForm, token: str) -> Response:
    person, address = form.person(), registration.email_folded
    # A new address is sent a letter, so it is counted as a registration with it is: nobody can be flooded this way.
    is_new = person.email_folded not in {address, None}
    if is_new and not limits.may_register(person.email_folded or ""):
        form.form_errors.append(_("This address was registered several times within the hour. Try again in an hour."))
        return _correction(registration, form, token, 429)
    try:
        rules.correct(
            registration,
            person,
            revision=form.revision.data or 0,
            by=ATTENDEE,
            at=clock.now(),
            answered=form.asking.answered,
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        if not form.asking.refuse(refused):
            web.refuse_on(form, refused)
        asking.count_again(form.asking, registration)
        if isinstance(refused, ChangedMeanwhile):
            # The page shows what is stored now; sending it once more is meant.
            form.revision.data, form.revision.raw_data = registration.revision, None
        return _correction(registration, form, token, refused.status)
    if not is_new:
        return done(token, _("It is changed."))
    if registration.is_proven and registration.is_to_prove:
        # The new link stands in the letter alone, so there is no page to lead to.
        return proving.look_in_letters(registration.event_id, person, clock.now())
    limits.count_registration(person.email_folded or "")
    told = _("It is changed, and a letter to the new address is on its way.")
    kept = _("The link in earlier letters still works: if somebody else reads the old mailbox, replace it below.")
    return done(token, f"{told} {kept}")


def _correction(registration: Registration, form: CorrectionForm, token: str, status: int = 200) -> Response:
    locale = web.language()
    page = render_template(
        "registration/correct.html",
        lang=locale,
        registration=registration,
        form=form,
        token=token,
        countries=countries.options(locale, form.country.data),
        better=typos.better(form.email.data or ""),
        is_newer=status == ChangedMeanwhile.status and not form.asking.wrong,
        answers=asking.told(registration),
        kept_until=retention.told_of(registration.event, locale),
        deleted_on=deletion(registration.event, locale),
    )
    return make_response(page, status)

"""When a speaker is free at an event, on the clock of that event."""

from __future__ import annotations

from flask import make_response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.actors import SPEAKER
from eventsvc.errors import Refused
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.programme import rules
from eventsvc.programme.cardforms import TimesForm
from eventsvc.programme.lineup import Place
from eventsvc.programme.pages.own.blueprint import blueprint, is_pressed, opened, place_at
from eventsvc.programme.pages.own.page import done


@blueprint.route("/<token>/times/<slug>", methods=["GET", "POST"])
@web.private
def times(token: str, slug: str) -> Response:
    """Say when one is free at an event."""
    speaker = opened(token)
    place = place_at(speaker, slug)
    form = TimesForm(place.event, place.free)
    if not form.is_submitted():
        return _page(place, form, token)
    if not is_pressed(form):
        return _page(place, form, token, 400 if form.form_errors else 422)
    try:
        rules.set_free_times(speaker, place.event, form.said(), by=SPEAKER, at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(place, form, token, refused.status)
    return done(token, _("Thank you. Whoever makes the programme now sees when you are free."))


def _page(place: Place, form: TimesForm, token: str, status: int = 200) -> Response:
    event, locale = place.event, web.language()
    is_known = event.starts_at is not None and event.ends_at is not None
    shown = render_template(
        "programme/own/times.html",
        lang=locale,
        event=event,
        form=form,
        token=token,
        span=when.span(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day) if is_known else "",
        zone=zone_of(event, event.starts_at or clock.now(), locale),
    )
    return make_response(shown, status)

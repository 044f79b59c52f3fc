"""A speaker's card, in their own hand."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts.actors import SPEAKER
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.extensions import db
from eventsvc.programme import portraits, rules
from eventsvc.programme.cardforms import SpeakerForm, side_by_side
from eventsvc.programme.models import Speaker
from eventsvc.programme.pages.own.blueprint import TOO_MANY_FILES, blueprint, is_pressed, opened
from eventsvc.programme.pages.own.page import done
from eventsvc.registration import limits


@blueprint.route("/<token>/card", methods=["GET", "POST"])
@web.private
def card(token: str) -> Response:
    """Change what is told of oneself."""
    speaker = opened(token)
    form = SpeakerForm(speaker)
    if not form.is_submitted():
        return _page(speaker, form, token)
    if not is_pressed(form):
        return _page(speaker, form, token, 400 if form.form_errors else 422)
    before, photo, theirs = speaker.photo_digest, None, []
    sent = form.sent_photo()
    if sent and not limits.may_send_file(speaker.public_id):
        form.photo.errors = [TOO_MANY_FILES]
        return _page(speaker, form, token, 429)
    try:
        said = form.said()
        if sent:
            photo = said["photo_digest"] = portraits.kept(sent)
        rules.edit_card(speaker, said, revision=form.revision.opened_at, by=SPEAKER, at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        portraits.forget(photo)
        web.refuse_on(form, refused)
        if isinstance(refused, ChangedMeanwhile):
            theirs = side_by_side(form, refused)
            form.take_over(refused, speaker)
        return _page(speaker, form, token, refused.status, theirs)
    portraits.forget(before, photo)
    return done(
        token, _("Your card is saved. A new name or affiliation is shown with the next version of a programme.")
    )


def _page(
    speaker: Speaker, form: SpeakerForm, token: str, status: int = 200, theirs: list[dict[str, Any]] | None = None
) -> Response:
    shown = render_template(
        "programme/own/card.html", lang=web.language(), speaker=speaker, form=form, token=token, theirs=theirs or []
    )
    return make_response(shown, status)

"""Slides that a speaker sends for their own sessions, has a look at, and takes away."""

from __future__ import annotations

import sqlalchemy as sa
from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, downloads, stores, uploads, web
from eventsvc.accounts.actors import SPEAKER
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.programme import rules
from eventsvc.programme.models import Slides, Speaker
from eventsvc.programme.pages.own.blueprint import TOO_MANY_FILES, blueprint, is_pressed, opened, part_in
from eventsvc.programme.pages.own.page import done, drop_unnamed, page
from eventsvc.registration import limits
from eventsvc.registration.forms import ConfirmationForm


@blueprint.post("/<token>/sessions/<public_id>/slides")
@web.private
def upload(token: str, public_id: str) -> Response:
    """Take a file for a session."""
    speaker, form = opened(token), ConfirmationForm()
    _place, part = part_in(speaker, public_id)
    if not is_pressed(form):
        return page(speaker, token, wrong_files={part.id: form.form_errors[0]}, status=400)
    if not limits.may_send_file(speaker.public_id):
        return page(speaker, token, wrong_files={part.id: TOO_MANY_FILES}, status=429)
    sent, digest = request.files.get("file"), ""
    try:
        if sent is None or not sent.filename:
            raise Refused(_("Choose a file first."))
        content = sent.read(uploads.MOST_BYTES + 1)
        kind = uploads.kind_of(content)
        # What a rule would refuse is not kept.
        rules.check_speaks(part.session, speaker)
        digest = stores.keep_anew(stores.FILES, content)
        rules.add_slides(
            part.session,
            speaker,
            name=uploads.named(sent.filename, kind, _("slides")),
            media_type=kind.media_type,
            size=len(content),
            digest=digest,
            by=SPEAKER,
            at=clock.now(),
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        drop_unnamed([digest])
        return page(speaker, token, wrong_files={part.id: refused.sentence}, status=refused.status)
    drop_unnamed([digest])
    return done(
        token, _("Your slides are here. Everybody can see them once the session is over."), anchor=f"s-{public_id}"
    )


@blueprint.get("/<token>/slides/<public_id>")
@web.private
def slides(token: str, public_id: str) -> Response:
    """Send somebody their own file."""
    found = _own(opened(token), public_id)
    file = web.not_found_unless(stores.found(stores.FILES, found.digest))
    return downloads.attachment(file, found.media_type, found.name)


@blueprint.post("/<token>/slides/<public_id>/remove")
@web.private
def remove_slides(token: str, public_id: str) -> Response:
    """Take one's own file away."""
    speaker = opened(token)
    found = _own(speaker, public_id)
    if not is_pressed(ConfirmationForm()):
        return done(token, _("That button did not work from where it was pressed. Please press it once more."), "warn")
    digest = found.digest
    rules.remove_slides(found, by=SPEAKER, at=clock.now())
    db.session.commit()
    drop_unnamed([digest])
    return done(token, _("The file is taken away."))


def _own(speaker: Speaker, public_id: str) -> Slides:
    asked = sa.select(Slides).where(Slides.public_id == public_id, Slides.speaker_id == speaker.id)
    return web.not_found_unless(db.session.scalars(asked).first())

"""Files that attendees send with a form."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, web
from eventsvc.extensions import db
from eventsvc.registration import files, receiving
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.models import Registration
from eventsvc.registration.pages.blueprint import blueprint


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(_error: RequestEntityTooLarge) -> Response:
    """Say what to do to whoever sent so much that it was not even read."""
    return web.error_page(413, sentence=receiving.unread())


def let_in(asking: Boxes) -> None:
    """Let files in where the form asks for some, before anything reads it."""
    if asking.has_files:
        web.let_files_in(most=receiving.CEILING, text=receiving.TEXT, each=files.MOST_BYTES)


def take(asking: Boxes, claim: Any, *, has_leave: bool) -> None:
    """Keep the files that came with the form to register, if they have leave."""
    if asking.has_files:
        sent = request.files if has_leave else None
        receiving.take(asking, claim, request.form, sent, at=clock.now(), network=request.remote_addr or "")
        db.session.commit()


def take_own(asking: Boxes, claim: Any, registration: Registration) -> None:
    """Fill the boxes with the files somebody has, and with those they sent now to take their place."""
    if not asking.has_files:
        return
    if request.method == "POST":
        receiving.take(
            asking,
            claim,
            request.form,
            request.files,
            at=clock.now(),
            network=request.remote_addr or "",
            own=files.of(registration.id, of_office=False),
        )
        db.session.commit()
    else:
        claim.data = asking.claim = tokens.new()
        show(asking, registration)


def show(asking: Boxes, registration: Registration | None = None) -> None:
    """Fill the boxes with the files that are kept after all."""
    if asking.has_files:
        own = files.of(registration.id, of_office=False) if registration else []
        receiving.show(asking, request.form, own)

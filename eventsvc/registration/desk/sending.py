"""Files that organisers send for somebody."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_security import current_user

from eventsvc import clock, tokens, web
from eventsvc.extensions import db
from eventsvc.registration import files, receiving
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.desk.blueprint import UNREAD, blueprint

_WITH_FILES = frozenset({"registration_desk.add", "registration_desk.correct"})

UNREAD.update(dict.fromkeys(_WITH_FILES, receiving.unread))


@blueprint.url_value_preprocessor
def let_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let organisers send files with a person, before anything reads the form."""
    if endpoint in _WITH_FILES and request.method == "POST" and current_user.is_authenticated:
        web.let_files_in(most=receiving.CEILING, text=receiving.TEXT, each=files.MOST_BYTES)


def take(asking: Boxes, claim: Any, registration_id: int | None = None) -> None:
    """Fill the boxes with the files somebody has, and with those that were sent for them now."""
    if not asking.has_files:
        return
    if request.method == "POST":
        own = files.of(registration_id) if registration_id else []
        receiving.take(asking, claim, request.form, request.files, at=clock.now(), own=own)
        db.session.commit()
    else:
        claim.data = asking.claim = tokens.new()
        show(asking, registration_id)


def show(asking: Boxes, registration_id: int | None = None) -> None:
    """Fill the boxes with the files that are kept after all."""
    if asking.has_files:
        receiving.show(asking, request.form, files.of(registration_id) if registration_id else [])

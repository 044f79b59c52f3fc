"""Files that come with a form: kept before anything is refused, so that no refusal loses them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, uploads, web
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.registration import files, limits
from eventsvc.registration.boxes import Box, Boxes, Kept
from eventsvc.registration.models import AnswerFile
from eventsvc.registration.pages.blueprint import blueprint

_FORM = 1024 * 1024
# So much is read for the sake of what was typed beside it; of each file no more is kept than it may have.
_CEILING = 200 * 1024 * 1024


class TooManyFiles(Refused):
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Many files came from your network. Wait ten minutes, then choose this one again."))


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(_error: RequestEntityTooLarge) -> Response:
    """Say what to do to whoever sent so much that it was not even read."""
    sentence = _(
        "A file may have %(most)s MB. What you sent has far more and was not read. Go back one page in your browser: "
        "what you typed is still there. Then choose a smaller file.",
        most=files.MOST_BYTES // 1024 // 1024,
    )
    return web.error_page(413, sentence=sentence)


def let_in(asking: Boxes) -> None:
    """Let files in where the form asks for some, before anything reads it."""
    if asking.has_files:
        web.let_files_in(most=_CEILING, text=_FORM, each=files.MOST_BYTES)


def take(asking: Boxes, claim: Any, *, has_leave: bool, own: Sequence[AnswerFile] = ()) -> None:
    """Keep what came with a form, and fill its boxes with all files that answer them: what came before it too.

    `claim` is the field with the form's own key; `own` are the files that the registration has already. Without
    leave nothing new is kept.
    """
    if not asking.has_files:
        return
    claim.data = asking.claim = claim.data or tokens.new()
    files.drop(asking.claim, _dropped(asking))
    if has_leave:
        for box in asking:
            _receive(asking, box)
    # Whatever becomes of the form, these stay.
    db.session.commit()
    show(asking, own)


def show(asking: Boxes, own: Sequence[AnswerFile] = ()) -> None:
    """Fill the boxes with the files that answer them, and those of the registration that are to go when it is saved."""
    dropped = _dropped(asking)
    staying = [file for file in (*own, *files.kept(asking.claim)) if file.public_id not in dropped]
    for box in asking:
        if box.is_file:
            answers = files.latest(staying, box.prompt)
            going = [file for file in own if file.public_id in dropped and file.question_id == box.prompt.id]
            box.said = [file.public_id for file in answers]
            box.files = [*map(_kept, answers), *(replace(_kept(file), is_dropped=True) for file in going)]


def links(of: Sequence[AnswerFile], url: Any) -> Mapping[int, list[Kept]]:
    """Return files by the ids of their questions, each with the address that `url` gives it."""
    found: dict[int, list[Kept]] = {}
    for file in of:
        found.setdefault(file.question_id, []).append(_kept(file, url(file)))
    return found


def _dropped(asking: Boxes) -> Collection[str]:
    """Return the public ids of files that were ticked to be taken out."""
    return {public_id for box in asking if box.is_file for public_id in request.form.getlist(box.drop_name)}


def _receive(asking: Boxes, box: Box) -> None:
    for storage in request.files.getlist(box.name) if box.is_file else ():
        if storage.filename:
            try:
                _keep(asking, box, storage)
            except Refused as refused:
                asking.refused[box.prompt.public_id] = refused


def _keep(asking: Boxes, box: Box, storage: FileStorage) -> None:
    size = storage.stream.seek(0, 2)
    storage.stream.seek(0)
    if not limits.may_send(request.remote_addr or "", size):
        raise TooManyFiles
    files.receive(storage, box.prompt, claim=asking.claim, at=clock.now())


def _kept(file: AnswerFile, url: str = "") -> Kept:
    about = f"{uploads.word(file.media_type)}, {uploads.size(file.size)}"
    return Kept(file.public_id, file.name, about, url)

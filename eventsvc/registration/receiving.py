"""Files that come with a form: kept before anything is refused, so that no refusal loses them.

The caller lets files in before anything reads the form, and commits afterwards: they stay, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from eventsvc import tokens, uploads
from eventsvc.errors import Refused
from eventsvc.registration import files, limits
from eventsvc.registration.box import Box, Kept
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.errors import TooManyFiles
from eventsvc.registration.models import AnswerFile

TEXT = 1024 * 1024
CEILING = 200 * 1024 * 1024
"""So much is read for the sake of what was typed beside it; of each file no more is kept than it may have."""


class Posted(Protocol):
    """What was typed, or the files that were sent, as werkzeug reads them."""

    def getlist(self, key: str) -> list[Any]: ...


def unread() -> str:
    """Say what to do to whoever sent more than `CEILING`."""
    return _(
        "A file may have %(most)s MB. What you sent has far more and was not read. Go back one page in your browser: "
        "what you typed is still there. Then choose a smaller file.",
        most=files.MOST_BYTES // 1024 // 1024,
    )


def take(
    asking: Boxes,
    claim: Any,
    posted: Posted,
    sent: Posted | None,
    *,
    at: datetime,
    network: str | None = None,
    own: Sequence[AnswerFile] = (),
) -> None:
    """Keep what was `sent` with a form, and fill its boxes with all files that answer them: what came before it too.

    `claim` is the field with the form's own key, `own` are the files that the registration has already, `network` is
    whose bytes are counted. With nothing `sent` nothing new is kept.
    """
    claim.data = asking.claim = claim.data or tokens.new()
    brought = [
        _receive(asking, box, storage, network, at)
        for box in asking
        for storage in (sent.getlist(box.name) if sent and box.is_file else ())
    ]
    files.drop(asking.claim, _dropped(asking, posted))
    files.write([file for file in brought if file is not None])
    show(asking, posted, own)


def show(asking: Boxes, posted: Posted, own: Sequence[AnswerFile] = ()) -> None:
    """Fill the boxes with the files that answer them, and those of the registration that are to go when it is saved."""
    dropped = _dropped(asking, posted)
    staying = [file for file in (*own, *files.kept(asking.claim)) if file.public_id not in dropped]
    for box in asking:
        if box.is_file:
            answers = files.latest(staying, box.prompt)
            going = [file for file in own if file.public_id in dropped and file.question_id == box.prompt.id]
            box.said = [file.public_id for file in answers]
            box.files = [*map(_kept, answers), *(replace(_kept(file), is_dropped=True) for file in going)]


def linked(found: Iterable[AnswerFile], url: Callable[[AnswerFile], str]) -> Mapping[int, list[Kept]]:
    """Return files by the ids of their questions, each with the address that `url` gives it."""
    by_question: dict[int, list[Kept]] = {}
    for file in found:
        by_question.setdefault(file.question_id, []).append(replace(_kept(file), url=url(file)))
    return by_question


def _dropped(asking: Boxes, posted: Posted) -> Collection[str]:
    """Return the public ids of files that were ticked to be taken out."""
    return {public_id for box in asking if box.is_file for public_id in posted.getlist(box.drop_name)}


def _receive(asking: Boxes, box: Box, storage: FileStorage, network: str | None, at: datetime) -> AnswerFile | None:
    if not storage.filename:
        return None
    try:
        if network is not None and not limits.may_send(network, _size(storage)):
            raise TooManyFiles
        return files.receive(storage, box.prompt, claim=asking.claim, at=at)
    except Refused as refused:
        asking.refused[box.prompt.public_id] = refused
        return None


def _size(storage: FileStorage) -> int:
    size = storage.stream.seek(0, 2)
    storage.stream.seek(0)
    return size


def _kept(file: AnswerFile) -> Kept:
    return Kept(file.public_id, file.name, f"{uploads.word(file.media_type)}, {uploads.size(file.size)}")

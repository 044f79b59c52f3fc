"""Files that somebody sent, for themselves to fetch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Response, url_for

from eventsvc import downloads, stores, web
from eventsvc.registration import files, receiving
from eventsvc.registration.answered import Told
from eventsvc.registration.box import Kept
from eventsvc.registration.models import AnswerFile, QuestionKind, Registration
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import opened


@blueprint.get("/registrations/<token>/files/<public_id>")
@web.private
def file(token: str, public_id: str) -> Response:
    """Send somebody their own file."""
    own = {each.public_id: each for each in files.of(opened(token).id, of_office=False)}
    found = web.not_found_unless(own.get(public_id))
    content = web.not_found_unless(stores.found(stores.ANSWERS, found.digest))
    return downloads.attachment(content, found.media_type, found.name)


def own_files(registration: Registration, token: str, told: Iterable[Told]) -> Mapping[int, list[Kept]]:
    """Return what somebody sent by the ids of questions, for their page; no query where no answer in `told` is a file.

    What the office wrote down for itself is not among them.
    """
    if not any(each.prompt.kind is QuestionKind.FILE for each in told):
        return {}

    def url(file: AnswerFile) -> str:
        return url_for("registration.file", token=token, public_id=file.public_id)

    return receiving.linked(files.of(registration.id, of_office=False), url)

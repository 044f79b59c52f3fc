"""Files that somebody sent, for themselves to fetch."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from eventsvc import downloads, stores, uploads, web
from eventsvc.registration import files
from eventsvc.registration.models import Registration
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


def own_files(registration: Registration, token: str) -> list[dict[str, Any]]:
    """Return what somebody sent, for their page; not what the office wrote down for itself."""
    return [
        {
            "name": each.name,
            "url": url_for("registration.file", token=token, public_id=each.public_id),
            "about": f"{uploads.word(each.media_type)}, {uploads.size(each.size)}",
            "question": each.question.label,
        }
        for each in files.of(registration.id, of_office=False)
    ]

"""The blueprint that a speaker's own pages hang on, what a link opens, and how much it may bring."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from eventsvc import uploads, web
from eventsvc.extensions import csrf
from eventsvc.programme import keys, lineup, portraits
from eventsvc.programme.lineup import Place
from eventsvc.programme.models import Appearance, Speaker
from eventsvc.registration.forms import is_forged

blueprint = Blueprint("speakers", __name__, url_prefix="/speakers")

# Each form here checks its own token, so that a bad one shows the form again with everything typed.
csrf.exempt(blueprint)

# A photo comes with the card that it is of; slides come alone.
_FORM = 1024 * 1024
TOO_MANY_FILES = _l("That is many files for one hour. Nothing was changed; send this one in an hour.")
_MOST = {"speakers.card": portraits.MOST_BYTES, "speakers.upload": uploads.MOST_BYTES}


@blueprint.url_value_preprocessor
def let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let whoever has a link send files, before anything reads the form."""
    most = _MOST.get(endpoint or "")
    if most is not None and request.method == "POST" and keys.find((values or {}).get("token", "")) is not None:
        web.let_files_in(most=most + _FORM)


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(_error: RequestEntityTooLarge) -> Response:
    """Say how large a file may be to whoever sent one that was not even read."""
    most = _MOST.get(request.endpoint or "", _FORM) // 1024 // 1024
    sentence = _("A file may have %(most)s MB. Yours has more and was not read, so nothing was changed.", most=most)
    return web.error_page(413, sentence=sentence)


def opened(token: str) -> Speaker:
    """Return whose card a link opens; one that was replaced or stopped says so, all else is not found."""
    speaker = keys.find(token)
    if speaker is None and keys.is_retired(token):
        sentence = _(
            "A newer link may have taken its place: look in our last letter to you. If there is none, write to us."
        )
        abort(web.error_page(410, sentence=sentence))
    found = web.not_found_unless(speaker)
    web.speak(found.language)
    return found


def is_pressed(form: FlaskForm) -> bool:
    """Tell whether a form came from the person's own browser and is in order; what is wrong stands on it."""
    is_valid = bool(form.validate_on_submit())
    is_forged(form)
    return is_valid


def place_at(speaker: Speaker, slug: str) -> Place:
    """Return somebody's place at an event; 404 where they have none."""
    places = {place.event.slug: place for place in lineup.of_speaker(speaker)}
    return web.not_found_unless(places.get(slug))


def part_in(speaker: Speaker, public_id: str) -> tuple[Place, Appearance]:
    """Return what somebody is in a session; 404 where they are nothing in it."""
    parts = {part.session.public_id: (place, part) for place in lineup.of_speaker(speaker) for part in place.parts}
    return web.not_found_unless(parts.get(public_id))

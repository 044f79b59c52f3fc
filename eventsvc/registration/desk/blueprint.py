"""The blueprint that the roster's pages hang on, and what they say to whoever sends too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from eventsvc import web

blueprint = Blueprint("registration_desk", __name__, url_prefix="/desk/events/<slug>")

UNREAD: dict[str, Callable[[], Any]] = {}
"""By endpoint, what tells whoever sent so much that it was not even read."""


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(_error: RequestEntityTooLarge) -> Response:
    """Say how large a file may be, where one was asked for."""
    told = UNREAD.get(request.endpoint or "")
    return web.error_page(413, sentence=told() if told else None)

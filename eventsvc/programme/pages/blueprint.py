"""The blueprint that the pages of programmes hang on, and how each finds its event."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from eventsvc import web
from eventsvc.events import finding
from eventsvc.events.models import Event

blueprint = Blueprint("programme", __name__)


def event_at(slug: str) -> Event | None:
    """Find a published event by the address it has."""
    found = finding.by_slug(slug)
    return found.event if found else None


def moved(endpoint: str, slug: str, **values: Any) -> Response:
    """Lead from an address the event had before to the one it has; or it is not found."""
    now = web.not_found_unless(finding.moved_to(slug))
    return redirect(url_for(endpoint, slug=now, **values), 301)

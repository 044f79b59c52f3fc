"""The published programme as a file, for conference apps and spreadsheets."""

from __future__ import annotations

import hashlib

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import web
from eventsvc.events.models import Event
from eventsvc.programme import exporting, published, reading
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved

# Raised when a format is written otherwise, so that nobody is told that theirs is the same.
_WRITER = 1


@blueprint.get("/events/<slug>/programme.<any(xml, json, csv, xlsx, ics):kind>")
def export(slug: str, kind: str) -> AnyResponse:
    """Hand over the published programme as a file."""
    event = event_at(slug)
    if event is None:
        return moved("programme.export", slug, kind=kind)
    chosen, response = Format(kind), Response(content_type=files.TYPES[Format(kind)])
    tag = _tag(event, chosen)
    response.set_etag(tag)
    if not request.if_none_match.contains_weak(tag):
        response.set_data(_written(event, chosen))
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.{kind}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return web.public(response)


def _tag(event: Event, kind: Format) -> str:
    """Tell one file from every other, before it is written: some formats hold the moment they were written at."""
    seen = (_WRITER, kind.value, event.id, event.slug, event.revision, published.edition(event.id), web.language())
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def _written(event: Event, kind: Format) -> bytes:
    sessions = exporting.planned(event, reading.items(event.id))
    return b"".join(files.write(kind, exporting.head_of(event, event.updated_at), sessions))

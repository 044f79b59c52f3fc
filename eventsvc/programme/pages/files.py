"""The published programme as a file, for conference apps and spreadsheets."""

from __future__ import annotations

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import web
from eventsvc.programme import exporting, reading
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved


@blueprint.get("/events/<slug>/programme.<any(xml, json, csv, xlsx, ics):kind>")
def export(slug: str, kind: str) -> AnyResponse:
    """Hand over the published programme as a file."""
    event = event_at(slug)
    if event is None:
        return moved("programme.export", slug, kind=kind)
    chosen = Format(kind)
    sessions = exporting.planned(event, reading.items(event.id))
    blocks = files.write(chosen, exporting.head_of(event, event.updated_at), sessions)
    response = Response(b"".join(blocks), content_type=files.TYPES[chosen])
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.{kind}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return web.public(response)

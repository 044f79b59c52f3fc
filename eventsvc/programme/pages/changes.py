"""The change log of a programme."""

from __future__ import annotations

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, web
from eventsvc.events.panel import zone_of
from eventsvc.programme import versions
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved


@blueprint.get("/events/<slug>/programme/changes")
def changes(slug: str) -> AnyResponse:
    """Show what each published version of the programme changed, the newest first."""
    event = event_at(slug)
    if event is None:
        return moved("programme.changes", slug)
    page = render_template(
        "programme/changes.html",
        event=event,
        versions=versions.log(event, web.language()),
        shown=versions.shown(event.id),
        zone=zone_of(event, event.starts_at or clock.now(), web.language()),
    )
    return web.public(Response(page))

"""The programme as organisers have it in hand, as a file."""

from __future__ import annotations

from flask import Response

from eventsvc import clock
from eventsvc.accounts.access import Act, event_for, signed_in
from eventsvc.programme import exporting, reading
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format


@blueprint.get("/export.<any(xml, json, csv, xlsx, ics):kind>")
@signed_in
def export(slug: str, kind: str) -> Response:
    """Hand over the draft: what the next version will show."""
    event, at = event_for(Act.SEE, slug), clock.now()
    chosen = Format(kind)
    sessions = exporting.planned(event, reading.drafted(event.id))
    blocks = files.write(chosen, exporting.head_of(event, at), sessions)
    response = Response(b"".join(blocks), content_type=files.TYPES[chosen])
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-draft.{kind}"'
    return response

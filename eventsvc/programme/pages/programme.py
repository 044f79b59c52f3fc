"""The programme: by room where there is space, by the hour where there is not; and as a sheet to print."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, web
from eventsvc.events.kept import drawn
from eventsvc.events.models import Event, Status
from eventsvc.programme import layout, published, reading, sheet, versions
from eventsvc.programme.blocks import Scene
from eventsvc.programme.pages.blueprint import blueprint, event_at, moved
from eventsvc.programme.shown import Shown, shown
from eventsvc.registration import choices


@blueprint.get("/events/<slug>/programme")
def show(slug: str) -> AnyResponse:
    """Show a day (`?day=2027-05-30`) or all of them (`?day=all`); `?track= &kind= &language= &q=` narrow it.

    A published version does not change: what was drawn is kept under its number, and no session is read again.
    """
    event = event_at(slug)
    if event is None:
        return moved("programme.show", slug)
    asked = replace(layout.asked(request.args), is_mine=False)
    taken, at = choices.taken(event.id), layout.drawn_at(event, clock.now())
    edition = published.edition(event.id)
    # Whatever else stands in the address, the page is the same.
    seen = ("programme", *_facts(event), edition, tuple(taken.items()), at, *sorted(asked.words().items()))
    # What people type is seldom typed again, and must not crowd out what everybody reads.
    among = "searches" if asked.wanted.text else "pages"
    return web.public(Response(drawn(seen, lambda: _draw(event, asked, shown(event, edition), taken, at), among=among)))


@blueprint.get("/events/<slug>/programme.pdf")
def pdf(slug: str) -> AnyResponse:
    """Send the programme as a sheet to print, a day on a page; drawn once for each version."""
    event = event_at(slug)
    if event is None:
        return moved("programme.pdf", slug)
    edition = published.edition(event.id)
    if not edition:
        return web.not_found_unless(None)
    scene = _scene(event, {}, clock.now())
    file = sheet.kept(event, edition, scene, lambda: reading.items(event.id), lambda: layout.rooms(event.id))
    response = send_file(file, mimetype="application/pdf", max_age=web.PUBLIC_SECONDS)
    response.headers["Cache-Control"] = f"public, max-age={web.PUBLIC_SECONDS}"
    response.headers["Content-Disposition"] = f'inline; filename="{event.slug}.pdf"'
    return response


def _facts(event: Event) -> tuple[Any, ...]:
    """Return what the page shows besides its sessions."""
    city = event.venue.city if event.venue else ""
    own = event.slug, event.title, event.status, event.is_unlisted, event.timezone, event.language
    return (*own, city, event.starts_at, event.ends_at, web.language())


def _draw(event: Event, asked: layout.Asked, programme: Shown, taken: dict[int, int], at: datetime) -> str:
    scene = _scene(event, taken, at, rooms=layout.rooms(event.id))

    def address(**said: Any) -> str:
        return url_for("programme.show", slug=event.slug, **said)

    words = programme.words if asked.wanted.text else None
    made = layout.page(event, programme.items, asked, scene, address, words)
    return render_template("programme/show.html", version_line=versions.line(event, web.language()), **made)


def _scene(event: Event, taken: dict[int, int], at: datetime, **more: Any) -> Scene:
    return Scene(
        address=url_for("programme.session", slug=event.slug, public_id="~"),
        timezone=event.timezone,
        language=event.language,
        locale=web.language(),
        at=at,
        taken=taken,
        # Whoever has not registered yet chooses on their own device, until the event is over.
        has_choice=event.status is Status.PUBLISHED and (event.ends_at is None or at < event.ends_at),
        **more,
    )

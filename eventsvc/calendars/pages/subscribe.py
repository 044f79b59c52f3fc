"""The page that tells people how to subscribe."""

from __future__ import annotations

import segno
from flask import Response, render_template, request
from markupsafe import Markup

from eventsvc import clock, links, web
from eventsvc.calendars import feeds
from eventsvc.calendars.links import webcal
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.calendars.pages.narrowing import narrowed
from eventsvc.events import words


@blueprint.get("/subscribe")
def subscribe() -> Response:
    """Show how to subscribe to all events, some kinds or modes, one series (`?series=`) or one event (`?event=`)."""
    wanted = narrowed()
    address = _subscribed(wanted)
    subject = request.args.get("event") or request.args.get("series")
    page = render_template(
        "calendars/subscribe.html",
        address=address,
        webcal=webcal(address),
        subject=_title_of_subject() if subject else None,
        kinds=words.KINDS,
        wanted=wanted,
        qr=Markup(segno.make(webcal(address), error="m").svg_inline(scale=4, border=4, omitsize=True)),  # noqa: S704
    )
    return web.public(Response(page))


def _title_of_subject() -> str:
    if slug := request.args.get("event"):
        return web.not_found_unless(feeds.of_event(slug)).title
    return web.not_found_unless(feeds.of_series(request.args["series"], at=clock.now())).title


def _subscribed(wanted: feeds.Filter) -> str:
    if slug := request.args.get("event"):
        return links.absolute("calendars.event", slug=slug)
    if slug := request.args.get("series"):
        return links.absolute("calendars.series", slug=slug)
    narrowed = {"kind": [kind.value for kind in wanted.kinds], "mode": [mode.value for mode in wanted.modes]}
    return links.absolute("calendars.site", **{name: words for name, words in narrowed.items() if words})

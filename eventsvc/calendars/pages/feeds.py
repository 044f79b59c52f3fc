"""Feeds and files, for calendar programs."""

from __future__ import annotations

from flask import Response, abort, current_app, request

from eventsvc import clock, links, web
from eventsvc.calendars import feeds, ics
from eventsvc.calendars.pages.answers import answer, as_download
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.calendars.pages.narrowing import narrowed


@blueprint.get("/calendar.ics")
def site() -> Response:
    """Answer with all listed events; `?kind= &mode= &series=` narrow it, and may be said more than once."""
    wanted = narrowed()

    def write() -> bytes:
        head = ics.Head(
            name=current_app.config["SITE_NAME"],
            timezone=clock.home(),
            url=links.absolute("events.front"),
            source=links.public(request.full_path.rstrip("?")),
        )
        return ics.calendar(head, feeds.parts_of_site(wanted, at=clock.now()))

    return answer(feeds.of_site(wanted, at=clock.now()), "events.ics", write)


@blueprint.get("/series/<slug>/calendar.ics")
def series(slug: str) -> Response:
    """Answer with the editions of one series."""
    found = web.not_found_unless(feeds.of_series(slug, at=clock.now()))

    def write() -> bytes:
        head = ics.Head(
            name=found.title,
            timezone=clock.home(),
            url=links.absolute("events.series", slug=slug),
            source=links.absolute("calendars.series", slug=slug),
        )
        return ics.calendar(head, feeds.parts_of_site(feeds.Filter(series=slug), at=clock.now()))

    return answer(found, f"{slug}.ics", write)


@blueprint.get("/events/<slug>/calendar.ics")
def event(slug: str) -> Response:
    """Answer with one event and its sessions."""
    found = web.not_found_unless(feeds.of_event(slug))
    name = f"{found.slug}.ics"

    def write() -> bytes:
        head = _head(found, source=links.absolute("calendars.event", slug=found.slug))
        return ics.calendar(head, feeds.parts_of_event(found, at=clock.now()))

    response = answer(found, name, write)
    return as_download(response, name) if "download" in request.args else response


@blueprint.get("/events/<slug>/sessions/<public_id>.ics")
def session(slug: str, public_id: str) -> Response:
    """Answer with a file of one session, for download."""
    found = web.not_found_unless(feeds.of_session(slug, public_id, at=clock.now()))
    name = f"{found.slug}-{public_id}.ics"
    return as_download(answer(found, name, lambda: ics.file(feeds.part_of_session(found))), name)


@blueprint.get("/calendars/<token>.ics")
def personal(token: str) -> Response:
    """Answer with what one attendee's calendar shows; 404 for an unknown link, 410 for one that was replaced."""
    try:
        person = web.not_found_unless(feeds.of_token(token))
    except feeds.Gone:
        abort(410)

    def write() -> bytes:
        return ics.calendar(_head(person.found, source=None), feeds.parts_of_person(person, at=clock.now()))

    return answer(person.found, "events.ics", write)


def _head(found: feeds.Found, *, source: str | None) -> ics.Head:
    return ics.Head(
        name=found.title,
        timezone=found.timezone,
        url=links.absolute("events.show", slug=found.slug),
        source=source,
    )

"""Feeds and files, for calendar programs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, current_app, request

from eventsvc import clock, links, web
from eventsvc.calendars import feeds, ics
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.calendars.pages.narrowing import narrowed

PUBLIC_SECONDS = 300


@blueprint.get("/calendar.ics")
def site() -> Response:
    """Answer with all listed events; `?kind= &mode= &series=` narrow it, and may be said more than once."""
    wanted = narrowed()
    found = feeds.of_site(wanted, at=clock.now())
    head = ics.Head(
        name=current_app.config["SITE_NAME"],
        timezone=clock.home(),
        url=links.absolute("events.front"),
        source=links.public(request.full_path.rstrip("?")),
    )
    return _answer(found, "events", lambda: ics.calendar(head, feeds.parts_of_site(wanted, at=clock.now())))


@blueprint.get("/series/<slug>/calendar.ics")
def series(slug: str) -> Response:
    """Answer with the editions of one series."""
    found = web.not_found_unless(feeds.of_series(slug, at=clock.now()))
    head = ics.Head(
        name=found.title,
        timezone=clock.home(),
        url=links.absolute("events.series", slug=slug),
        source=links.absolute("calendars.series", slug=slug),
    )
    wanted = feeds.Filter(series=slug)
    return _answer(found, slug, lambda: ics.calendar(head, feeds.parts_of_site(wanted, at=clock.now())))


@blueprint.get("/events/<slug>/calendar.ics")
def event(slug: str) -> Response:
    """Answer with one event and its sessions."""
    found = web.not_found_unless(feeds.of_event(slug))
    head = _head(found, source=links.absolute("calendars.event", slug=found.slug))
    response = _answer(found, found.slug, lambda: ics.calendar(head, feeds.parts_of_event(found, at=clock.now())))
    if "download" in request.args:
        _download(response, found.slug)
    return response


@blueprint.get("/events/<slug>/sessions/<public_id>.ics")
def session(slug: str, public_id: str) -> Response:
    """Answer with a file of one session, for download."""
    found = web.not_found_unless(feeds.of_session(slug, public_id, at=clock.now()))
    name = f"{found.slug}-{public_id}"
    response = _answer(found, name, lambda: ics.file(feeds.part_of_session(found)))
    _download(response, name)
    return response


@blueprint.get("/calendars/<token>.ics")
def personal(token: str) -> Response:
    """Answer with what one attendee's calendar shows; 404 for an unknown link, 410 for one that was replaced."""
    try:
        person = web.not_found_unless(feeds.of_token(token))
    except feeds.Gone:
        abort(410)
    head = _head(person.found, source=None)
    response = _answer(
        person.found, "events", lambda: ics.calendar(head, feeds.parts_of_person(person, at=clock.now()))
    )
    # Kept by nobody between, asked again each time: a private feed can still answer 304.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _head(found: feeds.Found, *, source: str | None) -> ics.Head:
    return ics.Head(
        name=found.title,
        timezone=found.timezone,
        url=links.absolute("events.show", slug=found.slug),
        source=source,
    )


def _answer(found: feeds.Found, name: str, write: Callable[[], bytes]) -> Response:
    """Answer 304 to whoever has this version, else write the body.

    Robots are told by header: calendar importers obey robots.txt and would give up the subscription.
    """
    response = Response(status=304) if _has(found.version) else _written(name, write())
    response.set_etag(found.version)
    response.headers["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _has(version: str) -> bool:
    asked = request.if_none_match
    return asked.star_tag or asked.contains_weak(version)


def _download(response: Response, name: str) -> None:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'


def _written(name: str, body: bytes) -> Response:
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response

"""Feeds and files, for calendar programs."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, current_app, request
from flask_babel import force_locale
from flask_babel import gettext as _

from eventsvc import clock, links, web
from eventsvc.calendars import attended, bodies, feeds, ics, narrowable, organised, spoken
from eventsvc.calendars.attended import Attended
from eventsvc.calendars.organised import Organised
from eventsvc.calendars.pages.answers import answer, as_download
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.calendars.pages.narrowing import LONGEST, detail, narrowed, narrowing, said, said_of_many
from eventsvc.calendars.spoken import Spoken
from eventsvc.programme.models import FEED_MARK


@blueprint.get("/calendar.ics")
def site() -> Response:
    """Answer with all listed events; `?kind= &mode= &series= &partner= &language=` narrow it, `?detail=` widens it."""
    wanted = narrowed()

    def write() -> bytes:
        head = ics.Head(
            name=_called(current_app.config["SITE_NAME"], wanted),
            timezone=clock.home(),
            url=links.absolute("events.front"),
            source=links.absolute("calendars.site", **said_of_many(wanted)),
        )
        return ics.calendar(head, bodies.of_site(wanted, at=clock.now()))

    return answer(feeds.of_site(wanted, at=clock.now()), "events.ics", write)


@blueprint.get("/series/<slug>/calendar.ics")
def series(slug: str) -> Response:
    """Answer with the editions of one series."""
    wanted = replace(narrowed(), series=slug)
    found = web.not_found_unless(feeds.of_series(slug, wanted, at=clock.now()))

    def write() -> bytes:
        head = ics.Head(
            name=_called(found.title, wanted),
            timezone=clock.home(),
            url=links.absolute("events.series", slug=slug),
            source=links.absolute("calendars.series", slug=slug, **said_of_many(replace(wanted, series=""))),
        )
        return ics.calendar(head, bodies.of_site(wanted, at=clock.now()))

    return answer(found, f"{slug}.ics", write)


@blueprint.get("/events/<slug>/calendar.ics")
def event(slug: str) -> Response:
    """Answer with one event and its sessions; `?track= &room= &kind= &detail=` narrow it."""
    wanted, at = narrowing(), clock.now()
    found = web.not_found_unless(feeds.of_event(slug, wanted, at=at))
    return _of_event(found, wanted, found.slug, "calendars.event")


@blueprint.get("/events/<slug>/rooms/<public_id>.ics")
def room(slug: str, public_id: str) -> Response:
    """Answer with what happens in one room of an event."""
    wanted, at = narrowing(), clock.now()
    found = web.not_found_unless(feeds.of_room(slug, public_id, wanted, at=at))
    wanted = replace(wanted, rooms=(public_id,))
    return _of_event(found, wanted, f"{found.slug}-{public_id}", "calendars.room", public_id=public_id)


@blueprint.get("/events/<slug>/sessions/<public_id>.ics")
def session(slug: str, public_id: str) -> Response:
    """Answer with one session, to follow; `?download=1` makes it a file for once."""
    found = web.not_found_unless(feeds.of_session(slug, public_id, at=clock.now()))
    name = f"{found.slug}-{public_id}.ics"
    if "download" in request.args:
        return as_download(answer(found, name, lambda: ics.file(bodies.of_session(found))), name)

    def write() -> bytes:
        head = ics.Head(
            name=narrowable.session_called(found),
            timezone=found.timezone,
            url=links.absolute("programme.session", slug=found.slug, public_id=public_id),
            source=links.absolute("calendars.session", slug=found.slug, public_id=public_id),
        )
        return ics.calendar(head, [bodies.of_session(found)])

    return answer(found, name, write)


@blueprint.get("/calendars/<token>.ics")
def personal(token: str) -> Response:
    """Answer with what one person's calendar shows; 404 for an unknown link, 410 for one that was replaced.

    `?detail=` shows an attendee events, sessions or both. Speakers see sessions in any case, organisers events.
    """
    at = clock.now()
    # An organiser's link and a speaker's tell themselves apart without a look.
    if organiser := organised.of_token(token, at=at):
        return _of_organiser(organiser)
    if token.startswith(FEED_MARK) and (speaker := spoken.of_token(token, at=at)):
        return _of_speaker(speaker)
    if attendee := attended.of_token(token, detail(), at=at):
        return _of_attendee(attendee)
    if speaker := spoken.of_token(token, at=at):
        return _of_speaker(speaker)
    abort(410 if feeds.was_one(token) else 404)


def _called(title: str, wanted: feeds.Filter) -> str:
    """Name the feed of many events, so that two of them can be told apart; in one language, whoever asks."""
    locale = current_app.config["SITE_LANGUAGE"]
    with force_locale(locale):
        return _cut(" \N{EN DASH} ".join((title, *narrowable.many_called(wanted, locale))))


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _of_attendee(feed: Attended) -> Response:
    def write() -> bytes:
        with force_locale(feed.language):
            name = _("My events") if feed.is_of_all else feed.found.title
        about = links.absolute("events.show", slug=feed.found.slug)
        head = ics.Head(name, feed.found.timezone, url=links.absolute("events.front") if feed.is_of_all else about)
        return ics.calendar(head, attended.parts(feed, at=clock.now()))

    return answer(feed.found, "events.ics", write, who=f"registration {feed.registration_id}")


def _of_speaker(speaker: Spoken) -> Response:
    def write() -> bytes:
        with force_locale(speaker.language):
            name = _("%(name)s: sessions", name=speaker.name)
        head = ics.Head(name, clock.home(), url=links.absolute("events.front"))
        return ics.calendar(head, spoken.parts(speaker))

    return answer(speaker.found, "sessions.ics", write, feed="speaker", who=f"speaker {speaker.speaker_id}")


def _of_organiser(feed: Organised) -> Response:
    def write() -> bytes:
        with force_locale(feed.language or current_app.config["SITE_LANGUAGE"]):
            name = _("Events I organise")
        head = ics.Head(name, clock.home(), url=links.absolute("desk.today"))
        return ics.calendar(head, organised.parts(feed, at=clock.now()))

    return answer(feed.found, "organiser.ics", write, feed="organiser", who=f"organiser {feed.user_id}")


def _of_event(found: feeds.Found, wanted: feeds.Narrowing, name: str, endpoint: str, **values: str) -> Response:
    def write() -> bytes:
        tracks = narrowable.tracks_called(found, wanted.tracks).values()
        parts = [found.title, *tracks, *(narrowable.room_called(found, each) for each in wanted.rooms)]
        head = ics.Head(
            name=" \N{EN DASH} ".join(filter(None, parts)),
            timezone=found.timezone,
            url=links.absolute("events.show", slug=found.slug),
            source=links.absolute(endpoint, slug=found.slug, **values, **said(wanted)),
            colour=bodies.colour_of(found),
        )
        return ics.calendar(head, bodies.of_event(found, wanted, at=clock.now()))

    response = answer(found, f"{name}.ics", write)
    return as_download(response, f"{name}.ics") if "download" in request.args else response

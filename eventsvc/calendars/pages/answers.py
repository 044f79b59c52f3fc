"""What all feeds answer alike: not modified, small, slower, or the whole of it."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial

from flask import Flask, Request, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_accept_header

from eventsvc import clock, web
from eventsvc.calendars import feeds, jcal, listeners, polling, programs
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.events.kept import drawn
from eventsvc.extensions import db
from eventsvc.registration import limits

PUBLIC_SECONDS = 300
ICALENDAR = "text/calendar; charset=utf-8"

_SETTLED = timedelta(seconds=2)
# No version has these letters, so that the two ETags of one version differ and each is strong.
_PACKED, _JCAL = "-gzip", "-jcal"
_FAST = 6
_JCAL_KEPT = 8

_notes = listeners.Notes()
_log = logging.getLogger(__name__)


@blueprint.before_request
def _slow_down() -> Response | None:
    """Answer 429 to a program that asks for a feed without end, before anything is looked up."""
    if not _is_feed() or not current_app.config["RATE_LIMITS"]:
        return None
    seconds = polling.seconds_to_wait(
        request.path,
        limits.home(request.remote_addr or ""),
        request.headers.get("User-Agent", ""),
        is_personal=_is_personal(),
        at=clock.now(),
    )
    if not seconds:
        return None
    response = Response("Asked too often. Please come back later.\n", status=429, content_type="text/plain")
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def answer(found: feeds.Found, name: str, write: Callable[[], bytes], *, feed: str = "", who: str = "") -> Response:
    """Answer 304 to whoever has this version, else write the body; `name` is the file's, with its ending.

    Listeners are counted under `feed`, or else under the name of the endpoint. `who` is whose calendar it is: a link
    that was replaced makes no second listener of them.

    A feed behind a token is kept by nobody between, and asked again each time: it can still answer 304. Robots are
    told by header: calendar importers obey robots.txt and would give up the subscription. `?format=jcal` asks for the
    same as JSON.
    """
    is_packed, is_jcal = _wants_packed(), request.args.get("format") == "jcal"
    version = found.version + (_JCAL if is_jcal else "")
    if is_jcal:
        name, write = f"{name.removesuffix('.ics')}.json", partial(_as_jcal, found, write)
    content_type = jcal.CONTENT_TYPE if is_jcal else ICALENDAR
    is_known = _has(found, version)
    response = _unchanged() if is_known else _written(write(), name, content_type, is_packed=is_packed)
    response.set_etag(version + _PACKED if is_packed else version)
    if (settled := _settled(found)) is not None:
        response.last_modified = settled
    headers = response.headers
    headers["Cache-Control"] = "private, no-cache" if _is_personal() else f"public, max-age={PUBLIC_SECONDS}"
    headers["X-Robots-Tag"] = "noindex"
    headers["Vary"] = "Accept-Encoding"
    if is_jcal and not _is_personal():
        # Scripts of any page may read what everybody may.
        headers["Access-Control-Allow-Origin"] = "*"
    _note(found, feed or (request.endpoint or "").rpartition(".")[2], who, response)
    return response


def as_download(response: Response, name: str) -> Response:
    """Let a browser save an answer instead of opening it."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _is_feed() -> bool:
    return request.path.endswith(".ics")


def _is_personal() -> bool:
    return "token" in (request.view_args or {})


def _wants_packed() -> bool:
    """Tell whether the body goes out as gzip: on request only, and never for a program that chokes on it.

    Some hosted importers ask for gzip and then cannot read it; `?plain=1` in the address keeps it from one
    subscription, the setting COMPRESS_FEEDS from all.
    """
    said = request.headers.get("Accept-Encoding", "")
    if "gzip" not in said or not _accepts_gzip(said):
        return False
    return "plain" not in request.args and current_app.config["COMPRESS_FEEDS"]


# Programs say one of few things, and a poll should not pay for reading it.
@lru_cache(maxsize=256)
def _accepts_gzip(said: str) -> bool:
    return parse_accept_header(said)["gzip"] > 0


def _has(found: feeds.Found, version: str) -> bool:
    """Compare weakly with the versions asked about (RFC 9110 section 13.1.2), and with the date where none is."""
    headers = request.headers
    if "If-None-Match" in headers:
        asked = request.if_none_match
        return asked.star_tag or asked.contains_weak(version) or asked.contains_weak(version + _PACKED)
    since, settled = request.if_modified_since, _settled(found)
    return since is not None and settled is not None and settled <= since


def _settled(found: feeds.Found) -> datetime | None:
    """Return when a feed last changed, once that second is over: dates of HTTP tell no two changes in one apart.

    The second is rounded up, so that whoever asks since the second they came in gets what changed later in it.
    """
    if found.changed_at is None or clock.now() - found.changed_at < _SETTLED:
        return None
    return found.changed_at.replace(microsecond=0) + timedelta(seconds=found.changed_at.microsecond > 0)


def _note(found: feeds.Found, feed: str, whose: str, response: Response) -> None:
    """Note who listens; what was noted is written after the answer has gone out, so that nobody waits for it."""
    if "download" in request.args:
        return
    # Through the proxy each look would cost as much as the note itself.
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    at, asking = clock.now(), programs.asking(asked.headers.get("User-Agent", ""))
    network = "" if asking.is_hosted else limits.home(asked.remote_addr or "")
    poll = listeners.Poll(
        feed=feed,
        address="" if whose else asked.path[:200],
        event_id=found.event_id,
        program=asking.program,
        is_hosted=asking.is_hosted,
        who=f"{whose} {network}",
    )
    _notes.note(poll, at)
    if _notes.is_due(at):
        response.call_on_close(partial(_write_notes, current_app._get_current_object(), at))  # type: ignore[attr-defined]


def _write_notes(app: Flask, at: datetime) -> None:
    """Write what was noted; a database that is busy or away costs the counts of a minute, and nobody an answer."""
    noted = _notes.take(at)
    try:
        with app.app_context(), db.engine.begin() as connection:
            listeners.write(noted, connection)
    except SQLAlchemyError:
        _log.warning("could not write who listens: %d lost", len(noted))


def _unchanged() -> Response:
    response = Response(status=304)
    del response.headers["Content-Type"]
    return response


def _as_jcal(found: feeds.Found, write: Callable[[], bytes]) -> bytes:
    """Write a feed as JSON; reading it for that takes its time, so what is public is kept."""
    if _is_personal():
        return jcal.written(write())
    # Under what is shown, not under the words of an address, of which there is no end; the version has the narrowing.
    facts = (request.endpoint, *sorted((request.view_args or {}).items()), found.version, web.language())
    return drawn(facts, lambda: jcal.written(write()).decode(), among="jcal", size=_JCAL_KEPT).encode()


def _written(body: bytes, name: str, content_type: str, *, is_packed: bool) -> Response:
    # Without a time in it, equal bodies are equal bytes when packed too.
    packed = gzip.compress(body, _FAST, mtime=0) if is_packed else body
    response = Response(packed, content_type=content_type)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response

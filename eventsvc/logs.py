"""Structured logs: one JSON object a line, with the request's id and no personal data.

A page is named by its route (`/registrations/<token>`), never by its path: paths hold people's links. Of an exception
the kind and the lines of code are told, but not its message, which may repeat what a person typed.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import Flask, Request, Response, current_app, g, has_request_context, request

from eventsvc.metrics import Timings

_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_SECRET = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")
_TELLING = (OSError, ImportError, NotImplementedError)
NO_ROUTE = "(none)"
# Programs ask these every few seconds.
_UNTOLD = {"static", "health.healthz", "health.readyz", "health.metrics"}


def bind(app: Flask) -> None:
    """Write the log as JSON lines, one for each answer, and count how long answers take."""
    _write_json()
    # First of all: what another extension refuses has an id and a time too.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def timings() -> Timings:
    """Return the table of answers; it is made in the first worker's parent, when all endpoints are known."""
    return current_app.extensions["timings"]


def keep_timings(app: Flask) -> None:
    """Make the table of answers; called once, when all endpoints are known and before workers are forked."""
    app.extensions["timings"] = Timings([*app.view_functions, NO_ROUTE])


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: at, level, logger, message, request_id, and what the record carries."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        facts = getattr(record, "facts", None)
        if facts is not None:
            # Our own words and our own facts: nothing in them is to be masked.
            line |= {"message": record.msg, **facts}
        else:
            line["message"] = masked(record.getMessage())
            if has_request_context():
                line["request_id"] = g.get("request_id")
        if record.exc_info and record.exc_info[1]:
            line["exception"] = told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def masked(message: str) -> str:
    """Take what may point to a person out of a message: the path being asked for, addresses, secrets of links."""
    if has_request_context() and len(request.path) > 1:
        message = message.replace(request.path, route())
    return _SECRET.sub("[secret]", _ADDRESS.sub("[address]", message))


def told(error: BaseException) -> list[dict[str, Any]]:
    """Tell an exception and its causes by kind and lines of code; messages only of kinds that never repeat input."""
    chain: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 5:
        frames = traceback.extract_tb(cause.__traceback__)[-12:]
        link: dict[str, Any] = {
            "kind": f"{type(cause).__module__}.{type(cause).__qualname__}",
            "lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if isinstance(cause, _TELLING):
            link["message"] = masked(str(cause))
        chain.append(link)
        cause = cause.__cause__ or cause.__context__
    return chain


def route() -> str:
    """Name the page being asked for by its rule, as in `/registrations/<token>`."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now: it may be replaced after the start."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _write_json() -> None:
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, JsonLines) for handler in root.handlers):
        ours = _Stderr()
        ours.setFormatter(JsonLines())
        root.addHandler(ours)
    logging.getLogger("eventsvc").setLevel(logging.INFO)
    # The development server names paths; our own line for each answer does not.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    for handler in logging.getLogger("gunicorn.error").handlers:
        handler.setFormatter(JsonLines())


def _begin() -> None:
    mine = g._get_current_object()
    mine.began = time.perf_counter()
    asked = request.headers.get(_HEADER)
    mine.request_id = asked if asked and _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)


def _end(response: Response) -> Response:
    # Through the proxies each look would cost as much as the line itself, on every answer.
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    mine = g._get_current_object()
    status, rule, endpoint = response.status_code, asked.url_rule, asked.endpoint or NO_ROUTE
    seconds = time.perf_counter() - mine.began
    response.headers[_HEADER] = mine.request_id
    app.extensions["timings"].observe(endpoint, status, seconds)
    if endpoint not in _UNTOLD:
        facts = {
            "request_id": mine.request_id,
            "method": asked.method,
            "route": rule.rule if rule else NO_ROUTE,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        app.logger.info("answered", extra={"facts": facts})
    return response

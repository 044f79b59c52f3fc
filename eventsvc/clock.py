"""The only source of time; tests and the demo stop it. And the zone that the office's own clock is in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import current_app

_stopped_at: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _stopped_at or datetime.now(UTC)


def home() -> str:
    """Return the name of the office's own time zone, by `SITE_TIMEZONE`: events are in it unless they say otherwise."""
    return str(current_app.config["SITE_TIMEZONE"])


def stop(at: datetime) -> None:
    """Let `now()` answer `at` until `go()`; `at` must be aware."""
    global _stopped_at
    if at.tzinfo is None:
        raise ValueError("a stopped clock needs an aware moment")
    _stopped_at = at.astimezone(UTC)


def go() -> None:
    """Let time run again."""
    global _stopped_at
    _stopped_at = None


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Stop the clock at `at` for a block, then put it back as it was."""
    global _stopped_at
    before = _stopped_at
    stop(at)
    try:
        yield
    finally:
        _stopped_at = before

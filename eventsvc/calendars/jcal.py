"""A calendar as jCal (RFC 7265): the same entries as JSON, for programs that read no iCalendar."""

from __future__ import annotations

import json
from typing import Any

import icalendar

CONTENT_TYPE = "application/calendar+json"

# Text by RFC 7986 section 5.1, and of no known kind to the library.
_TEXTS = {"name", "color"}


def written(body: bytes) -> bytes:
    """Write an iCalendar body as jCal."""
    said = _part(icalendar.Calendar.from_ical(body).to_jcal())
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _part(said: list[Any]) -> list[Any]:
    name, properties, parts = said
    return [name, list(map(_known, properties)), list(map(_part, parts))]


def _known(said: list[Any]) -> list[Any]:
    name, parameters, kind, *values = said
    return [name, parameters, "text" if name in _TEXTS else kind, *values]

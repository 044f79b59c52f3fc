"""Three readers of calendars: icalendar, vobject, and one that holds to RFC 5545's letter."""

from __future__ import annotations

import re
from typing import Any

import icalendar
import vobject


def by_icalendar(body: bytes) -> Any:
    """Return the first event as icalendar reads it."""
    calendar = icalendar.Calendar.from_ical(body)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar.events[0]


def by_vobject(body: bytes) -> Any:
    """Return the first event as vobject reads it."""
    return vobject.readOne(body.decode()).vevent


def properties(body: bytes) -> dict[str, str]:
    """Return names with their parameters, and values as they stand; the last of each name."""
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    found = [re.match(r"((?:[^:\"]|\"[^\"]*\")*):(.*)", line, re.DOTALL) for line in lines if line]
    return {match[1]: match[2] for match in found if match}


def unescaped(value: str) -> str:
    """Undo the escapes of TEXT in one pass."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)

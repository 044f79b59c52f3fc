"""Three readers of calendars: icalendar, vobject, and one that holds to RFC 5545's letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
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


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader says of one entry; moments in UTC, and of what lasts all day the days."""

    summary: str
    start: str
    end: str
    status: str
    place: str
    sequence: int


def all_by_icalendar(body: bytes) -> dict[str, Told]:
    """Return every entry of a calendar by its uid, as icalendar reads them."""
    calendar = icalendar.Calendar.from_ical(body)
    return {str(event["UID"]): _by_icalendar(event) for event in calendar.walk("VEVENT")}


def all_by_vobject(body: bytes) -> dict[str, Told]:
    """Return every entry of a calendar by its uid, as vobject reads them."""
    events = vobject.readOne(body.decode()).contents.get("vevent", [])
    return {event.uid.value: _by_vobject(event) for event in events}


def _by_icalendar(event: Any) -> Told:
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    place, number = str(event.get("LOCATION", "")), int(event["SEQUENCE"])
    return Told(str(event["SUMMARY"]), _moment(start), _moment(end), str(event["STATUS"]), place, number)


def _by_vobject(event: Any) -> Told:
    start, end, place = event.dtstart.value, event.dtend.value, event.contents.get("location")
    number = int(event.sequence.value)
    return Told(
        event.summary.value, _moment(start), _moment(end), event.status.value, place[0].value if place else "", number
    )


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    assert value.tzinfo is not None, "a moment without a zone"
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

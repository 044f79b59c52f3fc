"""iCalendar files as programmes: an event is a session. Calendars people subscribe to are written elsewhere.

Moments are written in UTC, so that no file depends on a definition of a zone. Sessions without a time have no place in
a calendar, and are left out. What iCalendar has no words for stands in properties that begin with X-EVENTSVC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry

from eventsvc.calendars.ics import PRODID, Text
from eventsvc.events.errors import SkippedHour
from eventsvc.programme.formats import people, times, words
from eventsvc.programme.formats.plan import MOST_SESSIONS, Gathering, Head, Plan, Planned, Setting
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.slots import LONGEST
from eventsvc.tables import Unreadable, speakable

_OURS = "X-EVENTSVC-"
_BEGIN = "BEGIN:VEVENT"
_MOST_LINES = 40 * MOST_SESSIONS


def read(text: str, setting: Setting) -> Plan:
    """Read a calendar. Raises Unreadable, with the line, for what is none."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == _BEGIN]
    if len(lines) > MOST_SESSIONS:
        told = _("A programme may have %(most)s sessions, and this file has more.", most=MOST_SESSIONS)
        raise Unreadable(told, line=lines[MOST_SESSIONS])
    if text.count("\n") > _MOST_LINES:
        raise Unreadable(_("It has more lines than the calendar of any programme."), line=_MOST_LINES)
    calendar = _calendar(text)
    gathering = Gathering()
    # Without a component for a line the rest has no line, which no calendar that was read whole has.
    for line, entry in zip(lines, _entries(calendar), strict=False):
        _read_entry(entry, line, gathering, setting)
    return gathering.plan()


def write(head: Head, sessions: tuple[Planned, ...]) -> bytes:
    """Write a calendar of the sessions that have a time."""
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", Text(speakable(head.title)))
    for each in sessions:
        if each.said.get("starts_at"):
            calendar.add_component(_written(each, head))
    return calendar.to_ical()


def _calendar(text: str) -> Calendar:
    try:
        found = Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as wrong:
        told = _("This is no calendar (.ics), or a broken one.")
        raise Unreadable(told, line=_broken(text)) from wrong
    # What was cut off on the way has no end, and the library does not mind.
    if not isinstance(found, Calendar) or text.rstrip()[-13:].upper() != "END:VCALENDAR":
        raise Unreadable(_("This is no calendar (.ics), or a broken one."), line=1)
    return found


def _broken(text: str) -> int:
    """Return the first line that cannot be one of a calendar."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith((" ", "\t")) and ":" not in line:
            return number
    return 1


def _entries(calendar: Calendar) -> Iterator[Entry]:
    return (found for found in calendar.walk("VEVENT") if isinstance(found, Entry))


def _read_entry(entry: Entry, line: int, gathering: Gathering, setting: Setting) -> None:
    title = str(entry.get("SUMMARY", ""))
    try:
        said = {"title": title} | _times(entry, setting) | _words(entry) | _ours(entry)
    except SkippedHour as refused:
        gathering.problem(line, title, str(refused.sentence))
    except Puzzle as puzzle:
        gathering.problem(line, title, puzzle.sentence)
    else:
        gathering.add(line, _own(entry, "ID") or str(entry.get("UID", "")), said)


def _times(entry: Entry, setting: Setting) -> dict[str, Any]:
    if "RRULE" in entry or "RDATE" in entry:
        raise Puzzle(_("It repeats. Write each time as a session of its own."))
    starts, ends, length = (_value(entry, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if not isinstance(starts, datetime):
        raise Puzzle(_("It has no hour at which it begins."))
    begins = times.exactly(starts, setting)
    if isinstance(ends, datetime):
        return {"starts_at": begins, "ends_at": times.exactly(ends, setting)}
    if isinstance(length, timedelta) and abs(length) > LONGEST:
        raise Puzzle(_("It lasts longer than anything in a programme."))
    if isinstance(length, timedelta):
        return {"starts_at": begins, "ends_at": begins + length}
    raise Puzzle(_("It has no end and no length."))


def _value(entry: Entry, name: str) -> Any:
    try:
        return getattr(entry.get(name), "dt", None)
    except (ValueError, OverflowError):
        # The library tells only then that it could not read it.
        return None


def _words(entry: Entry) -> dict[str, Any]:
    """Return what any calendar may say."""
    said: dict[str, Any] = {"abstract": str(entry.get("DESCRIPTION", ""))}
    place = str(entry.get("LOCATION", ""))
    said["rooms"] = (place,) if place else ()
    if status := str(entry.get("STATUS", "")):
        said["is_cancelled"] = words.is_cancelled(status)
    if code := words.language(str(_parameter(entry, "SUMMARY", "LANGUAGE"))):
        said["language"] = code
    return said


def _ours(entry: Entry) -> dict[str, Any]:
    """Return what our own properties say, which a file of others has not."""
    if not _own(entry, "ID"):
        return {}
    seats = _own(entry, "SEATS")
    said: dict[str, Any] = {
        "rooms": tuple(filter(None, _own(entry, "ROOMS").split("\n"))),
        "track": _own(entry, "TRACK"),
        "people": people.read(_own(entry, "NAMES"), _own(entry, "AFFILIATIONS"), _own(entry, "ROLES")),
        "capacity": int(seats) if seats.isdecimal() and 0 < int(seats[:7]) <= 100_000 else None,
        "parent": _own(entry, "PART-OF") or None,
        "language": words.language(_own(entry, "LANGUAGE")),
    }
    if kind := words.kind(_own(entry, "KIND")):
        said["kind"] = kind
    return said


def _own(entry: Entry, name: str) -> str:
    found = entry.get(f"{_OURS}{name}", "")
    return str(found[0] if isinstance(found, list) else found)


def _parameter(entry: Entry, name: str, parameter: str) -> str:
    return str(getattr(entry.get(name), "params", {}).get(parameter, ""))


def _written(planned: Planned, head: Head) -> Entry:
    said, entry = planned.said, Entry()
    source_id = planned.source_id or ""
    entry.add("UID", Text(head.uids.get(source_id, source_id)))
    entry.add("DTSTAMP", head.at.astimezone(UTC))
    entry.add("DTSTART", said["starts_at"].astimezone(UTC))
    entry.add("DTEND", said["ends_at"].astimezone(UTC))
    names, places, roles = people.write(said.get("people") or ())
    rooms = "\n".join(said.get("rooms") or ())
    lines = {
        "SUMMARY": planned.title,
        "DESCRIPTION": said.get("abstract"),
        "LOCATION": rooms.replace("\n", ", "),
        "STATUS": "CANCELLED" if said.get("is_cancelled") else "CONFIRMED",
        f"{_OURS}ID": source_id,
        f"{_OURS}KIND": said["kind"].value if said.get("kind") else "",
        f"{_OURS}ROOMS": rooms,
        f"{_OURS}TRACK": said.get("track"),
        f"{_OURS}LANGUAGE": said.get("language"),
        f"{_OURS}NAMES": names,
        f"{_OURS}AFFILIATIONS": places,
        f"{_OURS}ROLES": roles,
        f"{_OURS}SEATS": str(said.get("capacity") or ""),
        f"{_OURS}PART-OF": said.get("parent"),
    }
    for name, value in lines.items():
        if value:
            # Only of a value that says it is text are line ends and commas read back as such.
            typed = {"VALUE": "TEXT"} if name.startswith(_OURS) else {}
            entry.add(name, Text(speakable(value), params=typed))
    return entry

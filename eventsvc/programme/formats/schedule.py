"""The JSON of schedules as pretalx and c3voc write it.

What it has no words for (roles, further rooms, seats, blocks) stands under keys that begin with `x_`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from eventsvc.calendars import zones
from eventsvc.programme.formats import spans, times, words
from eventsvc.programme.formats.plan import Gathering, Head, Person, Plan, Planned, Setting
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.models import SpeakerRole
from eventsvc.tables import Unreadable


def read(text: str, setting: Setting) -> Plan:
    """Read a schedule. Raises Unreadable for what is none. A session's line is its place among them."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise Unreadable(_("The JSON is broken: %(reason)s.", reason=wrong.msg), line=wrong.lineno) from None
    except (RecursionError, ValueError) as wrong:
        raise Unreadable(_("The JSON is nested deeper than any programme."), line=1) from wrong
    conference = _inner(document, "schedule", "conference")
    if not isinstance(conference.get("days"), list):
        raise Unreadable(_("This is JSON, but no schedule: it has no schedule, conference and days."), line=1)
    gathering, lines = Gathering(), _Lines(text)
    for day, room, event in _events(conference):
        _read_event(event, day, room, lines.of(event), gathering, setting)
    return gathering.plan()


def write(head: Head, sessions: tuple[Planned, ...]) -> bytes:
    """Write a schedule."""
    days = list(spans.by_day(sessions, head.timezone))
    conference: dict[str, Any] = {
        "acronym": head.slug,
        "title": head.title,
        "start": days[0][0].isoformat() if days else None,
        "end": days[-1][0].isoformat() if days else None,
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": head.timezone,
        "rooms": [{"name": name} for name in Plan(sessions).rooms],
        "tracks": [{"name": name} for name in Plan(sessions).tracks],
        "days": [_written_day(index, on, found, head) for index, (on, found) in enumerate(days)],
        "x_waiting": [_written(each, head) for each in sessions if not each.said.get("starts_at")],
    }
    schedule = {"version": head.version, "base_url": head.url, "conference": conference}
    whole = {"generator": {"name": "eventsvc"}, "schedule": schedule}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


class _Lines:
    """Finds the line on which a session stands, by looking for its id after the session before it."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def of(self, event: Mapping[str, Any]) -> int:
        for name in ("guid", "code", "id", "title"):
            value = event.get(name)
            if value and isinstance(value, str | int):
                found = self._text.find(json.dumps(value, ensure_ascii=False), self._at)
                if found >= 0:
                    self._line += self._text.count("\n", self._at, found)
                    self._at = found
                    break
        return self._line


def _inner(document: Any, *names: str) -> dict[str, Any]:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _events(conference: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for day in conference["days"]:
        rooms = _inner(day, "rooms")
        for room, events in rooms.items():
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    yield day, room, event
    waiting = conference.get("x_waiting")
    for event in waiting if isinstance(waiting, list) else ():
        if isinstance(event, dict):
            yield {}, "", event


def _read_event(
    event: dict[str, Any], day: dict[str, Any], room: str, line: int, gathering: Gathering, setting: Setting
) -> None:
    title = _text(event, "title")
    try:
        on = _day(_text(day, "date"), setting)
        moment, start, length = (_text(event, name) for name in ("date", "start", "duration"))
        starts, ends = spans.span(moment, on, start, length, setting)
    except Puzzle as puzzle:
        gathering.problem(line, title, puzzle.sentence)
        return
    source_id = _text(event, "guid") or _text(event, "code") or _text(event, "id")
    said: dict[str, Any] = {"title": title, "starts_at": starts, "ends_at": ends} | _ours(event)
    further = event.get("x_further_rooms")
    further = further if isinstance(further, list) else []
    rooms = [_text(event, "room") or room, *(each for each in further if isinstance(each, str))]
    said |= {"rooms": tuple(filter(None, rooms)), "people": tuple(_people(event))}
    subtitle = "" if said.get("is_cancelled") else _text(event, "subtitle")
    texts = dict.fromkeys(filter(None, (subtitle, _text(event, "abstract"), _text(event, "description"))))
    said |= {"abstract": "\n\n".join(texts), "track": _text(event, "track")}
    said["language"] = words.language(_text(event, "language"))
    if kind := words.kind(_text(event, "type")):
        said["kind"] = kind
    gathering.add(line, source_id, said)


def _text(said: Mapping[str, Any], name: str) -> str:
    """Return a text; of one that is given in several languages the first."""
    value = said.get(name)
    if isinstance(value, dict):
        value = next(iter(value.values()), "")
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _day(written: str, setting: Setting) -> date | None:
    return times.read_date(written, setting) if written else None


def _ours(event: dict[str, Any]) -> dict[str, Any]:
    """Return what our own keys say, which a file of others has not."""
    said: dict[str, Any] = {}
    if status := _text(event, "x_status"):
        seats = event.get("x_seats")
        said["is_cancelled"] = words.is_cancelled(status)
        said["capacity"] = seats if type(seats) is int and 0 < seats <= 100_000 else None
        said["parent"] = _text(event, "x_part_of") or None
    return said


def _people(event: dict[str, Any]) -> Iterator[Person]:
    persons = event.get("persons")
    for each in persons if isinstance(persons, list) else ():
        if isinstance(each, dict):
            name = _text(each, "public_name") or _text(each, "name") or _text(each, "full_public_name")
            place = _text(each, "affiliation") if "affiliation" in each else None
            role = words.role(_text(each, "x_role")) or SpeakerRole.SPEAKER
            yield Person(name, place, role, _text(each, "biography"))


def _written_day(index: int, on: date, sessions: list[Planned], head: Head) -> dict[str, Any]:
    zone = zones.zone(head.timezone)
    return {
        "index": index + 1,
        "date": on.isoformat(),
        "day_start": min(each.said["starts_at"] for each in sessions).astimezone(zone).isoformat(),
        "day_end": max(each.said["ends_at"] for each in sessions).astimezone(zone).isoformat(),
        "rooms": {name: [_written(each, head) for each in found] for name, found in spans.by_room(sessions).items()},
    }


def _written(planned: Planned, head: Head) -> dict[str, Any]:
    said, rooms = planned.said, list(planned.said.get("rooms") or ())
    told: dict[str, Any] = {"guid": planned.source_id, "id": spans.number(planned.source_id)}
    if said.get("starts_at"):
        local = said["starts_at"].astimezone(zones.zone(head.timezone))
        told |= {"date": local.isoformat(), "start": f"{local:%H:%M}", "duration": spans.length(planned)}
    return told | {
        "room": rooms[0] if rooms else "",
        "title": planned.title,
        "subtitle": _("Cancelled") if said.get("is_cancelled") else "",
        "track": said.get("track") or None,
        "type": said["kind"].value if said.get("kind") else "",
        "language": said.get("language"),
        "abstract": said.get("abstract") or "",
        "description": "",
        "persons": [_written_person(each) for each in said.get("people") or ()],
        "links": [],
        "x_status": "cancelled" if said.get("is_cancelled") else "planned",
        "x_further_rooms": rooms[1:],
        "x_seats": said.get("capacity"),
        "x_part_of": said.get("parent"),
    }


def _written_person(person: Person) -> dict[str, Any]:
    told = {"id": spans.number(person.name), "public_name": person.name, "biography": person.biography}
    place = {} if person.affiliation is None else {"affiliation": person.affiliation}
    return told | place | {"x_role": person.role.value}

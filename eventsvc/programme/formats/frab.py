"""The XML of schedules that began with pentabarf and frab, and which conference apps read.

What it has no words for (roles, affiliations, further rooms, seats, blocks) stands in a namespace of our own, which
others pass over. Described by the schedule.xsd of c3voc.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from flask_babel import gettext as _

from eventsvc.calendars import zones
from eventsvc.programme.formats import markup, spans, times, words
from eventsvc.programme.formats.markup import Node
from eventsvc.programme.formats.plan import Gathering, Head, Person, Plan, Planned, Setting
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.models import SpeakerRole
from eventsvc.tables import Unreadable, speakable

OURS = "urn:x-eventsvc:programme"
_PREFIX = f"{OURS} "
ElementTree.register_namespace("eventsvc", OURS)


def read(data: bytes, setting: Setting) -> Plan:
    """Read a schedule. Raises Unreadable for what is none."""
    root = markup.read(data)
    if root.name != "schedule":
        raise Unreadable(_("This is XML, but no schedule: it begins with <%(name)s>.", name=root.name), line=root.line)
    gathering = Gathering()
    for day in root.all("day"):
        for room in day.all("room"):
            for event in room.all("event"):
                _read_event(event, day, room.attributes.get("name", ""), gathering, setting)
    for waiting in root.all(f"{_PREFIX}waiting"):
        for event in waiting.all("event"):
            _read_event(event, waiting, "", gathering, setting)
    return gathering.plan()


def write(head: Head, sessions: tuple[Planned, ...]) -> bytes:
    """Write a schedule."""
    days = list(spans.by_day(sessions, head.timezone))
    root = Element("schedule")
    SubElement(root, "generator", name="eventsvc")
    _texts(root, version=head.version)
    conference = SubElement(root, "conference")
    _texts(conference, acronym=head.slug, title=head.title)
    if days:
        _texts(conference, start=days[0][0].isoformat(), end=days[-1][0].isoformat())
    _texts(conference, days=str(len(days)), timeslot_duration="00:05", time_zone_name=head.timezone, base_url=head.url)
    for index, (on, found) in enumerate(days, 1):
        _write_day(root, index, on, found, head)
    waiting = [each for each in sessions if not each.said.get("starts_at")]
    if waiting:
        apart = SubElement(root, f"{{{OURS}}}waiting")
        for each in waiting:
            _write_event(apart, each, head)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _read_event(event: Node, day: Node, room: str, gathering: Gathering, setting: Setting) -> None:
    title = event.say("title")
    try:
        on = _day(day.attributes.get("date", ""), setting)
        starts, ends = spans.span(event.say("date"), on, event.say("start"), event.say("duration"), setting)
    except Puzzle as puzzle:
        gathering.problem(event.line, title, puzzle.sentence)
        return
    source_id = event.attributes.get("guid") or event.attributes.get("id")
    said: dict[str, Any] = {"title": title, "starts_at": starts, "ends_at": ends} | _ours(event)
    rooms = [event.say("room") or room, *(each.text for each in event.all(f"{_PREFIX}room"))]
    said |= {"rooms": tuple(filter(None, rooms)), "people": tuple(map(_person, _people(event)))}
    subtitle = "" if said.get("is_cancelled") else event.say("subtitle")
    texts = dict.fromkeys(filter(None, (subtitle, event.say("abstract"), event.say("description"))))
    said |= {
        "abstract": "\n\n".join(texts),
        "track": event.say("track"),
        "language": words.language(event.say("language")),
    }
    if kind := words.kind(event.say("type")):
        said["kind"] = kind
    gathering.add(event.line, source_id, said)


def _day(written: str, setting: Setting) -> date | None:
    return times.read_date(written, setting) if written else None


def _ours(event: Node) -> dict[str, Any]:
    """Return what our own attributes say, which a file of others has not."""
    said: dict[str, Any] = {}
    if status := event.attributes.get(f"{_PREFIX}status"):
        said["is_cancelled"] = words.is_cancelled(status)
        seats = event.attributes.get(f"{_PREFIX}seats", "")
        said["capacity"] = int(seats) if seats.isdecimal() and 0 < int(seats[:7]) <= 100_000 else None
        said["parent"] = event.attributes.get(f"{_PREFIX}part-of") or None
    return said


def _people(event: Node) -> list[Node]:
    persons = event.one("persons")
    return persons.all("person") if persons else []


def _person(node: Node) -> Person:
    role = words.role(node.attributes.get(f"{_PREFIX}role", "")) or SpeakerRole.SPEAKER
    return Person(node.text, node.attributes.get(f"{_PREFIX}affiliation"), role)


def _write_day(root: Element, index: int, on: date, sessions: list[Planned], head: Head) -> None:
    zone = zones.zone(head.timezone)
    begins = min(each.said["starts_at"] for each in sessions).astimezone(zone)
    ends = max(each.said["ends_at"] for each in sessions).astimezone(zone)
    told = {"index": str(index), "date": on.isoformat(), "start": begins.isoformat(), "end": ends.isoformat()}
    day = SubElement(root, "day", told)
    for name, found in spans.by_room(sessions).items():
        room = SubElement(day, "room", name=speakable(name))
        for each in found:
            _write_event(room, each, head)


def _write_event(parent: Element, planned: Planned, head: Head) -> None:
    said, source_id = planned.said, planned.source_id or ""
    event = SubElement(parent, "event", {"guid": source_id, "id": str(spans.number(source_id)), **_our_words(said)})
    if said.get("starts_at"):
        local = said["starts_at"].astimezone(zones.zone(head.timezone))
        _texts(event, date=local.isoformat(), start=f"{local:%H:%M}", duration=spans.length(planned))
    first, *further = said.get("rooms") or ("",)
    _texts(event, room=first, title=planned.title, subtitle=_("Cancelled") if said.get("is_cancelled") else "")
    kind = said["kind"].value if said.get("kind") else ""
    _texts(event, track=said.get("track") or "", type=kind, language=said.get("language") or "")
    _texts(event, abstract=said.get("abstract") or "", description="", slug=f"{head.slug}-{source_id}")
    persons = SubElement(event, "persons")
    for each in said.get("people") or ():
        told = {"id": str(spans.number(each.name)), f"{{{OURS}}}role": each.role.value}
        if each.affiliation is not None:
            told[f"{{{OURS}}}affiliation"] = speakable(each.affiliation)
        SubElement(persons, "person", told).text = speakable(each.name)
    for name in further:
        SubElement(event, f"{{{OURS}}}room").text = speakable(name)


def _our_words(said: Any) -> dict[str, str]:
    told = {"status": "cancelled" if said.get("is_cancelled") else "planned"}
    if said.get("capacity"):
        told["seats"] = str(said["capacity"])
    if said.get("parent"):
        told["part-of"] = said["parent"]
    return {f"{{{OURS}}}{name}": value for name, value in told.items()}


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = speakable(text)

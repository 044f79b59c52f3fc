"""A programme as a file tells it: one frozen value, whatever the format was.

What a file says nothing about is not in `said`, and so is left alone when it is taken into a programme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc.events.fields import FIRST_YEAR, LAST_YEAR, LONGEST_PROSE
from eventsvc.programme import slots
from eventsvc.programme.models import SpeakerRole
from eventsvc.tables import Problem, Unreadable
from eventsvc.text import cleaned, one_line

MOST_SESSIONS = 3000
MOST_PEOPLE = 100
LONGEST = {"title": 300, "id": 200, "room": 120, "track": 120, "name": 200, "affiliation": 200, "email": 254}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when the event is: dates without a year or a zone are read by it; `first` and `last` may be unknown."""

    timezone: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of the event itself; `uids` are those that calendars know sessions by."""

    slug: str
    title: str
    timezone: str
    url: str
    version: str
    at: datetime
    uids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a session; `affiliation` None: the file does not say. `email` goes on a card, and is not shown."""

    name: str
    affiliation: str | None = None
    role: SpeakerRole = SpeakerRole.SPEAKER
    biography: str = ""
    email: str = ""

    @property
    def key(self) -> tuple[str, str, SpeakerRole]:
        return self.name.lower(), (self.affiliation or "").lower(), self.role


@dataclass(frozen=True, slots=True)
class Planned:
    """A session of a file. `source_id` is its stable id there, None where it has none.

    `said` has `title` and may have `abstract`, `kind`, `language`, `starts_at` and `ends_at` (aware, or both None: to
    follow), `rooms` (names, the main one first), `track` (a name), `people`, `capacity`, `parent` (the id of the block)
    and `is_cancelled`.
    """

    line: int
    source_id: str | None
    said: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.said["title"])


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file tells of a programme, and what of it cannot be read."""

    sessions: tuple[Planned, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def rooms(self) -> tuple[str, ...]:
        """All rooms that are named, in the order of the file; a name in other capitals is the same."""
        return _once(room for each in self.sessions for room in each.said.get("rooms") or ())

    @property
    def tracks(self) -> tuple[str, ...]:
        """All tracks that are named, in the order of the file."""
        return _once(each.said["track"] for each in self.sessions if each.said.get("track"))

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who is named, once for each affiliation."""
        found = {each.key[:2]: each for session in self.sessions for each in session.said.get("people") or ()}
        return tuple(found.values())


class Gathering:
    """Collects the sessions of a file: cleans what they say, and notes those that cannot be taken, and why."""

    def __init__(self) -> None:
        self._sessions: list[Planned] = []
        self._problems: list[Problem] = []
        self._seen: dict[Any, int] = {}

    def problem(self, line: int, what: str, why: str) -> None:
        """Note what cannot be read; `why` may say again what stands there."""
        self._problems.append(Problem(line, one_line(what)[:120], one_line(why)))

    def add(self, line: int, source_id: str | None, said: dict[str, Any]) -> None:
        """Take a session, or note why it cannot be taken. Raises Unreadable past the most that one file may hold."""
        if len(self._sessions) + len(self._problems) >= MOST_SESSIONS:
            told = _("A programme may have %(most)s sessions, and this file has more.", most=MOST_SESSIONS)
            raise Unreadable(told, line=line)
        said = _cleaned(said)
        source_id = one_line(source_id or "") or None
        if why := _fault(source_id, said) or self._twice(line, source_id, said):
            self.problem(line, said["title"] or _("no title"), why)
        else:
            self._sessions.append(Planned(line, source_id, said))

    def plan(self) -> Plan:
        """Return what was gathered. Raises Unreadable where there was nothing at all."""
        if not self._sessions and not self._problems:
            raise Unreadable(_("There is no session in it."))
        return Plan(_same_people(self._sessions), tuple(self._problems))

    def _twice(self, line: int, source_id: str | None, said: Mapping[str, Any]) -> str | None:
        key = source_id or (said["title"].lower(), said.get("starts_at"), said.get("rooms"))
        first = self._seen.setdefault(key, line)
        if first == line:
            return None
        if source_id:
            return _("Its id stands on line %(line)s already.", line=first)
        return _("The same title at the same time stands on line %(line)s already.", line=first)


def _cleaned(said: dict[str, Any]) -> dict[str, Any]:
    tidy = dict(said)
    for name in ("title", "track"):
        if name in tidy:
            tidy[name] = one_line(tidy[name] or "")
    if "parent" in tidy:
        tidy["parent"] = one_line(tidy["parent"] or "") or None
    if "abstract" in tidy:
        tidy["abstract"] = cleaned(tidy["abstract"] or "")
    if "rooms" in tidy:
        tidy["rooms"] = _once(room for room in map(one_line, tidy["rooms"]) if room)
    if "people" in tidy:
        tidy["people"] = _tidy_people(tidy["people"])
    return tidy


def _tidy_people(people: Iterable[Person]) -> tuple[Person, ...]:
    found: dict[Any, Person] = {}
    for each in people:
        said = None if each.affiliation is None else one_line(each.affiliation)
        tidy = Person(one_line(each.name), said, each.role, cleaned(each.biography), one_line(each.email))
        if tidy.name:
            found.setdefault(tidy.key, tidy)
    return tuple(found.values())


def _fault(source_id: str | None, said: Mapping[str, Any]) -> str | None:
    """Tell why a session cannot be taken, or None."""
    if not said["title"]:
        return _("It has no title.")
    people = said.get("people") or ()
    if len(people) > MOST_PEOPLE:
        return _("More than %(most)s people are in it.", most=MOST_PEOPLE)
    starts, ends = said.get("starts_at"), said.get("ends_at")
    if starts and ends and ends <= starts:
        return _("It would end before it begins.")
    if starts and ends and ends - starts > slots.LONGEST:
        return _("It lasts longer than anything in a programme.")
    if any(at and not FIRST_YEAR <= at.year <= LAST_YEAR for at in (starts, ends)):
        return _("Is this the right year?")
    return _too_long(source_id, said)


def _too_long(source_id: str | None, said: Mapping[str, Any]) -> str | None:
    people = said.get("people") or ()
    lines = [
        (_("title"), (said["title"],), LONGEST["title"]),
        (_("id"), (source_id or "", said.get("parent") or ""), LONGEST["id"]),
        (_("room"), said.get("rooms") or (), LONGEST["room"]),
        (_("track"), (said.get("track") or "",), LONGEST["track"]),
        (_("speaker"), [each.name for each in people], LONGEST["name"]),
        (_("affiliation"), [each.affiliation or "" for each in people], LONGEST["affiliation"]),
        (_("e-mail address"), [each.email for each in people], LONGEST["email"]),
        (_("abstract"), (said.get("abstract") or "",), LONGEST_PROSE),
        (_("biography"), [each.biography for each in people], LONGEST_PROSE),
    ]
    for what, texts, most in lines:
        if any(len(text) > most for text in texts):
            return _("The %(what)s is longer than %(most)s characters.", what=what, most=most)
    return None


def _same_people(sessions: list[Planned]) -> tuple[Planned, ...]:
    """Let somebody whose affiliation is left out once be who they are elsewhere in the file, where that is plain."""
    known: dict[str, set[str]] = {}
    everybody = [each for session in sessions for each in session.said.get("people") or ()]
    for each in everybody:
        if each.affiliation:
            known.setdefault(each.name.lower(), set()).add(each.affiliation)
    if not known:
        return tuple(sessions)

    def same(person: Person) -> Person:
        places = known.get(person.name.lower(), set())
        if person.affiliation is not None or len(places) != 1:
            return person
        return replace(person, affiliation=next(iter(places)))

    def whole(session: Planned) -> Planned:
        people = session.said.get("people")
        if not people:
            return session
        return Planned(session.line, session.source_id, {**session.said, "people": tuple(map(same, people))})

    return tuple(map(whole, sessions))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return tuple(found.values())

"""A programme as it would be once a file is taken into it, and what would clash then: known before anything is written.

A session, a room or somebody who would be made is numbered below zero and by the line of the file, so that two looks at
one file name its clashes alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eventsvc.events.models import Event
from eventsvc.programme import accepted, comparing, conflicts, gathering, telling
from eventsvc.programme.comparing import Comparison, Fate, Match
from eventsvc.programme.conflicts import Clash
from eventsvc.programme.formats import plan as files
from eventsvc.programme.formats import words
from eventsvc.programme.known import Known
from eventsvc.programme.models import Answer, Session, SessionKind, SessionStatus
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a file would do, the programme as it is, and the clashes that come with the file and may not stand yet."""

    found: Comparison
    before: Plan
    clashes: tuple[Clash, ...]

    @property
    def keys(self) -> frozenset[str]:
        """What to accept so that the file is taken."""
        return frozenset(clash.key for clash in self.clashes)


def look(event: Event, known: Known, found: Comparison, *, takes_out: bool) -> Prospect:
    """Look ahead; `takes_out`: sessions that the file does not have go."""
    before = gathering.gather(event)
    after = _Looking(event, known, found, before).plan(takes_out=takes_out)
    stood = {clash.key for clash in conflicts.found(before)} | accepted.by_key(event.id).keys()
    return Prospect(found, before, tuple(clash for clash in conflicts.found(after) if clash.key not in stood))


def told(prospect: Prospect, event: Event) -> tuple[str, ...]:
    """Say of each clash who is in it, in order of time."""
    return tuple(telling.whole(clash, event, conflicts.mover(clash).public_id) for clash in prospect.clashes)


class _Looking:
    def __init__(self, event: Event, known: Known, found: Comparison, before: Plan) -> None:
        self._event, self._known, self._found, self._before = event, known, found, before
        self._parents = comparing.parents_of(found.matches, known)
        self._places = self._rooms()
        self._new_people = {person.key[:2]: -number for number, person in enumerate(found.people, 1)}
        self._free = gathering.free_times(event)
        self._made = _made(found)

    def plan(self, *, takes_out: bool) -> Plan:
        """Return the programme as it would be."""
        matches = [each for each in self._found.matches if each.planned or takes_out]
        told = {each.session.public_id for each in matches if each.session}
        stays = (each for each in self._before.sessions if each.public_id not in told)
        return gathering.gather_instead(self._event, self._before, (*stays, *self._written()))

    def _written(self) -> Iterator[Planned]:
        planned = {each.public_id: each for each in self._before.sessions}
        for match in self._found.matches:
            if match.planned is None:
                continue
            was = planned.get(match.session.public_id) if match.session else None
            if match.fate is Fate.UNCHANGED and was is not None:
                yield was
            elif _takes_place(match):
                yield self._session(match, match.planned)

    def _session(self, match: Match, planned: files.Planned) -> Planned:
        said, session = planned.said, match.session
        kind = session.kind if session else words.kind_in(planned.title)

        def of(name: str) -> Any:
            return said[name] if name in said else getattr(session, name, None)

        starts_at, ends_at = of("starts_at"), of("ends_at")
        return Planned(
            session.public_id if session else _new(planned),
            planned.title,
            said.get("kind", kind) or SessionKind.TALK,
            Slot(starts_at, ends_at) if starts_at and ends_at else None,
            self._rooms_of(said, session),
            self._people_of(said, session),
            self._parent_of(said, session),
            of("capacity"),
        )

    def _rooms(self) -> dict[str, Place]:
        """Return all rooms there would be, by their names in small letters."""
        places = {room.id: room for room in self._before.rooms}
        made = {name.lower(): Place(-number, name) for number, name in enumerate(self._found.rooms, 1)}
        return {name: places[room.id] for name, room in self._known.rooms.items() if room.id in places} | made

    def _rooms_of(self, said: Any, session: Session | None) -> tuple[Place, ...]:
        names = said["rooms"] if "rooms" in said else [room.name for room in (session.rooms if session else ())]
        return tuple({place.id: place for place in (self._places[name.lower()] for name in names)}.values())

    def _people_of(self, said: Any, session: Session | None) -> tuple[Person, ...]:
        """Return who would appear, each once; who declined, and is named again in the same role, still does not."""
        stood = session.appearances if session else []
        declined = {(each.speaker_id, each.role) for each in stood if each.answer is Answer.DECLINED}
        if "people" in said:
            named = [(self._person(person, session), person.role) for person in said["people"]]
        else:
            named = [(self._speaker(each.speaker_id, each.speaker.name), each.role) for each in stood]
        return tuple({person.id: person for person, role in named if (person.id, role) not in declined}.values())

    def _person(self, person: files.Person, session: Session | None) -> Person:
        speaker = self._known.speaker(person, session)
        if speaker is not None:
            return self._speaker(speaker.id, speaker.name)
        return Person(self._new_people.get(person.key[:2], 0), person.name)

    def _speaker(self, number: int, name: str) -> Person:
        return Person(number, name, self._free.get(number, ()))

    def _parent_of(self, said: Any, session: Session | None) -> str | None:
        stored = session.parent.public_id if session and session.parent else None
        word = said.get("parent", stored)
        if word is None or word == stored or not self._parents.is_known(word):
            return None if word is None else stored
        parent = self._parents.session(word)
        return parent.public_id if parent else self._made.get(word) or self._made.get(word.lower())


def _made(found: Comparison) -> dict[str, str]:
    """Return the sessions that would be made, by what a file calls a block: its title, or its id."""
    new = [match.planned for match in found.of(Fate.NEW) if match.planned]
    return {each.title.lower(): _new(each) for each in new} | {
        each.source_id: _new(each) for each in new if each.source_id
    }


def _takes_place(match: Match) -> bool:
    assert match.planned is not None
    said = match.planned.said
    if "is_cancelled" in said:
        return not said["is_cancelled"]
    return match.session is None or match.session.status is not SessionStatus.CANCELLED


def _new(planned: files.Planned) -> str:
    return f"line-{planned.line}"

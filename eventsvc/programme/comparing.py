"""What taking a file into a programme would do: what is new, what changes and how, and what the file does not have."""

from __future__ import annotations

import enum
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventsvc.programme import acquainted, pairing
from eventsvc.programme.formats.plan import Person, Plan, Planned
from eventsvc.programme.known import Known, is_same
from eventsvc.programme.models import Session, SessionStatus, Speaker
from eventsvc.tables import Problem

_COLUMNS = ("title", "abstract", "kind", "language", "starts_at", "ends_at", "capacity")


class Fate(enum.StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a session would have otherwise, as plain values; `name` as in `Planned.said`."""

    name: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Match:
    """A session of the file with the one it is in the programme; either may be missing."""

    fate: Fate
    planned: Planned | None
    session: Session | None
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        if self.planned:
            return self.planned.title
        return self.session.title if self.session else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file beside a programme; `rooms`, `tracks` and `people` are those that would be made.

    `addresses` are those that cards without one would get.
    """

    matches: tuple[Match, ...]
    rooms: tuple[str, ...]
    tracks: tuple[str, ...]
    people: tuple[Person, ...]
    problems: tuple[Problem, ...]
    addresses: tuple[tuple[Speaker, str], ...] = ()

    def of(self, fate: Fate) -> tuple[Match, ...]:
        """Return the sessions of one fate."""
        return tuple(match for match in self.matches if match.fate is fate)

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions have which fate, and how many rooms, tracks and people would be made."""
        fates = Counter(match.fate for match in self.matches)
        made = {"rooms": len(self.rooms), "tracks": len(self.tracks), "people": len(self.people)}
        made["addresses"] = len(self.addresses)
        return {fate.value: fates[fate] for fate in Fate} | made

    @property
    def changes_anything(self) -> bool:
        return bool(self.addresses) or any(match.fate in (Fate.NEW, Fate.CHANGED) for match in self.matches)

    @property
    def digest(self) -> str:
        """A short word for all of it: two that are equal would do the same."""
        told = [
            (match.fate, match.title, match.session.id if match.session else 0, match.differences)
            for match in self.matches
        ]
        addresses = [(speaker.id, address) for speaker, address in self.addresses]
        whole = repr((told, self.rooms, self.tracks, self.people, self.problems, addresses))
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:16]


def compare(plan: Plan, known: Known) -> Comparison:
    """Compare a file with a programme."""
    pairs = pairing.paired(plan.sessions, known.sessions)
    parents = _Parents(pairs, known.sessions)
    matches = [_match(planned, session, parents) for planned, session in pairs]
    taken = {session.id for _planned, session in pairs if session}
    missing = [
        Match(Fate.MISSING, None, each) for each in known.sessions if each.id not in taken and pairing.is_open(each)
    ]
    return Comparison(
        matches=(*matches, *missing),
        rooms=tuple(name for name in plan.rooms if name.lower() not in known.rooms),
        tracks=tuple(name for name in plan.tracks if name.lower() not in known.tracks),
        people=tuple(_new_people(pairs, known)),
        problems=plan.problems,
        addresses=tuple(_addresses(pairs, known)),
    )


def parents_of(matches: Iterable[Match], known: Known) -> _Parents:
    """Return what finds the block that a session says it is part of."""
    return _Parents([(each.planned, each.session) for each in matches if each.planned], known.sessions)


class _Parents:
    """Finds a block by the word a file has for it: its id there, its id here, or its title."""

    def __init__(self, pairs: Sequence[tuple[Planned, Session | None]], sessions: Sequence[Session]) -> None:
        self._sessions: dict[str, Session | None] = {}
        for session in sessions:
            self._sessions.setdefault(session.title.lower(), session)
        self._sessions |= {planned.title.lower(): session for planned, session in pairs}
        for session in sessions:
            self._sessions |= {session.public_id: session}
            if session.source_id:
                self._sessions[session.source_id] = session
        self._sessions |= {planned.source_id: session for planned, session in pairs if planned.source_id}

    def is_known(self, word: str) -> bool:
        return word in self._sessions or word.lower() in self._sessions

    def session(self, word: str) -> Session | None:
        """Return the block, or None where it is not made yet."""
        return self._sessions.get(word) or self._sessions.get(word.lower())


def _match(planned: Planned, session: Session | None, parents: _Parents) -> Match:
    if session is None:
        return Match(Fate.NEW, planned, None)
    differences = tuple(_differences(planned, session, parents))
    return Match(Fate.CHANGED if differences else Fate.UNCHANGED, planned, session, differences)


def _differences(planned: Planned, session: Session, parents: _Parents) -> Iterator[Difference]:
    said = planned.said
    for name in _COLUMNS:
        if name in said and said[name] != getattr(session, name):
            yield Difference(name, _plain(getattr(session, name)), _plain(said[name]))
    if "rooms" in said and not _are_rooms(said["rooms"], session):
        yield Difference("rooms", [room.name for room in session.rooms], list(said["rooms"]))
    track = session.track.name if session.track else ""
    if "track" in said and said["track"].lower() != track.lower():
        yield Difference("track", track, said["track"])
    if "people" in said and not _are_people(said["people"], session):
        stored = [Person(each.speaker.name, each.speaker.affiliation, each.role) for each in session.appearances]
        yield Difference("people", _called(stored), _called(said["people"]))
    if "parent" in said and not _is_parent(said["parent"], session, parents):
        yield Difference("parent", session.parent.title if session.parent else "", said["parent"])
    status = _status(said, session)
    if status is not session.status:
        yield Difference("status", session.status.value, status.value)


def _status(said: Any, session: Session) -> SessionStatus:
    """Return the state a session would have; one that was taken out and is in the file takes place after all."""
    if "is_cancelled" in said:
        return SessionStatus.CANCELLED if said["is_cancelled"] else SessionStatus.PLANNED
    return SessionStatus.PLANNED if session.status is SessionStatus.REMOVED else session.status


def _are_rooms(names: Sequence[str], session: Session) -> bool:
    small, stored = [name.lower() for name in names], [room.name.lower() for room in session.rooms]
    return small[:1] == stored[:1] and set(small) == set(stored)


def _are_people(people: Sequence[Person], session: Session) -> bool:
    stored = session.appearances
    if len(people) != len(stored):
        return False
    return all(
        is_same(person, each.speaker) and person.role is each.role for person, each in zip(people, stored, strict=True)
    )


def _is_parent(word: str | None, session: Session, parents: _Parents) -> bool:
    if word is None or not parents.is_known(word):
        # A block that nobody knows cannot be what it is part of.
        return session.parent is None or word is not None
    found = parents.session(word)
    return found is not None and found in (session.parent, session)


def _new_people(pairs: Sequence[tuple[Planned, Session | None]], known: Known) -> Iterator[Person]:
    seen = set()
    for planned, session in pairs:
        for person in planned.said.get("people") or ():
            key = person.key[:2]
            if key not in seen and known.speaker(person, session) is None:
                seen.add(key)
                yield person


def _addresses(pairs: Sequence[tuple[Planned, Session | None]], known: Known) -> Iterator[tuple[Speaker, str]]:
    """Yield the cards that have no address yet, may be changed by whoever takes the file, and are given one by it."""
    found: dict[Speaker, str] = {}
    for planned, session in pairs:
        for person in planned.said.get("people") or ():
            speaker = known.speaker(person, session) if person.email else None
            # Who took their card away is not written to by way of a table.
            if speaker is not None and not speaker.email and speaker.erased_at is None:
                found.setdefault(speaker, person.email)
    kept = acquainted.elsewhere([speaker.id for speaker in found], known.by) if found else frozenset()
    yield from ((speaker, address) for speaker, address in found.items() if speaker.id not in kept)


def _called(people: Iterable[Person]) -> list[str]:
    return [each.name + (f" ({said})" if (said := ", ".join(_beside(each))) else "") for each in people]


def _beside(person: Person) -> Iterator[str]:
    if person.affiliation:
        yield person.affiliation
    if person.role.value != "speaker":
        yield person.role.value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.value if isinstance(value, enum.Enum) else value

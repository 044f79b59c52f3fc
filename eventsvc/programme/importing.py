"""Taking a file into a programme: all of it in one transaction, or nothing.

What is taken is a draft until it is published, as whatever else organisers change. Everybody is found by
name and affiliation, or made; what is known of people is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import partings
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import (
    accepted,
    colours,
    comparing,
    conflicts,
    contents,
    errors,
    footing,
    gathering,
    laying,
    prospect,
)
from eventsvc.programme.comparing import Comparison, Fate, Match
from eventsvc.programme.formats.plan import Person, Plan, Planned
from eventsvc.programme.known import Known
from eventsvc.programme.laying import Laid, Who
from eventsvc.programme.models import (
    Appearance,
    PublishedSession,
    Room,
    Session,
    SessionStatus,
    Speaker,
    Track,
)
from eventsvc.programme.prospect import Prospect
from eventsvc.registration import seats

_COLUMNS = ("title", "abstract", "kind", "language", "starts_at", "ends_at", "capacity")
_AT_ONCE = 400
Step = Callable[[int, int], None]


def preview(event: Event, plan: Plan, *, takes_out: bool = False, by: Actor) -> Prospect:
    """Tell what it would do if `by` took a file, and what would clash then."""
    known = Known(event.id, plan, by)
    return prospect.look(event, known, comparing.compare(plan, known), takes_out=takes_out)


def take(
    event: Event,
    plan: Plan,
    *,
    seen: str | None = None,
    leaves_out: bool = False,
    takes_out: bool = False,
    accepts: Container[str] = accepted.NOTHING,
    by: Actor,
    at: datetime,
    on_step: Step | None = None,
) -> Comparison:
    """Take a file into a programme, and return what that did.

    `seen` is the digest of the preview that was agreed to. `leaves_out`: what cannot be read may be left out;
    `takes_out`: sessions that the file does not have go. `accepts` has the keys of clashes (`Prospect.keys`) that may
    stand. `on_step` is told how many of how many are done. Raises LeftOut, SeenOtherwise, WouldClash.
    """
    if plan.problems and not leaves_out:
        raise errors.LeftOut(len(plan.problems))
    # Nobody waits while the programme is read and compared; what is refused is refused without the turnstile.
    stood = footing.of(event.id)
    known, coming = _looked(event, plan, seen, takes_out, accepts, by)
    seats.hold(event.id)
    if footing.of(event.id) != stood:
        db.session.refresh(event)
        known, coming = _looked(event, plan, seen, takes_out, accepts, by)
    found = coming.found
    with db.session.no_autoflush:
        _Taking(event, known, found, by=by, at=at).all(takes_out=takes_out, on_step=on_step)
    if coming.clashes:
        _keep_clashes(coming, event, by=by, at=at)
    if accepted.by_key(event.id):
        there = {clash.key for clash in conflicts.found(gathering.gather(event))}
        accepted.drop_gone(event.id, there, by=by, at=at)
    if not found.changes_anything and not (takes_out and found.of(Fate.MISSING)):
        return found
    told = {name: count for name, count in found.counts.items() if count}
    audit.record("programme.imported", event, by=by, at=at, event_id=event.id, after=told)
    return found


def _looked(
    event: Event, plan: Plan, seen: str | None, takes_out: bool, accepts: Container[str], by: Actor
) -> tuple[Known, Prospect]:
    """Compare a file with the programme; raise for what was not seen, and WouldClash telling all that comes with it."""
    known = Known(event.id, plan, by)
    found = comparing.compare(plan, known)
    if seen is not None and seen != found.digest:
        raise errors.SeenOtherwise
    coming = prospect.look(event, known, found, takes_out=takes_out)
    if any(key not in accepts for key in coming.keys):
        raise errors.WouldClash(prospect.told(coming, event))
    return known, coming


def _keep_clashes(coming: Prospect, event: Event, *, by: Actor, at: datetime) -> None:
    """Note those that came, now that every session has an id of its own."""
    stood = {clash.key for clash in conflicts.found(coming.before)} | accepted.by_key(event.id).keys()
    came = [clash for clash in conflicts.found(gathering.gather(event)) if clash.key not in stood]
    accepted.keep(((clash, conflicts.mover(clash).public_id) for clash in came), event, by=by, at=at)


class _Taking:
    """One taking: what it makes on the way is found again by its name."""

    def __init__(self, event: Event, known: Known, found: Comparison, *, by: Actor, at: datetime) -> None:
        self._event, self._known, self._found = event, known, found
        self._by, self._at = by, at
        self._made: dict[tuple[str, str], Who] = {}
        self._cards: dict[int, Speaker] = {}
        self._before: dict[Session, dict[str, Any]] = {}

    def all(self, *, takes_out: bool, on_step: Step | None) -> None:
        """Make rooms, tracks and people, write every session, and note it in the audit log."""
        self._make_things()
        matches = [match for match in self._found.matches if match.planned]
        self._made = laying.people(self._unknown(matches))
        laid = self._lay([match.planned for match in matches if match.session is None and match.planned])
        self._read_made()
        written, rest = [], iter(laid)
        for number, match in enumerate(matches, 1):
            written.append(self._write(match, match.session) if match.session else _standing_in(match, next(rest)))
            if on_step:
                on_step(number, len(matches))
        db.session.flush()
        self._bind_parents(written)
        db.session.flush()
        self._note(laid)
        self._give_addresses()
        if takes_out:
            self._take_out()

    def _unknown(self, matches: Iterable[Match]) -> Iterator[Person]:
        """Yield everybody who is to be made, as often as they are named."""
        for match in matches:
            if match.planned and match.fate is not Fate.UNCHANGED:
                for person in match.planned.said.get("people") or ():
                    if self._known.speaker(person, match.session) is None:
                        yield person

    def _lay(self, new: list[Planned]) -> list[Laid]:
        """Write the sessions that are new."""

        def who(person: Person) -> Who:
            speaker = self._known.speaker(person, None)
            return Who(speaker.id, speaker.name, speaker.affiliation) if speaker else self._made[person.key[:2]]

        rooms, tracks = self._known.rooms, self._known.tracks
        return laying.sessions(self._event.id, new, rooms=rooms, tracks=tracks, who=who, at=self._at)

    def _read_made(self) -> None:
        """Read the cards that were made, where sessions that are there already may need them."""
        ids = [who.id for who in self._made.values()]
        if any(match.fate is Fate.CHANGED for match in self._found.matches):
            for first in range(0, len(ids), _AT_ONCE):
                asked = sa.select(Speaker).where(Speaker.id.in_(ids[first : first + _AT_ONCE]))
                self._cards |= {speaker.id: speaker for speaker in db.session.scalars(asked)}

    def _make_things(self) -> None:
        known, event_id = self._known, self._event.id
        rooms = [
            Room(event_id=event_id, name=name, position=place)
            for place, name in enumerate(self._found.rooms, _next(known.rooms))
        ]
        free = colours.free((track.colour for track in known.tracks.values()), len(self._found.tracks))
        tracks = [
            Track(event_id=event_id, name=name, position=place, colour=colour)
            for (place, name), colour in zip(enumerate(self._found.tracks, _next(known.tracks)), free, strict=True)
        ]
        db.session.add_all([*rooms, *tracks])
        db.session.flush()
        for room in rooms:
            known.rooms[room.name.lower()] = room
            self._record("room.added", room, after=snapshot(room, ("name", "capacity", "position")))
        for track in tracks:
            known.tracks[track.name.lower()] = track
            self._record("track.added", track, after=snapshot(track, ("name", "colour", "position")))

    def _write(self, match: Match, session: Session) -> Match:
        """Write what the file says of a session that is there already."""
        planned = match.planned
        assert planned is not None
        if match.fate is Fate.UNCHANGED:
            # From now on it is found by its id, whatever becomes of its title.
            if session.source_id is None and planned.source_id not in (None, session.public_id):
                session.source_id = planned.source_id
                self._record(
                    "session.edited", session, before={"source_id": None}, after={"source_id": planned.source_id}
                )
            return match
        self._before[session] = _of(session) | {"revision": session.revision}
        session.updated_at = self._at
        if session.source_id is None and planned.source_id != session.public_id:
            session.source_id = planned.source_id
        self._say(session, planned.said)
        return match

    def _say(self, session: Session, said: Any) -> None:
        for name in _COLUMNS:
            if name in said:
                setattr(session, name, said[name])
        if "rooms" in said:
            first, *further = [self._known.rooms[name.lower()] for name in said["rooms"]] or [None]
            session.room, session.further_rooms = first, [room for room in further if room]
        if "track" in said:
            session.track = self._known.tracks[said["track"].lower()] if said["track"] else None
        if "people" in said:
            session.appearances = self._appearances(session, said["people"])
        if "is_cancelled" in said:
            session.status = SessionStatus.CANCELLED if said["is_cancelled"] else SessionStatus.PLANNED
        elif session.status is SessionStatus.REMOVED:
            session.status = SessionStatus.PLANNED

    def _appearances(self, session: Session, people: tuple[Person, ...]) -> list[Appearance]:
        """Return who is in a session; whoever was in it keeps their answer."""
        stood = {(each.speaker, each.role): each for each in session.appearances}
        rows: dict[Any, Appearance] = {}
        for person in people:
            key = self._speaker(person, session), person.role
            row = stood.get(key) or Appearance(speaker=key[0], role=person.role)
            rows.setdefault(key, row)
        for position, row in enumerate(rows.values()):
            row.position = position
        return list(rows.values())

    def _speaker(self, person: Person, session: Session) -> Speaker:
        return self._known.speaker(person, session) or self._cards[self._made[person.key[:2]].id]

    def _bind_parents(self, written: list[Match]) -> None:
        parents = comparing.parents_of(written, self._known)
        parts: dict[int, int] = {}
        for match in written:
            own: Any = match.session
            if match.planned is None or "parent" not in match.planned.said:
                continue
            word = match.planned.said["parent"]
            block = parents.session(word) if word is not None and parents.is_known(word) else None
            if isinstance(own, Laid):
                if block is not None and block.id != own.id:
                    parts[own.id] = own.told["parent_id"] = block.id
            elif word is None:
                own.parent = None
            elif block is not None and block.id != own.id:
                own.parent_id = block.id
        laying.bind(parts)

    def _note(self, laid: list[Laid]) -> None:
        by, at, event_id = self._by, self._at, self._event.id
        audit.record_all(
            "session.edited",
            list(self._before),
            by=by,
            at=at,
            event_id=event_id,
            before=self._before.__getitem__,
            after=lambda session: _of(session) | {"revision": session.revision},
        )
        audit.record_all("session.added", laid, by=by, at=at, event_id=event_id, after=lambda each: each.told)

    def _give_addresses(self) -> None:
        """Write addresses on cards that have none; nobody had one to write to before, so nobody is to be told."""
        for speaker, address in self._found.addresses:
            before = {"email": speaker.email, "revision": speaker.revision}
            speaker.email = address
            db.session.flush()
            after = {"email": speaker.email, "revision": speaker.revision}
            self._record("speaker.edited", speaker, before=before, after=after)

    def _take_out(self) -> None:
        """Take out what the file does not have: what the public has seen goes with the next version."""
        shown = set(
            db.session.scalars(
                sa.select(PublishedSession.session_id).where(PublishedSession.event_id == self._event.id)
            )
        )
        for match in self._found.of(Fate.MISSING):
            session = match.session
            assert session is not None
            self._record("session.deleted", session, before=_of(session))
            if session.id in shown:
                session.status, session.updated_at = SessionStatus.REMOVED, self._at
            else:
                partings.delete([session.id], at=self._at)
                db.session.delete(session)
        db.session.flush()

    def _record(self, act: str, subject: Any, **values: Any) -> None:
        audit.record(act, subject, by=self._by, at=self._at, event_id=self._event.id, **values)


def _standing_in(match: Match, laid: Any) -> Match:
    """Return the match of a session that was laid, with what stands for its row."""
    return Match(match.fate, match.planned, laid)


def _of(session: Session) -> dict[str, Any]:
    return contents.of(session) | snapshot(session, ("status",))


def _next(things: dict[str, Any]) -> int:
    return max((thing.position for thing in things.values()), default=-1) + 1

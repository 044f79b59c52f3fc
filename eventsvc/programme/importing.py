"""Taking a file into a programme: all of it in one transaction, or nothing.

What is taken is a draft until it is published, as whatever else organisers change. Everybody is found by
name and affiliation, or made; what is known of people is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import partings
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, colours, comparing, conflicts, contents, errors, gathering, prospect
from eventsvc.programme.comparing import Comparison, Fate, Match
from eventsvc.programme.formats import words
from eventsvc.programme.formats.plan import Person, Plan
from eventsvc.programme.known import Known
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
    seats.hold(event.id)
    known = Known(event.id, plan, by)
    found = comparing.compare(plan, known)
    if seen is not None and seen != found.digest:
        raise errors.SeenOtherwise
    coming = prospect.look(event, known, found, takes_out=takes_out)
    _refuse_clashes(coming, event, accepts)
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


def _refuse_clashes(coming: Prospect, event: Event, accepts: Container[str]) -> None:
    """Raise WouldClash for what nobody accepted, telling all that comes with the file."""
    if any(key not in accepts for key in coming.keys):
        raise errors.WouldClash(prospect.told(coming, event))


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
        self._made: dict[tuple[str, str], Speaker] = {}
        self._before: dict[Session, dict[str, Any]] = {}

    def all(self, *, takes_out: bool, on_step: Step | None) -> None:
        """Make rooms and tracks, write every session, and note it in the audit log."""
        self._make_things()
        matches = [match for match in self._found.matches if match.planned]
        written: list[Match] = []
        for number, match in enumerate(matches, 1):
            written.append(self._write(match))
            if on_step:
                on_step(number, len(matches))
        db.session.flush()
        self._bind_parents(written)
        db.session.flush()
        self._note(written)
        self._give_addresses()
        if takes_out:
            self._take_out()

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

    def _write(self, match: Match) -> Match:
        """Write a session of the file, and return the match with the session it is now."""
        planned, session = match.planned, match.session
        assert planned is not None
        if session is None:
            session = Session(
                event=self._event,
                kind=words.kind_in(planned.title),
                source_id=planned.source_id,
                further_rooms=[],
                appearances=[],
                created_at=self._at,
                updated_at=self._at,
            )
            db.session.add(session)
        elif match.fate is Fate.UNCHANGED:
            # From now on it is found by its id, whatever becomes of its title.
            if session.source_id is None and planned.source_id not in (None, session.public_id):
                session.source_id = planned.source_id
                self._record(
                    "session.edited", session, before={"source_id": None}, after={"source_id": planned.source_id}
                )
            return match
        else:
            self._before[session] = _of(session) | {"revision": session.revision}
            session.updated_at = self._at
            if session.source_id is None and planned.source_id != session.public_id:
                session.source_id = planned.source_id
        self._say(session, planned.said)
        return Match(match.fate, planned, session, match.differences)

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
        found = self._known.speaker(person, session) or self._made.get(person.key[:2])
        if found is None:
            found = self._made[person.key[:2]] = Speaker(
                name=person.name, affiliation=person.affiliation or "", biography=person.biography, email=person.email
            )
        elif found is self._made.get(person.key[:2]) and not found.email:
            found.email = person.email
        return found

    def _bind_parents(self, written: list[Match]) -> None:
        parents = comparing.parents_of(written, self._known)
        for match in written:
            if match.planned and match.session and "parent" in match.planned.said:
                word = match.planned.said["parent"]
                if word is None:
                    match.session.parent = None
                elif parents.is_known(word) and parents.session(word) is not match.session:
                    match.session.parent = parents.session(word)

    def _note(self, written: list[Match]) -> None:
        for match in written:
            session = match.session
            if session is None or match.fate is Fate.UNCHANGED:
                continue
            after, before = _of(session) | {"revision": session.revision}, self._before.get(session, {})
            self._record("session.edited" if before else "session.added", session, before=before, after=after)

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


def _of(session: Session) -> dict[str, Any]:
    return contents.of(session) | snapshot(session, ("status",))


def _next(things: dict[str, Any]) -> int:
    return max((thing.position for thing in things.values()), default=-1) + 1

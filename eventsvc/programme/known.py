"""What an event's programme has already, and whom a file may mean: all that it is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import acquainted, naming
from eventsvc.programme.formats.plan import Person, Plan
from eventsvc.programme.models import Appearance, Room, Session, Speaker, Track

_AT_ONCE = 400


class Known:
    """Everything of one event's programme that a file is compared with, read in a fixed number of queries."""

    def __init__(self, event_id: int, plan: Plan, by: Actor) -> None:
        self.sessions = _sessions(event_id)
        self.rooms = {room.name.lower(): room for room in _things(Room, event_id)}
        self.tracks = {track.name.lower(): track for track in _things(Track, event_id)}
        self.by = by
        self._here: set[int] = set()
        self._named: dict[str, list[Speaker]] = {}
        for speaker, is_here in _speakers({person.name for person in plan.people}, event_id, by):
            self._named.setdefault(speaker.name.lower(), []).append(speaker)
            if is_here:
                self._here.add(speaker.id)

    def speaker(self, person: Person, session: Session | None) -> Speaker | None:
        """Find who is meant: somebody in the session already, else by name and affiliation, at this event first.

        Without an affiliation it is whoever has that name at this event: elsewhere the name alone may be somebody
        else's.
        """
        for each in session.appearances if session else ():
            if is_same(person, each.speaker):
                return each.speaker
        place = (person.affiliation or "").lower()
        for speaker in self._named.get(person.name.lower(), ()):
            if speaker.affiliation.lower() == place or (not place and speaker.id in self._here):
                return speaker
        return None


def is_same(person: Person, speaker: Speaker) -> bool:
    """Tell whether a file means somebody by a name; without an affiliation it may be anybody of that name."""
    if person.name.lower() != speaker.name.lower():
        return False
    return person.affiliation is None or person.affiliation.lower() == speaker.affiliation.lower()


def _sessions(event_id: int) -> list[Session]:
    asked = sa.select(Session).where(Session.event_id == event_id).order_by(Session.starts_at, Session.id)
    return list(
        db.session.scalars(
            asked.options(
                joinedload(Session.room),
                joinedload(Session.track),
                joinedload(Session.parent),
                selectinload(Session.further_rooms),
                selectinload(Session.appearances).joinedload(Appearance.speaker),
            ).execution_options(populate_existing=True)
        )
    )


def _things(noun: type[Any], event_id: int) -> Iterable[Any]:
    asked = sa.select(noun).where(noun.event_id == event_id).order_by(noun.position, noun.id)
    return db.session.scalars(asked.execution_options(populate_existing=True))


def _speakers(names: set[str], event_id: int, by: Actor) -> list[tuple[Speaker, bool]]:
    """Find everybody of these names whom `by` may find, those of this event first, and tell who is one of these.

    However they are capitalised, and perhaps others.
    """
    here = acquainted.of_event(event_id)
    whom = sa.or_(here, acquainted.known_to(by))
    found: dict[int, tuple[Speaker, bool]] = {}
    wanted = sorted(names)
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        small = sa.func.lower(Speaker.name).in_([name.lower() for name in some if name.isascii()])
        others = [naming.may_be(Speaker.name, name) for name in some if not name.isascii()]
        asked = sa.select(Speaker, here).where(sa.or_(small, *others), whom)
        found |= {speaker.id: (speaker, bool(is_here)) for speaker, is_here in db.session.execute(asked)}
    return sorted(found.values(), key=lambda each: (not each[1], each[0].id))

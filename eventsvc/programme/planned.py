"""A programme as it is planned, for looking for clashes and for room: plain values, of whatever moment.

What is cancelled or taken out, and people who declined, are not among them: they clash with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from eventsvc.programme import slots
from eventsvc.programme.models import SessionKind
from eventsvc.programme.slots import Slot


@dataclass(frozen=True, slots=True)
class Place:
    """A room; `capacity` None: nobody said how many people it holds."""

    id: int
    name: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who appears, and when they are free; no time given: always."""

    id: int
    name: str
    free: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A session where it is planned. `parent` is the public id of its block; `seats` how many people it is for.

    `event` names the other event that it belongs to, empty for one that is not to be named; None: the event in hand.
    `revision` counts the writes of its row, and makes no two sessions differ.
    """

    public_id: str
    title: str
    kind: SessionKind = SessionKind.TALK
    slot: Slot | None = None
    rooms: tuple[Place, ...] = ()
    people: tuple[Person, ...] = ()
    parent: str | None = None
    seats: int | None = None
    event: str | None = None
    revision: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """A programme as a whole: its sessions, what its people do at other events, and the event's own times.

    `rooms` are all the event has, `chosen` the public ids in one attendee's own programme, `stands` the session in hand
    as it is stored, where the plan has it otherwise.
    """

    sessions: tuple[Planned, ...] = ()
    elsewhere: tuple[Planned, ...] = ()
    rooms: tuple[Place, ...] = ()
    timezone: str = "UTC"
    span: Slot | None = None
    is_all_day: bool = False
    chosen: frozenset[str] = frozenset()
    stands: Planned | None = None

    def session(self, public_id: str) -> Planned | None:
        """Return a session of the programme; None for one that is not planned."""
        return next((each for each in self.sessions if each.public_id == public_id), None)

    @property
    def bounds(self) -> Slot | None:
        """Within what sessions may be: of an all-day event the night after its last day is part of it."""
        if self.span is None or not self.is_all_day:
            return self.span
        last = (self.span.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(self.timezone)).date()
        return Slot(self.span.starts_at, slots.day_bounds(last, self.timezone).ends_at)

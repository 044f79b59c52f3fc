"""The sessions that people put into their own programmes, and the seats of those that have some of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import agenda, reading
from eventsvc.programme.models import Session
from eventsvc.programme.reading import Item
from eventsvc.registration.models import SEATED, Choice, Registration

_own = sa.select(Choice.session_id, Choice.is_waiting).where(Choice.registration_id == sa.bindparam("registration_id"))
# Who has no seat at the event has none in a session, and waits for none before those who have.
_counted = (
    sa.select(
        Choice.session_id,
        sa.func.sum(sa.case((Choice.is_waiting, 0), else_=1)),
        sa.func.sum(sa.case((Choice.is_waiting, 1), else_=0)),
    )
    .join(Session, Session.id == Choice.session_id)
    .join(Registration, Registration.id == Choice.registration_id)
    .where(Session.event_id == sa.bindparam("event_id"), Registration.state.in_(SEATED))
    .group_by(Choice.session_id)
)


@dataclass(frozen=True, slots=True)
class Own:
    """The ids of the sessions somebody chose, and of those they wait for a seat in."""

    chosen: frozenset[int]
    waiting: frozenset[int]

    def with_one(self, session_id: int, *, is_waiting: bool) -> Own:
        """Return these with one more."""
        if is_waiting:
            return Own(self.chosen, self.waiting | {session_id})
        return Own(self.chosen | {session_id}, self.waiting)


@dataclass(frozen=True, slots=True)
class Seats:
    """How many people have a seat in a session, and how many with a seat at the event wait for one."""

    seated: int = 0
    waiting: int = 0

    def left(self, capacity: int) -> int:
        """Count the seats that nobody holds and nobody waits for."""
        return 0 if self.waiting else max(0, capacity - self.seated)


NO_SEATS = Seats()


def own(registration_id: int) -> Own:
    """Return what somebody chose and what they wait for."""
    rows = db.session.execute(_own, {"registration_id": registration_id}).all()
    return Own(
        frozenset(session_id for session_id, is_waiting in rows if not is_waiting),
        frozenset(session_id for session_id, is_waiting in rows if is_waiting),
    )


def chosen(registration_id: int) -> frozenset[int]:
    """Return the ids of the sessions in somebody's own programme; those they wait for are not in it yet."""
    return own(registration_id).chosen


def of_many(people: sa.Select[int]) -> dict[int, frozenset[int]]:
    """Return the same for many people, by registration; who chose nothing is left out. One query."""
    asked = sa.select(Choice.registration_id, Choice.session_id).where(
        Choice.registration_id.in_(people), Choice.is_waiting.is_(False)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for registration_id, session_id in db.session.execute(asked):
        found[registration_id].add(session_id)
    return {number: frozenset(sessions) for number, sessions in found.items()}


def chosen_items(registration: Registration) -> tuple[Item, ...]:
    """Return the sessions in somebody's own programme as the public sees them, in time order."""
    return items_of(registration, chosen(registration.id))


def items_of(registration: Registration, session_ids: Collection[int]) -> tuple[Item, ...]:
    """Return some sessions of somebody's event as the public sees them, in time order."""
    if not session_ids:
        return ()
    return tuple(item for item in reading.items(registration.event_id) if item.session_id in session_ids)


def met(item: Item, session_ids: Collection[int], items: Iterable[Item]) -> Item | None:
    """Return one of some sessions with seats of their own that nobody could be in beside `item`, if it has some too."""
    if item.capacity is None:
        return None
    return agenda.same_time(
        item, [each for each in items if each.capacity is not None and each.session_id in session_ids]
    )


def seats(event_id: int) -> dict[int, Seats]:
    """Count the seats of each session that anybody chose, by session; whoever decides by it holds the turnstile."""
    rows = db.session.execute(_counted, {"event_id": event_id})
    return {session_id: Seats(int(seated), int(waiting)) for session_id, seated, waiting in rows}


def taken(event_id: int) -> dict[int, int]:
    """Count, by session, the people who have a seat in it or wait for one: what a newcomer finds taken."""
    return {session_id: found.seated + found.waiting for session_id, found in seats(event_id).items()}


def taken_off(registration_id: int) -> list[dict[str, Any]]:
    """Take all choices off a registration, and return them as they were, to be put on another."""
    theirs = sa.delete(Choice).where(Choice.registration_id == registration_id)
    rows: Iterable[Any] = db.session.execute(
        theirs.returning(Choice.session_id, Choice.chosen_at, Choice.is_waiting, Choice.turn)
    )
    return [dict(row._mapping) for row in rows]


def put_on(registration_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Put choices on a registration; the caller holds the turnstile."""
    if rows:
        db.session.execute(sa.insert(Choice), [row | {"registration_id": registration_id} for row in rows])


def forget(registration_id: int) -> None:
    """Empty somebody's own programme."""
    db.session.execute(sa.delete(Choice).where(Choice.registration_id == registration_id))

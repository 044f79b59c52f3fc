"""Seats are counted, never stored; and whoever counts them holds the turnstile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.registration.models import SEATED, Registration, State, Turnstile


@dataclass(frozen=True, slots=True)
class Taken:
    """How many seats of an event are held, and how many people wait."""

    seated: int = 0
    waiting: int = 0


def open_turnstile(event_id: int) -> None:
    """Give a new event its turnstile; called once, with the event."""
    db.session.add(Turnstile(event_id=event_id))


_passed = (
    sa.update(Turnstile)
    .where(Turnstile.event_id == sa.bindparam("of_event"))
    .values(turn=Turnstile.turn + 1)
    .returning(Turnstile.turn)
    .execution_options(synchronize_session=False)
)


def hold(event_id: int) -> int:
    """Wait for the turnstile of an event, hold it until the transaction ends, and return the turn.

    The UPDATE takes the row's lock on PostgreSQL and the write lock on SQLite, so nobody counts beside the caller.
    Rows read before the wait may be out of date: read them again (`populate_existing`) after it.
    """
    turn: int | None = db.session.scalar(_passed, {"of_event": event_id})
    if turn is None:
        raise LookupError(f"event {event_id} has no turnstile")
    return turn


def taken(event_id: int) -> Taken:
    """Count one event's held seats and waiting people."""
    return taken_by_event([event_id]).get(event_id, Taken())


# Built once: building a statement costs as much as asking SQLite.
_counted = (
    sa.select(
        Registration.event_id,
        sa.func.sum(sa.case((Registration.state.in_(SEATED), 1), else_=0)),
        sa.func.sum(sa.case((Registration.state == State.WAITLISTED, 1), else_=0)),
    )
    .where(Registration.event_id.in_(sa.bindparam("event_ids", expanding=True)))
    .group_by(Registration.event_id)
)


def taken_by_event(event_ids: Iterable[int]) -> dict[int, Taken]:
    """Count many events' seats in one query; an event nobody registered for is left out."""
    counted: Iterable[Any] = db.session.execute(_counted, {"event_ids": list(event_ids)})
    return {event_id: Taken(int(seated), int(waiting)) for event_id, seated, waiting in counted}


def next_waiting(event_id: int, count: int) -> list[Registration]:
    """Return those who have waited longest, by turn; the caller holds the turnstile."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(Registration.event_id == event_id, Registration.state == State.WAITLISTED)
            .order_by(Registration.turn)
            .limit(count)
            .execution_options(populate_existing=True)
        )
    )


def position(registration: Registration) -> int:
    """Return the place of a waiting person on the list: 1 is next."""
    ahead = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(
            Registration.event_id == registration.event_id,
            Registration.state == State.WAITLISTED,
            Registration.turn < registration.turn,
        )
    )
    return int(ahead or 0) + 1

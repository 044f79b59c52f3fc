"""Seats are counted, never stored; and whoever counts them holds the turnstile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.columns import UTCDateTime
from eventsvc.extensions import db
from eventsvc.registration.models import (
    SEATED,
    PersonalInvitation,
    Registration,
    State,
    TicketType,
    Turnstile,
)
from eventsvc.registration.seating import EMPTY, NOBODY, Held, Seating


def open_turnstile(event_id: int) -> None:
    """Give a new event its turnstile; called once, with the event."""
    db.session.add(Turnstile(event_id=event_id))


_passed = (
    sa.update(Turnstile)
    .where(Turnstile.event_id == sa.bindparam("of_event"))
    .values(turn=Turnstile.turn + sa.bindparam("turns"))
    .returning(Turnstile.turn)
    .execution_options(synchronize_session=False)
)


def hold(event_id: int, *, turns: int = 1) -> int:
    """Wait for the turnstile of an event, hold it until the transaction ends, and return the turn.

    Of several `turns`, for as many people who come in at once, it is the last.

    The UPDATE takes the row's lock on PostgreSQL and the write lock on SQLite, so nobody counts beside the caller.
    Rows read before the wait may be out of date: read them again (`populate_existing`) after it.
    """
    turn: int | None = db.session.scalar(_passed, {"of_event": event_id, "turns": turns})
    if turn is None:
        raise LookupError(f"event {event_id} has no turnstile")
    return turn


# Built once: building a statement costs as much as asking SQLite. One statement, as seats are asked for on most pages:
# the people, the seats reserved by invitations that still hold, and the limits they stand against.
_among: sa.BindParameter[list[int]] = sa.bindparam("event_ids", expanding=True)
_no_limit = sa.cast(sa.null(), sa.Integer).label("capacity")
_never = sa.cast(sa.null(), UTCDateTime)
_registered = (
    sa.select(
        Registration.event_id,
        Registration.ticket_type_id,
        sa.func.sum(sa.case((Registration.state.in_(SEATED), 1), else_=0)).label("seated"),
        sa.func.sum(sa.case((Registration.state == State.WAITLISTED, 1), else_=0)).label("waiting"),
        sa.func.min(sa.case((Registration.state == State.OFFERED, Registration.offer_expires_at), else_=_never)).label(
            "due_at"
        ),
        _no_limit,
    )
    .where(Registration.event_id.in_(_among))
    .group_by(Registration.event_id, Registration.ticket_type_id)
)
_reserved = (
    sa.select(
        PersonalInvitation.event_id,
        PersonalInvitation.ticket_type_id,
        sa.func.count(),
        sa.literal(0),
        _never,
        _no_limit,
    )
    .where(
        PersonalInvitation.event_id.in_(_among),
        PersonalInvitation.reserved_until > sa.bindparam("at", type_=UTCDateTime),
        PersonalInvitation.used_at.is_(None),
        PersonalInvitation.withdrawn_at.is_(None),
    )
    .group_by(PersonalInvitation.event_id, PersonalInvitation.ticket_type_id)
)
_limited = sa.select(
    TicketType.event_id, TicketType.id, sa.literal(0), sa.literal(0), _never, TicketType.capacity
).where(TicketType.event_id.in_(_among), TicketType.capacity.is_not(None))
_counted: Any = sa.union_all(_registered, _reserved, _limited)


def taken(event_id: int, at: datetime) -> Seating:
    """Count one event's held seats and waiting people, by ticket type."""
    return taken_by_event([event_id], at).get(event_id, EMPTY)


def taken_by_event(event_ids: Iterable[int], at: datetime) -> dict[int, Seating]:
    """Count many events' seats in one query; an event nobody registered for may be left out."""
    rows: Sequence[Any] = db.session.execute(_counted, {"event_ids": list(event_ids), "at": at}).all()
    by_event: dict[int, list[Any]] = {}
    for row in rows:
        by_event.setdefault(row.event_id, []).append(row)
    return {event_id: _seating(theirs) for event_id, theirs in by_event.items()}


def _seating(rows: Iterable[Any]) -> Seating:
    held: dict[int | None, Held] = {}
    limits: dict[int | None, int] = {}
    due_at: datetime | None = None
    for row in rows:
        before = held.get(row.ticket_type_id, NOBODY)
        held[row.ticket_type_id] = Held(before.seated + int(row.seated), before.waiting + int(row.waiting))
        if row.capacity is not None:
            limits[row.ticket_type_id] = row.capacity
        if row.due_at is not None:
            due_at = row.due_at if due_at is None else min(due_at, row.due_at)
    return Seating(held, limits, due_at)


def next_waiting(event_id: int, type_ids: Iterable[int | None], count: int) -> list[Registration]:
    """Return who is next on the list among those waiting for some ticket types; the caller holds the turnstile."""
    wanted = set(type_ids)
    is_wanted: sa.ColumnElement[bool] = Registration.ticket_type_id.in_(
        [type_id for type_id in wanted if type_id is not None]
    )
    if None in wanted:
        is_wanted = sa.or_(is_wanted, Registration.ticket_type_id.is_(None))
    return list(
        db.session.scalars(
            sa.select(Registration)
            .where(Registration.event_id == event_id, Registration.state == State.WAITLISTED, is_wanted)
            .order_by(Registration.priority.desc(), Registration.turn)
            .limit(count)
            .execution_options(populate_existing=True)
        )
    )


def position(registration: Registration, at: datetime) -> int:
    """Return the place of a waiting person on the list: 1 is next.

    Where their own ticket type is full only those who wait for the same one stand before them; a seat that another
    type has free passes by.
    """
    ahead = sa.or_(
        Registration.priority > registration.priority,
        sa.and_(Registration.priority == registration.priority, Registration.turn < registration.turn),
    )
    asked = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.event_id == registration.event_id, Registration.state == State.WAITLISTED, ahead)
    )
    type_id = registration.ticket_type_id
    if type_id is not None and type_id not in taken(registration.event_id, at).roomy():
        asked = asked.where(Registration.ticket_type_id == type_id)
    return int(db.session.scalar(asked) or 0) + 1

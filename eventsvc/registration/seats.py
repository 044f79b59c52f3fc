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
    Visibility,
)
from eventsvc.registration.seating import EMPTY, NOBODY, Held, Seating, Ticket


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
# the people, those who wish for another type, the seats reserved by invitations that still hold, and the ticket types.
_among: sa.BindParameter[list[int]] = sa.bindparam("event_ids", expanding=True)
_never = sa.cast(sa.null(), UTCDateTime)
_nothing = sa.cast(sa.null(), sa.Integer)
_no_ticket = (
    _nothing.label("capacity"),
    _never.label("opens_at"),
    _never.label("closes_at"),
    sa.cast(sa.null(), sa.String).label("visibility"),
    _nothing.label("fee_cents"),
    sa.cast(sa.null(), sa.String).label("currency"),
    _nothing.label("position"),
)
_registered = (
    sa.select(
        Registration.event_id,
        Registration.ticket_type_id,
        sa.func.sum(sa.case((Registration.state.in_(SEATED), 1), else_=0)).label("seated"),
        sa.func.sum(sa.case((Registration.state == State.WAITLISTED, 1), else_=0)).label("waiting"),
        sa.literal(0).label("wishing"),
        sa.func.min(sa.case((Registration.state == State.OFFERED, Registration.offer_expires_at), else_=_never)).label(
            "due_at"
        ),
        sa.literal(0).label("kept"),
        *_no_ticket,
    )
    .where(Registration.event_id.in_(_among))
    .group_by(Registration.event_id, Registration.ticket_type_id)
)
_wishing = (
    sa.select(
        Registration.event_id,
        Registration.wants_type_id,
        sa.literal(0),
        sa.literal(0),
        sa.func.count(),
        _never,
        sa.literal(0),
        *_no_ticket,
    )
    .where(Registration.event_id.in_(_among), Registration.wants_type_id.is_not(None))
    .group_by(Registration.event_id, Registration.wants_type_id)
)
_still_kept = PersonalInvitation.reserved_until > sa.bindparam("at", type_=UTCDateTime)
_kept = sa.func.sum(sa.case((_still_kept, 1), else_=0))
_reserved = (
    sa.select(
        PersonalInvitation.event_id,
        PersonalInvitation.ticket_type_id,
        _kept,
        sa.literal(0),
        sa.literal(0),
        sa.func.min(PersonalInvitation.reserved_until),
        _kept,
        *_no_ticket,
    )
    .where(
        PersonalInvitation.event_id.in_(_among),
        PersonalInvitation.reserved_until.is_not(None),
        PersonalInvitation.used_at.is_(None),
        PersonalInvitation.withdrawn_at.is_(None),
    )
    .group_by(PersonalInvitation.event_id, PersonalInvitation.ticket_type_id)
)
_offered = sa.select(
    TicketType.event_id,
    TicketType.id,
    sa.literal(0),
    sa.literal(0),
    sa.literal(0),
    _never,
    sa.literal(0),
    TicketType.capacity,
    TicketType.opens_at,
    TicketType.closes_at,
    # What is retired keeps its limit, and is offered to nobody.
    sa.case((TicketType.is_retired, None), else_=sa.cast(TicketType.visibility, sa.String)),
    TicketType.fee_cents,
    TicketType.currency,
    TicketType.position,
).where(TicketType.event_id.in_(_among))
_counted: Any = sa.union_all(_registered, _wishing, _reserved, _offered)
_SHOWN = {Visibility.EVERYONE.value, Visibility.DOMAIN.value}


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
    offered: list[Any] = []
    due_at: datetime | None = None
    has_types, kept = False, 0
    for row in rows:
        kept += int(row.kept)
        before = held.get(row.ticket_type_id, NOBODY)
        held[row.ticket_type_id] = Held(
            before.seated + int(row.seated), before.waiting + int(row.waiting), before.wishing + int(row.wishing)
        )
        if row.capacity is not None:
            limits[row.ticket_type_id] = row.capacity
        if row.visibility is not None:
            offered.append(row)
        if row.position is not None:
            has_types = True
        if row.due_at is not None:
            due_at = row.due_at if due_at is None else min(due_at, row.due_at)
    return Seating(held, limits, due_at, _tickets(offered), has_types, kept)


def _tickets(rows: list[Any]) -> tuple[Ticket, ...]:
    return tuple(
        Ticket(
            row.ticket_type_id,
            row.capacity,
            row.opens_at,
            row.closes_at,
            row.visibility in _SHOWN,
            row.visibility == Visibility.CODE.value,
            row.fee_cents,
            row.currency,
        )
        for row in sorted(rows, key=lambda row: (row.position, row.ticket_type_id))
    )


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


def first_wish(event_id: int, type_id: int) -> Registration | None:
    """Return who is next among those who have a seat of another ticket type and wish for one of this."""
    asked = sa.select(Registration).where(Registration.event_id == event_id, Registration.wants_type_id == type_id)
    order = Registration.priority.desc(), Registration.wants_turn
    return db.session.scalar(asked.order_by(*order).limit(1).execution_options(populate_existing=True))


def waiting_before(wish: Registration) -> int:
    """Count the people who wait for the ticket type that somebody wishes for, and stand before them."""
    ahead = _ahead(Registration.turn, wish.priority, wish.wants_turn or 0)
    return _count(
        Registration.event_id == wish.event_id,
        Registration.state == State.WAITLISTED,
        Registration.ticket_type_id == wish.wants_type_id,
        ahead,
    )


def position_of_wish(wish: Registration) -> int:
    """Return the place of a wish among all who wait or wish for its ticket type: 1 is next."""
    ahead = _ahead(Registration.wants_turn, wish.priority, wish.wants_turn or 0)
    wishing = _count(Registration.event_id == wish.event_id, Registration.wants_type_id == wish.wants_type_id, ahead)
    return waiting_before(wish) + wishing + 1


def standing_before(registration: Registration) -> dict[int, int]:
    """Count, by ticket type, who waits or wishes for it and stands before somebody who would wish for it now."""
    theirs = Registration.event_id == registration.event_id, Registration.priority >= registration.priority
    found = sa.union_all(
        sa.select(Registration.ticket_type_id, sa.func.count())
        .where(*theirs, Registration.state == State.WAITLISTED, Registration.ticket_type_id.is_not(None))
        .group_by(Registration.ticket_type_id),
        sa.select(Registration.wants_type_id, sa.func.count())
        .where(*theirs, Registration.wants_type_id.is_not(None), Registration.id != registration.id)
        .group_by(Registration.wants_type_id),
    )
    before: dict[int, int] = {}
    for type_id, count in db.session.execute(found):
        if type_id is not None:
            before[type_id] = before.get(type_id, 0) + count
    return before


def _ahead(turn: Any, priority: int, mine: int) -> sa.ColumnElement[bool]:
    return sa.or_(Registration.priority > priority, sa.and_(Registration.priority == priority, turn < mine))


def _count(*which: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Registration).where(*which)) or 0


def position(registration: Registration, at: datetime) -> int:
    """Return the place of a waiting person on the list: 1 is next.

    Where their own ticket type is full only those who wait for the same one stand before them; a seat that another
    type has free passes by.
    """
    ahead = _ahead(Registration.turn, registration.priority, registration.turn)
    asked = (
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(Registration.event_id == registration.event_id, Registration.state == State.WAITLISTED, ahead)
    )
    type_id = registration.ticket_type_id
    if type_id is not None and type_id not in taken(registration.event_id, at).roomy():
        asked = asked.where(Registration.ticket_type_id == type_id)
    return int(db.session.scalar(asked) or 0) + 1

"""Wishes for another ticket type: people keep the seat they have until the one they wish for is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.registration import answers, fees, notifications, seats
from eventsvc.registration.models import AccessCode, Registration, TicketType
from eventsvc.registration.rules.holding import count_on, flush
from eventsvc.registration.seating import Seating


def grant(seating: Seating, event_id: int, *, by: Actor, at: datetime) -> Seating:
    """Give people the ticket type that they wish for while it has room, and return the seating after that.

    A wish takes its turn among those who wait for the same type: it is granted when there is more room than people
    who stand before it, so that these find theirs still. No seat of the event is needed, as one is given up for it. Two
    who wish for each other's type, and are next for it, exchange their seats.
    """
    while called := _next(seating, event_id):
        for registration in called:
            wanted = db.session.get_one(TicketType, registration.wants_type_id)
            seating = seating.granted(registration.ticket_type_id, wanted.id)
            take(registration, wanted, _code(registration), by=by, at=at)
    return seating


def take(
    registration: Registration,
    ticket_type: TicketType,
    code: AccessCode | None = None,
    *,
    by: Actor,
    at: datetime,
    is_told: bool = True,
) -> None:
    """Let somebody have another ticket type: audited, the fee stated anew, and told with an invitation of its own.

    Answers to what is asked only of those who take part in the way they did are dropped, and named in the letter. The
    caller holds the turnstile and has found the seat.
    """
    was, took_part, before = registration.ticket_type, registration.mode, _kept(registration)
    registration.ticket_type = ticket_type
    registration.access_code_id = code.id if code else None
    registration.wants_type_id = registration.wants_turn = registration.wants_code_id = None
    fees.state(registration, ticket_type)
    if registration.has_seat:
        fees.begin(registration, at)
        # Calendars ignore what does not count higher; an even step, as no seat was given up.
        count_on(registration, 2)
    flush()
    dropped = answers.drop_unasked(registration, took_part, at=at)
    audit.record(
        "switch ticket",
        registration,
        by=by,
        at=at,
        event_id=registration.event_id,
        before=before,
        after=_kept(registration) | ({"dropped": dropped} if dropped else {}),
    )
    if is_told:
        notifications.switched(registration, was.name if was else "", before, dropped, at=at)


def _code(registration: Registration) -> AccessCode | None:
    """Return the access code that came with a wish, where what is wished for needs one."""
    return db.session.get_one(AccessCode, registration.wants_code_id) if registration.wants_code_id else None


def _kept(registration: Registration) -> dict[str, object]:
    name = registration.ticket_type.name if registration.ticket_type else None
    return {"ticket_type": name, **fees.kept(registration)}


def _next(seating: Seating, event_id: int) -> list[Registration]:
    """Return whose wish is granted next: one person, or two who exchange their seats, or nobody."""
    if not seating.wished:
        return []
    wishes = [wish for type_id in seating.wished if (wish := seats.first_wish(event_id, type_id))]
    wishes.sort(key=lambda wish: (-wish.priority, wish.wants_turn or 0))
    for wish in wishes:
        room = seating.room(wish.wants_type_id)
        if room is None or (room > 0 and room > seats.waiting_before(wish)):
            return [wish]
    return next(_exchanges(wishes), [])


def _exchanges(wishes: list[Registration]) -> Iterator[list[Registration]]:
    """Yield pairs who hold what the other wishes for, and are each the next for it."""
    for one, other in combinations(wishes, 2):
        is_pair = one.wants_type_id == other.ticket_type_id and other.wants_type_id == one.ticket_type_id
        if is_pair and not seats.waiting_before(one) and not seats.waiting_before(other):
            yield [one, other]

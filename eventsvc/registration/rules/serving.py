"""Who gets a free seat: whoever has waited longest among those it fits."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import deadlines, errors, seats
from eventsvc.registration.models import OfferKind, Registration, State
from eventsvc.registration.rules import wishes
from eventsvc.registration.rules.holding import hold, hold_again, is_ahead
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.settling import settle
from eventsvc.registration.seating import Seating


def promote(
    registration: Registration, *, by: Actor, at: datetime, reason: str | None = None, is_outright: bool = False
) -> None:
    """Give a free seat to one waiting person out of turn, even while the list is stopped.

    Where the event offers its seats this one is offered too, unless it is given `is_outright`.
    Raises NotWaiting, PromotionOver or NoSeatLeft.
    """
    event = hold_again(registration)
    settle(event, at=at)
    if registration.state is not State.WAITLISTED:
        raise errors.NotWaiting
    if not is_ahead(event, at):
        raise errors.PromotionOver
    if seats.taken(event.id, at).left(event.capacity, registration.ticket_type_id) == 0:
        raise errors.NoSeatLeft
    if is_outright:
        move(registration, State.CONFIRMED, by=by, at=at, reason=reason)
    else:
        _give(registration, event, by=by, at=at, reason=reason)
    serve(event, by=SYSTEM, at=at)


def serve_list(event: Event, *, by: Actor, at: datetime) -> list[Registration]:
    """Give every free seat to whoever is next, and return those people; for whoever raised a limit."""
    db.session.flush()
    held, _turn = hold(event.id)
    return serve(held, by=by, at=at)


def settle_and_serve(event_id: int, *, at: datetime) -> None:
    """Move what is due at one event, and pass on the seats that come free by it; what the worker does."""
    event, _turn = hold(event_id)
    serve(event, by=SYSTEM, at=at)


def seating_now(event: Event, at: datetime) -> Seating:
    """Count the seats once what is due has been moved, so that no sleeping worker keeps a seat from anybody.

    The caller holds the turnstile.
    """
    seating = seats.taken(event.id, at)
    if seating.due_at is None or seating.due_at > at:
        return seating
    serve(event, by=SYSTEM, at=at)
    return seats.taken(event.id, at)


def serve(event: Event, *, by: Actor, at: datetime) -> list[Registration]:
    """Seat as many waiting people as there are free seats for, in order; the caller holds the turnstile.

    First those who wish for another ticket type get it, as far as nobody stands before them: what they leave is free.
    """
    settle(event, at=at)
    if event.is_list_stopped or not is_ahead(event, at):
        return []
    served: list[Registration] = []
    seating = wishes.grant(seats.taken(event.id, at), event.id, by=by, at=at)
    while called := _next(event, seating):
        for registration in called:
            _give(registration, event, by=by, at=at)
        served += called
        seating = seating.served(registration.ticket_type_id for registration in called)
    return served


def _give(registration: Registration, event: Event, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Give a waiting person the seat, or offer it: where the event does so, or their address is still to be proven."""
    hours = event.offer_hours or (event.proof_hours if registration.is_to_prove else None)
    if hours is None:
        move(registration, State.CONFIRMED, by=by, at=at, reason=reason)
        return
    registration.offer_kind = OfferKind.SEAT
    registration.offer_expires_at = deadlines.answer_until(event, hours, at)
    move(registration, State.OFFERED, by=by, at=at, reason=reason)


def _next(event: Event, seating: Seating) -> list[Registration]:
    """Return who is to be seated next, in order; those whose own ticket type is full are passed over."""
    types = [type_id for type_id in seating.roomy() if seating.left(event.capacity, type_id) != 0]
    if not types:
        return []
    free = seating.left(event.capacity, None)
    count = seating.waiting if free is None else min(free, seating.waiting)
    called: list[Registration] = []
    for registration in seats.next_waiting(event.id, types, count):
        if seating.left(event.capacity, registration.ticket_type_id) != 0:
            called.append(registration)
            seating = seating.served([registration.ticket_type_id])
    return called

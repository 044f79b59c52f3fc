"""What becomes of somebody who asks for another ticket type now: it is theirs at once, or they wait, or it is full.

The rule that switches decides by the same counts, once it holds the turnstile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsvc.events.models import Event
from eventsvc.events.standing import Standing
from eventsvc.registration import deadlines, seats, standings
from eventsvc.registration.models import Registration, State
from eventsvc.registration.seating import NOBODY, Seating


@dataclass(frozen=True, slots=True)
class Prospect:
    """`is_now`: the other ticket is theirs at once. Else they wait, behind `before` others, where they may.

    `shut` is why they cannot have it at all, be it that its time is over; `is_wished`: they wait for it already.
    """

    is_now: bool = False
    before: int = 0
    shut: Standing | None = None
    is_wished: bool = False


def of(registration: Registration, seating: Seating, at: datetime) -> dict[int, Prospect]:
    """Tell it of every ticket type that is offered, by id; the number of queries does not grow with them.

    Neither the event's own hours nor its seats stand in the way of whoever has one: they give it up for the other.
    """
    event, before = registration.event, seats.standing_before(registration)
    partner = _partner(registration)
    found: dict[int, Prospect] = {}
    for ticket in seating.tickets:
        shut = standings.by_window(ticket, at)
        if registration.state is State.CONFIRMED:
            is_now = has_room(seating, ticket.id, before.get(ticket.id, 0))
            is_now = is_now or (ticket.id == partner and not before.get(ticket.id) and _may_wait(event, at))
            ahead = before.get(ticket.id, 0)
        else:
            is_now = is_free(registration, seating, ticket.id) and deadlines.is_ahead(event, at)
            ahead = seating.held.get(ticket.id, NOBODY).waiting
        if shut is None and not is_now and not _may_wait(event, at):
            shut = Standing.FULL
        found[ticket.id] = Prospect(is_now, ahead, shut, ticket.id == registration.wants_type_id)
    return found


def has_room(seating: Seating, type_id: int, before: int) -> bool:
    """Tell whether a ticket type has room for somebody who gives up a seat for it, when `before` others get theirs."""
    room = seating.room(type_id)
    return room is None or room > before


def is_free(registration: Registration, seating: Seating, type_id: int) -> bool:
    """Tell whether somebody who waits would find a seat of another ticket type that nobody else is to have."""
    others = seating.left_by(registration.ticket_type_id)
    return others.left(registration.event.capacity, type_id) != 0 and not others.is_sought(type_id)


def _may_wait(event: Event, at: datetime) -> bool:
    return event.has_waiting_list and not event.is_list_stopped and deadlines.is_ahead(event, at)


def _partner(registration: Registration) -> int | None:
    """Return the type of whoever is next for the one that somebody has: with them they would exchange at once."""
    if registration.state is not State.CONFIRMED or registration.ticket_type_id is None:
        return None
    wish = seats.first_wish(registration.event_id, registration.ticket_type_id)
    return wish.ticket_type_id if wish is not None and not seats.waiting_before(wish) else None

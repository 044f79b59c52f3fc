"""Where an event stands for somebody who wants a place, by its seats and the ticket types that it offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from eventsvc.events.models import Event
from eventsvc.events.standing import Places, Standing, by_seats, by_time, closing_at, places
from eventsvc.money import Fees
from eventsvc.registration import seats
from eventsvc.registration.models import TicketType
from eventsvc.registration.seating import EMPTY, Seating, Ticket

# What an event is that has ticket types of several standings: the best there is for whoever comes now.
_BEST_FIRST = (Standing.OPEN, Standing.FILLING, Standing.WAITING, Standing.OPENS, Standing.FULL, Standing.CLOSED)


def of(event: Event, at: datetime) -> Places:
    """Tell where one event stands."""
    return told(event, seats.taken(event.id, at), at)


def by_event(events: Iterable[Event], at: datetime) -> dict[int, Places]:
    """Tell where each of many events stands, by one query over all seats."""
    found = list(events)
    taken = seats.taken_by_event([event.id for event in found], at) if found else {}
    return {event.id: told(event, taken.get(event.id, EMPTY), at) for event in found}


def told(event: Event, seating: Seating, at: datetime) -> Places:
    """Tell where an event stands whose seats were counted already: with ticket types, as the best of these."""
    if seating.is_withdrawn:
        shut = by_time(event, at) or Standing.CLOSED
        return Places(shut, seating.seated, seating.waiting, 0, event.capacity, is_withdrawn=True)
    if not seating.tickets:
        return places(event, seating.seated, seating.waiting, at)
    offered = public(seating)
    current = [ticket for ticket in offered if by_window(ticket, at) is None] or offered
    return Places(
        by_time(event, at) or _best(event, offered, seating, at),
        seating.seated,
        seating.waiting,
        _least(_free(event, seating), _all(seating, current, is_left=True)),
        _least(event.capacity, _all(seating, current, is_left=False)),
        opens_at=_opening(event, offered, at),
        closes_at=_closing(event, offered),
        fees=Fees.among((ticket.fee_cents, ticket.currency) for ticket in offered),
        is_by_invitation=not offered,
    )


def public(seating: Seating) -> Sequence[Ticket]:
    """Return the ticket types an event's page tells of: what everybody is shown, or else what a code opens."""
    shown = [ticket for ticket in seating.tickets if ticket.is_shown]
    return shown or [ticket for ticket in seating.tickets if ticket.is_by_code]


def for_type(event: Event, ticket: Ticket | TicketType | None, seating: Seating, at: datetime) -> Places:
    """Tell where an event stands for whoever wants one of its ticket types; None: for an event without any."""
    shut = by_time(event, at) or (by_window(ticket, at) if ticket else None)
    there = by_seats_for(event, ticket, seating)
    return there if shut is None else Places(shut, there.seated, there.waiting, there.left, there.capacity)


def by_seats_for(event: Event, ticket: Ticket | TicketType | None, seating: Seating) -> Places:
    """Tell the same by the seats alone, whatever the hour."""
    if ticket is None and seating.is_withdrawn:
        return Places(Standing.CLOSED, seating.seated, seating.waiting, 0, event.capacity, is_withdrawn=True)
    type_id = ticket.id if ticket else None
    left = seating.left(event.capacity, type_id)
    capacity = _least(event.capacity, ticket.capacity if ticket else None)
    standing = by_seats(event, capacity, left, is_sought=seating.is_sought(type_id))
    return Places(standing, seating.seated, seating.waiting, left, capacity)


def by_window(ticket: Ticket | TicketType, at: datetime) -> Standing | None:
    """Tell where a ticket type stands by its own window; None while people can register."""
    if ticket.opens_at is not None and at < ticket.opens_at:
        return Standing.OPENS
    return Standing.CLOSED if ticket.closes_at is not None and at >= ticket.closes_at else None


def _best(event: Event, offered: Sequence[Ticket], seating: Seating, at: datetime) -> Standing:
    found = {for_type(event, ticket, seating, at).standing for ticket in offered}
    return next((standing for standing in _BEST_FIRST if standing in found), Standing.CLOSED)


def _all(seating: Seating, offered: Sequence[Ticket], *, is_left: bool) -> int | None:
    """Add up what the own limits of ticket types leave, or what these limits are; None where one has none."""
    counts = [seating.room(ticket.id) if is_left else ticket.capacity for ticket in offered]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _free(event: Event, seating: Seating) -> int | None:
    return None if event.capacity is None else max(0, event.capacity - seating.seated)


def _opening(event: Event, offered: Sequence[Ticket], at: datetime) -> datetime | None:
    """Return when the first ticket type opens that has not; None while the event's own hour is the later one."""
    coming = [ticket.opens_at for ticket in offered if ticket.opens_at is not None and ticket.opens_at > at]
    if not coming or len(coming) < len(offered):
        return event.registration_opens_at
    first = min(coming)
    return first if event.registration_opens_at is None else max(first, event.registration_opens_at)


def _closing(event: Event, offered: Sequence[Ticket]) -> datetime | None:
    """Return when the last ticket type closes, and the event's registration at the latest."""
    if event.starts_at is None:
        return None
    end = closing_at(event)
    return min(end, max((ticket.closes_at or end for ticket in offered), default=end))


def _least(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)

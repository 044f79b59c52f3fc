"""Where an event stands for somebody who wants a place, by its seats and the ticket types that it offers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from eventsvc.events.models import Event
from eventsvc.events.standing import Places, Standing, by_seats, by_time, places
from eventsvc.registration import seats
from eventsvc.registration.models import TicketType
from eventsvc.registration.seating import EMPTY, Seating


def of(event: Event, at: datetime) -> Places:
    """Tell where one event stands."""
    return told(event, seats.taken(event.id, at), at)


def by_event(events: Iterable[Event], at: datetime) -> dict[int, Places]:
    """Tell where each of many events stands, by one query over all seats."""
    found = list(events)
    taken = seats.taken_by_event([event.id for event in found], at) if found else {}
    return {event.id: told(event, taken.get(event.id, EMPTY), at) for event in found}


def told(event: Event, seating: Seating, at: datetime) -> Places:
    """Tell where an event stands whose seats were counted already."""
    return places(event, seating.seated, seating.waiting, at)


def for_type(event: Event, ticket_type: TicketType | None, seating: Seating, at: datetime) -> Places:
    """Tell where an event stands for whoever wants one of its ticket types; None: for an event without any."""
    shut = by_time(event, at) or (_by_window(ticket_type, at) if ticket_type else None)
    there = by_seats_for(event, ticket_type, seating)
    return there if shut is None else Places(shut, there.seated, there.waiting, there.left)


def by_seats_for(event: Event, ticket_type: TicketType | None, seating: Seating) -> Places:
    """Tell the same by the seats alone, whatever the hour."""
    type_id = ticket_type.id if ticket_type else None
    left = seating.left(event.capacity, type_id)
    own = ticket_type.capacity if ticket_type else None
    capacity = event.capacity if own is None else own if event.capacity is None else min(own, event.capacity)
    standing = by_seats(event, capacity, left, is_sought=seating.is_sought(type_id))
    return Places(standing, seating.seated, seating.waiting, left)


def _by_window(ticket_type: TicketType, at: datetime) -> Standing | None:
    if ticket_type.opens_at is not None and at < ticket_type.opens_at:
        return Standing.OPENS
    return Standing.CLOSED if ticket_type.closes_at is not None and at >= ticket_type.closes_at else None

"""Who may have a ticket type: by its window, by whom it is for, and by an access code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from eventsvc.registration import codes, errors, offering, standings
from eventsvc.registration.models import AccessCode, PersonalInvitation, TicketType, Visibility
from eventsvc.registration.seating import Seating

_IDS = sa.select(TicketType.id).where(TicketType.event_id == sa.bindparam("event_id"), TicketType.is_retired.is_(False))


@dataclass(frozen=True, slots=True)
class Leave:
    """With what somebody comes: the ticket type they want, a `code` as typed, and what they need not show.

    Whoever `is_admitted` needs no code and no domain, who `skips_window` no opening hours, who `is_proven` no proof of
    address. `switches_id` is the registration of who has a ticket and wants another. `invitation` is the one they came
    by, if any; it may keep a seat for them.
    """

    ticket_type_id: int | None = None
    code: str | None = None
    is_admitted: bool = False
    skips_window: bool = False
    is_proven: bool = False
    switches_id: int = 0
    invitation: PersonalInvitation | None = None
    has_kept_seat: bool = False

    def without_kept(self, seating: Seating) -> Seating:
        """Return the seating without the seat that is kept for whoever comes: to them it is free."""
        if self.invitation is None or not self.has_kept_seat:
            return seating
        return seating.released(self.invitation.ticket_type_id)

    def is_good_elsewhere(self, event: Event, seating: Seating) -> bool:
        """Tell whether a seat is kept that may be of another kind than the one that is full."""
        is_open = self.invitation is not None and self.invitation.ticket_type_id is None
        return self.has_kept_seat and is_open and seating.left(event.capacity, None) != 0


def chosen(event: Event, ticket_type_id: int | None, *, has_types: bool) -> TicketType | None:
    """Read a ticket type again under the turnstile; where an event has but one, that is meant without a word.

    Raises TicketTypeGone for one that is not this event's or is retired, TicketTypeNeeded where one is to be chosen,
    TicketsWithdrawn where all are retired: nobody comes in for nothing because there is nothing to have.
    """
    if ticket_type_id is None:
        if not has_types:
            return None
        offered = list(db.session.scalars(_IDS, {"event_id": event.id}))
        if len(offered) != 1:
            raise errors.TicketTypeNeeded if offered else errors.TicketsWithdrawn
        ticket_type_id = offered[0]
    found = db.session.get(TicketType, ticket_type_id, populate_existing=True)
    if found is None or found.event_id != event.id or found.is_retired:
        raise errors.TicketTypeGone
    return found


def admit(ticket_type: TicketType, address: str, leave: Leave, *, by: Actor, at: datetime) -> AccessCode | None:
    """Let somebody at a ticket type, and return the access code that this uses up once, if any.

    Organisers pass. Raises TicketTypeNotOpenYet, TicketTypeClosed, DomainNeeded, CodeNeeded, CodeElsewhere or what
    `codes.known` raises; TicketTypeGone for what is by personal invitation, as the page shows that to nobody else.
    """
    if by.is_organiser:
        return None
    if not leave.skips_window:
        _check_window(ticket_type, at)
    if leave.is_admitted:
        return None
    match ticket_type.visibility:
        case Visibility.DOMAIN:
            _check_domain(ticket_type, address)
        case Visibility.CODE:
            return _code(ticket_type, leave, at)
        case Visibility.INVITATION:
            raise errors.TicketTypeGone
    return None


def pass_on(ticket_type: TicketType, address: str, *, by: Actor) -> None:
    """Let somebody take over a ticket that another came by: its code or invitation goes along, a domain does not.

    Raises DomainNeeded.
    """
    if not by.is_organiser and ticket_type.visibility is Visibility.DOMAIN:
        _check_domain(ticket_type, address)


def _check_window(ticket_type: TicketType, at: datetime) -> None:
    match standings.by_window(ticket_type, at):
        case Standing.OPENS:
            raise errors.TicketTypeNotOpenYet
        case Standing.CLOSED:
            raise errors.TicketTypeClosed


def _check_domain(ticket_type: TicketType, address: str) -> None:
    domains = offering.domains(ticket_type)
    if not offering.is_at(address, domains):
        raise errors.DomainNeeded(ticket_type.name, domains)


def _code(ticket_type: TicketType, leave: Leave, at: datetime) -> AccessCode:
    code = codes.known(ticket_type.event_id, leave.code, at, but=leave.switches_id)
    if code is None:
        raise errors.CodeNeeded
    if not codes.opens(code, ticket_type):
        raise errors.CodeElsewhere
    return code

"""The ticket types of an event: which there are, and which of them somebody may have."""

from __future__ import annotations

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.registration import codes
from eventsvc.registration.models import AccessCode, TicketType, Visibility

_all = (
    sa.select(TicketType)
    .where(TicketType.event_id == sa.bindparam("event_id"))
    .order_by(TicketType.position, TicketType.id)
)
_offered = _all.where(TicketType.is_retired.is_(False))
_named = sa.select(TicketType).where(
    TicketType.event_id == sa.bindparam("event_id"), TicketType.public_id == sa.bindparam("public_id")
)


def every(event_id: int) -> list[TicketType]:
    """Return the ticket types of an event in their order, the retired ones among them."""
    return list(db.session.scalars(_all, {"event_id": event_id}))


def offered(event_id: int) -> list[TicketType]:
    """Return those that are offered still."""
    return list(db.session.scalars(_offered, {"event_id": event_id}))


def named(event_id: int, public_id: str) -> TicketType | None:
    """Return a ticket type by the id that stands in addresses and forms."""
    return db.session.scalar(_named, {"event_id": event_id, "public_id": public_id})


def is_seen(ticket_type: TicketType, code: AccessCode | None) -> bool:
    """Tell whether a ticket type is shown to somebody who has a code, or none."""
    if ticket_type.visibility is Visibility.CODE:
        return code is not None and codes.opens(code, ticket_type)
    return ticket_type.visibility in {Visibility.EVERYONE, Visibility.DOMAIN}


def domains(ticket_type: TicketType) -> list[str]:
    """Return the domains whose addresses a ticket type is for."""
    return [line.strip() for line in ticket_type.domains.splitlines() if line.strip()]


def is_at(address: str, domains: list[str]) -> bool:
    """Tell whether an address is at one of some domains, or at a subdomain of one."""
    at = address.rpartition("@")[2].lower().rstrip(".")
    return any(at == domain or at.endswith(f".{domain}") for domain in map(str.lower, domains))

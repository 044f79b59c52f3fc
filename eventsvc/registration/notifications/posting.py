"""How a letter about a registration is laid: to whom, under which key, with which calendar entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventsvc.calendars import entries
from eventsvc.mail import outbox
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Recipient
from eventsvc.registration import told
from eventsvc.registration.models import Registration

# The letters that a registration begins with.
_FIRST = frozenset({"registered", "waitlisted", "prove_address", "taken_over"})
NOBODY = {"given_name": "", "reference": "", "join_url": "", "deleted_on": None}


def post(
    kind: str,
    registration: Registration,
    facts: dict[str, Any],
    *,
    key: str,
    at: datetime,
    about: str | None = None,
    address: str | None = None,
    is_held_back: bool = False,
    is_first: bool | None = None,
) -> Message | None:
    """Lay the letter; there is none to somebody without an address, whom an organiser added by hand."""
    if not (address or registration.email):
        return None
    event = registration.event
    to = Recipient(
        address or registration.email or "",
        "" if address else registration.name,
        registration.language,
        event.contact_email,
    )
    return outbox.post(
        kind,
        to,
        told.of(registration) | facts,
        key=key,
        about=about or f"registration:{registration.id}",
        at=at,
        event_id=event.id,
        registration_id=registration.id,
        is_first=kind in _FIRST if is_first is None else is_first,
        is_held_back=is_held_back,
    )


def with_invitation(registration: Registration, *, ahead: int = 0) -> dict[str, Any]:
    """Return the calendar entry as it stands, counted on for this person, and `ahead` of that."""
    invitation = entries.invitation_of(registration.event)
    if invitation is None:
        return {}
    counted = told.counted(invitation, registration)
    return {"invitation": counted | {"sequence": counted["sequence"] + ahead}}


def until(moment: datetime | None) -> dict[str, Any]:
    return {"until": moment.isoformat()} if moment else {}


def once(kind: str, registration: Registration) -> str:
    """Name a letter about this transition: a registration may come into a state more than once."""
    return f"{kind}:{registration.id}:{registration.revision}"


def second(at: datetime) -> int:
    return int(at.timestamp())

"""How a letter about a registration is laid: to whom, under which key, with which calendar entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import force_locale

from eventsvc.calendars import entries, showings
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


def with_ending(registration: Registration, why: Callable[[], str], *, ahead: int = 0) -> dict[str, Any]:
    """Return the like for a calendar that is to let it go; `why` begins its title, in the event's language."""
    facts = with_invitation(registration, ahead=ahead)
    if not facts:
        return {}
    with force_locale(registration.event.language):
        said = showings.parted(facts["invitation"]["facts"], why())
    return {"invitation": {**facts["invitation"], "facts": said}}


def until(moment: datetime | None) -> dict[str, Any]:
    return {"until": moment.isoformat()} if moment else {}


def once(kind: str, registration: Registration) -> str:
    """Name a letter about this transition: a registration may come into a state more than once."""
    return f"{kind}:{registration.id}:{registration.revision}"


def second(at: datetime) -> int:
    return int(at.timestamp())

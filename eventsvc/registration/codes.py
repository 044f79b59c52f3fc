"""Access codes: how they are read as people type them, what they open, and how often they were used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.extensions import db
from eventsvc.registration import errors
from eventsvc.registration.models import LIVE, AccessCode, Registration, TicketType, Visibility

SHORTEST, LONGEST = 4, 64

_used = (
    sa.select(Registration.access_code_id, sa.func.count())
    .where(Registration.access_code_id.in_(sa.bindparam("ids", expanding=True)), Registration.state.in_(LIVE))
    .group_by(Registration.access_code_id)
)


def folded(typed: str) -> str:
    """Read a code as people type it: any case, spaces and dashes left out."""
    return tokens.as_typed(typed)[:LONGEST]


def known(event_id: int, typed: str | None, at: datetime) -> AccessCode | None:
    """Return the code that somebody typed, None where they typed none.

    Raises CodeNotKnown, CodeOver or CodeUsedUp. Whoever decides by it holds the turnstile.
    """
    if not typed or not typed.strip():
        return None
    asked = sa.select(AccessCode).where(AccessCode.event_id == event_id, AccessCode.code == folded(typed))
    found = db.session.scalar(asked.execution_options(populate_existing=True))
    if found is None or found.is_stopped:
        raise errors.CodeNotKnown
    if found.closes_at is not None and at >= found.closes_at:
        raise errors.CodeOver
    if found.uses is not None and used([found.id]).get(found.id, 0) >= found.uses:
        raise errors.CodeUsedUp
    return found


def opens(code: AccessCode, ticket_type: TicketType) -> bool:
    """Tell whether a code lets people at a ticket type: its own, or every one that needs a code."""
    is_by_code = ticket_type.visibility is Visibility.CODE and code.event_id == ticket_type.event_id
    return is_by_code and code.ticket_type_id in {None, ticket_type.id}


def used(ids: list[int]) -> dict[int, int]:
    """Count the live registrations that came by each of these codes."""
    rows: Iterable[Any] = db.session.execute(_used, {"ids": ids}).all() if ids else ()
    return dict(rows)

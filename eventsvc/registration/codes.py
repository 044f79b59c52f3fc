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


def _by(column: Any) -> sa.Select[Any]:
    here = column.in_(sa.bindparam("ids", expanding=True))
    is_other = Registration.id != sa.bindparam("but")
    return sa.select(column.label("code_id"), Registration.id).where(here, is_other, Registration.state.in_(LIVE))


# Whoever came by a code and wishes for another ticket by the same has used it once.
_uses = sa.union(_by(Registration.access_code_id), _by(Registration.wants_code_id)).subquery()
_used = sa.select(_uses.c.code_id, sa.func.count()).group_by(_uses.c.code_id)


def folded(typed: str) -> str:
    """Read a code as people type it: any case, spaces and dashes left out."""
    return tokens.as_typed(typed)[:LONGEST]


def known(event_id: int, typed: str | None, at: datetime, *, but: int = 0) -> AccessCode | None:
    """Return the code that somebody typed, None where they typed none.

    `but` is the registration of whoever came by it and goes on by it: its use is theirs. Raises CodeNotKnown, CodeOver
    or CodeUsedUp. Whoever decides by it holds the turnstile.
    """
    if not typed or not typed.strip():
        return None
    asked = sa.select(AccessCode).where(AccessCode.event_id == event_id, AccessCode.code == folded(typed))
    found = db.session.scalar(asked.execution_options(populate_existing=True))
    if found is None or found.is_stopped:
        raise errors.CodeNotKnown
    if found.closes_at is not None and at >= found.closes_at:
        raise errors.CodeOver
    if found.uses is not None and used([found.id], but=but).get(found.id, 0) >= found.uses:
        raise errors.CodeUsedUp
    return found


def opens(code: AccessCode, ticket_type: TicketType) -> bool:
    """Tell whether a code lets people at a ticket type: its own, or every one that needs a code."""
    is_by_code = ticket_type.visibility is Visibility.CODE and code.event_id == ticket_type.event_id
    return is_by_code and code.ticket_type_id in {None, ticket_type.id}


def of(registration: Registration) -> AccessCode | None:
    """Return the code that the ticket somebody has needed and came by; None where it needs none."""
    if registration.access_code_id is None or registration.ticket_type is None:
        return None
    code = db.session.get_one(AccessCode, registration.access_code_id, populate_existing=True)
    return code if opens(code, registration.ticket_type) else None


def is_used_up(registration: Registration) -> bool:
    """Tell whether others have used up meanwhile the code that somebody came by.

    Whoever decides by it holds the turnstile. Who registered again with the same address is nobody else.
    """
    code = of(registration)
    if code is None or code.uses is None:
        return False
    others = sa.select(sa.func.count()).where(
        sa.or_(Registration.access_code_id == code.id, Registration.wants_code_id == code.id),
        Registration.state.in_(LIVE),
        Registration.id != registration.id,
        Registration.email_folded.is_distinct_from(registration.email_folded),
    )
    return (db.session.scalar(others) or 0) >= code.uses


def check_again(registration: Registration) -> AccessCode | None:
    """Let somebody back in by the code they came by before and still need, and return it.

    Its hours do not bind who comes back, as those of registration do not. Raises CodeOver or CodeUsedUp.
    """
    code = of(registration)
    if code is not None and code.is_stopped:
        raise errors.CodeOver
    if is_used_up(registration):
        raise errors.CodeUsedUp
    return code


def used(ids: list[int], *, but: int = 0) -> dict[int, int]:
    """Count the live registrations that came by each of these codes, or wish for another ticket by it."""
    rows: Iterable[Any] = db.session.execute(_used, {"ids": ids, "but": but}).all() if ids else ()
    return dict(rows)

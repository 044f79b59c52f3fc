"""Access codes: made, and stopped."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import codes, errors
from eventsvc.registration.models import AccessCode, TicketType
from eventsvc.registration.rules.holding import hold


def add_code(
    event: Event,
    typed: str,
    *,
    ticket_type: TicketType | None = None,
    note: str = "",
    uses: int | None = None,
    closes_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> AccessCode:
    """Make an access code, one of our own where none is typed; without a `ticket_type` it opens all that need a code.

    Raises CodeTooShort or CodeTaken.
    """
    code = codes.folded(typed) if typed.strip() else tokens.reference()
    if len(code) < codes.SHORTEST:
        raise errors.CodeTooShort
    hold(event.id)
    same = sa.select(AccessCode.id).where(AccessCode.event_id == event.id, AccessCode.code == code)
    if db.session.scalar(same) is not None:
        raise errors.CodeTaken
    made = AccessCode(
        event_id=event.id,
        ticket_type_id=ticket_type.id if ticket_type else None,
        code=code,
        note=note,
        uses=uses,
        closes_at=closes_at,
        created_at=at,
    )
    db.session.add(made)
    db.session.flush()
    # The code itself is a secret to those who read the log.
    said = {"note": note, "uses": uses, "ticket_type": ticket_type.name if ticket_type else None}
    audit.record("code.made", made, by=by, at=at, event_id=event.id, after=said)
    return made


def stop_code(code: AccessCode, *, is_stopped: bool, by: Actor, at: datetime) -> None:
    """Let a code open nothing any more, or again; who came by it keeps their place."""
    hold(code.event_id)
    db.session.refresh(code)
    if code.is_stopped == is_stopped:
        return
    code.is_stopped = is_stopped
    db.session.flush()
    act = "code.stopped" if is_stopped else "code.restored"
    audit.record(act, code, by=by, at=at, event_id=code.event_id, after={"note": code.note})

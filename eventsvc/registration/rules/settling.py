"""What falls due by itself: offers that ran out, seats kept too long, and silence where an answer was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import invitees
from eventsvc.registration.models import PersonalInvitation, Registration, State
from eventsvc.registration.rules.holding import is_over
from eventsvc.registration.rules.moving import move


def settle(event: Event, *, at: datetime) -> int:
    """Move whoever's time is over to expired, in turn, and return how many; the caller holds the turnstile.

    Seats that invitations kept until now are kept no longer; the invitations still open the form. While an event is
    cancelled or a draft nobody loses anything, and once it is over nobody is written to any more.
    """
    if event.status is not Status.PUBLISHED or is_over(event, at):
        return 0
    expired = _due(event.id, at)
    for registration in expired:
        move(registration, State.EXPIRED, by=SYSTEM, at=at)
    for invitation in invitees.lapsed(event.id, at):
        release(invitation, by=SYSTEM, at=at)
    return len(expired)


def due_events(*, at: datetime) -> list[int]:
    """Return the events at which something is due; a look that takes no lock and reads a small index."""
    is_ahead = sa.or_(Event.ends_at.is_(None), Event.ends_at > at)
    moved = sa.select(Registration.event_id).where(_is_due(at))
    # Asked of each event apart, as an index has the moments of each.
    kept = sa.select(PersonalInvitation.id).where(PersonalInvitation.event_id == Event.id, invitees.is_lapsed(at))
    asked = sa.select(Event.id).where(
        Event.status == Status.PUBLISHED, is_ahead, sa.or_(Event.id.in_(moved), kept.exists())
    )
    return list(db.session.scalars(asked.order_by(Event.id)))


def release(invitation: PersonalInvitation, *, by: Actor, at: datetime) -> None:
    """Keep no seat for an invitation any more; the caller serves the list."""
    kept = invitation.reserved_until
    invitation.reserved_until = None
    db.session.flush()
    before = {"reserved_until": kept.isoformat() if kept else None}
    audit.record("release seat", invitation, by=by, at=at, event_id=invitation.event_id, before=before)


def _due(event_id: int, at: datetime) -> Sequence[Registration]:
    asked = sa.select(Registration).where(Registration.event_id == event_id, _is_due(at)).order_by(Registration.turn)
    return db.session.scalars(asked.execution_options(populate_existing=True)).all()


def _is_due(at: datetime) -> sa.ColumnElement[bool]:
    # The first line is the index's own condition: a planner that sees it reads nobody else.
    return sa.and_(
        sa.or_(Registration.state == State.OFFERED, Registration.interest_due_at.is_not(None)),
        sa.or_(
            sa.and_(Registration.state == State.OFFERED, Registration.offer_expires_at <= at),
            sa.and_(Registration.state == State.WAITLISTED, Registration.interest_due_at <= at),
        ),
    )

"""What organisers do with a waiting list: put somebody first, and ask who still wants a place."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import deadlines, errors, notifications
from eventsvc.registration.models import Registration, State
from eventsvc.registration.rules.holding import flush, hold, hold_again, is_ahead
from eventsvc.registration.rules.serving import serve

ASK_EVERY = timedelta(hours=1)
_ASKED = "ask who stays"


def prioritise(registration: Registration, *, is_first: bool, reason: str, by: Actor, at: datetime) -> None:
    """Put a waiting person before everybody else, or back where their turn is. Raises NotWaiting, NoReason."""
    event = hold_again(registration)
    if not reason.strip():
        raise errors.NoReason
    if registration.state is not State.WAITLISTED:
        raise errors.NotWaiting
    before, after = registration.priority, _highest(event.id, registration.id) + 1 if is_first else 0
    if before == after:
        return
    registration.priority = after
    flush()
    audit.record(
        "prioritise",
        registration,
        by=by,
        at=at,
        event_id=event.id,
        before={"priority": before},
        after={"priority": after},
        reason=reason.strip(),
    )


def ask_who_stays(event: Event, *, hours: int, by: Actor, at: datetime) -> int:
    """Ask everybody on the waiting list whether they still want a place, and return how many letters that makes.

    Whoever says nothing until then leaves the list, and is told how to come back.
    Raises AskedJustNow, NobodyWaits, PromotionOver.
    """
    db.session.flush()
    event, _turn = hold(event.id)
    serve(event, by=SYSTEM, at=at)
    if not is_ahead(event, at):
        raise errors.PromotionOver
    if _was_asked(event.id, at - ASK_EVERY):
        raise errors.AskedJustNow
    due_at = deadlines.answer_until(event, hours, at)
    people = list(db.session.scalars(asked(event.id).execution_options(populate_existing=True)))
    if not people:
        raise errors.NobodyWaits
    for registration in people:
        registration.interest_due_at = due_at
    flush()
    said = {"letters": len(people), "interest_due_at": due_at.isoformat()}
    audit.record(_ASKED, event, by=by, at=at, event_id=event.id, after=said)
    notifications.still_interested(event, people, due_at, at=at)
    return len(people)


def stay(registration: Registration, *, by: Actor, at: datetime) -> bool:
    """Say that one still wants a place; tell whether it was in time. Saying it twice is harmless. Raises NotWaiting.

    Silence that is over is moved to expired, so the door commits in either case.
    """
    event = hold_again(registration)
    serve(event, by=SYSTEM, at=at)
    if registration.state is State.EXPIRED:
        return False
    if not registration.has_seat and registration.state is not State.WAITLISTED:
        raise errors.NotWaiting
    if registration.interest_due_at is not None:
        registration.interest_due_at = None
        flush()
        audit.record("stay", registration, by=by, at=at, event_id=event.id)
    return True


def asked(event_id: int) -> sa.Select[Registration]:
    """Select whom a round asks: everybody who waits and has an address, in turn."""
    return (
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.state == State.WAITLISTED,
            Registration.email.is_not(None),
        )
        .order_by(Registration.priority.desc(), Registration.turn)
    )


def _was_asked(event_id: int, since: datetime) -> bool:
    found = sa.select(AuditEntry.id).where(
        AuditEntry.event_id == event_id, AuditEntry.act == _ASKED, AuditEntry.at > since
    )
    return db.session.scalar(found.limit(1)) is not None


def _highest(event_id: int, but: int) -> int:
    others = sa.select(sa.func.max(Registration.priority)).where(
        Registration.event_id == event_id, Registration.state == State.WAITLISTED, Registration.id != but
    )
    return db.session.scalar(others) or 0

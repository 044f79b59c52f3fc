"""Whether a cancellation can still be undone: within the hour, and while nobody else was served."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import codes, inheriting
from eventsvc.registration.deadlines import UNDO
from eventsvc.registration.models import Registration, State
from eventsvc.registration.seating import Seating


def until(registration: Registration) -> datetime:
    """Return until when a cancellation may be undone, if it can be at all."""
    return registration.state_at + UNDO


def state_to_come_back_to(
    registration: Registration, event: Event, seating: Seating, *, by: Actor, at: datetime
) -> State | None:
    """Return the state that undoing leads back to; None: it cannot be undone.

    A seat comes back while it is free and nobody waits who would take it, and by an access code only while that was not
    used up by others; and nothing does once others have taken up to its limit what was chosen. An attendee undoes what
    they did themselves; what an organiser did an organiser undoes.
    """
    if not _is_recent(registration, at) or not _is_on(event, at) or not _was_cancelled(registration, by):
        return None
    if not by.is_organiser and codes.is_used_up(registration):
        return None
    was_waiting = registration.came_from is State.WAITLISTED
    is_kept = _is_list_open(event, at) if was_waiting else _has_place(registration, event, seating, at)
    return registration.came_from if is_kept and not inheriting.full(registration.id) else None


def last_transition(registration: Registration) -> tuple[str, str]:
    """Return by which act, and whose, a registration came into its state."""
    last = db.session.execute(
        sa.select(AuditEntry.act, AuditEntry.actor)
        .where(
            AuditEntry.subject == Registration.__tablename__,
            AuditEntry.subject_id == registration.id,
            AuditEntry.after["state"].as_string().is_not(None),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    return (last.act, last.actor) if last else ("", "")


def _is_recent(registration: Registration, at: datetime) -> bool:
    is_cancelled = registration.state is State.CANCELLED and registration.erased_at is None
    return is_cancelled and at < until(registration)


def _is_on(event: Event, at: datetime) -> bool:
    return event.status is Status.PUBLISHED and (event.ends_at is None or at < event.ends_at)


def _is_list_open(event: Event, at: datetime) -> bool:
    is_before = event.starts_at is None or at < event.starts_at
    return event.has_waiting_list and not event.is_list_stopped and is_before


def _has_place(registration: Registration, event: Event, seating: Seating, at: datetime) -> bool:
    type_id, expires_at = registration.ticket_type_id, registration.offer_expires_at
    if registration.came_from is State.OFFERED and (expires_at is None or expires_at <= at):
        return False
    if registration.came_from not in (State.OFFERED, State.CONFIRMED):
        return False
    return seating.left(event.capacity, type_id) != 0 and not seating.is_sought(type_id)


def _was_cancelled(registration: Registration, by: Actor) -> bool:
    """Tell whether the last that happened was a cancellation that this actor may undo; a place handed on is none."""
    act, actor = last_transition(registration)
    return act == "cancel" and (by.is_organiser or actor == by.kind.value)

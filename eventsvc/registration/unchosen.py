"""Sessions with seats of their own that somebody left within the hour, and may still have back as they had them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import choices
from eventsvc.registration.choices import NO_SEATS
from eventsvc.registration.deadlines import UNDO
from eventsvc.registration.models import SEATED, Registration

LEFT_SEAT, LEFT_LIST = "unchoose session", "leave session list"
# What else becomes of somebody's choice of a session; whatever came last counts.
_ACTS = (LEFT_SEAT, LEFT_LIST, "choose session", "wait for session", "session seat")


@dataclass(frozen=True, slots=True)
class Left:
    """A session somebody left: their seat in it, or their `turn` on its waiting list. It is theirs again `until`."""

    item: Item
    until: datetime
    was_waiting: bool
    turn: int


def of(registration: Registration, *, by: Actor, at: datetime) -> list[Left]:
    """Return what somebody may have back, by time: a seat while nobody else has it or waits for it, a turn always.

    An attendee takes back what they did themselves; what an organiser did an organiser takes back.
    """
    last = _last(registration, at)
    gone = {name: entry for name, entry in last.items() if entry.act in (LEFT_SEAT, LEFT_LIST)}
    theirs = {name: entry for name, entry in gone.items() if by.is_organiser or entry.actor == by.kind.value}
    if not theirs:
        return []
    seats = choices.seats(registration.event_id)
    found: list[Left] = []
    for item in reading.items(registration.event_id):
        entry = theirs.get(item.public_id)
        if entry is None or item.capacity is None or item.is_cancelled:
            continue
        was_waiting = entry.act == LEFT_LIST
        is_free = registration.state in SEATED and seats.get(item.session_id, NO_SEATS).left(item.capacity) > 0
        if was_waiting or is_free:
            found.append(Left(item, entry.at + UNDO, was_waiting, entry.before.get("turn", registration.turn)))
    return found


def _last(registration: Registration, at: datetime) -> dict[str, AuditEntry]:
    """Return what happened last within the hour with each session, by its public id."""
    happened = db.session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.subject == Registration.__tablename__,
            AuditEntry.subject_id == registration.id,
            AuditEntry.act.in_(_ACTS),
            AuditEntry.at > at - UNDO,
        )
        .order_by(AuditEntry.id)
    )
    return {str((entry.before or entry.after).get("session_id", "")): entry for entry in happened}

"""How every act on an event begins and ends, and what it means for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.columns import snapshot
from eventsvc.events import contents
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import seats
from eventsvc.registration.models import Registration

STATES = ("status", "cancellation_note", "published_at", "cancelled_at", "revision")


@dataclass(frozen=True, slots=True)
class Done:
    """What an act meant for people: who got a seat by it, and how many letters tell of it."""

    moved_up: tuple[Registration, ...] = ()
    told: int = 0


def hold(event: Event) -> None:
    """Pass the event's turnstile, and read it again: nobody edits or counts beside whoever holds it."""
    db.session.flush()
    seats.hold(event.id)
    db.session.refresh(event)


def finish(act: str, event: Event, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Write down what an act changed, and let calendars show it."""
    db.session.flush()
    record(act, event, before, contents.of(event) | snapshot(event, STATES), by=by, at=at)
    entries.refresh(event, at=at)


def record(act: str, event: Event, before: dict[str, Any], after: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Write down what an act changed; it says nothing of what it did not look at."""
    seen = {name: value for name, value in after.items() if not before or name in before}
    audit.record(act, event, by=by, at=at, event_id=event.id, before=before, after=seen)

"""Passing the turnstile: every act on registrations begins here."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail import holdings
from eventsvc.registration import deadlines, errors, seats
from eventsvc.registration.models import Registration, Turnstile

# Built once, as it is asked while others wait at the turnstile.
_AGAIN = (
    sa.select(Event)
    .where(Event.id == sa.bindparam("event_id"))
    .options(joinedload(Event.venue))
    .execution_options(populate_existing=True)
)
_ASKING = _AGAIN.add_columns(Turnstile.form).join(Turnstile, Turnstile.event_id == Event.id)
# Rules read it here, beside `is_over`.
is_ahead = deadlines.is_ahead


def hold(event_id: int, *, turns: int = 1) -> tuple[Event, int]:
    """Hold the turnstile, then read the event again: the one in hand may be from before the wait."""
    turn = seats.hold(event_id, turns=turns)
    return db.session.scalars(_AGAIN, {"event_id": event_id}).one(), turn


def hold_asking(event_id: int) -> tuple[Event, int, str]:
    """Hold the turnstile as `hold` does, and read along with the event the name of what it asks now."""
    turn = seats.hold(event_id)
    event, asks = db.session.execute(_ASKING, {"event_id": event_id}).one()
    return event, turn, asks


def hold_again(registration: Registration) -> Event:
    """Hold the turnstile of a registration's event, then read both again."""
    event, _turn = hold(registration.event_id)
    db.session.refresh(registration)
    return event


def flush() -> None:
    """Write what waits; the unique index on live addresses is the second wall behind the look."""
    try:
        db.session.flush()
    except IntegrityError as error:
        if "email_folded" not in str(error.orig) and "live_address" not in str(error.orig):
            raise
        raise errors.AlreadyRegistered from None


def count_on(registration: Registration, steps: int) -> None:
    """Let all that somebody's calendar hears count higher from now: by their feed, and by letters that still wait."""
    registration.calendar_offset += steps
    flush()
    holdings.count_on(registration.id, steps)


def is_over(event: Event, at: datetime) -> bool:
    """Tell whether an event has ended."""
    return event.ends_at is not None and event.ends_at <= at


def takes_place(event: Event, at: datetime) -> bool:
    """Tell whether an event is announced, not cancelled and not over: there is still something to choose."""
    return event.status is Status.PUBLISHED and not is_over(event, at)

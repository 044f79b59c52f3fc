"""What the forms promise: names, addresses and answers go a number of days after an event."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration


def last_day(event: Event) -> date | None:
    """Return the last local day on which an event's registrations are kept; None while it has no date."""
    if event.ends_at is None:
        return None
    # The end of a whole day is the midnight after it.
    ended = (event.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(event.timezone))
    return ended.date() + timedelta(days=event.retention_days)


def due(*, at: datetime, limit: int = 100) -> list[Registration]:
    """Return people who are to be forgotten at `at`, event by event, the oldest first."""
    over = [event.id for event in _ended(at) if _is_past(event, at)]
    query = sa.select(Registration).where(Registration.event_id.in_(over), Registration.erased_at.is_(None))
    return list(db.session.scalars(query.order_by(Registration.event_id, Registration.id).limit(limit)))


def _ended(at: datetime) -> list[Event]:
    """Return events that are over and still know somebody; the day itself is counted in each event's own zone."""
    remembered = sa.exists().where(Registration.event_id == Event.id, Registration.erased_at.is_(None))
    return list(db.session.scalars(sa.select(Event).where(Event.ends_at < at, remembered)))


def _is_past(event: Event, at: datetime) -> bool:
    last = last_day(event)
    return last is not None and at.astimezone(ZoneInfo(event.timezone)).date() > last

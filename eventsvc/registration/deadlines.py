"""Until when: an offered place waits for its answer, people change what they registered, a cancellation is undone."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from eventsvc.accounts.actors import Actor
from eventsvc.events import wall
from eventsvc.events.models import Event, Status
from eventsvc.registration.errors import ChangesClosed

UNDO = timedelta(hours=1)
# Of what is left until the start an answer may take so much, so that there is time to ask others.
_SHARE = 3
_EVENING, _WAKING, _MORNING = time(22), time(8), time(9)
_MINUTE = timedelta(minutes=1)


def answer_until(event: Event, hours: int, at: datetime) -> datetime:
    """Return until when an answer asked for at `at` may take: `hours`, or less near the start, and never after it.

    None runs out while people sleep: what would fall between 22:00 and 08:00 on the event's clock falls at 09:00 in
    the morning after, unless the event begins before that. It is a whole minute, as letters name it.
    """
    due = at + timedelta(hours=hours)
    starts_at = event.starts_at if event.starts_at is not None and event.starts_at > at else None
    if starts_at is not None:
        due = min(due, at + (starts_at - at) / _SHARE)
    due = _awake(_whole_minute(due), event.timezone)
    return due if starts_at is None else min(due, starts_at)


def is_ahead(event: Event, at: datetime) -> bool:
    """Tell whether people may still move up: nobody is called to what has begun, or to what is not announced."""
    return event.status is Status.PUBLISHED and (event.starts_at is None or at < event.starts_at)


def changes_until(event: Event) -> datetime | None:
    """Return until when people change by themselves what they registered; None: there is no end yet."""
    return min((moment for moment in (event.changes_close_at, event.ends_at) if moment is not None), default=None)


def may_change(event: Event, at: datetime) -> bool:
    """Tell whether people may still change by themselves what they registered."""
    until = changes_until(event)
    return until is None or at < until


def check_changes(event: Event, *, by: Actor, at: datetime) -> None:
    """Refuse an attendee who changes too late, and name who can still do it. Raises ChangesClosed."""
    if not by.is_organiser and not may_change(event, at):
        raise ChangesClosed(event.contact_name, event.contact_email)


def _whole_minute(at: datetime) -> datetime:
    cut = at.replace(second=0, microsecond=0)
    return cut if cut == at else cut + _MINUTE


def _awake(due: datetime, timezone: str) -> datetime:
    """Put off what falls in the night until the morning after."""
    shown = wall.clock(due, timezone)
    if _WAKING <= shown.time() < _EVENING:
        return due
    day = shown.date() + timedelta(days=1 if shown.time() >= _EVENING else 0)
    return wall.moment(datetime.combine(day, _MORNING), timezone)

"""What needs an organiser today, read from events, their seats and their letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventsvc.events import wall
from eventsvc.events.models import Event, Status
from eventsvc.events.standing import Places, Standing
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import accepted, lineup
from eventsvc.registration import standings
from eventsvc.registration.models import SEATED, Registration

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Failed:
    """How many letters of an event could not be delivered, and what the last server said."""

    event: Event
    count: int
    answer: str


@dataclass(frozen=True, slots=True)
class Needs:
    """What is to be done, and `coming`: events that are not over, the nearest first, those without a date last."""

    failed: list[Failed]
    filling: list[tuple[Event, Places]]
    opening: list[tuple[Event, int]]
    drafts: list[Event]
    declined: list[tuple[Event, int]]
    clashing: list[tuple[Event, int]]
    coming: list[tuple[Event, Places]]

    @property
    def count(self) -> int:
        each = self.failed, self.filling, self.opening, self.declined, self.clashing
        return sum(len(found) for found in each) + bool(self.drafts)


@dataclass(frozen=True, slots=True)
class Chart:
    """Seats held over time: `points` from 0 at `since` to 1 at `until`."""

    event: Event
    points: list[dict[str, float]]
    since: datetime
    until: datetime
    taken: int


def look(which: sa.ColumnElement[bool], mine: sa.ColumnElement[bool], at: datetime) -> Needs:
    """Look at the events that `which` keeps, and at the programmes of `mine`: as few queries for many as for one."""
    is_ahead = sa.or_(Event.ends_at.is_(None), Event.ends_at > at)
    asked = sa.select(Event).where(which, is_ahead, Event.status.in_((Status.DRAFT, Status.PUBLISHED)))
    events = list(db.session.scalars(asked.order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)))
    there = standings.by_event(events, at)
    standing = [(event, there[event.id]) for event in events]
    published = [(event, found) for event, found in standing if event.status is Status.PUBLISHED]
    return Needs(
        failed=_failed(which),
        filling=[(event, found) for event, found in published if _is_filling(found)],
        opening=[(event, days) for event, _found in published if (days := _days_to_opening(event, at)) is not None],
        drafts=[event for event in events if event.status is Status.DRAFT],
        declined=lineup.declined(mine, at),
        clashing=_clashing(events, mine),
        coming=published,
    )


def chart_of(coming: list[tuple[Event, Places]], at: datetime) -> Chart | None:
    """Draw the event with a limit whose places are going fastest, day by day; None when nobody has registered."""
    candidates = [(found.seated / event.capacity, event) for event, found in coming if event.capacity and found.seated]
    if not candidates:
        return None
    event = max(candidates, key=lambda candidate: candidate[0])[1]
    day = sa.func.date(Registration.registered_at)
    held = sa.select(day, sa.func.count()).where(Registration.event_id == event.id, Registration.state.in_(SEATED))
    counted = [(_midnight(on), count) for on, count in db.session.execute(held.group_by(day).order_by(day))]
    since, until = counted[0][0], max(at, counted[-1][0] + timedelta(days=1))
    total, points = 0, [{"x": 0.0, "value": 0}]
    for moment, count in counted:
        total += count
        points.append({"x": round((moment - since) / (until - since), 4), "value": total})
    return Chart(event, [*points, {"x": 1.0, "value": total}], since, until, total)


def _is_filling(found: Places) -> bool:
    return found.standing is Standing.FILLING or found.waiting > 0


def _days_to_opening(event: Event, at: datetime) -> int | None:
    opens = event.registration_opens_at
    if not event.accepts_registrations or opens is None or not at < opens <= at + SOON:
        return None
    return (wall.clock(opens, event.timezone).date() - wall.clock(at, event.timezone).date()).days


def _clashing(events: list[Event], mine: sa.ColumnElement[bool]) -> list[tuple[Event, int]]:
    """Return those of these events whose programme I make and in which something clashes, and how often."""
    own = set(db.session.scalars(sa.select(Event.id).where(mine)))
    counts = accepted.open_at([event for event in events if event.id in own])
    return [(event, counts[event.id]) for event in events if event.id in counts]


def _failed(which: sa.ColumnElement[bool]) -> list[Failed]:
    failed = (
        sa.select(Event, sa.func.count(), sa.func.max(Message.answer))
        .join(Message, Message.event_id == Event.id)
        .where(which, Message.state == MessageState.FAILED)
        .group_by(Event.id)
        .order_by(Event.id)
    )
    return [Failed(event, count, answer) for event, count, answer in db.session.execute(failed)]


def _midnight(on: object) -> datetime:
    """Read a day as the database writes it: a date on PostgreSQL, a text on SQLite."""
    return datetime.fromisoformat(f"{on}T00:00:00+00:00")

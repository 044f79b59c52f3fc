"""What the forms promise: names, addresses and answers go a number of days after an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from eventsvc import when
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.invitees import NAMES_SOMEBODY
from eventsvc.registration.models import Answer, PersonalInvitation, Question, Registration, RegistrationGroup


def last_day(event: Event) -> date | None:
    """Return the last local day on which an event's registrations are kept; None while it has no date."""
    return _days_after(event, event.retention_days)


def last_day_of(event: Event, kept_days: int | None) -> date | None:
    """Return the last day of answers that are kept for less than the registration is; None for all others."""
    if kept_days is None or kept_days >= event.retention_days:
        return None
    return _days_after(event, kept_days)


def told_of(event: Event, locale: str) -> Callable[[int | None], str]:
    """Return what words the last day of answers that go before the registration does, from their days to keep."""

    def told(kept_days: int | None) -> str:
        last = last_day_of(event, kept_days)
        return when.on(last, locale) if last else ""

    return told


def answers_due(*, at: datetime) -> list[tuple[Event, Question]]:
    """Return the questions whose answers are to be forgotten at `at` though the people are still known."""
    asked = (
        sa.select(Event, Question)
        .join(Question, Question.event_id == Event.id)
        .where(Event.ends_at < at, Question.kept_days.is_not(None))
        .where(sa.exists().where(Answer.question_id == Question.id))
        .order_by(Question.id)
    )
    return [
        (event, question)
        for event, question in db.session.execute(asked)
        if _is_after(_days_after(event, question.kept_days or 0), event, at)
    ]


def due(*, at: datetime, limit: int = 100) -> list[Registration]:
    """Return people who are to be forgotten at `at`, event by event, the oldest first."""
    over = [event.id for event in _ended(at) if _is_past(event, at)]
    query = sa.select(Registration).where(Registration.event_id.in_(over), Registration.erased_at.is_(None))
    return list(db.session.scalars(query.order_by(Registration.event_id, Registration.id).limit(limit)))


def guests_due(*, at: datetime) -> list[int]:
    """Return the ids of events whose invitations and groups are to be forgotten at `at`."""
    invited = sa.exists().where(PersonalInvitation.event_id == Event.id, NAMES_SOMEBODY)
    grouped = sa.exists().where(
        RegistrationGroup.event_id == Event.id,
        sa.or_(RegistrationGroup.contact_email.is_not(None), RegistrationGroup.contact_name != ""),
    )
    over = db.session.scalars(sa.select(Event).where(Event.ends_at < at, sa.or_(invited, grouped)))
    return [event.id for event in over if _is_past(event, at)]


def _ended(at: datetime) -> list[Event]:
    """Return events that are over and still know somebody; the day itself is counted in each event's own zone."""
    remembered = sa.exists().where(Registration.event_id == Event.id, Registration.erased_at.is_(None))
    return list(db.session.scalars(sa.select(Event).where(Event.ends_at < at, remembered)))


def _is_past(event: Event, at: datetime) -> bool:
    return _is_after(last_day(event), event, at)


def _is_after(last: date | None, event: Event, at: datetime) -> bool:
    return last is not None and at.astimezone(ZoneInfo(event.timezone)).date() > last


def _days_after(event: Event, days: int) -> date | None:
    if event.ends_at is None:
        return None
    # The end of a whole day is the midnight after it.
    ended = (event.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(event.timezone))
    return ended.date() + timedelta(days=days)

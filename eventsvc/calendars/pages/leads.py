"""The sentences that the page about subscribing begins with: what the calendar is of, and what may be hoped of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc.calendars.feeds import Detail
from eventsvc.events.models import Status


def of_event(subject: str, event: Any, detail: Detail | None, *, at: datetime) -> str:
    """Say it of one event, as `narrowable.standing` returns it; `detail` is None where there are no sessions to show.

    Nothing is promised of what is cancelled, over, or without a date.
    """
    if event.status is Status.CANCELLED:
        return _("%(subject)s is cancelled, and so it stands in this calendar.", subject=subject)
    if event.starts_at is None:
        return _("%(subject)s has no date yet: it is in your calendar as soon as there is one.", subject=subject)
    if event.ends_at is not None and event.ends_at <= at:
        return _("%(subject)s is over: this calendar shows what has been.", subject=subject)
    if detail is Detail.BOTH:
        return _(
            "%(subject)s, with its programme: when a time or a room changes, your calendar changes with it.",
            subject=subject,
        )
    if detail is Detail.SESSIONS:
        return _(
            "%(subject)s, session by session: when a time or a room changes, your calendar changes with it.",
            subject=subject,
        )
    return _("%(subject)s: when its time or its place changes, your calendar changes with it.", subject=subject)


def of_session(subject: str, event: Any, *, at: datetime) -> str:
    """Say it of one session of an event."""
    is_to_come = event.status is not Status.CANCELLED and (event.ends_at is None or event.ends_at > at)
    if event.starts_at is None or not is_to_come:
        return of_event(subject, event, None, at=at)
    return _("%(subject)s: when its time or its room changes, your calendar changes with it.", subject=subject)


def of_many(choice: str, detail: Detail) -> list[str]:
    """Say it of many events: all of them, or those that are chosen."""
    first = _(
        "All our events in your own calendar: new ones appear by themselves, and what moves or is cancelled says so."
    )
    if choice:
        first = _(
            "Of our events, in your own calendar: %(choice)s. New ones appear by themselves, and what moves or is "
            "cancelled says so.",
            choice=choice,
        )
    more = {
        Detail.SESSIONS: _("Each session of a programme has an entry there, instead of the event as a whole."),
        Detail.BOTH: _("Each session of a programme has an entry there, beside that of the event."),
    }
    return [first, *([more[detail]] if detail in more else [])]

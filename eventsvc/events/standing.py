"""Where an event stands for somebody who wants a place: one word, one mark, and whether the door is open."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from eventsvc.events.models import Event, Status
from eventsvc.money import Fees


class Standing(enum.StrEnum):
    """The members' values are the names of marks in `parts/marks.html`."""

    DRAFT = "draft"
    OPENS = "opens"
    OPEN = "open"
    FILLING = "filling"
    WAITING = "waiting"
    FULL = "full"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ENDED = "ended"


FILLING_FROM = 0.75


@dataclass(frozen=True, slots=True)
class Places:
    """What a page tells of an event's places: `left` of `capacity` are free, None where there is no limit.

    With ticket types, `fees` is what they cost, and `opens_at` and `closes_at` are when the first of them opens and the
    last of them closes; `is_by_invitation`: it is for people with a personal invitation alone; `is_withdrawn`: none is
    offered any more.
    """

    standing: Standing
    seated: int
    waiting: int
    left: int | None
    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    fees: Fees | None = None
    is_by_invitation: bool = False
    is_withdrawn: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a person can register now, be it for the waiting list."""
        return self.standing in {Standing.OPEN, Standing.FILLING, Standing.WAITING}


def places(event: Event, seated: int, waiting: int, at: datetime) -> Places:
    """Tell where `event` stands at `at`, with `seated` seats held and `waiting` people on the list."""
    left = None if event.capacity is None else max(0, event.capacity - seated)
    told = by_time(event, at) or by_seats(event, event.capacity, left, is_sought=waiting > 0)
    return Places(told, seated, waiting, left, event.capacity)


def by_time(event: Event, at: datetime) -> Standing | None:
    """Tell where an event stands by its status and the hour alone; None while people can register."""
    if event.status is Status.DRAFT:
        return Standing.DRAFT
    if event.status is Status.CANCELLED:
        return Standing.CANCELLED
    if event.status is Status.ARCHIVED or (event.ends_at is not None and event.ends_at <= at):
        return Standing.ENDED
    if not event.accepts_registrations or event.starts_at is None:
        return Standing.CLOSED
    if event.registration_opens_at is not None and at < event.registration_opens_at:
        return Standing.OPENS
    return Standing.CLOSED if at >= closing_at(event) else None


def closing_at(event: Event) -> datetime:
    """Return when registration ends: when it was set to, and at the start at the latest."""
    if event.starts_at is None:
        raise ValueError("an event without a date has no closing time")
    if event.registration_closes_at is None:
        return event.starts_at
    return min(event.registration_closes_at, event.starts_at)


def by_seats(event: Event, capacity: int | None, left: int | None, *, is_sought: bool) -> Standing:
    """Tell where an event, or one of its ticket types, stands by its seats alone, whatever the hour.

    `left` of its `capacity` are free; `is_sought`: somebody waits who would take one.
    """
    if left is None or capacity is None:
        return Standing.OPEN
    # While people wait no newcomer is seated, even if a limit was just raised or the list is stopped.
    if left == 0 or is_sought:
        return Standing.WAITING if event.has_waiting_list and not event.is_list_stopped else Standing.FULL
    return Standing.FILLING if capacity - left >= capacity * FILLING_FROM else Standing.OPEN

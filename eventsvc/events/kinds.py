"""What each kind of event usually is: the plan a new one begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from eventsvc.events.models import Kind, Mode


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, where and how large; `ends` is the hour on the last of `days`, all on the event's own clock."""

    mode: Mode
    starts: time
    ends: time
    days: int = 1
    capacity: int | None = None
    has_waiting_list: bool = True
    registration_closes_before: timedelta | None = None

    def span(self, first: date) -> tuple[datetime, datetime]:
        """Return the naive wall-clock times of an edition whose first day is `first`."""
        last = first + timedelta(days=self.days - 1)
        return datetime.combine(first, self.starts), datetime.combine(last, self.ends)

    def facts(self) -> dict[str, Any]:
        """Return the columns of an event that need no date."""
        return {"mode": self.mode, "capacity": self.capacity, "has_waiting_list": self.has_waiting_list}


_WEEK = timedelta(days=7)

PLANS: Mapping[Kind, Plan] = MappingProxyType(
    {
        Kind.SUMMER_SCHOOL: Plan(Mode.IN_PERSON, time(9), time(16), 5, 30, registration_closes_before=4 * _WEEK),
        Kind.WINTER_SCHOOL: Plan(Mode.IN_PERSON, time(9), time(16), 5, 30, registration_closes_before=4 * _WEEK),
        # Ninety minutes is what a webinar with questions takes; a room has walls, a stream hardly any.
        Kind.WEBINAR: Plan(Mode.ONLINE, time(16), time(17, 30), capacity=500, has_waiting_list=False),
        Kind.SYMPOSIUM: Plan(Mode.IN_PERSON, time(9, 30), time(17), capacity=120, registration_closes_before=_WEEK),
        Kind.CONFERENCE: Plan(Mode.IN_PERSON, time(9), time(17), 2, 200, registration_closes_before=2 * _WEEK),
        Kind.FAIR: Plan(Mode.IN_PERSON, time(10), time(16)),
        Kind.COMMUNITY_EVENT: Plan(Mode.IN_PERSON, time(17), time(19), capacity=60),
        Kind.COURSE: Plan(Mode.IN_PERSON, time(9), time(17), 3, 24, registration_closes_before=2 * _WEEK),
    }
)

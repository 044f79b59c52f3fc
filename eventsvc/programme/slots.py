"""Slots: from when until when, and to which day of a programme a moment belongs. Pure values, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_BEGINS = time(5)
"""A programme's day runs from five in the morning: what begins after midnight belongs to the evening before."""
LONGEST = timedelta(days=60)
"""How long anything in a programme may last: each of its days is shown."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From one moment until another, the end exclusive. Raises ValueError for naive moments and for no length."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a slot needs aware moments")
        if self.ends_at <= self.starts_at:
            raise ValueError("a slot cannot end before it begins")

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: Slot) -> bool:
        """Tell whether the two share any time; slots that only touch share none."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def holds(self, other: Slot) -> bool:
        """Tell whether the other lies wholly within this one."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def beginning(self, at: datetime) -> Slot:
        """Return a slot as long as this one that begins at another moment."""
        return Slot(at, at + self.length)

    def shifted(self, by: timedelta) -> Slot:
        """Return this slot, earlier or later by a real length of time."""
        return Slot(self.starts_at + by, self.ends_at + by)


def day_of(moment: datetime, timezone: str) -> date:
    """Return the day of the programme that a moment belongs to, on the clock of a zone."""
    local = moment.astimezone(ZoneInfo(timezone))
    return local.date() - timedelta(days=1) if local.time() < DAY_BEGINS else local.date()


def day_bounds(on: date, timezone: str) -> Slot:
    """Return the whole of a programme's day; 23 or 25 hours long on the days that the clocks change."""
    zone = ZoneInfo(timezone)
    return Slot(
        datetime.combine(on, DAY_BEGINS, zone),
        datetime.combine(on + timedelta(days=1), DAY_BEGINS, zone),
    )


def on_another_day(moment: datetime, days: int, timezone: str) -> datetime:
    """Return the moment at which the clock of a zone shows the same, days later; a skipped hour moves forward."""
    zone = ZoneInfo(timezone)
    local = moment.astimezone(zone)
    moved = datetime.combine(local.date() + timedelta(days=days), local.time(), zone)
    # An hour that is skipped comes back from UTC as the one after it.
    return moved.astimezone(ZoneInfo("UTC")).astimezone(zone)

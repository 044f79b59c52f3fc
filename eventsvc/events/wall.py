"""Times as a clock on the wall of the event shows them, and the moments they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eventsvc.calendars import zones
from eventsvc.events.errors import SkippedHour


def moment(shown: datetime, timezone: str) -> datetime:
    """Return the moment, in UTC, at which a clock in `timezone` shows the naive time `shown`.

    An hour that comes twice is taken the first time. Raises SkippedHour for one that the clock never shows, and
    ZoneInfoNotFoundError for an unknown zone.
    """
    found = shown.replace(tzinfo=zones.zone(timezone), fold=0).astimezone(UTC)
    again = clock(found, timezone)
    if again != shown:
        raise SkippedHour(f"{shown:%H:%M}", f"{_after_the_gap(shown, timezone):%H:%M}")
    return found


def clock(at: datetime, timezone: str) -> datetime:
    """Return what a clock in `timezone` shows at a moment, naive."""
    return at.astimezone(zones.zone(timezone)).replace(tzinfo=None, fold=0)


def days(first: datetime, last: datetime, timezone: str) -> tuple[datetime, datetime]:
    """Return the moments between which two days and all between them lie: midnight to the midnight after the last.

    Only the dates of the two naive times count. Where midnight is skipped the day begins when the clock says so.
    """
    return _midnight(first, timezone), _midnight(last + timedelta(days=1), timezone)


def _midnight(shown: datetime, timezone: str) -> datetime:
    start = shown.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return moment(start, timezone)
    except SkippedHour:
        return moment(_after_the_gap(start, timezone), timezone)


def _after_the_gap(shown: datetime, timezone: str) -> datetime:
    """Return what the clock shows right after it was moved forward over `shown`."""
    zone = zones.zone(timezone)
    before = shown.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    after = shown.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    # Inside a gap fold=0 answers with the offset before it and fold=1 with the one after (PEP 495), so that the
    # moment of the change lies between the two readings; the change itself is found by halving.
    low, high = (shown - before).replace(tzinfo=UTC) - abs(after - before), (shown - before).replace(tzinfo=UTC)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == after else (middle, high)
    found = clock(high, timezone)
    return (found + timedelta(seconds=30)).replace(second=0, microsecond=0)

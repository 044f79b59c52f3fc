"""Times typed as a clock shows them, on quiet days and on both days of a clock change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventsvc.events import wall
from eventsvc.events.errors import SkippedHour

LEIDEN = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("timezone", "shown", "moment"),
    [
        (LEIDEN, datetime(2027, 3, 28, 1, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (LEIDEN, datetime(2027, 3, 28, 3, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (LEIDEN, datetime(2027, 10, 31, 1, 59), datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        (LEIDEN, datetime(2027, 10, 31, 3, 0), datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2027, 5, 30, 9, 30), datetime(2027, 5, 30, 3, 45, tzinfo=UTC)),
        ("UTC", datetime(2027, 5, 30, 9, 30), datetime(2027, 5, 30, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_clock_reading_is_a_moment_and_back(timezone: str, shown: datetime, moment: datetime) -> None:
    assert wall.moment(shown, timezone) == moment
    assert wall.clock(moment, timezone) == shown


def test_an_hour_that_comes_twice_is_taken_the_first_time() -> None:
    assert wall.moment(datetime(2027, 10, 31, 2, 30), LEIDEN) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "shown", "next_hour"),
    [
        (LEIDEN, datetime(2027, 3, 28, 2, 0), "03:00"),
        (LEIDEN, datetime(2027, 3, 28, 2, 59), "03:00"),
        # Half an hour is skipped on Lord Howe, and a midnight in Beirut.
        ("Australia/Lord_Howe", datetime(2027, 10, 3, 2, 15), "02:30"),
        ("Asia/Beirut", datetime(2027, 3, 28, 0, 30), "01:00"),
    ],
)
def test_an_hour_that_is_skipped_is_refused_with_the_next_one(timezone: str, shown: datetime, next_hour: str) -> None:
    with pytest.raises(SkippedHour) as refused:
        wall.moment(shown, timezone)

    assert f"{shown:%H:%M}" in refused.value.sentence
    assert next_hour in refused.value.sentence


def test_whole_days_run_from_midnight_to_the_midnight_after_the_last() -> None:
    first, last = datetime(2027, 10, 30, 14, 0), datetime(2027, 10, 31, 9, 0)

    starts, ends = wall.days(first, last, LEIDEN)

    assert starts == datetime(2027, 10, 29, 22, 0, tzinfo=UTC)
    assert ends == datetime(2027, 10, 31, 23, 0, tzinfo=UTC)


def test_a_day_without_a_midnight_begins_when_its_clock_does() -> None:
    day = datetime(2027, 3, 28)

    starts, _ends = wall.days(day, day, "Asia/Beirut")

    assert starts == datetime(2027, 3, 27, 22, 0, tzinfo=UTC)

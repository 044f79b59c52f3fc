"""Until when an offered place waits: shorter near the start, never in the night, right when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.accounts.actors import ATTENDEE, organiser
from eventsvc.events import wall
from eventsvc.events.models import Event
from eventsvc.registration import deadlines
from eventsvc.registration.errors import ChangesClosed

LEIDEN = "Europe/Amsterdam"
ZONES = ("Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Africa/Nairobi", "Asia/Tokyo")


def leiden(*shown: int) -> datetime:
    """The moment at which a clock in Leiden shows this."""
    return datetime(*shown, tzinfo=ZoneInfo(LEIDEN)).astimezone(UTC)  # type: ignore[misc, arg-type]


def event(starts_at: datetime | None = None, **over: Any) -> Event:
    ends_at = starts_at + timedelta(hours=6) if starts_at else None
    return Event(**({"timezone": LEIDEN, "starts_at": starts_at, "ends_at": ends_at} | over))


MAY = leiden(2027, 5, 30, 9, 30)


@pytest.mark.parametrize(
    ("at", "hours", "until"),
    [
        (leiden(2027, 3, 2, 10, 0), 24, leiden(2027, 3, 3, 10, 0)),
        (leiden(2027, 3, 2, 21, 59), 24, leiden(2027, 3, 3, 21, 59)),
        (leiden(2027, 3, 2, 22, 0), 24, leiden(2027, 3, 4, 9, 0)),
        (leiden(2027, 3, 2, 7, 59), 24, leiden(2027, 3, 3, 9, 0)),
        (leiden(2027, 3, 2, 8, 0), 24, leiden(2027, 3, 3, 8, 0)),
        (leiden(2027, 3, 2, 0, 0), 48, leiden(2027, 3, 4, 9, 0)),
        (leiden(2027, 3, 2, 10, 0) + timedelta(seconds=1), 1, leiden(2027, 3, 2, 11, 1)),
    ],
    ids=["by day", "late", "in the evening", "early", "at eight", "at midnight", "to the minute"],
)
def test_an_answer_may_take_its_hours_but_for_the_night(at: datetime, hours: int, until: datetime) -> None:
    assert deadlines.answer_until(event(MAY), hours, at) == until


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (leiden(2027, 5, 29, 9, 30), leiden(2027, 5, 29, 17, 30)),
        (leiden(2027, 5, 30, 8, 30), leiden(2027, 5, 30, 8, 50)),
        (leiden(2027, 5, 29, 21, 30), leiden(2027, 5, 30, 9, 0)),
        (leiden(2027, 5, 30, 2, 0), leiden(2027, 5, 30, 9, 0)),
    ],
    ids=["the day before", "the last hour", "the evening before", "the night before"],
)
def test_near_the_start_it_takes_a_third_of_what_is_left(at: datetime, until: datetime) -> None:
    assert deadlines.answer_until(event(MAY), 48, at) == until


def test_what_begins_before_the_morning_ends_at_the_start() -> None:
    early = leiden(2027, 5, 30, 8, 15)

    assert deadlines.answer_until(event(early), 48, leiden(2027, 5, 30, 0, 30)) == early


def test_an_event_without_a_date_knows_the_hours_alone() -> None:
    assert deadlines.answer_until(event(), 24, leiden(2027, 3, 2, 12, 0)) == leiden(2027, 3, 3, 12, 0)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (leiden(2027, 3, 27, 21, 0), leiden(2027, 3, 29, 9, 0)),
        (leiden(2027, 3, 27, 23, 0), leiden(2027, 3, 29, 9, 0)),
        (leiden(2027, 3, 27, 12, 0), leiden(2027, 3, 28, 13, 0)),
        (leiden(2027, 3, 27, 1, 30), leiden(2027, 3, 28, 9, 0)),
        (leiden(2027, 10, 30, 22, 30), leiden(2027, 10, 31, 21, 30)),
        (leiden(2027, 10, 30, 12, 0), leiden(2027, 10, 31, 11, 0)),
        (leiden(2027, 10, 30, 3, 30), leiden(2027, 10, 31, 9, 0)),
    ],
    ids=["spring: an hour on is ten", "spring", "spring noon", "spring night", "autumn", "autumn noon", "autumn night"],
)
def test_hours_are_hours_on_days_when_clocks_change(at: datetime, until: datetime) -> None:
    autumn = event(leiden(2027, 12, 30, 9, 30))

    assert deadlines.answer_until(autumn, 24, at) == until


@given(
    zone=st.sampled_from(ZONES),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    ahead=st.timedeltas(timedelta(seconds=1), timedelta(days=120)),
    hours=st.integers(1, 24 * 14),
)
def test_no_answer_is_due_in_the_night_or_after_the_start(
    zone: str, at: datetime, ahead: timedelta, hours: int
) -> None:
    starts_at = at + ahead

    until = deadlines.answer_until(event(starts_at, timezone=zone), hours, at)

    shown = wall.clock(until, zone)
    plain = min(at + timedelta(hours=hours), at + ahead / 3)
    assert at < until <= starts_at
    assert until == starts_at or time(8) <= shown.time() < time(22)
    # It is never earlier than the hours say, and later only by what a night takes.
    assert until == starts_at or timedelta() <= until - plain < timedelta(hours=13)


@given(
    day=st.sampled_from([date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)]),
    minute=st.integers(0, 24 * 60 - 1),
    hours=st.integers(1, 72),
)
def test_an_answer_put_off_is_due_at_nine_though_clocks_change(day: date, minute: int, hours: int) -> None:
    at = datetime.combine(day, time(), ZoneInfo(LEIDEN)).astimezone(UTC) + timedelta(minutes=minute)

    until = deadlines.answer_until(event(leiden(2028, 5, 30, 9, 30)), hours, at)

    is_put_off = until != at + timedelta(hours=hours)
    assert not is_put_off or wall.clock(until, LEIDEN).time() == time(9)


class TestChanging:
    def test_people_change_by_themselves_until_the_moment_that_is_set_and_organisers_always(self) -> None:
        until = MAY - timedelta(days=7)
        held = event(MAY, changes_close_at=until, contact_name="Olga", contact_email="olga@example.org")

        deadlines.check_changes(held, by=ATTENDEE, at=until - timedelta(seconds=1))
        deadlines.check_changes(held, by=organiser(1), at=MAY)
        with pytest.raises(ChangesClosed):
            deadlines.check_changes(held, by=ATTENDEE, at=until)

    def test_without_such_a_moment_it_is_the_end(self) -> None:
        held = event(MAY)

        assert deadlines.changes_until(held) == held.ends_at
        assert deadlines.may_change(event(), MAY)

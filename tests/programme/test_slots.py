"""Slots and days of a programme, for any slot and any day; both days that the clocks change are always among them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventsvc.programme import slots
from eventsvc.programme.slots import Slot

ZONES = st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)  # in Amsterdam
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
LENGTHS = st.integers(1, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
SLOTS = st.builds(lambda at, length: Slot(at, at + length), MOMENTS, LENGTHS)


@given(SLOTS, st.integers(-72 * 60, 72 * 60), LENGTHS)
def test_overlap_is_symmetric_and_means_that_some_moment_is_in_both(one: Slot, minutes: int, length: timedelta) -> None:
    begins = one.starts_at + timedelta(minutes=minutes)
    other = Slot(begins, begins + length)

    shared = min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at)

    assert one.overlaps(other) == other.overlaps(one) == (shared > timedelta())


@given(SLOTS, LENGTHS)
def test_slots_that_touch_do_not_overlap(one: Slot, length: timedelta) -> None:
    after, before = Slot(one.ends_at, one.ends_at + length), Slot(one.starts_at - length, one.starts_at)

    assert not one.overlaps(after)
    assert not one.overlaps(before)


@given(SLOTS, SLOTS)
def test_what_holds_another_overlaps_it(one: Slot, other: Slot) -> None:
    assert one.holds(one)
    assert one.overlaps(other) or not one.holds(other)


def test_a_slot_needs_a_zone_and_some_length() -> None:
    with pytest.raises(ValueError, match="aware"):
        Slot(datetime(2027, 5, 30, 9), datetime(2027, 5, 30, 10))
    with pytest.raises(ValueError, match="before it begins"):
        Slot(datetime(2027, 5, 30, 9, tzinfo=UTC), datetime(2027, 5, 30, 9, tzinfo=UTC))


@given(DAYS, ZONES)
@example(FORWARD, "Europe/Amsterdam")
@example(BACK, "Europe/Amsterdam")
def test_a_day_runs_from_five_to_five_and_the_next_begins_where_it_ends(on: date, timezone: str) -> None:
    day, zone = slots.day_bounds(on, timezone), ZoneInfo(timezone)

    assert {at.astimezone(zone).time() for at in (day.starts_at, day.ends_at)} == {slots.DAY_BEGINS}
    assert slots.day_bounds(on + timedelta(days=1), timezone).starts_at == day.ends_at
    assert slots.day_of(day.starts_at, timezone) == on
    assert slots.day_of(day.ends_at - timedelta(seconds=1), timezone) == on


@pytest.mark.parametrize(("on", "hours"), [(FORWARD - timedelta(1), 23), (BACK - timedelta(1), 25), (BACK, 24)])
def test_the_night_that_the_clocks_change_is_an_hour_shorter_or_longer(on: date, hours: int) -> None:
    day = slots.day_bounds(on, "Europe/Amsterdam")

    assert day.ends_at.astimezone(UTC) - day.starts_at.astimezone(UTC) == timedelta(hours=hours)


@given(MOMENTS, ZONES)
def test_every_moment_is_within_the_day_that_it_belongs_to(at: datetime, timezone: str) -> None:
    day = slots.day_bounds(slots.day_of(at, timezone), timezone)

    assert day.starts_at <= at < day.ends_at


@given(DAYS, st.times().map(lambda at: at.replace(microsecond=0)), st.integers(-400, 400), ZONES)
@example(FORWARD - timedelta(1), time(2, 30), 1, "Europe/Amsterdam")
@example(BACK - timedelta(1), time(2, 30), 1, "Europe/Amsterdam")
@example(BACK, time(9), -250, "Europe/Amsterdam")
def test_on_another_day_the_clock_shows_the_same_unless_it_skips_that_hour(
    on: date, clock: time, days: int, timezone: str
) -> None:
    zone = ZoneInfo(timezone)
    moment = datetime.combine(on, clock, zone)
    shown = moment.astimezone(UTC).astimezone(zone)

    moved = slots.on_another_day(moment, days, timezone).astimezone(UTC).astimezone(zone)

    wanted = datetime.combine(on + timedelta(days=days), clock, zone)
    is_there = wanted.astimezone(UTC).astimezone(zone).time() == clock
    if shown.time() == clock and is_there:
        assert (moved.date(), moved.time()) == (wanted.date(), clock)
    else:
        assert timedelta() <= moved.replace(tzinfo=None) - wanted.replace(tzinfo=None) <= timedelta(hours=1)


@given(DAYS, st.integers(8 * 60, 20 * 60), st.integers(5, 180), st.integers(-400, 400), ZONES)
@example(FORWARD - timedelta(1), 9 * 60, 60, 1, "Europe/Amsterdam")
@example(BACK - timedelta(1), 9 * 60, 60, 1, "Europe/Amsterdam")
def test_what_is_had_by_day_lasts_as_long_on_another_day(
    on: date, begins: int, minutes: int, days: int, timezone: str
) -> None:
    starts_at = datetime.combine(on, time(begins // 60, begins % 60), ZoneInfo(timezone))
    ends_at = starts_at + timedelta(minutes=minutes)

    moved = Slot(*(slots.on_another_day(at, days, timezone) for at in (starts_at, ends_at)))

    assert moved.ends_at.astimezone(UTC) - moved.starts_at.astimezone(UTC) == timedelta(minutes=minutes)

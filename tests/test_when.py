"""When things are, written for people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventsvc import when

AMSTERDAM, KATHMANDU, SAO_PAULO = "Europe/Amsterdam", "Asia/Kathmandu", "America/Sao_Paulo"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


SYMPOSIUM = (utc(2022, 5, 30, 7, 30), utc(2022, 5, 30, 15))
SCHOOL = (utc(2022, 7, 4, 7), utc(2022, 7, 8, 14))
WINTER_DAYS = (utc(2022, 1, 23, 23), utc(2022, 1, 28, 23))


def test_one_day_is_written_with_its_hours_and_year() -> None:
    assert when.span(*SYMPOSIUM, AMSTERDAM, "en") == "Mon 30 May 2022, 09:30 to 17:00"
    assert when.span(*SYMPOSIUM, AMSTERDAM, "nl") == "ma 30 mei 2022, 09:30 tot 17:00"
    assert when.span(*SYMPOSIUM, AMSTERDAM, "en", has_year=False) == "Mon 30 May, 09:30 to 17:00"


def test_several_days_name_the_hour_of_the_first_and_of_the_last() -> None:
    assert when.span(*SCHOOL, AMSTERDAM, "en") == "Mon 4 July 09:00 to Fri 8 July 16:00"
    assert when.span(*SCHOOL, AMSTERDAM, "nl") == "ma 4 juli 09:00 tot vr 8 juli 16:00"
    assert when.span(*SCHOOL, AMSTERDAM, "en", has_year=True) == "Mon 4 July 2022 09:00 to Fri 8 July 2022 16:00"


def test_days_without_hours_leave_out_the_midnight_after_the_last() -> None:
    assert when.span(*WINTER_DAYS, AMSTERDAM, "en", True) == "Mon 24 to Fri 28 January 2022"
    assert when.span(*WINTER_DAYS, AMSTERDAM, "nl", True) == "ma 24 t/m vr 28 januari 2022"
    assert when.span(utc(2022, 1, 23, 23), utc(2022, 1, 24, 23), AMSTERDAM, "en", True) == "Mon 24 January 2022"


def test_a_span_across_the_year_names_both_years() -> None:
    starts, ends = utc(2022, 12, 29, 23), utc(2023, 1, 2, 23)

    assert when.span(starts, ends, AMSTERDAM, "en", True) == "Fri 30 December 2022 to Mon 2 January 2023"
    assert when.block(starts, ends, AMSTERDAM, "en", True).month == "2022–2023"


@pytest.mark.parametrize(
    ("starts", "ends", "written", "zone"),
    [
        # The clock goes from 02:00 to 03:00 on 27 March, and from 03:00 back to 02:00 on 30 October 2022.
        (utc(2022, 3, 27, 0, 30), utc(2022, 3, 27, 1, 30), "Sun 27 March 2022, 01:30 to 03:30", "Leiden time (CET)"),
        (utc(2022, 3, 27, 1), utc(2022, 3, 27, 2), "Sun 27 March 2022, 03:00 to 04:00", "Leiden time (CEST)"),
        (utc(2022, 10, 30, 0, 30), utc(2022, 10, 30, 1, 30), "Sun 30 October 2022, 02:30 to 02:30", "Leiden time (CEST)"),
        (utc(2022, 10, 30, 1), utc(2022, 10, 30, 2), "Sun 30 October 2022, 02:00 to 03:00", "Leiden time (CET)"),
    ],
)  # fmt: skip
def test_hours_follow_the_clock_on_the_nights_it_changes(
    starts: datetime, ends: datetime, written: str, zone: str
) -> None:
    assert when.span(starts, ends, AMSTERDAM, "en") == written
    assert when.zone_name(AMSTERDAM, starts, "en", "Leiden") == zone


def test_whole_days_around_a_clock_change_stay_whole() -> None:
    starts, ends = utc(2022, 3, 25, 23), utc(2022, 3, 27, 22)

    assert when.span(starts, ends, AMSTERDAM, "en", True) == "Sat 26 to Sun 27 March 2022"
    assert when.block(starts, ends, AMSTERDAM, "en", True).days == "26–27"


def test_an_hour_is_that_of_the_zone() -> None:
    noon = utc(2022, 5, 30, 12)

    assert when.hour(noon, KATHMANDU) == "17:45"
    assert when.hour(noon, SAO_PAULO) == "09:00"
    assert when.moment(utc(2022, 5, 30, 20), KATHMANDU, "en") == "Tue 31 May 2022, 01:45"
    assert when.day(utc(2022, 5, 30, 1), SAO_PAULO, "nl") == "zo 29 mei 2022"


def test_a_zone_is_named_by_its_city_and_its_letters() -> None:
    assert when.zone_name(AMSTERDAM, utc(2022, 7, 1), "en") == "Amsterdam time (CEST)"
    assert when.zone_name(AMSTERDAM, utc(2022, 1, 1), "nl", "Leiden") == "tijd in Leiden (CET)"


def test_a_zone_without_letters_is_named_by_its_distance() -> None:
    assert when.zone_name(KATHMANDU, utc(2022, 7, 1), "en") == "Kathmandu time (UTC+5:45)"
    assert when.zone_name(SAO_PAULO, utc(2022, 7, 1), "en") == "São Paulo time (UTC−3)"
    assert when.zone_name("UTC", utc(2022, 7, 1), "en") == "UTC"


def test_a_block_leads_with_the_days() -> None:
    assert when.block(*SYMPOSIUM, AMSTERDAM, "en") == when.Block("30", "May 2022", "Monday", "2022-05-30", False)
    assert when.block(*SCHOOL, AMSTERDAM, "en") == when.Block(
        "4–8", "July 2022", "Monday to Friday", "2022-07-04", False
    )
    assert when.block(*SCHOOL, AMSTERDAM, "nl").weekday == "maandag t/m vrijdag"


def test_a_block_across_months_names_them() -> None:
    long = when.block(utc(2022, 5, 30, 7), utc(2022, 6, 3, 15), AMSTERDAM, "en")

    assert (long.days, long.month, long.is_long) == ("30 May–3 June", "2022", True)


def test_an_evening_past_midnight_is_one_day_in_its_block() -> None:
    party = (utc(2022, 7, 4, 18), utc(2022, 7, 4, 23, 30))

    assert when.block(*party, AMSTERDAM, "en").days == "4"
    assert when.span(*party, AMSTERDAM, "en") == "Mon 4 July 20:00 to Tue 5 July 01:30"


def test_short_forms_leave_out_the_year() -> None:
    opens = utc(2022, 5, 4, 7)

    assert when.near_day(opens, AMSTERDAM, "en") == "4 May"
    assert when.near_day(opens, AMSTERDAM, "nl", has_weekday=True) == "wo 4 mei"
    assert when.near_moment(opens, AMSTERDAM, "en") == "4 May, 09:00"
    assert when.dates(*SCHOOL, AMSTERDAM, "en") == "4–8 July 2022"


def test_zones_that_show_the_same_hour_are_told_apart_from_those_that_do_not() -> None:
    assert when.is_same_clock(AMSTERDAM, "Europe/Madrid", utc(2022, 7, 4))
    assert not when.is_same_clock(AMSTERDAM, "Asia/Shanghai", utc(2022, 7, 4))

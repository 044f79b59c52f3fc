"""VTIMEZONEs, read by readers that know nothing of IANA names, against zoneinfo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from zoneinfo import ZoneInfoNotFoundError

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.calendars import ics, zones
from tests.calendars.examples import CHANGED, HEAD, a_showing

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 12, 31, 23, tzinfo=UTC)
CHANGING = ["Europe/Amsterdam", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe"]
STEADY = ["America/Sao_Paulo", "Asia/Shanghai", "Africa/Dar_es_Salaam", "Asia/Kathmandu"]
Offsets = Callable[[datetime], timedelta | None]


def written(timezone: str) -> bytes:
    definition = zones.definition(timezone, FIRST, LAST)
    assert definition is not None
    return definition


def changes(timezone: str) -> list[datetime]:
    """Look at every hour of three years for the hours at which zoneinfo changes its offset."""
    local = zones.zone(timezone)
    hours = [FIRST + timedelta(hours=n) for n in range(int((LAST - FIRST) / timedelta(hours=1)))]
    offsets = [hour.astimezone(local).utcoffset() for hour in hours]
    return [hour for hour, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after]


def moments(timezone: str) -> Iterator[datetime]:
    """Yield half-hours around each change, and noon in January and in July."""
    for change in changes(timezone):
        yield from (change + timedelta(minutes=30 * n) for n in range(-9, 10))
    yield from (datetime(year, month, 1, 12, tzinfo=UTC) for year in (2026, 2027, 2028) for month in (1, 7))


def observances(definition: bytes) -> list[dict[str, str]]:
    blocks = definition.decode().split("\r\nBEGIN:")[1:]
    return [dict(line.split(":", 1) for line in block.split("\r\n")[1:] if ":" in line) for block in blocks]


def offset(text: str) -> timedelta:
    span = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return -span if text[0] == "-" else span


def strict_reader(definition: bytes) -> Offsets:
    """Read a VTIMEZONE to the letter of RFC 5545: an onset is local time under TZOFFSETFROM; nothing is forgiven."""
    onsets = []
    for observance in observances(definition):
        start = datetime.fromisoformat(observance["DTSTART"])
        rule = rrulestr(observance["RRULE"], dtstart=start) if "RRULE" in observance else [start]
        starts = [start] if isinstance(rule, list) else rule.between(datetime(2025, 1, 1), datetime(2029, 6, 1))
        before, after = offset(observance["TZOFFSETFROM"]), offset(observance["TZOFFSETTO"])
        onsets += [((moment - before).replace(tzinfo=UTC), after) for moment in starts]
    return lambda at: max(onset for onset in onsets if onset[0] <= at)[1]


def dateutil_zone(definition: bytes) -> tzinfo:
    zone: tzinfo | None = tzical(StringIO(definition.decode())).get()
    assert zone is not None
    return zone


@pytest.mark.parametrize("timezone", CHANGING + STEADY)
def test_a_strict_reader_agrees_with_zoneinfo_on_both_sides_of_every_change(timezone: str) -> None:
    read = strict_reader(written(timezone))

    for moment in moments(timezone):
        assert read(moment) == moment.astimezone(zones.zone(timezone)).utcoffset(), moment


@pytest.mark.parametrize("timezone", CHANGING + STEADY)
def test_dateutil_turns_local_times_back_into_the_same_moments(timezone: str) -> None:
    read = dateutil_zone(written(timezone))

    for moment in moments(timezone):
        local = moment.astimezone(zones.zone(timezone))
        if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
            assert local.replace(tzinfo=read).astimezone(UTC) == moment


@pytest.mark.parametrize(("timezone", "count"), [*((name, 6) for name in CHANGING), *((name, 0) for name in STEADY)])
def test_the_zones_tested_change_as_often_as_we_think(timezone: str, count: int) -> None:
    assert len(changes(timezone)) == count


def test_a_summer_that_begins_an_hour_late_is_seen_by_the_strict_reader() -> None:
    late = strict_reader(written("Europe/Amsterdam").replace(b"19700329T020000", b"19700329T030000"))

    wrong = [
        at for at in moments("Europe/Amsterdam") if late(at) != at.astimezone(zones.zone("Europe/Paris")).utcoffset()
    ]

    assert len(wrong) == 2 * 3


@pytest.mark.parametrize("timezone", CHANGING + STEADY)
def test_exchange_finds_one_standard_and_at_most_one_daylight_with_yearly_rules(timezone: str) -> None:
    definition = written(timezone)

    assert definition.count(b"BEGIN:STANDARD") == 1
    assert definition.count(b"BEGIN:DAYLIGHT") == (timezone in CHANGING)
    assert definition.count(b"RRULE:FREQ=YEARLY;BYMONTH=") == 2 * (timezone in CHANGING)
    assert b"RDATE" not in definition
    assert max(map(len, definition.split(b"\r\n"))) <= 75


def test_the_summer_of_dublin_is_its_daylight_time() -> None:
    daylight, standard = observances(written("Europe/Dublin"))

    assert (daylight["TZNAME"], daylight["DTSTART"], daylight["TZOFFSETTO"]) == ("IST", "19700329T010000", "+0100")
    assert (standard["TZNAME"], standard["DTSTART"], standard["TZOFFSETTO"]) == ("GMT", "19701025T020000", "+0000")


@pytest.mark.parametrize(
    "timezone", ["Africa/Cairo", "America/Santiago", "Asia/Jerusalem", "America/Nuuk", "Asia/Gaza"]
)
def test_a_zone_that_changes_outside_the_day_is_not_defined(timezone: str) -> None:
    assert zones.definition(timezone, FIRST, LAST) is None


@pytest.mark.parametrize("timezone", ["America/Vancouver", "Africa/Casablanca"])
def test_a_zone_whose_rule_changes_inside_the_years_is_defined_only_after_them(timezone: str) -> None:
    after = datetime(2027, 6, 1, tzinfo=UTC)

    assert zones.definition(timezone, FIRST, LAST) is None
    assert zones.definition(timezone, after, LAST) is not None


def test_sao_paulo_is_not_defined_for_a_year_in_which_it_had_summer_time() -> None:
    summer = datetime(2018, 12, 1, tzinfo=UTC)

    assert zones.definition("America/Sao_Paulo", summer, summer) is None
    assert zones.definition("America/Sao_Paulo", summer, LAST) is None


def test_shanghai_is_not_defined_for_a_year_with_a_summer_time_between_two_winters() -> None:
    winter = datetime(1991, 1, 2, tzinfo=UTC)

    assert zones.definition("Asia/Shanghai", winter, winter) is None


@pytest.mark.parametrize(
    "timezone", ["UTC", "Etc/UTC", "Mars/Olympus", "", "../tzdata/__init__", "Europe", "a\x00b", "/etc"]
)
def test_utc_and_unknown_names_are_not_defined(timezone: str) -> None:
    assert zones.definition(timezone, FIRST, LAST) is None


def test_every_name_offered_is_known_and_its_definition_is_true() -> None:
    defined = {name: zones.definition(name, datetime(2027, 1, 1, tzinfo=UTC), LAST) for name in zones.offered()}

    assert sum(definition is None for definition in defined.values()) <= 12
    for name, definition in defined.items():
        read = strict_reader(definition) if definition else None
        for hours in range(0, 17_520, 161):
            moment = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
            assert read is None or read(moment) == moment.astimezone(zones.zone(name)).utcoffset(), (name, moment)


def test_people_find_their_city_and_no_legacy_names() -> None:
    offered = zones.offered()

    assert {"Europe/Amsterdam", "Africa/Dar_es_Salaam", "Asia/Shanghai", "America/Sao_Paulo", "UTC"} <= set(offered)
    assert not {"CET", "EST5EDT", "US/Eastern", "Asia/Calcutta"} & set(offered)
    assert list(offered) == sorted(offered)


def test_a_zone_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ZoneInfoNotFoundError, match="Mars/Olympus"):
        zones.zone("Mars/Olympus")


changes_of_clocks = st.sampled_from([(name, at) for name in CHANGING for at in changes(name)])
around_changes = st.builds(lambda change, minutes: (change[0], change[1] + timedelta(minutes=minutes)),
                           changes_of_clocks, st.integers(-180, 180))  # fmt: skip
anywhere = st.tuples(
    st.sampled_from(CHANGING + STEADY),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
)


@given(starts=st.lists(around_changes | anywhere, min_size=1, max_size=4), hours=st.integers(0, 12))
def test_any_feed_read_to_the_letter_gives_back_the_moments_and_defines_no_zone_it_does_not_use(
    starts: list[tuple[str, datetime]], hours: int
) -> None:
    asked = [(name, start.replace(microsecond=0), start.replace(microsecond=0) + timedelta(hours=hours))
             for name, start in starts]  # fmt: skip
    parts = [
        ics.event(a_showing(timezone=name, starts_at=start, ends_at=end), sequence=0, changed_at=CHANGED)
        for name, start, end in asked
    ]

    body = ics.calendar(HEAD, parts)

    readers, times, defined = {}, [], body.decode().split("BEGIN:VTIMEZONE")[1:]
    for block in defined:
        definition = "BEGIN:VTIMEZONE" + block.partition("END:VTIMEZONE")[0] + "END:VTIMEZONE\r\n"
        readers[re.findall(r"TZID:(.*)\r", definition)[0]] = strict_reader(definition.encode())
    for line in body.decode().rpartition("END:VTIMEZONE")[2].split("\r\n"):
        if found := re.fullmatch(r"DT(START|END)(?:;TZID=(.*))?:(\d{8}T\d{6})(Z?)", line):
            times.append(found.groups())
    expected = [
        (word, name, moment)
        for name, start, end in asked
        for word, moment in (("START", start), ("END", end))
        if word == "START" or end > start
    ]
    assert len(times) == len(expected)
    for (_word, zone, local, utc), (_name, _zone, moment) in zip(times, expected, strict=True):
        shift = readers[zone](moment) if zone else timedelta()
        assert bool(zone) != bool(utc) and shift is not None
        assert datetime.fromisoformat(local) == (moment + shift).replace(tzinfo=None)
    assert set(readers) == {zone for _word, zone, _local, _utc in times if zone}
    assert len(defined) == len(readers)

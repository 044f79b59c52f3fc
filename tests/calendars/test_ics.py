"""Events and feeds, read back by icalendar, by vobject, and to RFC 5545's letter."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import vobject

from eventsvc.calendars import ics, zones
from eventsvc.calendars.ics import Head, Status
from tests.calendars.examples import CHANGED, CREATED, HEAD, a_showing, by_olga, written
from tests.calendars.readers import by_icalendar, by_vobject, properties, unescaped

TIMED = r"DT(START|END)(;TZID=[^:]+:\d{8}T\d{6}|:\d{8}T\d{6}Z)"


def test_icalendar_and_vobject_read_the_same_facts() -> None:
    showing = a_showing(parent_uid="the-whole")
    body = written(showing)

    one, other = by_icalendar(body), by_vobject(body)

    assert str(one["SUMMARY"]) == other.summary.value == "Vaccines, borders; and trust"
    assert str(one["LOCATION"]) == other.location.value == "Room 2, Main building, Leiden"
    assert str(one["DESCRIPTION"]) == other.description.value == f"{showing.description}\n\n{showing.url}"
    assert str(one["UID"]) == other.uid.value == showing.uid
    assert str(one["URL"]) == other.url.value == showing.url
    assert one["DTSTART"].dt.astimezone(UTC) == other.dtstart.value.astimezone(UTC) == showing.starts_at
    assert one["DTEND"].dt.astimezone(UTC) == other.dtend.value.astimezone(UTC) == showing.ends_at
    assert one.categories == other.categories.value == ["Symposium", "Health, global"]
    assert one["DTSTAMP"].dt == other.dtstamp.value == one["LAST-MODIFIED"].dt == CHANGED.replace(microsecond=0)
    assert one["CREATED"].dt == other.created.value == CREATED
    assert one["SEQUENCE"] == int(other.sequence.value) == 3
    assert str(one["STATUS"]) == other.status.value == "CONFIRMED"
    assert str(one["RELATED-TO"]) == other.related_to.value == "the-whole"
    assert (one["GEO"].to_ical(), other.geo.value) == ("52.1657;4.47767", "52.165700;4.477670")
    assert b"\r\nDTSTART;TZID=Europe/Amsterdam:20270530T110000\r\n" in body


@pytest.mark.parametrize("timezone", zones.offered())
def test_every_time_names_a_defined_zone_or_is_utc_and_never_floats(timezone: str) -> None:
    showing = a_showing(timezone=timezone)
    body = written(showing)

    assert len(re.findall(rf"(?m)^{TIMED}\r$", body.decode().partition("BEGIN:VEVENT")[2])) == 2
    assert body.count(f"TZID:{timezone}\r\n".encode()) == (f";TZID={timezone}:".encode() in body)
    assert by_vobject(body).dtstart.value.astimezone(UTC) == showing.starts_at


@pytest.mark.parametrize("timezone", ["Africa/Cairo", "America/Santiago", "Mars/Olympus", "UTC", ""])
def test_zones_without_a_yearly_rule_are_written_in_utc(timezone: str) -> None:
    body = written(a_showing(timezone=timezone))

    assert b"\r\nDTSTART:20270530T090000Z\r\nDTEND:20270530T103000Z\r\n" in body
    assert b"VTIMEZONE" not in body


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("00:15", "00:45"),
        ("01:15", "01:45"),
        ("00:45", "01:15"),
        ("00:00", "05:00"),
        ("00:45", "05:00"),
        ("1:59", "2:00"),
    ],
)
def test_the_repeated_hour_is_written_in_utc(start: str, end: str) -> None:
    starts_at, ends_at = (datetime.strptime(f"2027-10-31 {at}+0000", "%Y-%m-%d %H:%M%z") for at in (start, end))

    event = properties(written(a_showing(starts_at=starts_at, ends_at=ends_at)))

    assert event["DTSTART"] == f"{starts_at:%Y%m%dT%H%M%SZ}"
    assert event["DTEND"] == f"{ends_at:%Y%m%dT%H%M%SZ}"


def test_the_hours_around_the_repeated_one_keep_their_zone() -> None:
    starts_at, ends_at = datetime(2027, 10, 30, 23, 59, tzinfo=UTC), datetime(2027, 10, 31, 2, 0, tzinfo=UTC)

    event = properties(written(a_showing(starts_at=starts_at, ends_at=ends_at)))

    assert event["DTSTART;TZID=Europe/Amsterdam"] == "20271031T015900"
    assert event["DTEND;TZID=Europe/Amsterdam"] == "20271031T030000"


def test_all_day_is_written_in_dates_with_the_day_after_as_its_end() -> None:
    midnights = datetime(2027, 3, 26, 23, tzinfo=UTC), datetime(2027, 3, 30, 22, tzinfo=UTC)
    body = written(a_showing(starts_at=midnights[0], ends_at=midnights[1], is_all_day=True))

    assert b"\r\nDTSTART;VALUE=DATE:20270327\r\nDTEND;VALUE=DATE:20270331\r\n" in body
    assert by_icalendar(body).start == by_vobject(body).dtstart.value == date(2027, 3, 27)
    assert b"\r\nTRANSP:TRANSPARENT\r\n" in body


def test_a_day_that_ends_as_it_starts_still_lasts_a_day() -> None:
    midnight = datetime(2027, 3, 26, 23, tzinfo=UTC)

    assert a_showing(starts_at=midnight, ends_at=midnight).days() == (date(2027, 3, 27), date(2027, 3, 28))


def test_a_moment_has_no_end() -> None:
    body = written(a_showing(ends_at=a_showing().starts_at))

    assert b"DTEND" not in body.partition(b"BEGIN:VEVENT")[2]


def test_a_cancelled_thing_stays_and_says_so_three_ways() -> None:
    event = by_icalendar(written(a_showing(status=Status.CANCELLED, cancelled_prefix="Afgelast: ")))

    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "Afgelast: Vaccines, borders; and trust"
    assert event["TRANSP"] == "TRANSPARENT"


def test_only_what_one_attends_is_busy() -> None:
    assert properties(written(a_showing()))["TRANSP"] == "OPAQUE"
    assert properties(written(a_showing(is_busy=False)))["TRANSP"] == "TRANSPARENT"
    assert properties(written(a_showing(is_busy=False)))["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"


def test_the_join_link_stands_where_readers_look() -> None:
    link = "https://video.example.org/j/123?pwd=a=b"
    body = written(a_showing(join_url=link, location=""))

    event = by_icalendar(body)

    assert f"CONFERENCE;FEATURE=AUDIO,VIDEO;VALUE=URI:{link}" in body.decode().replace("\r\n ", "")
    assert event["LOCATION"] == link
    assert event["DESCRIPTION"].count(link) == 1
    assert event["URL"] == link and a_showing().url in event["DESCRIPTION"]
    told = by_icalendar(written(a_showing(join_url=link, description=f"Join at {link}")))
    assert told["DESCRIPTION"].count(link) == 1
    assert by_icalendar(written(a_showing(join_url=link)))["LOCATION"] == a_showing().location


def test_without_a_join_link_nothing_of_one_is_written() -> None:
    assert b"CONFERENCE" not in written(a_showing())


def test_a_feed_names_nobody_who_attends_and_rings_no_bell() -> None:
    body = written(by_olga())

    assert b"ATTENDEE" not in body
    assert b"VALARM" not in body
    assert b"METHOD" not in body


def test_equal_facts_give_equal_bytes_and_a_new_sequence_changes_one_line() -> None:
    before, again, after = written(a_showing()), written(a_showing()), written(a_showing(), sequence=4)

    assert before == again
    assert {*before.split(b"\r\n")} ^ {*after.split(b"\r\n")} == {b"SEQUENCE:3", b"SEQUENCE:4"}


def test_a_feed_introduces_itself_before_its_first_component() -> None:
    head = Head("Summer school, 2027; Leiden", "Europe/Amsterdam", "Two weeks, every year", "https://x.example.org/e",
                "https://x.example.org/e.ics", timedelta(hours=12))  # fmt: skip
    body = ics.calendar(head, [ics.event(a_showing(), sequence=0, changed_at=CHANGED)])

    said = properties(body.partition(b"BEGIN:VTIMEZONE")[0])

    assert said["NAME"] == said["X-WR-CALNAME"] == "Summer school \N{EN DASH} 2027 \N{EN DASH} Leiden"
    assert unescaped(said["DESCRIPTION"]) == unescaped(said["X-WR-CALDESC"]) == "Two weeks, every year"
    assert said["X-WR-TIMEZONE"] == "Europe/Amsterdam"
    assert said["REFRESH-INTERVAL;VALUE=DURATION"] == said["X-PUBLISHED-TTL"] == "PT12H"
    assert said["SOURCE;VALUE=URI"] == "https://x.example.org/e.ics"
    assert said["URL"] == "https://x.example.org/e"
    assert said["VERSION"] == "2.0"
    assert said["PRODID"] == "-//eventsvc//eventsvc//EN"
    assert body.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_a_personal_feed_does_not_repeat_its_address() -> None:
    assert b"SOURCE" not in ics.calendar(HEAD, [])


def test_an_empty_feed_is_a_calendar_all_the_same() -> None:
    calendar = icalendar.Calendar.from_ical(ics.calendar(HEAD, []))

    assert calendar.events == []
    assert calendar["X-WR-CALNAME"] == "Symposium"


def test_a_feed_of_several_zones_defines_each_once() -> None:
    named = ["Asia/Shanghai", "Europe/Amsterdam", "Europe/Amsterdam", "Africa/Dar_es_Salaam", "Africa/Cairo"]
    parts = [
        ics.event(a_showing(uid=f"uid-{n}", timezone=zone), sequence=0, changed_at=CHANGED)
        for n, zone in enumerate(named)
    ]

    body = ics.calendar(HEAD, parts)

    defined = re.findall(rb"\r\nTZID:(.+?)\r\n", body)
    assert defined == [b"Africa/Dar_es_Salaam", b"Asia/Shanghai", b"Europe/Amsterdam"]


def test_a_zone_that_changed_its_rule_between_two_sessions_is_right_in_both() -> None:
    moments = [datetime(2026, 2, 2, 17, tzinfo=UTC), datetime(2027, 7, 2, 17, tzinfo=UTC)]
    parts = [
        ics.event(
            a_showing(uid=f"uid-{at:%Y}", timezone="America/Vancouver", starts_at=at, ends_at=at + timedelta(hours=1)),
            sequence=0,
            changed_at=CHANGED,
        )
        for at in moments
    ]

    events = vobject.readOne(ics.calendar(HEAD, parts).decode()).vevent_list

    assert [event.dtstart.value.astimezone(UTC) for event in events] == moments
    assert [b"TZID=America/Vancouver" in part for part in parts] == [False, True]


def test_a_download_holds_one_event_its_zone_and_no_name() -> None:
    body = ics.one(a_showing(), sequence=3, changed_at=CHANGED)

    assert by_icalendar(body)["UID"] == a_showing().uid
    assert b"TZID:Europe/Amsterdam" in body
    assert b"NAME:Sym" not in body
    assert b"X-WR" not in body


def test_the_writers_version_moves_with_the_zone_data_and_fits_its_column() -> None:
    assert zones.DATA_VERSION in ics.WRITER
    assert len(ics.WRITER) <= 16

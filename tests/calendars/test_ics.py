"""What is written, read back by icalendar, by vobject, and by a reader of RFC 5545's letter."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.calendars import ics, zones
from eventsvc.calendars.ics import Head, Method, Showing, Status
from tests.calendars.examples import CHANGED, CREATED, a_showing

HEAD = Head("Symposium", "Europe/Amsterdam")
NASTY = "\\;,:\n\r\"'^nN \t\x00\x07\x0b\x1c\x7f\x85\u2028\u2029\ud800é漢😀"
letters = st.one_of(st.characters(exclude_categories=()), st.sampled_from(NASTY))
# Repeated behind a lead, so that most are folded, at every place.
texts = st.builds(
    lambda lead, text, times: "x" * lead + text * times, st.integers(0, 75), st.text(letters), st.integers(1, 40)
)
TIMED = r"DT(START|END)(;TZID=[^:]+:\d{8}T\d{6}|:\d{8}T\d{6}Z)"


def written(showing: Showing, sequence: int = 3) -> bytes:
    return ics.calendar(HEAD, [ics.event(showing, sequence=sequence, changed_at=CHANGED)])


def by_icalendar(body: bytes) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(body)
    assert isinstance(calendar, icalendar.Calendar)
    return calendar.events[0]


def by_vobject(body: bytes) -> Any:
    return vobject.readOne(body.decode()).vevent


def properties(body: bytes) -> dict[str, str]:
    """Unfold to the letter and unescape in one pass: names with their parameters, and values of the last component."""
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    found = [re.match(r"((?:[^:\"]|\"[^\"]*\")*):(.*)", line, re.DOTALL) for line in lines if line]
    return {match[1]: match[2] for match in found if match}


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)


def invitation(showing: Showing, method: Method = Method.REQUEST, name: str = "Ada") -> bytes:
    return ics.invitation(
        showing, method=method, sequence=4, at=CHANGED, attendee_name=name, attendee_email="ada@example.org"
    )


def by_olga(**over: Any) -> Showing:
    return a_showing(organiser_name="Olga", organiser_email="olga@example.org", **over)


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


@given(summary=texts, description=texts, location=texts, kind=texts)
def test_any_text_arrives_as_it_was_cleaned(summary: str, description: str, location: str, kind: str) -> None:
    showing = a_showing(summary=summary, description=description, location=location, categories=(kind,), url="")
    expected = {"SUMMARY": showing.title(), "DESCRIPTION": showing.notes(), "LOCATION": showing.place()}
    body = written(showing)

    one, other, letter = by_icalendar(body), by_vobject(body), properties(body)

    for name, text in expected.items():
        assert unescaped(letter.get(name, "")) == text
        assert str(one.get(name, "")) == text
        assert other.getChildValue(name.lower(), "") == text
    assert letter["DTSTAMP"] == "20270201T081530Z"


@given(texts)
def test_no_line_is_longer_than_75_octets_or_cut_inside_a_character_or_an_escape(text: str) -> None:
    body = written(by_olga(summary=text, description=text))

    lines = body.split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert all(line.decode() and b"\r" not in line and b"\n" not in line for line in lines[:-1])
    for line, following in pairwise(lines):
        escapes = len(line) - len(line.rstrip(b"\\"))
        assert not (following.startswith(b" ") and escapes % 2)


@pytest.mark.parametrize("length", range(60, 80))
def test_lines_are_folded_at_the_last_place_that_fits(length: int) -> None:
    lines = written(a_showing(summary="x" * length)).split(b"\r\n")

    place = next(number for number, line in enumerate(lines) if line.startswith(b"SUMMARY:"))

    assert len(lines[place]) == min(75, len("SUMMARY:") + length)
    assert lines[place + 1].startswith(b" ") == (length > 67)


@given(texts)
def test_cleaning_leaves_nothing_a_calendar_may_not_carry(text: str) -> None:
    cleaned = ics.clean(text)

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", cleaned)
    assert ics.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("Zoë 😀 漢字", "Zoë 😀 漢字"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("a\x00b\x07c\x1bd\x7f", "abcd"),
        ("a\tb", "a\tb"),
        ("\ud83d!", "\ufffd!"),
        (r"C:\New\nothing", r"C:\New\nothing"),
    ],
)
def test_text_keeps_what_it_may(typed: str, cleaned: str) -> None:
    assert ics.clean(typed) == cleaned
    assert unescaped(properties(written(a_showing(description=typed, url="")))["DESCRIPTION"]) == cleaned


def test_text_that_looks_like_calendar_lines_stays_text() -> None:
    forged = "Hello\r\nEND:VEVENT\r\nDTSTART;TZID=Mars/Olympus:20270101T000000\r\n"
    body = written(a_showing(summary=forged, description="x" * 63 + forged, location=forged, categories=(forged,)))

    assert body.count(b"\r\nEND:VEVENT") == 1
    assert body.count(b"\r\nDTSTART;TZID=") == 1
    assert len(icalendar.Calendar.from_ical(body).events) == 1


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
    assert (
        written(a_showing(join_url=link, description=f"Join at {link}")).decode().replace("\r\n ", "").count(link) == 2
    )
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


def test_an_invitation_is_one_request_to_one_person_who_has_accepted() -> None:
    body = invitation(by_olga(), name='Ada "Countess" Lovelace; né^e, Byron')

    calendar = icalendar.Calendar.from_ical(body)
    (event,) = calendar.events
    attendee, organiser = event["ATTENDEE"], event["ORGANIZER"]

    assert calendar["METHOD"] == "REQUEST"
    assert (str(attendee), str(organiser)) == ("mailto:ada@example.org", "mailto:olga@example.org")
    assert attendee.params["CN"] == 'Ada "Countess" Lovelace; né^e, Byron'
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert (event["SEQUENCE"], event["DTSTAMP"].dt) == (4, CHANGED.replace(microsecond=0))
    assert vobject.readOne(body.decode()).vevent.attendee.value == "mailto:ada@example.org"


def test_an_invitation_reminds_once() -> None:
    (alarm,) = by_icalendar(invitation(by_olga())).walk("VALARM")

    assert alarm["ACTION"] == "DISPLAY"
    assert alarm["DESCRIPTION"] == a_showing().summary
    assert alarm["TRIGGER"].dt == timedelta(minutes=-15)


@pytest.mark.parametrize(
    ("over", "method"),
    [({}, Method.CANCEL), ({"is_all_day": True}, Method.REQUEST), ({"status": Status.CANCELLED}, Method.REQUEST)],
)
def test_no_bell_rings_for_what_is_cancelled_or_lasts_all_day(over: dict[str, Any], method: Method) -> None:
    assert b"VALARM" not in invitation(by_olga(**over), method)


def test_a_cancellation_says_so_whatever_the_event_is() -> None:
    body = invitation(by_olga(), Method.CANCEL)

    event = by_icalendar(body)

    assert b"\r\nMETHOD:CANCEL\r\n" in body
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"].startswith("Cancelled: ")
    assert str(event["ATTENDEE"]) == "mailto:ada@example.org"


def test_an_invitation_from_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="organiser"):
        invitation(a_showing())


@given(texts)
def test_any_name_of_a_person_makes_an_invitation_that_can_be_read(name: str) -> None:
    body = invitation(by_olga(), name=name)

    assert str(by_icalendar(body)["ATTENDEE"]) == "mailto:ada@example.org"
    assert by_vobject(body).attendee.value == "mailto:ada@example.org"


@pytest.mark.parametrize(
    "url", ["https://x.example.org/a b", "https://x.example.org/\r\nX:1", "https://é.example.org/é"]
)
def test_an_odd_address_spoils_no_feed(url: str) -> None:
    body = written(a_showing(url=url, join_url=url))

    assert by_icalendar(body)["URL"].isascii()
    assert b"\r\nX:1" not in body


CHANGES: dict[str, Any] = {
    "uid": "another",
    "summary": "Another",
    "starts_at": datetime(2027, 5, 30, 8, 0, tzinfo=UTC),
    "ends_at": datetime(2027, 5, 30, 11, 0, tzinfo=UTC),
    "timezone": "Asia/Shanghai",
    "created_at": datetime(2026, 1, 4, 9, 30, tzinfo=UTC),
    "status": Status.TENTATIVE,
    "description": "Another",
    "location": "Another",
    "url": "https://another.example.org",
    "latitude": 1.5,
    "longitude": 1.5,
    "categories": ("Another",),
    "is_all_day": True,
    "is_busy": False,
    "join_url": "https://video.example.org",
    "parent_uid": "another",
    "organiser_name": "Another",
    "organiser_email": "another@example.org",
    "cancelled_prefix": "Another: ",
}


@pytest.mark.parametrize("name", [field.name for field in fields(Showing)])
def test_every_fact_is_in_the_digest_and_survives_as_json(name: str) -> None:
    changed = a_showing(**{name: CHANGES[name]})

    assert changed.digest() != a_showing().digest() == a_showing().digest()
    assert Showing.from_json(changed.to_json()) == changed


def test_facts_from_another_release_can_be_read() -> None:
    facts = a_showing().to_json()

    assert Showing.from_json(facts | {"colour": "steelblue"}) == a_showing()
    assert set(facts) & {"status", "join_url", "is_busy"} == set()


def test_naive_moments_and_ends_before_starts_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        a_showing(starts_at=datetime(2027, 5, 30, 9, 0))
    with pytest.raises(ValueError, match="end before"):
        a_showing(ends_at=datetime(2027, 5, 30, 8, 0, tzinfo=UTC))


def test_the_writers_version_moves_with_the_zone_data_and_fits_its_column() -> None:
    assert zones.DATA_VERSION in ics.WRITER
    assert len(ics.WRITER) <= 16

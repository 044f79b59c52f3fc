"""Whatever people type arrives as they meant it, and breaks nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.calendars import ics
from eventsvc.calendars.showings import one_line
from tests.calendars.examples import CHANGED, a_showing, by_olga, texts, written
from tests.calendars.readers import by_icalendar, by_vobject, properties, unescaped


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


@pytest.mark.parametrize(
    "url", ["https://x.example.org/a b", "https://x.example.org/\r\nX:1", "https://é.example.org/é"]
)
def test_an_odd_address_spoils_no_feed(url: str) -> None:
    body = written(a_showing(url=url, join_url=url))

    assert by_icalendar(body)["URL"].isascii()
    assert b"\r\nX:1" not in body


@given(name=texts, description=texts, colour=texts, source=texts)
def test_whatever_a_feed_is_called_it_introduces_itself_in_lines_of_75_octets(
    name: str, description: str, colour: str, source: str
) -> None:
    head = ics.Head(name, "Europe/Amsterdam", description, source=f"https://x.example.org/{source}", colour=colour)
    body = ics.calendar(head, [ics.event(a_showing(), sequence=0, changed_at=CHANGED)])

    said = properties(body.partition(b"BEGIN:VTIMEZONE")[0])

    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert said["NAME"] == said["X-WR-CALNAME"] and not set(said["NAME"]) & set(",;\\")
    assert unescaped(said.get("DESCRIPTION", "")) == one_line(description)
    assert said["SOURCE;VALUE=URI"].isascii()
    assert by_icalendar(body)["SUMMARY"] == a_showing().summary == by_vobject(body).summary.value


@given(organiser=texts, colour=texts, kinds=st.lists(texts, max_size=3), image=texts)
def test_no_other_fact_that_people_type_breaks_a_line_or_hides_the_next(
    organiser: str, colour: str, kinds: list[str], image: str
) -> None:
    showing = by_olga(colour=colour, categories=tuple(kinds), image_url=f"https://x.example.org/{image}")
    body = written(replace(showing, organiser_name=organiser))

    letter = properties(body)

    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert unescaped(letter.get("COLOR", "")) == one_line(colour)
    assert letter["IMAGE;DISPLAY=BADGE;FMTTYPE=image/png;VALUE=URI"].isascii()
    assert (letter["TRANSP"], letter["SEQUENCE"]) == ("OPAQUE", "3")
    assert by_icalendar(body)["SUMMARY"] == by_vobject(body).summary.value == a_showing().summary

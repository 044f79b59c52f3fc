"""The parts of an event's page that say what to do and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.calendars import entries
from eventsvc.events import deadlines, words
from eventsvc.events.kept import Kept
from eventsvc.events.listing import SHELVES, wanted
from eventsvc.events.models import Kind, Mode, Series, Venue
from eventsvc.events.places import where
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from tests.people import NOW, a_session, an_event

CLOSES = datetime(2027, 5, 9, 21, 59, tzinfo=UTC)


def test_the_timeline_marks_what_is_past_next_and_the_event(app: Flask) -> None:
    event = an_event(registration_closes_at=NOW + timedelta(days=20))

    with app.test_request_context():
        points = deadlines.timeline(event, Standing.OPEN, "en", NOW)

    assert [(point.state, point.note) for point in points] == [("past", ""), ("next", "in 20 days"), ("event", "")]
    assert points[1].label == "Register by 10:00"


@pytest.mark.parametrize(
    ("closes", "said"),
    [
        # It is 10:00 in Leiden: hours short of so many days are still so many midnights.
        (NOW.replace(hour=8) + timedelta(days=2), "in 2 days"),
        (NOW.replace(hour=22, minute=59), "today"),
        # Half an hour after midnight in Leiden, still the same day in UTC.
        (NOW.replace(hour=23, minute=30), "in 1 day"),
    ],
)
def test_the_timeline_counts_days_as_the_calendar_at_the_event_does(app: Flask, closes: datetime, said: str) -> None:
    event = an_event(registration_closes_at=closes)

    with app.test_request_context():
        points = deadlines.timeline(event, Standing.OPEN, "en", NOW)

    assert [point.note for point in points if point.state == "next"] == [said]


@pytest.mark.parametrize(
    ("over", "standing"),
    [
        ({"starts_at": None, "ends_at": None}, Standing.CLOSED),
        ({"accepts_registrations": False}, Standing.CLOSED),
        ({}, Standing.CANCELLED),
        ({}, Standing.ENDED),
        ({"registration_opens_at": None}, Standing.OPEN),
    ],
)
def test_no_timeline_where_there_is_nothing_to_miss(app: Flask, over: dict[str, Any], standing: Standing) -> None:
    event = an_event(**over)

    with app.test_request_context():
        assert deadlines.timeline(event, standing, "en", NOW) == ()


@pytest.mark.parametrize(
    ("moment", "locale", "said"),
    [(CLOSES, "en", "9 May"), (CLOSES, "nl", "9 mei"), (CLOSES.replace(year=2028), "en", "9 May 2028")],
)
def test_a_day_names_its_year_where_it_is_another(moment: datetime, locale: str, said: str) -> None:
    assert words.day(moment, "Europe/Amsterdam", locale, NOW) == said


def test_every_kind_stands_on_one_shelf_with_a_name() -> None:
    assert sorted(kind for kinds in SHELVES.values() for kind in kinds) == sorted(Kind)
    assert set(words.SHELVES) == set(SHELVES)
    assert set(words.KINDS) == set(Kind) and set(words.MODES) == set(Mode)


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "٣", "1e9", "99999999999999999999"])
def test_a_page_number_is_never_taken_at_its_word(page: str) -> None:
    assert 1 <= wanted({"page": page}).number <= 10_000


@pytest.mark.parametrize(
    ("venue", "map_url"),
    [
        ({"map_url": "https://example.org/map"}, "https://example.org/map"),
        ({"map_url": "javascript:alert(1)"}, ""),
        (
            {"latitude": 52.16, "longitude": 4.48},
            "https://www.openstreetmap.org/?mlat=52.16000&mlon=4.48000#map=17/52.16000/4.48000",
        ),
        (
            {"street": "Rapenburg 70", "country": "NL"},
            "https://www.openstreetmap.org/search?query=Rapenburg+70%2C+Leiden%2C+NL",
        ),
        ({}, ""),
    ],
)
def test_a_map_is_offered_where_the_place_is_known(app: Flask, venue: dict[str, Any], map_url: str) -> None:
    event = an_event(venue=Venue(city="Leiden", **venue))

    with app.test_request_context():
        assert where(event, "en").map_url == map_url


def test_people_add_an_event_and_a_session_to_their_calendar(client: FlaskClient) -> None:
    event = an_event(series=Series(slug="yearly", title="Yearly"))
    session = a_session(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    own = f"/events/{event.slug}"

    page = client.get(own).text
    part = client.get(f"{own}/sessions/{session.public_id}").text

    for service in (
        "calendar.google.com",
        "outlook.live.com",
        "outlook.office.com",
        f"webcal://localhost{own}/calendar.ics",
    ):
        assert service in page
    assert f'href="{own}/calendar.ics?download=1"' in page
    assert f'<link rel="alternate" type="text/calendar" title="{event.title}" href="{own}/calendar.ics">' in page
    assert "calendar.google.com" in part
    assert f'href="{own}/sessions/{session.public_id}.ics?download=1"' in part
    assert f'href="/subscribe?event={event.slug}&amp;session={session.public_id}"' in part


def test_what_is_kept_is_bounded_and_found_by_its_facts() -> None:
    kept: Kept[str] = Kept(size=2)
    drawn: list[int] = []

    def ask(number: int) -> str:
        return kept.thing(number, lambda: drawn.append(number) or str(number))  # type: ignore[func-returns-value]

    assert [ask(number) for number in (1, 2, 2, 3, 1)] == ["1", "2", "2", "3", "1"]
    assert drawn == [1, 2, 3, 1]

"""Changes of a programme in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from eventsvc.programme import changes, wording
from eventsvc.programme.changes import Change

LEIDEN = "Europe/Amsterdam"
TEN = datetime(2027, 5, 30, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAM = {"public_id": "s", "name": "Sam", "affiliation": "", "role": "speaker"}


def facts(at: datetime | None = TEN, length: timedelta = HOUR, room: str = "Room A", **over: Any) -> dict[str, Any]:
    """A talk from ten to eleven in Leiden, in Room A."""
    known = {
        "title": "Talk", "abstract": "", "kind": "talk", "status": "planned", "language": None,
        "starts_at": at.isoformat() if at else None, "ends_at": (at + length).isoformat() if at else None,
        "rooms": [{"public_id": room, "name": room}] if room else [], "track": "", "colour": 1, "capacity": None,
        "parent": None, "speakers": [],
    }  # fmt: skip
    return known | over


def change(was: dict[str, Any], now: dict[str, Any]) -> Change:
    (found,) = changes.between({"x": was} if was else {}, {"x": now} if now else {})
    return found


def said(was: dict[str, Any], now: dict[str, Any], locale: str = "en", zone: str = LEIDEN) -> str:
    with force_locale(locale):
        return " ".join(wording.told(change(was, now), zone, locale).sentences)


ADA = SAM | {"public_id": "a", "name": "Ada"}
ROLE = SAM | {"role": "chair"}


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        ({}, facts(), "Sun 30 May 2027, 10:00–11:00, Room A."),
        ({}, facts(None, room=""), "Time to follow."),
        (facts(), {}, "It was: Sun 30 May 2027, 10:00–11:00, Room A."),
        (facts(), facts(status="cancelled"), "It was: Sun 30 May 2027, 10:00–11:00, Room A."),
        (facts(status="cancelled"), facts(), "Sun 30 May 2027, 10:00–11:00, Room A."),
        (facts(), facts(TEN + HOUR, room="Room B"), "Room A to Room B, 10:00–11:00 to 11:00–12:00."),
        (facts(), facts(room="Room B"), "Room A to Room B."),
        (facts(room=""), facts(room="Room B"), "no room to Room B."),
        (
            facts(),
            facts(TEN + timedelta(days=1)),
            "Sun 30 May 2027, 10:00–11:00 to Mon 31 May 2027, 10:00–11:00.",
        ),
        (facts(), facts(None), "Sun 30 May 2027, 10:00–11:00 to time to follow."),
        (facts(None), facts(), "time to follow to Sun 30 May 2027, 10:00–11:00."),
        (facts(length=0.75 * HOUR), facts(), "45 min to 60 min, until 11:00."),
        (facts(length=2.5 * HOUR), facts(), "2 h 30 to 1 h, until 11:00."),
        (
            facts(),
            facts(TEN + HOUR, 1.5 * HOUR),
            "10:00–11:00 to 11:00–12:30, 60 min to 90 min.",
        ),
        (facts(), facts(length=1.5 * HOUR, room="Room B"), "Room A to Room B, 60 min to 90 min."),
        (facts(), facts(speakers=[SAM]), "With Sam."),
        (facts(speakers=[SAM]), facts(speakers=[ROLE]), "Sam: Speaker to Chair."),
        (facts(speakers=[SAM, ADA]), facts(speakers=[ADA, SAM]), "Now in this order: Ada, Sam."),
        (facts(speakers=[SAM]), facts(speakers=[ADA]), "With Ada. Without Sam."),
        (facts(), facts(title="Speech"), "“Talk” is now called “Speech”."),
        (facts(), facts(abstract="Long", track="Policy", colour=2), "Description, track."),
        (facts(), facts(abstract="Long", title="Speech"), "“Talk” is now called “Speech”. Corrected: description."),
        (facts(speakers=[SAM]), facts(speakers=[SAM | {"name": "Samuel"}]), "Names."),
        (
            facts(),
            facts(rooms=[{"public_id": "Room A", "name": "Great hall"}]),
            "The room “Room A” is now called “Great hall”.",
        ),
        (facts(length=30 * HOUR), {}, "It was: Sun 30 May 2027, 10:00 – Mon 31 May 2027, 16:00, Room A."),
    ],
)  # fmt: skip
def test_a_change_is_told_in_sentences(app: Flask, was: dict[str, Any], now: dict[str, Any], sentence: str) -> None:
    assert said(was, now) == sentence


@pytest.mark.parametrize(
    ("was", "now", "word"),
    [
        ({}, facts(), "New"),
        (facts(), {}, "Taken out"),
        (facts(), facts(TEN + HOUR, status="cancelled"), "Cancelled"),
        (facts(status="cancelled"), facts(TEN + HOUR), "Takes place after all"),
        (facts(), facts(TEN + HOUR, 2 * HOUR, title="Speech"), "Moved"),
        (facts(), facts(room="Room B", speakers=[SAM]), "Moved"),
        (facts(), facts(length=2 * HOUR), "Longer"),
        (facts(), facts(length=HOUR / 2, speakers=[SAM]), "Shorter"),
        (facts(), facts(speakers=[SAM], title="Speech"), "Speakers"),
        (facts(), facts(title="Speech", abstract="Long"), "Renamed"),
        (facts(), facts(capacity=20), "Corrected"),
    ],
)
def test_a_word_says_what_matters_most(app: Flask, was: dict[str, Any], now: dict[str, Any], word: str) -> None:
    assert wording.told(change(was, now), LEIDEN, "en").word.word == word


def test_the_hour_that_comes_twice_says_which_of_the_two_it_is(app: Flask) -> None:
    summer, winter = datetime(2027, 10, 31, 0, 15, tzinfo=UTC), datetime(2027, 10, 31, 1, 15, tzinfo=UTC)

    told = said(facts(summer, HOUR / 4), facts(winter, HOUR / 4))

    assert told == "02:15 CEST–02:30 CEST to 02:15 CET–02:30 CET."


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "01:30–03:30"),
        (datetime(2027, 10, 31, 2, 0, tzinfo=UTC), "03:00–04:00"),
    ],
)
def test_hours_around_a_clock_change_are_those_on_the_wall(app: Flask, at: datetime, hours: str) -> None:
    assert hours in said({}, facts(at))


def test_a_change_is_told_on_the_clock_of_its_event_in_the_language_spoken(app: Flask) -> None:
    assert "Sun 30 May 2027, 13:45–14:45" in said({}, facts(), zone="Asia/Kathmandu")
    assert "zo 30 mei 2027, 10:00–11:00" in said({}, facts(), "nl")


def test_changes_stand_by_the_day_of_the_programme_in_order_of_time(app: Flask) -> None:
    night = facts(TEN + 16 * HOUR, title="Night")
    found = [
        Change("1", (changes.Difference.NEW,), {}, facts(None, title="Some time")),
        Change("2", (changes.Difference.NEW,), {}, facts(TEN + 24 * HOUR, title="Monday")),
        Change("3", (changes.Difference.NEW,), {}, night),
        Change("4", (changes.Difference.REMOVED,), facts(title="Gone"), {}),
    ]

    days = wording.by_day(found, LEIDEN, "en")

    assert [(day.on, [each.title for each in day.changes]) for day in days] == [
        (date(2027, 5, 30), ["Gone", "Night"]),
        (date(2027, 5, 31), ["Monday"]),
        (None, ["Some time"]),
    ]

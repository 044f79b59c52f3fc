"""What waiting is worth, counted from what happened at past editions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.events.models import Event, Series, Status
from eventsvc.extensions import db
from eventsvc.registration import odds, rules
from eventsvc.registration.models import Registration
from eventsvc.registration.odds import Odds
from eventsvc.registration.person import Person
from tests.people import NOW, an_event
from tests.registration.acts import come, leave

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def series(app: Flask) -> Series:
    made = Series(slug="school", title="School")
    db.session.add(made)
    db.session.commit()
    return made


def edition(series: Series, year: int, *, waiting: int, freed: int, **over: Any) -> list[Registration]:
    """A past edition with `waiting` people on its list, of whom the first `freed` got a place; return those who waited.

    They waited behind as many people as came; each place that was given up went to the next.
    """
    start = NOW.replace(year=year)
    facts: dict[str, Any] = {"series": series, "capacity": freed, "registration_opens_at": None}
    event = an_event(**(facts | {"starts_at": start, "ends_at": start + timedelta(hours=6)} | over))
    at = start - timedelta(days=9)
    seated = [come(event, person(f"s{number}"), at=at) for number in range(freed)]
    listed = [come(event, person(f"w{number}"), at=at) for number in range(waiting)]
    for registration in seated:
        leave(registration, at=at)
    return listed


def person(name: str) -> Person:
    return Person(name, "Voorbeeld", f"{name}@example.org")


def coming(series: Series) -> Event:
    return an_event(series=series)


def test_it_counts_who_waited_who_got_a_place_and_how_far_down(series: Series) -> None:
    edition(series, 2024, waiting=3, freed=1)
    edition(series, 2025, waiting=4, freed=2)

    found = odds.of(coming(series), NOW)

    assert found == Odds(waited=7, served=3, reached=(2, 1))
    assert [found.would_serve(number) for number in (1, 2, 3)] == [2, 1, 0]


def test_whoever_left_the_list_moves_the_others_up(series: Series) -> None:
    for year in (2024, 2025):
        start = NOW.replace(year=year)
        event = an_event(
            series=series, capacity=1, registration_opens_at=None, starts_at=start, ends_at=start + timedelta(hours=6)
        )
        at = start - timedelta(days=9)
        ada, bob, cia = (come(event, person(name), at=at) for name in ("ada", "bob", "cia"))
        leave(bob, at=at)
        leave(ada, at=at)
        assert cia.is_confirmed

    # Number 2 got a place though only one came free.
    assert odds.of(coming(series), NOW) == Odds(waited=4, served=2, reached=(2, 2))


def test_an_offer_counts_when_it_was_taken_alone(series: Series) -> None:
    for year, is_taken in ((2024, True), (2025, False)):
        (bob,) = edition(series, year, waiting=1, freed=1, offer_hours=1)
        at: datetime = bob.state_at
        if is_taken:
            rules.accept(bob, by=ATTENDEE, at=at)
        else:
            rules.settle_and_serve(bob.event_id, at=at + timedelta(hours=2))
        db.session.commit()

    assert odds.of(coming(series), NOW) == Odds(waited=2, served=1, reached=(0, 1))


def test_erased_people_still_count(series: Series) -> None:
    listed = edition(series, 2024, waiting=3, freed=1) + edition(series, 2025, waiting=3, freed=1)
    for registration in listed:
        rules.erase(registration, by=SYSTEM, at=NOW)
    db.session.commit()

    assert odds.of(coming(series), NOW) == Odds(waited=6, served=2, reached=(1, 1))


def test_one_edition_tells_nothing_and_no_more_than_five_count(series: Series) -> None:
    edition(series, 2020, waiting=2, freed=2)
    assert odds.of(coming(series), NOW) is None

    for year in range(2021, 2027):
        edition(series, year, waiting=1, freed=0)
    found = odds.of(coming(series), NOW)
    assert found == Odds(waited=5, served=0, reached=(0,) * 5)


@pytest.mark.parametrize(
    "over",
    [
        {"status": Status.CANCELLED},
        {"series": None},
        {"starts_at": NOW + timedelta(days=1), "ends_at": NOW + timedelta(days=2)},
    ],
    ids=["cancelled", "of no series", "to come"],
)
def test_only_editions_that_were_held_count(series: Series, over: dict[str, Any]) -> None:
    edition(series, 2024, waiting=1, freed=1)
    listed = edition(series, 2025, waiting=1, freed=1)
    assert odds.of(coming(series), NOW) is not None

    event = listed[0].event
    for name, value in over.items():
        setattr(event, name, value)
    db.session.commit()

    assert odds.of(coming(series), NOW) is None


def test_it_is_one_query_however_many_waited(series: Series, app: Flask, count_queries: Callable[[], Any]) -> None:
    event_id, counted = coming(series).id, []
    for years, waiting in (((2024, 2025), 1), ((2022, 2023), 3)):
        for year in years:
            edition(series, year, waiting=waiting, freed=1)
        with app.app_context():
            event = db.session.get_one(Event, event_id)
            with count_queries() as queries:
                assert odds.of(event, NOW) is not None
        counted.append(queries.count)

    assert counted == [1, 1]


def test_an_event_of_no_series_asks_nothing(app: Flask, count_queries: Callable[[], Any]) -> None:
    event = an_event()

    assert event.series_id is None
    with count_queries() as queries:
        assert odds.of(event, NOW) is None
    assert queries.count == 0

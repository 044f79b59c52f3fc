"""The roster's queries: what is asked for is what is found, in the order asked for, and no more is read."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import roster
from eventsvc.registration.models import Origin, Registration, State
from eventsvc.registration.roster import Asked, Order
from tests.people import NOW, a_registration, an_event

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def event(app: Flask) -> Event:
    """Five people in three states; and somebody at another event, who must never appear."""
    found = an_event()
    for facts in (
        {"given_name": "Ada", "family_name": "Voorbeeld", "email": "ada@uni.example.org", "reference": "R4T9WH"},
        {"given_name": "Øystein", "family_name": "Ødegård", "organisation": "Institutt for eksempler"},
        {"given_name": "Sam", "family_name": "ejemplo", "organisation": "Universidad 100% Real_Name"},
        {"given_name": "Dee", "family_name": "Beispiel", "state": State.WAITLISTED, "email": None},
        {"given_name": "Rev", "family_name": "Exempel", "state": State.CANCELLED},
    ):
        a_registration(found, **facts)
    a_registration(an_event(), given_name="Eve", family_name="Voorbeeld")
    return found


def names(event: Event, **asked: Any) -> list[str]:
    return [row.given_name for row in roster.page(event.id, Asked(**asked)).rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("voorbeeld", ["Ada"]),
        ("ada VOOR", ["Ada"]),
        ("@uni.example.org", ["Ada"]),
        ("uni.example", ["Ada"]),
        ("R4T9WH", ["Ada"]),
        ("r4t 9wh", ["Ada"]),
        ("r4t-9wh", ["Ada"]),
        ("eksempler", ["Øystein"]),
        ("øystein", ["Øystein"]),
        ("ØDEGÅRD", ["Øystein"]),
        ("100%", ["Sam"]),
        ("l_n", ["Sam"]),
        ("%", ["Sam"]),
        ("beispiel", ["Dee"]),
        ("ada beispiel", []),
        ("' OR 1=1 --", []),
        ("\\", []),
    ],
)
def test_search_finds_by_name_address_domain_institution_and_reference(
    event: Event, typed: str, found: list[str]
) -> None:
    assert names(event, text=typed) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.TURN, ["Ada", "Øystein", "Sam", "Dee", "Rev"]),
        (Order.LATEST, ["Rev", "Dee", "Sam", "Øystein", "Ada"]),
        (Order.NAME, ["Dee", "Sam", "Rev", "Ada", "Øystein"]),
    ],
)
def test_rows_lie_as_asked_without_regard_to_capitals(event: Event, order: Order, found: list[str]) -> None:
    assert names(event, order=order) == found


def test_tabs_count_everybody_and_what_the_search_finds(event: Event) -> None:
    page = roster.page(event.id, Asked(text="example university", state=State.CONFIRMED))

    assert page.counts[State.CONFIRMED] == roster.Count(all=3, found=1)
    assert page.counts[State.CANCELLED] == roster.Count(all=1, found=1)
    assert (page.found, page.total) == (1, 5)


def test_a_page_past_the_end_is_the_last_one(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "PAGE_SIZE", 2)

    page = roster.page(event.id, Asked(number=99))

    assert (page.number, page.last, [row.given_name for row in page.rows]) == (3, 3, ["Rev"])


@pytest.mark.parametrize("order", list(Order))
def test_pages_joined_are_everybody_once_and_as_exported(
    event: Event, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "PAGE_SIZE", 2)
    paged = [row.reference for n in (1, 2, 3) for row in roster.page(event.id, Asked(order=order, number=n)).rows]

    exported = [row.reference for batch in roster.every(event.id, Asked(order=order)) for row in batch]

    assert paged == exported
    assert len(set(paged)) == 5


@pytest.mark.parametrize("order", list(Order))
def test_next_and_previous_walk_the_list_as_it_lies(event: Event, order: Order) -> None:
    asked = Asked(order=order)
    rows = roster.page(event.id, asked).rows
    ids = [row.id for row in rows]

    places = [roster.place(row, asked) for row in rows]

    assert places == [
        roster.Place(at + 1, ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)
        for at in range(len(ids))
    ]


def test_a_person_whom_the_search_leaves_out_has_no_place_in_it(event: Event) -> None:
    ada = roster.page(event.id, Asked(text="ada")).rows[0]

    assert roster.place(ada, Asked(text="sam")) is None


@pytest.mark.parametrize(
    "args",
    [
        {"state": "nonsense", "order": "up", "page": "0"},
        {"page": "-1"},
        {"page": "١"},
        {"page": "9" * 400},
        {"q": "\x00\x00"},
        {"q": "a" * 10_000},
    ],
)
def test_an_address_that_makes_no_sense_is_read_as_well_as_can_be(event: Event, args: dict[str, str]) -> None:
    assert roster.page(event.id, roster.asked_by(args)).number == 1


def test_the_address_says_what_is_asked_and_nothing_more() -> None:
    asked = Asked(State.WAITLISTED, "ada & co", Order.NAME, 3)

    assert Asked().args() == {}
    assert roster.asked_by({name: str(value) for name, value in asked.args().items()}) == asked
    assert asked.args(state=None, number=1) == {"q": "ada & co", "order": "name"}


@pytest.mark.parametrize("people", [1, 3])
def test_a_page_takes_two_queries_however_many_people_there_are(people: int, count_queries: Any) -> None:
    event = an_event()
    for _ in range(people):
        a_registration(event)
    event_id = event.id

    with count_queries() as queries:
        roster.page(event_id, Asked(text="ada"))

    assert queries.count == 2


@pytest.mark.parametrize("asked", [Asked(), Asked(order=Order.NAME, number=20), Asked(text="voorbeeld", number=40)])
def test_of_thousands_only_a_page_is_read(asked: Asked) -> None:
    event = an_event()
    db.session.execute(sa.insert(Registration), [_somebody(event.id, number) for number in range(2_000)])
    db.session.commit()
    read: list[object] = []
    sa.event.listen(Registration, "load", read_one := lambda row, _context: read.append(row))
    try:
        page = roster.page(event.id, asked)
    finally:
        sa.event.remove(Registration, "load", read_one)

    assert len(read) == len(page.rows) == roster.PAGE_SIZE
    assert (page.found, page.number) == (2_000, asked.number)


def _somebody(event_id: int, number: int) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "reference": f"R{number:06}",
        "state": State.CONFIRMED if number % 3 else State.WAITLISTED,
        "turn": number,
        "origin": Origin.PAGE,
        "given_name": f"Ada {number % 97}",
        "family_name": f"Voorbeeld {number % 1009}",
        "email": f"p{number}@example.org",
        "email_folded": f"p{number}@example.org",
        "language": "en",
        "registered_at": NOW,
        "state_at": NOW,
        "revision": 1,
    }

"""What a letter asks of a calendar that holds some things and should hold others."""

from __future__ import annotations

import pytest

from eventsvc.calendars.ics import Method
from eventsvc.calendars.parts import Part
from eventsvc.mail import holdings
from eventsvc.mail.holdings import Held


def part(sequence: int, *, is_off: bool = False) -> Part:
    facts = {"uid": "one", "status": "CANCELLED" if is_off else "CONFIRMED"}
    return Part(facts, facts | {"join_url": "https://example.org"}, sequence, 1)


@pytest.mark.parametrize(
    ("held", "entry", "is_wanted", "told"),
    [
        pytest.param(Held(asked=4), part(4), True, [], id="what is held as it is"),
        pytest.param(Held(asked=4), part(5), True, [("REQUEST", 5)], id="what is held otherwise"),
        pytest.param(Held(asked=4), part(4), False, [("CANCEL", 5)], id="what is not wanted, always above"),
        pytest.param(Held(asked=4), part(6), False, [("CANCEL", 6)], id="what is not wanted, where it is by now"),
        pytest.param(Held(asked=4), part(5, is_off=True), True, [("CANCEL", 5)], id="what will not be"),
        pytest.param(Held(asked=4, let_go=5), part(5), False, [], id="what was let go"),
        pytest.param(Held(asked=4, let_go=5), part(5), True, [("REQUEST", 6)], id="what is wanted again, always above"),
        pytest.param(Held(let_go=5), part(6), True, [], id="what it was never asked to hold"),
    ],
)
def test_a_calendar_is_asked_for(held: Held, entry: Part, is_wanted: bool, told: list[tuple[str, int]]) -> None:
    asked = holdings.asks({"one": held}, {"one": entry}, lambda _part: is_wanted, offset=0)

    assert [(each["method"], each["sequence"]) for each in asked] == told


def test_what_is_held_may_stay_as_it_is_until_there_is_news() -> None:
    asked = holdings.asks({"one": Held(asked=4)}, {"one": part(9)}, lambda _part: True, offset=2, is_whole=False)

    assert asked == []


def test_an_offset_counts_and_the_link_to_join_is_for_those_entitled() -> None:
    held, entry = {"one": Held(asked=1)}, {"one": part(3)}

    (own,) = holdings.asks(held, entry, lambda _part: True, offset=2, is_entitled=True)
    (other,) = holdings.asks(held, entry, lambda _part: True, offset=2)

    assert (own["sequence"], other["sequence"]) == (5, 5)
    assert "join_url" in own["facts"] and "join_url" not in other["facts"]


def test_what_is_asked_is_counted_by_uid() -> None:
    entry = part(3)
    asked = [holdings.ask(entry, method, 3, is_entitled=False) for method in Method]

    assert holdings.counts(asked) == {"asked": {"one": 3}, "let_go": {"one": 3}}
    assert holdings.told([]) == {}

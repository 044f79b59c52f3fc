"""Where a session that clashes could go instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings

from eventsvc.programme import conflicts, vacancies
from eventsvc.programme.models import SessionKind
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot
from tests.programme.test_conflicts import AULA, NINE, SAM, programmes, slot, talk

GARDEN, HALL = Place(3, "Garden", 20), Place(4, "Hall", 200)


def offered(*sessions: Planned, of: str = "a", **more: Any) -> list[tuple[int, int, str]]:
    """The free slots: minutes after nine, and the rooms' names."""
    plan = Plan(sessions, timezone="Europe/Amsterdam", **more)
    return [
        (_minutes(free.slot.starts_at), _minutes(free.slot.ends_at), "".join(room.name for room in free.rooms))
        for free in vacancies.suggestions(plan, of)
    ]


def _minutes(at: datetime) -> int:
    return (at - NINE) // timedelta(minutes=1)


def test_a_room_that_is_large_enough_comes_first_and_then_the_nearest_time() -> None:
    one, other = talk("a", 60, 120, rooms=(AULA,), seats=50), talk("b", 0, 90, rooms=(AULA,))

    day = slot(0, 150)
    assert offered(one, other, rooms=(AULA, GARDEN, HALL), span=day) == [
        (60, 120, "Hall"), (90, 150, "Aula"), (0, 60, "Hall"),
    ]  # fmt: skip
    assert offered(one, other, rooms=(AULA, GARDEN), span=day)[0] == (90, 150, "Aula")


def test_somebody_who_is_elsewhere_then_is_not_asked_to_be_here() -> None:
    there = talk("x", 60, 180, people=(SAM,), event="Summer school")

    suggested = offered(talk("a", 90, 150, people=(SAM,)), talk("b", 0, 30), elsewhere=(there,), span=slot(0, 480))

    assert suggested[:2] == [(0, 60, ""), (180, 240, "")]


def test_a_break_stays_free_and_the_event_is_not_left() -> None:
    coffee = talk("c", 60, 90, kind=SessionKind.BREAK)

    assert offered(talk("a", 45, 75), coffee, span=slot(0, 150)) == [(30, 60, ""), (0, 30, ""), (90, 120, "")]


def test_the_times_that_somebody_gave_are_kept_to() -> None:
    free = Person(1, "Sam", (slot(200, 260),))

    assert offered(talk("a", 0, 60, people=(free,)), span=slot(0, 480)) == [(200, 260, "")]


def test_another_day_comes_after_all_of_its_own() -> None:
    tomorrow = talk("b", 24 * 60, 25 * 60, rooms=(AULA,))
    full = talk("c", 0, 480, rooms=(AULA,))

    assert offered(talk("a", 0, 60, rooms=(AULA,)), full, tomorrow, span=slot(0, 24 * 60 + 540))[:2] == [
        (480, 540, "Aula"),
        (25 * 60, 26 * 60, "Aula"),
    ]


def test_nothing_is_offered_to_what_has_no_time_or_where_there_is_no_room() -> None:
    assert offered(Planned("a", "Unplanned")) == []
    assert offered(talk("a", 0, 60, rooms=(AULA,)), talk("b", 0, 60, rooms=(AULA,)), span=slot(0, 60)) == []


def test_nobody_is_asked_to_come_before_a_day_begins_or_to_stay_after_it_ends() -> None:
    one, full = talk("a", 0, 60, rooms=(AULA,)), talk("b", 0, 420, rooms=(AULA,))
    week = slot(0, 4 * 24 * 60 + 480)

    assert offered(one, full) == []
    assert offered(one, full, span=slot(-60, 420)) == [(-60, 0, "Aula")]
    # Each day of an event from Sunday nine until Thursday five is from nine until five.
    assert offered(one, full, talk("c", 24 * 60, 24 * 60 + 60), span=week) == [
        (420, 480, "Aula"), (24 * 60, 25 * 60, "Aula"), (25 * 60, 26 * 60, "Aula"),
    ]  # fmt: skip


def test_a_break_in_all_rooms_or_that_is_alone_at_its_time_stays_free() -> None:
    hall = Place(4, "Hall", 200)
    one, full = talk("a", 0, 60, rooms=(AULA,)), talk("b", 0, 60, rooms=(AULA,))
    everywhere = talk("c", 60, 120, kind=SessionKind.BREAK, rooms=(AULA, hall))
    in_one = replace(everywhere, rooms=(hall,))
    beside = talk("d", 60, 90, rooms=(GARDEN,))
    rooms, span = (AULA, hall), slot(0, 120)

    assert offered(one, full, everywhere, rooms=rooms, span=span) == [(0, 60, "Hall")]
    assert offered(one, full, in_one, rooms=rooms, span=span) == [(0, 60, "Hall")]
    assert (60, 120, "Aula") in offered(one, full, in_one, beside, rooms=rooms, span=span)


def test_where_it_stands_already_is_no_suggestion_to_whoever_moves_it() -> None:
    stands, moved = talk("a", 60, 120, rooms=(AULA,)), talk("a", 0, 60, rooms=(AULA,))
    full, span = talk("b", 0, 60, rooms=(AULA,)), slot(0, 180)

    assert offered(moved, full, span=span, stands=stands) == [(120, 180, "Aula")]


def test_a_busy_programme_is_looked_through_in_bounds() -> None:
    busy = [talk(f"b{number}", number, number + 2, people=(SAM,)) for number in range(3000)]
    morning = Slot(NINE, NINE + timedelta(minutes=3))

    # Every beginning that is near is taken, and what is far away is not looked at.
    assert offered(Planned("a", "Long", slot=morning, people=(SAM,)), *busy, span=slot(0, 3000)) == []


@settings(max_examples=40)
@given(programmes())
def test_whoever_takes_what_is_offered_clashes_with_nobody(plan: Plan) -> None:
    for session in plan.sessions:
        for free in vacancies.suggestions(plan, session.public_id):
            moved = replace(session, slot=free.slot, rooms=free.rooms)
            others = tuple(each for each in plan.sessions if each is not session)

            assert session.slot and free.slot.length == session.slot.length
            assert conflicts.found(replace(plan, sessions=(moved, *others)), {session.public_id}) == ()
            assert moved != session

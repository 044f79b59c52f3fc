"""What clashes: kind by kind, and on random programmes the same as somebody finds who compares each with each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsvc.programme import conflicts
from eventsvc.programme.conflicts import ClashKind
from eventsvc.programme.models import SessionKind
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot

NINE = datetime(2027, 5, 30, 7, 0, tzinfo=UTC)  # in Leiden
AULA, ATRIUM = Place(1, "Aula", 100), Place(2, "Atrium", 30)
SAM, ADA = Person(1, "Sam"), Person(2, "Ada")


def slot(begins: int, ends: int) -> Slot:
    """From and until so many minutes after nine."""
    return Slot(NINE + timedelta(minutes=begins), NINE + timedelta(minutes=ends))


def talk(public_id: str, begins: int, ends: int, **over: Any) -> Planned:
    return Planned(public_id, f"Talk {public_id}", slot=slot(begins, ends), **over)


def kinds(*sessions: Planned, **more: Any) -> list[ClashKind]:
    return [clash.kind for clash in conflicts.found(Plan(sessions, timezone="Europe/Amsterdam", **more))]


def test_a_room_twice_at_once_clashes_by_whichever_of_its_rooms() -> None:
    one = talk("a", 0, 60, rooms=(AULA,))

    assert kinds(one, talk("b", 30, 90, rooms=(ATRIUM, AULA))) == [ClashKind.ROOM]
    assert kinds(one, talk("b", 30, 90, rooms=(ATRIUM,))) == []
    assert kinds(one, talk("b", 60, 90, rooms=(AULA,))) == []


def test_a_person_twice_at_once_clashes_in_whatever_room() -> None:
    one = talk("a", 0, 60, rooms=(AULA,), people=(SAM,))

    assert kinds(one, talk("b", 59, 90, rooms=(ATRIUM,), people=(ADA, SAM))) == [ClashKind.PERSON]
    assert kinds(one, talk("b", 60, 90, people=(SAM,))) == []


def test_a_person_at_another_event_clashes_and_what_others_do_there_is_their_own_matter() -> None:
    there = talk("x", 0, 60, people=(SAM,), event="Summer school")
    also_there = talk("y", 0, 60, people=(SAM,), event="Summer school")

    assert kinds(talk("a", 30, 90, people=(SAM,)), elsewhere=(there,)) == [ClashKind.PERSON]
    assert kinds(talk("a", 30, 90, people=(ADA,)), elsewhere=(there, also_there)) == []


@pytest.mark.parametrize(
    ("given_times", "expected"),
    [
        ([], []),
        ([(0, 60)], []),
        ([(0, 30), (30, 60)], []),
        ([(0, 30), (31, 60)], [ClashKind.AWAY]),
        ([(120, 180)], [ClashKind.AWAY]),
    ],
)
def test_somebody_is_free_when_they_said_so_and_always_when_they_said_nothing(
    given_times: list[tuple[int, int]], expected: list[ClashKind]
) -> None:
    free = tuple(slot(*each) for each in given_times)

    assert kinds(talk("a", 0, 60, people=(replace(SAM, free=free),))) == expected


def test_rooms_too_small_for_the_seats_clash_and_a_room_of_unknown_size_does_not() -> None:
    assert kinds(talk("a", 0, 60, rooms=(ATRIUM,), seats=31)) == [ClashKind.SIZE]
    assert kinds(talk("a", 0, 60, rooms=(ATRIUM, AULA), seats=130)) == []
    assert kinds(talk("a", 0, 60, rooms=(ATRIUM, Place(3, "Garden")), seats=500)) == []
    assert kinds(Planned("a", "Unplanned", rooms=(ATRIUM,), seats=31)) == [ClashKind.SIZE]


def test_a_session_outside_its_event_clashes() -> None:
    span = slot(0, 480)

    assert kinds(talk("a", 0, 480), span=span) == []
    assert kinds(talk("a", -1, 60), span=span) == [ClashKind.OUTSIDE]
    assert kinds(talk("a", 470, 481), span=span) == [ClashKind.OUTSIDE]


def test_of_an_all_day_event_the_night_after_its_last_day_is_part_of_it() -> None:
    midnight = NINE - timedelta(hours=9)
    span = Slot(midnight, midnight + timedelta(days=2))
    until_five, past_five = (talk("a", 2340, 60 * 44 + over, kind=SessionKind.SOCIAL) for over in (0, 1))

    assert kinds(until_five, span=span, is_all_day=True) == []
    assert kinds(past_five, span=span, is_all_day=True) == [ClashKind.OUTSIDE]
    assert kinds(until_five, span=span) == [ClashKind.OUTSIDE]


def test_a_break_without_a_room_is_everybodys_and_run_over_by_what_people_work_at() -> None:
    coffee = talk("c", 60, 90, kind=SessionKind.BREAK)

    assert kinds(coffee, talk("a", 0, 61, rooms=(AULA,))) == [ClashKind.BREAK]
    assert kinds(coffee, talk("a", 0, 60), talk("b", 90, 120)) == []
    for kind in (SessionKind.SOCIAL, SessionKind.BLOCK, SessionKind.BREAK):
        assert kinds(coffee, talk("a", 0, 120, kind=kind)) == []


def test_a_break_in_a_room_is_run_over_in_that_room_only() -> None:
    coffee = talk("c", 60, 90, kind=SessionKind.BREAK, rooms=(AULA, ATRIUM))

    assert kinds(coffee, talk("a", 0, 61, rooms=(AULA, ATRIUM))) == [ClashKind.BREAK]
    assert kinds(coffee, talk("a", 0, 61, rooms=(Place(3, "Garden"),))) == []
    assert kinds(coffee, talk("a", 0, 120, rooms=(AULA,), kind=SessionKind.BLOCK)) == []
    assert kinds(coffee, talk("a", 0, 120, rooms=(AULA,), kind=SessionKind.SOCIAL)) == [ClashKind.ROOM]


def test_the_break_of_a_block_is_for_those_in_the_block() -> None:
    block = talk("block", 0, 120, kind=SessionKind.BLOCK)
    coffee = talk("c", 60, 90, kind=SessionKind.BREAK, parent="block")

    assert kinds(block, coffee, talk("a", 0, 120)) == []
    assert kinds(block, coffee, talk("a", 0, 120, parent="block")) == [ClashKind.BREAK]


def test_a_session_clashes_with_its_own_block_neither_in_its_room_nor_by_its_chair() -> None:
    block = talk("block", 0, 120, kind=SessionKind.BLOCK, rooms=(AULA,), people=(SAM,))
    part = talk("a", 0, 60, rooms=(AULA,), people=(SAM,), parent="block")

    assert kinds(block, part) == []
    assert kinds(block, replace(part, parent=None)) == [ClashKind.PERSON, ClashKind.ROOM]


def test_an_attendees_own_sessions_clash_when_they_are_at_once() -> None:
    one, other, third = talk("a", 0, 60), talk("b", 30, 90), talk("c", 30, 90)

    assert kinds(one, other, third, chosen=frozenset({"a", "b"})) == [ClashKind.CHOICE]
    assert [clash.key for clash in conflicts.between_choices([other, one])] == ["choice:a:b"]
    assert conflicts.between_choices([one, talk("d", 60, 90)]) == ()


def test_a_lone_clash_is_another_when_the_session_moves_and_that_of_two_is_not() -> None:
    def keys(minutes: int) -> set[str]:
        away = replace(SAM, free=(slot(600, 660),))
        sessions = talk("a", minutes, 60 + minutes, rooms=(AULA,), people=(away,)), talk("b", 30, 90, rooms=(AULA,))
        return {clash.key for clash in conflicts.found(Plan(sessions))}

    assert len(keys(0) & keys(15)) == 1
    assert "room:a:b:1" in keys(0) & keys(15)


def test_of_two_the_later_is_moved_and_neither_a_break_nor_what_is_at_another_event() -> None:
    def moved(*sessions: Planned, **more: Any) -> str:
        (clash,) = conflicts.found(Plan(sessions, **more))
        return conflicts.mover(clash).public_id

    assert moved(talk("z", 0, 60, rooms=(AULA,)), talk("a", 30, 90, rooms=(AULA,))) == "a"
    assert moved(talk("z", 0, 60), talk("a", 30, 90, kind=SessionKind.BREAK)) == "z"
    assert moved(talk("z", 0, 60, people=(SAM,)), elsewhere=(talk("x", 30, 90, people=(SAM,), event=""),)) == "z"


# Few rooms, people and hours, so that much clashes.
ROOMS = [Place(number, f"Room {number}", capacity) for number, capacity in enumerate((None, 10, 20))]
FREE = st.lists(st.tuples(st.integers(0, 10), st.integers(1, 8)).map(lambda at: slot(at[0], sum(at))), max_size=2)
PEOPLE = st.tuples(*(FREE.map(lambda free, n=number: Person(n, f"P{n}", tuple(free))) for number in range(3)))  # type: ignore[misc]


@st.composite
def programmes(draw: st.DrawFn) -> Plan:
    people = draw(PEOPLE)
    blocks: list[str] = []

    def session(name: str, event: str | None = None) -> Planned:
        kind = draw(st.sampled_from(list(SessionKind)))
        begins, length = draw(st.integers(0, 12)), draw(st.integers(1, 6))
        parent = draw(st.sampled_from([None, *blocks])) if kind is not SessionKind.BLOCK else None
        if kind is SessionKind.BLOCK and event is None:
            blocks.append(name)
        return Planned(
            name,
            name,
            kind,
            draw(st.sampled_from([slot(begins, begins + length)] * 5 + [None])),
            tuple(draw(st.lists(st.sampled_from(ROOMS), max_size=2, unique=True))) if event is None else (),
            tuple(draw(st.lists(st.sampled_from(people), max_size=2, unique=True))),
            parent,
            draw(st.sampled_from([None, 5, 15, 25])),
            event,
        )

    sessions = tuple(session(f"s{number}") for number in range(draw(st.integers(0, 9))))
    elsewhere = tuple(session(f"x{number}", "Elsewhere") for number in range(draw(st.integers(0, 3))))
    chosen = frozenset(draw(st.sets(st.sampled_from(sessions or [talk("s0", 0, 1)]).map(lambda each: each.public_id))))
    return Plan(sessions, elsewhere, tuple(ROOMS), "UTC", draw(st.sampled_from([None, slot(2, 14)])), chosen=chosen)


def naive(plan: Plan) -> set[tuple[Any, ...]]:
    """Compare each with each, minute by minute and rule by rule as they are written down."""
    found: set[tuple[Any, ...]] = set()
    for each in plan.sessions:
        sizes = [room.capacity for room in each.rooms]
        if each.seats and sizes and None not in sizes and sum(filter(None, sizes)) < each.seats:
            found.add((ClashKind.SIZE, each.public_id))
        if plan.span and minutes(each) - minutes(Planned("", "", slot=plan.span)):
            found.add((ClashKind.OUTSIDE, each.public_id))
        for person in each.people:
            free = {minute for time in person.free for minute in minutes(Planned("", "", slot=time))}
            if person.free and minutes(each) - free:
                found.add((ClashKind.AWAY, each.public_id, person.id))
    for one, other in combinations((*plan.sessions, *plan.elsewhere), 2):
        if minutes(one) & minutes(other) and (one.event is None or other.event is None):
            found |= {(kind, one.public_id, other.public_id, *more) for kind, *more in naive_pair(one, other, plan)}
    return found


def naive_pair(one: Planned, other: Planned, plan: Plan) -> set[tuple[Any, ...]]:
    are_kin = one.parent == other.public_id or other.parent == one.public_id
    quiet = {SessionKind.BREAK, SessionKind.SOCIAL, SessionKind.BLOCK}
    pair, found = {one.kind, other.kind}, set[tuple[Any, ...]]()
    breaks = [each for each in (one, other) if each.kind is SessionKind.BREAK]
    for room in () if are_kin else set(one.rooms) & set(other.rooms):
        if not breaks or pair == {SessionKind.BREAK} or SessionKind.SOCIAL in pair:
            found.add((ClashKind.ROOM, room.id))
        elif SessionKind.BLOCK not in pair:
            found.add((ClashKind.BREAK,))
    if not are_kin:
        found |= {(ClashKind.PERSON, person.id) for person in set(one.people) & set(other.people)}
        if {one.public_id, other.public_id} <= plan.chosen and not breaks:
            found.add((ClashKind.CHOICE,))
    if one.event is None and other.event is None and len(breaks) == 1 and not breaks[0].rooms:
        work = other if breaks[0] is one else one
        if work.kind not in quiet and breaks[0].parent in (None, work.parent):
            found.add((ClashKind.BREAK,))
    return found


def minutes(session: Planned) -> set[int]:
    if session.slot is None:
        return set()
    begins, ends = ((at - NINE) // timedelta(minutes=1) for at in (session.slot.starts_at, session.slot.ends_at))
    return set(range(begins, ends))


def plainly(clashes: tuple[conflicts.Clash, ...]) -> set[tuple[Any, ...]]:
    told = set()
    for clash in clashes:
        ids = sorted((session.public_id for session in clash.sessions), key=lambda each: (each[0] == "x", each))
        more = [clash.room.id] if clash.kind is ClashKind.ROOM and clash.room else []
        more += [clash.person.id] if clash.person else []
        told.add((clash.kind, *ids, *more))
    return told


@given(programmes())
def test_all_that_clashes_is_found_and_nothing_else(plan: Plan) -> None:
    found = conflicts.found(plan)

    assert plainly(found) == naive(plan)
    assert len({clash.key for clash in found}) == len(found)


@settings(max_examples=40)
@given(programmes(), st.randoms(use_true_random=False))
def test_in_whatever_order_sessions_are_read_the_same_clashes_have_the_same_keys(plan: Plan, random: Any) -> None:
    mixed = list(plan.sessions)
    random.shuffle(mixed)

    again = conflicts.found(replace(plan, sessions=tuple(mixed), elsewhere=plan.elsewhere[::-1]))

    assert [clash.key for clash in again] == [clash.key for clash in conflicts.found(plan)]


@settings(max_examples=40)
@given(programmes())
def test_of_one_session_those_are_found_that_concern_it(plan: Plan) -> None:
    everything = conflicts.found(plan)

    for session in plan.sessions:
        of = {session.public_id}
        assert conflicts.found(plan, of) == tuple(clash for clash in everything if clash.concerns(of))

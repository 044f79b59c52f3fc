"""A day as a grid: what touches touches, what overlaps stands beside, what takes several rooms spans them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.programme import agenda, conflicts, grid
from eventsvc.programme.grid import Grid, Place
from eventsvc.programme.models import SessionKind, SessionStatus
from eventsvc.programme.planned import Planned
from eventsvc.programme.reading import Item

ZONE = "Europe/Amsterdam"
NINE = datetime(2027, 5, 31, 7, 0, tzinfo=UTC)
ORDER = {"hall": 0, "lab": 1, "side": 2}


def item(name: str, begins: int, lasts: int = 60, rooms: tuple[str, ...] = ("hall",), **over: object) -> Item:
    """A session that begins some minutes after nine."""
    starts_at = NINE + timedelta(minutes=begins)
    plain = Item(
        public_id=name,
        title=name,
        kind=SessionKind.TALK,
        status=SessionStatus.PLANNED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=lasts),
        room=", ".join(rooms),
        track="",
        colour=1,
        rooms=rooms,
        room_ids=rooms,
    )
    return replace(plain, **over)


def laid(*items: Item) -> Grid:
    found = grid.laid(sorted(items, key=lambda each: each.starts_at or NINE), ORDER, ZONE)
    assert found is not None
    return found


def place(found: Grid, name: str) -> tuple[int, int, int, int]:
    where = next(each for each in found.places if each.item.public_id == name and not each.is_echo)
    return where.at, where.rows, where.col, where.over


def test_rooms_are_columns_in_their_order_and_rows_are_five_minutes() -> None:
    found = laid(item("a", 30, 45, ("lab",)), item("b", 75, 15), item("c", 90, 15))

    assert [head.name for head in found.heads] == ["hall", "lab"]
    assert found.first == NINE
    assert place(found, "a") == (7, 9, 2, 1)
    assert place(found, "b") == (16, 3, 1, 1)
    assert place(found, "c") == (19, 3, 1, 1)
    assert [row for row, _moment in found.hours] == [1, 13]


def test_a_break_takes_the_whole_width_unless_something_else_is_on() -> None:
    coffee, lunch = (item(name, at, 30, kind=SessionKind.BREAK) for name, at in (("coffee", 60), ("lunch", 120)))
    found = laid(item("a", 0), item("b", 0, rooms=("lab",)), coffee, lunch, item("c", 120, 30, ("lab",)))

    assert place(found, "coffee")[2:] == (1, 2)
    assert place(found, "lunch")[2:] == (1, 1)


def test_what_has_no_room_has_a_column_of_its_own_only_beside_others() -> None:
    alone = laid(item("a", 0), item("walk", 120, rooms=()))
    beside = laid(item("a", 0), item("walk", 30, rooms=()))

    assert [head.room_id for head in alone.heads] == ["hall"]
    assert [head.room_id for head in beside.heads] == ["hall", ""]
    assert place(beside, "walk")[2:] == (2, 1)


def test_sessions_at_once_in_one_room_stand_beside_each_other() -> None:
    found = laid(item("a", 0), item("b", 30), item("c", 120), item("d", 0, rooms=("lab",)))

    assert [(head.col, head.over) for head in found.heads] == [(1, 2), (3, 2)]
    assert place(found, "a")[2:] == (1, 1) and place(found, "b")[2:] == (2, 1)
    assert place(found, "c")[2:] == (1, 2)
    assert place(found, "d")[2:] == (3, 2)


def test_a_session_over_rooms_spans_those_that_lie_together_and_is_echoed_in_the_rest() -> None:
    others = [item("b", 120), item("c", 120, rooms=("lab",)), item("d", 120, rooms=("side",))]
    together = laid(item("a", 0, rooms=("hall", "lab")), *others)
    apart = laid(item("a", 0, rooms=("side", "hall")), *others)

    assert place(together, "a")[2:] == (1, 2)
    assert place(apart, "a")[2:] == (3, 1)
    assert [(each.col, each.over) for each in apart.places if each.is_echo] == [(1, 1)]


def test_an_evening_runs_on_past_midnight() -> None:
    found = laid(item("a", 14 * 60, 45), item("b", 15 * 60 + 30, 60))

    assert [f"{moment:%H}" for _row, moment in found.hours] == ["21", "22", "23"]
    assert place(found, "b")[0] == 19


def test_the_axis_begins_at_a_full_hour_of_the_zone() -> None:
    found = grid.laid([item("a", 30)], ORDER, "Asia/Kathmandu")

    assert found is not None
    assert found.first == NINE + timedelta(minutes=15)


def test_more_than_the_stylesheet_has_places_for_is_left_to_the_list() -> None:
    many = [item(str(number), 0, rooms=(f"room {number}",)) for number in range(grid.MOST_COLUMNS + 1)]

    assert grid.laid(many, {}, ZONE) is None
    assert grid.laid([item("a", 0, starts_at=None, ends_at=None)], {}, ZONE) is None


@pytest.mark.parametrize(("name", "most"), [("at", grid.MOST_ROWS), ("for", grid.MOST_ROWS), ("col", 24), ("over", 24)])
def test_the_stylesheet_has_every_place(name: str, most: int) -> None:
    sheet = Path(grid.__file__).parents[1].joinpath("static", "agenda.css").read_text()

    assert [int(number) for number in re.findall(rf"\.{name}-(\d+){{", sheet)] == list(range(1, most + 1))


some_items = st.lists(
    st.builds(
        item,
        st.integers(0, 10**6).map(str),
        st.integers(0, 600),
        st.integers(1, 180),
        st.sampled_from([("hall",), ("lab",), ("side",), ("hall", "lab"), ("hall", "side"), ()]),
        kind=st.sampled_from([SessionKind.TALK, SessionKind.BREAK]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda each: each.public_id,
)


@given(some_items)
def test_nothing_ever_stands_on_anything_else(items: list[Item]) -> None:
    found = laid(*items)

    assert {each.item.public_id for each in found.places} == {each.public_id for each in items}
    assert all(each.col >= 1 and each.col + each.over - 1 <= found.columns for each in found.places)
    for one, other in combinations(found.places, 2):
        assert not set(cells(one)) & set(cells(other))


def cells(place: Place) -> Iterator[tuple[int, int]]:
    for row in range(place.at, place.at + place.rows):
        for column in range(place.col, place.col + place.over):
            yield row, column


def test_sessions_within_a_block_stand_in_it_and_others_by_themselves() -> None:
    block = item("block", 0, 120, kind=SessionKind.BLOCK)
    inside, later = item("inside", 30, 30, parent="block"), item("later", 180, 30, parent="block")
    elsewhere = item("elsewhere", 30, 30, ("lab",), parent="block")

    (day,) = agenda.agendas([block, inside, elsewhere, later], ZONE)

    assert day.items == (block, elsewhere, later)
    assert day.parts == {"block": (inside,)}


def test_what_goes_on_for_days_stands_above_each_of_them() -> None:
    posters = item("posters", 0, 26 * 60, rooms=())

    first, second = agenda.agendas([posters, item("a", 0), item("b", 24 * 60)], ZONE)

    assert [each.public_id for each in first.throughout + second.throughout] == ["posters", "posters"]
    assert [each.public_id for each in first.items + second.items] == ["a", "b"]


def test_what_is_chosen_at_the_same_time_is_told_but_not_a_block_with_its_parts() -> None:
    block, part = item("block", 0, 120), item("part", 0, 30, parent="block")
    touching, over = item("touching", 120), item("over", 90)

    assert agenda.same_time(over, [block]) == block
    assert agenda.same_time(touching, [block]) is None
    assert agenda.same_time(part, [block]) is None and agenda.same_time(block, [part]) is None
    assert agenda.same_time(replace(over, status=SessionStatus.CANCELLED), [block]) is None
    assert agenda.same_time(block, [replace(over, status=SessionStatus.CANCELLED)]) is None


def test_a_break_is_in_nobodys_way_and_the_hints_agree_with_the_clashes() -> None:
    lunch, talk, late, part = (
        item("lunch", 30, 60, kind=SessionKind.BREAK),
        item("talk", 0, 60),
        item("late", 45, 60),
        item("part", 0, 30, parent="talk"),
    )
    everything = [lunch, talk, late, part]
    hinted = {
        frozenset((one.public_id, other.public_id))
        for one in everything
        for other in [agenda.same_time(one, [each]) for each in everything]
        if other
    }

    planned = [Planned(each.public_id, each.title, each.kind, each.slot, parent=each.parent) for each in everything]
    clashes = conflicts.between_choices(planned)
    assert hinted == {frozenset(session.public_id for session in clash.sessions) for clash in clashes}
    assert hinted == {frozenset(("talk", "late"))}

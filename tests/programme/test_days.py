"""Acts on several sessions: everything after one is shifted, two are swapped, a day is copied."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, rules
from eventsvc.programme.models import AcceptedClash, Answer, Room, Session, SessionKind
from tests.people import NOW, an_event, an_organiser

HOUR = timedelta(hours=1)
NINE_THIRTY = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)  # in Leiden, where the event begins


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga").id)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(ends_at=datetime(2027, 6, 2, 15, 0, tzinfo=UTC))


@pytest.fixture
def rooms(event: Event, olga: Actor) -> tuple[Room, Room]:
    return rules.add_room(event, "Room A", by=olga, at=NOW), rules.add_room(event, "Room B", by=olga, at=NOW)


def add(event: Event, by: Actor, title: str, hours: float, long: float = 1, **said: Any) -> Session:
    starts_at = NINE_THIRTY + hours * HOUR
    told = {"title": title, "starts_at": starts_at, "ends_at": starts_at + long * HOUR} | said
    return rules.add_session(event, told, by=by, at=NOW)


def hours(*sessions: Session) -> list[tuple[float, float]]:
    """When sessions are, in hours after half past nine."""
    return [((each.starts_at - NINE_THIRTY) / HOUR, (each.ends_at - NINE_THIRTY) / HOUR) for each in sessions]


def test_everything_after_a_session_is_shifted_in_its_room(event: Event, rooms: tuple[Room, Room], olga: Actor) -> None:
    a, b = rooms
    first, second, third = (add(event, olga, f"A {n}", n, room_id=a.id) for n in range(3))
    beside, tomorrow = add(event, olga, "B", 1, room_id=b.id), add(event, olga, "A", 25, room_id=a.id)

    moved = rules.shift_after(first, minutes=30, in_all_rooms=False, revision=first.revision, by=olga, at=NOW)

    assert moved == [second, third]
    assert hours(first, second, third, beside, tomorrow) == [(0, 1), (1.5, 2.5), (2.5, 3.5), (1, 2), (25, 26)]


def test_in_all_rooms_whatever_has_not_begun_is_shifted_with_it(
    event: Event, rooms: tuple[Room, Room], olga: Actor
) -> None:
    a, b = rooms
    first = add(event, olga, "A", 0, room_id=a.id)
    running, after = add(event, olga, "B", 0.5, room_id=b.id), add(event, olga, "Lunch", 2, kind=SessionKind.BREAK)

    rules.shift_after(first, minutes=15, in_all_rooms=True, revision=first.revision, by=olga, at=NOW)

    assert hours(running, after) == [(0.5, 1.5), (2.25, 3.25)]


def test_a_session_that_was_stretched_pushes_on_the_one_it_runs_into(
    event: Event, rooms: tuple[Room, Room], olga: Actor
) -> None:
    first, second = (add(event, olga, f"A {n}", n, room_id=rooms[0].id) for n in range(2))
    slot = {"starts_at": first.starts_at, "ends_at": first.ends_at + HOUR / 2, "room_id": rooms[0].id}
    rules.move(first, **slot, revision=first.revision, accepts=rules.ANYWAY, by=olga, at=NOW)

    rules.shift_after(first, minutes=30, in_all_rooms=False, revision=first.revision, by=olga, at=NOW)

    assert hours(first, second) == [(0, 1.5), (1.5, 2.5)]
    assert db.session.query(AcceptedClash).all() == []


def test_what_is_shifted_into_something_else_is_refused_with_each_by_name(
    event: Event, rooms: tuple[Room, Room], olga: Actor
) -> None:
    first, second = (add(event, olga, f"A {n}", n, room_id=rooms[0].id) for n in range(2))
    db.session.commit()

    with pytest.raises(errors.SlotConflict) as refused:
        rules.shift_after(first, minutes=-30, in_all_rooms=False, revision=first.revision, by=olga, at=NOW)

    assert refused.value.sentences == ("“A 1”: Room A is taken from 09:30 to 10:30 by “A 0”.",)
    db.session.rollback()
    assert hours(second) == [(1, 2)]


def test_whoever_saw_another_programme_shifts_nothing(event: Event, rooms: tuple[Room, Room], olga: Actor) -> None:
    first = add(event, olga, "A", 0, room_id=rooms[0].id)
    seen = first.revision
    rules.edit_session(first, {"starts_at": NINE_THIRTY + HOUR / 2}, revision=seen, by=olga, at=NOW)

    with pytest.raises(ChangedMeanwhile):
        rules.shift_after(first, minutes=30, in_all_rooms=False, revision=seen, by=olga, at=NOW)
    with pytest.raises(errors.NoSlot):
        waiting = rules.add_session(event, {"title": "Waiting"}, by=olga, at=NOW)
        rules.shift_after(waiting, minutes=30, in_all_rooms=True, revision=waiting.revision, by=olga, at=NOW)


def swap(one: Session, other: Session, by: Actor) -> None:
    rules.swap(one, other, revisions=(one.revision, other.revision), by=by, at=NOW)


def test_two_that_are_swapped_keep_their_length(event: Event, rooms: tuple[Room, Room], olga: Actor) -> None:
    a, b = rooms
    one, other = add(event, olga, "One", 0, room_id=a.id), add(event, olga, "Other", 3, 2, room_id=b.id)

    swap(one, other, olga)

    assert hours(one, other) == [(3, 4), (0, 2)]
    assert (one.room, other.room) == (b, a)


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_that_follow_each_other_the_second_begins_when_the_first_ends(
    event: Event, rooms: tuple[Room, Room], olga: Actor, is_first: bool
) -> None:
    one, other = (add(event, olga, f"{n}", n, 1 + n, room_id=rooms[0].id) for n in range(2))
    add(event, olga, "After", 3, room_id=rooms[0].id)

    swap(*((one, other) if is_first else (other, one)), olga)

    assert hours(one, other) == [(2, 3), (0, 2)]


def test_one_on_the_shelf_takes_the_place_of_the_other(event: Event, rooms: tuple[Room, Room], olga: Actor) -> None:
    there = add(event, olga, "There", 0, room_id=rooms[0].id)
    waiting = rules.add_session(event, {"title": "Waiting"}, by=olga, at=NOW)

    swap(there, waiting, olga)

    assert (there.starts_at, there.room) == (None, None)
    assert hours(waiting) == [(0, 1)]
    assert waiting.room == rooms[0]
    with pytest.raises(errors.NoSlot):
        swap(there, rules.add_session(event, {"title": "Too"}, by=olga, at=NOW), olga)


def test_a_day_is_copied_with_its_blocks_rooms_and_speakers(
    event: Event, rooms: tuple[Room, Room], olga: Actor
) -> None:
    block = add(event, olga, "Morning", 0, 3, kind=SessionKind.BLOCK, room_id=rooms[0].id)
    part = add(
        event, olga, "Part", 1, parent_id=block.id, room_id=rooms[0].id, further_rooms=[rooms[1].id],
        speakers=[{"name": "Sam", "role": "tutor"}], slides_url="https://x.example", source_id="7",
    )  # fmt: skip
    part.appearances[0].answer = Answer.CONFIRMED
    rules.cancel_session(add(event, olga, "Cancelled", 4), by=olga, at=NOW)

    copies = rules.copy_day(event, date(2027, 5, 30), date(2027, 6, 1), by=olga, at=NOW)

    assert hours(*copies) == [(48, 51), (49, 50)]
    copied = copies[1]
    assert (copied.parent, copied.room, copied.further_rooms) == (copies[0], *rooms[:1], [rooms[1]])
    assert (copied.slides_url, copied.source_id, copied.public_id != part.public_id) == ("", None, True)
    assert [(a.speaker.name, a.role.value, a.answer) for a in copied.appearances] == [
        ("Sam", "tutor", Answer.NOT_ASKED)
    ]


def test_a_day_is_copied_without_who_speaks(event: Event, olga: Actor) -> None:
    add(event, olga, "Talk", 0, speakers=[{"name": "Sam"}])

    (copied,) = rules.copy_day(event, date(2027, 5, 30), date(2027, 6, 1), keeps_speakers=False, by=olga, at=NOW)

    assert (copied.title, copied.appearances) == ("Talk", [])


@pytest.mark.parametrize(("from_day", "to_day"), [((2027, 3, 27), (2027, 3, 28)), ((2027, 10, 30), (2027, 10, 31))])
def test_across_a_change_of_clocks_a_copied_day_keeps_its_hours_and_lengths(
    olga: Actor, from_day: tuple[int, int, int], to_day: tuple[int, int, int]
) -> None:
    event, first = an_event(starts_at=None, ends_at=None), datetime(*from_day, 8, tzinfo=UTC)
    said = {"title": "Talk", "starts_at": first, "ends_at": first + HOUR}
    original = rules.add_session(event, said, by=olga, at=NOW)

    (copied,) = rules.copy_day(event, date(*from_day), date(*to_day), by=olga, at=NOW)

    assert copied.ends_at - copied.starts_at == HOUR
    assert abs(copied.starts_at - original.starts_at - timedelta(days=1)) == HOUR, "it is another hour in UTC"


def test_in_the_night_of_the_change_an_end_is_not_before_the_beginning(olga: Actor) -> None:
    event, half_past_two = an_event(starts_at=None, ends_at=None), datetime(2027, 3, 27, 1, 30, tzinfo=UTC)
    said = {"title": "Late", "starts_at": half_past_two, "ends_at": half_past_two + HOUR / 2}
    rules.add_session(event, said, by=olga, at=NOW)

    (copied,) = rules.copy_day(event, date(2027, 3, 26), date(2027, 3, 27), by=olga, at=NOW)

    assert copied.ends_at - copied.starts_at == HOUR / 2


def test_a_day_is_not_copied_onto_what_is_there_onto_itself_or_from_nothing(
    event: Event, rooms: tuple[Room, Room], olga: Actor
) -> None:
    add(event, olga, "Today", 0, room_id=rooms[0].id)
    add(event, olga, "Tomorrow", 24, room_id=rooms[0].id)
    today, tomorrow = date(2027, 5, 30), date(2027, 5, 31)

    with pytest.raises(errors.SlotConflict) as refused:
        rules.copy_day(event, today, tomorrow, by=olga, at=NOW)
    with pytest.raises(errors.SameDay):
        rules.copy_day(event, today, today, by=olga, at=NOW)
    with pytest.raises(errors.NothingToCopy):
        rules.copy_day(event, date(2027, 6, 5), today, by=olga, at=NOW)

    assert refused.value.sentences == ("“Today”: Room A is taken from 09:30 to 10:30 by “Tomorrow”.",)

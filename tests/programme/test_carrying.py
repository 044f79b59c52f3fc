"""What hangs together: a block and its parts, a session and its rooms, and what is no longer there to hang on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, published, rules
from eventsvc.programme.models import Room, Session, SessionKind, SessionStatus, Track
from tests import browsing
from tests.people import NOW, an_event, an_organiser
from tests.programme.speaking import HOUR, a_talk, sam

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def rooms(event: Event) -> tuple[Room, Room]:
    found = Room(event_id=event.id, name="A"), Room(event_id=event.id, name="B")
    db.session.add_all(found)
    db.session.commit()
    return found


@pytest.fixture
def block(event: Event, rooms: tuple[Room, Room]) -> Session:
    """Two hours from the beginning, in room A."""
    assert event.starts_at
    lasts = {"starts_at": event.starts_at, "ends_at": event.starts_at + 2 * HOUR}
    return a_talk(event, title="Block", kind=SessionKind.BLOCK, room=rooms[0], **lasts)


@pytest.fixture
def part(event: Event, block: Session, rooms: tuple[Room, Room]) -> Session:
    """The second hour of the block."""
    return a_talk(event, 1, title="Part", parent=block, room=rooms[0])


def told(session: Session) -> dict[str, Any]:
    return {"revision": session.revision, "accepts": rules.ANYWAY, "by": SYSTEM, "at": NOW}


def hour(session: Session) -> float | None:
    """How many hours after the event a session begins."""
    start = session.event.starts_at
    return (session.starts_at - start) / HOUR if session.starts_at and start else None


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def test_a_block_that_is_edited_takes_its_parts_along(block: Session, part: Session, rooms: tuple[Room, Room]) -> None:
    changes = {"starts_at": block.starts_at + HOUR, "ends_at": block.ends_at + HOUR, "room_id": rooms[1].id}

    rules.edit_session(block, changes, **told(block))

    assert (hour(block), hour(part), part.room) == (1, 2, rooms[1])
    assert acts() == ["session.edited", "session.carried"]


def test_a_block_that_changes_places_takes_its_parts_along(event: Event, block: Session, part: Session) -> None:
    other = a_talk(event, 4)
    how = told(block) | {"revisions": (block.revision, other.revision)}
    del how["revision"]

    rules.swap(block, other, **how)

    assert (hour(block), hour(part), hour(other)) == (4, 5, 0)


def test_a_block_that_is_shifted_takes_its_parts_along_whatever_room_they_are_in(
    event: Event, rooms: tuple[Room, Room]
) -> None:
    first = a_talk(event, 0, room=rooms[0])
    block = a_talk(event, 1, kind=SessionKind.BLOCK, room=rooms[0])
    inside, beside = a_talk(event, 1, parent=block, room=rooms[0]), a_talk(event, 1, parent=block, room=rooms[1])

    moved = rules.shift_after(first, minutes=60, in_all_rooms=False, **told(first))

    assert [hour(each) for each in (block, inside, beside)] == [2, 2, 2]
    assert set(moved) == {block, inside, beside} and len(moved) == 3


def test_a_block_that_is_put_back_on_the_shelf_takes_its_parts_there(block: Session, part: Session) -> None:
    rules.unschedule(block, revision=block.revision, by=SYSTEM, at=NOW)

    assert (block.starts_at, part.starts_at, part.room, part.parent) == (None, None, None, block)


def test_parts_that_were_put_elsewhere_stay_there(event: Event, block: Session) -> None:
    apart = a_talk(event, 5, parent=block)

    rules.edit_session(block, {"starts_at": block.starts_at + HOUR, "ends_at": block.ends_at + HOUR}, **told(block))

    assert hour(apart) == 5


def test_what_a_part_would_clash_with_is_told_of_the_block(
    event: Event, block: Session, part: Session, sign_in: SignIn
) -> None:
    busy = a_talk(event, 4)
    speaker = sam(part, name="Ada")
    busy.appearances = [type(part.appearances[0])(speaker=speaker)]
    db.session.commit()
    desk = sign_in(an_organiser("Olga", owns=event))
    address = f"/desk/events/{event.slug}/programme/sessions/{block.public_id}"
    form = browsing.fields(desk.get(address).text)
    form["starts_at"], form["ends_at"] = "2027-05-30T12:30", "2027-05-30T14:30"

    refused = desk.post(address, data=form)
    assert refused.status_code == 409 and "Ada" in refused.text
    again = browsing.fields(refused.text)
    again["accepts"] = browsing_keys(refused.text)
    desk.post(address, data=again)

    assert (hour(block), hour(part)) == (3, 4)


def browsing_keys(page: str) -> str:
    return page.split('name="accepts" value="', 1)[1].split('"', 1)[0]


def test_a_room_is_in_a_session_once_when_it_becomes_the_main_one(
    event: Event, block: Session, part: Session, rooms: tuple[Room, Room]
) -> None:
    talk = a_talk(event, 4, room=rooms[0], further_rooms=[rooms[1]])
    part.further_rooms = [rooms[1]]
    db.session.commit()
    slot = {"starts_at": block.starts_at, "ends_at": block.ends_at, "room_id": rooms[1].id}

    rules.move_block(block, **slot, **told(block))
    rules.move(talk, **(slot | {"starts_at": talk.starts_at, "ends_at": talk.ends_at}), **told(talk))
    db.session.commit()

    for session in (part, talk):
        assert session.rooms == [rooms[1]]
        assert [room["name"] for room in published.facts_of(session)["rooms"]] == ["B"]


def test_a_room_that_a_session_takes_besides_its_own_is_not_taken_away(event: Event, rooms: tuple[Room, Room]) -> None:
    talk = a_talk(event, room=rooms[0], further_rooms=[rooms[1]])

    with pytest.raises(errors.StillUsed):
        rules.remove(event, rooms[1], by=SYSTEM, at=NOW)

    talk.status = SessionStatus.REMOVED
    rules.remove(event, rooms[1], by=SYSTEM, at=NOW)
    assert db.session.scalars(sa.select(Room.name).order_by(Room.name)).all() == ["A"]


@pytest.mark.parametrize("name", ["room_id", "further_rooms", "track_id", "parent_id"])
def test_what_was_taken_away_while_a_form_was_open_is_told(event: Event, name: str) -> None:
    talk, elsewhere = a_talk(event), an_event()
    things: dict[str, Any] = {
        "room_id": Room(event_id=elsewhere.id, name="C"),
        "track_id": Track(event_id=elsewhere.id, name="T"),
    }
    things |= {"further_rooms": things["room_id"]}
    gone = things.get(name) or a_talk(elsewhere, kind=SessionKind.BLOCK)
    db.session.add(gone)
    db.session.commit()
    said: dict[str, Any] = {name: [gone.id] if name == "further_rooms" else gone.id}

    with pytest.raises(errors.BadSlot):
        rules.edit_session(talk, said, **told(talk))
    with pytest.raises(errors.BadSlot):
        rules.add_session(event, {"title": "New"} | said, by=SYSTEM, at=NOW)


def test_two_blocks_are_not_part_of_each_other(event: Event, block: Session) -> None:
    other = a_talk(event, 3, kind=SessionKind.BLOCK)
    rules.edit_session(other, {"parent_id": block.id}, **told(other))

    for parent in (other, block):
        with pytest.raises(errors.BadSlot) as refused:
            rules.edit_session(block, {"parent_id": parent.id}, **told(block))
        assert refused.value.field == "parent_id"

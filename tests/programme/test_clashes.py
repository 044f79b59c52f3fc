"""Acts that would make a clash: refused with a sentence, or accepted and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import conflicts, errors, gathering, rules
from eventsvc.programme.models import (
    AcceptedClash,
    Answer,
    Appearance,
    FreeTime,
    Room,
    Session,
    SessionKind,
    SessionStatus,
    Speaker,
)
from eventsvc.registration.models import Choice
from tests.people import NOW, a_registration, a_session, an_event, an_organiser
from tests.registration.test_race import at_once

HOUR = timedelta(hours=1)
NINE_THIRTY = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)  # in Leiden, where the event begins


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga", is_admin=True).id)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


def add(event: Event, by: Actor, title: str = "Talk", hours: float = 0, *, accepts: Any = (), **said: Any) -> Session:
    """An hour, so many hours after the event begins."""
    starts_at = NINE_THIRTY + hours * HOUR
    told = {"title": title, "starts_at": starts_at, "ends_at": starts_at + HOUR} | said
    return rules.add_session(event, told, accepts=accepts, by=by, at=NOW)


def move(session: Session, by: Actor, hours: float, *, accepts: Any = (), **over: Any) -> None:
    starts_at = NINE_THIRTY + hours * HOUR
    slot = {"starts_at": starts_at, "ends_at": starts_at + HOUR, "room_id": session.room_id} | over
    rules.move(session, **slot, revision=session.revision, accepts=accepts, by=by, at=NOW)


def accepted() -> list[AcceptedClash]:
    return list(db.session.scalars(sa.select(AcceptedClash).order_by(AcceptedClash.id)))


def acts(word: str) -> list[str]:
    asked = sa.select(AuditEntry.act).where(AuditEntry.act.startswith(word)).order_by(AuditEntry.id)
    return list(db.session.scalars(asked))


@pytest.fixture
def room(event: Event, olga: Actor) -> Room:
    return rules.add_room(event, "Room A", capacity=40, by=olga, at=NOW)


def test_a_room_that_is_taken_is_refused_and_the_sentence_names_what_is_there(
    event: Event, room: Room, olga: Actor
) -> None:
    add(event, olga, "Opening", 0.5, room_id=room.id)

    with pytest.raises(errors.SlotConflict) as refused:
        add(event, olga, "Talk", 1, room_id=room.id)

    assert refused.value.sentence == "Room A is taken from 10:00 to 11:00 by “Opening”."
    assert refused.value.status == 409
    assert refused.value.session.title == "Talk"


def test_what_only_touches_is_not_refused(event: Event, room: Room, olga: Actor) -> None:
    add(event, olga, "Opening", 0, room_id=room.id)

    add(event, olga, "Talk", 1, room_id=room.id)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"speakers": [{"name": "Sam"}]}, "Sam is in “Opening” from 09:30 to 10:30, Room A."),
        ({"capacity": 41}, "There are 40 seats in Room A, and “Talk” needs 41."),
        ({"starts_at": NINE_THIRTY - HOUR}, "It is outside the event, which is Sun 30 May 2027, 09:30 to 17:00."),
        ({"kind": SessionKind.BREAK}, "“Panel” runs into this break: it is from 09:30 to 10:30."),
    ],
)
def test_each_kind_of_clash_has_its_sentence(
    event: Event, room: Room, olga: Actor, said: dict[str, Any], sentence: str
) -> None:
    add(event, olga, "Opening", 0, room_id=room.id, speakers=[{"name": "Sam", "role": "chair"}])
    add(event, olga, "Panel", 0)
    other = None if "kind" in said or "speakers" in said else room.id
    where = {"starts_at": NINE_THIRTY + HOUR, "ends_at": NINE_THIRTY + 2 * HOUR} if other else {}

    with pytest.raises(errors.SlotConflict) as refused:
        add(event, olga, "Talk", 0, **({"room_id": other, **where} | said))

    assert sentence in refused.value.sentences


def test_a_talk_in_everybodys_break_is_refused(event: Event, olga: Actor) -> None:
    add(event, olga, "Coffee", 1, kind=SessionKind.BREAK)

    with pytest.raises(errors.SlotConflict) as refused:
        add(event, olga, "Talk", 0.5)

    assert refused.value.sentences == ("“Coffee” is for everybody from 10:30 to 11:30.",)


def test_a_speaker_is_asked_only_when_they_are_free(event: Event, olga: Actor) -> None:
    session = add(event, olga, speakers=[{"name": "Sam"}])
    sam = db.session.scalars(sa.select(Speaker)).one()
    free = {"starts_at": NINE_THIRTY + 3 * HOUR, "ends_at": NINE_THIRTY + 5 * HOUR}
    db.session.add(FreeTime(speaker_id=sam.id, event_id=event.id, **free))

    with pytest.raises(errors.SlotConflict) as refused:
        move(session, olga, 2.5)

    assert refused.value.sentence == "Sam is not free then. The times they gave: Sun 30 May, 12:30 to 14:30."
    move(session, olga, 3)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({}, "Sam is at “Summer school” from 09:30 to 10:30."),
        ({"status": Status.DRAFT}, "Sam is at another event from 09:30 to 10:30."),
        ({"is_unlisted": True}, "Sam is at another event from 09:30 to 10:30."),
    ],
)
def test_a_speaker_at_another_event_is_told_and_an_event_that_not_everybody_sees_is_not_named(
    event: Event, olga: Actor, over: dict[str, Any], sentence: str
) -> None:
    sam = {"name": "Sam", "affiliation": "Example University"}
    add(an_event(title="Summer school", **over), olga, "Secret", speakers=[sam])

    with pytest.raises(errors.SlotConflict) as refused:
        add(event, olga, speakers=[sam])

    assert refused.value.sentences == (sentence,)


def test_whoever_declined_whatever_is_cancelled_and_whoever_cancelled_is_in_nobodys_way(
    event: Event, room: Room, olga: Actor
) -> None:
    sam = {"name": "Sam", "affiliation": "Example University"}
    cancelled = add(event, olga, "Cancelled", room_id=room.id)
    rules.cancel_session(cancelled, by=olga, at=NOW)
    declined = add(event, olga, "Declined", speakers=[sam])
    declined.appearances[0].answer = Answer.DECLINED
    add(an_event(status=Status.CANCELLED), olga, speakers=[sam])

    add(event, olga, room_id=room.id, speakers=[sam])


def test_moved_anyway_it_is_kept_who_let_it_stand_and_how_it_was_told(event: Event, room: Room, olga: Actor) -> None:
    add(event, olga, "Opening", 0, room_id=room.id)
    session = add(event, olga, "Talk", 2, room_id=room.id)
    db.session.commit()
    with pytest.raises(errors.SlotConflict) as refused:
        move(session, olga, 0)
    db.session.rollback()

    move(session, olga, 0, accepts=refused.value.keys)

    (row,) = accepted()
    assert (row.user_id, row.accepted_at) == (olga.user_id, NOW)
    assert row.sentence == "“Talk”: Room A is taken from 09:30 to 10:30 by “Opening”."
    assert session.starts_at == NINE_THIRTY
    assert acts("clash.") == ["clash.accepted"]


def test_accepting_one_clash_does_not_accept_another(event: Event, room: Room, olga: Actor) -> None:
    add(event, olga, "Opening", 0, room_id=room.id)
    session = add(event, olga, "Talk", 2, room_id=room.id)
    db.session.commit()
    with pytest.raises(errors.SlotConflict) as refused:
        move(session, olga, 0)
    db.session.rollback()
    add(event, olga, "Panel", 0.5)
    db.session.commit()

    move(session, olga, 0, accepts=refused.value.keys)

    assert len(accepted()) == 1
    with pytest.raises(errors.SlotConflict) as other:
        rules.edit_session(
            session, {"capacity": 50}, revision=session.revision, accepts=refused.value.keys, by=olga, at=NOW
        )
    assert [clash.kind for clash in other.value.clashes] == [conflicts.ClashKind.SIZE]


def test_what_clashed_before_and_is_not_touched_refuses_nothing(event: Event, olga: Actor) -> None:
    session, _other = a_session(event), a_session(event)

    rules.edit_session(session, {"title": "New", "capacity": 5}, revision=session.revision, by=olga, at=NOW)
    rules.edit_session(session, {"slides_url": "https://x.example"}, revision=session.revision, by=olga, at=NOW)

    assert (session.title, accepted()) == ("New", [])


def test_only_what_an_edit_adds_to_the_clashes_that_are_there_is_refused(event: Event, room: Room, olga: Actor) -> None:
    block = add(event, olga, "Morning", kind=SessionKind.BLOCK, room_id=room.id)
    add(event, olga, "Opening", speakers=[{"name": "Sam"}, {"name": "Ada"}])
    session = add(
        event, olga, "Talk", parent_id=block.id, room_id=room.id, speakers=[{"name": "Sam"}], accepts=rules.ANYWAY
    )
    for row in accepted():
        rules.withdraw_acceptance(event, row, by=olga, at=NOW)
    db.session.commit()

    def refused(**changes: Any) -> list[tuple[str, str | None]]:
        with pytest.raises(errors.SlotConflict) as told:
            rules.edit_session(session, changes, revision=session.revision, by=olga, at=NOW)
        db.session.rollback()
        return [(clash.kind.value, clash.person and clash.person.name) for clash in told.value.clashes]

    assert refused(speakers=[{"name": "Sam"}, {"name": "Ada"}]) == [("person", "Ada")]
    assert refused(parent_id=None) == [("room", None)]
    assert refused(kind=SessionKind.BREAK, parent_id=None, room_id=None) == [("break", None)]
    assert refused(capacity=41) == [("size", None)]


def test_an_acceptance_goes_when_what_was_accepted_is_no_more(event: Event, room: Room, olga: Actor) -> None:
    add(event, olga, "Opening", 0, room_id=room.id)
    session = add(event, olga, "Talk", 0, room_id=room.id, accepts=rules.ANYWAY)
    move(session, olga, 0.5)
    assert len(accepted()) == 1, "it is the same two in the same room"

    move(session, olga, 2)

    assert accepted() == []
    assert acts("clash.") == ["clash.accepted", "clash.gone"]
    with pytest.raises(errors.SlotConflict):
        move(session, olga, 0)


@pytest.mark.parametrize("leave", [rules.cancel_session, rules.delete_session])
def test_an_acceptance_goes_with_its_session(event: Event, room: Room, olga: Actor, leave: Callable[..., None]) -> None:
    add(event, olga, "Opening", 0, room_id=room.id)
    session = add(event, olga, "Talk", 0, room_id=room.id, accepts=rules.ANYWAY)

    leave(session, by=olga, at=NOW)

    assert accepted() == []


def test_a_cancelled_session_is_restored_only_where_its_place_is_free(event: Event, room: Room, olga: Actor) -> None:
    session = add(event, olga, "Talk", 0, room_id=room.id)
    rules.cancel_session(session, by=olga, at=NOW)
    add(event, olga, "Instead", 0, room_id=room.id)
    db.session.commit()

    with pytest.raises(errors.SlotConflict):
        rules.restore_session(session, by=olga, at=NOW)
    db.session.rollback()
    rules.restore_session(session, accepts=rules.ANYWAY, by=olga, at=NOW)

    assert (session.status, len(accepted())) == (SessionStatus.PLANNED, 1)


def test_an_open_clash_may_be_accepted_and_opened_again(event: Event, olga: Actor) -> None:
    a_session(event), a_session(event)
    (clash,) = conflicts.found(gathering.gather(event))

    rules.accept_clashes(event, {clash.key}, by=olga, at=NOW)
    rules.accept_clashes(event, {clash.key}, by=olga, at=NOW)
    (row,) = accepted()
    rules.withdraw_acceptance(event, row, by=olga, at=NOW)

    assert accepted() == []
    assert acts("clash.") == ["clash.accepted", "clash.reopened"]
    with pytest.raises(errors.NoSuchClash):
        rules.accept_clashes(event, {"room:a:b:1"}, by=olga, at=NOW)


def test_a_session_is_moved_with_its_rooms_and_its_move_is_written_down(event: Event, room: Room, olga: Actor) -> None:
    other = rules.add_room(event, "Room B", by=olga, at=NOW)
    session = add(event, olga, "Talk", 0, room_id=room.id)

    move(session, olga, 1, room_id=other.id, further_rooms=[room.id, other.id])

    assert (session.starts_at, session.room, session.further_rooms) == (NINE_THIRTY + HOUR, other, [room])
    assert acts("session.moved") == ["session.moved"]


def test_a_room_of_another_event_is_no_place_to_move_to(event: Event, olga: Actor) -> None:
    session, elsewhere = add(event, olga), rules.add_room(an_event(), "Room A", by=olga, at=NOW)

    with pytest.raises(errors.BadSlot):
        move(session, olga, 1, room_id=elsewhere.id)


def test_the_second_of_two_who_move_one_session_is_told(event: Event, room: Room, olga: Actor) -> None:
    session = add(event, olga)
    seen = session.revision
    move(session, olga, 1)

    with pytest.raises(ChangedMeanwhile) as refused:
        slot = {"starts_at": NINE_THIRTY + 3 * HOUR, "ends_at": NINE_THIRTY + 4 * HOUR, "room_id": None}
        rules.move(session, **slot, revision=seen, by=olga, at=NOW)

    assert set(refused.value.theirs) == {"starts_at", "ends_at"}


def test_a_session_goes_back_to_the_shelf_without_time_or_room(event: Event, room: Room, olga: Actor) -> None:
    session = add(event, olga, room_id=room.id)

    rules.unschedule(session, revision=session.revision, by=olga, at=NOW)

    assert (session.starts_at, session.ends_at, session.room, session.further_rooms) == (None, None, None, [])
    add(event, olga, room_id=room.id)


def test_of_two_organisers_who_race_for_one_room_one_has_it(app: Flask, event: Event, room: Room, olga: Actor) -> None:
    ids = [add(event, olga, f"Talk {hours}", hours, room_id=room.id).id for hours in (1, 2, 3, 4)]
    db.session.commit()
    room_id = room.id
    db.session.rollback()

    def drag(session_id: int) -> None:
        with app.app_context():
            session = db.session.get_one(Session, session_id)
            seen = session.revision
            db.session.rollback()
            try:
                slot = {"starts_at": NINE_THIRTY, "ends_at": NINE_THIRTY + HOUR, "room_id": room_id}
                rules.move(session, **slot, revision=seen, by=olga, at=NOW)
                db.session.commit()
            except errors.SlotConflict:
                db.session.rollback()

    at_once(app, [lambda session_id=session_id: drag(session_id) for session_id in ids])  # type: ignore[misc]

    there = sa.select(sa.func.count()).select_from(Session).where(Session.starts_at == NINE_THIRTY)
    assert db.session.scalar(there) == 1


def test_gathering_asks_as_many_questions_for_a_long_programme_as_for_a_short_one(
    event: Event, olga: Actor, count_queries: Callable[[], Any]
) -> None:
    def asked(gather: Callable[[], object]) -> int:
        db.session.expire_all()
        _loaded = event.timezone
        with count_queries() as queries:
            gather()
        return int(queries.count)

    def both() -> tuple[int, int]:
        ids = [session.public_id for session in sessions]
        return asked(lambda: gathering.gather(event)), asked(lambda: gathering.gather_near(event, ids, []))

    sessions = [add(event, olga, speakers=[{"name": "Sam"}])]
    one = both()
    for hours in (1, 2, 3, 4):
        sessions.append(add(event, olga, hours=hours, speakers=[{"name": "Sam"}, {"name": f"Ada {hours}"}]))

    assert both() == one
    assert max(one) <= 6


def test_what_lies_around_some_sessions_is_all_that_they_clash_with(event: Event, olga: Actor) -> None:
    for hours in (0, 0.5, 1, 1.5, 5):
        speakers = [{"name": "Sam"}, {"name": f"Ada {hours}"}]
        add(event, olga, f"Talk {hours}", hours, speakers=speakers, accepts=rules.ANYWAY)
    everything = gathering.gather(event)

    for planned in everything.sessions:
        near = gathering.gather_near(event, {planned.public_id}, filter(None, [planned.slot]))

        assert conflicts.found(near, {planned.public_id}) == conflicts.found(everything, {planned.public_id})
    assert len(near.sessions) == 1


def test_an_attendees_choices_are_read_as_the_public_sees_them(event: Event) -> None:
    sessions = [a_session(event), a_session(event), a_session(event, starts_at=None, ends_at=None)]
    a_session(event)
    ada = a_registration(event)
    db.session.add_all(Choice(registration_id=ada.id, session_id=each.id, chosen_at=NOW) for each in sessions)
    db.session.commit()

    (clash,) = conflicts.between_choices(gathering.chosen_by(ada.id))

    assert {each.public_id for each in clash.sessions} == {each.public_id for each in sessions[:2]}


def test_two_roles_of_one_person_in_one_session_are_no_clash(event: Event, olga: Actor) -> None:
    both = [{"name": "Sam", "role": "chair"}, {"name": "Sam", "role": "speaker"}]

    session = add(event, olga, speakers=both)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Appearance)) == 2
    assert conflicts.found(gathering.gather(event)) == ()
    assert session.appearances[0].speaker is session.appearances[1].speaker

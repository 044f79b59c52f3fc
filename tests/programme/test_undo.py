"""Undoing an act on several sessions: a shift, a swap, a copied day, a block put on the shelf."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, rules, undoing
from eventsvc.programme.models import AcceptedClash, Answer, Appearance, Room, Session, SessionKind, Slides, Speaker
from tests import browsing
from tests.conftest import Clock
from tests.people import NOW, a_session, an_event, an_organiser

SignIn = Callable[..., FlaskClient]
NINE = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY, NEXT_DAY = date(2027, 5, 30), date(2027, 5, 31)


@pytest.fixture
def event(app: Flask) -> Event:
    """A symposium of two days in Leiden, with an Aula and a lab."""
    event = an_event(ends_at=NINE + timedelta(days=1, hours=8))
    db.session.add_all([Room(event_id=event.id, name="Aula"), Room(event_id=event.id, name="Lab", position=1)])
    db.session.commit()
    return event


@pytest.fixture
def owner(event: Event) -> User:
    return an_organiser("Olga", owns=event)


@pytest.fixture
def desk(owner: User, sign_in: SignIn) -> FlaskClient:
    return sign_in(owner)


@pytest.fixture
def olga(owner: User) -> Actor:
    return actors.organiser(owner.id)


@pytest.fixture
def sam(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Sam", is_admin=True).id)


def room(event: Event, name: str) -> Room:
    return db.session.scalars(sa.select(Room).where(Room.event_id == event.id, Room.name == name)).one()


def a_talk(event: Event, title: str, *, after: int = 0, lasts: int = 60, **over: Any) -> Session:
    """A talk in the Aula that begins so many minutes after half past nine."""
    begins = NINE + after * MINUTE
    facts = {"room": room(event, "Aula"), "starts_at": begins, "ends_at": begins + lasts * MINUTE}
    return a_session(event, title=title, **(facts | over))


def minutes(*sessions: Session) -> list[float | None]:
    return [(each.starts_at - NINE) / MINUTE if each.starts_at else None for each in sessions]


def shift(first: Session, by: Actor, *, later: int = 15, at: datetime = NOW) -> int:
    """Shift what comes after a session, and return what the act is undone by."""
    seen = first.revision
    rules.shift_after(first, minutes=later, in_all_rooms=False, revision=seen, accepts=rules.ANYWAY, by=by, at=at)
    db.session.commit()
    return last(first.event, by)


def copy(event: Event, by: Actor) -> tuple[list[Session], int]:
    copies = rules.copy_day(event, DAY, NEXT_DAY, by=by, at=NOW)
    db.session.commit()
    return copies, last(event, by)


def move(session: Session, after: int, by: Actor, *, at: datetime = NOW) -> None:
    """Let a session begin so many minutes after half past nine, in its room."""
    assert session.starts_at and session.ends_at
    begins = NINE + after * MINUTE
    slot = {"starts_at": begins, "ends_at": begins + (session.ends_at - session.starts_at), "room_id": session.room_id}
    rules.move(session, **slot, revision=session.revision, accepts=rules.ANYWAY, by=by, at=at)
    db.session.commit()


def last(event: Event, by: Actor) -> int:
    act = undoing.last_act(event.id, by.user_id)
    assert act is not None
    return act.number


def acts(session_id: int) -> list[str]:
    asked = sa.select(AuditEntry.act).where(AuditEntry.subject == "sessions", AuditEntry.subject_id == session_id)
    return list(db.session.scalars(asked.order_by(AuditEntry.id)))


def timetable(event: Event) -> str:
    return f"/desk/events/{event.slug}/programme/timetable"


def press(desk: FlaskClient, event: Event, page: str) -> Any:
    """Press Undo on a page."""
    form = browsing.fields(page, action=f"{timetable(event)}/undo")
    return desk.post(f"{timetable(event)}/undo", data=form, follow_redirects=True)


def test_a_shift_is_undone_at_one_press_beside_the_sentence_about_it(desk: FlaskClient, event: Event) -> None:
    first, second, third = (a_talk(event, f"Talk {number}", after=60 * number) for number in range(3))
    url = f"/desk/events/{event.slug}/programme/sessions/{first.public_id}/shift"
    data = {"revision": first.revision, "minutes": "15"}

    done = desk.post(url, data=data)
    assert "#" not in done.location, "the press would be out of sight"
    page = desk.get(done.location).text
    assert minutes(first, second, third) == [0, 75, 135]
    banner = page.split("2 sessions are shifted.")[1].split("</div>")[0]
    assert "Undo: shift the 2 sessions back" in banner
    assert page.count("Undo: shift") == 1
    undone = press(desk, event, page)

    assert "2 sessions are back where they were." in undone.text
    assert minutes(first, second, third) == [0, 60, 120]
    assert acts(second.id) == ["session.shifted", "session.undone"]
    assert "Undo:" not in undone.text


def test_a_swap_is_undone_later_from_the_bar_of_the_day(desk: FlaskClient, event: Event, olga: Actor) -> None:
    one, other = a_talk(event, "One"), a_talk(event, "Other", after=120, lasts=30, room=room(event, "Lab"))
    rules.swap(one, other, revisions=(one.revision, other.revision), by=olga, at=NOW)
    db.session.commit()
    assert (minutes(one, other), one.room) == ([120, 0], room(event, "Lab"))

    page = desk.get(timetable(event)).text
    assert "Undo: swap the two back" in page.split("day-bar")[1]
    press(desk, event, page)

    assert (minutes(one, other), one.room, other.room) == ([0, 120], room(event, "Aula"), room(event, "Lab"))
    assert other.ends_at == NINE + 150 * MINUTE


def test_a_copied_day_is_taken_out_again_and_that_is_on_record(desk: FlaskClient, event: Event) -> None:
    a_talk(event, "First", appearances=[Appearance(speaker=Speaker(name="Sam"))])
    a_talk(event, "Second", after=60)
    data = {"from_day": DAY.isoformat(), "to_day": NEXT_DAY.isoformat(), "keeps_speakers": "1"}

    page = desk.post(f"{timetable(event)}/copy", data=data, follow_redirects=True).text
    assert db.session.scalar(sa.select(sa.func.count(Session.id))) == 4
    assert "Undo: take the 2 copies out again" in page
    undone = press(desk, event, page)

    assert "The copies are taken out again." in undone.text
    assert set(db.session.scalars(sa.select(Session.title))) == {"First", "Second"}
    assert db.session.scalar(sa.select(sa.func.count(Session.id))) == 2
    deleted = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "session.deleted")).all()
    assert {entry.before["title"] for entry in deleted} == {"First", "Second"}
    assert "Undo:" not in undone.text


def test_an_undo_is_refused_with_the_name_of_what_somebody_moved_meanwhile(
    desk: FlaskClient, event: Event, olga: Actor, sam: Actor
) -> None:
    first, second, third = (a_talk(event, f"Talk {number}", after=60 * number) for number in range(3))
    shift(first, olga)
    page = desk.get(timetable(event)).text
    move(third, 240, sam)

    refused = press(desk, event, page)

    assert "“Talk 2” has been changed since, so nothing was undone." in refused.text
    assert minutes(second, third) == [75, 240]


def test_several_that_were_changed_are_counted(event: Event, olga: Actor, sam: Actor) -> None:
    first, second, third = (a_talk(event, f"Talk {number}", after=60 * number) for number in range(3))
    number = shift(first, olga)
    move(second, 300, sam)
    rules.cancel_session(third, by=sam, at=NOW)
    db.session.commit()

    with pytest.raises(errors.ChangedSince) as refused:
        rules.undo(event, number, by=olga, at=NOW)
    assert "2 sessions have been changed since, “Talk 1” among them" in refused.value.sentence


def test_what_was_taken_out_since_is_told(event: Event, olga: Actor, sam: Actor) -> None:
    first = a_talk(event, "First")
    told = {"title": "Second", "starts_at": NINE + 60 * MINUTE, "ends_at": NINE + 90 * MINUTE, "room_id": first.room_id}
    second = rules.add_session(event, told, by=olga, at=NOW)
    number = shift(first, olga)
    rules.delete_session(second, by=sam, at=NOW)
    db.session.commit()

    with pytest.raises(errors.ChangedSince) as refused:
        rules.undo(event, number, by=olga, at=NOW)
    assert "Some of it has been taken out since" in refused.value.sentence


def test_a_spelling_that_was_mended_since_does_not_stand_in_the_way(event: Event, olga: Actor, sam: Actor) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Secnod", after=60)
    number = shift(first, olga)
    rules.edit_session(second, {"title": "Second"}, revision=second.revision, by=sam, at=NOW)

    assert rules.undo(event, number, by=olga, at=NOW) == [second]
    assert (minutes(second), second.title) == ([60], "Second")


def test_an_act_is_undone_once_and_by_whoever_did_it(event: Event, olga: Actor, sam: Actor) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    number = shift(first, olga)

    with pytest.raises(errors.NothingToUndo):
        rules.undo(event, number, by=sam, at=NOW)
    with pytest.raises(errors.NothingToUndo):
        rules.undo(event, number + 1, by=olga, at=NOW)
    rules.undo(event, number, by=olga, at=NOW)
    with pytest.raises(errors.ChangedSince):
        # As a second press on the same page would, after a shift in the same direction.
        shift(first, olga, later=30)
        rules.undo(event, number, by=olga, at=NOW)
    assert minutes(second) == [90]


def test_what_came_in_its_place_is_named_and_may_be_clashed_with(
    desk: FlaskClient, event: Event, olga: Actor, sam: Actor, clock: Clock
) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    shift(first, olga, later=60, at=clock.now)
    page = desk.get(timetable(event)).text
    late = a_talk(event, "Late", after=240)
    move(late, 60, sam, at=clock.forward(MINUTE))

    refused = press(desk, event, page)

    assert (refused.status_code, "Aula is taken" in refused.text, minutes(second)) == (409, True, [120])
    form = browsing.fields(refused.text.split("data-refusal")[1].split("</section>")[0])
    key = refused.text.split('name="accepts" value="')[1].split('"')[0]
    done = desk.post(f"{timetable(event)}/undo", data=form | {"accepts": key})
    assert (done.status_code, minutes(second)) == (303, [60])
    assert db.session.scalars(sa.select(AcceptedClash.key)).one() == key


def test_what_clashed_before_the_act_clashes_again_and_is_listed(desk: FlaskClient, event: Event, olga: Actor) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=30)
    number = shift(first, olga, later=30)

    rules.undo(event, number, by=olga, at=NOW)
    db.session.commit()

    assert minutes(second) == [30]
    assert "One room, twice at once" in desk.get(timetable(event)).text


def test_a_block_comes_back_from_the_shelf_with_its_parts(desk: FlaskClient, event: Event, olga: Actor) -> None:
    block = a_talk(event, "Block", kind=SessionKind.BLOCK, lasts=120)
    part = a_talk(event, "Part", after=30, lasts=30, parent_id=block.id, further_rooms=[room(event, "Lab")])
    rules.unschedule(block, revision=block.revision, by=olga, at=NOW)
    db.session.commit()
    assert minutes(block, part) == [None, None]

    page = desk.get(timetable(event)).text
    assert "Undo: put “Block” back to 30 May, 09:30" in page
    press(desk, event, page)

    assert (minutes(block, part), part.room, part.further_rooms) == (
        [0, 30],
        room(event, "Aula"),
        [room(event, "Lab")],
    )


def test_a_swap_of_blocks_gives_their_parts_the_rooms_back_that_they_had(event: Event, olga: Actor) -> None:
    aula, lab = room(event, "Aula"), room(event, "Lab")
    block = a_talk(event, "Block", kind=SessionKind.BLOCK, lasts=120)
    part = a_talk(event, "Part", after=30, lasts=30, parent_id=block.id, further_rooms=[lab])
    other = a_talk(event, "Other", after=240, lasts=120, room=lab)
    rules.swap(block, other, revisions=(block.revision, other.revision), by=olga, at=NOW)
    assert (minutes(part), part.room, part.further_rooms) == ([270], lab, [])

    rules.undo(event, last(event, olga), by=olga, at=NOW)

    assert (minutes(block, part, other), part.room, part.further_rooms) == ([0, 30, 240], aula, [lab])


def _edited(copy: Session, by: Actor) -> None:
    rules.edit_session(copy, {"title": "Another"}, revision=copy.revision, by=by, at=NOW)


def _asked(copy: Session, by: Actor) -> None:
    copy.appearances[0].answer = Answer.INVITED


def _published(copy: Session, by: Actor) -> None:
    rules.publish(copy.event, by=by, at=NOW)


def _sent(copy: Session, by: Actor) -> None:
    facts = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "digest": "0" * 64, "uploaded_at": NOW}
    db.session.add(Slides(session_id=copy.id, **facts))


def _filled(copy: Session, by: Actor) -> None:
    a_session(copy.event, title="Inside", parent_id=copy.id, starts_at=None, ends_at=None)


@pytest.mark.parametrize("meanwhile", [_edited, _asked, _published, _sent, _filled])
def test_copies_that_somebody_did_something_with_stay(
    event: Event, olga: Actor, meanwhile: Callable[[Session, Actor], None]
) -> None:
    a_talk(event, "First", appearances=[Appearance(speaker=Speaker(name="Sam"))])
    copies, number = copy(event, olga)
    meanwhile(copies[0], olga)
    db.session.commit()

    with pytest.raises(errors.ChangedSince):
        rules.undo(event, number, by=olga, at=NOW)

    assert db.session.get(Session, copies[0].id) is not None


def test_a_shift_of_nothing_offers_no_way_back_of_something_else(desk: FlaskClient, event: Event, olga: Actor) -> None:
    first, _second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    shift(first, olga)
    alone = a_talk(event, "Alone", after=240, room=room(event, "Lab"))
    url = f"/desk/events/{event.slug}/programme/sessions/{alone.public_id}/shift"

    page = desk.post(url, data={"revision": alone.revision, "minutes": "15"}, follow_redirects=True).text

    assert "Undo" not in page.split("0 sessions are shifted.")[1].split("</div>")[0]


def test_nobody_undoes_without_the_token_of_the_page_nor_from_outside(
    desk: FlaskClient, event: Event, olga: Actor, csrf: None, sign_in: SignIn
) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    number = shift(first, olga)
    eve = sign_in(an_organiser("Eve"))

    assert eve.get(timetable(event)).status_code == 404
    assert desk.post(f"{timetable(event)}/undo", data={"number": number}).status_code == 400
    assert minutes(second) == [75]


def test_eve_undoes_nothing_and_nonsense_is_told(desk: FlaskClient, event: Event, olga: Actor, sign_in: SignIn) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    number = shift(first, olga)
    eve = sign_in(an_organiser("Eve"))

    assert eve.post(f"{timetable(event)}/undo", data={"number": number}).status_code == 404
    told = desk.post(f"{timetable(event)}/undo", data={"number": "no"}, follow_redirects=True).text

    assert "There is nothing to undo any more." in told
    assert minutes(second) == [75]

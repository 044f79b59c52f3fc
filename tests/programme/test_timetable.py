"""The desk's timetable, and moving sessions in it as a browser without JavaScript does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, rules
from eventsvc.programme.models import AcceptedClash, Appearance, Room, Session, SessionKind, SessionStatus, Speaker
from tests import browsing
from tests.people import NOW, a_session, an_event, an_organiser

SignIn = Callable[..., FlaskClient]
NINE = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY, NEXT_DAY = "2027-05-30", "2027-05-31"


@pytest.fixture
def event(app: Flask) -> Event:
    """A symposium from 09:30 to 17:00 in Leiden, with an Aula and a lab."""
    event = an_event()
    db.session.add_all([Room(event_id=event.id, name="Aula"), Room(event_id=event.id, name="Lab", position=1)])
    db.session.commit()
    return event


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga").id)


def at(event: Event, path: str = "/timetable") -> str:
    return f"/desk/events/{event.slug}/programme{path}"


def of(session: Session, act: str = "move") -> str:
    return at(session.event, f"/sessions/{session.public_id}/{act}")


def room(event: Event, name: str) -> Room:
    return db.session.scalars(sa.select(Room).where(Room.event_id == event.id, Room.name == name)).one()


def a_talk(event: Event, title: str, *, after: int = 0, lasts: int = 60, **over: Any) -> Session:
    """A talk in the Aula that begins so many minutes after half past nine."""
    begins = NINE + after * MINUTE
    facts = {"room": room(event, "Aula"), "starts_at": begins, "ends_at": begins + lasts * MINUTE}
    return a_session(event, title=title, **(facts | over))


def slot(begins: datetime, minutes: int, place: Room | None) -> str:
    ends = begins + minutes * MINUTE
    return f"{begins:%Y-%m-%dT%H:%MZ}/{ends:%Y-%m-%dT%H:%MZ},{place.id if place else 0}"


def drop(desk: FlaskClient, session: Session, where: str, **more: str) -> Any:
    """Send what the timetable's module sends."""
    return desk.post(of(session), data={"revision": session.revision, "slot": where} | more)


def test_a_day_shows_its_rooms_its_sessions_in_their_places_and_what_waits_for_one(
    desk: FlaskClient, event: Event
) -> None:
    a_talk(event, "Opening", after=30)
    a_session(event, title="Later", starts_at=None, ends_at=None, room=None)

    page = desk.get(at(event)).text

    # The day begins at 08:00, an hour before the event's first full hour: 10:00 is row 25.
    assert 'class="at-25 for-12 col-1 over-1"' in page
    for told in ("Aula", "Lab", "Opening", "Not yet placed", "One session.", "Later", "As published in version"):
        assert told in page
    assert page.count('data-tick="') == 10


def test_the_programme_begins_with_the_timetable_where_there_is_a_date_and_a_room(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    bare = an_event()
    olga = sign_in(an_organiser("Olga", owns=bare))

    assert at(event) in desk.get(at(event, "")).text
    assert olga.get(at(bare)).location == at(bare, "")
    assert "Views of the programme" not in olga.get(at(bare, "")).text


def test_days_of_the_event_and_days_with_sessions_are_offered(desk: FlaskClient, event: Event) -> None:
    event.ends_at = NINE + timedelta(days=1)
    a_talk(event, "Before it all", after=-24 * 60)

    page = desk.get(at(event)).text

    assert [day in page for day in ("Sat 29 May", "Sun 30 May", "Mon 31 May", "Tue 1 June")] == [True] * 3 + [False]
    assert "Nothing is planned on this day yet." in desk.get(f"{at(event)}?day=2027-05-31").text


def test_hidden_and_cancelled_sessions_are_there_and_removed_ones_are_not(desk: FlaskClient, event: Event) -> None:
    a_talk(event, "Behind the scenes", is_hidden=True)
    a_talk(event, "Off", after=60, status=SessionStatus.CANCELLED)
    a_talk(event, "Gone", after=120).status = SessionStatus.REMOVED
    db.session.commit()

    page = desk.get(at(event)).text

    assert ("Behind the scenes" in page, "Off" in page, "Gone" in page) == (True, True, False)


def test_a_break_is_for_all_and_what_takes_two_rooms_stands_over_both(desk: FlaskClient, event: Event) -> None:
    a_talk(event, "Coffee", kind=SessionKind.BREAK, room=None, lasts=30)
    a_talk(event, "Both", after=60, further_rooms=[room(event, "Lab")])
    a_talk(event, "Somewhere", after=120, room=None)

    page = desk.get(at(event)).text

    assert 'class="at-19 for-6 col-1 over-3"' in page
    assert 'class="at-31 for-12 col-1 over-2"' in page
    assert 'class="at-43 for-12 col-3 over-1"' in page, "a room to follow has a column of its own"


def test_a_dropped_session_has_its_new_slot_and_the_day_comes_back(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event, "Opening")

    response = drop(desk, talk, slot(NINE + 45 * MINUTE, 30, room(event, "Lab")))

    assert (response.status_code, response.location) == (303, f"{at(event)}?day={DAY}#s-{talk.public_id}")
    assert (talk.starts_at, talk.ends_at, talk.room) == (NINE + 45 * MINUTE, NINE + 75 * MINUTE, room(event, "Lab"))
    assert "“Opening” is now Sun 30 May, 10:15 to 10:45, Lab." in desk.get(at(event)).text


def test_a_session_in_several_rooms_keeps_them_when_it_is_dropped(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event, "Both", further_rooms=[room(event, "Lab")])

    drop(desk, talk, slot(NINE + 60 * MINUTE, 60, room(event, "Aula")))

    assert [each.name for each in talk.rooms] == ["Aula", "Lab"]


def test_the_plain_form_moves_by_the_clock_of_the_event(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event, "Opening")
    form = browsing.fields(desk.get(of(talk)).text, action=of(talk))
    assert (form["starts_at"], form["minutes"]) == ("2027-05-30T09:30", "60")

    form["starts_at"], form["minutes"], form["room_id"] = "2027-05-30T14:00", "90", str(room(event, "Lab").id)
    response = desk.post(of(talk), data=form)

    assert response.status_code == 303
    assert (talk.starts_at, talk.ends_at) == (NINE + 270 * MINUTE, NINE + 360 * MINUTE)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("starts_at", "", "Say when it begins."),
        ("starts_at", "2027-03-28T02:30", "There is no 02:30 on that day"),
        ("minutes", "0", "Write a whole number"),
        ("minutes", "", "Say how long it lasts."),
        ("room_id", "999999", "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_stays_in_the_form(
    desk: FlaskClient, event: Event, field: str, typed: str, sentence: str
) -> None:
    talk = a_talk(event, "Opening")
    form = browsing.fields(desk.get(of(talk)).text, action=of(talk))

    form[field] = typed
    response = desk.post(of(talk), data=form)

    assert (response.status_code, sentence in response.text) == (422, True)
    assert talk.starts_at == NINE


@pytest.mark.parametrize("said", ["", "nonsense", "2027-05-30T08:00Z", "2027-05-30T08:00Z/2027-05-30T07:00Z,1", "/,"])
def test_a_slot_that_cannot_be_read_moves_nothing(desk: FlaskClient, event: Event, said: str) -> None:
    talk = a_talk(event, "Opening")

    assert drop(desk, talk, said).status_code == 422
    assert talk.starts_at == NINE


def test_a_clash_is_told_with_free_slots_and_done_anyway_when_that_is_pressed(desk: FlaskClient, event: Event) -> None:
    talk, other = a_talk(event, "Opening"), a_talk(event, "Second", after=60)
    wanted = slot(NINE + 30 * MINUTE, 60, room(event, "Aula"))

    refused = drop(desk, talk, wanted)

    assert refused.status_code == 409
    assert "Aula is taken from 10:30 to 11:30 by “Second”." in refused.text
    assert 'name="instead"' in refused.text
    assert talk.starts_at == NINE
    form = browsing.fields(refused.text.split("data-refusal")[1].split("</section>")[0])
    key = refused.text.split('name="accepts" value="')[1].split('"')[0]
    assert desk.post(of(talk), data=form | {"accepts": key}).status_code == 303
    assert talk.starts_at == NINE + 30 * MINUTE
    assert db.session.scalars(sa.select(AcceptedClash)).one().key == key
    assert {other.public_id, talk.public_id} <= set(key.split(":"))


def test_a_slot_that_is_offered_is_taken_at_one_press(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event, "Opening")
    a_talk(event, "Second", after=60)
    refused = drop(desk, talk, slot(NINE + 30 * MINUTE, 60, room(event, "Aula")))
    form = browsing.fields(refused.text.split("data-refusal")[1].split("</section>")[0])
    free = refused.text.split('name="instead" value="')[1].split('"')[0]

    assert desk.post(of(talk), data=form | {"instead": free}).status_code == 303

    assert slot(talk.starts_at or NOW, 60, talk.room) == free


def test_a_clash_that_is_there_stands_above_its_day_with_a_way_out(desk: FlaskClient, event: Event) -> None:
    sam = Speaker(name="Sam")
    # Of two that begin at once it is the talk that is moved.
    a_talk(event, "One", kind=SessionKind.SOCIAL, appearances=[Appearance(speaker=sam)])
    two = a_talk(event, "Two", room=room(event, "Lab"), appearances=[Appearance(speaker=sam)])

    page = desk.get(at(event)).text

    assert "One person, twice at once: 09:30 to 10:30" in page
    assert "“Two”: Sam is in “One” from 09:30 to 10:30, Aula." in page
    assert page.count("Clash: Sam") == 2
    assert "is-free" in page
    form = browsing.fields(page, action=of(two))
    offer = page.split('name="slot" value="')[1].split('"')[0]
    desk.post(of(two), data=form | {"slot": offer})
    assert "Clash: Sam" not in desk.get(at(event)).text


def test_a_clash_is_let_stand_from_the_day_it_is_shown_on(desk: FlaskClient, event: Event) -> None:
    a_talk(event, "One")
    a_talk(event, "Two")
    form = browsing.fields(desk.get(at(event)).text, action=at(event, "/clashes/accept"))

    response = desk.post(at(event, "/clashes/accept"), data=form)

    assert response.location == f"{at(event)}?day={DAY}"
    assert "Clash:" not in desk.get(at(event)).text


def test_the_second_of_two_organisers_is_told_both_versions_and_loses_nothing(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    talk = a_talk(event, "Opening")
    seen = talk.revision
    sam = sign_in(an_organiser("Sam", is_admin=True))
    drop(sam, talk, slot(NINE + 60 * MINUTE, 60, room(event, "Aula")))

    told = desk.post(of(talk), data={"revision": seen, "slot": slot(NINE + 120 * MINUTE, 60, room(event, "Aula"))})

    assert told.status_code == 409
    for word in ("Sam saved changes", "10:30", "11:30", "Do it all the same"):
        assert word in told.text
    form = browsing.fields(told.text.split("data-refusal")[1].split("</section>")[0])
    assert desk.post(of(talk), data=form).status_code == 303
    assert talk.starts_at == NINE + 120 * MINUTE


def test_a_session_goes_back_to_the_shelf_and_the_way_back_from_there_is_offered(
    desk: FlaskClient, event: Event
) -> None:
    talk = a_talk(event, "Opening")

    response = desk.post(of(talk, "shelve"), data={"revision": talk.revision})

    assert (response.status_code, talk.starts_at, talk.room) == (303, None, None)
    page = desk.get(at(event)).text
    assert "Undo: put “Opening” back to 30 May, 09:30" in page
    assert desk.post(of(talk), data=browsing.fields(page, action=of(talk))).status_code == 303
    assert (talk.starts_at, talk.room) == (NINE, room(event, "Aula"))


def test_the_last_move_is_undone_and_an_undo_after_somebody_elses_move_is_told(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    talk = a_talk(event, "Opening")
    drop(desk, talk, slot(NINE + 60 * MINUTE, 30, room(event, "Lab")))
    page = desk.get(at(event)).text
    assert "Undo: put “Opening” back to 30 May, 09:30" in page
    undo = browsing.fields(page, action=of(talk))

    sam = sign_in(an_organiser("Sam", is_admin=True))
    drop(sam, talk, slot(NINE + 120 * MINUTE, 30, room(event, "Lab")))
    assert "Undo" not in sam.get(at(event)).text.replace("Undo: put “Opening” back to 30 May, 10:30", "")
    assert desk.post(of(talk), data=undo).status_code == 409
    drop(sam, talk, slot(NINE + 60 * MINUTE, 30, room(event, "Lab")))
    undo = browsing.fields(desk.get(at(event)).text, action=of(talk))
    undo["revision"] = str(talk.revision)

    assert desk.post(of(talk), data=undo).status_code == 303
    assert (talk.starts_at, talk.ends_at, talk.room) == (NINE, NINE + 60 * MINUTE, room(event, "Aula"))


def test_what_comes_after_is_shifted_in_its_room_or_in_all(desk: FlaskClient, event: Event) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=60)
    beside = a_talk(event, "Beside", after=60, room=room(event, "Lab"))
    data = {"revision": first.revision, "minutes": "15"}

    desk.post(of(first, "shift"), data=data)
    assert (second.starts_at, beside.starts_at) == (NINE + 75 * MINUTE, NINE + 60 * MINUTE)
    desk.post(of(first, "shift"), data=data | {"in_all_rooms": "1"})

    assert (second.starts_at, beside.starts_at) == (NINE + 90 * MINUTE, NINE + 75 * MINUTE)
    assert "Say by how many minutes" in desk.post(of(first, "shift"), data=data | {"minutes": "0"}).text


def test_a_shift_that_would_clash_says_so_and_is_done_anyway(desk: FlaskClient, event: Event) -> None:
    first, last = a_talk(event, "First"), a_talk(event, "Last", after=390)
    data = {"revision": first.revision, "minutes": "60"}

    refused = desk.post(of(first, "shift"), data=data)

    assert (refused.status_code, "It is outside the event" in refused.text) == (409, True)
    form = browsing.fields(refused.text.split("data-refusal")[1].split("</section>")[0])
    key = refused.text.split('name="accepts" value="')[1].split('"')[0]
    desk.post(of(first, "shift"), data=form | {"accepts": key})
    assert last.starts_at == NINE + 450 * MINUTE


def test_two_sessions_change_places(desk: FlaskClient, event: Event) -> None:
    first, second = a_talk(event, "First"), a_talk(event, "Second", after=120, room=room(event, "Lab"))
    form = browsing.fields(desk.get(of(first)).text, action=of(first, "swap"))

    assert "Choose the session to swap with." in desk.post(of(first, "swap"), data=form).text
    form["other"] = f"{second.public_id}:{second.revision}"
    assert desk.post(of(first, "swap"), data=form).status_code == 303

    assert (first.starts_at, first.room) == (NINE + 120 * MINUTE, room(event, "Lab"))
    assert (second.starts_at, second.room) == (NINE, room(event, "Aula"))


def test_a_day_is_had_again_on_another(desk: FlaskClient, event: Event) -> None:
    event.ends_at = NINE + timedelta(days=1, hours=8)
    a_talk(event, "First")
    form = browsing.fields(desk.get(f"{at(event, '/timetable/copy')}?day={DAY}").text)
    assert form["from_day"] == DAY

    same, done, again = (
        desk.post(at(event, "/timetable/copy"), data=dict(form) | {"to_day": day}) for day in (DAY, NEXT_DAY, NEXT_DAY)
    )

    assert "That is the same day." in same.text
    assert done.location == f"{at(event)}?day={NEXT_DAY}"
    assert (again.status_code, "Do it anyway" in again.text) == (409, True)


def test_a_block_takes_its_parts_along_and_leaves_others(event: Event, olga: Actor) -> None:
    block = a_talk(event, "Posters", kind=SessionKind.BLOCK)
    part = a_talk(event, "Poster one", after=15, lasts=15, parent_id=block.id)
    elsewhere = a_talk(event, "Poster two", after=120, lasts=15, parent_id=block.id)
    lab = room(event, "Lab")

    along = rules.move_block(
        block,
        starts_at=NINE + 30 * MINUTE,
        ends_at=NINE + 90 * MINUTE,
        room_id=lab.id,
        revision=block.revision,
        by=olga,
        at=NOW,
    )

    assert along == [part]
    assert (part.starts_at, part.ends_at, part.room) == (NINE + 45 * MINUTE, NINE + 60 * MINUTE, lab)
    assert (elsewhere.starts_at, elsewhere.room) == (NINE + 120 * MINUTE, room(event, "Aula"))


def test_a_block_that_would_clash_stays_with_all_its_parts(event: Event, olga: Actor) -> None:
    block = a_talk(event, "Posters", kind=SessionKind.BLOCK)
    part = a_talk(event, "Poster one", after=15, lasts=15, parent_id=block.id)
    a_talk(event, "Second", after=60)
    there = {"starts_at": NINE + 60 * MINUTE, "ends_at": NINE + 120 * MINUTE, "room_id": block.room_id}

    with pytest.raises(errors.SlotConflict) as refused:
        rules.move_block(block, **there, revision=block.revision, by=olga, at=NOW)

    assert any("Posters" in sentence for sentence in refused.value.sentences)
    db.session.rollback()
    assert (block.starts_at, part.starts_at) == (NINE, NINE + 15 * MINUTE)


def test_whoever_may_only_look_is_given_no_handle_and_strangers_no_page(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    talk = a_talk(event, "Opening")
    eve = sign_in(an_organiser("Eve"))

    assert "handle" in desk.get(at(event)).text
    assert eve.get(at(event)).status_code == 404
    for act in ("move", "shelve", "shift", "swap"):
        assert eve.post(of(talk, act), data={"revision": "1"}).status_code == 404
    assert eve.post(at(event, "/timetable/copy")).status_code == 404


def test_a_drop_without_the_token_of_the_page_moves_nothing(desk: FlaskClient, event: Event, csrf: None) -> None:
    talk = a_talk(event, "Opening")

    assert drop(desk, talk, slot(NINE + 60 * MINUTE, 60, talk.room)).status_code == 400
    assert talk.starts_at == NINE


def test_a_full_day_asks_as_many_questions_as_an_empty_one_and_so_does_a_move(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    def asked(act: Callable[[], Any], status: int) -> int:
        with count_queries() as queries:
            assert act().status_code == status
        return int(queries.count)

    def look() -> int:
        return asked(lambda: desk.get(at(event)), 200)

    def move(session: Session, after: int) -> int:
        where = slot(NINE + after * MINUTE, 30, room(event, "Lab"))
        return asked(lambda: drop(desk, session, where), 303)

    def talk(number: int) -> Session:
        sam = Appearance(speaker=Speaker(name=f"Sam {number}"))
        return a_talk(event, f"Talk {number}", after=30 * number, lasts=30, appearances=[sam])

    first = talk(0)
    move(first, 0)
    moved, looked = move(first, 30), look()
    for number in range(1, 6):
        talk(number)

    assert (move(first, 60), look()) == (moved, looked)


def test_a_session_that_is_dropped_on_another_day_is_there_at_the_same_hour_of_the_clock(
    desk: FlaskClient, event: Event
) -> None:
    # In the night after Saturday 27 March 2027 the clocks go forward.
    event.starts_at, event.ends_at = (datetime(2027, 3, day, 8, 0, tzinfo=UTC) for day in (27, 30))
    begins = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)
    late = a_talk(event, "Late", starts_at=begins, ends_at=begins + 60 * MINUTE)

    moved = drop(desk, late, slot(begins + 60 * MINUTE, 90, late.room), day="2027-03-28")

    assert (moved.status_code, "day=2027-03-28" in moved.headers["Location"]) == (303, True)
    # Half past midnight belongs to the evening before, and is that of Sunday now: an hour earlier by the world's clock.
    assert (late.starts_at, late.ends_at) == (begins + timedelta(days=1), begins + timedelta(days=1, minutes=90))


@pytest.mark.parametrize("day", ["", "x", "2027-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_cannot_be_read_is_told_and_nothing_is_moved(desk: FlaskClient, event: Event, day: str) -> None:
    talk = a_talk(event, "Talk")

    refused = drop(desk, talk, slot(NINE + 60 * MINUTE, 60, talk.room), day=day)

    assert (refused.status_code, "That slot cannot be read." in refused.text) == (422, True)
    assert talk.starts_at == NINE


def test_the_hours_to_build_in_are_those_of_a_day_that_has_many_and_of_work_where_there_are_few(
    desk: FlaskClient, event: Event
) -> None:
    event.ends_at = NINE + timedelta(days=2)
    for after in (4 * 60, 15 * 60):
        a_talk(event, f"Talk {after}", after=after)
    a_talk(event, "Alone", after=24 * 60 + 120)

    def hours(day: str) -> list[str]:
        page = desk.get(at(event) + f"?day={day}").text
        return re.findall(r'data-tick="\d+"[^>]*><span>(\d\d:\d\d)', page)

    assert (hours(DAY)[0], hours(DAY)[-1]) == ("12:00", "02:00")
    assert (hours(NEXT_DAY)[0], hours(NEXT_DAY)[-1]) == ("08:00", "17:00")


def test_a_drop_asks_as_little_among_many_sessions_as_among_two(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    talk, counts = a_talk(event, "Talk", appearances=[Appearance(speaker=Speaker(name="Sam"))]), list[int]()
    for lot in range(2):
        for number in range(1 + 12 * lot):
            sam = Speaker(name=f"Speaker {number}")
            a_talk(event, "Other", after=180, room=room(event, "Lab"), appearances=[Appearance(speaker=sam)])
        where, address, seen = slot(NINE + (60 + 5 * lot) * MINUTE, 60, talk.room), of(talk), talk.revision
        with count_queries() as queries:
            moved = desk.post(address, data={"revision": seen, "slot": where})
        assert moved.status_code == 303
        counts.append(queries.count)
        db.session.refresh(talk)

    # Who I am, the session with its event and what I may there, the turnstile, what goes on around it, and two writes.
    assert counts[0] == counts[1] <= 6


def test_what_was_read_of_a_session_before_somebody_else_moved_it_is_read_again(event: Event, olga: Actor) -> None:
    talk = a_talk(event, "Talk")
    assert (talk.revision, talk.starts_at) == (1, NINE)
    with db.engine.begin() as elsewhere:
        table = Session.__table__
        said = {"starts_at": NINE + 30 * MINUTE, "ends_at": NINE + 90 * MINUTE, "revision": 2}
        elsewhere.execute(sa.update(table).where(table.c.id == talk.id).values(said))

    rules.move(
        talk,
        starts_at=NINE + 120 * MINUTE,
        ends_at=NINE + 180 * MINUTE,
        room_id=talk.room_id,
        revision=2,
        by=olga,
        at=NOW,
    )
    db.session.commit()

    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.before == {
        "starts_at": (NINE + 30 * MINUTE).isoformat(), "ends_at": (NINE + 90 * MINUTE).isoformat(), "revision": 2,
    }  # fmt: skip
    assert talk.revision == 3

"""Clashes on the desk: told on the form of a session, and listed, as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import accepted, gathering
from eventsvc.programme.models import AcceptedClash, Appearance, Room, Session, Speaker
from tests import browsing
from tests.people import a_session, an_event, an_organiser

SignIn = Callable[..., FlaskClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def at(event: Event, path: str = "") -> str:
    return f"/desk/events/{event.slug}/programme{path}"


def edit(session: Session) -> str:
    return at(session.event, f"/sessions/{session.public_id}")


def two_apart(event: Event) -> tuple[Session, Session]:
    """Opening, from 09:30 in the Aula, and a talk two hours later."""
    later = event.starts_at + 2 * HOUR
    opening = a_session(event, title="Opening")
    return opening, a_session(event, title="Talk", starts_at=later, ends_at=later + HOUR)


def refused(desk: FlaskClient, session: Session) -> Any:
    """What the desk says when somebody moves this session to 10:00, and types an abstract meanwhile."""
    form = browsing.fields(desk.get(edit(session)).text)
    form["starts_at"], form["ends_at"], form["abstract"] = "2027-05-30T10:00", "2027-05-30T11:00", "What I typed"
    return desk.post(edit(session), data=form)


def offers(page: str) -> list[tuple[str, str]]:
    """The buttons that take another slot: their values and words."""
    return re.findall(r'<button class="btn" name="slot" value="([^"]+)">([^<]+)</button>', unescape(page))


def test_a_clash_is_told_on_the_form_with_slots_that_are_free_and_nothing_typed_is_lost(
    desk: FlaskClient, event: Event
) -> None:
    _opening, talk = two_apart(event)

    response = refused(desk, talk)

    assert response.status_code == 409
    assert "Aula is taken from 09:30 to 10:30 by “Opening”." in response.text
    form = browsing.fields(response.text)
    assert (form["starts_at"], form["ends_at"], form["abstract"]) == (
        "2027-05-30T10:00", "2027-05-30T11:00", "What I typed",
    )  # fmt: skip
    assert offers(response.text)[0][1] == "10:30 to 11:30, Aula"
    assert "accepts" not in form


def test_a_slot_that_is_offered_is_taken_at_one_press_with_all_that_was_typed(desk: FlaskClient, event: Event) -> None:
    _opening, talk = two_apart(event)
    page = refused(desk, talk).text
    form = browsing.fields(page)

    response = desk.post(edit(talk), data=form | {"slot": offers(page)[0][0]})

    assert response.status_code == 303
    assert (talk.starts_at, talk.ends_at) == (event.starts_at + HOUR, event.starts_at + 2 * HOUR)
    assert talk.abstract == "What I typed"


def test_a_room_that_is_free_is_offered_and_taken(desk: FlaskClient, event: Event) -> None:
    _opening, talk = two_apart(event)
    db.session.add(Room(event_id=event.id, name="Atrium"))
    db.session.commit()
    page = refused(desk, talk).text

    value, words = offers(page)[0]
    desk.post(edit(talk), data=browsing.fields(page) | {"slot": value})

    assert words == "10:00 to 11:00, Atrium"
    assert talk.room and talk.room.name == "Atrium"


def test_moved_anyway_it_is_saved_and_listed_with_who_let_it_stand(desk: FlaskClient, event: Event) -> None:
    _opening, talk = two_apart(event)
    page = refused(desk, talk).text
    (keys,) = re.findall(r'name="accepts" value="([^"]+)"', unescape(page))

    assert desk.post(edit(talk), data=browsing.fields(page) | {"accepts": keys}).status_code == 303

    listed = desk.get(at(event, "/clashes")).text
    assert "No clash is open" in listed
    assert "“Talk”: Aula is taken from 09:30 to 10:30 by “Opening”." in listed
    assert "Olga" in listed
    assert "Tue 2 March 2027, 10:00" in listed
    (row,) = db.session.scalars(sa.select(AcceptedClash))
    desk.post(at(event, f"/clashes/{row.id}/withdraw"))
    assert "Aula is taken" in desk.get(at(event, "/clashes")).text
    assert "One clash is open" in desk.get(at(event)).text


def test_a_new_session_that_clashes_is_offered_a_slot_too(desk: FlaskClient, event: Event) -> None:
    opening = a_session(event, title="Opening")
    form = browsing.fields(desk.get(at(event, "/new")).text)
    form["title"], form["starts_at"], form["ends_at"] = "Talk", "2027-05-30T09:30", "2027-05-30T10:00"
    form["room_id"], form["speakers-0-name"] = str(opening.room_id), "Sam"

    page = desk.post(at(event, "/new"), data=form)
    value, words = offers(page.text)[0]
    saved = desk.post(at(event, "/new"), data=browsing.fields(page.text) | {"slot": value})

    assert (page.status_code, words, saved.status_code) == (409, "10:30 to 11:00, Aula", 303)
    talk = db.session.scalars(sa.select(Session).where(Session.title == "Talk")).one()
    assert talk.starts_at == event.starts_at + HOUR
    assert [speaker.name for speaker in db.session.scalars(sa.select(Speaker))] == ["Sam"]


def test_the_list_shows_where_a_session_could_go_and_its_form_begins_there(desk: FlaskClient, event: Event) -> None:
    a_session(event, title="Opening")
    talk = a_session(event, title="Talk", starts_at=event.starts_at + HOUR / 2, ends_at=event.starts_at + HOUR)

    page = unescape(desk.get(at(event, "/clashes")).text)
    (link,) = re.findall(r'href="([^"]+slot=[^"]+)"', page)

    assert "Aula is taken from 09:30 to 10:30 by “Opening”." in page
    assert "Move it: 10:30 to 11:00, Aula" in page
    form = browsing.fields(desk.get(link).text)
    assert (form["starts_at"], form["ends_at"]) == ("2027-05-30T10:30", "2027-05-30T11:00")
    assert talk.starts_at == event.starts_at + HOUR / 2, "looking changes nothing"


@pytest.mark.parametrize("slot", ["", "x", "/,", "2027-05-30T10:00/2027-05-30T11:00,1", "0001-01-01T00:00Z/a,²", "\0"])
def test_a_slot_that_nobody_offered_is_passed_over(desk: FlaskClient, event: Event, slot: str) -> None:
    talk = a_session(event)

    response = desk.get(edit(talk), query_string={"slot": slot})

    assert browsing.fields(response.text)["starts_at"] == "2027-05-30T09:30"


def test_an_open_clash_may_be_left_to_stand_and_one_that_is_gone_may_not(desk: FlaskClient, event: Event) -> None:
    a_session(event), a_session(event)
    (key,) = re.findall(r'name="key" value="([^"]+)"', desk.get(at(event, "/clashes")).text)

    accepted = desk.post(at(event, "/clashes/accept"), data={"key": key}, follow_redirects=True)
    gone = desk.post(at(event, "/clashes/accept"), data={"key": "room:x:y:1"}, follow_redirects=True)

    assert "The clash may stand" in accepted.text
    assert "no longer there" in gone.text
    assert len(db.session.scalars(sa.select(AcceptedClash)).all()) == 1


def test_those_that_are_ticked_stand_for_one_reason_that_is_listed_and_on_record(
    desk: FlaskClient, event: Event
) -> None:
    a_session(event), a_session(event), a_session(event)
    page = desk.get(at(event, "/clashes")).text
    ticked = re.findall(r'type="checkbox" name="key" value="([^"]+)"', page)[:2]

    data = {"key": ticked, "reason": " Both are short. ", "shown": "room:x:y:1"}
    told = desk.post(at(event, "/clashes/accept-many"), data=data, follow_redirects=True).text

    assert "2 clashes may stand, and are on the list" in told
    assert set(db.session.scalars(sa.select(AcceptedClash.key))) == set(ticked)
    assert told.split("Accepted by")[1].count("Both are short.") == 2
    reasons = db.session.scalars(sa.select(AuditEntry.reason).where(AuditEntry.act == "clash.accepted")).all()
    assert reasons == ["Both are short."] * 2


def test_all_that_were_shown_stand_at_one_press_and_what_came_since_does_not(desk: FlaskClient, event: Event) -> None:
    a_session(event), a_session(event), a_session(event)
    page = desk.get(at(event, "/clashes")).text
    form = browsing.fields(page, action=at(event, "/clashes/accept-many"))
    assert "Let all 3 stand" in page
    a_session(event, title="Came since")

    told = desk.post(at(event, "/clashes/accept-many"), data=form | {"all": "1"}, follow_redirects=True).text

    assert "3 clashes may stand" in told
    assert len(db.session.scalars(sa.select(AcceptedClash)).all()) == 3
    assert told.split("Accepted by")[0].count("Came since") >= 3


def test_nothing_stands_where_nothing_is_ticked_or_all_of_it_is_gone(desk: FlaskClient, event: Event) -> None:
    a_session(event), a_session(event), a_session(event)

    def told(**data: Any) -> str:
        return desk.post(at(event, "/clashes/accept-many"), data=data, follow_redirects=True).text

    assert "Tick the clashes that may stand" in told(shown="room:x:y:1")
    assert "no longer there" in told(all="1", shown="room:x:y:1")
    assert db.session.scalars(sa.select(AcceptedClash)).all() == []


def test_a_reason_is_told_of_the_clash_that_has_the_number_now(desk: FlaskClient, event: Event) -> None:
    a_session(event), a_session(event), a_session(event)
    form = browsing.fields(desk.get(at(event, "/clashes")).text, action=at(event, "/clashes/accept-many"))
    data = form | {"all": "1"}
    desk.post(at(event, "/clashes/accept-many"), data=data | {"reason": "The old one"})
    for row in db.session.scalars(sa.select(AcceptedClash.id)).all():
        desk.post(at(event, f"/clashes/{row}/withdraw"))

    told = desk.post(at(event, "/clashes/accept-many"), data=data, follow_redirects=True).text

    assert ("Accepted by" in told, "The old one" in told) == (True, False)


def test_whoever_may_only_look_sees_what_clashes_and_eve_sees_nothing(event: Event, sign_in: SignIn) -> None:
    a_session(event), a_session(event)
    dee = an_organiser("Dee")
    db.session.add(Membership(event_id=event.id, user_id=dee.id, role=EventRole.DOOR))
    db.session.commit()

    dees, eves = sign_in(dee), sign_in(an_organiser("Eve"))
    page = dees.get(at(event, "/clashes"))

    assert "Aula is taken" in page.text
    assert "Let it stand" not in page.text
    assert dees.post(at(event, "/clashes/accept"), data={"key": "x"}).status_code == 404
    assert dees.post(at(event, "/clashes/accept-many"), data={"key": "x"}).status_code == 404
    assert eves.get(at(event, "/clashes")).status_code == 404


def test_an_acceptance_of_another_event_is_not_there(desk: FlaskClient, event: Event) -> None:
    other = an_event()
    row = AcceptedClash(event_id=other.id, key="room:a:b:1", sentence="Told", accepted_at=other.created_at)
    db.session.add(row)
    db.session.commit()

    assert desk.post(at(event, f"/clashes/{row.id}/withdraw")).status_code == 404


def test_a_long_list_of_clashes_asks_as_many_questions_as_a_short_one(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    def asked() -> int:
        with count_queries() as queries:
            assert desk.get(at(event, "/clashes")).status_code == 200
        return int(queries.count)

    a_session(event), a_session(event)
    one = asked()
    a_session(event), a_session(event)

    assert asked() == one


def test_today_counts_the_clashes_of_my_events_that_nobody_has_let_stand(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    a_session(event, title="Opening"), a_session(event, title="Talk")
    sketch = an_event(title="Sketch", status=Status.DRAFT, published_at=None)
    eve = sign_in(an_organiser("Eve", owns=sketch))

    today = desk.get("/desk/").text

    assert ("Clash in the programme" in today, at(event, "/clashes") in today) == (True, True)
    assert "Clash in the programme" not in eve.get("/desk/").text
    key = browsing.fields(desk.get(at(event, "/clashes")).text, action=at(event, "/clashes/accept"))["key"]
    desk.post(at(event, "/clashes/accept"), data={"key": key})
    assert "Clash in the programme" not in desk.get("/desk/").text


def test_today_counts_somebody_who_is_at_two_of_my_events_at_once_for_both(event: Event) -> None:
    other, third = an_event(), an_event()
    sam = Speaker(name="Sam")
    for each in (event, other):
        a_session(each, appearances=[Appearance(speaker=sam)])
    a_session(third, appearances=[Appearance(speaker=Speaker(name="Sam"))])

    assert accepted.open_at([event, other, third]) == {event.id: 1, other.id: 1}
    for each in (event, other, third):
        assert gathering.gather_all([event, other, third])[each.id] == gathering.gather(each)


def test_today_asks_as_many_questions_of_three_programmes_as_of_one(
    desk: FlaskClient, event: Event, sign_in: SignIn, count_queries: Callable[[], Any]
) -> None:
    admin, counts = sign_in(an_organiser("Ada", is_admin=True)), list[int]()
    a_session(event, appearances=[Appearance(speaker=Speaker(name="Sam"))])
    for _each in range(2):
        admin.get("/desk/")
        with count_queries() as queries:
            assert admin.get("/desk/").status_code == 200
        counts.append(queries.count)
        for _other in range(2):
            a_session(an_event(), appearances=[Appearance(speaker=Speaker(name="Sam"))])

    assert counts[0] == counts[1]

"""The desk's pages about a programme, used as a browser without JavaScript uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents
from eventsvc.programme.models import Room, Session, SessionStatus, Speaker, Track
from tests import browsing
from tests.conftest import Clock
from tests.people import a_session, an_event, an_organiser
from tests.programme.speaking import sam

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def at(event: Event, path: str = "") -> str:
    return f"/desk/events/{event.slug}/programme{path}"


def session_form(desk: FlaskClient, session: Session) -> Any:
    return browsing.fields(desk.get(at(session.event, f"/sessions/{session.public_id}")).text)


def send(desk: FlaskClient, session: Session, form: Any, **typed: str) -> Any:
    for name, value in typed.items():
        form[name] = value
    return desk.post(at(session.event, f"/sessions/{session.public_id}"), data=form)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/clashes/accept", {"key": "x\0y"}),
        ("/speakers/invite", {"speaker": "x\0y"}),
        ("/speakers/remind", {"speaker": "x\0y"}),
        ("/sessions/{talk}/swap", {"other": "x\0y:1"}),
        ("/sessions/{talk}/move", {"slot": "x\0y", "instead": "x\0y"}),
        ("/speakers/{sam}/merge", {"other": "x\0y"}),
        ("/import", {"text": "Title\tPart of\nT\0\tx\0y\n", "then": "look"}),
    ],
)
def test_a_null_byte_that_nobody_can_type_is_passed_over(
    desk: FlaskClient, event: Event, path: str, said: dict[str, str]
) -> None:
    talk = a_session(event)
    speaker = sam(talk)
    address = f"/desk/events/{event.slug}/programme{path}".format(talk=talk.public_id, sam=speaker.public_id)

    assert desk.post(address, data=said).status_code < 500


def test_a_slot_with_a_number_that_no_room_has_is_passed_over(desk: FlaskClient, event: Event) -> None:
    slot = f"2027-05-30T10:00Z/2027-05-30T11:00Z,{'9' * 5000}"

    assert desk.post(f"/desk/events/{event.slug}/programme/new", data={"slot": slot}).status_code == 422


def test_an_empty_programme_says_how_it_begins(desk: FlaskClient, event: Event) -> None:
    assert "No session yet" in desk.get(at(event)).text


def test_a_session_is_added_with_its_hour_room_and_speakers(desk: FlaskClient, event: Event) -> None:
    desk.post(at(event, "/rooms"), data={"room-name": "Aula", "room-capacity": "80"})
    desk.post(at(event, "/tracks"), data={"track-name": "Policy", "track-colour": "3"})
    form = browsing.fields(desk.get(at(event, "/new")).text)
    room, track = db.session.scalars(sa.select(Room)).one(), db.session.scalars(sa.select(Track)).one()

    form["title"], form["starts_at"], form["ends_at"] = "Opening", "2027-05-30T09:30", "2027-05-30T10:00"
    form["room_id"], form["track_id"] = str(room.id), str(track.id)
    form["speakers-0-name"], form["speakers-0-affiliation"] = "Sam", "Example University"
    response = desk.post(at(event, "/new"), data=form)

    assert response.status_code == 303
    session = db.session.scalars(sa.select(Session)).one()
    assert session.starts_at == datetime(2027, 5, 30, 7, 30, tzinfo=UTC)
    page = desk.get(at(event)).text
    for told in ("Opening", "09:30–10:00", "Aula", "Policy", "Sam"):
        assert told in page


def test_the_next_session_begins_where_the_last_one_ended(desk: FlaskClient, event: Event) -> None:
    form = browsing.fields(desk.get(at(event, "/new")).text)
    form["title"], form["starts_at"], form["ends_at"] = "Opening", "2027-05-30T09:30", "2027-05-30T10:00"

    response = desk.post(at(event, "/new"), data=form | {"then": "another"}, follow_redirects=True)

    assert browsing.fields(response.text)["starts_at"] == "2027-05-30T10:00"


def test_saving_an_untouched_session_changes_nothing(desk: FlaskClient, event: Event) -> None:
    session = a_session(event, abstract="One\n\nTwo")
    before, revision = contents.of(session), session.revision

    response = send(desk, session, session_form(desk, session))

    assert response.status_code == 303
    assert (contents.of(session), session.revision) == (before, revision)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "Give the session a title."),
        ("ends_at", "2027-05-30T09:00", "It would end before it begins."),
        ("starts_at", "2027-03-28T02:30", "There is no 02:30 on that day"),
        ("slides_url", "javascript:alert(1)", "Write a whole web address"),
        ("speakers-0-affiliation", "Example University", "line 1: give the speaker"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_stays_in_the_form(
    desk: FlaskClient, event: Event, field: str, typed: str, sentence: str
) -> None:
    session = a_session(event)
    before = contents.of(session)

    response = send(desk, session, session_form(desk, session), **{field: typed})

    assert response.status_code == 422
    assert sentence in response.text
    assert browsing.fields(response.text)[field] == typed
    assert contents.of(session) == before


def test_the_second_of_two_organisers_is_told_and_loses_nothing(
    desk: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    session = a_session(event, title="Old")
    sam = sign_in(an_organiser("Sam", is_admin=True))
    hers, his = session_form(desk, session), session_form(sam, session)
    his["speakers-0-name"] = "Ada"
    assert send(sam, session, his, title="Sam thinks").status_code == 303

    response = send(desk, session, hers, title="Olga thinks", abstract="Long")

    assert response.status_code == 409
    for told in ("Sam saved changes", "Sam thinks", "Olga thinks", "Ada"):
        assert told in response.text
    form = browsing.fields(response.text)
    assert (form["title"], form["abstract"], form["speakers-0-name"]) == ("Olga thinks", "Long", "Ada")
    assert send(desk, session, form).status_code == 303
    assert (session.title, session.abstract) == ("Olga thinks", "Long")
    assert [a.speaker.name for a in session.appearances] == ["Ada"]


def test_a_session_is_cancelled_restored_and_taken_out(desk: FlaskClient, event: Event) -> None:
    session = a_session(event)
    here = at(event, f"/sessions/{session.public_id}")

    for act, status in (("cancel", SessionStatus.CANCELLED), ("restore", SessionStatus.PLANNED)):
        desk.post(f"{here}/{act}")
        assert session.status is status
    desk.post(f"{here}/delete")
    assert session.status is SessionStatus.REMOVED, "it goes with the next version"


def test_a_session_of_another_event_is_not_there(desk: FlaskClient, event: Event) -> None:
    other = a_session(an_event())

    assert desk.get(at(event, f"/sessions/{other.public_id}")).status_code == 404
    assert desk.post(at(event, f"/sessions/{other.public_id}/delete")).status_code == 404
    assert desk.get(at(event, f"/rooms/{other.room_id}")).status_code == 404


def test_a_room_that_is_there_already_is_refused_beside_its_name(desk: FlaskClient, event: Event) -> None:
    desk.post(at(event, "/rooms"), data={"room-name": "Aula"})

    response = desk.post(at(event, "/rooms"), data={"room-name": "aula", "room-capacity": "5"})

    assert response.status_code == 409
    assert "has “aula” already" in response.text
    assert browsing.fields(response.text, action=at(event, "/rooms"))["room-capacity"] == "5"


def test_a_room_in_use_cannot_be_taken_away_and_an_empty_one_can(desk: FlaskClient, event: Event) -> None:
    session = a_session(event)
    used = at(event, f"/rooms/{session.room_id}/remove")

    assert "still has sessions" in desk.post(used, follow_redirects=True).text
    desk.post(at(event, f"/sessions/{session.public_id}/delete"))
    desk.post(used)

    assert db.session.scalars(sa.select(Room)).all() == []


def test_another_track_begins_with_a_colour_that_is_free_and_all_show_theirs(desk: FlaskClient, event: Event) -> None:
    def chosen() -> str:
        return str(browsing.fields(desk.get(at(event)).text, action=at(event, "/tracks"))["track-colour"])

    assert chosen() == "1"
    for name in ("Policy", "Care"):
        desk.post(at(event, "/tracks"), data={"track-name": name, "track-colour": chosen()})

    assert chosen() == "3"
    assert set(db.session.scalars(sa.select(Track.colour))) == {1, 2}
    assert '<li class="track-2">' in desk.get(at(event)).text
    wrong = desk.post(at(event, "/tracks"), data={"track-name": "", "track-colour": "12"}).text
    assert browsing.fields(wrong, action=at(event, "/tracks"))["track-colour"] == "12", "what was chosen is kept"


def test_rooms_tracks_and_speakers_are_edited(desk: FlaskClient, event: Event) -> None:
    session = a_session(event)
    desk.post(at(event, "/tracks"), data={"track-name": "Policy", "track-colour": "1"})
    form = session_form(desk, session)
    send(desk, session, form, **{"speakers-0-name": "Sam"})
    speaker, track = db.session.scalars(sa.select(Speaker)).one(), db.session.scalars(sa.select(Track)).one()

    desk.post(at(event, f"/rooms/{session.room_id}"), data={"room-name": "Great hall", "room-capacity": "9"})
    desk.post(at(event, f"/tracks/{track.id}"), data={"track-name": "Care", "track-colour": "4"})
    told = browsing.fields(desk.get(at(event, f"/speakers/{speaker.public_id}")).text)
    told["name"], told["country"], told["email"] = "Sam Voorbeeld", "NL", "sam@example.org"
    desk.post(at(event, f"/speakers/{speaker.public_id}"), data=told)

    assert session.room and (session.room.name, session.room.capacity) == ("Great hall", 9)
    assert (track.name, track.colour) == ("Care", 4)
    assert (speaker.name, speaker.country, speaker.email) == ("Sam Voorbeeld", "NL", "sam@example.org")


def test_a_speaker_of_other_events_only_is_not_there(desk: FlaskClient, event: Event) -> None:
    speaker = Speaker(name="Sam")
    db.session.add(speaker)
    db.session.commit()

    assert desk.get(at(event, f"/speakers/{speaker.public_id}")).status_code == 404


def test_a_long_programme_asks_as_many_questions_as_a_short_one(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    def asked() -> int:
        with count_queries() as queries:
            assert desk.get(at(event)).status_code == 200
        return int(queries.count)

    def add(name: str) -> None:
        session = a_session(event)
        send(desk, session, session_form(desk, session), **{"speakers-0-name": name})

    add("Sam")
    one = asked()
    add("Ada")
    add("Dee")

    assert asked() == one


def test_links_to_what_remains_of_a_session_are_added_when_it_is_over_and_shown_at_once(
    desk: FlaskClient, event: Event, client: FlaskClient, clock: Clock
) -> None:
    session = a_session(event)
    clock.at(event.ends_at + timedelta(days=1))
    links = {"recording_url": "https://media.example.org/1", "slides_url": "https://media.example.org/2"}

    answer = send(desk, session, session_form(desk, session), **links)

    assert answer.status_code == 303
    for page in (f"/sessions/{session.public_id}", "/programme"):
        shown = client.get(f"/events/{event.slug}{page}").text
        assert all(f'href="{address}"' in shown for address in links.values())


def test_who_cancels_or_takes_out_a_session_is_asked_first(sign_in: SignIn) -> None:
    event = an_event()
    desk, session = sign_in(an_organiser("Olga", owns=event)), a_session(event, title="Opening")
    own = f"/desk/events/{event.slug}/programme/sessions/{session.public_id}"

    page = desk.get(own).text
    asked = {act: desk.get(f"{own}/{act}").text for act in ("cancel", "delete")}

    assert all(f'href="{own}/{act}"' in page and f'action="{own}/{act}"' not in page for act in asked)
    assert "Cancel the session?" in asked["cancel"]
    assert "It is gone with the next version of the programme" in asked["delete"]
    assert session.status is SessionStatus.PLANNED
    eve = sign_in(an_organiser("Eve"))
    assert [eve.get(f"{own}/{act}").status_code for act in asked] == [404, 404]


def test_a_new_session_on_a_day_begins_on_that_day(sign_in: SignIn) -> None:
    event = an_event()
    desk = sign_in(an_organiser("Olga", owns=event))
    address = f"/desk/events/{event.slug}/programme/new"

    assert "2027-05-31T09:30" in desk.get(f"{address}?day=2027-05-31").text
    assert desk.get(f"{address}?day=nonsense").status_code == 200

"""Publishing a programme: the desk's page about it, the list of changes for everybody, and what feeds say then."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.calendars import entries, parts
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme import published, reading, rules
from eventsvc.programme.models import Answer, Appearance, Room, Session, Speaker, Version
from eventsvc.registration.models import Choice
from tests import browsing
from tests.people import NOW, a_registration, a_session, an_event, an_organiser
from tests.programme.speaking import a_talk, sam

SignIn = Callable[..., FlaskClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def at(event: Event, path: str = "/publish") -> str:
    return f"/desk/events/{event.slug}/programme{path}"


@pytest.mark.database("postgresql")
def test_a_card_that_is_changed_while_a_version_is_published_undoes_nothing_of_it(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = a_talk(event, title="Old")
    speaker = sam(talk)
    edit(talk, title="New")
    speaker_id, event_id = speaker.id, event.id
    db.session.remove()
    retold, is_reading, is_published = published._retold, Signal(), Signal()

    def slowly(voice: Any, speaker: Speaker) -> Any:
        is_reading.set()
        is_published.wait(2)
        return retold(voice, speaker)

    def change() -> None:
        with app.app_context():
            own = db.session.get_one(Speaker, speaker_id)
            rules.edit_card(own, {"photo_digest": "a" * 64}, revision=own.revision, by=actors.SPEAKER, at=NOW)
            db.session.commit()

    def publish() -> None:
        is_reading.wait(20)
        with app.app_context():
            rules.publish(db.session.get_one(Event, event_id), by=actors.SYSTEM, at=NOW)
            db.session.commit()
        is_published.set()

    monkeypatch.setattr(published, "_retold", slowly)
    with ThreadPoolExecutor(2) as threads:
        for act in [threads.submit(change), threads.submit(publish)]:
            act.result()

    (item,) = reading.items(event_id)
    assert (item.title, item.voices[0].photo) == ("New", "a" * 64)
    assert published.pending(event_id) == ()


def test_what_changes_beside_a_version_is_counted_though_the_version_was_read_before(app: Flask, event: Event) -> None:
    talk = a_talk(event)
    read, before = published.last(event.id), published.edition(event.id)
    with app.app_context():
        published.touch(talk.event_id)
        db.session.commit()

    published.touch(event.id)
    db.session.commit()

    assert read and before and published.edition(event.id) == (before[0], before[1] + 2)


def edit(session: Session, **changes: Any) -> None:
    rules.edit_session(session, changes, revision=session.revision, accepts=rules.ANYWAY, by=actors.SYSTEM, at=NOW)
    db.session.commit()


def move(session: Session, by: timedelta = HOUR, **more: Any) -> None:
    assert session.starts_at
    assert session.ends_at
    edit(session, starts_at=session.starts_at + by, ends_at=session.ends_at + by, **more)


def a_room(event: Event, name: str) -> Room:
    room = rules.add_room(event, name, by=actors.SYSTEM, at=NOW)
    db.session.commit()
    return room


def heard(session: Session) -> None:
    """One person chose the session, and one with an address speaks in it; the public knows."""
    person = a_registration(session.event)
    db.session.add(Choice(registration_id=person.id, session_id=session.id, chosen_at=NOW))
    session.appearances.append(Appearance(speaker=Speaker(name="Sam", email="sam@example.org")))
    db.session.commit()
    rules.publish(session.event, is_quiet=True, by=actors.SYSTEM, at=NOW)
    db.session.commit()


def letters() -> list[str]:
    return sorted(db.session.scalars(sa.select(Message.kind)))


def test_the_page_says_in_words_what_the_public_does_not_see_and_who_will_be_told(
    desk: FlaskClient, event: Event
) -> None:
    session, gone = a_session(event, title="Opening"), a_session(event, title="Closing")
    heard(session)
    move(session, room_id=a_room(event, "Library").id)
    rules.delete_session(gone, by=actors.SYSTEM, at=NOW)
    rules.add_session(event, {"title": "Supper"}, by=actors.SYSTEM, at=NOW)
    db.session.commit()

    page = desk.get(at(event)).text

    assert "3 changes the public does not see yet." in page
    assert "Aula to Library, 09:30–10:30 to 10:30–11:30." in page
    assert "It was: Sun 30 May 2027, 09:30–10:30, Aula." in page
    assert "Time to follow." in page
    assert "letters go to one speaker and one attendee." in page
    assert "is_quiet" not in browsing.fields(page)
    for path in (at(event, ""), f"/desk/events/{event.slug}"):
        banner = desk.get(path).text
        assert "3 changes in the programme that the public does not see yet." in banner
        assert f'href="{at(event)}"' in banner


def test_publishing_names_the_version_tells_people_and_shows_everybody(
    desk: FlaskClient, client: FlaskClient, event: Event
) -> None:
    session = a_session(event, title="Opening")
    heard(session)
    move(session)
    form = browsing.fields(desk.get(at(event)).text)
    form["name"] = "After the call"

    answer = desk.post(at(event), data=form, follow_redirects=True)

    told = "Version 3 is published. Letters to one speaker and one attendee leave in ten minutes"
    assert told in answer.text
    assert "does not see yet" not in answer.text
    assert letters() == ["programme_changed", "speaker_programme"]
    line = "Version 3, “After the call”, 2 March 2027: one change"
    assert line in client.get(f"/events/{event.slug}/programme").text
    log = client.get(f"/events/{event.slug}/programme/changes").text
    assert "09:30–10:30 to 10:30–11:30." in log
    assert log.index("Version 3") < log.index("Version 2") < log.index("Version 1")


def test_small_corrections_are_offered_as_such_and_told_to_nobody(
    desk: FlaskClient, client: FlaskClient, event: Event
) -> None:
    session = a_session(event, title="Opneing")
    heard(session)
    edit(session, title="Opening")
    form = browsing.fields(desk.get(at(event)).text)
    assert form["is_quiet"] == "y"

    answer = desk.post(at(event), data=form, follow_redirects=True)

    assert "Version 3 is published. Nobody is written to." in answer.text
    assert letters() == []
    log = client.get(f"/events/{event.slug}/programme/changes").text
    assert "small corrections" in log
    assert "Opneing" not in log.partition("Version 2")[0]


def test_what_moves_is_told_to_nobody_only_by_who_says_so_again_and_the_log_tells_it(
    desk: FlaskClient, client: FlaskClient, event: Event
) -> None:
    moved, gone, spelt = (a_session(event, title=title) for title in ("Opening", "Closing", "Lucnh"))
    heard(moved)
    move(moved)
    rules.delete_session(gone, by=actors.SYSTEM, at=NOW)
    rules.add_session(event, {"title": "Supper"}, by=actors.SYSTEM, at=NOW)
    edit(spelt, title="Lunch")
    db.session.commit()
    form = browsing.fields(desk.get(at(event)).text) | {"is_quiet": "y"}

    refused = desk.post(at(event), data=form)
    form = browsing.fields(refused.text) | {"is_quiet": "y"}
    done = desk.post(at(event), data=form | {"then": "quietly"}, follow_redirects=True)

    counted = "one new session, one that moves, one that is cancelled or taken out"
    assert (refused.status_code, f"3 changes are no small corrections: {counted}." in refused.text) == (422, True)
    assert "Tell nobody all the same" in refused.text
    assert "is published. Nobody is written to." in done.text
    log = client.get(f"/events/{event.slug}/programme/changes").text
    assert "09:30–10:30 to 10:30–11:30." in log
    assert all(title in log for title in ("Supper", "Closing"))
    assert "Lucnh" not in log.partition("Version 4")[0]


def test_the_second_of_two_who_publish_is_told_that_nothing_differs(desk: FlaskClient, event: Event) -> None:
    session = a_session(event)
    move(session)
    form = browsing.fields(desk.get(at(event)).text)

    desk.post(at(event), data=form)
    second = desk.post(at(event), data=form, follow_redirects=True)

    assert "Nothing differs from what the public sees" in second.text
    assert db.session.scalar(sa.select(sa.func.max(Version.number))) == 2


def test_whoever_publishes_what_they_have_not_seen_is_shown_it_first(desk: FlaskClient, event: Event) -> None:
    session = a_session(event, title="Opening")
    edit(session, title="Words of welcome")
    form = browsing.fields(desk.get(at(event)).text)
    form["name"] = "Final"
    move(session)

    answer = desk.post(at(event), data=form)

    assert answer.status_code == 409
    assert "Somebody changed the programme meanwhile." in answer.text
    assert "09:30–10:30 to 10:30–11:30." in answer.text
    assert browsing.fields(answer.text)["name"] == "Final"
    form = browsing.fields(answer.text) | {"then": "quietly"}
    again = desk.post(at(event), data=form, follow_redirects=True)
    assert "Version 2 is published." in again.text


def test_a_name_that_is_too_long_loses_nothing(desk: FlaskClient, event: Event) -> None:
    move(a_session(event))
    form = browsing.fields(desk.get(at(event)).text)
    form["name"] = "x" * 121

    answer = desk.post(at(event), data=form)

    assert answer.status_code == 422
    assert browsing.fields(answer.text)["name"] == "x" * 121
    assert "One change the public does not see yet." in answer.text


def test_a_programme_that_differs_in_nothing_says_so(desk: FlaskClient, event: Event) -> None:
    a_session(event)

    assert "The public sees all of it" in desk.get(at(event)).text
    assert "does not see yet" not in desk.get(at(event, "")).text


def test_a_draft_is_published_with_its_programme(sign_in: SignIn) -> None:
    draft = an_event(status=Status.DRAFT)
    rules.add_session(draft, {"title": "Talk"}, by=actors.SYSTEM, at=NOW)
    db.session.commit()
    desk = sign_in(an_organiser(owns=draft))

    page = desk.get(at(draft)).text

    assert "The event is a draft. Its programme is published with it." in page
    assert "does not see yet" not in desk.get(f"/desk/events/{draft.slug}").text
    assert desk.post(at(draft), data={"name": ""}, follow_redirects=True).status_code == 200
    assert db.session.scalars(sa.select(Version)).all() == []


def test_the_preview_shows_the_draft_with_a_word_at_what_is_changed(desk: FlaskClient, event: Event) -> None:
    session = a_session(event, title="Opening")
    a_session(event, title="Closing")
    move(session)

    page = desk.get(at(event, "/preview")).text

    assert "10:30–11:30" in page
    assert page.count(">Moved<") == 1


def test_the_page_asks_as_often_for_three_changes_as_for_one(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    sessions = [a_session(event) for _number in range(3)]
    for session in sessions:
        person = a_registration(event)
        db.session.add(Choice(registration_id=person.id, session_id=session.id, chosen_at=NOW))
        session.appearances.append(Appearance(speaker=Speaker(name=session.title, email="sam@example.org")))
    db.session.commit()
    rules.publish(event, is_quiet=True, by=actors.SYSTEM, at=NOW)
    counts = []
    for moved in (sessions[:1], sessions[1:]):
        for session in moved:
            move(session)
        for path in (at(event), at(event, "/preview"), f"/desk/events/{event.slug}"):
            with count_queries() as queries:
                desk.get(path)
            counts.append(queries.count)

    assert counts[:3] == counts[3:]


def test_eve_finds_no_page_about_publishing(sign_in: SignIn, event: Event) -> None:
    move(a_session(event))
    eve = sign_in(an_organiser("Eve"))

    assert [eve.get(at(event, path)).status_code for path in ("/publish", "/preview")] == [404, 404]
    assert eve.post(at(event)).status_code == 404


def test_the_list_of_changes_leads_to_sessions_that_are_there(client: FlaskClient, event: Event) -> None:
    session, gone = a_session(event, title="Opening"), a_session(event, title="Closing")
    move(session)
    move(gone)
    rules.publish(event, by=actors.SYSTEM, at=NOW)
    rules.delete_session(gone, by=actors.SYSTEM, at=NOW)
    rules.publish(event, by=actors.SYSTEM, at=NOW)
    db.session.commit()

    log = client.get(f"/events/{event.slug}/programme/changes").text

    assert f"/sessions/{session.public_id}" in log
    assert f"/sessions/{gone.public_id}" not in log
    assert "It was: Sun 30 May 2027, 10:30–11:30, Aula." in log
    assert client.get("/events/no-such/programme/changes").status_code == 404


def shown(client: FlaskClient, event: Event) -> dict[str, tuple[str, int]]:
    """The status and the sequence by the uid of each session in the event's feed."""
    feed = icalendar.Calendar.from_ical(client.get(f"/events/{event.slug}/calendar.ics").data)
    found = [entry for entry in feed.walk("VEVENT") if "RELATED-TO" in entry]
    return {str(entry["UID"]): (str(entry["STATUS"]), int(entry["SEQUENCE"])) for entry in found}


def test_feeds_say_what_a_new_version_moved_cancelled_and_took_out(client: FlaskClient, event: Event) -> None:
    moved, cancelled, gone, same = (a_session(event) for _number in range(4))
    entries.refresh(event, at=NOW)
    db.session.commit()
    uids = parts.uids_of_sessions(event.id)
    order = [uids[each.public_id] for each in (moved, cancelled, gone, same)]
    before = shown(client, event)

    move(moved)
    rules.cancel_session(cancelled, by=actors.SYSTEM, at=NOW)
    rules.delete_session(gone, by=actors.SYSTEM, at=NOW)
    db.session.commit()
    assert shown(client, event) == before == dict.fromkeys(order, ("CONFIRMED", 0))
    rules.publish(event, by=actors.SYSTEM, at=NOW)
    db.session.commit()

    assert [shown(client, event)[uid] for uid in order] == [
        ("CONFIRMED", 1),
        ("CANCELLED", 1),
        ("CANCELLED", 1),
        ("CONFIRMED", 0),
    ]


def test_publishing_an_event_says_that_its_programme_goes_along_with_its_open_clashes(sign_in: SignIn) -> None:
    event = an_event(status=Status.DRAFT)
    desk = sign_in(an_organiser("Olga", owns=event))
    room = Room(event_id=event.id, name="Aula")
    for title in ("Opening", "Closing"):
        db.session.add(Session(
            event=event, title=title, room=room, starts_at=event.starts_at, ends_at=event.ends_at, appearances=[],
            further_rooms=[], created_at=NOW, updated_at=NOW,
        ))  # fmt: skip
    db.session.commit()

    page = desk.get(f"/desk/events/{event.slug}").text

    assert "Its programme is published with it: 2 sessions." in page
    assert "One clash is open" in page
    assert f'href="{at(event, "/clashes")}"' in page


def test_the_page_names_speakers_who_declined_or_were_not_asked(desk: FlaskClient, event: Event) -> None:
    session = a_session(event, title="Opening")
    for name, answer in (("Sam", Answer.DECLINED), ("Dee", Answer.NOT_ASKED), ("Rev", Answer.CONFIRMED)):
        session.appearances.append(Appearance(speaker=Speaker(name=name), answer=answer))
    db.session.commit()
    move(session)

    page = desk.get(at(event)).text

    assert "Sam declined: “Opening”." in page
    assert "Dee was not asked: “Opening”." in page
    assert "Rev was" not in page and "Rev declined" not in page

"""Whose card an organiser finds, sees and changes; and what becomes of a link when an address was wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import SPEAKER, SYSTEM, Actor
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import acquainted, errors, importing, rules
from eventsvc.programme.formats.plan import Person, Plan, Planned
from eventsvc.programme.models import Answer, Appearance, Session, Speaker
from tests import browsing
from tests.people import NOW, an_event, an_organiser
from tests.programme.speaking import a_talk, card_of, sam

SignIn = Callable[..., FlaskClient]
SAM = {"name": "Sam", "affiliation": "Example University"}


@pytest.fixture
def secret(app: Flask) -> Event:
    return an_event(title="Secret", status=Status.DRAFT)


@pytest.fixture
def mine(app: Flask) -> Event:
    return an_event(title="Mine")


@pytest.fixture
def eve(mine: Event) -> User:
    return an_organiser("Eve", owns=mine)


def also_at(user: User, event: Event, role: EventRole = EventRole.EDITOR) -> None:
    user.memberships.append(Membership(event_id=event.id, role=role))
    db.session.commit()


def speaks_in(talk: Session, speaker: Speaker) -> None:
    talk.appearances.append(Appearance(speaker=speaker))
    db.session.commit()


def by(user: User) -> Actor:
    return actors.organiser(user.id)


def cards() -> list[Speaker]:
    return list(db.session.scalars(sa.select(Speaker).order_by(Speaker.id)))


def letters(state: MessageState = MessageState.WAITING) -> list[tuple[str, str]]:
    asked = sa.select(Message).where(Message.state == state).order_by(Message.id)
    return [(letter.kind, letter.recipient) for letter in db.session.scalars(asked)]


def test_a_name_typed_at_ones_own_event_finds_nobody_of_an_event_that_one_may_not_see(
    secret: Event, mine: Event, eve: User, sign_in: SignIn
) -> None:
    speaker = sam(a_talk(secret), appearance={"answer": Answer.INVITED}, biography="Kept to themselves.")
    desk, base = sign_in(eve), f"/desk/events/{mine.slug}/programme"
    form = browsing.fields(desk.get(f"{base}/new").text)
    form["title"], form["speakers-0-name"], form["speakers-0-affiliation"] = "A trap", *SAM.values()

    desk.post(f"{base}/new", data=form)

    new = cards()[-1]
    assert new is not speaker and (new.name, new.email, new.biography) == ("Sam", "", "")
    assert "sam@example.org" not in desk.get(f"{base}/speakers").text
    for path in ("", "/merge", "/link"):
        answer = desk.post(f"{base}/speakers/{speaker.public_id}{path}", data={"email": "eve@evil.example"})
        assert answer.status_code == 404
    assert desk.get(f"{base}/speakers/{new.public_id}/merge?other={speaker.public_id}").status_code == 404


def test_a_file_finds_nobody_of_an_event_that_one_may_not_see(secret: Event, mine: Event, eve: User) -> None:
    speaker = sam(a_talk(secret))
    plan = Plan((Planned(1, "1", {"title": "A trap", "people": (Person("Sam", "Example University"),)}),))

    seen = importing.preview(mine, plan, by=by(eve)).found
    importing.take(mine, plan, seen=seen.digest, by=by(eve), at=NOW)

    assert [person.name for person in seen.people] == ["Sam"]
    assert len(cards()) == 2 and cards()[-1] is not speaker


def test_somebody_who_organises_both_events_has_one_person_at_both(secret: Event, mine: Event, eve: User) -> None:
    speaker = sam(a_talk(secret))
    also_at(eve, secret)

    rules.add_session(mine, {"title": "Again", "speakers": [SAM]}, by=by(eve), at=NOW)

    assert cards() == [speaker]


def test_a_look_at_an_event_is_not_enough_to_find_its_people(secret: Event, mine: Event, eve: User) -> None:
    sam(a_talk(secret))
    also_at(eve, secret, EventRole.REVIEWER)

    rules.add_session(mine, {"title": "Again", "speakers": [SAM]}, by=by(eve), at=NOW)

    assert len(cards()) == 2


def test_a_person_of_the_event_itself_comes_before_a_namesake_of_another(secret: Event, mine: Event, eve: User) -> None:
    sam(a_talk(secret))
    here = sam(a_talk(mine))
    also_at(eve, secret)

    talk = rules.add_session(mine, {"title": "Again", "speakers": [SAM]}, by=by(eve), at=NOW)

    assert [each.speaker for each in talk.appearances] == [here]


def test_somebody_taken_out_of_one_session_and_written_into_another_is_still_the_same(mine: Event, eve: User) -> None:
    talk = a_talk(mine)
    rules.edit_session(talk, {"speakers": [SAM]}, revision=talk.revision, by=by(eve), at=NOW)
    speaker = cards()[0]
    rules.edit_speaker(mine, speaker, {"biography": "Works on models."}, by=by(eve), at=NOW)
    rules.edit_session(talk, {"speakers": []}, revision=talk.revision, by=by(eve), at=NOW)

    rules.add_session(mine, {"title": "Another", "speakers": [SAM]}, by=by(eve), at=NOW)

    assert cards() == [speaker]


def test_the_number_of_a_card_that_is_gone_is_no_trace_of_whoever_has_it_next(
    secret: Event, mine: Event, eve: User
) -> None:
    talk = a_talk(mine)
    kept, gone = sam(talk, name="Kept"), sam(talk, name="Gone")
    rules.invite(mine, by=by(eve), at=NOW)
    number = gone.id
    rules.merge(mine, kept, gone, by=by(eve), at=NOW)
    db.session.commit()
    speaker = Speaker(id=number, name="Sam", affiliation="Example University", email="sam@example.org")
    speaks_in(a_talk(secret), speaker)

    of_mine = db.session.scalars(sa.select(Speaker).where(acquainted.of_event(mine.id))).all()

    assert of_mine == [kept]


@pytest.fixture
def both(secret: Event, mine: Event) -> Speaker:
    """Sam, whom somebody who may at both events has put into both."""
    speaker = sam(a_talk(secret, title="The secret talk"), biography="Kept to themselves.")
    speaks_in(a_talk(mine), speaker)
    return speaker


def test_the_card_of_somebody_who_also_speaks_elsewhere_is_neither_shown_nor_changed(
    mine: Event, both: Speaker, eve: User, sign_in: SignIn
) -> None:
    desk, base = sign_in(eve), f"/desk/events/{mine.slug}/programme/speakers"

    listed = desk.get(base).text
    shown = desk.get(f"{base}/{both.public_id}", follow_redirects=True).text
    sent = {"revision": "9", "name": "Eve", "email": "eve@evil.example", "language": "en"}
    desk.post(f"{base}/{both.public_id}", data=sent)

    assert "Also speaks elsewhere" in listed and "also speaks at an event that you may not see" in shown
    for page in (listed, shown):
        assert "sam@example.org" not in page and "Kept to themselves." not in page
    assert (both.name, both.email) == ("Sam", "sam@example.org")
    with pytest.raises(errors.CardNotYours):
        rules.edit_speaker(mine, both, {"email": "eve@evil.example"}, by=by(eve), at=NOW)
    with pytest.raises(errors.LinkNotYours):
        rules.hand_link(mine, both, by=by(eve), at=NOW)


@pytest.mark.parametrize("is_kept", [True, False])
def test_no_card_is_made_one_with_that_of_somebody_who_also_speaks_elsewhere(
    mine: Event, both: Speaker, eve: User, sign_in: SignIn, client: FlaskClient, is_kept: bool
) -> None:
    fake = sam(a_talk(mine, 2), name="Fake", email="eve@evil.example")
    kept, other = (both, fake) if is_kept else (fake, both)
    desk, address = sign_in(eve), f"/desk/events/{mine.slug}/programme/speakers/{kept.public_id}/merge"

    compared = desk.get(f"{address}?other={other.public_id}", follow_redirects=True).text
    desk.post(address, data={"other": other.public_id})

    assert cards() == [both, fake] and "Kept to themselves." not in compared
    assert "The secret talk" not in client.get(card_of(fake)).text and client.get(card_of(both)).status_code == 200
    with pytest.raises(errors.CardNotYours):
        rules.merge(mine, kept, other, by=by(eve), at=NOW)


def test_two_cards_of_one_name_are_offered_as_one_to_whoever_organises_both_events(
    secret: Event, mine: Event, eve: User, sign_in: SignIn
) -> None:
    there, here = sam(a_talk(secret)), sam(a_talk(mine), email="")
    desk, base = sign_in(eve), f"/desk/events/{mine.slug}/programme/speakers"
    assert "The same person?" not in desk.get(base).text
    also_at(eve, secret)

    offered = re.search(r'href="([^"]*/merge\?other=[^"]*)">Sam also has a card', desk.get(base).text)
    assert offered and there.public_id in offered[1]
    assert "sam@example.org" in desk.get(offered[1]).text
    desk.post(f"{base}/{here.public_id}/merge", data={"other": there.public_id})

    assert cards() == [here] and here.email == "sam@example.org"


def sent(speaker: Speaker, event: Event, user: User) -> None:
    """An invitation has been sent to a speaker."""
    rules.invite(event, [speaker.public_id], by=by(user), at=NOW)
    db.session.execute(sa.update(Message).values(state=MessageState.SENT))
    db.session.commit()


def test_an_address_that_was_wrong_no_longer_opens_the_card_and_is_told_so(
    mine: Event, eve: User, client: FlaskClient
) -> None:
    speaker = sam(a_talk(mine), email="smm@example.org")
    sent(speaker, mine, eve)
    astray = card_of(speaker)

    rules.edit_speaker(mine, speaker, {"email": "sam@example.org"}, by=by(eve), at=NOW)
    db.session.commit()

    assert letters() == [
        ("speaker_address_left", "smm@example.org"),
        ("speaker_address_changed", "sam@example.org"),
    ]
    assert client.get(astray).status_code == 410 and client.get(card_of(speaker)).status_code == 200


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.FAILED])
def test_what_was_not_sent_to_the_wrong_address_goes_to_the_right_one(mine: Event, eve: User, state: Any) -> None:
    speaker = sam(a_talk(mine), email="smm@example.org")
    rules.invite(mine, by=by(eve), at=NOW)
    db.session.execute(sa.update(Message).values(state=state))

    rules.edit_speaker(mine, speaker, {"email": "sam@example.org"}, by=by(eve), at=NOW)

    assert letters(state) == [("speaker_invited", "sam@example.org")]


def test_without_an_address_nothing_that_waits_is_sent(mine: Event, eve: User) -> None:
    speaker = sam(a_talk(mine))
    rules.invite(mine, by=by(eve), at=NOW)

    rules.edit_speaker(mine, speaker, {"email": ""}, by=by(eve), at=NOW)

    assert letters() == []


def test_whoever_changes_their_own_address_keeps_their_link_and_both_addresses_are_told(
    mine: Event, eve: User, client: FlaskClient
) -> None:
    speaker = sam(a_talk(mine))
    sent(speaker, mine, eve)
    own = card_of(speaker)

    said = {"email": "sam@new.example"}
    rules.edit_card(speaker, said, revision=speaker.revision, by=SPEAKER, at=NOW)
    db.session.commit()

    assert client.get(own).status_code == 200
    assert [recipient for _kind, recipient in letters()] == ["sam@example.org", "sam@new.example"]


def test_an_address_in_other_capitals_is_the_same(mine: Event, client: FlaskClient) -> None:
    speaker = sam(a_talk(mine))

    rules.edit_speaker(mine, speaker, {"email": "Sam@Example.org"}, by=SYSTEM, at=NOW)
    db.session.commit()

    assert client.get(card_of(speaker)).status_code == 200 and letters() == []

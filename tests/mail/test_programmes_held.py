"""Whom a new version of a programme is told to, and what becomes of letters that are held back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.events import rules as events
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.invitations import OF_PROGRAMME
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import rules
from eventsvc.programme.models import Answer, Session
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import State
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.mail.programmes import (
    HOUR,
    MINUTE,
    a_chosen_talk,
    a_talk,
    asked,
    calendars,
    choose,
    move,
    publish,
    send,
    speak,
    tell_of_a_move,
    text,
    three_talks,
    waiting,
)
from tests.people import NOW
from tests.smtp import PostOffice


def nobody(event: Event, session: Session, olga: Actor) -> dict[str, Callable[[], Any]]:
    """Ways in which publishing tells nobody."""
    edit = rules.edit_session

    def over() -> None:
        event.starts_at, event.ends_at = NOW - 9 * HOUR, NOW - HOUR

    return {
        "quiet": lambda: None,
        "title": lambda: edit(session, {"title": "Spelt well"}, revision=session.revision, by=olga, at=NOW),
        "text": lambda: edit(session, {"abstract": "Long"}, revision=session.revision, by=olga, at=NOW),
        "over": over,
        "event cancelled": lambda: events.cancel(event, sentence="No.", by=olga, at=NOW),
    }


@pytest.mark.parametrize("why", ["quiet", "title", "text", "over", "event cancelled"])
def test_nobody_is_told_when(app: Flask, olga: Actor, why: str) -> None:
    event, session, _ada = a_chosen_talk()
    speak(session)
    publish(event, olga, is_quiet=True)

    nobody(event, session, olga)[why]()
    if why not in {"title", "text"}:
        move(session, olga)
    publish(event, olga, is_quiet=why == "quiet")

    assert [message.kind for message in waiting() if message.kind in OF_PROGRAMME] == []


def test_who_has_left_has_no_address_or_declined_is_not_told(app: Flask, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(ada(event, state=State.CANCELLED), session)
    choose(ada(event, email=None), session)
    speak(session, "Declined", answer=Answer.DECLINED)
    speak(session, "Nameless").email = ""
    db.session.commit()

    move(session, olga)
    publish(event, olga)

    assert waiting() == []


def test_two_versions_in_a_row_become_one_letter_from_the_oldest_to_the_newest(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(ada(event), opening, lecture)
    move(opening, olga)
    publish(event, olga)
    clock.forward(9 * MINUTE)

    move(opening, olga)
    move(lecture, olga)
    publish(event, olga, clock.now)
    clock.forward(-9 * MINUTE)
    send(clock)
    assert office.letters == []
    send(clock)

    (letter,) = office.letters
    assert "Opening\n   Moved\n   Was: Sun 30 May 2027, 09:30–10:30, Aula\n   Now: Sun 30 May 2027, 11:30" in text(
        letter
    )
    assert asked(letter) == {"Opening": ("REQUEST", 2), "Lecture": ("REQUEST", 1)}


def test_what_was_taken_back_in_time_is_told_to_nobody(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event, session, _ada = a_chosen_talk()
    speak(session)
    publish(event, olga, is_quiet=True)
    move(session, olga)
    publish(event, olga)

    move(session, olga, -HOUR)
    publish(event, olga)
    send(clock)

    assert office.letters == []


def test_a_session_taken_out_before_the_letter_went_is_told_with_those_that_follow(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(ada(event), opening, lecture)
    rules.delete_session(opening, by=olga, at=NOW)
    publish(event, olga)

    tell_of_a_move(lecture, olga, clock)

    (letter,) = office.letters
    assert "Opening\n   Taken out\n" in text(letter)
    assert "Lecture\n   Moved\n" in text(letter)


def test_a_letter_held_back_takes_up_a_small_correction_without_telling_it(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event, session, _ada = a_chosen_talk(title="Opneing")
    move(session, olga)
    publish(event, olga)

    rules.edit_session(session, {"title": "Opening"}, revision=session.revision, by=olga, at=NOW)
    publish(event, olga, is_quiet=True)
    send(clock)

    (letter,) = office.letters
    assert "Opneing" not in letter.body() + letter.body("html")
    assert asked(letter) == {"Opening": ("REQUEST", 2)}


def test_who_leaves_before_the_letter_goes_is_not_sent_it(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event, session, person = a_chosen_talk()
    speak(session)
    move(session, olga)
    publish(event, olga)

    registrations.cancel(person, by=actors.ATTENDEE, at=NOW)
    db.session.commit()
    send(clock)

    assert [
        message.state for message in db.session.scalars(sa.select(Message).where(Message.kind == "programme_changed"))
    ] == [MessageState.REPLACED]
    assert len(office.to("sam@example.org")) == 1


def test_one_refused_address_holds_nobody_else(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    people = [ada(event), ada(event)]
    for person in people:
        choose(person, session)
    office.refuse(people[0].email or "")
    move(session, olga)
    publish(event, olga)

    send(clock)

    assert [letter.recipients for letter in office.letters] == [(people[1].email,)]


def test_telling_three_people_takes_as_many_statements_as_telling_one(
    app: Flask, olga: Actor, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for crowd in (1, 3):
        event = an_event()
        session = a_talk(event)
        for number in range(crowd):
            choose(ada(event), session)
            speak(session, f"Sam{crowd}{number}")
        publish(event, olga, is_quiet=True)
        # A letter that waits is joined with the next.
        move(session, olga)
        publish(event, olga)
        move(session, olga)
        db.session.commit()
        db.session.refresh(event)
        with count_queries() as queries:
            publish(event, olga)
        counts.append(queries.count)
        told = sa.select(sa.func.count()).where(Message.event_id == event.id, Message.state == MessageState.WAITING)
        assert db.session.scalar(told) == 2 * crowd

    assert counts[0] == counts[1]


def test_sending_three_ends_asks_as_often_as_sending_one_what_was_sent(
    office: PostOffice, clock: Clock, olga: Actor, count_queries: Callable[[], Any]
) -> None:
    looks = []
    for crowd in (1, 3):
        event = an_event()
        session = a_talk(event)
        for _number in range(crowd):
            choose(ada(event), session)
        tell_of_a_move(session, olga, clock, at=clock.now)
        rules.cancel_session(session, by=olga, at=NOW)
        publish(event, olga, clock.now)
        with count_queries() as queries:
            send(clock)
        looks.append(
            sum("asked" in each or "entitled" in each for each in queries.statements if each.startswith("SELECT"))
        )
        ends = [letter for letter in office.letters if b"METHOD:CANCEL" in b"".join(calendars(letter))]
        assert len(ends) == sum((1, 3)[: len(looks)])

    assert looks[0] == looks[1]

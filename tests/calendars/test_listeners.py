"""Who listens to a feed: counted by program and day, with nobody's address kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import tokens
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.accounts.models import FEED_MARK
from eventsvc.calendars import entries, listeners
from eventsvc.calendars.models import Listener, ListenerSalt, ListenersOfDay, Program
from eventsvc.calendars.pages import answers
from eventsvc.calendars.programs import asking
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import keys, rules
from eventsvc.registration.models import TokenKind
from tests.conftest import Clock
from tests.people import NOW, a_registration, a_session, an_event, an_organiser
from tests.programme.speaking import feed_of, sam

THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.1.0"
IPHONE = "iOS/19.1 (23B85) dataaccessd/1.0"
MAC = "macOS/15.3 (24D60) CalendarAgent/1210"
GOOGLE = "Google-Calendar-Importer"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18025; Pro)"


@pytest.fixture(autouse=True)
def _nothing_noted() -> None:
    answers._notes = listeners.Notes()


def a_feed() -> tuple[Event, str]:
    event = an_event()
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event, f"/events/{event.slug}/calendar.ics"


def poll(client: FlaskClient, address: str, agent: str, network: str = "192.0.2.1") -> None:
    answer = client.get(address, headers={"User-Agent": agent}, environ_base={"REMOTE_ADDR": network})
    assert answer.status_code == 200


def told(event: Event | None, at: Any) -> dict[tuple[str, str], int]:
    return {(one.feed, one.program.value): one.listeners for one in listeners.heard(event and event.id, at=at)}


@pytest.mark.parametrize(
    ("agent", "program", "is_hosted"),
    [
        (THUNDERBIRD, Program.THUNDERBIRD, False),
        (IPHONE, Program.APPLE, False),
        (MAC, Program.APPLE, False),
        (GOOGLE, Program.GOOGLE, True),
        (OUTLOOK, Program.OUTLOOK, False),
        ("Microsoft.Exchange/15.20", Program.OUTLOOK, True),
        ("vdirsyncer/0.21", Program.OTHER, False),
        ("", Program.OTHER, False),
    ],
)
def test_programs_are_told_apart_by_the_name_they_give_themselves(
    agent: str, program: Program, is_hosted: bool
) -> None:
    assert (asking(agent).program, asking(agent).is_hosted) == (program, is_hosted)


def test_listeners_are_counted_by_program_whatever_they_ask_how_often(client: FlaskClient, clock: Clock) -> None:
    event, address = a_feed()

    for agent, network in (
        (IPHONE, "192.0.2.1"),
        (MAC, "192.0.2.1"),
        (IPHONE, "192.0.2.2"),
        (THUNDERBIRD, "192.0.2.2"),
        (GOOGLE, "203.0.113.1"),
        (GOOGLE, "203.0.113.2"),
    ):
        poll(client, address, agent, network)
        clock.forward(timedelta(minutes=2))

    # An iPhone and a Mac at one address are one household; Google's servers are one, whichever of them asks.
    assert told(event, clock.now) == {("event", "apple"): 2, ("event", "thunderbird"): 1, ("event", "google"): 1}


def test_whoever_follows_one_session_listens_and_whoever_downloads_it_does_not(
    client: FlaskClient, clock: Clock
) -> None:
    event = an_event()
    talk = a_session(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    path = f"/events/{event.slug}/sessions/{talk.public_id}.ics"

    for address, agent in ((path, IPHONE), (f"{path}?download=1", THUNDERBIRD)):
        poll(client, address, agent)
        clock.forward(timedelta(minutes=2))
    poll(client, path, IPHONE)

    assert told(event, clock.now) == {("session", "apple"): 1}


def test_personal_feeds_are_counted_together_but_each_is_somebody(client: FlaskClient, clock: Clock) -> None:
    event, _address = a_feed()
    people: list[Any] = [a_registration(event), a_registration(event)]
    db.session.commit()

    for person in people:
        poll(client, f"/calendars/{person.feed_token}.ics", GOOGLE)
        clock.forward(timedelta(minutes=2))

    assert told(event, clock.now) == {("personal", "google"): 2}
    assert {one.address for one in db.session.scalars(sa.select(Listener))} == {""}


def test_a_replaced_link_makes_no_second_listener_of_its_owner(client: FlaskClient, clock: Clock) -> None:
    event, _address = a_feed()
    ada = a_registration(event)
    db.session.commit()

    for _turn in range(3):
        poll(client, f"/calendars/{keys.token_of(ada, TokenKind.FEED)}.ics", GOOGLE)
        clock.forward(timedelta(minutes=2))
        rules.replace_feed_link(ada, by=ATTENDEE, at=clock.now)
        db.session.commit()

    assert told(event, clock.now) == {("personal", "google"): 1}


def test_speakers_and_organisers_are_told_apart_from_attendees(client: FlaskClient) -> None:
    olga, token = an_organiser(), f"{FEED_MARK}olgas"
    olga.feed_digest = tokens.digest(token)
    sams = feed_of(sam())

    poll(client, sams, IPHONE)
    answers._notes.written_at = None
    poll(client, f"/calendars/{token}.ics", GOOGLE)

    assert told(None, NOW) == {("speaker", "apple"): 1, ("organiser", "google"): 1}
    assert {one.address for one in db.session.scalars(sa.select(Listener))} == {""}


def test_feeds_of_many_events_are_told_on_their_own(client: FlaskClient) -> None:
    event, _address = a_feed()

    poll(client, "/calendar.ics?kind=symposium", IPHONE)

    assert told(event, NOW) == {}
    assert told(None, NOW) == {("site", "apple"): 1}


def test_what_is_noted_is_written_once_a_minute_and_no_poll_waits_for_it(
    client: FlaskClient, clock: Clock, count_queries: Callable[[], Any]
) -> None:
    event, address = a_feed()
    poll(client, address, IPHONE)

    with count_queries() as queries:
        for number in range(2, 30):
            poll(client, address, IPHONE, f"192.0.2.{number}")
            clock.forward(timedelta(seconds=2))
    before = told(event, clock.now)
    clock.forward(timedelta(seconds=5))
    with count_queries() as last:
        poll(client, address, IPHONE, "192.0.2.99")

    # Three looks for each that fetches: the version, the colour, the entries.
    assert queries.count == 3 * 28, repr(queries)
    assert before == {("event", "apple"): 1}
    assert told(event, clock.now) == {("event", "apple"): 30}
    assert len([said for said in last.statements if said.startswith("INSERT")]) == 1, repr(last)


def test_a_database_that_is_busy_costs_counts_and_nobody_an_answer(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    _event, address = a_feed()
    db.session.execute(sa.text("DROP TABLE listeners"))
    db.session.commit()
    caplog.set_level(logging.WARNING)
    try:
        poll(client, address, IPHONE)
    finally:
        Listener.__table__.create(db.session.connection())  # type: ignore[attr-defined]
        db.session.commit()

    assert "could not write who listens: 1 lost" in caplog.text


def test_a_day_that_is_over_leaves_a_number_and_no_digest(client: FlaskClient, clock: Clock) -> None:
    event, address = a_feed()
    for _hours in range(3):
        poll(client, address, IPHONE)
        clock.forward(timedelta(hours=4))
    poll(client, address, IPHONE, "192.0.2.2")
    clock.at(NOW + timedelta(days=1))

    assert listeners.fold(at=clock.now) == 1
    db.session.commit()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Listener)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ListenerSalt)) == 0
    (heard,) = listeners.heard(event.id, at=clock.now)
    # The second one asked once that day, so it may be a day behind.
    assert (heard.listeners, heard.slowest_hours) == (2, 24)
    assert listeners.fold(at=clock.now) == 0


def test_whoever_asks_once_a_week_may_be_a_week_behind(
    client: FlaskClient, clock: Clock, sign_in: Callable[..., FlaskClient]
) -> None:
    event, address = a_feed()
    for day in (0, 7, 14):
        clock.at(NOW + timedelta(days=day))
        poll(client, address, IPHONE)
        answers._notes = listeners.Notes()
        listeners.fold(at=clock.now)
        db.session.commit()

    (heard,) = listeners.heard(event.id, at=clock.now)
    desk = sign_in(an_organiser("Olga", owns=event))

    # Of today nobody knows yet how seldom, but it ends a week.
    assert heard.slowest_hours == 7 * 24
    assert "7 days" in desk.get(f"/desk/events/{event.slug}/listeners").text


def test_nobody_is_followed_from_one_day_to_the_next(client: FlaskClient, clock: Clock) -> None:
    _event, address = a_feed()
    digests = []
    for day in range(2):
        clock.at(NOW + timedelta(days=day))
        poll(client, address, IPHONE)
        digests.append(db.session.scalars(sa.select(Listener.digest).order_by(Listener.on.desc())).first())

    assert digests[0] != digests[1]
    assert not any(b"192.0.2.1" in (digest or b"") for digest in digests)


def test_a_month_is_told_as_its_fullest_day_and_what_is_older_is_forgotten(client: FlaskClient, clock: Clock) -> None:
    event, address = a_feed()
    for day, networks in ((0, 3), (1, 1), (2, 2)):
        for number in range(networks):
            clock.at(NOW + timedelta(days=day, minutes=2 * number))
            poll(client, address, IPHONE, f"192.0.2.{number}")
        listeners.fold(at=clock.now)
        db.session.commit()

    assert told(event, clock.now) == {("event", "apple"): 3}
    clock.at(NOW + timedelta(days=31, hours=1))
    listeners.fold(at=clock.now)
    db.session.commit()
    assert told(event, clock.now) == {("event", "apple"): 2}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ListenersOfDay)) == 2


def test_a_flood_of_listeners_does_not_fill_the_memory(app: Flask) -> None:
    notes = listeners.Notes(written_at=NOW)
    for number in range(listeners._MOST_NOTED + 10):
        notes.note(listeners.Poll("event", "/", 1, Program.OTHER, False, str(number)), NOW)

    assert len(notes.polls) == listeners._MOST_NOTED

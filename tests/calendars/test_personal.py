"""Personal feeds: since when they are as they are, and how each reader is told to change or cancel."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import vobject
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date

from eventsvc.accounts.actors import ATTENDEE, SPEAKER, SYSTEM
from eventsvc.accounts.models import EventRole
from eventsvc.accounts.rules import grant, revoke
from eventsvc.calendars import entries, ics, nouns
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import rules as programme
from eventsvc.programme.models import Appearance, Session
from eventsvc.registration import feeding, keys
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Registration, State, TokenKind
from eventsvc.registration.person import Person
from tests.calendars.examples import a_showing
from tests.conftest import Clock
from tests.people import NOW, a_registration, a_session, an_event, an_organiser
from tests.programme.speaking import a_talk, feed_of, sam

HOUR = timedelta(hours=1)
ADA = Person("Ada", "Voorbeeld", "ada@example.org")
CANCEL, ANSWER = "To change or cancel, use the link in our letter to you.", "Tell us by the link in our letter to you."


@pytest.fixture
def event(app: Flask) -> Event:
    event = an_event(title="Symposium")
    a_session(event, title="Opening", abstract="All of it; and, more.")
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def notes(body: bytes) -> dict[str, str]:
    """What each entry tells, by its title; icalendar and vobject must agree."""
    one = {str(part["SUMMARY"]): str(part["DESCRIPTION"]) for part in icalendar.Calendar.from_ical(body).walk("VEVENT")}
    others = vobject.readOne(body.decode()).contents["vevent"]
    assert one == {each.summary.value: each.description.value for each in others}
    return one


class Watched:
    """A feed that is fetched again an hour after each act, by a program that knows dates alone."""

    def __init__(self, client: FlaskClient, clock: Clock, address: str) -> None:
        self.client, self.clock, self.address = client, clock, address
        self.date = ""
        self.date = self._fetched().headers["Last-Modified"]

    def is_quiet(self) -> bool:
        return bool(self._fetched().status_code == 304)

    def tells(self) -> bool:
        db.session.commit()
        answer = self._fetched()
        self.date = answer.headers["Last-Modified"]
        return answer.status_code == 200 and self.is_quiet()

    def _fetched(self) -> Any:
        self.clock.forward(HOUR)
        return self.client.get(self.address, headers={"If-Modified-Since": self.date})


def test_an_attendees_feed_says_when_it_last_changed_for_them(client: FlaskClient, clock: Clock, event: Event) -> None:
    ada = registrations.register(event.id, ADA, by=ATTENDEE, at=NOW, language="en")
    opening = opening_of(event).public_id
    db.session.commit()
    feed = Watched(client, clock, address_of(ada))
    assert feed.date == http_date(NOW) and feed.is_quiet()

    registrations.choose(ada, opening, by=ATTENDEE, at=clock.now)
    assert feed.tells()
    registrations.unchoose(ada, opening, by=ATTENDEE, at=clock.now)
    assert feed.tells()
    feeding.show_deadlines(ada, True, by=ATTENDEE, at=clock.now)
    assert feed.tells()
    event.title = "Renamed"
    entries.refresh(event, at=clock.now)
    assert feed.tells()
    registrations.cancel(ada, by=ATTENDEE, at=clock.now)
    assert feed.tells()


def test_a_calendar_of_all_says_so_of_each_of_them(client: FlaskClient, clock: Clock, event: Event) -> None:
    ada = registrations.register(event.id, ADA, by=ATTENDEE, at=NOW, language="en")
    ada.proven_digest = ada.manage_digest
    feeding.show_all(ada, True, by=ATTENDEE, at=NOW)
    second = an_event()
    entries.refresh(second, at=NOW)
    db.session.commit()
    feed = Watched(client, clock, address_of(ada))

    other = registrations.register(second.id, ADA, by=ATTENDEE, at=clock.now, language="en")
    assert feed.tells()
    second.title = "Renamed"
    entries.refresh(second, at=clock.now)
    assert feed.tells()
    registrations.cancel(other, by=ATTENDEE, at=clock.now)
    assert feed.tells()


def test_a_speakers_feed_says_when_it_last_changed_for_them(client: FlaskClient, clock: Clock, event: Event) -> None:
    first, second = a_talk(event, title="First"), a_talk(event, 2, title="Second")
    speaker = sam(first)
    feed = Watched(client, clock, feed_of(speaker))
    assert feed.is_quiet()

    part = db.session.scalars(sa.select(Appearance).where(Appearance.session_id == first.id)).one()
    programme.answer(part, comes=False, note="", by=SPEAKER, at=clock.now)
    assert feed.tells()
    second.appearances.append(Appearance(speaker=speaker))
    programme.publish(event, by=SYSTEM, at=clock.now, is_quiet=True)
    assert feed.tells()
    second.appearances.clear()
    programme.publish(event, by=SYSTEM, at=clock.now, is_quiet=True)
    assert feed.tells()


def test_an_organisers_feed_says_when_it_last_changed_for_them(
    client: FlaskClient, clock: Clock, event: Event, sign_in: Callable[..., FlaskClient]
) -> None:
    rev = an_organiser("Rev")
    desk = sign_in(rev)
    page = desk.get(desk.post("/desk/account/calendar/replace").location).text
    address = "/calendars/" + re.findall(r"/calendars/([^<\"]+\.ics)<", page)[0]
    feed = Watched(client, clock, address)

    grant(event, rev.email, EventRole.EDITOR, by=SYSTEM, at=clock.now)
    assert feed.tells()
    registrations.register(event.id, ADA, by=ATTENDEE, at=clock.now, language="en")
    assert feed.tells()
    revoke(event, rev, by=SYSTEM, at=clock.now)
    assert feed.tells()


def test_attendees_read_how_to_change_or_cancel_at_each_session_and_the_public_does_not(
    client: FlaskClient, event: Event
) -> None:
    ada: Any = a_registration(event)

    own = notes(client.get(f"/calendars/{ada.feed_token}.ics").data)
    public = notes(client.get(f"/events/{event.slug}/calendar.ics").data)

    assert CANCEL in own["Opening"] and "Write to olga@example.org." in own["Opening"] and CANCEL in own["Symposium"]
    assert CANCEL not in public["Opening"] + public["Symposium"]
    assert own["Opening"].index("All of it; and, more.") < own["Opening"].index(CANCEL) < own["Opening"].index("http")


def test_whoever_came_back_reads_it_too_and_whoever_left_does_not(client: FlaskClient, event: Event) -> None:
    back, gone = (
        a_registration(event, calendar_offset=2),
        a_registration(event, calendar_offset=1, state=State.CANCELLED),
    )

    told = [notes(client.get(address_of(person)).data) for person in (back, gone)]

    assert CANCEL in told[0]["Opening"] and CANCEL not in told[1]["You no longer have a place: Opening"]


def test_speakers_read_how_to_say_that_they_cannot_come(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event, title="First"), a_talk(an_event(language="nl"), 2, title="Tweede"))

    told = notes(client.get(feed_of(speaker)).data)

    assert ANSWER in told["First"] and CANCEL not in told["First"]


def test_a_cancelled_session_needs_no_such_note(client: FlaskClient, event: Event) -> None:
    ada: Any = a_registration(event)
    programme.cancel_session(opening_of(event), by=SYSTEM, at=NOW)
    programme.publish(event, by=SYSTEM, at=NOW)
    db.session.commit()

    told = notes(client.get(f"/calendars/{ada.feed_token}.ics").data)

    assert CANCEL not in told["Cancelled: Opening"]


@pytest.mark.parametrize("description", ["Short.", "Longer; with, marks\\ and\nlines, " * 30, "é" * 300])
def test_a_note_written_in_afterwards_gives_the_bytes_of_one_that_was_there(description: str) -> None:
    plain = a_showing(description=description, url="https://example.org/a,b;c")

    afterwards = ics.noted(ics.event(plain, sequence=3, changed_at=NOW), "Use the link; or, write.")

    assert afterwards == ics.event(nouns.noted(plain, "Use the link; or, write."), sequence=3, changed_at=NOW)


def opening_of(event: Event) -> Session:
    return db.session.scalars(sa.select(Session).where(Session.event_id == event.id, Session.title == "Opening")).one()


def address_of(registration: Registration) -> str:
    return f"/calendars/{keys.token_of(registration, TokenKind.FEED)}.ics"

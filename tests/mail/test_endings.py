"""What letters asked calendars to hold of sessions, and how each is let go and asked for again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import vobject

from eventsvc.accounts.actors import ATTENDEE, Actor
from eventsvc.calendars.models import Entry
from eventsvc.events import rules as events
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import claims
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import rules
from eventsvc.programme.models import Session
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Registration, State
from eventsvc.registration.person import Person
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.mail.programmes import HOUR, MINUTE, asked, calendars, choose, held, move, publish, send, text, three_talks
from tests.people import NOW
from tests.smtp import Letter, PostOffice

ADA = Person("Ada", "Voorbeeld", "ada@example.org")


@pytest.fixture
def event(olga: Actor) -> Event:
    return an_event(title="Winter school")


@pytest.fixture
def person(event: Event, office: PostOffice, clock: Clock, olga: Actor) -> Registration:
    """Ada, who registered and chose two of three sessions, and was sent both as they moved."""
    registration = registrations.register(event.id, ADA, by=ATTENDEE, at=NOW, language="en")
    opening, lecture, _closing = three_talks(event)
    choose(registration, opening, lecture)
    move(opening, olga)
    move(lecture, olga)
    publish(event, olga)
    send(clock)
    assert held(office.letters) == {"Winter school", "Opening", "Lecture"}
    return registration


def session(title: str) -> Session:
    return db.session.scalars(sa.select(Session).where(Session.title == title)).one()


def only(letter: Letter) -> dict[str, str]:
    """The METHOD by the title of each entry in one letter."""
    return {title: method for title, (method, _sequence) in asked(letter).items()}


def test_whoever_cancels_is_sent_the_end_of_each_session_they_were_sent(
    office: PostOffice, clock: Clock, person: Registration
) -> None:
    registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    letter = office.letters[-1]
    assert only(letter) == {
        "You no longer have a place: Winter school": "CANCEL",
        "You no longer have a place: Opening": "CANCEL",
        "You no longer have a place: Lecture": "CANCEL",
    }
    assert held(office.letters) == set()
    assert "3 calendar files come with this letter" in text(letter)
    for body in calendars(letter):
        people = icalendar.Calendar.from_ical(body).walk("VEVENT")[0]["ATTENDEE"]
        assert people == "mailto:ada@example.org"
        assert len(vobject.readOne(body.decode()).vevent.contents["attendee"]) == 1


def test_whoever_comes_back_is_sent_all_of_it_at_a_higher_count(
    office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
) -> None:
    registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    again = registrations.register(event.id, ADA, by=ATTENDEE, at=clock.now, language="en")
    registrations.choose(again, session("Opening").public_id, by=ATTENDEE, at=clock.now)
    move(session("Opening"), olga)
    publish(event, olga, clock.now)
    send(clock)

    assert held(office.letters) == {"Winter school", "Opening"}


def test_what_is_over_stays_in_the_calendar_of_who_leaves_in_the_middle(
    office: PostOffice, clock: Clock, person: Registration, event: Event
) -> None:
    lecture = session("Lecture")
    later = sa.update(Entry).where(Entry.session_id == lecture.id)
    assert lecture.ends_at
    db.session.execute(later.values(ends_at=lecture.ends_at + 3 * HOUR))
    clock.at(lecture.ends_at + timedelta(minutes=1))

    registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    assert "You no longer have a place: Opening" not in only(office.letters[-1])
    assert only(office.letters[-1])["You no longer have a place: Lecture"] == "CANCEL"


def test_an_end_waits_for_what_is_on_its_way_to_the_same_person(
    office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
) -> None:
    move(session("Lecture"), olga)
    publish(event, olga, clock.now)
    clock.forward(11 * MINUTE)
    on_its_way = claims.claim(clock.now)
    db.session.commit()

    registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()

    assert len(on_its_way) == 1 and not claims.has_due(clock.now)
    claims.release(on_its_way)
    db.session.commit()
    send(clock)
    assert held(office.letters) == set()


class TestAnErasure:
    def test_its_one_letter_lets_go_of_everything_and_is_then_forgotten(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        registrations.erase(person, by=ATTENDEE, at=clock.now)
        db.session.commit()
        send(clock)

        letter = office.letters[-1]
        assert letter.recipients == ("ada@example.org",)
        assert letter.message["Subject"] == "Your data is erased: Winter school, 30 May 2027"
        assert held(office.letters) == set()
        assert "Ada" not in letter.body() + letter.body("html") and "/registrations/" not in letter.body("html")
        kept = "".join(str((row.recipient, row.facts, row.sent_text)) for row in db.session.scalars(sa.select(Message)))
        assert "ada@" not in kept.lower()
        send(clock)
        assert office.letters[-1] is letter

    def test_whoever_comes_back_after_it_is_sent_an_entry_that_counts_higher(
        self, office: PostOffice, clock: Clock, person: Registration, event: Event
    ) -> None:
        registrations.erase(person, by=ATTENDEE, at=clock.now)
        db.session.commit()
        send(clock)

        registrations.register(event.id, ADA, by=ATTENDEE, at=clock.now, language="en")
        db.session.commit()
        send(clock)

        assert held(office.letters) == {"Winter school"}

    def test_a_letter_that_cannot_be_delivered_is_forgotten_too(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        office.refuse("ada@example.org")
        registrations.erase(person, by=ATTENDEE, at=clock.now)
        db.session.commit()
        send(clock)

        last = db.session.scalars(sa.select(Message).where(Message.kind == "erased")).one()
        assert (last.state, last.recipient, last.answer) == (MessageState.FAILED, "", "")

    def test_whoever_was_sent_nothing_or_whose_event_is_over_gets_no_letter(
        self, office: PostOffice, clock: Clock, person: Registration, event: Event
    ) -> None:
        unsent = ada(event)
        registrations.erase(unsent, by=ATTENDEE, at=clock.now)
        assert event.ends_at
        registrations.erase(person, by=ATTENDEE, at=event.ends_at)
        db.session.commit()

        assert db.session.scalar(sa.select(Message.id).where(Message.kind == "erased")) is None

    def test_an_end_that_waited_when_they_were_erased_is_sent_all_the_same(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        registrations.cancel(person, by=ATTENDEE, at=clock.now)
        registrations.erase(person, by=ATTENDEE, at=clock.now)
        db.session.commit()
        send(clock)

        assert held(office.letters) == set()


class TestTakingOutASession:
    def take_out(self, person: Registration, title: str, clock: Clock) -> None:
        registrations.unchoose(person, session(title).public_id, by=ATTENDEE, at=clock.now)
        db.session.commit()

    def put_back(self, person: Registration, title: str, clock: Clock) -> None:
        registrations.choose(person, session(title).public_id, by=ATTENDEE, at=clock.now)
        db.session.commit()

    def test_lets_the_calendar_go_of_it_and_of_nothing_else(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        self.take_out(person, "Lecture", clock)
        send(clock)

        letter = office.letters[-1]
        assert letter.message["Subject"] == "Your own programme: Winter school, 30 May 2027"
        assert only(letter) == {"Taken out: Lecture": "CANCEL"}
        assert "Lecture\n   Taken out\n   Sun 30 May 2027" in text(letter)
        assert held(office.letters) == {"Winter school", "Opening"}

    def test_writes_no_letter_where_none_was_sent_before(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        before = len(office.letters)
        self.put_back(person, "Closing", clock)
        self.take_out(person, "Closing", clock)
        send(clock)

        assert len(office.letters) == before

    def test_and_putting_it_back_at_once_is_told_to_nobody(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        before = len(office.letters)
        self.take_out(person, "Lecture", clock)
        self.put_back(person, "Lecture", clock)
        send(clock)

        assert len(office.letters) == before

    def test_and_putting_it_back_later_brings_it_back(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        self.take_out(person, "Lecture", clock)
        send(clock)
        self.put_back(person, "Lecture", clock)
        send(clock)

        assert only(office.letters[-1]) == {"Lecture": "REQUEST"}
        assert "In your programme again" in text(office.letters[-1])
        assert held(office.letters) == {"Winter school", "Opening", "Lecture"}

    def test_two_taken_out_in_a_row_are_one_letter(
        self, office: PostOffice, clock: Clock, person: Registration
    ) -> None:
        before = len(office.letters)
        self.take_out(person, "Lecture", clock)
        self.take_out(person, "Opening", clock)
        send(clock)

        assert len(office.letters) == before + 1
        assert held(office.letters) == {"Winter school"}

    def test_is_told_once_when_they_then_leave(self, office: PostOffice, clock: Clock, person: Registration) -> None:
        before = len(office.letters)
        self.take_out(person, "Lecture", clock)
        registrations.cancel(person, by=ATTENDEE, at=clock.now)
        db.session.commit()
        send(clock)

        assert len(office.letters) == before + 1
        assert held(office.letters) == set()

    def test_and_a_move_after_putting_it_back_counts_on(
        self, office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
    ) -> None:
        self.take_out(person, "Lecture", clock)
        send(clock)
        self.put_back(person, "Lecture", clock)
        send(clock)
        move(session("Lecture"), olga)
        publish(event, olga, clock.now)
        send(clock)

        assert only(office.letters[-1]) == {"Lecture": "REQUEST"}
        assert held(office.letters) == {"Winter school", "Opening", "Lecture"}


class TestTheEvent:
    def test_that_is_cancelled_takes_its_sessions_along_and_brings_them_back_with_it(
        self, office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
    ) -> None:
        events.cancel(event, sentence="The hall is flooded.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)
        assert held(office.letters) == set()
        assert len(asked(office.letters[-1])) == 3

        events.publish(event, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert only(office.letters[-1]) == {"Winter school": "REQUEST", "Opening": "REQUEST", "Lecture": "REQUEST"}
        assert held(office.letters) == {"Winter school", "Opening", "Lecture"}

    def test_that_moves_to_another_house_moves_its_sessions_in_calendars(
        self, office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
    ) -> None:
        changes = {"venue": {"name": "Old hospital", "city": "Leiden", "country": "NL"}}
        events.edit(event, changes, revision=event.revision, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        for body in calendars(office.letters[-1]):
            assert "Old hospital" in icalendar.Calendar.from_ical(body).walk("VEVENT")[0]["LOCATION"]
        assert set(only(office.letters[-1])) == {"Winter school", "Opening", "Lecture"}

    def test_whose_date_is_taken_away_takes_its_sessions_along(
        self, office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
    ) -> None:
        events.edit(event, {"starts_at": None, "ends_at": None}, revision=event.revision, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert held(office.letters) == set()

    def test_that_moves_before_a_letter_went_is_where_that_letter_says(
        self, office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
    ) -> None:
        move(session("Opening"), olga)
        publish(event, olga, clock.now)
        changes = {"venue": {"name": "Old hospital", "city": "Leiden", "country": "NL"}}
        events.edit(event, changes, revision=event.revision, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        letters = [letter for letter in office.letters[3:] if "Opening" in asked(letter)]
        assert letters
        for letter in letters:
            assert all(b"Old hospital" in body for body in calendars(letter))


def test_another_address_takes_over_from_the_calendar_of_the_old_one(
    office: PostOffice, clock: Clock, person: Registration
) -> None:
    moved = Person("Ada", "Voorbeeld", "ada@example.edu")
    registrations.correct(person, moved, revision=person.revision, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    assert held(office.to("ada@example.org")) == set()
    assert held(office.to("ada@example.edu")) == {"Winter school", "Opening", "Lecture"}
    counts = {letter.recipients[0]: asked(letter) for letter in office.letters[-2:]}
    old, new = counts["ada@example.org"], counts["ada@example.edu"]
    assert all(
        new[title.removeprefix("No longer at this address: ")][1] > sequence
        for title, (_method, sequence) in old.items()
    )


def test_whoever_waits_or_was_never_written_to_is_sent_no_end(
    office: PostOffice, clock: Clock, olga: Actor, event: Event
) -> None:
    opening, _lecture, _closing = three_talks(event)
    choose(waits := ada(event, state=State.WAITLISTED), opening)
    choose(unwritten := ada(event), opening)

    for person in (waits, unwritten):
        registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    assert [asked(letter) for letter in office.letters] == [{}, {}]


def test_ends_for_three_people_take_as_many_statements_as_for_one(
    office: PostOffice, clock: Clock, olga: Actor, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for crowd in (1, 3):
        event = an_event()
        opening, _lecture, _closing = three_talks(event)
        for _number in range(crowd):
            choose(ada(event), opening)
        move(opening, olga)
        publish(event, olga, clock.now)
        send(clock)
        db.session.refresh(event)
        with count_queries() as queries:
            events.cancel(event, sentence="No.", by=olga, at=clock.now)
            db.session.commit()
        counts.append(queries.count)
        send(clock)
        assert sum("Cancelled: Opening" in asked(letter) for letter in office.letters[-crowd:]) == crowd

    assert counts[0] == counts[1]


def test_a_session_that_is_taken_out_and_published_is_let_go_once(
    office: PostOffice, clock: Clock, olga: Actor, person: Registration, event: Event
) -> None:
    rules.delete_session(session("Lecture"), by=olga, at=clock.now)
    publish(event, olga, clock.now)
    send(clock)

    registrations.cancel(person, by=ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    assert only(office.letters[-1]) == {
        "You no longer have a place: Winter school": "CANCEL",
        "You no longer have a place: Opening": "CANCEL",
    }

"""One count for one thing: what a letter says of an entry, and what the same person's feed says of it."""

from __future__ import annotations

import icalendar
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import rules
from eventsvc.registration import keys
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Registration, TokenKind
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.mail.programmes import (
    asked,
    calendars,
    choose,
    held,
    move,
    publish,
    send,
    speak,
    tell_of_a_move,
    three_talks,
)
from tests.people import NOW
from tests.programme.speaking import feed_of
from tests.smtp import Letter, PostOffice


def in_feed(client: FlaskClient, person: Registration) -> dict[str, int]:
    return in_calendar(client, f"/calendars/{keys.token_of(person, TokenKind.FEED)}.ics")


def in_calendar(client: FlaskClient, path: str) -> dict[str, int]:
    entries = icalendar.Calendar.from_ical(client.get(path).data).walk("VEVENT")
    return {str(entry["UID"]): int(entry["SEQUENCE"]) for entry in entries}


def in_letter(letter: Letter) -> dict[str, int]:
    entries = [icalendar.Calendar.from_ical(body).walk("VEVENT")[0] for body in calendars(letter)]
    return {str(entry["UID"]): int(entry["SEQUENCE"]) for entry in entries}


def leave_and_come_back(person: Registration) -> None:
    registrations.cancel(person, by=actors.ATTENDEE, at=NOW)
    registrations.undo_cancel(person, by=actors.ATTENDEE, at=NOW)
    db.session.commit()


def test_who_leaves_and_comes_back_while_a_letter_waits_reads_one_count(
    office: PostOffice, clock: Clock, client: FlaskClient, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(person := ada(event), opening, lecture)
    move(opening, olga)
    publish(event, olga)

    leave_and_come_back(person)
    send(clock)

    letter = next(each for each in office.letters if "session" in each.message["Subject"])
    told, shown = in_letter(letter), in_feed(client, person)
    assert told and told.items() <= shown.items()


def test_a_cancelled_session_ends_in_the_letter_that_tells_it_also_after_leaving_and_coming_back(
    office: PostOffice, clock: Clock, client: FlaskClient, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(person := ada(event), opening, lecture)
    move(opening, olga)
    tell_of_a_move(lecture, olga, clock)
    leave_and_come_back(person)
    send(clock)

    move(opening, olga)
    rules.cancel_session(lecture, by=olga, at=NOW)
    publish(event, olga, clock.now)
    send(clock)

    letter = office.letters[-1]
    assert {title: method for title, (method, _count) in asked(letter).items()} == {
        "Opening": "REQUEST",
        "Cancelled: Lecture": "CANCEL",
    }
    assert in_letter(letter).items() <= in_feed(client, person).items()


def test_who_was_told_the_end_of_their_sessions_is_sent_them_again_when_that_is_undone(
    office: PostOffice, clock: Clock, client: FlaskClient, olga: Actor
) -> None:
    event = an_event(title="Symposium")
    opening, _lecture, _closing = three_talks(event)
    choose(person := ada(event), opening)
    tell_of_a_move(opening, olga, clock)
    registrations.cancel(person, by=actors.ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    registrations.undo_cancel(person, by=actors.ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    assert held(office.letters) == {"Symposium", "Opening"}
    assert in_letter(office.letters[-1]) == {uid: in_feed(client, person)[uid] for uid in in_letter(office.letters[-1])}


def test_who_puts_a_session_back_reads_one_count_in_every_letter(
    office: PostOffice, clock: Clock, client: FlaskClient, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(person := ada(event), opening, lecture)
    tell_of_a_move(opening, olga, clock)
    registrations.unchoose(person, opening.public_id, by=actors.ATTENDEE, at=NOW)
    db.session.commit()
    send(clock)
    move(lecture, olga)
    publish(event, olga, clock.now)

    registrations.choose(person, opening.public_id, by=actors.ATTENDEE, at=clock.now)
    db.session.commit()
    send(clock)

    _first, taken_out, *last = office.letters
    assert [method for method, _count in asked(taken_out).values()] == ["CANCEL"]
    told = {uid: count for letter in last for uid, count in in_letter(letter).items()}
    shown = in_feed(client, person)
    assert len(told) == 2
    assert told == {uid: shown[uid] for uid in told}


class TestOfOneWhoSpeaks:
    def test_who_declined_and_comes_after_all_reads_one_count(
        self, office: PostOffice, clock: Clock, client: FlaskClient, olga: Actor
    ) -> None:
        event = an_event()
        opening, _lecture, _closing = three_talks(event)
        sam = speak(opening)
        publish(event, olga)
        send(clock)
        for comes in (False, True):
            (appearance,) = opening.appearances
            rules.answer(appearance, comes=comes, note="", by=actors.SPEAKER, at=clock.now)
            db.session.commit()
            send(clock)

        move(opening, olga)
        publish(event, olga, clock.now)
        send(clock)

        counts = [list(in_letter(letter).values()) for letter in office.letters]
        assert counts == sorted(counts) and len(counts) == 4
        assert in_letter(office.letters[-1]) == in_calendar(client, feed_of(sam))
        assert held(office.letters) == {"Opening"}

"""A new version of a programme, told to whoever speaks in it and whoever chose its sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import vobject
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.calendars.models import Entry
from eventsvc.events import rules as events
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail import rules as mail
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import rules
from eventsvc.programme.models import Answer, Appearance, Session, Speaker
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Choice, Registration, State
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.people import NOW, a_session, an_organiser
from tests.smtp import Letter, PostOffice

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga").id)


def a_talk(event: Event, **over: Any) -> Session:
    """A talk that calendars show."""
    session = a_session(event, **over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return session


def choose(registration: Registration, *sessions: Session) -> None:
    db.session.add_all(
        [Choice(registration_id=registration.id, session_id=each.id, chosen_at=NOW) for each in sessions]
    )
    db.session.commit()


def speak(session: Session, name: str = "Sam", **over: Any) -> Speaker:
    """Let somebody speak in a session, who has an address, and publish it without a word."""
    speaker = db.session.scalars(sa.select(Speaker).where(Speaker.name == name)).first()
    speaker = speaker or Speaker(name=name, email=f"{name.lower()}@example.org")
    session.appearances.append(Appearance(speaker=speaker, **over))
    db.session.commit()
    return speaker


def move(session: Session, olga: Actor, by: timedelta = HOUR) -> None:
    assert session.starts_at
    assert session.ends_at
    changes = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    rules.edit_session(session, changes, revision=session.revision, by=olga, at=NOW)


def publish(event: Event, olga: Actor, at: datetime = NOW, **said: Any) -> None:
    rules.publish(event, by=olga, at=at, **said)
    db.session.commit()


def send(clock: Clock) -> None:
    """Wait for what is held back, and send all that is due."""
    clock.forward(10 * MINUTE)
    carrier = ToServer()
    while delivery.deliver(carrier):
        pass
    carrier.rest()
    db.session.expire_all()


def calendars(letter: Letter) -> list[bytes]:
    """The calendar that mail programs act upon, then the files with the letter."""
    kinds = ("text/calendar", "application/ics")
    parts = [part for part in letter.message.walk() if part.get_content_type() in kinds]
    bodies = [part.get_payload(decode=True) for part in parts]
    return [body for body in bodies if isinstance(body, bytes)]


def asked(letter: Letter) -> dict[str, tuple[str, int]]:
    """The METHOD and the SEQUENCE by the title of each entry, as icalendar and vobject read them."""
    found = {}
    for body in calendars(letter):
        calendar = icalendar.Calendar.from_ical(body)
        (entry,) = calendar.walk("VEVENT")
        other = vobject.readOne(body.decode())
        assert (other.vevent.uid.value, other.method.value) == (entry["UID"], calendar["METHOD"])
        found[str(entry["SUMMARY"])] = str(calendar["METHOD"]), int(entry["SEQUENCE"])
    return found


def text(letter: Letter) -> str:
    return letter.body().replace("\r\n", "\n")


def waiting() -> list[Message]:
    asked_for = sa.select(Message).where(Message.state == MessageState.WAITING).order_by(Message.id)
    return list(db.session.scalars(asked_for))


def three_talks(event: Event) -> tuple[Session, Session, Session]:
    return a_talk(event, title="Opening"), a_talk(event, title="Lecture"), a_talk(event, title="Closing")


def test_an_attendee_gets_one_letter_when_two_of_their_sessions_move_and_one_is_cancelled(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    opening, lecture, closing = three_talks(event)
    choose(person := ada(event), opening, lecture, closing)
    choose(ada(event))
    rules.edit_session(closing, {"title": "Last words"}, revision=closing.revision, by=olga, at=NOW)
    move(closing, olga)
    publish(event, olga)
    send(clock)

    move(opening, olga)
    move(lecture, olga, 2 * HOUR)
    rules.cancel_session(closing, by=olga, at=NOW)
    publish(event, olga, clock.now)
    send(clock)

    first, second = office.letters
    assert [first.recipients, second.recipients] == [(person.email,)] * 2
    assert first.message["Subject"] == "New time of a session: Last words (Winter school)"
    assert "“Closing” is now called “Last words”." in text(first)
    assert second.message["Subject"] == "3 of your sessions have changed: Winter school"
    told = text(second)
    assert (
        "Opening\n   Moved\n   Was: Sun 30 May 2027, 09:30–10:30, Aula\n   Now: Sun 30 May 2027, 10:30–11:30, Aula\n"
    ) in told
    assert "Last words\n   Cancelled\n   Was: Sun 30 May 2027, 10:30–11:30, Aula\n" in told
    assert "All times in Leiden time (CEST)." in told
    assert "Now: Sun 30 May 2027, 11:30–12:30, Aula" in second.body("html")
    assert asked(first) == {"Last words": ("REQUEST", 1)}
    assert asked(second) == {
        "Opening": ("REQUEST", 1),
        "Lecture": ("REQUEST", 1),
        "Cancelled: Last words": ("CANCEL", 2),
    }


def test_each_calendar_is_about_one_session_and_the_first_is_what_mail_programs_act_upon(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    opening, lecture, _closing = three_talks(event)
    choose(ada(event), opening, lecture)
    move(opening, olga)
    move(lecture, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    kinds = [part.get_content_type() for part in letter.message.walk() if not part.is_multipart()]
    names = [part.get_filename() for part in letter.message.walk() if part.get_content_type() == "application/ics"]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics", "application/ics"]
    assert names == ["invite.ics", "2-lecture.ics"]
    acted_upon, *files = calendars(letter)
    assert acted_upon == files[0]
    uids = {str(icalendar.Calendar.from_ical(body).walk("VEVENT")[0]["UID"]) for body in files}
    assert uids == set(db.session.scalars(sa.select(Entry.uid).where(Entry.session_id.in_([opening.id, lecture.id]))))
    assert "Calendar files come with this letter, one for each session." in text(letter)


def test_a_speaker_gets_one_letter_about_what_is_new_moved_and_cancelled_for_them(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    opening, lecture, closing = three_talks(event)
    speak(opening)
    speak(lecture)
    speak(closing, "Bo")
    publish(event, olga)
    send(clock)

    move(opening, olga)
    rules.cancel_session(lecture, by=olga, at=NOW)
    speak(closing)
    publish(event, olga, clock.now)
    send(clock)

    to_sam, to_bo = office.to("sam@example.org"), office.to("bo@example.org")
    assert [letter.message["Subject"] for letter in to_sam] == [
        "2 of your sessions have changed: Winter school",
        "3 of your sessions have changed: Winter school",
    ]
    assert asked(to_sam[0]) == {"Opening": ("REQUEST", 1), "Lecture": ("REQUEST", 1)}
    assert asked(to_sam[1]) == {
        "Opening": ("REQUEST", 2),
        "Cancelled: Lecture": ("CANCEL", 2),
        "Closing": ("REQUEST", 2),
    }
    assert "Closing\n   New\n   When: Sun 30 May 2027, 09:30–10:30, Aula\n" in text(to_sam[1])
    assert "With Sam." in text(to_bo[1])
    assert asked(to_bo[1]) == {"Closing": ("REQUEST", 2)}


def test_a_first_version_tells_each_speaker_all_of_theirs_in_one_letter(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    for title in ("Opening", "Closing"):
        said = {"title": title, "starts_at": event.starts_at, "ends_at": event.ends_at}
        speak(rules.add_session(event, said, by=olga, at=NOW))

    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    assert letter.message["Subject"] == "Your sessions: Winter school"
    assert asked(letter) == {"Opening": ("REQUEST", 0), "Closing": ("REQUEST", 0)}


def test_a_speaker_who_no_longer_speaks_in_a_session_that_goes_on_is_told_so(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    session = a_talk(event, title="Opening")
    speak(session)
    publish(event, olga)
    send(clock)

    rules.edit_session(session, {"speakers": []}, revision=session.revision, by=olga, at=NOW)
    publish(event, olga, clock.now)
    send(clock)

    letter = office.letters[-1]
    assert letter.message["Subject"] == "You no longer speak in: Opening (Winter school)"
    assert "Opening\n   Without you\n   Was: " in text(letter)
    assert asked(letter) == {"Cancelled: Opening": ("CANCEL", 2)}


def test_what_was_never_sent_is_not_cancelled(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    opening, lecture, closing = three_talks(event)
    choose(ada(event), opening, lecture, closing)

    rules.cancel_session(opening, by=olga, at=NOW)
    rules.delete_session(lecture, by=olga, at=NOW)
    move(closing, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    assert asked(letter) == {"Closing": ("REQUEST", 1)}
    assert "Lecture\n   Taken out\n   Was: " in text(letter)
    assert "Opening\n   Cancelled\n   Was: " in text(letter)


def test_a_session_taken_out_leaves_the_calendar_of_who_was_sent_it(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    session = a_talk(event, title="Opening")
    choose(ada(event), session)
    move(session, olga)
    publish(event, olga)
    send(clock)

    rules.delete_session(session, by=olga, at=NOW)
    publish(event, olga, clock.now)
    send(clock)

    assert [asked(letter) for letter in office.letters] == [
        {"Opening": ("REQUEST", 1)},
        {"Cancelled: Opening": ("CANCEL", 2)},
    ]
    assert (
        len({icalendar.Calendar.from_ical(calendars(each)[0]).walk("VEVENT")[0]["UID"] for each in office.letters}) == 1
    )


def test_whoever_gave_up_a_seat_before_counts_on_from_there(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event, title="Opening")
    choose(ada(event, calendar_offset=2), session)

    move(session, olga)
    publish(event, olga)
    send(clock)

    assert asked(office.letters[0]) == {"Opening": ("REQUEST", 3)}


def test_whoever_waits_for_a_seat_is_told_without_an_invitation(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(ada(event, state=State.WAITLISTED), session)

    move(session, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    assert calendars(letter) == []


def test_only_attendees_read_the_link_to_join(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event(join_url="https://video.example.org/1")
    session = a_talk(event)
    person, speaker = ada(event), speak(session)
    choose(person, session)

    move(session, olga)
    publish(event, olga)
    send(clock)

    (to_ada,), (to_sam,) = office.to(person.email or ""), office.to(speaker.email)
    assert b"video.example.org" in calendars(to_ada)[0]
    assert b"video.example.org" not in calendars(to_sam)[0]


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
    event = an_event()
    session = a_talk(event)
    choose(ada(event), session)
    speak(session)
    publish(event, olga, is_quiet=True)

    nobody(event, session, olga)[why]()
    if why not in {"title", "text"}:
        move(session, olga)
    publish(event, olga, is_quiet=why == "quiet")

    assert [message.kind for message in waiting() if message.kind != "event_cancelled"] == []


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
    event = an_event()
    session = a_talk(event)
    choose(ada(event), session)
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

    move(lecture, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    assert "Opening\n   Taken out\n" in text(letter)
    assert "Lecture\n   Moved\n" in text(letter)


def test_a_letter_held_back_takes_up_a_small_correction_without_telling_it(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    session = a_talk(event, title="Opneing")
    choose(ada(event), session)
    move(session, olga)
    publish(event, olga)

    rules.edit_session(session, {"title": "Opening"}, revision=session.revision, by=olga, at=NOW)
    publish(event, olga, is_quiet=True)
    send(clock)

    (letter,) = office.letters
    assert "Opneing" not in letter.body() + letter.body("html")
    assert asked(letter) == {"Opening": ("REQUEST", 2)}


def test_who_leaves_before_the_letter_goes_is_not_sent_it(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(person := ada(event), session)
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


def test_a_letter_to_a_speaker_is_sent_again_to_the_address_they_have_now(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    session = a_talk(event)
    sam = speak(session)
    move(session, olga)
    publish(event, olga)
    send(clock)
    sam.email = "sam@example.edu"
    db.session.commit()

    mail.resend(db.session.scalars(sa.select(Message)).one(), by=olga, at=clock.now)
    db.session.commit()
    send(clock)

    assert [letter.recipients for letter in office.letters] == [("sam@example.org",), ("sam@example.edu",)]
    assert asked(office.letters[0]) == asked(office.letters[1])


def test_the_mail_log_names_these_letters_and_shows_their_words(
    office: PostOffice, clock: Clock, olga: Actor, sign_in: Callable[..., FlaskClient]
) -> None:
    event = an_event()
    session = a_talk(event, title="Opening")
    choose(ada(event), session)
    speak(session)
    move(session, olga)
    publish(event, olga)
    desk = sign_in(an_organiser(owns=event))
    kinds = ("Your sessions have changed", "News of the sessions you speak in")

    before = [desk.get(f"/desk/letters/{message.id}").text for message in waiting()]
    send(clock)
    log = desk.get(f"/desk/events/{event.slug}/letters").text

    assert all(kind in log for kind in kinds)
    assert all(": Sun 30 May 2027, 10:30–11:30, Aula" in page for page in before)


def test_the_record_of_a_letter_has_no_link_of_the_persons_own(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(person := ada(event), session)
    move(session, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    message = db.session.scalars(sa.select(Message)).one()
    token = person.token  # type: ignore[attr-defined]
    assert token in text(letter)
    assert token not in message.sent_text + str(message.facts)


def test_a_reader_of_dutch_is_told_in_dutch(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(ada(event, language="nl"), session)

    move(session, olga)
    publish(event, olga)
    send(clock)

    assert ": zo 30 mei 2027, 10:30–11:30, Aula" in text(office.letters[0])
    assert "lang=nl" in text(office.letters[0])


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
        move(session, olga)
        publish(event, olga, clock.now)
        send(clock)
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

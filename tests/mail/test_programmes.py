"""A new version of a programme, told to whoever speaks in it and whoever chose its sessions."""

from __future__ import annotations

from collections.abc import Callable

import icalendar
import pytest
import sqlalchemy as sa
import vobject
from flask.testing import FlaskClient

from eventsvc.accounts.actors import Actor
from eventsvc.calendars.models import Entry
from eventsvc.extensions import db
from eventsvc.mail import rules as mail
from eventsvc.mail.models import Message
from eventsvc.programme import notifications, published, rules
from eventsvc.registration.models import State
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.mail.programmes import (
    HOUR,
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
from tests.people import NOW, a_registration, an_organiser
from tests.programme.speaking import card_of
from tests.smtp import PostOffice


def test_an_attendee_gets_one_letter_when_two_of_their_sessions_move_and_one_is_cancelled(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    opening, lecture, closing = three_talks(event)
    choose(person := ada(event), opening, lecture, closing)
    choose(ada(event))
    rules.edit_session(closing, {"title": "Last words"}, revision=closing.revision, by=olga, at=NOW)
    tell_of_a_move(closing, olga, clock)

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
    tell_of_a_move(lecture, olga, clock)

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
        "Your sessions: Winter school",
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
    assert asked(letter) == {"Without you: Opening": ("CANCEL", 3)}


def test_what_was_never_sent_is_not_cancelled(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    opening, lecture, closing = three_talks(event)
    choose(ada(event), opening, lecture, closing)

    rules.cancel_session(opening, by=olga, at=NOW)
    rules.delete_session(lecture, by=olga, at=NOW)
    tell_of_a_move(closing, olga, clock)

    (letter,) = office.letters
    assert asked(letter) == {"Closing": ("REQUEST", 1)}
    assert "Lecture\n   Taken out\n   Was: " in text(letter)
    assert "Opening\n   Cancelled\n   Was: " in text(letter)


def test_a_session_taken_out_leaves_the_calendar_of_who_was_sent_it(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event, session, _ada = a_chosen_talk(title="Opening")
    tell_of_a_move(session, olga, clock)

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

    tell_of_a_move(session, olga, clock)

    assert asked(office.letters[0]) == {"Opening": ("REQUEST", 3)}


def test_whoever_waits_for_a_seat_is_told_without_an_invitation(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(ada(event, state=State.WAITLISTED), session)

    tell_of_a_move(session, olga, clock)

    (letter,) = office.letters
    assert calendars(letter) == []


def test_only_attendees_read_the_link_to_join(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event(join_url="https://video.example.org/1")
    session = a_talk(event)
    person, speaker = ada(event), speak(session)
    choose(person, session)

    tell_of_a_move(session, olga, clock)

    (to_ada,), (to_sam,) = office.to(person.email or ""), office.to(speaker.email)
    assert b"video.example.org" in calendars(to_ada)[0]
    assert b"video.example.org" not in calendars(to_sam)[0]


@pytest.mark.parametrize("join_url", ["", "https://video.example.org/1"])
def test_each_session_in_a_calendar_says_how_its_reader_changes_or_cancels(
    office: PostOffice, clock: Clock, olga: Actor, join_url: str
) -> None:
    event = an_event(join_url=join_url)
    session = a_talk(event)
    choose(person := ada(event), session)
    speaker = speak(session)

    tell_of_a_move(session, olga, clock)

    for address, told in (
        (person.email or "", "To change or cancel, use the link in our letter to you."),
        (speaker.email, "You cannot come, or not then? Tell us by the link in our letter to you."),
    ):
        (letter,) = office.to(address)
        body = calendars(letter)[0]
        assert told in icalendar.Calendar.from_ical(body).walk("VEVENT")[0]["DESCRIPTION"]
        assert told in vobject.readOne(body.decode()).vevent.description.value


def test_a_speaker_who_had_no_link_is_given_one_that_the_letter_carries(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    speaker = speak(session := a_talk(event))
    assert speaker.link_digest is None

    tell_of_a_move(session, olga, clock)

    (letter,) = office.letters
    row = db.session.scalars(sa.select(Message)).one()
    assert card_of(speaker) in text(letter) and card_of(speaker) in letter.body("html")
    assert card_of(speaker) not in row.sent_text + str(row.facts) and "[your link]" in row.sent_text


def test_a_letter_to_a_speaker_is_sent_again_to_the_address_they_have_now(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    session = a_talk(event)
    sam = speak(session)
    tell_of_a_move(session, olga, clock)
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
    event, session, _ada = a_chosen_talk(title="Opening")
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
    _event, session, person = a_chosen_talk()
    tell_of_a_move(session, olga, clock)

    (letter,) = office.letters
    message = db.session.scalars(sa.select(Message)).one()
    token = person.token  # type: ignore[attr-defined]
    assert token in text(letter)
    assert token not in message.sent_text + str(message.facts)


def test_a_reader_of_dutch_is_told_in_dutch(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    session = a_talk(event)
    choose(ada(event, language="nl"), session)

    tell_of_a_move(session, olga, clock)

    assert ": zo 30 mei 2027, 10:30–11:30, Aula" in text(office.letters[0])
    assert "lang=nl" in text(office.letters[0])


def test_everybody_who_is_registered_is_told_where_the_organiser_says_so_and_nobody_twice(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event, session, chooser = a_chosen_talk()
    other = a_talk(event, title="Lecture")
    sam = speak(session)
    beside = a_registration(event, email="dee@example.org")
    a_registration(event, email=sam.email)
    gone = a_registration(event, email="rev@example.org", state=State.CANCELLED)
    publish(event, olga, is_quiet=True)
    move(session, olga)
    move(other, olga)

    assert notifications.beside(event, published.pending(event.id), at=NOW) == 1
    publish(event, olga, tells_all=True)
    send(clock)

    letters = {letter.recipients[0]: letter for letter in office.letters}
    assert len(letters) == len(office.letters) == 3
    assert gone.email not in letters
    assert calendars(letters["dee@example.org"]) == []
    told = text(letters["dee@example.org"])
    assert "2 sessions of the programme have changed." in told
    assert told.count("Was: Sun 30 May 2027, 09:30–10:30") == 2
    assert "A session that you chose has changed." in text(letters[chooser.email or ""])
    assert beside.email in letters


def test_a_letter_to_a_bystander_that_waits_takes_up_what_they_chose_with_its_invitation(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event, session, _ada = a_chosen_talk()
    other = a_talk(event, title="Lecture")
    move(other, olga)
    publish(event, olga, tells_all=True)
    move(session, olga)
    publish(event, olga)
    send(clock)

    (letter,) = office.letters
    assert list(asked(letter)) == [session.title]

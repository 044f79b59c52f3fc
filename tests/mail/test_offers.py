"""What letters say of offers, proof, the waiting list and places handed on, read as a mail program reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import icalendar
import pytest

from eventsvc import clock
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import keys, rules
from eventsvc.registration.models import Registration, TokenKind
from tests.mail.examples import an_event, calendars, delivered
from tests.people import NOW
from tests.registration.acts import ADA, BOB, come, leave
from tests.smtp import Letter, PostOffice

UNTIL = "Wed 3 March 2027, 10:00, Leiden time (CET)"
HOURS = timedelta(hours=24)


def held(**over: object) -> Event:
    event = an_event(**({"title": "Global Impact in Health", "capacity": 1} | over))
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def plain(body: str) -> str:
    """The words of a body, as they are read."""
    return " ".join(re.sub(r"<[^>]+>", "", body).split())


def says(letter: Letter, *sentences: str) -> None:
    """Text and page of a letter say the same."""
    for body in (plain(letter.body()), plain(letter.body("html"))):
        for sentence in sentences:
            assert sentence in body


def methods(letter: Letter) -> list[str]:
    return [str(calendar["METHOD"]) for calendar in calendars(letter.message)]


def token(registration: Registration) -> str:
    return keys.token_of(registration, TokenKind.MANAGE)


@pytest.fixture
def bob(office: PostOffice) -> Registration:
    """Bob, to whom Ada's place is offered; Ada's letters and his first were sent."""
    event = held(offer_hours=24)
    ada, bob = come(event, ADA), come(event, BOB)
    delivered(office)
    leave(ada)
    return bob


def test_an_offer_says_until_when_and_brings_no_invitation(office: PostOffice, bob: Registration) -> None:
    letter = delivered(office)

    assert letter.message["Subject"] == "A place is offered to you: Global Impact in Health, 30 May 2027"
    says(letter, "A place came free, and it is offered to you, Bob.", f"until {UNTIL}", "Take the place, or leave it")
    assert token(bob) in letter.body()
    assert methods(letter) == []


def test_whoever_took_it_is_invited(office: PostOffice, bob: Registration) -> None:
    rules.accept(bob, by=ATTENDEE, at=NOW)
    letter = delivered(office)

    says(letter, "You have a place, Bob.")
    assert methods(letter) == ["REQUEST", "REQUEST"]


def test_one_that_ran_out_says_how_to_come_back(office: PostOffice, bob: Registration) -> None:
    delivered(office)
    rules.settle_and_serve(bob.event_id, at=NOW + HOURS)
    db.session.commit()

    letter = delivered_at(office, NOW + HOURS)

    says(letter, "The place was not taken in time, Bob.", UNTIL, "a number at the end of the list")
    assert token(bob) in letter.body()
    assert methods(letter) == []


def test_one_that_was_left_ends_nothing_in_a_calendar(office: PostOffice, bob: Registration) -> None:
    delivered(office)
    leave(bob)

    letter = delivered(office)

    says(letter, "The place at Global Impact in Health that was held for you is not held any more.")
    assert methods(letter) == []


def test_whoever_waits_where_places_are_offered_is_told_so(office: PostOffice) -> None:
    event = held(offer_hours=24, capacity=0)
    come(event, ADA)

    says(delivered(office), "it is offered to whoever has waited longest", "You are number 1 on the list.")


def test_proof_is_asked_with_a_link_and_for_nothing_from_who_knows_nothing_of_it(office: PostOffice) -> None:
    ada = come(held(proof_hours=24), ADA)

    letter = delivered(office)

    assert letter.message["Subject"] == "Is this your address? Global Impact in Health, 30 May 2027"
    says(letter, f"We hold a place until {UNTIL}", "Then you need do nothing.", "Yes, this is my address")
    assert token(ada) in letter.body()
    assert methods(letter) == []


def test_an_address_nobody_proved_is_told_once(office: PostOffice) -> None:
    ada = come(held(proof_hours=24), ADA)
    delivered(office)
    rules.settle_and_serve(ada.event_id, at=NOW + HOURS)
    db.session.commit()

    says(delivered_at(office, NOW + HOURS), "Nobody said that this address is theirs.", "Nobody is registered.")


def test_the_list_is_asked_and_silence_is_told(office: PostOffice) -> None:
    event = held(capacity=0)
    ada = come(event, ADA)
    delivered(office)
    rules.ask_who_stays(event, hours=24, by=SYSTEM, at=NOW)

    letter = delivered(office)
    says(letter, "Do you still want a place, Ada?", f"by {UNTIL}", "You can join it again, at its end.")
    assert token(ada) in letter.body()

    rules.settle_and_serve(event.id, at=NOW + HOURS)
    db.session.commit()
    says(
        delivered_at(office, NOW + HOURS),
        "You are not on the waiting list any more, Ada.",
        "those who answered in time keep their turn before you",
    )


def test_a_cancellation_that_was_undone_invites_again_and_counts_on(office: PostOffice) -> None:
    ada = come(held(), ADA)
    first = delivered(office)
    leave(ada)
    ended = delivered(office)
    rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    letter = delivered(office)

    says(letter, "Your cancellation is undone, Ada.", "is yours again.")
    assert [methods(each)[0] for each in (first, ended, letter)] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [sequence(each) for each in (first, ended, letter)] == [0, 1, 2]


def test_a_place_handed_on_ends_here_and_begins_there_and_each_link_goes_to_its_owner(office: PostOffice) -> None:
    ada = come(held(), ADA)
    delivered(office)
    bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
    delivered(office)

    to_bob, to_ada = sorted(office.letters[-2:], key=lambda letter: letter.recipients[0], reverse=True)

    assert (to_bob.recipients, to_ada.recipients) == (("bob@example.org",), ("ada@example.org",))
    says(to_bob, "Ada Voorbeeld handed you their place at Global Impact in Health.")
    says(to_ada, "You handed your place on, Ada.", "is that of Bob Ejemplo now")
    assert (methods(to_bob)[0], methods(to_ada)[0]) == ("REQUEST", "CANCEL")
    assert token(bob) in to_bob.body()
    assert token(bob) not in to_ada.body()
    assert token(ada) not in to_bob.body()


def test_a_name_that_would_become_a_link_is_left_out(office: PostOffice) -> None:
    ada = come(held(), ADA)
    ada.given_name, ada.family_name = "win", "www.example.com"
    db.session.commit()
    rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
    delivered(office)

    to_bob = next(letter for letter in office.letters if letter.recipients == ("bob@example.org",))

    says(to_bob, "A colleague handed you their place")
    assert "www.example.com" not in to_bob.body()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_letters_to_people_of_either_language_can_be_written(office: PostOffice, language: str) -> None:
    event = held(offer_hours=24, proof_hours=24)
    ada = come(event, ADA, language=language)
    rules.accept(ada, by=ATTENDEE, at=NOW)
    bob = come(event, BOB, language=language)
    leave(ada)
    rules.settle_and_serve(event.id, at=NOW + HOURS)

    delivered_at(office, NOW + HOURS)

    assert office.letters[-1].message["Content-Language"] == language
    assert bob.email == BOB.email


def sequence(letter: Letter) -> int:
    calendar: icalendar.Calendar = calendars(letter.message)[0]
    return int(calendar.walk("VEVENT")[0]["SEQUENCE"])


def delivered_at(office: PostOffice, at: datetime) -> Letter:
    """Send what is due later: the clock is moved on first."""
    clock.stop(at)
    return delivered(office)

"""What becomes of an event, told to those who speak at it, and what their calendars then hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from eventsvc.accounts.actors import SPEAKER, Actor
from eventsvc.events import rules as events
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme import rules
from eventsvc.programme.models import Answer, Appearance, Session, Speaker
from tests.conftest import Clock
from tests.mail.examples import an_event
from tests.mail.programmes import HOUR, asked, calendars, held, move, publish, send, speak, text, three_talks
from tests.people import NOW, an_organiser
from tests.programme.speaking import card_of
from tests.smtp import PostOffice

ELSEWHERE = {"venue": {"name": "Old hospital", "city": "Leiden", "country": "NL"}}


@pytest.fixture
def event(olga: Actor) -> Event:
    return an_event(title="Winter school")


@pytest.fixture
def sam(event: Event, office: PostOffice, clock: Clock, olga: Actor) -> Speaker:
    """Sam, who was sent two of three sessions, as the programme names them there."""
    opening, lecture, _closing = three_talks(event)
    speaker = speak(opening)
    speak(lecture)
    publish(event, olga)
    send(clock)
    assert held(office.letters) == {"Opening", "Lecture"}
    return speaker


def answer(speaker: Speaker, title: str, clock: Clock, *, comes: bool) -> None:
    asked_for = sa.select(Appearance).join(Session).where(Appearance.speaker_id == speaker.id, Session.title == title)
    rules.answer(db.session.scalars(asked_for).one(), comes=comes, note="", by=SPEAKER, at=clock.now)
    db.session.commit()


def edit(event: Event, olga: Actor, clock: Clock, changes: dict[str, Any], **said: Any) -> events.Done:
    done = events.edit(event, changes, revision=event.revision, by=olga, at=clock.now, **said)
    db.session.commit()
    return done


def a_draft(olga: Actor, *speakers: str, **over: Any) -> Event:
    event = an_event(title="Summer school", status=Status.DRAFT, published_at=None, **over)
    said = {"title": "Who owns a scan?", "starts_at": event.starts_at, "ends_at": event.ends_at}
    session = rules.add_session(event, said, by=olga, at=NOW)
    for name in speakers:
        speak(session, name)
    return event


class TestACancellation:
    def test_is_told_with_the_end_of_their_sessions_and_their_own_link(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        told = events.cancel(event, sentence="The hall is flooded.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        letter = office.letters[-1]
        assert told == 1
        assert letter.message["Subject"] == "Cancelled: Winter school"
        for body in (text(letter), letter.body("html")):
            assert "The hall is flooded." in body and "Opening" in body and card_of(sam) in body
        assert {method for method, _sequence in asked(letter).values()} == {"CANCEL"}
        assert held(office.letters) == set()
        row = db.session.scalars(sa.select(Message).where(Message.kind == "speaker_event_cancelled")).one()
        assert card_of(sam) not in row.sent_text + str(row.facts)

    def test_that_is_undone_brings_their_sessions_back(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        events.cancel(event, sentence="No.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        done = events.publish(event, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert done.told == 1
        assert office.letters[-1].message["Subject"] == "It takes place after all: Winter school"
        assert held(office.letters) == {"Opening", "Lecture"}

    def test_reaches_who_was_asked_and_not_who_declined_has_no_address_or_was_only_thought_of(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event
    ) -> None:
        opening, lecture, closing = three_talks(event)
        opening.is_hidden = True
        speak(opening, "Asked", answer=Answer.INVITED)
        speak(opening, "Thought")
        speak(lecture, "Declined", answer=Answer.DECLINED)
        speak(closing, "Nameless").email = ""
        speak(closing, "Named")
        publish(event, olga, is_quiet=True)

        events.cancel(event, sentence="No.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert sorted(letter.recipients[0] for letter in office.letters) == ["asked@example.org", "named@example.org"]
        assert [calendars(letter) for letter in office.letters] == [[], []]

    def test_is_counted_before_it_is_done(
        self, sign_in: Callable[..., FlaskClient], event: Event, sam: Speaker
    ) -> None:
        desk = sign_in(an_organiser(owns=event))

        page = desk.post(f"/desk/events/{event.slug}/cancel", data={"sentence": "No."}).text

        assert "One letter leaves at once." in page


class TestAChange:
    def test_of_the_house_is_told_with_their_sessions_as_they_are_now(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        done = edit(event, olga, clock, ELSEWHERE)
        send(clock)

        letter = office.letters[-1]
        assert done.told == 1
        assert letter.message["Subject"] == "New place: Winter school"
        assert "   Was: Aula, Main building" in text(letter) or "   Was: Main building" in text(letter)
        assert "   Now: Old hospital" in text(letter)
        assert set(asked(letter)) == {"Opening", "Lecture"}
        assert all(b"Old hospital" in body for body in calendars(letter))

    def test_that_is_taken_back_in_time_is_told_to_nobody(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        before, kept = len(office.letters), {"room": event.room}
        edit(event, olga, clock, {"room": "Attic"})
        edit(event, olga, clock, kept)
        send(clock)

        assert len(office.letters) == before

    def test_and_another_within_ten_minutes_are_one_letter(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        before = len(office.letters)
        edit(event, olga, clock, {"title": "Spring school"})
        edit(event, olga, clock, ELSEWHERE)
        send(clock)

        letter = office.letters[-1]
        assert len(office.letters) == before + 1
        assert "Winter school" in text(letter) and "Spring school" in text(letter) and "Old hospital" in text(letter)

    @pytest.mark.parametrize("changes", [{"join_url": "https://video.example.org/1"}, {"capacity": 9}])
    def test_of_what_is_no_news_to_a_speaker_is_not_told(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker, changes: dict[str, Any]
    ) -> None:
        before = len(office.letters)
        edit(event, olga, clock, changes)
        send(clock)

        assert len(office.letters) == before

    def test_that_is_a_small_correction_is_not_told(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        before = len(office.letters)
        edit(event, olga, clock, {"title": "Winter School"}, is_told=False)
        send(clock)

        assert len(office.letters) == before

    def test_that_is_followed_by_a_cancellation_is_told_as_that(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        edit(event, olga, clock, ELSEWHERE)
        events.cancel(event, sentence="No.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert [letter.message["Subject"] for letter in office.letters[1:]] == ["Cancelled: Winter school"]
        assert held(office.letters) == set()


class TestPublishingADraft:
    def test_tells_each_speaker_of_their_sessions_once(self, office: PostOffice, clock: Clock, olga: Actor) -> None:
        event = a_draft(olga, "Sam", "Bo")

        done = events.publish(event, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert done.told == 2
        assert sorted(letter.recipients[0] for letter in office.letters) == ["bo@example.org", "sam@example.org"]
        for letter in office.letters:
            assert letter.message["Subject"] == "New session: Who owns a scan? (Summer school)"
            assert asked(letter) == {"Who owns a scan?": ("REQUEST", 0)}
        sam = db.session.scalars(sa.select(Speaker).where(Speaker.name == "Sam")).one()
        (to_sam,) = office.to("sam@example.org")
        assert card_of(sam) in text(to_sam) and card_of(sam) in to_sam.body("html")

    def test_is_announced_on_the_desk(
        self, sign_in: Callable[..., FlaskClient], office: PostOffice, olga: Actor
    ) -> None:
        event = a_draft(olga, "Sam")
        desk = sign_in(an_organiser(owns=event))

        before = desk.get(f"/desk/events/{event.slug}").text
        after = desk.post(f"/desk/events/{event.slug}/publish", follow_redirects=True).text

        assert "Publishing writes to one person who speaks, with their sessions" in before
        assert "A letter to one person who speaks leaves in ten minutes." in after

    def test_that_is_over_tells_nobody(self, office: PostOffice, clock: Clock, olga: Actor) -> None:
        event = a_draft(olga, "Sam", starts_at=NOW - 9 * HOUR, ends_at=NOW - HOUR)

        done = events.publish(event, by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert (done.told, office.letters) == (0, [])

    def test_that_is_cancelled_at_once_tells_them_only_that(
        self, office: PostOffice, clock: Clock, olga: Actor
    ) -> None:
        event = a_draft(olga, "Sam")
        events.publish(event, by=olga, at=clock.now)
        events.cancel(event, sentence="No.", by=olga, at=clock.now)
        db.session.commit()
        send(clock)

        assert [letter.message["Subject"] for letter in office.letters] == ["Cancelled: Summer school"]
        assert calendars(office.letters[0]) == []


class TestAnAnswer:
    def test_that_they_do_not_come_lets_their_calendar_go_of_that_session(
        self, office: PostOffice, clock: Clock, sam: Speaker
    ) -> None:
        answer(sam, "Lecture", clock, comes=False)
        send(clock)

        letter = office.letters[-1]
        assert letter.message["Subject"] == "Your answer: Winter school"
        assert "Lecture\n   You do not come\n" in text(letter) and card_of(sam) in text(letter)
        assert held(office.letters) == {"Opening"}

    def test_that_they_come_after_all_brings_it_back_and_its_next_move_counts_on(
        self, office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
    ) -> None:
        answer(sam, "Lecture", clock, comes=False)
        send(clock)
        answer(sam, "Lecture", clock, comes=True)
        send(clock)
        assert held(office.letters) == {"Opening", "Lecture"}

        lecture = db.session.scalars(sa.select(Session).where(Session.title == "Lecture")).one()
        move(lecture, olga, HOUR)
        publish(event, olga, clock.now)
        send(clock)

        counts = [asked(letter)["Lecture"][1] for letter in office.letters if "Lecture" in asked(letter)]
        assert counts == sorted(set(counts))

    def test_that_they_come_needs_no_letter(self, office: PostOffice, clock: Clock, sam: Speaker) -> None:
        before = len(office.letters)
        answer(sam, "Lecture", clock, comes=True)
        answer(sam, "Opening", clock, comes=False)
        answer(sam, "Opening", clock, comes=True)
        send(clock)

        assert len(office.letters) == before


def test_telling_three_speakers_takes_as_many_statements_as_telling_one(
    office: PostOffice, clock: Clock, olga: Actor, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for crowd in (1, 3):
        event = an_event()
        opening, _lecture, _closing = three_talks(event)
        for number in range(crowd):
            speak(opening, f"Sam{crowd}{number}")
        publish(event, olga, clock.now)
        send(clock)
        db.session.refresh(event)
        with count_queries() as queries:
            events.cancel(event, sentence="No.", by=olga, at=clock.now + timedelta(minutes=1))
            db.session.commit()
        counts.append(queries.count)
        send(clock)
        assert len([each for each in office.letters if "Cancelled: Opening" in asked(each)]) == sum(
            (1, 3)[: len(counts)]
        )

    assert counts[0] == counts[1]


def test_a_reader_of_dutch_reads_it_with_a_link_that_stays_dutch(
    office: PostOffice, clock: Clock, olga: Actor, event: Event, sam: Speaker
) -> None:
    sam.language = "nl"
    events.cancel(event, sentence="Nee.", by=olga, at=clock.now)
    db.session.commit()
    send(clock)

    assert f"{card_of(sam)}?lang=nl" in text(office.letters[-1])

"""What vanished, as each feed tells it: as cancelled for thirty days, to those who had it, and then no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import clock as our_clock
from eventsvc import worker
from eventsvc.accounts.actors import ATTENDEE, SPEAKER, SYSTEM
from eventsvc.calendars import entries
from eventsvc.calendars.models import Entry, FormerSeat, FormerShelf
from eventsvc.events.models import Event, EventPartner, Kind, Mode, Partner, PartnerRole, Series
from eventsvc.extensions import db
from eventsvc.programme import published, rules
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, Speaker, SpeakerRole, Track
from eventsvc.registration import keys
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Registration, TokenKind
from eventsvc.registration.person import Person
from tests.calendars.test_feeds import shown
from tests.conftest import Clock
from tests.people import NOW, a_registration, a_session, an_event
from tests.programme.speaking import a_talk, feed_of, sam

ADA, BOB = (Person(name, "Voorbeeld", f"{name.lower()}@example.org", country="NL") for name in ("Ada", "Bob"))
MONTH = timedelta(days=31)


def refreshed(event: Event) -> Event:
    published.bring(event, at=NOW)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def publish(event: Event) -> None:
    rules.publish(event, by=SYSTEM, at=NOW, is_quiet=True)
    db.session.commit()


def titles(client: FlaskClient, path: str) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return set(shown(answer.data).values())


class TestTheFeedOfASession:
    def test_it_says_that_the_session_was_taken_out_and_goes_thirty_days_later(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = an_event()
        talk = a_session(event, title="Talk")
        refreshed(event)
        path = f"/events/{event.slug}/sessions/{talk.public_id}.ics"
        assert titles(client, path) == {"Talk"}

        rules.delete_session(talk, by=SYSTEM, at=NOW)
        publish(event)

        assert titles(client, path) == {"Cancelled: Talk"}
        clock.at(NOW + MONTH)
        assert client.get(path).status_code == 404


class TestTheFeedOfAnAttendee:
    """Ada chose sessions; what she never had is nothing to her calendar."""

    def feed(self, registration: Registration) -> str:
        return f"/calendars/{keys.token_of(registration, TokenKind.FEED)}.ics"

    def ada_at(self, event: Event, *chosen: Session) -> Registration:
        ada = registrations.register(event.id, ADA, by=ATTENDEE, at=NOW, language="en")
        for talk in chosen:
            registrations.choose(ada, talk.public_id, or_waits=True, by=ATTENDEE, at=NOW)
        db.session.commit()
        return ada

    def test_of_sessions_that_were_taken_out_it_strikes_those_she_had(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(title="Symposium")
        mine, stays, other = (a_talk(event, hour, title=name) for hour, name in enumerate(("Mine", "Stays", "Other")))
        refreshed(event)
        path = self.feed(self.ada_at(event, mine, stays))
        assert titles(client, path) == {"Symposium", "Mine", "Stays"}

        for talk in (mine, other):
            rules.delete_session(talk, by=SYSTEM, at=NOW)
        publish(event)

        assert titles(client, path) == {"Symposium", "Cancelled: Mine", "Stays"}
        clock.at(NOW + MONTH)
        assert titles(client, path) == {"Symposium", "Stays"}

    def test_whoever_is_not_in_yet_has_nothing_struck_out_once_they_are(self, client: FlaskClient) -> None:
        event = an_event(title="Symposium", capacity=1)
        talk, stays = a_talk(event, title="Talk"), a_talk(event, 1, title="Stays")
        refreshed(event)
        bob = a_registration(event)
        path = self.feed(self.ada_at(event, talk, stays))
        rules.delete_session(talk, by=SYSTEM, at=NOW)
        publish(event)

        registrations.cancel(bob, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert titles(client, path) == {"Symposium", "Stays"}

    def test_a_hidden_session_that_is_deleted_later_is_struck_out_all_the_same(self, client: FlaskClient) -> None:
        event = an_event(title="Symposium")
        talk, stays = a_talk(event, title="Talk"), a_talk(event, 1, title="Stays")
        refreshed(event)
        path = self.feed(self.ada_at(event, talk, stays))
        talk.is_hidden = True
        publish(event)
        rules.delete_session(talk, by=SYSTEM, at=NOW)
        db.session.commit()

        assert titles(client, path) == {"Symposium", "Cancelled: Talk", "Stays"}

    def test_whoever_leaves_has_struck_out_what_they_had_and_not_what_they_waited_for(
        self, client: FlaskClient
    ) -> None:
        event = an_event(title="Symposium")
        full, free, talk = (
            a_talk(event, hour, title=name, capacity=seats)
            for hour, (name, seats) in enumerate({"Full": 1, "Free": 1, "Talk": None}.items())
        )
        refreshed(event)
        self.bob_at(event, full)
        ada = self.ada_at(event, full, free, talk)
        path = self.feed(ada)
        assert titles(client, path) == {"Symposium", "Free", "Talk"}

        registrations.cancel(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        parted = "You no longer have a place: "
        assert titles(client, path) == {f"{parted}Symposium", f"{parted}Free", f"{parted}Talk"}

    def test_what_was_given_up_goes_thirty_days_later_from_body_and_version(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = refreshed(an_event(title="Symposium"))
        ada = self.ada_at(event)
        registrations.cancel(ada, by=ATTENDEE, at=NOW)
        db.session.commit()
        path = self.feed(ada)
        clock.at(NOW + timedelta(days=30))
        last = client.get(path)

        clock.at(NOW + MONTH)
        gone = client.get(path, headers={"If-None-Match": last.headers["ETag"]})
        by_date = client.get(path, headers={"If-Modified-Since": last.headers["Last-Modified"]})
        clock.forward(MONTH)
        later = client.get(path, headers={"If-None-Match": gone.headers["ETag"]})

        assert set(shown(last.data).values()) == {"You no longer have a place: Symposium"}
        assert (gone.status_code, shown(gone.data), by_date.status_code) == (200, {}, 200)
        assert later.status_code == 304

    def test_what_the_organiser_calls_off_is_cancelled_also_for_whoever_gave_up_their_place(
        self, client: FlaskClient
    ) -> None:
        event = an_event(title="Symposium")
        talk, _stays = a_talk(event, title="Talk"), a_talk(event, 1, title="Stays")
        refreshed(event)
        ada = self.ada_at(event, talk)
        registrations.cancel(ada, by=ATTENDEE, at=NOW)
        rules.cancel_session(talk, by=SYSTEM, at=NOW)
        publish(event)

        assert titles(client, self.feed(ada)) == {"You no longer have a place: Symposium", "Cancelled: Talk"}

    def test_whoever_hands_on_their_place_has_struck_out_what_they_had(self, client: FlaskClient) -> None:
        event = an_event(title="Symposium")
        talk, _other = a_talk(event, title="Talk"), a_talk(event, 1, title="Other")
        refreshed(event)
        ada = self.ada_at(event, talk)

        bob = registrations.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        parted = "You no longer have a place: "
        assert titles(client, self.feed(ada)) == {f"{parted}Symposium", f"{parted}Talk"}
        assert titles(client, self.feed(bob)) == {"Symposium", "Talk"}

    def test_whoever_undoes_it_sees_struck_out_what_somebody_else_has_by_now(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = an_event(title="Symposium")
        full, talk = a_talk(event, title="Full", capacity=1), a_talk(event, 1, title="Talk")
        refreshed(event)
        ada = self.ada_at(event, full, talk)
        self.bob_at(event, full)
        registrations.cancel(ada, by=ATTENDEE, at=NOW)
        registrations.undo_cancel(ada, by=ATTENDEE, at=NOW)
        db.session.commit()
        path = self.feed(ada)
        clock.at(NOW + timedelta(hours=1))
        before = client.get(path)

        clock.at(NOW + MONTH)
        after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})

        assert set(shown(before.data).values()) == {"Symposium", "You no longer have a place: Full", "Talk"}
        assert set(shown(after.data).values()) == {"Symposium", "Talk"}
        assert after.last_modified > before.last_modified

    def bob_at(self, event: Event, *chosen: Session) -> None:
        bob = registrations.register(event.id, BOB, by=ATTENDEE, at=NOW, language="en")
        for talk in chosen:
            registrations.choose(bob, talk.public_id, or_waits=True, by=ATTENDEE, at=NOW)
        db.session.commit()


class TestTheFeedOfASpeaker:
    @pytest.fixture
    def event(self, app: Flask) -> Event:
        return an_event(title="Symposium")

    @pytest.fixture
    def talk(self, event: Event) -> Session:
        return a_talk(event, title="Talk")

    def taken_out(self, talk: Session) -> None:
        talk.appearances.clear()

    def hidden(self, talk: Session) -> None:
        talk.is_hidden = True

    def deleted(self, talk: Session) -> None:
        rules.delete_session(talk, by=SYSTEM, at=NOW)

    @pytest.mark.parametrize(
        ("how", "word"), [("taken_out", "Without you"), ("hidden", "Cancelled"), ("deleted", "Cancelled")]
    )
    def test_what_they_are_in_no_more_is_struck_out_for_thirty_days(
        self, client: FlaskClient, clock: Clock, event: Event, talk: Session, how: str, word: str
    ) -> None:
        speaker = sam(talk, a_talk(event, 1, title="Other"))
        getattr(self, how)(talk)
        db.session.commit()
        assert titles(client, feed_of(speaker)) == {"Talk", "Other"}
        publish(event)
        clock.at(NOW + timedelta(hours=1))
        fresh = client.get(feed_of(speaker))

        clock.at(NOW + MONTH)
        old = client.get(feed_of(speaker), headers={"If-None-Match": fresh.headers["ETag"]})
        by_date = client.get(feed_of(speaker), headers={"If-Modified-Since": fresh.headers["Last-Modified"]})
        clock.forward(MONTH)
        later = client.get(feed_of(speaker), headers={"If-None-Match": old.headers["ETag"]})

        assert set(shown(fresh.data).values()) == {f"{word}: Talk", "Other"}
        assert set(shown(old.data).values()) == {"Other"}
        assert (by_date.status_code, later.status_code) == (200, 304)

    def test_what_is_no_session_with_a_time_any_more_goes_after_thirty_days_too(
        self, client: FlaskClient, clock: Clock, event: Event, talk: Session
    ) -> None:
        speaker = sam(talk)
        talk.kind = SessionKind.BREAK
        publish(event)
        assert titles(client, feed_of(speaker)) == {"Cancelled: Talk"}

        clock.at(NOW + MONTH)

        assert titles(client, feed_of(speaker)) == set()

    def test_each_leaving_and_coming_back_counts_higher_and_is_later(
        self, client: FlaskClient, clock: Clock, event: Event, talk: Session
    ) -> None:
        speaker = sam(talk)
        told = [self.told(client, speaker)]

        for comes in (False, True, False, True):
            clock.forward(timedelta(hours=1))
            part = db.session.scalars(sa.select(Appearance)).one()
            rules.answer(part, comes=comes, note="", by=SPEAKER, at=our_clock.now())
            db.session.commit()
            told.append(self.told(client, speaker))

        assert [status for _sequence, _changed, status in told] == [
            "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED", "CONFIRMED",
        ]  # fmt: skip
        assert [sequence for sequence, _changed, _status in told] == [0, 1, 2, 3, 4]
        assert told == sorted(told)

    def told(self, client: FlaskClient, speaker: Speaker) -> tuple[int, datetime, str]:
        part: Any
        (part,) = icalendar.Calendar.from_ical(client.get(feed_of(speaker)).data).walk("VEVENT")
        return part["SEQUENCE"], part["LAST-MODIFIED"].dt, str(part["STATUS"])

    def test_whoever_declined_is_not_told_again_when_the_organiser_takes_them_out(
        self, client: FlaskClient, clock: Clock, event: Event, talk: Session
    ) -> None:
        speaker = sam(talk)
        rules.answer(db.session.scalars(sa.select(Appearance)).one(), comes=False, note="", by=SPEAKER, at=NOW)
        db.session.commit()
        clock.at(NOW + MONTH)
        talk.appearances.clear()
        db.session.commit()
        assert titles(client, feed_of(speaker)) == set()

        rules.publish(event, by=SYSTEM, at=our_clock.now(), is_quiet=True)
        db.session.commit()

        assert titles(client, feed_of(speaker)) == set()

    def test_in_two_roles_one_is_out_only_when_one_declined_both(
        self, client: FlaskClient, event: Event, talk: Session
    ) -> None:
        speaker = sam(talk)
        talk.appearances.append(Appearance(speaker=speaker, role=SpeakerRole.CHAIR))
        publish(event)
        one, other = db.session.scalars(sa.select(Appearance).order_by(Appearance.id))

        rules.answer(one, comes=False, note="", by=SPEAKER, at=NOW)
        db.session.commit()
        assert titles(client, feed_of(speaker)) == {"Talk"}
        rules.answer(other, comes=False, note="", by=SPEAKER, at=NOW)
        db.session.commit()

        assert titles(client, feed_of(speaker)) == {"Without you: Talk"}

    def test_whoever_is_named_again_sees_it_again(self, client: FlaskClient, event: Event, talk: Session) -> None:
        speaker = sam(talk)
        talk.appearances.clear()
        publish(event)
        one = self.told(client, speaker)
        talk.appearances.append(Appearance(speaker=speaker))
        publish(event)

        assert titles(client, feed_of(speaker)) == {"Talk"}
        assert self.told(client, speaker) > one


class TestTheFeedOfARoom:
    def test_a_room_taken_away_on_the_desk_stays_until_that_is_published_and_then_strikes_out(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = an_event(title="Symposium")
        hall = Room(event_id=event.id, name="Hall 2")
        talk = a_talk(event, title="Talk", room=hall)
        refreshed(event)
        path = f"/events/{event.slug}/rooms/{hall.public_id}.ics"
        before = client.get(path)
        rules.delete_session(talk, by=SYSTEM, at=NOW)
        rules.remove(event, hall, by=SYSTEM, at=NOW)
        db.session.commit()

        drafted = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
        publish(event)

        assert drafted.status_code == 304
        assert titles(client, path) == {"Cancelled: Talk"}
        clock.at(NOW + MONTH)
        assert titles(client, path) == set()

    @pytest.mark.parametrize("guess", ["%25", "_" * 10, "%25%25", "nowhere"])
    def test_nobody_finds_a_room_by_guessing(self, client: FlaskClient, guess: str) -> None:
        event = an_event()
        a_talk(event)
        refreshed(event)

        assert client.get(f"/events/{event.slug}/rooms/{guess}.ics").status_code == 404

    def test_a_room_without_sessions_has_an_empty_feed(self, client: FlaskClient) -> None:
        event = an_event()
        hall = Room(event_id=event.id, name="Hall 2")
        db.session.add(hall)
        refreshed(event)

        assert titles(client, f"/events/{event.slug}/rooms/{hall.public_id}.ics") == set()


class TestANarrowedFeed:
    """What leaves it is struck out there, though it goes on elsewhere."""

    LATER = NOW + timedelta(hours=1)

    def moved(self, event: Event, at: datetime = LATER) -> None:
        published.bring(event, at=at)
        entries.refresh(event, at=at)
        db.session.commit()

    def seen(self, client: FlaskClient, path: str) -> dict[str, tuple[int, str]]:
        parts: Any = icalendar.Calendar.from_ical(client.get(path).data).walk("VEVENT")
        return {str(part["UID"]): (part["SEQUENCE"], str(part["STATUS"])) for part in parts}

    @pytest.mark.parametrize("narrowed", ["?room={room}", "?track=One", "?kind=talk", "?track=One&kind=talk"])
    def test_a_session_that_moves_away_is_struck_out_for_thirty_days(
        self, client: FlaskClient, clock: Clock, narrowed: str
    ) -> None:
        event = an_event(title="Symposium")
        one, other = (Track(event_id=event.id, name=name) for name in ("One", "Two"))
        hall, aula = (Room(event_id=event.id, name=name) for name in ("Hall", "Aula 2"))
        moves, _stays = (a_talk(event, hour, title=name, track=one, room=hall) for hour, name in enumerate("MS"))
        self.moved(event, NOW)
        path = f"/events/{event.slug}/calendar.ics{narrowed.format(room=hall.public_id)}"
        before = client.get(path)
        moves.room, moves.track, moves.kind = aula, other, SessionKind.PANEL
        self.moved(event)
        clock.at(self.LATER + timedelta(hours=1))

        after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
        clock.at(self.LATER + MONTH)
        later = client.get(path, headers={"If-None-Match": after.headers["ETag"]})

        assert set(shown(before.data).values()) == {"M", "S"}
        assert set(shown(after.data).values()) == {"Cancelled: M", "S"}
        assert set(shown(later.data).values()) == {"S"}
        assert "Cancelled: M" not in titles(client, f"/events/{event.slug}/calendar.ics")
        assert titles(client, f"/events/{event.slug}/rooms/{aula.public_id}.ics") == {"M"}

    def test_whatever_happens_it_counts_higher_each_time(self, client: FlaskClient) -> None:
        event = an_event(title="Symposium", mode=Mode.ONLINE)
        hall, aula = (Room(event_id=event.id, name=name) for name in ("Hall", "Aula 2"))
        talk = a_talk(event, title="Talk", room=hall)
        self.moved(event, NOW)
        path = f"/events/{event.slug}/rooms/{hall.public_id}.ics"
        told: list[tuple[int, str]] = []

        for room in (hall, aula, hall, aula):
            talk.room = room
            self.moved(event)
            told += self.seen(client, path).values()

        assert told == [(0, "CONFIRMED"), (1, "CANCELLED"), (2, "CONFIRMED"), (3, "CANCELLED")]

    def test_a_session_that_was_never_there_is_not_struck_out_and_a_second_room_is_no_leaving(
        self, client: FlaskClient
    ) -> None:
        event = an_event(title="Symposium")
        hall, aula, third = (Room(event_id=event.id, name=name) for name in ("Hall", "Aula 2", "Third"))
        track = Track(event_id=event.id, name="One")
        talk = a_talk(event, title="Talk", room=hall)
        a_talk(event, 1, title="Of the track", track=track, room=third)
        self.moved(event, NOW)
        talk.further_rooms, talk.track = [aula], track
        self.moved(event)
        talk.room, talk.further_rooms = aula, []
        self.moved(event)

        assert titles(client, f"/events/{event.slug}/rooms/{hall.public_id}.ics") == {"Cancelled: Talk"}
        assert titles(client, f"/events/{event.slug}/rooms/{third.public_id}.ics") == {"Of the track"}
        assert titles(client, f"/events/{event.slug}/calendar.ics?track=One&room={hall.public_id}") == {
            "Cancelled: Talk"
        }

    def test_the_feed_of_a_room_that_is_no_more_strikes_out_what_has_left_it(self, client: FlaskClient) -> None:
        event = an_event(title="Symposium")
        hall, aula = (Room(event_id=event.id, name=name) for name in ("Hall", "Aula 2"))
        talk = a_talk(event, title="Talk", room=hall)
        self.moved(event, NOW)
        path = f"/events/{event.slug}/rooms/{hall.public_id}.ics"
        talk.room = aula
        self.moved(event)
        db.session.delete(hall)
        db.session.commit()

        assert titles(client, path) == {"Cancelled: Talk"}

    def test_an_event_made_unlisted_is_struck_out_as_it_was_and_comes_back_higher(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = an_event(title="Symposium")
        self.moved(event, NOW)
        told = [*self.seen(client, "/calendar.ics").values()]
        event.is_unlisted = True
        self.moved(event)
        told += self.seen(client, "/calendar.ics").values()
        event.title = "Behind closed doors"
        self.moved(event)

        assert titles(client, "/calendar.ics") == {"Cancelled: Symposium"}
        assert titles(client, "/calendar.ics?detail=sessions&kind=webinar") == set()
        clock.at(self.LATER + MONTH)
        assert titles(client, "/calendar.ics") == set()
        event.is_unlisted = False
        self.moved(event)
        told += self.seen(client, "/calendar.ics").values()
        assert [status for _sequence, status in told] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
        assert [sequence for sequence, _status in told] == sorted({sequence for sequence, _status in told})

    @pytest.mark.parametrize(
        ("narrowed", "facts"),
        [
            ("?kind=symposium", {"kind": Kind.WEBINAR}),
            ("?mode=in+person", {"mode": Mode.HYBRID}),
            ("?language=en", {"language": "nl"}),
            ("?series=yearly", {"series": None}),
            ("?partner=Partner", {"partners": []}),
        ],
    )
    def test_an_event_that_leaves_a_list_is_struck_out_in_that_list_alone(
        self, client: FlaskClient, narrowed: str, facts: dict[str, Any]
    ) -> None:
        event = an_event(title="Symposium", series=Series(slug="yearly", title="Yearly"))
        event.partners.append(EventPartner(partner=Partner(name="Partner"), role=PartnerRole.HOST))
        self.moved(event, NOW)
        assert titles(client, f"/calendar.ics{narrowed}") == {"Symposium"}

        for name, value in facts.items():
            setattr(event, name, value)
        self.moved(event)

        assert {title.rpartition(": ")[2] for title in titles(client, f"/calendar.ics{narrowed}")} == {"Symposium"}
        assert {status for _sequence, status in self.seen(client, f"/calendar.ics{narrowed}").values()} == {"CANCELLED"}
        assert titles(client, "/calendar.ics") == {"Symposium"}
        assert titles(client, "/calendar.ics?kind=fair") == set()


class TestTheSweep:
    def test_what_was_struck_out_long_ago_and_is_over_is_deleted_and_nothing_else(
        self, app: Flask, clock: Clock
    ) -> None:
        event = an_event(title="Symposium")
        hall, aula = (Room(event_id=event.id, name=name) for name in ("Hall", "Aula 2"))
        deleted, hidden, moved = (a_talk(event, hour, title=name, room=hall) for hour, name in enumerate("DHM"))
        refreshed(event)
        ada = registrations.register(event.id, ADA, by=ATTENDEE, at=NOW, language="en")
        registrations.choose(ada, deleted.public_id, by=ATTENDEE, at=NOW)
        hidden.is_hidden, moved.room = True, aula
        rules.delete_session(deleted, by=SYSTEM, at=NOW)
        publish(event)
        assert self.kept() == {"DHM": 4, "shelves": 1, "seats": 1}

        self.worker_at(clock, NOW + timedelta(days=30))
        assert self.kept() == {"DHM": 4, "shelves": 1, "seats": 1}
        self.worker_at(clock, NOW + MONTH)
        assert self.kept() == {"DHM": 4, "shelves": 0, "seats": 0}
        assert event.ends_at
        self.worker_at(clock, event.ends_at)
        assert self.kept() == {"DHM": 3, "shelves": 0, "seats": 0}
        assert db.session.scalar(sa.select(Entry.id).where(Entry.session_id == hidden.id))

    def worker_at(self, clock: Clock, at: datetime) -> None:
        clock.at(at)
        worker.tidy()
        db.session.rollback()

    def kept(self) -> dict[str, int]:
        nouns = {"DHM": Entry, "shelves": FormerShelf, "seats": FormerSeat}
        return {
            name: db.session.scalar(sa.select(sa.func.count()).select_from(noun)) or 0 for name, noun in nouns.items()
        }

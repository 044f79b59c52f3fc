"""The waiting list in an organiser's hands: somebody put first, and who still wants a place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import ATTENDEE, SYSTEM, organiser
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import errors, rules, seats
from eventsvc.registration.models import Registration, State
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.acts import ADA, BOB, CIA, acts, come, leave, letters

pytestmark = pytest.mark.usefixtures("app")
DAYS = timedelta(days=3)


def a_list() -> tuple[Event, Registration, Registration, Registration]:
    """One seat that Ada has; Bob and then Cia wait for it."""
    event = an_event(capacity=1)
    return event, come(event, ADA), come(event, BOB), come(event, CIA)


class TestPuttingFirst:
    def test_whoever_is_put_first_is_next_and_the_log_says_why(self) -> None:
        _event, ada, bob, cia = a_list()

        rules.prioritise(cia, is_first=True, reason="She speaks", by=organiser(an_organiser().id), at=NOW)
        db.session.commit()
        positions = [seats.position(person, NOW) for person in (cia, bob)]
        leave(ada)

        assert positions == [1, 2]
        assert (cia.state, bob.state) == (State.CONFIRMED, State.WAITLISTED)
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "prioritise")).one()
        assert (entry.reason, entry.before, entry.after) == ("She speaks", {"priority": 0}, {"priority": 1})
        assert letters(cia) == ["waitlisted", "promoted"]

    def test_the_last_who_was_put_first_is_before_the_others_and_may_be_put_back(self) -> None:
        _event, _ada, bob, cia = a_list()
        olga = organiser(an_organiser().id)
        rules.prioritise(bob, is_first=True, reason="one", by=olga, at=NOW)
        rules.prioritise(cia, is_first=True, reason="two", by=olga, at=NOW)

        assert [seats.position(person, NOW) for person in (cia, bob)] == [1, 2]
        rules.prioritise(cia, is_first=False, reason="a mistake", by=olga, at=NOW)
        assert [seats.position(person, NOW) for person in (bob, cia)] == [1, 2]

    def test_a_reason_is_needed_and_only_waiting_people_are_put_first(self) -> None:
        _event, ada, bob, _cia = a_list()
        olga = organiser(an_organiser().id)

        with pytest.raises(errors.NoReason):
            rules.prioritise(bob, is_first=True, reason="  ", by=olga, at=NOW)
        with pytest.raises(errors.NotWaiting):
            rules.prioritise(ada, is_first=True, reason="why", by=olga, at=NOW)


class TestStillInterested:
    def ask(self, event: Event) -> int:
        count = rules.ask_who_stays(event, hours=72, by=organiser(an_organiser().id), at=NOW)
        db.session.commit()
        return count

    def test_everybody_who_waits_and_has_an_address_is_asked_until_a_moment(self) -> None:
        event, ada, bob, cia = a_list()
        nameless = a_registration(event, state=State.WAITLISTED, email=None)

        assert self.ask(event) == 2

        assert [person.interest_due_at for person in (bob, cia)] == [NOW + DAYS] * 2
        assert (ada.interest_due_at, nameless.interest_due_at) == (None, None)
        # The letter that told them their number was not sent yet, and this one takes its place.
        assert letters(bob) == ["waitlisted", "still_interested"]
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "ask who stays")).one()
        assert entry.after["letters"] == 2

    def test_whoever_says_yes_keeps_their_turn_and_silence_leaves_the_list(self) -> None:
        event, ada, bob, cia = a_list()
        self.ask(event)

        assert rules.stay(cia, by=ATTENDEE, at=NOW + DAYS - timedelta(seconds=1)) is True
        rules.settle_and_serve(event.id, at=NOW + DAYS)
        db.session.commit()

        assert (bob.state, cia.state, cia.interest_due_at) == (State.EXPIRED, State.WAITLISTED, None)
        assert letters(bob)[-1] == "list_left"
        assert acts(bob)[-1] == ("expire", "system")
        assert acts(cia) == [("waitlist", "attendee"), ("stay", "attendee")]
        assert ada.state is State.CONFIRMED

    def test_a_seat_that_comes_free_is_not_given_to_silence(self) -> None:
        event, ada, bob, cia = a_list()
        self.ask(event)
        rules.stay(cia, by=ATTENDEE, at=NOW)
        db.session.commit()

        leave(ada, at=NOW + DAYS)

        assert (bob.state, cia.state) == (State.EXPIRED, State.CONFIRMED)

    def test_a_seat_before_the_moment_goes_by_turn_and_ends_the_question(self) -> None:
        event, ada, bob, _cia = a_list()
        self.ask(event)

        leave(ada)
        rules.settle_and_serve(event.id, at=NOW + DAYS)

        assert (bob.state, bob.interest_due_at) == (State.CONFIRMED, None)

    def test_too_late_is_told_and_saying_it_twice_is_harmless(self) -> None:
        event, _ada, bob, cia = a_list()
        self.ask(event)

        said = [rules.stay(bob, by=ATTENDEE, at=NOW) for _press in range(2)]
        assert said == [True, True]
        assert rules.stay(cia, by=ATTENDEE, at=NOW + DAYS) is False
        assert [act for act, _actor in acts(bob)] == ["waitlist", "stay"]

    def test_whoever_left_by_silence_joins_again_at_the_end(self) -> None:
        event, _ada, bob, cia = a_list()
        self.ask(event)
        rules.stay(cia, by=ATTENDEE, at=NOW)
        rules.settle_and_serve(event.id, at=NOW + DAYS)

        again = rules.rejoin(bob, by=ATTENDEE, at=NOW + DAYS)

        assert again.turn > cia.turn
        assert (again.state, again.interest_due_at) == (State.WAITLISTED, None)

    def test_nobody_is_asked_where_nobody_waits_or_nobody_moves_up(self) -> None:
        event = an_event()
        olga = organiser(an_organiser().id)

        with pytest.raises(errors.NobodyWaits):
            rules.ask_who_stays(event, hours=72, by=olga, at=NOW)
        with pytest.raises(errors.PromotionOver):
            rules.ask_who_stays(event, hours=72, by=olga, at=event.starts_at)  # type: ignore[arg-type]

    def test_nobody_is_asked_twice_within_the_hour(self) -> None:
        event, _ada, bob, _cia = a_list()
        self.ask(event)

        with pytest.raises(errors.AskedJustNow):
            self.ask(event)
        db.session.rollback()
        rules.ask_who_stays(event, hours=72, by=SYSTEM, at=NOW + timedelta(hours=1))
        db.session.commit()

        assert letters(bob).count("still_interested") == 2

    def test_asking_three_takes_as_many_queries_as_asking_one(
        self, app: Flask, count_queries: Callable[[], Any]
    ) -> None:
        counted = []
        for number in (1, 3):
            event = an_event(capacity=0)
            for _person in range(number):
                a_registration(event, state=State.WAITLISTED)
            event_id = event.id
            with app.app_context(), count_queries() as queries:
                rules.ask_who_stays(db.session.get_one(Event, event_id), hours=24, by=SYSTEM, at=NOW)
            counted.append(queries.count)

        # Each person's own row is written with its revision.
        assert counted[1] - counted[0] <= 2

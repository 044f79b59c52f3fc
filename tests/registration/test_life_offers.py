"""What holds where places are offered and kept, cancelled and taken back, and a dinner has few seats.

As in `test_life`, each act is done by the rules that the doors call, and the promises are looked at in the rows
themselves. Here the clock goes on by hours, and the worker looks whenever it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from eventsvc.registration.models import (
    LIVE,
    SEATED,
    AnswerOption,
    PersonalInvitation,
    QuestionOption,
    Registration,
    State,
)
from eventsvc.registration.person import Person
from eventsvc.registration.rules import Terms
from tests.people import NOW, a_question, an_event
from tests.registration.test_answers import answered

_PEOPLE = [f"person{number}" for number in range(6)]
_TRANSITIONS = {
    "confirm": State.CONFIRMED,
    "waitlist": State.WAITLISTED,
    "offer": State.OFFERED,
    "accept": State.CONFIRMED,
    "expire": State.EXPIRED,
    "cancel": State.CANCELLED,
    "hand over": State.CANCELLED,
    "take over": State.CONFIRMED,
    "restore": None,
}

# Many stories, each of many acts: on a machine that has other work they take their time.
pytestmark = pytest.mark.timeout(600)


def person(name: str) -> Person:
    return Person(name, "Voorbeeld", f"{name}@example.org")


class Life(RuleBasedStateMachine):
    """An event that offers its places for a day, with a dinner for two."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.guests = 0
        self.restored: set[int] = set()
        # How many seats were held when the limit was lowered below that; it may fall since, and never rise.
        self.over = 0

    @initialize(
        capacity=st.integers(1, 3),
        dinners=st.integers(1, 2),
        keeps=st.lists(st.sampled_from([1, 30]), max_size=2),
        eats=st.lists(st.booleans(), min_size=4),
    )
    def begin(self, capacity: int, dinners: int, keeps: list[int], eats: list[bool]) -> None:
        """Open an event that keeps some seats, and to which more come at once than it has room for."""
        self.event: Event = an_event(capacity=capacity, offer_hours=24)
        self.dinner = a_question(self.event, "Yes", "No", label="Dinner", limits={"Yes": dinners}).options[0]
        for hours in keeps:
            self.invite(None, hours)
        for who, eats_there in zip(_PEOPLE, eats, strict=False):
            self.come(who, eats_there)

    def act(self, done: Callable[[], Any]) -> bool:
        """Do what a door does: commit, or roll all of it back; tell whether it was done."""
        self.now += timedelta(seconds=1)
        try:
            done()
            db.session.commit()
        except Refused:
            db.session.rollback()
            return False
        return True

    @rule(who=st.sampled_from(_PEOPLE), eats=st.booleans())
    def come(self, who: str, eats: bool) -> None:
        is_awaited = bool(self.waiting())
        said = answered(self.event, Dinner="Yes" if eats else "No")
        if self.act(
            lambda: rules.register(self.event.id, person(who), by=ATTENDEE, at=self.now, language="en", answered=said)
        ):
            self.stands_at_the_end(is_awaited)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if one := self.pick(data, LIVE):
            self.act(lambda: rules.cancel(one, by=ATTENDEE, at=self.now))

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        one = self.pick(data, [State.CANCELLED])
        if one and self.act(lambda: rules.undo_cancel(one, by=ATTENDEE, at=self.now)):
            self.restored.add(one.id)

    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        if one := self.pick(data, [State.OFFERED]):
            self.act(lambda: rules.accept(one, by=ATTENDEE, at=self.now))

    @rule(data=st.data())
    def rejoin(self, data: st.DataObject) -> None:
        one, is_awaited = self.pick(data, [State.EXPIRED]), bool(self.waiting())
        before = len(self.rows())
        if one and self.act(lambda: rules.rejoin(one, by=ATTENDEE, at=self.now)) and len(self.rows()) > before:
            self.stands_at_the_end(is_awaited)

    @rule(data=st.data(), to=st.sampled_from(_PEOPLE))
    def hand_over(self, data: st.DataObject, to: str) -> None:
        if one := self.pick(data, [State.CONFIRMED]):
            self.act(lambda: rules.hand_over(one, person(to), by=ATTENDEE, at=self.now))

    @rule(who=st.sampled_from([*_PEOPLE, None, None]), hours=st.sampled_from([1, 30]))
    def invite(self, who: str | None, hours: int) -> None:
        """Keep a seat for somebody: a stranger, or one of those who come and go."""
        self.guests += 1
        terms = Terms(reserved_until=self.now + timedelta(hours=hours))
        guest = person(who or f"guest{self.guests}")
        self.act(lambda: rules.invite(self.event.id, [guest], terms, language="en", by=SYSTEM, at=self.now))

    @rule(data=st.data(), is_withdrawn=st.booleans())
    def answer_invitation(self, data: st.DataObject, is_withdrawn: bool) -> None:
        there = [each for each in self.invitations() if each.used_at is None and each.withdrawn_at is None]
        if not there:
            return
        one = data.draw(st.sampled_from(there))
        if is_withdrawn:
            self.act(lambda: rules.withdraw_invitation(one, by=SYSTEM, at=self.now))
            return
        guest = Person(one.given_name, one.family_name, one.email or "")
        self.act(
            lambda: rules.register(self.event.id, guest, by=ATTENDEE, at=self.now, language="en", invitation_id=one.id)
        )

    @rule(hours=st.sampled_from([1, 2, 25]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(data=st.data(), to=st.sampled_from(_PEOPLE))
    def leave_and_let_another_dine(self, data: st.DataObject, to: str) -> None:
        """Cancel somebody who dines, let somebody else have the dinner, and try to take it back."""
        dining = set(self.dining())
        among = [each for each in self.rows() if each.is_live and each.id in dining]
        if not among:
            return
        one = data.draw(st.sampled_from(among))
        self.act(lambda: rules.cancel(one, by=ATTENDEE, at=self.now))
        self.come(to, True)
        if self.act(lambda: rules.undo_cancel(one, by=ATTENDEE, at=self.now)):
            self.restored.add(one.id)

    @rule(data=st.data(), to=st.sampled_from(_PEOPLE))
    def come_too_late_and_find_the_dinner_gone(self, data: st.DataObject, to: str) -> None:
        """Let an offer run out, let somebody else have the dinner, and come back."""
        dining = set(self.dining())
        among = [each for each in self.rows() if each.state is State.OFFERED and each.id in dining]
        if not among:
            return
        one = data.draw(st.sampled_from(among))
        self.now += timedelta(hours=25)
        self.the_worker_looks()
        self.come(to, True)
        self.act(lambda: rules.rejoin(one, by=ATTENDEE, at=self.now))

    def the_worker_looks(self) -> None:
        for event_id in rules.due_events(at=self.now):
            rules.settle_and_serve(event_id, at=self.now)
            db.session.commit()

    @rule(limit=st.sampled_from([0, 1, 2, 3, 4]))
    def set_limit(self, limit: int) -> None:
        if self.event.capacity is not None and limit < self.event.capacity:
            self.over = self.held()
        self.event.capacity = limit
        self.act(lambda: rules.serve_list(self.event, by=SYSTEM, at=self.now))

    @rule(limit=st.sampled_from([1, 2, 3]))
    def set_dinners(self, limit: int) -> None:
        """Raise the limit of the dinner; what was promised is not taken back here."""
        option = db.session.get_one(QuestionOption, self.dinner.id)
        option.capacity = max(limit, option.capacity or 0)
        db.session.commit()

    @invariant()
    def the_promises_hold(self) -> None:
        if not hasattr(self, "dinner"):
            return
        self.the_worker_looks()
        held = self.held()
        assert self.event.capacity is not None
        assert held <= max(self.event.capacity, self.over)
        self.over = min(self.over, held)
        assert not self.waiting() or held >= self.event.capacity, "a seat is free while somebody waits"
        self.nobody_dines_past_the_limit()
        self.the_list_is_served_in_order()
        live = Counter(each.email_folded for each in self.rows() if each.is_live)
        assert all(count == 1 for count in live.values())

    def nobody_dines_past_the_limit(self) -> None:
        live = {each.id for each in self.rows() if each.is_live}
        option = db.session.get_one(QuestionOption, self.dinner.id)
        assert len(live & set(self.dining())) <= (option.capacity or 0)

    def the_list_is_served_in_order(self) -> None:
        rows = self.rows()
        called = [each for each in rows if each.state in SEATED and each.came_from is State.WAITLISTED]
        for each in rows:
            if each.state is State.WAITLISTED and each.id not in self.restored:
                assert not [other for other in called if other.turn > each.turn]

    def teardown(self) -> None:
        """Look at what is written down and told: every transition is audited once, and told at most once."""
        if not hasattr(self, "dinner"):
            return
        for each in self.rows():
            found = sa.select(AuditEntry.act).where(
                AuditEntry.subject == "registrations", AuditEntry.subject_id == each.id
            )
            acts = [act for act in db.session.scalars(found.order_by(AuditEntry.id)) if act in _TRANSITIONS]
            assert acts and all(one != other for one, other in pairwise(acts))
            assert _TRANSITIONS[acts[-1]] in {each.state, None}
            letters = sa.select(sa.func.count()).where(Message.about == f"registration:{each.id}")
            assert (db.session.scalar(letters.select_from(Message)) or 0) <= len(acts)

    def stands_at_the_end(self, is_awaited: bool) -> None:
        newest = self.rows()[-1]
        assert not is_awaited or newest.state is State.WAITLISTED, "a newcomer was seated while somebody waited"

    def held(self) -> int:
        """Count the seats that people hold and invitations keep, in the plainest way there is."""
        kept = [
            each
            for each in self.invitations()
            if each.used_at is None and each.withdrawn_at is None and (each.reserved_until or self.now) > self.now
        ]
        return sum(each.state in SEATED for each in self.rows()) + len(kept)

    def dining(self) -> list[int]:
        chose = sa.select(AnswerOption.registration_id).where(AnswerOption.option_id == self.dinner.id)
        return list(db.session.scalars(chose))

    def rows(self) -> list[Registration]:
        found = sa.select(Registration).where(Registration.event_id == self.event.id).order_by(Registration.id)
        return list(db.session.scalars(found.execution_options(populate_existing=True)))

    def invitations(self) -> list[PersonalInvitation]:
        found = sa.select(PersonalInvitation).where(PersonalInvitation.event_id == self.event.id)
        return list(db.session.scalars(found.execution_options(populate_existing=True)))

    def waiting(self) -> list[Registration]:
        return [each for each in self.rows() if each.state is State.WAITLISTED]

    def pick(self, data: st.DataObject, states: Any) -> Registration | None:
        among = [each for each in self.rows() if each.state in states]
        return data.draw(st.sampled_from(among)) if among else None


def test_whatever_is_offered_kept_and_taken_back_the_promises_hold(app: Flask, request: pytest.FixtureRequest) -> None:
    # The other database is asked the same, and takes three times as long.
    stories = 40 if request.config.getoption("--database") == "sqlite" else 12
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life, settings=settings(max_examples=stories, stateful_step_count=20, phases=[Phase.generate])
    )

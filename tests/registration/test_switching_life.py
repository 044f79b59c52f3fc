"""What holds whatever people do while they also move between ticket types."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from eventsvc.accounts.actors import ATTENDEE, organiser
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from eventsvc.registration.models import LIVE, SEATED, Registration, State
from tests.registration.test_life import Life

# Many stories, each of many acts: on a machine that has other work they take their time.
pytestmark = pytest.mark.timeout(600)


class Moving(Life):
    """The same event, where people also wish for the other ticket, get it, or think better of it."""

    @rule(data=st.data(), kind=st.sampled_from([0, 1]), by_hand=st.booleans())
    def switch(self, data: st.DataObject, kind: int, by_hand: bool) -> None:
        one = self.pick_other(data, kind, LIVE)
        if one is None:
            return
        by, had = (organiser(self.olga.id) if by_hand else ATTENDEE), one.has_seat
        before = [each for each in self.rivals_for(kind) if each is not one]
        done = self.act(lambda: rules.switch(one, self.types[kind].id, by=by, at=self.now))
        db.session.refresh(one)
        assert not had or one.has_seat, "somebody lost their seat by asking for another"
        is_moved = done and one.has_seat and one.ticket_type_id == self.types[kind].id
        if is_moved and had and self.types[kind].capacity is not None:
            assert self.still_rivals(before, kind) <= self.room(kind), "somebody who waited was passed"

    @rule(data=st.data(), kind=st.sampled_from([0, 1]), is_list_first=st.booleans())
    def wish_and_let_a_seat_come_free(self, data: st.DataObject, kind: int, is_list_first: bool) -> None:
        """Let somebody wish for a full ticket, others wait for it, and one who has it leave."""
        holders = self.fill(kind)
        if is_list_first:
            self.register(f"early{self.seconds}", kind, False)
            self.the_promises_hold()
        self.switch(data, kind, False)
        self.register(f"late{self.seconds}", kind, False)
        if holders:
            one = data.draw(st.sampled_from(holders))
            self.act(lambda: rules.cancel(one, by=ATTENDEE, at=self.now))

    def fill(self, kind: int) -> list[Registration]:
        """Let a ticket have as many places as people who hold it, and its list go on; return these."""
        ticket_type = self.types[kind]
        holders = [each for each in self.seated if each.ticket_type_id == ticket_type.id]
        self.lowered.add(str(kind))
        ticket_type.capacity, self.event.has_waiting_list = len(holders), True
        self.event.is_list_stopped = False
        self.act(lambda: rules.serve_list(self.event, by=organiser(self.olga.id), at=self.now))
        self.the_promises_hold()
        return [each for each in self.seated if each.ticket_type_id == ticket_type.id]

    def pick_other(self, data: st.DataObject, kind: int, states: Any) -> Registration | None:
        """Pick somebody who has not that ticket."""
        type_id = self.types[kind].id
        among = [each for each in self.rows if each.state in states and each.ticket_type_id != type_id]
        return data.draw(st.sampled_from(among)) if among else None

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if one := self.pick(data, SEATED):
            self.act(lambda: rules.withdraw_wish(one, by=ATTENDEE, at=self.now))

    @invariant()
    def no_wish_is_kept_from_what_it_could_have(self) -> None:
        if not hasattr(self, "workshop") or self.event.is_list_stopped:
            return
        for number, ticket_type in enumerate(self.types):
            wishes = [each for each in self.rows if each.wants_type_id == ticket_type.id]
            for wish in wishes:
                ahead = [
                    each for each in self.rivals_for(number) if self.turn_of(each, number) < self.turn_of(wish, number)
                ]
                assert self.room(number) <= len(ahead)

    @invariant()
    def a_wish_is_of_somebody_with_a_seat_of_another_kind(self) -> None:
        for each in self.rows if hasattr(self, "workshop") else ():
            assert each.wants_type_id is None or (each.has_seat and each.wants_type_id != each.ticket_type_id)

    def the_list_is_served_in_order(self) -> None:
        """Whoever moved to another ticket is looked at when they move."""

    def teardown(self) -> None:
        """Every ticket that changed is audited, and told at most once."""
        for each in self.registrations() if hasattr(self, "workshop") else ():
            letters = sa.select(sa.func.count()).where(Message.registration_id == each.id, Message.kind == "switched")
            assert (db.session.scalar(letters) or 0) <= self.acts_of(each).count("switch ticket")

    def rivals_for(self, kind: int) -> list[Registration]:
        type_id = self.types[kind].id
        return [
            each
            for each in self.rows
            if (each.state is State.WAITLISTED and each.ticket_type_id == type_id) or each.wants_type_id == type_id
        ]

    def still_rivals(self, before: list[Registration], kind: int) -> int:
        ids = {each.id for each in before}
        self.rows = self.registrations()
        return sum(each.id in ids for each in self.rivals_for(kind))

    def room(self, kind: int) -> float:
        ticket_type = self.types[kind]
        if ticket_type.capacity is None:
            return float("inf")
        held = sum(each.ticket_type_id == ticket_type.id for each in self.rows if each.state in SEATED)
        return max(0, ticket_type.capacity - held)

    def turn_of(self, each: Registration, kind: int) -> Any:
        turn = each.wants_turn if each.wants_type_id == self.types[kind].id else each.turn
        return -each.priority, turn


def test_nobody_loses_a_seat_or_a_turn_by_moving(app: Flask, request: pytest.FixtureRequest) -> None:
    # The other database is asked the same, and takes three times as long.
    stories = 40 if request.config.getoption("--database") == "sqlite" else 12
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Moving, settings=settings(max_examples=stories, stateful_step_count=15, phases=[Phase.generate])
    )

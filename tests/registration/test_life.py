"""What holds whatever people and organisers do, in whatever order: seats, the list, the audit, the letters.

Each act is done by the same rules that the doors call, at a stopped clock; after each the promises are looked at in the
rows themselves, not by the functions that keep them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from eventsvc.accounts.actors import ATTENDEE, SYSTEM, organiser
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme.models import Session
from eventsvc.registration import listed, rules
from eventsvc.registration.listed import Listed, Reading
from eventsvc.registration.models import LIVE, SEATED, Choice, Registration, State, TicketType
from eventsvc.registration.person import Person
from tests.people import NOW, a_session, an_event, an_organiser

_PEOPLE = [f"person{number}" for number in range(7)]
_LIMITS = st.sampled_from([1, 2, 1, 0, 3, None])
# What a registration's life is told by; each is one audit entry.
_TRANSITIONS = {
    "confirm": State.CONFIRMED,
    "waitlist": State.WAITLISTED,
    "cancel": State.CANCELLED,
    "import": None,
}

# Many stories, each of many acts: on a machine that has other work they take their time.
pytestmark = pytest.mark.timeout(600)


class Life(RuleBasedStateMachine):
    """An event with two ticket types and a workshop, and whatever may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0
        self.lowered: set[str] = set()
        self.by_hand: set[int] = set()
        self.olga: User = an_organiser()

    @initialize(
        limits=st.sampled_from([(2, 1, None), (3, 2, 1), (1, None, None), (None, 1, 2), (4, 2, 2), (2, 2, 2)]),
        seats=st.integers(1, 2),
        kinds=st.permutations([0, 1, 0, 1, 0, None, 1]),
        has_list=st.sampled_from([True, True, False]),
    )
    def begin(self, limits: tuple[int | None, ...], seats: int, kinds: list[int | None], has_list: bool) -> None:
        """Open an event, and let everybody come at once: there are more people than seats from the beginning."""
        capacity, on_site, online = limits
        self.event: Event = an_event(capacity=capacity, has_waiting_list=has_list)
        self.types = [
            TicketType(event_id=self.event.id, name=name, capacity=limit)
            for name, limit in (("On site", on_site), ("Online", online))
        ]
        db.session.add_all(self.types)
        db.session.commit()
        self.workshop: Session = a_session(self.event, capacity=seats)
        self.rows: list[Registration] = []
        self.seated: list[Registration] = []
        self.chosen: list[Choice] = []
        for who, kind in zip(_PEOPLE, kinds, strict=True):
            self.register(who, kind, False)
            self.the_promises_hold()

    @property
    def now(self) -> Any:
        self.seconds += 1
        return NOW + timedelta(seconds=self.seconds)

    def act(self, done: Callable[[], Any]) -> bool:
        """Do what a door does: commit, or roll all of it back; tell whether it was done."""
        try:
            done()
            db.session.commit()
        except Refused:
            db.session.rollback()
            return False
        return True

    @rule(who=st.sampled_from(_PEOPLE), kind=st.sampled_from([0, 1, None]), is_by_hand=st.booleans())
    def come_back(self, who: str, kind: int | None, is_by_hand: bool) -> None:
        self.register(who, kind, is_by_hand)

    def register(self, who: str, kind: int | None, is_by_hand: bool) -> None:
        waiting = self.waiting_who_fit(kind)
        person = Person(who, "Voorbeeld", f"{who}@example.org")
        by = organiser(self.olga.id) if is_by_hand else ATTENDEE
        type_id = None if kind is None else self.types[kind].id
        done = self.act(
            lambda: rules.register(self.event.id, person, by=by, at=self.now, language="en", ticket_type_id=type_id)
        )
        if done and waiting:
            newest = self.registrations()[-1]
            assert newest.state is State.WAITLISTED, "a newcomer was seated while somebody waited"

    @rule(data=st.data(), by_hand=st.booleans())
    def cancel(self, data: st.DataObject, by_hand: bool) -> None:
        if one := self.pick(data, LIVE):
            by = organiser(self.olga.id) if by_hand else ATTENDEE
            self.act(lambda: rules.cancel(one, by=by, at=self.now))

    @rule(data=st.data())
    def promote(self, data: st.DataObject) -> None:
        one = self.pick(data, [State.WAITLISTED])
        if one and self.act(lambda: rules.promote(one, by=organiser(self.olga.id), at=self.now)):
            self.by_hand.add(one.id)

    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        if one := self.pick(data, LIVE):
            self.act(lambda: rules.erase(one, by=ATTENDEE, at=self.now))

    @rule(data=st.data(), kind=st.sampled_from([0, 1, None]))
    def newcomer_while_stopped(self, data: st.DataObject, kind: int | None) -> None:
        """Let a seat come free while the list is stopped: it is nobody's until the list goes on."""
        if not self.event.is_list_stopped:
            self.stop_or_go_on()
        self.cancel(data, False)
        self.register(f"newcomer{self.seconds}", kind, False)

    @rule()
    def everybody_wants_the_workshop(self) -> None:
        for each in self.rows:
            if each.is_live:
                self.wait_for_workshop(each)

    def wait_for_workshop(self, one: Registration) -> None:
        self.act(lambda: rules.choose(one, self.workshop.public_id, or_waits=True, by=ATTENDEE, at=self.now))

    @rule(limit=_LIMITS, which=st.sampled_from(["event", "0", "1"]))
    def set_limit(self, limit: int | None, which: str) -> None:
        """Raise or lower a limit, as the desk does: whoever raised it serves the list."""
        held = self.event if which == "event" else self.types[int(which)]
        if limit is not None and (held.capacity is None or limit < held.capacity):
            self.lowered.add(which)
        held.capacity = limit
        self.act(lambda: rules.serve_list(self.event, by=organiser(self.olga.id), at=self.now))

    @rule()
    def stop_or_go_on(self) -> None:
        self.event.is_list_stopped = not self.event.is_list_stopped
        self.act(lambda: rules.serve_list(self.event, by=organiser(self.olga.id), at=self.now))

    @rule(who=st.lists(st.sampled_from(_PEOPLE), unique=True, max_size=4), kind=st.sampled_from([0, 1, None]))
    def import_list(self, who: list[str], kind: int | None) -> None:
        type_id = None if kind is None else self.types[kind].id
        people = tuple(
            Listed(line, Person(name, "Voorbeeld", f"{name}@example.org"), type_id) for line, name in enumerate(who, 1)
        )
        read = Reading(people, (), listed.Layout((), (), None))
        self.act(lambda: rules.take_list(self.event.id, read, leaves_out=True, by=SYSTEM, at=self.now))

    @rule(data=st.data(), waits=st.booleans())
    def choose(self, data: st.DataObject, waits: bool) -> None:
        if one := self.pick(data, LIVE):
            self.act(lambda: rules.choose(one, self.workshop.public_id, or_waits=waits, by=ATTENDEE, at=self.now))

    @rule(data=st.data())
    def unchoose(self, data: st.DataObject) -> None:
        inside = {each.registration_id for each in self.in_workshop(is_waiting=False)}
        among = [each for each in self.rows if each.id in inside]
        if among:
            one = data.draw(st.sampled_from(among))
            self.act(lambda: rules.unchoose(one, self.workshop.public_id, by=ATTENDEE, at=self.now))

    @invariant()
    def the_promises_hold(self) -> None:
        if not hasattr(self, "workshop"):
            return
        self.rows, self.chosen = self.registrations(), self.choices()
        self.seated = [each for each in self.rows if each.state in SEATED]
        self.no_limit_is_passed_but_by_lowering_it()
        self.no_workshop_is_fuller_than_it_is()
        if not self.event.is_list_stopped:
            self.no_free_seat_is_kept_from_somebody_who_waits_for_it()
        self.the_list_is_served_in_order()
        self.nobody_is_in_two_live_registrations()

    def no_limit_is_passed_but_by_lowering_it(self) -> None:
        if "event" not in self.lowered and self.event.capacity is not None:
            assert len(self.seated) <= self.event.capacity
        for number, ticket_type in enumerate(self.types):
            if str(number) not in self.lowered and ticket_type.capacity is not None:
                assert sum(each.ticket_type_id == ticket_type.id for each in self.seated) <= ticket_type.capacity

    def no_workshop_is_fuller_than_it_is(self) -> None:
        assert self.workshop.capacity is not None
        assert len(self.in_workshop(is_waiting=False)) <= self.workshop.capacity

    def no_free_seat_is_kept_from_somebody_who_waits_for_it(self) -> None:
        waiting = [each for each in self.rows if each.state is State.WAITLISTED]
        assert not [each for each in waiting if self.left(each.ticket_type_id)]
        assert self.workshop.capacity is not None
        if self.in_workshop(is_waiting=True):
            assert len(self.in_workshop(is_waiting=False)) >= self.workshop.capacity

    def the_list_is_served_in_order(self) -> None:
        """Nobody who waits was passed by somebody of the same type who came later, but by hand."""
        for each in self.rows:
            if each.state is State.WAITLISTED:
                assert not [
                    other
                    for other in self.seated
                    if other.came_from is State.WAITLISTED
                    and other.ticket_type_id == each.ticket_type_id
                    and other.turn > each.turn
                    and other.id not in self.by_hand
                ]

    def nobody_is_in_two_live_registrations(self) -> None:
        live = Counter(each.email_folded for each in self.rows if each.is_live and each.email_folded)
        assert all(count == 1 for count in live.values())

    def teardown(self) -> None:
        """Look at what is written down and told: every transition is audited once, and told at most once."""
        if not hasattr(self, "workshop"):
            return
        for each in self.registrations():
            moves = [act for act in self.acts_of(each) if act in _TRANSITIONS]
            assert moves
            # From nothing to the state it is in, each step once: no two entries in a row say the same.
            assert all(one != other for one, other in pairwise(moves))
            assert _TRANSITIONS[moves[-1]] in {each.state, None}
            letters = sa.select(sa.func.count()).where(Message.about == f"registration:{each.id}")
            assert (db.session.scalar(letters.select_from(Message)) or 0) <= len(moves)

    def acts_of(self, registration: Registration) -> list[str]:
        found = sa.select(AuditEntry.act).where(
            AuditEntry.subject == "registrations", AuditEntry.subject_id == registration.id
        )
        return list(db.session.scalars(found.order_by(AuditEntry.id)))

    def in_workshop(self, *, is_waiting: bool) -> list[Choice]:
        here = {each.id for each in self.seated}
        return [each for each in self.chosen if each.is_waiting is is_waiting and each.registration_id in here]

    def registrations(self) -> list[Registration]:
        found = sa.select(Registration).where(Registration.event_id == self.event.id).order_by(Registration.id)
        return list(db.session.scalars(found.execution_options(populate_existing=True)))

    def choices(self) -> list[Choice]:
        found = sa.select(Choice).where(Choice.session_id == self.workshop.id)
        return list(db.session.scalars(found.execution_options(populate_existing=True)))

    def pick(self, data: st.DataObject, states: Any) -> Registration | None:
        among = [each for each in self.rows if each.state in states and each.erased_at is None]
        return data.draw(st.sampled_from(among)) if among else None

    def left(self, type_id: int | None) -> float:
        """Count the seats free for a ticket type, in the plainest way there is."""
        seated = self.seated
        free = [float("inf") if self.event.capacity is None else self.event.capacity - len(seated)]
        for ticket_type in self.types:
            if ticket_type.id == type_id and ticket_type.capacity is not None:
                free.append(ticket_type.capacity - sum(each.ticket_type_id == type_id for each in seated))
        return max(0, min(free))

    def waiting_who_fit(self, kind: int | None) -> list[Registration]:
        """Return those who wait for the same type, where that has a limit or the event has."""
        type_id = None if kind is None else self.types[kind].id
        is_limited = self.left(type_id) != float("inf")
        waiting = [each for each in self.rows if each.state is State.WAITLISTED]
        return [each for each in waiting if is_limited and each.ticket_type_id == type_id]


def test_whatever_happens_seats_and_turns_are_kept(app: Flask, request: pytest.FixtureRequest) -> None:
    # The other database is asked the same, and takes three times as long.
    stories = 40 if request.config.getoption("--database") == "sqlite" else 12
    # A story that fails is short enough to read as it was found; to shorten it would take minutes.
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life, settings=settings(max_examples=stories, stateful_step_count=15, phases=[Phase.generate])
    )

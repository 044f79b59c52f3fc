"""What the page to switch says of each ticket is what the rule then does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import errors, prospects, rules, seats
from eventsvc.registration.models import Registration, State, TicketType
from tests.people import NOW, a_registration, an_event
from tests.registration.test_seating import a_type


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium")


def sits(event: Event, has: TicketType, **over: Any) -> Registration:
    return a_registration(event, ticket_type_id=has.id, **over)


def waits(event: Event, wants: TicketType, **over: Any) -> Registration:
    return sits(event, wants, state=State.WAITLISTED, **over)


def wishes(event: Event, has: TicketType, wants: TicketType, **over: Any) -> Registration:
    made = sits(event, has, **over)
    made.wants_type_id, made.wants_turn = wants.id, made.turn
    db.session.commit()
    return made


def expected(registration: Registration, ticket_type: TicketType) -> str:
    prospect = prospects.of(registration, seats.taken(registration.event_id, NOW), NOW)[ticket_type.id]
    return "full" if prospect.shut else "now" if prospect.is_now else "waits"


def done(registration: Registration, ticket_type: TicketType) -> str:
    try:
        rules.switch(registration, ticket_type.id, by=ATTENDEE, at=NOW)
    except errors.TicketTypeFull:
        db.session.rollback()
        return "full"
    db.session.commit()
    is_theirs = registration.is_confirmed and registration.ticket_type_id == ticket_type.id
    return "now" if is_theirs else "waits"


class TestTheTruth:
    """Each case says what is expected, and the rule is tried."""

    @pytest.fixture(params=range(13))
    def case(self, request: pytest.FixtureRequest, event: Event) -> tuple[Registration, TicketType, str]:
        room, online = a_type(event, "Room", capacity=1), a_type(event, "Online", position=1)
        makes: list[Callable[[], tuple[Registration, TicketType, str]]] = [
            lambda: (sits(event, room), online, "now"),
            lambda: (sits(event, online), room, "now"),
            lambda: self.full(event, capacity=1, then=(sits(event, room), online, "now")),
            lambda: (self.after(sits(event, room), sits(event, online)), room, "waits"),
            lambda: (self.after(waits(event, room), sits(event, online)), room, "waits"),
            lambda: (self.after(wishes(event, room, online), sits(event, online)), room, "now"),
            lambda: (self.after(wishes(event, room, online), waits(event, room), sits(event, online)), room, "waits"),
            lambda: (
                self.after(wishes(event, room, online), waits(event, room), sits(event, online, priority=1)),
                room,
                "now",
            ),
            lambda: self.full(
                event,
                has_waiting_list=False,
                then=(self.after(sits(event, room), sits(event, online)), room, "full"),
            ),
            lambda: self.full(
                event,
                is_list_stopped=True,
                then=(self.after(wishes(event, room, online), sits(event, online)), room, "full"),
            ),
            lambda: (waits(event, online), room, "now"),
            lambda: self.full(
                event, capacity=1, then=(self.after(sits(event, room), waits(event, room)), online, "waits")
            ),
            lambda: (self.after(sits(event, room), waits(event, room)), online, "now"),
        ]
        return makes[request.param]()

    def full(self, event: Event, then: tuple[Registration, TicketType, str], **over: Any) -> Any:
        for name, value in over.items():
            setattr(event, name, value)
        db.session.commit()
        return then

    def after(self, *people: Registration) -> Registration:
        """Whoever came last."""
        return people[-1]

    def test_what_is_said_is_what_is_done(self, case: tuple[Registration, TicketType, str]) -> None:
        registration, ticket_type, told = case

        assert expected(registration, ticket_type) == told
        assert done(registration, ticket_type) == told


class TestThePage:
    def page(self, client: FlaskClient, registration: Registration) -> str:
        return " ".join(client.get(f"/registrations/{registration.token}/ticket").text.split())  # type: ignore[attr-defined]

    def test_a_full_event_does_not_stand_in_the_way_of_who_is_in(self, event: Event, client: FlaskClient) -> None:
        room = a_type(event, "Room")
        a_type(event, "Online")
        event.capacity = 1
        ada = sits(event, room)

        page = self.page(client, ada)

        assert ">At once<" in page and ">Waiting list<" not in page

    def test_an_exchange_is_at_once_and_a_list_says_how_long_it_is(self, event: Event, client: FlaskClient) -> None:
        room, online, late = (
            a_type(event, "Room", capacity=1),
            a_type(event, "Online"),
            a_type(event, "Late", capacity=0),
        )
        wishes(event, room, online)
        wishes(event, online, late)
        waits(event, late)
        ada = sits(event, online)

        page = self.page(client, ada)

        assert page.index(">Room<") < page.index(">At once<") < page.index(">Late<") < page.index(">Waiting list<")
        assert "2 people wait before you." in page

    def test_what_is_waited_for_already_cannot_be_asked_twice(self, event: Event, client: FlaskClient) -> None:
        room, online = a_type(event, "Room", capacity=0), a_type(event, "Online")
        ada = wishes(event, online, room)

        page = self.page(client, ada)

        assert "You wait for it already" in page and " disabled>" in page

    def test_registration_that_is_closed_does_not_close_it(self, event: Event, client: FlaskClient) -> None:
        room, online = a_type(event, "Room"), a_type(event, "Online")
        shut = a_type(event, "Early", closes_at=NOW)
        event.registration_closes_at = NOW - timedelta(days=1)
        ada = sits(event, room)

        page = self.page(client, ada)

        assert page.count(">At once<") == page.count(">Closed<") == 1
        assert (
            client.post(
                f"/registrations/{ada.token}/ticket",  # type: ignore[attr-defined]
                data={"ticket_type": online.public_id},
            ).status_code
            == 303
        )
        assert (ada.ticket_type_id, shut.id) == (online.id, shut.id)

    def test_it_asks_no_more_for_more_tickets(
        self, event: Event, client: FlaskClient, count_queries: Callable[[], Any]
    ) -> None:
        ada = sits(event, a_type(event, "Room"))
        counts = []
        for number in range(2):
            for each in range(2 * number + 1):
                wishes(event, a_type(event, f"{number}.{each}"), ada.ticket_type)
            self.page(client, ada)
            with count_queries() as queries:
                self.page(client, ada)
            counts.append(queries.count)

        assert counts[0] == counts[1]

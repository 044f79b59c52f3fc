"""A code's number of uses holds for those who come back, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import codes, errors, keys, rules
from eventsvc.registration.models import AccessCode, Registration, State, TicketType, TokenKind, Visibility
from tests.people import NOW, an_event, an_organiser
from tests.registration.acts import ADA, BOB, come, leave
from tests.registration.test_seating import a_type
from tests.registration.test_types import a_code

SOON = NOW + timedelta(minutes=30)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium")


@pytest.fixture
def press(event: Event) -> TicketType:
    return a_type(event, "Press", visibility=Visibility.CODE)


@pytest.fixture
def code(event: Event, press: TicketType) -> AccessCode:
    """A code for one person."""
    return a_code(event, "PRESS27", press, uses=1)


def comes(event: Event, press: TicketType, person: Any = ADA) -> Registration:
    return come(event, person, ticket_type_id=press.id, code="press27")


def undo(registration: Registration, **over: Any) -> None:
    rules.undo_cancel(registration, **({"by": ATTENDEE, "at": SOON} | over))
    db.session.commit()


def expire(registration: Registration) -> None:
    registration.state, registration.came_from = State.EXPIRED, State.OFFERED
    db.session.commit()


def back(registration: Registration) -> Registration:
    fresh = rules.rejoin(registration, by=ATTENDEE, at=SOON)
    db.session.commit()
    return fresh


class TestUndoing:
    @pytest.mark.parametrize("more", [0, 1])
    def test_it_is_over_once_others_have_used_the_code_up(
        self, event: Event, press: TicketType, code: AccessCode, more: int
    ) -> None:
        code.uses = 1 + more
        ada = comes(event, press)
        leave(ada)
        comes(event, press, BOB)

        if more:
            undo(ada)
        else:
            with pytest.raises(errors.UndoOver):
                undo(ada)
            db.session.rollback()

        assert ada.is_live is bool(more)
        assert codes.used([code.id]) == {code.id: 1 + more}

    def test_a_turn_on_the_list_is_no_other(self, event: Event, press: TicketType, code: AccessCode) -> None:
        event.capacity = 0
        ada = comes(event, press)
        leave(ada)
        comes(event, press, BOB)

        with pytest.raises(errors.UndoOver):
            undo(ada)

    def test_a_code_that_is_over_or_stopped_binds_nobody_who_undoes(
        self, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        leave(ada)
        code.is_stopped, code.closes_at = True, NOW
        db.session.commit()

        undo(ada)

        assert (ada.state, ada.access_code_id) == (State.CONFIRMED, code.id)

    def test_an_organiser_undoes_it_without_the_code(self, event: Event, press: TicketType, code: AccessCode) -> None:
        ada = comes(event, press)
        leave(ada)
        comes(event, press, BOB)

        undo(ada, by=actors.organiser(an_organiser("Olga", owns=event).id))

        assert (ada.state, ada.access_code_id) == (State.CONFIRMED, None)
        assert codes.used([code.id]) == {code.id: 1}

    def test_the_page_offers_no_undo(
        self, client: FlaskClient, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        leave(ada)
        link = f"/registrations/{keys.token_of(ada, TokenKind.MANAGE)}"

        before = client.get(link).text
        comes(event, press, BOB)

        assert ("Undo the cancellation" in before, "Undo the cancellation" in client.get(link).text) == (True, False)


class TestJoiningAgain:
    def test_it_uses_the_code_once_more_and_twice_is_once(
        self, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        expire(ada)

        fresh = back(ada)
        again = back(ada)

        assert (fresh.id, fresh.access_code_id) == (again.id, code.id)
        assert codes.used([code.id]) == {code.id: 1}

    def test_a_code_that_others_used_up_is_told(
        self, client: FlaskClient, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        expire(ada)
        comes(event, press, BOB)
        link = f"/registrations/{keys.token_of(ada, TokenKind.MANAGE)}"

        with pytest.raises(errors.CodeUsedUp):
            back(ada)
        db.session.rollback()
        told = client.post(f"{link}/rejoin", follow_redirects=True).text

        assert "This code has been used as often as it may be." in told
        assert codes.used([code.id]) == {code.id: 1}

    def test_one_that_was_stopped_lets_nobody_back_in(self, event: Event, press: TicketType, code: AccessCode) -> None:
        ada = comes(event, press)
        expire(ada)
        rules.stop_code(code, is_stopped=True, by=SYSTEM, at=NOW)

        with pytest.raises(errors.CodeOver):
            back(ada)

    def test_the_hours_of_a_code_do_not_bind_who_comes_back(
        self, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        expire(ada)
        code.closes_at = NOW
        db.session.commit()

        assert back(ada).access_code_id == code.id

    def test_a_ticket_that_needs_no_code_by_now_asks_for_none(
        self, event: Event, press: TicketType, code: AccessCode
    ) -> None:
        ada = comes(event, press)
        expire(ada)
        comes(event, press, BOB)
        press.visibility = Visibility.EVERYONE
        db.session.commit()

        fresh = back(ada)

        assert (fresh.is_live, fresh.access_code_id) == (True, None)


def test_it_asks_nothing_of_whoever_came_without_a_code(event: Event, count_queries: Callable[[], Any]) -> None:
    ada = come(event)
    db.session.refresh(ada)

    with count_queries() as queries:
        codes.check_again(ada)

    assert queries.count == 0

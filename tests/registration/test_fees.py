"""What was paid of a fee, and what another ticket's fee leaves of it to pay or to be paid back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import claims, letters
from eventsvc.registration import fees, keys, rules
from eventsvc.registration.models import Payment, Registration, TicketType, TokenKind
from tests import browsing
from tests.people import NOW, an_event, an_organiser
from tests.registration.acts import last_letter
from tests.registration.test_seating import a_type, comes

FEES = {"Free": 0, "Student": 2000, "Regular": 5000, "Late": 8000}
OWES = "Paid €50, the fee is now €80: €30 to pay"
GETS = "Paid €50, the fee is now €20: €30 to be paid back"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium")


@pytest.fixture
def types(event: Event) -> dict[str, TicketType]:
    return {name: a_type(event, name, fee_cents=cents, fee_due_days=14) for name, cents in FEES.items()}


@pytest.fixture
def ada(event: Event, types: Mapping[str, TicketType]) -> Registration:
    """Ada, who has paid the regular fee of fifty."""
    return marks(comes(event, "Ada", types["Regular"]), Payment.PAID)


def marks(registration: Registration, payment: Payment, *, is_settled: bool = False) -> Registration:
    rules.mark_payment(
        registration,
        payment,
        reference="",
        due_on=registration.payment_due_on,
        revision=registration.revision,
        is_settled=is_settled,
        by=SYSTEM,
        at=NOW,
    )
    db.session.commit()
    return registration


def switches(registration: Registration, ticket_type: TicketType) -> Registration:
    rules.switch(registration, ticket_type.id, by=ATTENDEE, at=NOW)
    db.session.commit()
    return registration


def stands(registration: Registration) -> tuple[Payment | None, int, int]:
    """Where the fee stands, what was paid, and what is left: below nothing is to be paid back."""
    return registration.payment, registration.paid_cents, fees.difference(registration)


def words(page: str) -> str:
    return " ".join(unescape(page).split())


class TestSwitching:
    @pytest.mark.parametrize(
        ("marked", "to", "then"),
        [
            (Payment.PAID, ["Late"], (Payment.UNPAID, 5000, 3000)),
            (Payment.PAID, ["Student"], (Payment.PAID, 5000, -3000)),
            (Payment.PAID, ["Free"], (Payment.PAID, 5000, -5000)),
            (Payment.PAID, ["Late", "Regular"], (Payment.PAID, 5000, 0)),
            (Payment.PAID, ["Student", "Late"], (Payment.UNPAID, 5000, 3000)),
            (Payment.PAID, ["Free", "Regular"], (Payment.PAID, 5000, 0)),
            (Payment.UNPAID, ["Late"], (Payment.UNPAID, 0, 0)),
            (Payment.UNPAID, ["Free"], (None, 0, 0)),
            (Payment.WAIVED, ["Late"], (Payment.WAIVED, 0, 0)),
            (Payment.WAIVED, ["Free"], (None, 0, 0)),
            (Payment.REFUNDED, ["Late"], (Payment.UNPAID, 0, 0)),
            (Payment.REFUNDED, ["Free"], (None, 0, 0)),
        ],
    )
    def test_what_was_paid_stays_and_the_rest_follows(
        self,
        ada: Registration,
        types: Mapping[str, TicketType],
        marked: Payment,
        to: list[str],
        then: tuple[Payment | None, int, int],
    ) -> None:
        marks(ada, marked)

        for name in to:
            switches(ada, types[name])

        assert stands(ada) == then

    def test_the_rest_has_a_day_of_its_own(self, ada: Registration, types: Mapping[str, TicketType]) -> None:
        ada.payment_due_on = date(2027, 1, 1)

        switches(ada, types["Late"])

        assert ada.payment_due_on == date(2027, 3, 16)

    def test_a_free_ticket_keeps_the_currency_of_what_was_paid(
        self, event: Event, ada: Registration, types: Mapping[str, TicketType]
    ) -> None:
        ada.currency = "USD"

        switches(ada, types["Free"])

        assert fees.settling(ada, "en") == "Paid $50, the fee is now $0: $50 to be paid back"

    def test_what_was_paid_in_another_currency_is_not_counted(
        self, ada: Registration, types: Mapping[str, TicketType]
    ) -> None:
        ada.currency = "USD"

        switches(ada, types["Late"])

        assert (stands(ada), ada.currency) == ((Payment.UNPAID, 0, 0), "EUR")

    def test_the_history_keeps_what_was_paid(self, ada: Registration, types: Mapping[str, TicketType]) -> None:
        switches(ada, types["Late"])
        marks(ada, Payment.PAID)

        entry = db.session.query(AuditEntry).filter_by(act="mark payment").order_by(AuditEntry.id.desc()).first()

        assert entry is not None
        assert (entry.before["paid_cents"], entry.after["paid_cents"]) == (5000, 8000)


class TestMarking:
    @pytest.mark.parametrize(
        ("first", "then", "stand"),
        [
            ("Late", Payment.PAID, (Payment.PAID, 8000, 0)),
            ("Late", Payment.UNPAID, (Payment.UNPAID, 5000, 3000)),
            ("Late", Payment.WAIVED, (Payment.WAIVED, 5000, 0)),
            ("Late", Payment.REFUNDED, (Payment.REFUNDED, 0, 0)),
            ("Student", Payment.PAID, (Payment.PAID, 5000, -3000)),
            ("Student", Payment.UNPAID, (Payment.UNPAID, 0, 0)),
            ("Student", Payment.REFUNDED, (Payment.REFUNDED, 0, 0)),
        ],
    )
    def test_what_was_paid_follows_the_mark(
        self,
        ada: Registration,
        types: Mapping[str, TicketType],
        first: str,
        then: Payment,
        stand: tuple[Payment, int, int],
    ) -> None:
        switches(ada, types[first])

        marks(ada, then)

        assert stands(ada) == stand

    @pytest.mark.parametrize(("to", "then"), [("Student", (Payment.PAID, 2000, 0)), ("Free", (Payment.REFUNDED, 0, 0))])
    def test_what_was_too_much_is_paid_back(
        self, ada: Registration, types: Mapping[str, TicketType], to: str, then: tuple[Payment, int, int]
    ) -> None:
        switches(ada, types[to])

        marks(ada, Payment.PAID, is_settled=True)

        assert stands(ada) == then

    def test_a_rest_that_is_waived_stays_so_until_less_is_asked_than_was_paid(
        self, ada: Registration, types: Mapping[str, TicketType]
    ) -> None:
        marks(switches(ada, types["Late"]), Payment.WAIVED)

        assert fees.settling(ada, "en") == "Paid €50, the rest is waived"
        assert stands(switches(ada, types["Student"])) == (Payment.PAID, 5000, -3000)


class TestTelling:
    @pytest.fixture
    def desk(self, event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
        return sign_in(an_organiser("Olga", owns=event))

    @pytest.mark.parametrize(("to", "told"), [("Late", OWES), ("Student", GETS)])
    def test_the_desk_says_it_beside_the_person_and_in_the_roster(
        self, ada: Registration, types: Mapping[str, TicketType], desk: FlaskClient, to: str, told: str
    ) -> None:
        switches(ada, types[to])

        assert told in words(desk.get("/desk/events/symposium/roster").text)
        person = words(desk.get(f"/desk/events/symposium/roster/{ada.id}").text)
        assert person.count(told) == 2

    def test_what_was_paid_back_is_ticked_where_there_is_something(
        self, ada: Registration, types: Mapping[str, TicketType], desk: FlaskClient
    ) -> None:
        page, act = f"/desk/events/symposium/roster/{ada.id}", f"/desk/events/symposium/roster/{ada.id}/payment"
        before = desk.get(page).text
        switches(ada, types["Student"])

        form = dict(browsing.fields(desk.get(page).text, action=act))
        saved = desk.post(act, data=form | {"reference": "F-12"})
        kept = stands(ada)
        form = dict(browsing.fields(desk.get(page).text, action=act))
        desk.post(act, data=form | {"is_settled": "y"})

        assert ("has been paid back" in before, saved.status_code) == (False, 303)
        assert (kept, stands(ada)) == ((Payment.PAID, 5000, -3000), (Payment.PAID, 2000, 0))

    @pytest.mark.parametrize(
        ("to", "told"),
        [
            (
                "Late",
                "You paid €50 and the fee is now €80: €30 is left. To be paid by Tue 16 March 2027.",
            ),
            ("Student", "You paid €50 and the fee is now €20: €30 will be paid back."),
            ("Free", "You paid €50 and the fee is now €0: €50 will be paid back."),
        ],
    )
    def test_their_own_page_and_the_letter_say_it(
        self, ada: Registration, types: Mapping[str, TicketType], client: FlaskClient, to: str, told: str
    ) -> None:
        switches(ada, types[to])
        link = keys.known_token_of(ada, TokenKind.MANAGE)

        assert told in words(client.get(f"/registrations/{link}").text)
        assert told in words(letters.written(claims.read([last_letter(ada).id])[0], at=NOW).text)

    def test_who_need_not_pay_the_rest_reads_so(
        self, ada: Registration, types: Mapping[str, TicketType], client: FlaskClient
    ) -> None:
        marks(switches(ada, types["Late"]), Payment.WAIVED)
        link = keys.known_token_of(ada, TokenKind.MANAGE)

        assert "You paid €50, and need not pay the rest." in words(client.get(f"/registrations/{link}").text)

    def test_letters_laid_before_still_say_their_fee(self, app: Flask) -> None:
        told = {"cents": 5000, "currency": "EUR", "payment": "paid", "due_on": None, "note": ""}

        assert fees.said(told, "en", has_seat=True) == ("€50, paid", "")

"""Tickets on the desk: seen by whom they concern, changed by forms that lose nothing, and payments kept by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.registration import offering
from eventsvc.registration.models import AccessCode, Payment, Registration, State, TicketType, Visibility
from tests import browsing
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.test_seating import a_type
from tests.registration.test_types import a_code, comes

SAID = {"name": "On site", "mode": "in person", "currency": "EUR", "visibility": "everyone"}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium", mode=Mode.HYBRID)


@pytest.fixture
def desk(event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Olga's browser; she owns the event."""
    return sign_in(an_organiser("Olga", owns=event))


def inside(path: str) -> str:
    return f"/desk/events/symposium/{path}"


def the_type() -> TicketType:
    return db.session.scalars(sa.select(TicketType)).one()


def untouched(desk: FlaskClient, address: str) -> dict[str, str]:
    """The longest form of a page as it would be sent untouched."""
    return dict(browsing.fields(desk.get(address).text))


class TestWhoMay:
    ADDRESSES = ("tickets", "tickets/new", "tickets/{type}", "tickets/{type}/delete", "codes")

    @pytest.mark.parametrize("path", ADDRESSES)
    def test_eve_and_strangers_find_nothing(
        self, event: Event, client: FlaskClient, sign_in: Callable[..., FlaskClient], path: str
    ) -> None:
        address = inside(path.format(type=a_type(event, "On site").public_id))

        assert client.get(address).status_code == 302
        assert sign_in(an_organiser("Eve", owns=an_event())).get(address).status_code == 404

    def test_the_door_sees_the_types_and_changes_nothing(
        self, event: Event, sign_in: Callable[..., FlaskClient]
    ) -> None:
        dee = an_organiser("Dee")
        db.session.add(Membership(user_id=dee.id, event_id=event.id, role=EventRole.DOOR))
        on_site = a_type(event, "On site")
        ada = a_registration(event, ticket_type_id=on_site.id, fee_cents=100, payment=Payment.UNPAID)
        door, code = sign_in(dee), a_code(event, "PRESS27")
        posts = [
            "tickets/new",
            "tickets/begin",
            "tickets/order",
            *(f"tickets/{on_site.public_id}{act}" for act in ("", "/move", "/retire", "/delete")),
            "codes",
            f"codes/{code.public_id}/stop",
            *(f"roster/{ada.id}/{act}" for act in ("ticket", "ticket/keep", "payment")),
            "roster/payments",
        ]

        shown = door.get(inside("tickets"))

        assert shown.status_code == 200 and "Add a type" not in shown.text and "Access codes" not in shown.text
        assert {door.post(inside(path), data=SAID).status_code for path in posts} == {404}

    def test_a_type_of_another_event_is_not_found(self, event: Event, desk: FlaskClient) -> None:
        elsewhere = a_type(an_event(), "On site").public_id

        answers = [desk.get(inside(f"tickets/{elsewhere}")), desk.post(inside(f"tickets/{elsewhere}/retire"))]

        assert [each.status_code for each in answers] == [404, 404]


class TestTheTypes:
    def test_an_event_without_any_offers_what_its_kind_starts_with(self, event: Event, desk: FlaskClient) -> None:
        page = desk.get(inside("tickets")).text

        made = desk.post(inside("tickets/begin"), data={"key": "hybrid"})

        assert "Start with: On site and online" in page and "Start with: Students and others" in page
        assert made.status_code == 303
        assert [each.mode for each in offering.every(event.id)] == [Mode.IN_PERSON, Mode.ONLINE]

    def test_it_says_how_full_each_is_and_who_has_none(self, event: Event, desk: FlaskClient) -> None:
        on_site = a_type(event, "In the room", capacity=5, fee_cents=1250)
        a_type(event, "Online", mode=Mode.ONLINE, position=1)
        a_registration(event, ticket_type_id=on_site.id)
        a_registration(event, ticket_type_id=on_site.id, state=State.WAITLISTED)
        a_registration(event)

        page = desk.get(inside("tickets")).text

        assert "1 of 5" in page and "one person waits" in page and "€12.50" in page
        assert "One person registered without a ticket type." in page
        assert "On site: <b>one person</b>" in page

    def test_its_queries_do_not_grow_with_the_types(
        self, event: Event, desk: FlaskClient, count_queries: Callable[[], Any]
    ) -> None:
        a_type(event, "One")
        desk.get(inside("tickets"))
        with count_queries() as one:
            desk.get(inside("tickets"))
        for name in ("Two", "Three"):
            a_type(event, name)

        with count_queries() as three:
            desk.get(inside("tickets"))

        assert one.count == three.count

    def test_everything_said_of_a_type_is_kept_and_shown_again(self, event: Event, desk: FlaskClient) -> None:
        said = SAID | {
            "description": "With lunch",
            "capacity": "40",
            "opens_at": "2027-03-10T09:00",
            "closes_at": "2027-05-01T12:00",
            "fee_cents": "12,5",
            "fee_note": "To NL00 BANK 0123",
            "fee_due_days": "14",
            "visibility": "e-mail domain",
            "domains": "@LUMC.nl, example.org",
        }

        made = desk.post(inside("tickets/new"), data=said)
        shown = untouched(desk, inside(f"tickets/{the_type().public_id}"))

        assert made.status_code == 303
        assert (the_type().fee_cents, the_type().domains) == (1250, "lumc.nl\nexample.org")
        assert (shown["fee_cents"], shown["opens_at"], shown["mode"]) == ("12.50", "2027-03-10T09:00", "in person")

    def test_saving_untouched_changes_nothing(self, event: Event, desk: FlaskClient) -> None:
        on_site = a_type(event, "On site", opens_at=NOW, fee_cents=1999, capacity=3)
        address = inside(f"tickets/{on_site.public_id}")

        desk.post(address, data=untouched(desk, address))

        db.session.expire_all()
        assert (on_site.revision, on_site.opens_at) == (1, NOW)
        assert db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.subject == "ticket_types")).all() == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": " "},
            {"name": "x" * 121},
            {"capacity": "-1"},
            {"capacity": "many"},
            {"fee_cents": "-5"},
            {"fee_cents": "1e9"},
            {"fee_cents": "12.345"},
            {"currency": "XXX"},
            {"mode": "hybrid"},
            {"visibility": "nobody"},
            {"visibility": "e-mail domain"},
            {"visibility": "e-mail domain", "domains": "not a domain"},
            {"opens_at": "soon"},
            {"opens_at": "2027-03-28T02:30"},
            {"opens_at": "2027-05-01T12:00", "closes_at": "2027-05-01T11:00"},
            {"fee_due_days": "400"},
            {"description": "x" * 1001},
        ],
    )
    def test_what_cannot_be_is_told_and_nothing_typed_is_lost(
        self, event: Event, desk: FlaskClient, wrong: dict[str, str]
    ) -> None:
        answer = desk.post(inside("tickets/new"), data=SAID | {"fee_note": "To my account"} | wrong)

        assert answer.status_code == 422
        assert "Nothing you typed is lost." in answer.text and "To my account" in answer.text
        assert db.session.scalars(sa.select(TicketType)).all() == []

    def test_two_organisers_see_both_versions(
        self, event: Event, desk: FlaskClient, sign_in: Callable[..., FlaskClient]
    ) -> None:
        on_site = a_type(event, "On site", capacity=10)
        address = inside(f"tickets/{on_site.public_id}")
        mine = untouched(desk, address)
        other = sign_in(an_organiser("Rita", is_admin=True))
        other.post(address, data=untouched(other, address) | {"capacity": "20", "fee_note": "To us"})

        refused = desk.post(address, data=mine | {"capacity": "30"})
        saved = desk.post(address, data=dict(browsing.fields(refused.text)))

        assert refused.status_code == 409
        assert "Rita" in refused.text and ">20<" in refused.text.replace(" ", "").replace("\n", "")
        assert saved.status_code == 303
        db.session.expire_all()
        assert (on_site.capacity, on_site.fee_note) == (30, "To us")

    def test_a_higher_limit_says_who_moved_up(self, event: Event, desk: FlaskClient) -> None:
        on_site = a_type(event, "On site", capacity=0)
        a_registration(event, ticket_type_id=on_site.id, state=State.WAITLISTED)
        address = inside(f"tickets/{on_site.public_id}")

        answer = desk.post(address, data=untouched(desk, address) | {"capacity": "5"}, follow_redirects=True)

        assert "One person moved up from the waiting list." in answer.text

    @pytest.mark.parametrize("to", ["up", "down", "", "sideways"])
    def test_a_button_moves_a_type(self, event: Event, desk: FlaskClient, to: str) -> None:
        a_type(event, "One", position=0)
        two = a_type(event, "Two", position=1)
        a_type(event, "Three", position=2)

        desk.post(inside(f"tickets/{two.public_id}/move"), data={"to": to})

        place = [each.name for each in offering.every(event.id)].index("Two")
        assert place == {"up": 0, "down": 2}.get(to, 1)

    def test_what_is_used_is_retired_and_what_is_not_is_deleted(self, event: Event, desk: FlaskClient) -> None:
        used, unused = a_type(event, "Used"), a_type(event, "Unused")
        a_registration(event, ticket_type_id=used.id)

        kept = desk.post(inside(f"tickets/{used.public_id}/delete"), follow_redirects=True)
        desk.post(inside(f"tickets/{used.public_id}/retire"), data={"retired": "1"})
        desk.post(inside(f"tickets/{unused.public_id}/delete"))

        assert "cannot be deleted" in kept.text
        assert [(each.name, each.is_retired) for each in offering.every(event.id)] == [("Used", True)]


class TestTheCodes:
    def test_a_code_is_made_counted_and_stopped(self, event: Event, desk: FlaskClient) -> None:
        press = a_type(event, "Press", visibility=Visibility.CODE)
        said = {"code": "press-27", "ticket_type": press.public_id, "note": "The student paper", "uses": "5"}

        made = desk.post(inside("codes"), data=said, follow_redirects=True)
        code = db.session.scalars(sa.select(AccessCode)).one()
        a_registration(event, ticket_type_id=press.id, access_code_id=code.id)
        page = desk.get(inside("codes")).text
        desk.post(inside(f"codes/{code.public_id}/stop"), data={"stopped": "1"})

        assert "PRESS27" in made.text and "1 of 5" in page and "/events/symposium/register?code=PRESS27" in page
        db.session.expire_all()
        assert code.is_stopped

    @pytest.mark.parametrize(
        "wrong",
        [{"code": "abc"}, {"code": "taken"}, {"uses": "0"}, {"ticket_type": "nothing"}, {"closes_at": "soon"}],
    )
    def test_what_cannot_be_is_told_and_nothing_typed_is_lost(
        self, event: Event, desk: FlaskClient, wrong: dict[str, str]
    ) -> None:
        a_code(event, "TAKEN")

        answer = desk.post(inside("codes"), data={"code": "LUMC27", "ticket_type": "", "note": "For Delft"} | wrong)

        assert answer.status_code in {409, 422}
        assert "For Delft" in answer.text and "banner-no" in answer.text
        assert len(db.session.scalars(sa.select(AccessCode)).all()) == 1


class TestThePerson:
    @pytest.fixture
    def ada(self, event: Event) -> Registration:
        on_site = a_type(event, "On site", fee_cents=2500)
        a_type(event, "Online", mode=Mode.ONLINE, position=1)
        return comes(event, on_site)

    def test_an_organiser_marks_a_payment_with_its_reference(
        self, event: Event, desk: FlaskClient, ada: Registration
    ) -> None:
        form = dict(
            browsing.fields(desk.get(inside(f"roster/{ada.id}")).text, action=inside(f"roster/{ada.id}/payment"))
        )

        desk.post(
            inside(f"roster/{ada.id}/payment"),
            data=form | {"payment": "paid", "reference": "F-12", "due_on": "2027-04-01"},
        )
        page = desk.get(inside(f"roster/{ada.id}")).text

        assert "Paid" in page and "F-12" in page and "marked by Olga" in page and "Payment marked by Olga" in page

    def test_one_who_marks_at_the_same_time_is_told(self, event: Event, desk: FlaskClient, ada: Registration) -> None:
        form = dict(
            browsing.fields(desk.get(inside(f"roster/{ada.id}")).text, action=inside(f"roster/{ada.id}/payment"))
        )
        desk.post(inside(f"roster/{ada.id}/payment"), data=form | {"payment": "waived"})

        refused = desk.post(inside(f"roster/{ada.id}/payment"), data=form | {"payment": "paid", "reference": "F-12"})
        again = dict(browsing.fields(refused.text, action=inside(f"roster/{ada.id}/payment")))
        desk.post(inside(f"roster/{ada.id}/payment"), data=again)

        assert refused.status_code == 409 and 'value="F-12"' in refused.text
        db.session.expire_all()
        assert (ada.payment, ada.payment_reference) == (Payment.PAID, "F-12")

    @pytest.mark.parametrize("wrong", [{"payment": "stolen"}, {"due_on": "soon"}, {"reference": "x" * 81}])
    def test_a_payment_that_cannot_be_is_told(
        self, event: Event, desk: FlaskClient, ada: Registration, wrong: dict[str, str]
    ) -> None:
        answer = desk.post(inside(f"roster/{ada.id}/payment"), data={"payment": "paid", "revision": "1"} | wrong)

        assert answer.status_code == 422 and "<details open>" in answer.text

    def test_an_organiser_switches_somebody(self, event: Event, desk: FlaskClient, ada: Registration) -> None:
        online = db.session.scalars(sa.select(TicketType).where(TicketType.name == "Online")).one()

        answer = desk.post(
            inside(f"roster/{ada.id}/ticket"), data={"ticket_type": online.public_id}, follow_redirects=True
        )

        assert "They have “Online” now" in answer.text and "Ticket changed by Olga" in answer.text

    def test_somebody_added_by_hand_gets_a_ticket(self, event: Event, desk: FlaskClient, ada: Registration) -> None:
        online = db.session.scalars(sa.select(TicketType).where(TicketType.name == "Online")).one()
        said = {"given_name": "Sam", "family_name": "Voorbeeld", "ticket_type": str(online.id)}

        answer = desk.post(inside("roster/add"), data=said)
        wrong = desk.post(inside("roster/add"), data=said | {"ticket_type": "99"})

        assert (answer.status_code, wrong.status_code) == (303, 422)
        sam = db.session.scalars(sa.select(Registration).where(Registration.given_name == "Sam")).one()
        assert sam.ticket_type == online


class TestTheRoster:
    @pytest.fixture
    def people(self, event: Event) -> list[Registration]:
        """Ada has not paid, Dee has; Sam is online for nothing; Rev has no ticket type."""
        on_site = a_type(event, "On site", fee_cents=2550)
        online = a_type(event, "Online", mode=Mode.ONLINE, position=1)
        owed = {"ticket_type_id": on_site.id, "fee_cents": 2550, "paid_cents": 0}
        return [
            a_registration(event, given_name="Ada", payment=Payment.UNPAID, **owed),
            a_registration(
                event, given_name="Dee", payment=Payment.PAID, payment_reference="=F12", **owed | {"paid_cents": 2550}
            ),
            a_registration(event, given_name="Sam", ticket_type_id=online.id),
            a_registration(event, given_name="Rev"),
        ]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"ticket": "On site"}, ["Ada", "Dee"]),
            ({"ticket": "none"}, ["Rev"]),
            ({"payment": "unpaid"}, ["Ada"]),
            ({"ticket": "On site", "payment": "paid"}, ["Dee"]),
            ({"ticket": "On site", "q": "dee"}, ["Dee"]),
            ({"payment": "stolen"}, ["Ada", "Dee", "Sam", "Rev"]),
            ({"ticket": "nothing"}, []),
            ({"ticket": "é\x00"}, []),
        ],
    )
    def test_it_is_narrowed_to_a_ticket_and_a_payment(
        self, event: Event, desk: FlaskClient, people: list[Registration], asked: dict[str, str], found: list[str]
    ) -> None:
        by_name = {each.name: each.public_id for each in offering.every(event.id)}
        asked = asked | ({"ticket": by_name.get(asked["ticket"], asked["ticket"])} if "ticket" in asked else {})

        page = desk.get(inside("roster"), query_string=asked).text
        exported = desk.get(inside("roster.csv"), query_string=asked)

        rows = list(csv.reader(io.StringIO(exported.data.decode("utf-8-sig"), newline="")))
        assert [row[1] for row in rows[1:]] == found
        assert all((f"{name} Voorbeeld" in page) == (name in found) for name in ("Ada", "Dee", "Sam", "Rev"))

    def test_the_file_says_ticket_way_fee_and_payment(
        self, event: Event, desk: FlaskClient, people: list[Registration]
    ) -> None:
        book = openpyxl.load_workbook(io.BytesIO(desk.get(inside("roster.xlsx")).data))
        rows = [dict(zip(*pair, strict=True)) for pair in _pairs(book.active)]

        assert [
            (row["Ticket"], row["How they take part"], row["Fee"], row["Paid"], row["Payment"]) for row in rows
        ] == [
            ("On site", "On site", 25.5, 0, "Unpaid"),
            ("On site", "On site", 25.5, 25.5, "Paid"),
            ("Online", "Online", None, None, ""),
            ("", "On site or online", None, None, ""),
        ]
        assert rows[1]["Payment reference"] in {"'=F12", "=F12"}

    def test_many_payments_are_marked_after_a_look(
        self, event: Event, desk: FlaskClient, people: list[Registration]
    ) -> None:
        ids = [each.id for each in people]
        ticked = desk.post(inside("roster/payments"), data={"payment": "paid", "id": [str(each) for each in ids]})
        before = people[0].payment

        done = desk.post(inside("roster/payments"), data=dict(browsing.fields(ticked.text)), follow_redirects=True)

        assert "Mark one payment as “Paid”?" in ticked.text and people[0].name in ticked.text
        assert "One person stands so already." in ticked.text and "2 people owe nothing" in ticked.text
        assert before is Payment.UNPAID and "One payment is marked." in done.text

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            ({"payment": "paid"}, 303),
            ({"payment": "paid", "id": ["x", "9" * 12, "-1"]}, 303),
            ({"payment": "stolen", "id": ["1"]}, 404),
            ({}, 404),
        ],
    )
    def test_what_names_nobody_or_nothing_marks_nothing(
        self, event: Event, desk: FlaskClient, people: list[Registration], data: dict[str, Any], status: int
    ) -> None:
        assert desk.post(inside("roster/payments"), data=data | {"is_sure": "1"}).status_code == status
        assert people[0].payment is Payment.UNPAID

    def test_all_that_is_found_is_marked_and_nobody_else(
        self, event: Event, desk: FlaskClient, people: list[Registration]
    ) -> None:
        elsewhere = a_registration(an_event(), fee_cents=100, payment=Payment.UNPAID)
        asked = inside("roster/payments?q=ada")

        shown = desk.post(asked, data={"payment": "waived", "all": "1"})
        desk.post(asked, data=dict(browsing.fields(shown.text)) | {"ids": f"{people[0].id} {elsewhere.id}"})

        db.session.expire_all()
        assert [each.payment for each in (*people, elsewhere)] == [
            Payment.WAIVED,
            Payment.PAID,
            None,
            None,
            Payment.UNPAID,
        ]

    def test_its_queries_do_not_grow_with_the_people(
        self, event: Event, desk: FlaskClient, people: list[Registration], count_queries: Callable[[], Any]
    ) -> None:
        desk.get(inside("roster"))
        with count_queries() as before:
            desk.get(inside("roster"))
        for place in range(3):
            a_registration(event, ticket_type_id=a_type(event, f"Type {place}").id)

        with count_queries() as after:
            desk.get(inside("roster"))

        assert before.count == after.count


def _pairs(sheet: Any) -> list[tuple[Any, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [(head, row) for row in rows]

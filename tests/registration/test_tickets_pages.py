"""Tickets on pages: the form that offers them, the link that switches them, what the event's page and letters say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.calendars import entries
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.registration.models import Payment, Registration, State, TicketType, Visibility
from tests import people
from tests.people import NOW, a_registration
from tests.registration.test_seating import a_type
from tests.registration.test_types import a_code

ADA = {
    "given_name": "Ada",
    "family_name": "Voorbeeld",
    "email": "ada@example.org",
    "organisation": "Example University",
    "country": "NL",
    "consent": "y",
}


def path(event: Event) -> str:
    return f"/events/{event.slug}/register"


def radios(page: str) -> dict[str, str]:
    """Each ticket type on the form by its public id, and whether it is checked, disabled or free."""
    found = re.findall(r'<input class="form-check-input" type="radio"[^>]*>', page)
    ids = [re.search(r'value="([^"]+)"', each)[1] for each in found]  # type: ignore[index]
    said = ["checked" if " checked" in each else "disabled" if " disabled" in each else "free" for each in found]
    return dict(zip(ids, said, strict=True))


def the_registration() -> Registration:
    return db.session.scalars(sa.select(Registration)).one()


@pytest.fixture
def event(app: Flask) -> Event:
    """A hybrid symposium whose calendar entry is written."""
    event = people.an_event(mode=Mode.HYBRID, join_url="https://video.example.org/1", room="Aula")
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


class TestTheForm:
    def test_it_shows_each_type_with_what_it_is_costs_and_where_it_stands(
        self, client: FlaskClient, event: Event
    ) -> None:
        a_type(event, "On site", capacity=0, description="In the room", fee_cents=2500)
        a_type(event, "From home", mode=Mode.ONLINE)
        a_type(event, "Late", opens_at=NOW + timedelta(days=3), position=2)

        page = unescape(client.get(path(event)).text)

        assert "In the room" in page and "€25" in page and "From home" in page and "Online · Free" in page
        assert "Nobody waits before you." in page and "Opens 5 March, 10:00" in page
        assert list(radios(page).values()) == ["free", "free", "disabled"]

    def test_one_that_can_be_had_is_chosen_already(self, client: FlaskClient, event: Event) -> None:
        early = a_type(event, "Early bird", closes_at=NOW)
        regular = a_type(event, "Regular", position=1)

        page = client.get(path(event)).text

        assert radios(page) == {early.public_id: "disabled", regular.public_id: "checked"}

    def test_an_address_chooses_one(self, client: FlaskClient, event: Event) -> None:
        _one, two = a_type(event, "One"), a_type(event, "Two")

        page = client.get(f"{path(event)}?ticket={two.public_id}").text

        assert radios(page)[two.public_id] == "checked"

    @pytest.mark.parametrize("ticket", ["", "nothing", "é\x00", "x" * 500])
    def test_an_address_that_names_none_chooses_none(self, client: FlaskClient, event: Event, ticket: str) -> None:
        a_type(event, "One")
        a_type(event, "Two")

        answer = client.get(path(event), query_string={"ticket": ticket})

        assert answer.status_code == 200 and set(radios(answer.text).values()) == {"free"}

    def test_it_is_drawn_anew_when_a_type_fills(self, client: FlaskClient, event: Event) -> None:
        on_site = a_type(event, "On site", capacity=1)
        a_type(event, "Online")
        before = client.get(path(event)).text

        a_registration(event, ticket_type_id=on_site.id)

        assert "Nobody waits before you." not in before
        assert "Nobody waits before you." in client.get(path(event)).text

    def test_it_asks_once_more_for_the_types_however_many(
        self, client: FlaskClient, event: Event, count_queries: Callable[[], Any]
    ) -> None:
        address = path(event)
        for number in range(3):
            a_type(event, f"Type {number}")

        with count_queries() as queries:
            client.get(address)

        assert queries.count == 3, "\n".join(queries)

    def test_what_somebody_chose_is_theirs(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "On site")
        online = a_type(event, "Online", mode=Mode.ONLINE, fee_cents=500)

        answer = client.post(path(event), data=ADA | {"ticket_type": online.public_id})

        ada = the_registration()
        assert answer.status_code == 303
        assert (ada.ticket_type, ada.mode, ada.payment) == (online, Mode.ONLINE, Payment.UNPAID)

    def test_whoever_chooses_none_is_asked_beside_the_choice_and_keeps_the_rest(
        self, client: FlaskClient, event: Event
    ) -> None:
        a_type(event, "On site")
        a_type(event, "Online")

        answer = client.post(path(event), data=ADA)
        worse = client.post(path(event), data=ADA | {"given_name": ""})

        assert answer.status_code == worse.status_code == 422
        assert 'id="ticket_type-error"' in answer.text and 'value="Voorbeeld"' in answer.text
        assert 'id="ticket_type-error"' in worse.text and 'id="given_name-error"' in worse.text

    @pytest.mark.parametrize(
        "over",
        [
            {"visibility": Visibility.CODE},
            {"visibility": Visibility.INVITATION},
            {"visibility": Visibility.DOMAIN, "domains": "lumc.nl"},
            {"closes_at": NOW},
            {"is_retired": True},
        ],
        ids=["code", "invitation", "domain", "window", "retired"],
    )
    def test_a_post_gets_no_more_than_the_page_offers(
        self, client: FlaskClient, event: Event, over: dict[str, Any]
    ) -> None:
        a_type(event, "Online")
        wanted = a_type(event, "Wanted", **over)

        answer = client.post(path(event), data=ADA | {"ticket_type": wanted.public_id})

        assert answer.status_code == 409
        assert "banner-no" in answer.text and 'value="Voorbeeld"' in answer.text
        assert db.session.scalars(sa.select(Registration)).all() == []

    @pytest.mark.parametrize("forged", ["nothing", "é\x00", "1", "x" * 500])
    def test_a_type_that_is_none_is_gone(self, client: FlaskClient, event: Event, forged: str) -> None:
        a_type(event, "Online")
        a_type(event, "On site")

        assert client.post(path(event), data=ADA | {"ticket_type": forged}).status_code == 409

    def test_where_all_are_retired_there_is_no_form_and_the_page_says_why(self, client: FlaskClient) -> None:
        event = people.an_event(accepts_groups=True)
        a_type(event, "Paid", is_retired=True)

        page = client.get(f"/events/{event.slug}/register").text
        group = client.get(f"/events/{event.slug}/register/group").text
        posted = client.post(f"/events/{event.slug}/register", data=ADA)

        assert 'name="given_name"' not in page and "No ticket for this event is on offer now" in page
        assert 'name="contact_name"' not in group
        assert (posted.status_code, db.session.query(Registration).count()) == (409, 0)
        assert "No ticket is on offer now" in client.get(f"/events/{event.slug}").text

    def test_an_event_by_invitation_says_so(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Guests", visibility=Visibility.INVITATION)

        page = client.get(path(event)).text

        assert "By invitation" in page and "personal invitation" in page and "<form" not in page


class TestCodesOnTheForm:
    def test_a_type_by_code_is_not_there_before_its_code(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Online")
        a_type(event, "Press", visibility=Visibility.CODE)

        page = client.get(path(event)).text

        assert "Press" not in page and "I have a code" in page

    def test_where_no_type_needs_a_code_none_is_asked_for(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Online")

        assert "I have a code" not in client.get(path(event)).text

    def test_an_address_with_a_code_shows_and_chooses_what_it_opens(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Online")
        press = a_type(event, "Press", visibility=Visibility.CODE, position=1)
        a_code(event, "PRESS27", press)

        answer = client.get(f"{path(event)}?code=press-27")
        plain = client.get(path(event))

        assert radios(answer.text)[press.public_id] == "checked" and 'value="press-27"' in answer.text
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert "code=" not in re.findall(r'<form method="post" action="([^"]*)"', answer.text)[0]
        assert "Press" not in plain.text, "what one person was shown is kept for nobody else"

    def test_a_code_that_was_typed_keeps_what_else_was(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Online")
        press = a_type(event, "Press", visibility=Visibility.CODE)
        a_code(event, "PRESS27", press)

        shown = client.post(path(event), data=ADA | {"code": "press27", "act": "code"})
        done = client.post(path(event), data=ADA | {"code": "press27", "ticket_type": press.public_id})

        assert shown.status_code == 200
        assert radios(shown.text)[press.public_id] == "checked" and 'value="Voorbeeld"' in shown.text
        assert done.status_code == 303 and the_registration().ticket_type == press

    @pytest.mark.parametrize("typed", ["", "wrong", "é\x00", "' OR 1=1", "x" * 300])
    def test_a_wrong_code_is_a_sentence_beside_its_field(self, client: FlaskClient, event: Event, typed: str) -> None:
        a_type(event, "Online")
        a_type(event, "Press", visibility=Visibility.CODE)

        answer = client.post(path(event), data=ADA | {"code": typed, "act": "code"})

        assert answer.status_code == 422
        assert 'id="code-error"' in answer.text and 'value="Voorbeeld"' in answer.text
        assert "<details open>" in answer.text

    def test_whoever_guesses_is_told_nothing_more_after_a_while(
        self, make_app: Callable[..., Flask], event: Event
    ) -> None:
        press = a_type(event, "Press", visibility=Visibility.CODE)
        a_type(event, "Online")
        a_code(event, "PRESS27", press)
        address, chosen = path(event), press.public_id
        guessing = make_app(RATE_LIMITS=True).test_client()
        for number in range(41):
            guessing.post(address, data=ADA | {"code": f"guess{number}", "act": "code"})

        by_button = guessing.post(address, data=ADA | {"code": "press27", "act": "code"})
        by_address = guessing.get(f"{address}?code=press27")
        by_form = guessing.post(address, data=ADA | {"code": "press27", "ticket_type": chosen})

        assert [each.status_code for each in (by_button, by_address, by_form)] == [422, 404, 429]
        assert all("Press" not in each.text for each in (by_button, by_address))
        assert db.session.scalars(sa.select(Registration)).all() == []

    def test_a_full_event_lets_in_whoever_has_a_code(self, client: FlaskClient) -> None:
        event = people.an_event(has_waiting_list=False)
        a_type(event, "On site", capacity=0)
        press = a_type(event, "Press", visibility=Visibility.CODE)
        a_code(event, "PRESS27", press)

        shut = client.get(path(event)).text
        shown = client.post(path(event), data={"code": "press27", "act": "code"})

        assert "I have a code" in shut and 'name="given_name"' not in shut
        assert radios(shown.text)[press.public_id] == "checked" and 'name="given_name"' in shown.text


class TestTheEventsPage:
    def test_it_tells_of_every_way_and_so_do_programs_read_it(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "On site", capacity=0, fee_cents=2500)
        a_type(event, "Online", mode=Mode.ONLINE, position=1)
        a_type(event, "Press", visibility=Visibility.CODE, position=2)

        page = client.get(f"/events/{event.slug}").text
        described = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])

        assert "Ways to take part" in page and "Press" not in page and "Free to €25" in unescape(page)
        assert described["isAccessibleForFree"] is False
        assert [(each["price"], each["availability"].rpartition("/")[2]) for each in described["offers"]] == [
            ("25", "SoldOut"),
            ("0", "InStock"),
        ]

    def test_its_card_in_the_list_says_from_what_amount(self, client: FlaskClient, event: Event) -> None:
        a_type(event, "Student", fee_cents=1000)
        a_type(event, "Regular", fee_cents=2500)

        assert "from €10" in unescape(client.get("/").text)

    def test_the_front_page_asks_no_more_for_types(
        self, client: FlaskClient, event: Event, count_queries: Callable[[], Any]
    ) -> None:
        with count_queries() as before:
            client.get("/")
        for number in range(3):
            a_type(event, f"Type {number}")

        with count_queries() as after:
            client.get("/?past=")

        assert after.count <= before.count


class TestTheOwnPage:
    @pytest.fixture
    def ada(self, event: Event) -> Registration:
        """Ada, who sits in the room and has not paid yet."""
        on_site = a_type(event, "On site", capacity=1, fee_cents=2500, fee_note="To NL00 BANK 0123", fee_due_days=14)
        a_type(event, "Online", mode=Mode.ONLINE, position=1)
        ada = a_registration(event, ticket_type_id=on_site.id, fee_cents=2500, payment=Payment.UNPAID)
        return ada

    def test_it_says_what_is_owed_how_and_where_to_be(self, client: FlaskClient, ada: Registration) -> None:
        page = unescape(client.get(f"/registrations/{ada.token}").text)  # type: ignore[attr-defined]

        assert "On site" in page and "€25" in page and "To NL00 BANK 0123" in page
        assert "Ticket: on site" in page and "Example street 1" in page
        assert "video.example.org" not in page

    def test_a_switch_changes_where_to_be(self, client: FlaskClient, ada: Registration, event: Event) -> None:
        online = db.session.scalars(sa.select(TicketType).where(TicketType.name == "Online")).one()
        link = f"/registrations/{ada.token}"  # type: ignore[attr-defined]
        form = client.get(f"{link}/ticket").text

        answer = client.post(f"{link}/ticket", data={"ticket_type": online.public_id})
        page = unescape(client.get(link).text)

        assert list(radios(form)) == [online.public_id]
        assert answer.status_code == 303
        assert "Your ticket is “Online” now" in page and "Ticket: online" in page
        assert "https://video.example.org/1" in page and "Example street 1" not in page

    def test_a_wish_is_shown_with_its_place_and_withdrawn_by_a_button(
        self, client: FlaskClient, ada: Registration, event: Event
    ) -> None:
        on_site = db.session.scalars(sa.select(TicketType).where(TicketType.name == "On site")).one()
        online = db.session.scalars(sa.select(TicketType).where(TicketType.name == "Online")).one()
        sam = a_registration(event, ticket_type_id=online.id)
        link = f"/registrations/{sam.token}"  # type: ignore[attr-defined]
        client.post(f"{link}/ticket", data={"ticket_type": on_site.public_id})
        page = unescape(client.get(link).text)

        kept = client.post(f"{link}/ticket/keep")
        db.session.refresh(sam)

        assert "You wait for “On site” as number 1" in page and "You have a place" in page
        assert kept.status_code == 303
        assert (sam.ticket_type, sam.wants_type_id, sam.state) == (online, None, State.CONFIRMED)

    @pytest.mark.parametrize("data", [{}, {"ticket_type": "nothing"}, {"ticket_type": "é\x00"}])
    def test_what_is_no_ticket_is_told_beside_the_choice(
        self, client: FlaskClient, ada: Registration, data: dict[str, str]
    ) -> None:
        answer = client.post(f"/registrations/{ada.token}/ticket", data=data)  # type: ignore[attr-defined]

        assert answer.status_code in {409, 422} and 'id="ticket_type-error"' in answer.text

    def test_after_the_deadline_it_says_so_and_whom_to_ask(
        self, client: FlaskClient, ada: Registration, event: Event
    ) -> None:
        event.changes_close_at = NOW
        db.session.commit()

        page = client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]
        form = client.get(f"/registrations/{ada.token}/ticket")  # type: ignore[attr-defined]
        sent = client.post(f"/registrations/{ada.token}/ticket")  # type: ignore[attr-defined]

        assert "closed on" in page and "olga@example.org" in page
        assert (form.status_code, sent.status_code) == (200, 409)
        for answer in (form, sent):
            assert "olga@example.org" in answer.text and 'name="ticket_type"' not in answer.text

    def test_a_code_opens_more_to_switch_to(self, client: FlaskClient, ada: Registration, event: Event) -> None:
        press = a_type(event, "Press", visibility=Visibility.CODE)
        a_code(event, "PRESS27", press)
        link = f"/registrations/{ada.token}/ticket"  # type: ignore[attr-defined]

        wrong = client.post(link, data={"code": "wrong", "act": "code"})
        shown = client.post(link, data={"code": "press27", "act": "code"})
        done = client.post(link, data={"code": "press27", "ticket_type": press.public_id})

        assert wrong.status_code == 422 and 'id="code-error"' in wrong.text
        assert press.public_id in radios(shown.text)
        assert done.status_code == 303

    def test_everything_kept_is_in_the_file(self, client: FlaskClient, ada: Registration) -> None:
        said = client.get(f"/registrations/{ada.token}/data.json").get_json()  # type: ignore[attr-defined]

        assert said["ticket"] == {"name": "On site", "description": "", "mode": "in person"}
        assert (said["registration"]["fee_cents"], said["registration"]["payment"]) == (2500, "unpaid")

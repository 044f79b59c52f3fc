"""The waiting list's page on the desk, and what is done there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE
from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules, seats
from eventsvc.registration.models import Registration, State, TicketType
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.acts import ADA, BOB, CIA, come, leave, letters
from tests.registration.test_seating import a_type, comes

PAGE = "/desk/events/symposium/waiting"
PERSON = "/desk/events/symposium/roster/{}"
POSTS = ("roster/{}/priority", "roster/{}/accept", "roster/{}/restore")


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium", capacity=1, offer_hours=24)


@pytest.fixture
def desk(event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Olga's browser; she owns the event."""
    return sign_in(an_organiser("Olga", owns=event))


def words(page: str) -> str:
    return " ".join(unescape(page).split())


class TestWhoMay:
    @pytest.mark.parametrize("path", ["waiting", "waiting/ask", "roster/{}/priority"])
    def test_eve_and_strangers_find_no_list(
        self, event: Event, client: FlaskClient, sign_in: Callable[..., FlaskClient], path: str
    ) -> None:
        address = f"/desk/events/symposium/{path.format(a_registration(event).id)}"

        assert client.get(address).status_code == 302
        assert sign_in(an_organiser("Eve", owns=an_event())).get(address).status_code == 404

    def test_eve_changes_nothing_by_direct_post(self, event: Event, sign_in: Callable[..., FlaskClient]) -> None:
        ada = a_registration(event, state=State.WAITLISTED)
        eve = sign_in(an_organiser("Eve", owns=an_event()))

        for path in (*POSTS, "waiting/ask"):
            answer = eve.post(f"/desk/events/symposium/{path.format(ada.id)}", data={"reason": "mine"})
            assert answer.status_code == 404
        assert (ada.priority, ada.interest_due_at) == (0, None)

    def test_dee_at_the_door_sees_the_list_and_steers_nothing(
        self, event: Event, sign_in: Callable[..., FlaskClient]
    ) -> None:
        ada = a_registration(event, state=State.WAITLISTED)
        dee = an_organiser("Dee")
        db.session.add(Membership(user_id=dee.id, event_id=event.id, role=EventRole.DOOR))
        db.session.commit()
        door = sign_in(dee)

        page = door.get(PAGE)

        assert (page.status_code, "Ask who still wants" in page.text) == (200, False)
        assert [door.post(f"/desk/events/symposium/{path.format(ada.id)}").status_code for path in POSTS] == [404] * 3


class TestTheList:
    def test_it_shows_open_offers_and_who_waits_in_turn(self, event: Event, desk: FlaskClient) -> None:
        ada, _bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
        leave(ada)

        page = words(desk.get(PAGE).text)

        assert "is offered to whoever is next, for 24 hours" in page
        assert page.index("Held for an answer") < page.index("Bob Ejemplo") < page.index("3 March, 10:00")
        assert page.index("One person waits") < page.index("Cia Beispiel")
        assert cia.state is State.WAITLISTED

    def test_an_empty_list_says_what_it_is_for(self, desk: FlaskClient) -> None:
        assert "Nobody waits" in desk.get(PAGE).text

    def test_who_answered_and_who_did_not_is_told(self, event: Event, desk: FlaskClient) -> None:
        come(event, ADA)
        bob = come(event, BOB)
        come(event, CIA)
        rules.ask_who_stays(event, hours=72, by=ATTENDEE, at=NOW)
        rules.stay(bob, by=ATTENDEE, at=NOW)
        db.session.commit()
        a_registration(event, state=State.WAITLISTED, given_name="Dan")

        page = words(desk.get(PAGE).text)

        assert "2 letters, 1 said yes, 1 have not answered; they have until 5 March, 10:00" in page
        rows = page[page.index("3 people wait") :]
        for name, answer in (("Bob", "Still wants a place"), ("Cia", "No answer yet"), ("Dan", "Not asked")):
            assert rows.index(name) < rows.index(answer)

    def test_long_lists_have_pages_and_numbers_go_on(self, event: Event, desk: FlaskClient) -> None:
        for _person in range(52):
            a_registration(event, state=State.WAITLISTED)

        page = words(desk.get(f"{PAGE}?page=2").text)

        assert "<td>51</td>" in page
        assert "<td>50</td>" not in page
        assert desk.get(f"{PAGE}?page=999").status_code == desk.get(f"{PAGE}?page=x").status_code == 200

    def test_one_and_three_people_cost_the_same_queries(
        self, event: Event, desk: FlaskClient, count_queries: Callable[[], Any]
    ) -> None:
        counted = []
        for number in (1, 2):
            for state in (State.WAITLISTED, State.OFFERED):
                for _person in range(number):
                    a_registration(event, state=state, offer_expires_at=NOW + timedelta(hours=1))
            with count_queries() as queries:
                assert desk.get(PAGE).status_code == 200
            counted.append(queries.count)

        assert counted[0] == counted[1]

    def test_names_are_inert(self, event: Event, desk: FlaskClient) -> None:
        a_registration(event, state=State.WAITLISTED, given_name="<script>alert(1)</script>")

        assert "<script>alert(1)" not in desk.get(PAGE).text


class TestTickets:
    @pytest.fixture
    def types(self, event: Event) -> tuple[TicketType, TicketType]:
        event.capacity = None
        return a_type(event, "On site", capacity=1), a_type(event, "Online", capacity=2)

    def wishes(self, event: Event, has: TicketType, wants: TicketType, name: str, **over: Any) -> Registration:
        said = {"ticket_type_id": has.id, "wants_type_id": wants.id, "wants_turn": 1000, "given_name": name}
        return a_registration(event, **(said | over))

    def test_who_waits_is_shown_with_their_ticket(
        self, event: Event, desk: FlaskClient, types: tuple[TicketType, TicketType]
    ) -> None:
        a_registration(event, state=State.WAITLISTED, ticket_type_id=types[0].id)
        a_registration(event, state=State.OFFERED, ticket_type_id=types[1].id, offer_expires_at=NOW)
        a_registration(event, state=State.WAITLISTED)

        page = words(desk.get(PAGE).text)

        assert page.count('<th scope="col">Ticket</th>') == 2
        assert ("<td>On site</td>" in page, "<td>Online</td>" in page, "<td>–</td>" in page) == (True, True, True)

    def test_an_event_without_types_has_no_column_of_them(self, event: Event, desk: FlaskClient) -> None:
        a_registration(event, state=State.WAITLISTED)

        assert "Ticket" not in desk.get(PAGE).text.partition("<main")[2]

    def test_who_waits_to_switch_is_shown_in_turn_with_both_tickets(
        self, event: Event, desk: FlaskClient, types: tuple[TicketType, TicketType]
    ) -> None:
        on_site, online = types
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", on_site)
        bob, cia = comes(event, "Bob", online), comes(event, "Cia", online)
        for person in (cia, bob):
            rules.switch(person, on_site.id, by=ATTENDEE, at=NOW)
        rules.switch(ada, online.id, by=ATTENDEE, at=NOW)
        db.session.commit()

        page = words(desk.get(PAGE).text)

        assert sam.state is State.WAITLISTED
        rows = page[page.index("3 people wait to switch") :].split("<tr>")[2:]
        told = [[name in row for row in rows].index(True) for name in ("Cia", "Bob", "Ada")]
        assert told == [0, 1, 2]
        # Sam, who waits for the same, stands before them.
        numbers = [seats.position_of_wish(each) for each in (cia, bob, ada)]
        assert numbers == [2, 3, 1]
        for row, number in zip(rows, numbers, strict=True):
            assert f"<td>{number}</td>" in row
        assert "Online → On site" in rows[0]
        assert "On site → Online" in rows[2]

    def test_whoever_is_put_first_stands_before_the_others(
        self, event: Event, desk: FlaskClient, types: tuple[TicketType, TicketType]
    ) -> None:
        on_site, online = types
        self.wishes(event, online, on_site, "Bob", wants_turn=5)
        cia = self.wishes(event, online, on_site, "Cia", wants_turn=6, priority=1)

        page = words(desk.get(PAGE).text)

        assert page.index("Cia") < page.index("Bob")
        assert ("Nobody waits" in page, seats.position_of_wish(cia)) == (False, 1)

    def test_many_have_pages_of_their_own(
        self, event: Event, desk: FlaskClient, types: tuple[TicketType, TicketType]
    ) -> None:
        for number in range(52):
            self.wishes(event, types[1], types[0], "Bob", wants_turn=number)
            a_registration(event, state=State.WAITLISTED)

        page = words(desk.get(f"{PAGE}?page=2&wishes=2").text)

        assert page.count("<td>51</td>") == 2
        assert "<td>50</td>" not in page
        assert 'href="/desk/events/symposium/waiting?wishes=2"' in page
        assert 'href="/desk/events/symposium/waiting?page=2"' in page

    def test_others_events_are_left_out(
        self, event: Event, desk: FlaskClient, types: tuple[TicketType, TicketType]
    ) -> None:
        other = an_event()
        self.wishes(other, a_type(other, "One"), a_type(other, "Two"), "Eve")

        assert "Nobody waits" in desk.get(PAGE).text

    def test_one_and_three_of_each_cost_the_same_queries(
        self,
        event: Event,
        desk: FlaskClient,
        types: tuple[TicketType, TicketType],
        count_queries: Callable[[], Any],
    ) -> None:
        counted = []
        for number in (1, 2):
            for has, wants in ((types[0], types[1]), (a_type(event, f"Type {number}"), types[0]))[:number]:
                self.wishes(event, has, wants, "Bob")
                for state in (State.WAITLISTED, State.OFFERED):
                    a_registration(event, state=state, ticket_type_id=has.id, offer_expires_at=NOW + timedelta(hours=1))
            with count_queries() as queries:
                assert desk.get(PAGE).status_code == 200
            counted.append(queries.count)

        assert counted[0] == counted[1]


class TestAsking:
    def test_it_is_shown_in_words_before_it_is_done(self, event: Event, desk: FlaskClient) -> None:
        come(event, ADA)
        bob = come(event, BOB)
        a_registration(event, state=State.WAITLISTED, email=None)

        page = words(desk.get(f"{PAGE}/ask?hours=24").text)

        assert "1 letter leaves at once. 1 person has no address" in page
        assert "Whoever says yes by Wed 3 March 2027, 10:00, Leiden time (CET) keeps their turn." in page
        assert (bob.interest_due_at, letters(bob)) == (None, ["waitlisted"])

    def test_one_press_sends_the_letters(self, event: Event, desk: FlaskClient) -> None:
        come(event, ADA)
        bob = come(event, BOB)

        response = desk.post(f"{PAGE}/ask?hours=24", follow_redirects=True)

        assert "One letter is on its way." in response.text
        assert (bob.interest_due_at, letters(bob)[-1]) == (NOW + timedelta(hours=24), "still_interested")

    @pytest.mark.parametrize("hours", ["", "0", "7", "-24", "99999999999", "x"])
    def test_another_time_than_is_offered_is_the_usual_one(self, event: Event, desk: FlaskClient, hours: str) -> None:
        come(event, ADA)
        bob = come(event, BOB)

        desk.post(f"{PAGE}/ask?hours={hours}")

        assert bob.interest_due_at == NOW + timedelta(hours=72)

    def test_an_empty_list_is_refused_with_a_sentence(self, desk: FlaskClient) -> None:
        refused = desk.post(f"{PAGE}/ask")

        assert (refused.status_code, "there is nobody to ask" in refused.text) == (409, True)
        assert db.session.query(Message).count() == 0


class TestPuttingFirst:
    def test_it_asks_why_and_keeps_it(self, event: Event, desk: FlaskClient) -> None:
        come(event, ADA)
        come(event, BOB)
        cia = come(event, CIA)
        address = f"{PERSON.format(cia.id)}/priority"

        page = desk.get(address).text
        first = dict(re.findall(r'name="(is_first)"[^>]* value="([^"]*)"', page))
        refused = desk.post(address, data=first | {"reason": ""})
        desk.post(address, data=first | {"reason": "She speaks"})
        done = desk.post(address, data=first | {"reason": "She speaks"}, follow_redirects=True)

        assert "Put first" in page and first == {"is_first": "y"}

        assert refused.status_code == 422
        assert "Cia Beispiel is next now." in done.text
        assert "put first by hand" in done.text
        assert "She speaks" in done.text
        assert "Number 1 on the waiting list" in done.text
        desk.post(address, data={"is_first": "", "reason": "A mistake"})
        assert cia.priority == 0

    def test_who_waits_no_more_cannot_be_put_first(self, event: Event, desk: FlaskClient) -> None:
        ada = come(event, ADA)

        refused = desk.post(f"{PERSON.format(ada.id)}/priority", data={"reason": "why"})

        assert (refused.status_code, "not on the waiting list any more" in refused.text) == (409, True)


class TestByHand:
    def test_a_place_is_offered_or_given_now(self, event: Event, desk: FlaskClient) -> None:
        event.is_list_stopped, event.capacity = True, 2
        bob, cia = (a_registration(event, state=State.WAITLISTED) for _person in range(2))

        page = desk.get(PERSON.format(bob.id)).text
        offered = desk.post(f"{PERSON.format(bob.id)}/promote", follow_redirects=True).text
        given = desk.post(f"{PERSON.format(cia.id)}/promote", data={"how": "now"}, follow_redirects=True).text

        assert "Offer a place" in page
        assert "Give the place now" in page
        assert ("is offered a place." in offered, "has a place now." in given) == (True, True)
        assert (bob.state, cia.state) == (State.OFFERED, State.CONFIRMED)

    def test_an_offer_is_taken_for_who_called(self, event: Event, desk: FlaskClient) -> None:
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)

        assert "Take it for them" in desk.get(PERSON.format(bob.id)).text
        desk.post(f"{PERSON.format(bob.id)}/accept")

        assert bob.state is State.CONFIRMED

    def test_too_late_says_so(self, event: Event, desk: FlaskClient, clock: Clock) -> None:
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)
        clock.forward(timedelta(hours=24))

        page = desk.post(f"{PERSON.format(bob.id)}/accept", follow_redirects=True).text

        assert "The time was over" in page
        assert bob.state is State.EXPIRED

    def test_a_cancellation_by_mistake_is_undone(self, event: Event, desk: FlaskClient) -> None:
        ada = come(event, ADA)
        desk.post(f"{PERSON.format(ada.id)}/cancel", data={"reason": ""})

        page = desk.get(PERSON.format(ada.id)).text
        desk.post(f"{PERSON.format(ada.id)}/restore")

        assert "Undo the cancellation" in page
        assert (ada.state, letters(ada)[-1]) == (State.CONFIRMED, "restored")

    def test_one_that_cannot_be_is_not_offered_and_is_refused_with_a_sentence(
        self, event: Event, desk: FlaskClient
    ) -> None:
        ada = come(event, ADA)
        come(event, BOB)
        leave(ada)

        assert "Undo the cancellation" not in desk.get(PERSON.format(ada.id)).text
        refused = desk.post(f"{PERSON.format(ada.id)}/restore")
        assert (refused.status_code, "cannot be undone any more" in refused.text) == (409, True)

    def test_why_somebody_left_is_in_their_history(self, event: Event, desk: FlaskClient) -> None:
        ada = come(event, ADA)
        leave(ada, reason="I am ill")

        assert "I am ill" in desk.get(PERSON.format(ada.id)).text


class TestSettings:
    def test_how_the_list_works_is_said_on_the_events_form_and_kept_in_the_log(
        self, event: Event, desk: FlaskClient
    ) -> None:
        said = {
            "revision": event.revision, "title": event.title, "kind": "symposium", "mode": "in person",
            "language": "en", "timezone": "Europe/Amsterdam", "summary": "A day.", "slug": "symposium",
            "starts_at": "2027-05-30T09:30", "ends_at": "2027-05-30T17:00", "venue_name": "Main building",
            "contact_email": "olga@example.org", "accepts_registrations": "y", "has_waiting_list": "y",
            "retention_days": "30", "offer_hours": "48", "proof_hours": "24", "accepts_groups": "y",
            "changes_close_at": "2027-05-20T12:00",
        }  # fmt: skip

        saved = desk.post("/desk/events/symposium/edit", data=said)

        assert saved.status_code == 303
        assert (event.offer_hours, event.proof_hours, event.accepts_groups) == (48, 24, True)
        assert event.changes_close_at == NOW.replace(month=5, day=20, hour=10)
        after = db.session.query(AuditEntry).filter_by(act="event.edited").one().after
        assert (after["offer_hours"], after["proof_hours"]) == (48, 24)
        audit = desk.get("/desk/events/symposium/audit").text
        assert "Hours to take an offered place" in audit
        form = desk.get("/desk/events/symposium/edit").text
        assert 'value="2027-05-20T12:00"' in form

    @pytest.mark.parametrize("hours", ["0", "-1", "1000", "soon"])
    def test_hours_that_cannot_be_are_refused_beside_the_field(
        self, event: Event, desk: FlaskClient, hours: str
    ) -> None:
        refused = desk.post("/desk/events/symposium/edit", data={"offer_hours": hours})

        assert refused.status_code == 422
        assert 'id="offer_hours-error"' in refused.text

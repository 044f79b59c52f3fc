"""The page by link while something is waited for: taking, proving, staying, coming back, undoing, handing on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, organiser
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Series
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import keys, rules, seats
from eventsvc.registration.models import OfferKind, Registration, State, TokenKind
from tests.conftest import Clock
from tests.people import NOW, a_question, a_registration, an_event, an_organiser
from tests.registration.acts import ADA, BOB, CIA, come, last_letter, leave, letters
from tests.registration.test_seating import a_type

FORM = {"given_name": "Ada", "family_name": "Voorbeeld", "email": "ada@example.org", "country": "NL", "consent": "y"}
HOURS = timedelta(hours=24)


def link(registration: Registration, page: str = "") -> str:
    return f"/registrations/{keys.token_of(registration, TokenKind.MANAGE)}{page}"


def title(page: str) -> str:
    return " ".join(unescape(re.findall(r"<h1>(.*?)</h1>", page, re.S)[0]).split())


def buttons(page: str) -> set[str]:
    return {" ".join(unescape(words).split()) for words in re.findall(r"<button[^>]*>(.*?)</button>", page, re.S)}


def offered_to_bob(**over: Any) -> Registration:
    event = an_event(**({"capacity": 1, "offer_hours": 24} | over))
    ada, bob = come(event, ADA), come(event, BOB)
    come(event, CIA)
    leave(ada)
    return bob


class TestAnOffer:
    def test_the_page_says_until_when_and_offers_both_answers(self, client: FlaskClient) -> None:
        page = client.get(link(offered_to_bob())).text

        assert title(page) == "A place is offered to you, Bob."
        assert "We hold it for you until Wed 3 March 2027, 10:00, Leiden time (CET)." in page
        assert "Take the place" in buttons(page)
        assert "Leave it to the next person" in page
        assert "Ticket" not in page

    def test_one_press_takes_it(self, client: FlaskClient) -> None:
        bob = offered_to_bob()

        response = client.post(link(bob, "/accept"), follow_redirects=True)

        assert bob.state is State.CONFIRMED
        assert title(response.text) == "You have a place, Bob."

    def test_a_robot_that_follows_links_takes_nothing(self, client: FlaskClient) -> None:
        bob = offered_to_bob()

        answers = [client.get(link(bob, page)).status_code for page in ("/accept", "/stay", "/rejoin", "/undo")]

        assert answers == [405] * 4
        assert bob.state is State.OFFERED

    def test_a_forged_token_takes_nothing(self, csrf: None, client: FlaskClient) -> None:
        bob = offered_to_bob()

        client.post(link(bob, "/accept"))

        assert bob.state is State.OFFERED

    def test_too_late_it_says_so_and_one_press_joins_the_list_again(self, client: FlaskClient, clock: Clock) -> None:
        bob = offered_to_bob()
        clock.forward(HOURS)

        seen = client.get(link(bob)).text
        too_late = client.post(link(bob, "/accept"), follow_redirects=True).text
        response = client.post(link(bob, "/rejoin"))
        page = client.get(response.location).text

        assert title(seen) == title(too_late) == "The place was not taken in time, Bob."
        assert "Join the list again" in buttons(seen) & buttons(too_late)
        assert bob.state is State.EXPIRED
        assert response.location != link(bob)
        assert title(page) == "You are number 1 on the waiting list, Bob."

    def test_without_a_worker_one_press_still_joins_again(self, client: FlaskClient, clock: Clock) -> None:
        bob = offered_to_bob()
        clock.forward(HOURS)

        client.post(link(bob, "/rejoin"))

        assert bob.state is State.EXPIRED
        assert db.session.query(Registration).filter_by(email=BOB.email, state=State.WAITLISTED).count() == 1

    def test_whoever_has_registered_again_is_told_so(self, client: FlaskClient, clock: Clock) -> None:
        bob = offered_to_bob()
        at = clock.forward(HOURS)
        rules.settle_and_serve(bob.event_id, at=at)
        come(bob.event, BOB, at=at)

        page = client.post(link(bob, "/rejoin"), follow_redirects=True).text

        assert "This address is already registered for this event." in page

    def test_an_offer_speaks_dutch_to_who_does(self, client: FlaskClient) -> None:
        bob = offered_to_bob()
        bob.language = "nl"
        db.session.commit()

        assert client.get(link(bob)).status_code == 200


class TestProof:
    def register(self, client: FlaskClient, event: Event, **over: Any) -> Any:
        return client.post(f"/events/{event.slug}/register", data=FORM | over)

    def test_a_known_address_gets_byte_for_byte_what_an_unknown_one_gets(self, client: FlaskClient) -> None:
        event = an_event(capacity=5, proof_hours=24)

        unknown = self.register(client, event)
        known = self.register(client, event)
        rules.accept(db.session.query(Registration).one(), by=ATTENDEE, at=NOW)
        db.session.commit()
        confirmed = self.register(client, event)

        assert unknown.status_code == known.status_code == confirmed.status_code == 200
        assert unknown.data == known.data == confirmed.data
        heads = [{**answer.headers, "X-Request-ID": ""} for answer in (unknown, known, confirmed)]
        assert heads[0] == heads[1] == heads[2]
        assert db.session.query(Registration).count() == 1

    @pytest.mark.parametrize("over", [{"has_waiting_list": True}, {"has_waiting_list": False}])
    def test_so_they_do_at_a_full_event(self, client: FlaskClient, over: dict[str, Any]) -> None:
        event = an_event(capacity=1, proof_hours=24, **over)
        a_registration(event, email="ada@example.org")

        known, unknown = self.register(client, event), self.register(client, event, email="eve@example.org")

        assert known.status_code == unknown.status_code
        assert known.data == unknown.data.replace(b"eve@", b"ada@").replace(b"eve<wbr>@", b"ada<wbr>@")

    def test_so_they_do_where_a_choice_is_full(self, client: FlaskClient) -> None:
        event = an_event(capacity=50, proof_hours=24)
        dinner = a_question(event, "Yes", "No", label="Dinner", limits={"Yes": 0})
        a_registration(event, email="ada@example.org")
        full = {f"q-{dinner.public_id}": dinner.options[0].public_id}

        known = self.register(client, event, **full)
        unknown = self.register(client, event, email="eve@example.org", **full)

        assert known.status_code == unknown.status_code == 409
        assert known.data == unknown.data.replace(b"eve@", b"ada@")

    def test_the_page_shows_neither_link_nor_reference_and_says_until_when(self, client: FlaskClient) -> None:
        event = an_event(proof_hours=24)

        page = self.register(client, event)

        ada = db.session.query(Registration).one()
        assert title(page.text) == "Look in your letters"
        assert "Do it by Wed 3 March 2027, 10:00, Leiden time (CET)." in page.text
        assert keys.token_of(ada, TokenKind.MANAGE) not in page.text
        assert ada.reference not in page.text

    def test_whoever_typed_a_strangers_address_cannot_get_the_link_by_sending_the_form_again(
        self, client: FlaskClient
    ) -> None:
        event = an_event(proof_hours=24)
        self.register(client, event, submission_key="eve's form")
        ada = db.session.query(Registration).one()
        client.post(link(ada, "/accept"))
        event.proof_hours = None
        db.session.commit()

        again = self.register(client, event, submission_key="eve's form")

        assert ada.state is State.CONFIRMED
        assert again.status_code == 200
        assert keys.token_of(ada, TokenKind.MANAGE) not in again.text

    def test_the_link_alone_proves_nothing_and_its_button_does(self, client: FlaskClient) -> None:
        event = an_event(proof_hours=24)
        self.register(client, event)
        ada = db.session.query(Registration).one()

        page = client.get(link(ada)).text
        assert (ada.state, title(page)) == (State.OFFERED, "Is this your address, Ada?")
        assert "Yes, this is my address" in buttons(page)

        client.post(link(ada, "/accept"))
        assert ada.state is State.CONFIRMED

    def test_whoever_waits_proves_it_before_their_turn(self, client: FlaskClient) -> None:
        event = an_event(capacity=0, proof_hours=24)
        self.register(client, event)
        ada = db.session.query(Registration).one()

        page = client.get(link(ada)).text
        client.post(link(ada, "/accept"))

        assert "Yes, this is my address" in buttons(page)
        assert (ada.state, ada.offer_kind) == (State.WAITLISTED, None)
        assert "Yes, this is my address" not in buttons(client.get(link(ada)).text)

    def test_another_address_is_to_be_proven_by_a_link_that_it_alone_is_sent(self, client: FlaskClient) -> None:
        event = an_event(capacity=5, proof_hours=24)
        self.register(client, event, email="eve@example.org")
        eve = db.session.query(Registration).one()
        old = link(eve)

        page = client.post(f"{old}/correct", data=FORM | {"email": "victim@example.org", "revision": eve.revision})

        assert title(page.text) == "Look in your letters"
        assert keys.token_of(eve, TokenKind.MANAGE) not in page.text
        assert {client.post(f"{old}{act}").status_code for act in ("/accept", "/cancel", "/rejoin")} == {410}
        assert (eve.state, eve.offer_kind) == (State.OFFERED, OfferKind.PROOF)
        assert (last_letter(eve).kind, last_letter(eve).recipient) == ("prove_address", "victim@example.org")
        client.post(link(eve, "/accept"))
        assert eve.state is State.CONFIRMED

    def test_so_it_is_where_the_place_was_certain_already(self, client: FlaskClient) -> None:
        event = an_event(capacity=5, proof_hours=24)
        self.register(client, event)
        ada = db.session.query(Registration).one()
        client.post(link(ada, "/accept"))
        old = link(ada)
        db.session.query(Message).filter_by(kind="registered").one().state = MessageState.SENT
        db.session.commit()

        client.post(f"{old}/correct", data=FORM | {"email": "new@example.org", "revision": ada.revision})

        assert (ada.state, ada.offer_expires_at) == (State.OFFERED, NOW + HOURS)
        assert seats.taken(event.id, NOW).seated == 1
        assert letters(ada)[-2:] == ["address_left", "prove_address"]
        assert db.session.query(Message).filter_by(kind="address_left").one().facts["is_link_replaced"]
        # The old calendar was told with 1, and the new one is told with what counts higher.
        assert ada.calendar_offset == 3
        client.post(link(ada, "/accept"))
        assert (ada.state, ada.calendar_offset) == (State.CONFIRMED, 4)

    def test_so_it_is_on_the_waiting_list(self, client: FlaskClient) -> None:
        event = an_event(capacity=0, proof_hours=24)
        self.register(client, event)
        ada = db.session.query(Registration).one()
        client.post(link(ada, "/accept"))
        old = link(ada)

        client.post(f"{old}/correct", data=FORM | {"email": "new@example.org", "revision": ada.revision})

        assert (ada.state, ada.is_to_prove) == (State.WAITLISTED, True)
        assert client.post(f"{old}/accept").status_code == 410
        assert (last_letter(ada).kind, last_letter(ada).facts["is_to_prove"]) == ("waitlisted", True)

    def test_what_an_organiser_writes_needs_no_proof(self, app: Flask) -> None:
        ada = a_registration(an_event(proof_hours=24))

        rules.correct(ada, BOB, revision=ada.revision, by=organiser(an_organiser().id), at=NOW)

        assert ada.state is State.CONFIRMED

    def test_what_ran_out_comes_back_by_one_press(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(proof_hours=24)
        self.register(client, event)
        ada = db.session.query(Registration).one()
        clock.forward(HOURS)

        page = client.get(link(ada)).text
        response = client.post(link(ada, "/rejoin"))

        assert title(page) == "The place is not held any more, Ada."
        assert title(client.get(response.location).text) == "You have a place, Ada."

    def test_the_form_says_that_a_letter_is_to_be_opened(self, client: FlaskClient) -> None:
        event = an_event(proof_hours=24)

        assert "open its link to say that the address is yours" in client.get(f"/events/{event.slug}/register").text

    def test_nobody_is_flooded_by_the_form(self, make_app: Callable[..., Flask], app: Flask) -> None:
        event = an_event(proof_hours=24)
        client = make_app(RATE_LIMITS=True).test_client()

        answers = [self.register(client, event).status_code for _press in range(6)]

        assert answers == [200] * 5 + [429]
        assert letters(db.session.query(Registration).one()) == ["prove_address"]


class TestStaying:
    def asked(self) -> Registration:
        event = an_event(capacity=1)
        come(event, ADA)
        bob = come(event, BOB)
        rules.ask_who_stays(event, hours=72, by=ATTENDEE, at=NOW)
        db.session.commit()
        return bob

    def test_the_page_asks_and_one_press_answers(self, client: FlaskClient) -> None:
        bob = self.asked()

        page = client.get(link(bob)).text
        after = client.post(link(bob, "/stay"), follow_redirects=True).text

        assert "Say so by Fri 5 March 2027, 10:00, Leiden time (CET)" in page
        assert "Yes, I still want a place" in buttons(page) - buttons(after)
        assert (bob.state, bob.interest_due_at) == (State.WAITLISTED, None)

    def test_whoever_said_nothing_is_told_and_may_come_back(self, client: FlaskClient, clock: Clock) -> None:
        bob = self.asked()
        rules.settle_and_serve(bob.event_id, at=clock.forward(timedelta(days=3)))
        db.session.commit()

        page = client.get(link(bob)).text

        assert title(page) == "You are not on the waiting list any more, Bob."
        assert "Join the list again" in buttons(page)

    def test_too_late_is_told(self, client: FlaskClient, clock: Clock) -> None:
        bob = self.asked()
        clock.forward(timedelta(days=3))

        page = client.post(link(bob, "/stay"), follow_redirects=True).text

        assert "The time was over" in page
        assert bob.state is State.EXPIRED


class TestLeaving:
    def test_the_reason_is_kept_for_the_organisers(self, client: FlaskClient) -> None:
        ada = come(an_event(), ADA)

        client.post(link(ada, "/cancel"), data={"reason": "I am ill"})

        assert db.session.query(AuditEntry).filter_by(act="cancel").one().reason == "I am ill"

    def test_a_reason_is_not_needed_and_a_novel_is_refused_and_kept(self, client: FlaskClient) -> None:
        ada = come(an_event(), ADA)

        refused = client.post(link(ada, "/cancel"), data={"reason": "x" * 501})
        assert (refused.status_code, "x" * 501 in refused.text, ada.state) == (422, True, State.CONFIRMED)
        client.post(link(ada, "/cancel"))
        assert ada.state is State.CANCELLED

    def test_for_an_hour_it_can_be_undone(self, client: FlaskClient, clock: Clock) -> None:
        ada = come(an_event(), ADA)
        client.post(link(ada, "/cancel"))

        page = client.get(link(ada)).text
        client.post(link(ada, "/undo"))

        assert "until Tue 2 March 2027, 11:00, Leiden time (CET) you can take it back" in page
        assert (ada.state, letters(ada)) == (State.CONFIRMED, ["registered", "cancelled", "restored"])

    def test_after_the_hour_or_once_somebody_has_it_there_is_no_button(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(capacity=1)
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)
        taken = client.get(link(ada)).text
        leave(bob)
        clock.forward(timedelta(hours=1))

        assert "Undo the cancellation" not in buttons(taken) | buttons(client.get(link(bob)).text)
        refused = client.post(link(bob, "/undo"), follow_redirects=True).text
        assert "This cannot be undone any more" in refused


COLLEAGUE = {"given_name": "Bob", "family_name": "Ejemplo", "email": "bob@example.org"}


class TestHandingOn:
    def test_it_asks_once_more_and_then_does_it(self, client: FlaskClient) -> None:
        ada = come(an_event(capacity=1), ADA)

        asking = client.post(link(ada, "/hand-over"), data=COLLEAGUE)
        assert (title(asking.text), ada.state) == ("Hand your place to Bob Ejemplo?", State.CONFIRMED)

        done = client.post(link(ada, "/hand-over"), data=COLLEAGUE | {"sure": "1"}, follow_redirects=True)
        assert title(done.text) == "You handed your place on, Ada."
        bob = db.session.query(Registration).filter_by(email="bob@example.org").one()
        assert (bob.state, ada.state) == (State.CONFIRMED, State.CANCELLED)

    def test_neither_sees_what_the_other_wrote_or_was_sent(self, client: FlaskClient) -> None:
        ada = come(an_event(), ADA)
        client.post(link(ada, "/hand-over"), data=COLLEAGUE | {"sure": "1"})
        bob = db.session.query(Registration).filter_by(email="bob@example.org").one()

        seen = "".join(client.get(link(bob, page)).text for page in ("", "/letters", "/data.json"))

        assert "ada@example.org" not in seen
        assert "bob@example.org" not in client.get(link(ada, "/data.json")).text

    def test_a_wrong_address_comes_back_with_what_was_typed(self, client: FlaskClient) -> None:
        ada = come(an_event(), ADA)

        for address, status in (("nobody", 422), ("ada@example.org", 409)):
            response = client.post(link(ada, "/hand-over"), data=COLLEAGUE | {"email": address, "sure": "1"})
            assert (response.status_code, 'value="Ejemplo"' in response.text) == (status, True)
        assert ada.state is State.CONFIRMED

    @pytest.mark.parametrize("state", [State.WAITLISTED, State.CANCELLED])
    def test_who_has_no_place_has_none_to_hand_on(self, client: FlaskClient, state: State) -> None:
        ada = a_registration(an_event(), state=state)

        assert client.post(link(ada, "/hand-over"), data=COLLEAGUE | {"sure": "1"}).status_code == 409


class TestChangesClosed:
    def test_the_page_says_so_names_whom_to_ask_and_keeps_the_way_out(self, client: FlaskClient) -> None:
        ada = come(an_event(changes_close_at=NOW), ADA)

        page = client.get(link(ada)).text

        assert "Changes are closed" in page
        assert "mailto:olga@example.org" in page
        assert link(ada, "/cancel") in page
        assert link(ada, "/correct") not in page
        assert link(ada, "/hand-over") not in page

    @pytest.mark.parametrize("page", ["/correct", "/hand-over"])
    def test_forms_say_so_too(self, client: FlaskClient, page: str) -> None:
        ada = come(an_event(changes_close_at=NOW), ADA)

        seen, sent = client.get(link(ada, page)), client.post(link(ada, page), data=COLLEAGUE | {"sure": "1"})

        assert (title(seen.text), seen.status_code, sent.status_code) == ("Changes are closed", 200, 409)
        assert ada.state is State.CONFIRMED

    def test_so_does_switching_to_another_ticket(self, client: FlaskClient) -> None:
        event = an_event(changes_close_at=NOW)
        on_site = a_type(event, "On site")
        a_type(event, "Online")
        ada = a_registration(event, ticket_type_id=on_site.id)

        seen, sent = client.get(link(ada, "/ticket")), client.post(link(ada, "/ticket"))

        assert (title(seen.text), seen.status_code, sent.status_code) == ("Changes are closed", 200, 409)

    def test_before_that_the_page_says_until_when(self, client: FlaskClient) -> None:
        ada = come(an_event(changes_close_at=NOW + HOURS), ADA)

        assert "Changes until Wed 3 March 2027, 10:00, Leiden time (CET)" in client.get(link(ada)).text


def test_the_odds_stand_where_somebody_waits_or_would(client: FlaskClient) -> None:
    series = Series(slug="school", title="School")
    for year in (2025, 2026):
        start = NOW.replace(year=year)
        past = an_event(series=series, capacity=1, registration_opens_at=None, starts_at=start, ends_at=start + HOURS)
        before = start - timedelta(days=9)
        ada, _bob = come(past, ADA, at=before), come(past, BOB, at=before)
        leave(ada, at=before)
    event = an_event(series=series, capacity=1)
    come(event, ADA)
    bob = come(event, BOB)

    told = (
        "In the last 2 editions with a waiting list 2 of 2 people on it got a place; number {} would have got one in {}"
    )
    assert told.format(1, "2 of 2") in client.get(link(bob)).text
    assert told.format(2, "0 of 2") in client.get(f"/events/{event.slug}/register").text


def test_an_offer_kind_is_told_in_ones_own_data(client: FlaskClient) -> None:
    bob = offered_to_bob()

    assert bob.offer_kind is OfferKind.SEAT
    own = client.get(link(bob, "/data.json")).json["registration"]  # type: ignore[index]
    assert (own["offer_kind"], own["priority"], own["interest_due_at"]) == ("seat", 0, None)
    assert own["offer_expires_at"].startswith("2027-03-03T09:00")

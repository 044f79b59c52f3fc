"""The page by link: see, correct, cancel, download, erase, and what stands in the way of strangers."""

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

from eventsvc import tokens
from eventsvc.accounts.actors import ATTENDEE, organiser
from eventsvc.calendars import entries
from eventsvc.events.models import Mode, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import rules
from eventsvc.registration.models import Registration, State
from eventsvc.registration.person import Person
from tests.people import NOW, a_registration, an_event, an_organiser

PAGES = ("", "/correct", "/cancel", "/erase", "/letters", "/data.json")
CORRECTED = {"given_name": "Ada", "family_name": "Nieuw", "email": "ada@example.org", "country": "NL"}


def ada(**over: Any) -> Any:
    """Ada's registration, with its link on `.token`."""
    event = over.pop("event", None) or an_event()
    entries.refresh(event, at=NOW)
    return a_registration(
        event, **({"given_name": "Ada", "family_name": "Voorbeeld", "email": "ada@example.org"} | over)
    )


def link(registration: Any, page: str = "") -> str:
    return f"/registrations/{registration.token}{page}"


def title(page: str) -> str:
    return " ".join(unescape(re.findall(r"<h1>(.*?)</h1>", page, re.S)[0]).split())


class TestSeeing:
    def test_it_tells_the_state_when_where_and_the_reference(self, client: FlaskClient) -> None:
        registration = ada()

        page = client.get(link(registration)).text

        assert title(page) == "You have a place, Ada."
        assert "09:30 to 17:00" in page and "Leiden time (CEST)" in page
        assert "Main building" in page
        code = registration.reference
        assert f"{code[:3]} {code[3:]}" in page and "<svg" in page

    def test_it_offers_each_way_into_a_calendar(self, client: FlaskClient) -> None:
        registration = ada()

        page = unescape(client.get(link(registration)).text)

        assert "https://calendar.google.com/calendar/render" in page
        assert "https://outlook.live.com/calendar/0/deeplink/compose" in page
        assert f"webcal://localhost/calendars/{registration.feed_token}.ics" in page
        assert f'href="{link(registration, "/calendar.ics")}"' in page

    def test_who_waits_sees_their_position_and_neither_ticket_nor_calendar(self, client: FlaskClient) -> None:
        event = an_event(capacity=0)
        a_registration(event, state=State.WAITLISTED)
        registration = ada(event=event, state=State.WAITLISTED)

        page = client.get(link(registration)).text

        assert title(page) == "You are number 2 on the waiting list, Ada."
        assert "webcal:" not in page and "ticket" not in page

    @pytest.mark.parametrize(
        ("state", "is_shown"), [(State.CONFIRMED, True), (State.WAITLISTED, False), (State.CANCELLED, False)]
    )
    def test_only_confirmed_people_see_the_link_to_join(
        self, client: FlaskClient, state: State, is_shown: bool
    ) -> None:
        event = an_event(mode=Mode.ONLINE, venue=None, join_url="https://meet.example.org/secret")

        page = client.get(link(ada(event=event, state=state))).text

        assert ("meet.example.org" in page) is is_shown

    def test_a_cancelled_registration_says_so_and_offers_to_come_back(self, client: FlaskClient) -> None:
        page = client.get(link(ada(state=State.CANCELLED))).text

        assert title(page) == "You are not registered any more, Ada."
        assert "Register again" in page and "Give up my place" not in page

    def test_a_cancelled_event_is_told_first(self, client: FlaskClient) -> None:
        page = client.get(
            link(ada(event=an_event(status=Status.CANCELLED, cancellation_note="The hall is flooded.")))
        ).text

        assert "This event is cancelled." in page and "The hall is flooded." in page
        assert "You have a place" not in page and "webcal:" not in page

    def test_an_event_without_a_date_says_so(self, client: FlaskClient) -> None:
        assert "Date to follow" in client.get(link(ada(event=an_event(starts_at=None, ends_at=None)))).text

    def test_it_speaks_the_language_of_the_registration(self, client: FlaskClient) -> None:
        registration = ada(language="nl")

        assert '<html lang="nl">' in client.get(link(registration)).text
        assert '<html lang="en">' in client.get(f"{link(registration)}?lang=en").text

    @pytest.mark.parametrize("name", ["<b>Ada</b>", "{{ 7*7 }}", "عائشة"])
    def test_names_are_inert(self, client: FlaskClient, name: str) -> None:
        page = client.get(link(ada(given_name=name))).text

        assert name in title(page) and "<b>Ada" not in page

    def test_its_queries_do_not_grow_with_the_letters(
        self, client: FlaskClient, count_queries: Callable[[], Any]
    ) -> None:
        registration = ada()
        asked = link(registration)
        client.get(asked)
        with count_queries() as before:
            client.get(asked)
        for hours in range(3):
            rules.send_link(registration, by=ATTENDEE, at=NOW + timedelta(hours=hours))
        db.session.commit()

        with count_queries() as after:
            client.get(asked)

        assert before.count == after.count <= 8


class TestTheLink:
    @pytest.mark.parametrize("page", PAGES)
    def test_an_unknown_or_cut_one_is_not_found(self, client: FlaskClient, page: str) -> None:
        registration = ada()

        for token in ("unknown", registration.token[:-1], registration.token + "x", registration.feed_token, "a%00b"):
            assert client.get(f"/registrations/{token}{page}").status_code == 404

    @pytest.mark.parametrize("act", ["/cancel", "/erase", "/resend", "/feed", "/link", "/correct"])
    def test_a_stranger_cannot_act_by_a_cut_one(self, client: FlaskClient, act: str) -> None:
        registration = ada()

        answer = client.post(f"/registrations/{registration.token[:-1]}{act}", data=CORRECTED)

        assert answer.status_code == 404
        assert db.session.get_one(Registration, registration.id).revision == registration.revision

    @pytest.mark.parametrize("page", PAGES)
    def test_a_replaced_one_says_that_it_was_replaced(self, client: FlaskClient, page: str) -> None:
        registration = ada()
        fresh = client.post(link(registration, "/link")).location

        answer = client.get(link(registration, page))

        assert answer.status_code == 410
        assert client.get(fresh).status_code == 200

    @pytest.mark.parametrize("page", PAGES)
    def test_what_stands_behind_it_is_kept_by_nobody(self, client: FlaskClient, page: str) -> None:
        headers = client.get(link(ada(), page)).headers

        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in headers["X-Robots-Tag"]

    @pytest.mark.parametrize("act", ["/resend", "/feed", "/link"])
    def test_acts_are_posts(self, client: FlaskClient, act: str) -> None:
        assert client.get(link(ada(), act)).status_code == 405

    @pytest.mark.usefixtures("csrf")
    @pytest.mark.parametrize("act", ["/cancel", "/erase", "/resend", "/feed", "/link", "/correct"])
    def test_a_forged_token_changes_nothing_and_shows_the_page_again(self, client: FlaskClient, act: str) -> None:
        registration = ada()
        before = registration.revision

        answer = client.post(link(registration, act), data=CORRECTED | {"csrf_token": "forged", "revision": before})

        assert answer.status_code == 400
        assert "once more" in answer.text
        assert db.session.get_one(Registration, registration.id).revision == before
        if act == "/correct":
            assert 'value="Nieuw"' in answer.text


class TestCorrecting:
    def test_a_name_is_written_anew(self, client: FlaskClient) -> None:
        registration = ada()

        answer = client.post(link(registration, "/correct"), data=CORRECTED | {"revision": registration.revision})

        assert answer.status_code == 303
        assert registration.family_name == "Nieuw"
        assert "It is changed." in client.get(answer.location).text

    def test_the_form_shows_what_is_stored_and_says_until_when(self, client: FlaskClient) -> None:
        page = client.get(link(ada(country="SE", event=an_event(retention_days=30)), "/correct")).text

        assert "We delete what you write here on Tue 29 June 2027" in page
        assert 'value="Voorbeeld"' in page and '<option value="SE" selected>' in page

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("given_name", ""),
            ("family_name", "V" * 10_000),
            ("email", "ada@example.org\nBcc: eve@example.org"),
            ("email", "ada"),
            ("country", "XX"),
            ("revision", ""),
            ("revision", "many"),
        ],
    )
    def test_a_wrong_answer_keeps_the_rest(self, client: FlaskClient, field: str, value: str) -> None:
        registration = ada()

        answer = client.post(link(registration, "/correct"), data=CORRECTED | {"revision": 1} | {field: value})

        assert answer.status_code == 422
        assert registration.family_name == "Voorbeeld"
        assert field == "family_name" or 'value="Nieuw"' in answer.text

    def test_an_address_of_somebody_else_is_refused_beside_the_field(self, client: FlaskClient) -> None:
        event = an_event()
        a_registration(event, email="bob@example.org")
        registration = ada(event=event)

        answer = client.post(
            link(registration, "/correct"),
            data=CORRECTED | {"email": "Bob@example.org", "revision": registration.revision},
        )

        assert answer.status_code == 409
        assert "already registered" in answer.text and 'value="Bob@example.org"' in answer.text

    def test_nobody_is_flooded_by_changing_addresses_to_and_fro(self, make_app: Callable[..., Flask]) -> None:
        registration, client = ada(), make_app(RATE_LIMITS=True).test_client()
        statuses = []
        for number in range(12):
            address = "bob@example.org" if number % 2 else f"ada{number}@example.org"
            sent = CORRECTED | {"email": address, "revision": registration.revision}
            statuses.append(client.post(link(registration, "/correct"), data=sent).status_code)

        assert statuses == [303] * 11 + [429]

    def test_who_was_overtaken_sees_what_is_stored_and_may_save_once_more(self, client: FlaskClient) -> None:
        registration = ada()
        opened = registration.revision
        first = Person("Ada", "First", "ada@example.org", "", "NL")
        rules.correct(registration, first, revision=opened, by=ATTENDEE, at=NOW)
        db.session.commit()

        overtaken = client.post(link(registration, "/correct"), data=CORRECTED | {"revision": opened})
        revision = re.findall(r'name="revision" value="(\d+)"', overtaken.text)[0]
        saved = client.post(link(registration, "/correct"), data=CORRECTED | {"revision": revision})

        assert overtaken.status_code == 409
        assert "First" in overtaken.text and 'value="Nieuw"' in overtaken.text
        assert saved.status_code == 303 and registration.family_name == "Nieuw"


class TestCancelling:
    def test_it_asks_first_and_a_robot_that_follows_links_cancels_nothing(self, client: FlaskClient) -> None:
        registration = ada()

        page = client.get(link(registration, "/cancel")).text

        assert title(page) == "Give up your place?"
        assert registration.state is State.CONFIRMED

    def test_the_place_goes_to_the_next_person(self, client: FlaskClient) -> None:
        event = an_event(capacity=1)
        registration, bob = ada(event=event), a_registration(event, state=State.WAITLISTED)

        answer = client.post(link(registration, "/cancel"))

        assert answer.status_code == 303
        assert (registration.state, bob.state) == (State.CANCELLED, State.CONFIRMED)
        kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
        assert kinds == ["cancelled", "promoted"]

    def test_pressing_twice_is_harmless(self, client: FlaskClient) -> None:
        registration = ada()

        statuses = [client.post(link(registration, "/cancel")).status_code for _time in range(2)]

        assert statuses == [303, 303]

    def test_what_is_over_cannot_be_given_up(self, client: FlaskClient) -> None:
        event = an_event(starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
        registration = ada(event=event)

        answer = client.post(link(registration, "/cancel"))

        assert answer.status_code == 409 and "The event is over" in answer.text
        assert registration.state is State.CONFIRMED


class TestOwnData:
    def test_it_is_a_file_with_everything_and_without_a_key(self, client: FlaskClient) -> None:
        event = an_event()
        made = rules.register(
            event.id, Person("Ada", "Voorbeeld", "ada@example.org", "", "NL"), by=ATTENDEE, at=NOW, language="en"
        )
        db.session.commit()
        token = rules.replace_manage_link(made, by=ATTENDEE, at=NOW)
        db.session.commit()

        answer = client.get(f"/registrations/{token}/data.json")

        said = json.loads(answer.text)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert said["registration"]["email"] == "ada@example.org"
        assert [letter["kind"] for letter in said["letters"]] == ["link_resent", "registered"]
        assert [act["act"] for act in said["history"]] == ["confirm", "replace manage link"]
        assert token not in answer.text and "sealed" not in answer.text

    def test_it_tells_why_an_organiser_cancelled_as_the_desk_says_it_does(self, client: FlaskClient) -> None:
        registration = ada()
        rules.cancel(registration, by=organiser(an_organiser().id), at=NOW, reason="She rang.")
        db.session.commit()

        said = json.loads(client.get(link(registration, "/data.json")).text)

        assert [(act["act"], act["reason"]) for act in said["history"]] == [("cancel", "She rang.")]
        assert "She rang." not in client.get(link(registration)).text

    def test_erasing_asks_first_then_forgets_and_the_link_is_gone(self, client: FlaskClient) -> None:
        registration = ada()

        asked = client.get(link(registration, "/erase"))
        kept = registration.email
        erased = client.post(link(registration, "/erase"))

        assert title(asked.text) == "Erase your data?" and kept == "ada@example.org"
        assert erased.status_code == 200 and title(erased.text) == "Your data is erased"
        assert (registration.email, registration.name, registration.state) == (None, "", State.CANCELLED)
        gone = client.get(link(registration))
        assert gone.status_code == 410 and "was erased" in gone.text
        assert "newest letter" not in gone.text and "Ada" not in gone.text

    def test_a_new_link_is_written_to_its_owner_at_once(self, client: FlaskClient) -> None:
        registration = ada()
        rules.send_link(registration, by=ATTENDEE, at=NOW)
        db.session.commit()

        page = client.get(client.post(link(registration, "/link")).location).text

        assert "a letter with it is on its way" in page
        waiting = db.session.scalars(sa.select(Message).where(Message.state == MessageState.WAITING)).one()
        assert (waiting.kind, waiting.recipient) == ("link_resent", "ada@example.org")

    def test_nobody_is_flooded_with_new_links(self, make_app: Callable[..., Flask]) -> None:
        registration = ada()
        client, address = make_app(RATE_LIMITS=True).test_client(), link(registration, "/link")

        for _time in range(5):
            address = client.post(address).location + "/link"
        answer = client.post(address)

        assert "several times within the hour" in client.get(answer.location).text
        assert answer.location + "/link" == address
        assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 5

    @pytest.mark.parametrize("page", ["/cancel", "/correct"])
    def test_what_has_ended_is_told_so_and_led_to_register_again(self, client: FlaskClient, page: str) -> None:
        registration = ada(state=State.CANCELLED)

        answer = client.get(link(registration, page))

        assert answer.status_code == 200 and title(answer.text) == "This registration has ended"
        assert f'href="/events/{registration.event.slug}/register"' in answer.text
        assert "<form" not in answer.text

    def test_letters_are_shown_as_they_were_sent_and_inert(self, client: FlaskClient) -> None:
        registration = ada()
        rules.send_link(registration, by=ATTENDEE, at=NOW)
        letter = db.session.scalars(sa.select(Message)).one()
        letter.sent_subject, letter.sent_text, letter.sent_at = "Your link", "Dear <b>Ada</b>", NOW
        db.session.commit()

        page = client.get(link(registration, "/letters")).text

        assert "Your link" in page and "Dear &lt;b&gt;Ada" in page and "2 March 2027, 10:00" in page


class TestLinksAgain:
    def test_the_link_is_sent_once_an_hour(self, client: FlaskClient, clock: Any) -> None:
        registration = ada()

        said = [client.get(client.post(link(registration, "/resend")).location).text for _time in range(2)]

        assert "on its way" in said[0] and "within the last hour" in said[1]
        assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 1

    def test_a_new_calendar_link_stops_the_old_one(self, client: FlaskClient) -> None:
        registration = ada()

        page = client.get(client.post(link(registration, "/feed")).location).text

        assert registration.feed_token not in page
        assert client.get(f"/calendars/{registration.feed_token}.ics").status_code == 410


def test_a_lost_key_costs_the_calendar_link_alone_and_the_log_is_told_once(
    client: FlaskClient, make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    tokens._tell.cache_clear()
    registration = ada()
    bereft = make_app(SECRET_KEY="another secret, without the old one among its fallbacks").test_client()

    before, page = client.get(link(registration)).text, bereft.get(link(registration))
    again = bereft.get(link(registration))

    assert (page.status_code, again.status_code) == (200, 200)
    assert ">Google<" in page.text and "My calendar" in page.text
    assert "webcal" in before and "webcal" not in page.text
    assert [record.name for record in caplog.records if "SECRET_KEY" in record.message] == ["eventsvc.tokens"]
    # The way out is one page on.
    assert "Make a new link" in bereft.get(link(registration, "/calendar")).text
    assert "webcal" in bereft.get(bereft.post(link(registration, "/feed")).location).text


def test_a_manage_page_of_an_erased_person_cannot_be_opened_by_its_feed(client: FlaskClient, app: Flask) -> None:
    registration = ada()
    rules.erase(registration, by=ATTENDEE, at=NOW)
    db.session.commit()

    assert client.get(f"/calendars/{registration.feed_token}.ics").status_code == 410

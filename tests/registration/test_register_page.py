"""The form to register, posted as browsers and programs post it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.events.models import Event, FormerSlug, Mode, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import limits
from eventsvc.registration.models import Registration, State
from tests.people import NOW, a_registration, an_event

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


def hidden(page: str) -> dict[str, str]:
    """The fields nobody sees, as a browser would send them back."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    names = [re.search(r'name="([^"]*)"', each) for each in found]
    values = [re.search(r'value="([^"]*)"', each) for each in found]
    return {n[1]: unescape(v[1]) if v else "" for n, v in zip(names, values, strict=True) if n}


def rows() -> tuple[int, int]:
    """How many registrations and letters there are."""
    count = sa.func.count()
    return (
        db.session.scalar(sa.select(count).select_from(Registration)) or 0,
        db.session.scalar(sa.select(count).select_from(Message)) or 0,
    )


def the_registration() -> Registration:
    return db.session.scalars(sa.select(Registration)).one()


class TestTheForm:
    def test_it_says_who_asks_what_for_and_until_when(self, client: FlaskClient) -> None:
        event = an_event(retention_days=30)

        page = client.get(path(event)).text

        assert event.title in page and "Register" in page
        for token in ("given-name", "family-name", "email", "organization", "country"):
            assert f'autocomplete="{token}"' in page
        assert "29 June 2027" in page, "when it is deleted"
        assert "may use what I wrote above to organise this event" in page

    @pytest.mark.parametrize(
        ("over", "said"),
        [
            ({}, "Sun 30 May 2027, Main building, Leiden, Netherlands. Free."),
            ({"mode": Mode.HYBRID}, "Sun 30 May 2027, Main building, Leiden, Netherlands, and online. Free."),
            ({"mode": Mode.ONLINE, "costs": "€ 5"}, "Sun 30 May 2027, Online, link after registration. € 5."),
            ({"ends_at": datetime(2027, 6, 3, 15, tzinfo=UTC)}, "Sun 30 May to Thu 3 June 2027, Main building,"),
            ({"ends_at": datetime(2027, 5, 31, 0, tzinfo=UTC)}, "Sun 30 May 2027, Main building,"),
        ],
        ids=["a day", "hybrid", "online", "several days", "past midnight"],
    )
    def test_it_names_all_its_days_and_every_way_to_be_there(
        self, client: FlaskClient, over: dict[str, Any], said: str
    ) -> None:
        assert said in unescape(client.get(path(an_event(**over))).text)

    def test_it_is_in_dutch_where_the_address_says_so(self, client: FlaskClient) -> None:
        page = client.get(f"{path(an_event())}?lang=nl").text

        assert '<html lang="nl">' in page
        assert ">Duitsland</option>" in page
        assert "lang=nl" in re.findall(r'<form method="post" action="([^"]*)"', page)[0]

    def test_it_asks_the_database_twice_however_many_registered(
        self, client: FlaskClient, count_queries: Callable[[], Any]
    ) -> None:
        event = an_event(capacity=50)
        for _number in range(3):
            a_registration(event)
        asked = path(event)

        with count_queries() as queries:
            client.get(asked)

        assert queries.count == 2, "\n".join(queries)

    @pytest.mark.parametrize(
        ("over", "said"),
        [
            ({"registration_opens_at": NOW + timedelta(days=1)}, "not opened yet"),
            ({"registration_closes_at": NOW}, "Registration is closed"),
            ({"status": Status.CANCELLED}, "is cancelled"),
            ({"capacity": 0, "has_waiting_list": False}, "no waiting list"),
            ({"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)}, "has ended"),
            ({"starts_at": None, "ends_at": None}, "The date is not known yet. Registration opens"),
            ({"accepts_registrations": False}, "takes no registrations here"),
        ],
    )
    def test_there_is_none_when_nobody_can_register_and_the_page_says_why(
        self, client: FlaskClient, over: dict[str, Any], said: str
    ) -> None:
        page = client.get(path(an_event(**over)))

        assert page.status_code == 200
        assert said in page.text and "<form" not in page.text

    def test_an_unknown_event_and_a_draft_are_not_found(self, client: FlaskClient) -> None:
        draft = an_event(status=Status.DRAFT)

        for asked in ("/events/unknown/register", path(draft)):
            assert client.get(asked).status_code == 404
            assert client.post(asked, data=ADA).status_code == 404

    def test_a_renamed_event_is_found_by_its_old_address(self, client: FlaskClient) -> None:
        event = an_event()
        db.session.add(FormerSlug(slug="old", event_id=event.id))
        db.session.commit()

        seen, sent = client.get("/events/old/register"), client.post("/events/old/register", data=ADA)

        assert (seen.status_code, seen.location) == (301, path(event))
        assert (sent.status_code, sent.location) == (308, path(event))

    def test_a_browser_keeps_it_and_nobody_else_does(self, client: FlaskClient) -> None:
        assert client.get(path(an_event())).headers["Cache-Control"] == "private, no-cache"


class TestRegistering:
    def test_it_leads_to_the_manage_page(self, client: FlaskClient) -> None:
        answer = client.post(path(an_event()), data=ADA)

        assert answer.status_code == 303
        assert "You have a place, Ada." in client.get(answer.location).text
        assert rows() == (1, 1)

    def test_the_language_of_the_page_is_remembered(self, client: FlaskClient) -> None:
        client.post(f"{path(an_event())}?lang=nl", data=ADA)

        assert the_registration().language == "nl"

    def test_a_full_event_offers_the_waiting_list_and_tells_how_many_wait(self, client: FlaskClient) -> None:
        event = an_event(capacity=0)
        a_registration(event, state=State.WAITLISTED)

        page = client.get(path(event)).text
        answer = client.post(path(event), data=ADA)

        assert "Join the waiting list" in page and "1 person waits before you" in page
        assert "You are number 2 on the waiting list, Ada." in client.get(answer.location).text

    def test_a_double_click_makes_one_registration_and_one_letter(self, client: FlaskClient) -> None:
        event = an_event()
        sent = hidden(client.get(path(event)).text) | ADA

        first, second = client.post(path(event), data=sent), client.post(path(event), data=sent)

        assert first.location == second.location
        assert rows() == (1, 1)

    def test_a_second_registration_shows_nothing_of_the_first(self, client: FlaskClient) -> None:
        event = an_event()
        first = a_registration(event, given_name="Secret", family_name="Sacred", email="ada@example.org")

        answer = client.post(path(event), data=ADA | {"given_name": "Eve"})

        assert answer.status_code == 409
        assert "We have written to ada@example.org within the last hour" in answer.text
        assert "Nothing you typed is lost" not in answer.text, "there is nothing to send again"
        for hint in ("Secret", "Sacred", first.reference, first.token, "/registrations/"):
            assert hint not in answer.text
        assert 'value="Eve"' in answer.text, "nothing typed is lost"
        letter = db.session.scalars(sa.select(Message)).one()
        assert (letter.kind, letter.recipient) == ("link_resent", "ada@example.org")

    def test_a_third_one_reads_the_same_and_sends_no_second_letter(self, client: FlaskClient) -> None:
        event = an_event()
        a_registration(event, email="ada@example.org")

        second, third = client.post(path(event), data=ADA), client.post(path(event), data=ADA)

        for answer in (second, third):
            assert "We have written to ada@example.org within the last hour" in answer.text
        assert rows() == (1, 1)

    def test_a_slip_in_the_address_is_a_question_never_a_refusal(self, client: FlaskClient) -> None:
        event = an_event()

        refused = client.post(path(event), data=ADA | {"email": "ada@gmial.com", "given_name": ""})
        taken = client.post(path(event), data=ADA | {"email": "ada@gmial.com"})

        assert "Did you mean ada@gmail.com?" in refused.text
        assert taken.status_code == 303
        assert "Did you mean ada@gmail.com?" in client.get(taken.location).text


class TestBadInput:
    """Each comes back with a clear page and everything typed, and leaves the database as it was."""

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("given_name", "", "Please write your given name."),
            ("given_name", "   ", "Please write your given name."),
            ("given_name", "\u200f\u202e", "Please write your given name."),
            ("given_name", "\u200b\u200d", "Please write a name that can be seen."),
            ("given_name", "\x00", "Please write your given name."),
            ("given_name", "A" * 10_000, "at most 120 characters"),
            ("family_name", "", "Please write your family name."),
            ("family_name", "V" * 10_000, "at most 120 characters"),
            ("email", "", "Please write your e-mail address."),
            ("email", "ada", "has an @ in it"),
            ("email", "ada@", "The part after the @ is missing"),
            ("email", "ada@example.org\nBcc: eve@example.org", "one address, without spaces"),
            ("email", "ada@example.org\r\n\r\nHello", "one address, without spaces"),
            ("email", "ada@example.org,eve@example.org", "one address, without spaces"),
            ("email", "ada\x00@example.org", "one address, without spaces"),
            ("email", "\u202eada@example.org", "No letter would arrive"),
            ("email", "josé@example.org", "letters from a to z without accents"),
            ("email", "ада@example.org", "letters from a to z without accents"),
            ("email", "🎉@", "The part after the @ is missing"),
            ("email", "<script>alert(1)</script>@example.org", "No letter would arrive"),
            ("email", "a" * 10_000 + "@example.org", "at most 254 characters"),
            ("organisation", "U" * 10_000, "at most 200 characters"),
            ("country", "", "Please choose your country."),
            ("country", "XX", "choose a country from the list"),
            ("country", "nl", "choose a country from the list"),
            ("country", "<b>NL</b>", "choose a country from the list"),
            ("consent", "", "Please tick this"),
        ],
    )
    def test_a_wrong_answer_is_named(self, client: FlaskClient, field: str, value: str, said: str) -> None:
        event = an_event()

        answer = client.post(path(event), data=ADA | {field: value})

        assert answer.status_code == 422
        assert said in unescape(answer.text)
        assert "<script>alert" not in answer.text and "<b>NL" not in answer.text
        for kept in {"Ada", "Voorbeeld", "ada@example.org", "Example University"} - {ADA[field]}:
            assert f'value="{kept}"' in answer.text
        assert rows() == (0, 0)

    def test_a_missing_field_is_a_missing_answer(self, client: FlaskClient) -> None:
        answer = client.post(path(an_event()), data={})

        assert answer.status_code == 422
        assert "5 answers need another look" in answer.text
        assert rows() == (0, 0)

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("عائشة", "عائشة"),
            ("Zoë 🎉", "Zoë 🎉"),
            ("A\x00d\x07a", "A d a"),
            ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
            ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
            ("ada\ud800", "ada???"),
            ("{{ 7*7 }} %s {0}", "{{ 7*7 }} %s {0}"),
            ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ],
        ids=["right to left", "emoji", "null byte", "html", "line break", "surrogate", "template", "formula"],
    )
    def test_an_odd_name_is_a_name_and_stays_inert(self, client: FlaskClient, typed: str, stored: str) -> None:
        event = an_event()
        body = {name: value.encode("utf-8", "replace") for name, value in (ADA | {"given_name": typed}).items()}

        answer = client.post(path(event), data=body)

        assert answer.status_code == 303
        assert the_registration().given_name == stored.replace("???", "?")
        page = client.get(answer.location).text
        assert "<img src=x" not in page and "49" not in re.findall(r"<h1>.*?</h1>", page, re.S)[0]

    def test_a_lone_surrogate_in_raw_bytes_is_harmless(self, client: FlaskClient) -> None:
        raw = b"given_name=A%ED%A0%80da&family_name=V&email=ada%40example.org&country=NL&consent=y"

        answer = client.post(path(an_event()), data=raw, content_type="application/x-www-form-urlencoded")

        assert answer.status_code == 303
        assert the_registration().given_name.startswith("A")

    @pytest.mark.parametrize(
        ("over", "said"),
        [
            ({"registration_opens_at": NOW + timedelta(seconds=1)}, "has not opened yet"),
            ({"registration_closes_at": NOW}, "Registration has closed"),
            ({"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)}, "Registration has closed"),
            ({"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)}, "This event has ended"),
            ({"starts_at": None, "ends_at": None}, "The date is not known yet"),
            ({"status": Status.CANCELLED}, "is cancelled"),
            ({"status": Status.ARCHIVED}, "This event has ended"),
            ({"accepts_registrations": False}, "takes no registrations here"),
            ({"capacity": 0, "has_waiting_list": False}, "All places are taken"),
        ],
        ids=[
            "before opening",
            "after closing",
            "after the start",
            "over",
            "undated",
            "cancelled",
            "archived",
            "off",
            "full",
        ],
    )
    def test_a_direct_post_past_a_closed_door_is_refused(
        self, client: FlaskClient, over: dict[str, Any], said: str
    ) -> None:
        answer = client.post(path(an_event(**over)), data=ADA)

        assert answer.status_code == 409
        assert said in answer.text
        assert "<form" not in answer.text, "no button that could only be refused again"
        for typed in (ADA["given_name"], ADA["family_name"], ADA["email"]):
            assert f"<dd>{typed}" in answer.text, "nothing typed is lost"
        assert rows() == (0, 0)

    def test_a_slip_at_a_closed_door_is_told_of_the_door(self, client: FlaskClient) -> None:
        answer = client.post(path(an_event(registration_closes_at=NOW)), data=ADA | {"given_name": ""})

        assert "Registration is closed" in answer.text and "<form" not in answer.text

    def test_a_body_too_large_is_refused(self, client: FlaskClient) -> None:
        answer = client.post(path(an_event()), data=ADA | {"given_name": "A" * 2_000_000})

        assert answer.status_code == 413
        assert rows() == (0, 0)


@pytest.mark.usefixtures("csrf")
class TestTheToken:
    @pytest.mark.parametrize("forged", [None, "", "forged", "é\x00"])
    def test_a_form_that_is_not_ours_comes_back_filled(self, client: FlaskClient, forged: str | None) -> None:
        event = an_event()
        client.get(path(event))

        answer = client.post(path(event), data=ADA | ({} if forged is None else {"csrf_token": forged}))

        assert answer.status_code == 400
        assert "Please send it once more" in answer.text and 'value="Voorbeeld"' in answer.text
        assert "CSRF" not in answer.text
        assert rows() == (0, 0)

    def test_the_form_that_came_back_can_be_sent(self, client: FlaskClient) -> None:
        event = an_event()
        again = client.post(path(event), data=ADA | {"csrf_token": "forged"})

        assert client.post(path(event), data=ADA | hidden(again.text)).status_code == 303


class TestPrograms:
    def test_a_field_that_people_do_not_see_catches_them(self, client: FlaskClient) -> None:
        answer = client.post(path(an_event()), data=ADA | {"homepage": "https://spam.example.org"})

        assert answer.status_code == 422
        assert "spam" not in answer.text and 'value="Voorbeeld"' in answer.text
        assert rows() == (0, 0)

    def test_who_is_too_fast_sees_the_form_again_and_the_next_try_passes(
        self, make_app: Callable[..., Flask], clock: Any
    ) -> None:
        event, client = an_event(), make_app(MINIMUM_SECONDS=2).test_client()
        sent = ADA | hidden(client.get(path(event)).text)

        clock.forward(timedelta(seconds=1))
        fast = client.post(path(event), data=sent)
        clock.forward(timedelta(seconds=1))
        calm = client.post(path(event), data=ADA | hidden(fast.text))

        assert fast.status_code == 200 and 'value="Voorbeeld"' in fast.text
        assert hidden(fast.text)["opened"] == sent["opened"]
        assert calm.status_code == 303

    @pytest.mark.parametrize("forged", ["", "1.abc", "9" * 10_000, "é"])
    def test_a_moment_that_we_did_not_sign_is_no_moment(
        self, make_app: Callable[..., Flask], clock: Any, forged: str
    ) -> None:
        event, client = an_event(), make_app(MINIMUM_SECONDS=2).test_client()

        answer = client.post(path(event), data=ADA | {"opened": forged})
        clock.forward(timedelta(seconds=2))
        again = client.post(path(event), data=ADA | hidden(answer.text))

        assert answer.status_code == 200
        assert again.status_code == 303


class TestLimits:
    @pytest.fixture
    def limited(self, make_app: Callable[..., Flask]) -> FlaskClient:
        return make_app(RATE_LIMITS=True).test_client()

    def test_a_lecture_hall_passes_and_then_must_wait(self, limited: FlaskClient) -> None:
        event = an_event()
        with limited.application.app_context():
            earlier = [limits.may_post("127.0.0.1") for _post in range(590)]
        statuses = [
            limited.post(path(event), data=ADA | {"email": f"p{number}@example.org"}).status_code
            for number in range(10)
        ]

        answer = limited.post(path(event), data=ADA)

        assert all(earlier) and statuses == [303] * 10
        assert answer.status_code == 429
        assert 'value="Voorbeeld"' in answer.text and answer.headers["Retry-After"] == "600"

    def test_refused_posts_are_limited_but_a_good_one_still_passes(self, limited: FlaskClient) -> None:
        event = an_event()
        refused = [limited.post(path(event), data=ADA | {"country": ""}).status_code for _time in range(41)]

        good = limited.post(path(event), data=ADA)

        assert refused == [422] * 40 + [429]
        assert good.status_code == 303

    def test_repeated_registrations_are_limited(self, limited: FlaskClient) -> None:
        event = an_event()
        a_registration(event, email="ada@example.org")

        repeated = [limited.post(path(event), data=ADA).status_code for _time in range(41)]

        assert repeated == [409] * 40 + [429]

    def test_one_address_registers_five_times_an_hour_over_all_events(self, limited: FlaskClient) -> None:
        statuses = [limited.post(path(an_event()), data=ADA).status_code for _time in range(6)]

        assert statuses == [303] * 5 + [429]

    def test_no_address_stands_in_the_counters(self, limited: FlaskClient) -> None:
        limited.post(path(an_event()), data=ADA)
        limited.post(path(an_event()), data=ADA | {"country": ""})

        storage = limited.application.extensions["limiter"]
        kept = repr([each.storage.storage for each in storage])
        assert kept.count("LIMITER") == 3
        assert "ada" not in kept and "127.0.0.1" not in kept


def test_the_stopped_clock_is_what_the_page_reads(client: FlaskClient, clock: Any) -> None:
    event = an_event(registration_opens_at=NOW + timedelta(hours=1))
    before = client.post(path(event), data=ADA).status_code

    clock.at(datetime.fromisoformat("2027-03-02T10:00:00+00:00"))

    assert (before, client.post(path(event), data=ADA).status_code) == (409, 303)

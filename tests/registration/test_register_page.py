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

from eventsvc.accounts.actors import ATTENDEE
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import limits, rules
from eventsvc.registration.models import Registration
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event
from tests.registration.acts import BOB, CIA, come, leave

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


class TestTheKey:
    """The key by which a form sent twice is known opens nobody else's page."""

    @pytest.mark.usefixtures("csrf")
    def test_a_double_click_leads_to_the_page_of_the_first(self, client: FlaskClient) -> None:
        event = an_event()
        typed = ADA | hidden(client.get(path(event)).text)

        one, two = (client.post(path(event), data=typed) for _click in range(2))

        assert (one.status_code, two.status_code) == (303, 303)
        assert one.location == two.location

    @pytest.mark.usefixtures("csrf")
    def test_another_browser_with_the_same_key_is_led_nowhere(self, app: Flask) -> None:
        event, ada, eve = an_event(), app.test_client(), app.test_client()
        typed = ADA | hidden(ada.get(path(event)).text)
        ada.post(path(event), data=typed)

        stolen = typed | {"csrf_token": hidden(eve.get(path(event)).text)["csrf_token"]}
        answer = eve.post(path(event), data=stolen)

        assert answer.status_code == 409 and not answer.location

    def test_no_form_can_spell_the_key_of_somebody_who_came_back(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(capacity=1, offer_hours=24)
        cia, bob = come(event, CIA), come(event, BOB)
        leave(cia)
        late = NOW + timedelta(days=2)
        clock.at(late)
        rules.rejoin(bob, by=ATTENDEE, at=late)
        db.session.commit()

        for key in (f"rejoin {bob.id}", f"rejoin {bob.id} ", str(bob.id)):
            answer = client.post(path(event), data=ADA | {"email": BOB.email, "submission_key": key})

            assert answer.status_code == 409 and not answer.location


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

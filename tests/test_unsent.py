"""Nothing that an organiser typed is lost when a session ends or a token is not ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from eventsvc.events.models import Event
from eventsvc.extensions import db
from tests.people import an_event, an_organiser

pytestmark = pytest.mark.usefixtures("csrf")
OURS = {"Origin": "http://localhost"}
PASSWORD = "correct horse battery"
NEW = "/desk/events/new"
TYPED = {"kind": "webinar", "title": '"><script>alert(1)</script> & more', "timezone": "Europe/Amsterdam"}


def fields(page: str) -> dict[str, str]:
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'name="([^"]*)"(?: type="hidden")? value="([^"]*)"', page)
    }


def titles() -> list[str]:
    return list(db.session.scalars(sa.select(Event.title)))


def sign_in_for_real(client: FlaskClient, email: str) -> None:
    page = client.get("/desk/sign-in").text
    said = {"email": email, "password": PASSWORD, "csrf_token": fields(page)["csrf_token"]}
    client.post("/desk/sign-in", data=said, headers=OURS)


def test_a_form_with_a_bad_token_is_given_back_to_be_sent_again(sign_in: Callable[..., FlaskClient]) -> None:
    desk = sign_in(an_organiser())

    page = desk.post(f"{NEW}?lang=en", data=TYPED | {"csrf_token": "forged"}, headers=OURS)
    again = fields(page.text)
    sent = desk.post(f"{NEW}?lang=en", data=again, headers=OURS)

    assert page.status_code == 400
    assert "<script>alert" not in page.text
    assert f'action="{NEW}?lang=en"' in page.text
    assert again.items() >= TYPED.items()
    assert "another tab" not in page.text
    assert sent.status_code == 303
    assert titles() == [TYPED["title"]]


def test_after_the_session_ended_what_was_typed_waits_for_the_sign_in(app: Flask) -> None:
    olga = an_organiser(password=hash_password(PASSWORD))
    client = app.test_client()

    page = client.post(NEW, data=TYPED | {"csrf_token": "of the session that ended"}, headers=OURS)
    sign_in_for_real(client, olga.email)
    sent = client.post(NEW, data=fields(page.text), headers=OURS)

    assert "another tab" in page.text
    assert sent.status_code == 303
    assert titles() == [TYPED["title"]]


def test_a_valid_token_without_an_account_keeps_what_was_typed_too(app: Flask) -> None:
    client = app.test_client()
    token = fields(client.get("/desk/sign-in").text)["csrf_token"]

    page = client.post(NEW, data=TYPED | {"csrf_token": token}, headers=OURS)

    assert page.status_code == 400
    assert fields(page.text).items() >= TYPED.items()


def test_every_value_of_a_name_and_every_line_of_a_text_is_kept(sign_in: Callable[..., FlaskClient]) -> None:
    olga = an_organiser(is_admin=True)
    event = an_event()
    typed = {"people": ["1", "2"], "description": "one\r\n\r\ntwo"}

    page = sign_in(olga).post(f"/desk/events/{event.slug}/edit", data=typed, headers=OURS)

    held = re.findall(r'name="(people|description)" value="([^"]*)"', page.text)
    assert held == [("people", "1"), ("people", "2"), ("description", "one\r\n\r\ntwo")]


@pytest.mark.parametrize("path", ["/desk/password", "/desk/sign-in", "/desk/two-factor/code"])
def test_passwords_and_codes_are_never_given_back(sign_in: Callable[..., FlaskClient], path: str) -> None:
    typed = {"password": PASSWORD, "new_password": PASSWORD, "code": PASSWORD, "email": "olga@example.org"}

    page = sign_in(an_organiser()).post(path, data=typed, headers=OURS)

    assert page.status_code == 400
    assert PASSWORD not in page.text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example.org"}, {"Origin": "null"}, {}])
def test_what_another_site_made_up_is_not_held_for_one_press_of_a_button(
    sign_in: Callable[..., FlaskClient], headers: dict[str, Any]
) -> None:
    page = sign_in(an_organiser()).post(NEW, data=TYPED, headers=headers)

    assert page.status_code == 400
    assert "alert(1)" not in page.text
    assert titles() == []


def test_whoever_merely_looks_is_still_sent_to_the_sign_in(client: FlaskClient) -> None:
    answer = client.get("/desk/events")

    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/desk/sign-in")

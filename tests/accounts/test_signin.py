"""Signing in: with a password, with a link from a letter, with a code; and the ways that stay shut."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from eventsvc import clock, tokens
from eventsvc.accounts import actors, rules
from eventsvc.accounts.models import User
from eventsvc.extensions import db, security
from eventsvc.mail.models import Message
from tests import browsing
from tests.people import NOW, an_organiser

SignIn = Callable[..., FlaskClient]
PASSWORD = "four quiet words here"


@pytest.fixture
def olga(app: Flask) -> User:
    return an_organiser("Olga", password=hash_password(PASSWORD))


def sign_in_by_form(client: FlaskClient, email: str, password: str, **query: str) -> Any:
    return client.post("/desk/sign-in", data={"email": email, "password": password}, query_string=query)


def test_the_right_password_leads_to_the_desk(client: FlaskClient, olga: User) -> None:
    response = sign_in_by_form(client, olga.email.upper(), PASSWORD)

    assert response.status_code == 302
    assert response.location == "/desk/"
    assert "Good morning, Olga" in client.get("/desk/").text


def test_passwords_are_kept_as_argon2_and_no_second_salt_is_needed(olga: User, make_app: Callable[..., Flask]) -> None:
    assert olga.password and olga.password.startswith("$argon2id$")

    another = make_app(SECRET_KEY="a new secret").test_client()

    assert sign_in_by_form(another, olga.email, PASSWORD).status_code == 302


def test_outside_the_tests_a_password_is_slow_to_guess(make_app: Callable[..., Flask]) -> None:
    with make_app(SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={}).app_context():
        cost = extract_parameters(hash_password(PASSWORD))

    # What OWASP asks of Argon2id at the least: 19 MiB and two turns.
    assert cost.memory_cost >= 19 * 1024
    assert cost.time_cost >= 2


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: FlaskClient, olga: User) -> None:
    pages = [sign_in_by_form(client, email, "wrong").text for email in (olga.email, "nobody@example.org")]

    told = [re.sub(r"[\w.]+@example.org", "", page) for page in pages]
    assert "do not go together" in told[0]
    assert re.sub(r'value="[^"]*"', "", told[0]) == re.sub(r'value="[^"]*"', "", told[1])


def test_after_signing_in_one_is_where_one_wanted_to_be_but_never_elsewhere(client: FlaskClient, olga: User) -> None:
    wanted = sign_in_by_form(client, olga.email, PASSWORD, next="/desk/events")
    client.post("/desk/sign-out")
    elsewhere = sign_in_by_form(client, olga.email, PASSWORD, next="https://eve.example.org/")

    assert wanted.location == "/desk/events"
    assert "eve.example.org" not in (elsewhere.location or "")


def test_the_form_sends_its_token_and_a_forged_one_is_refused(client: FlaskClient, olga: User, csrf: None) -> None:
    form = browsing.fields(client.get("/desk/sign-in").text)
    form["email"], form["password"] = olga.email, PASSWORD
    forged = form.to_dict() | {"csrf_token": "forged"}

    assert client.post("/desk/sign-in", data=forged).status_code == 400
    assert client.post("/desk/sign-in", data=form).status_code == 302


def test_signing_out_is_a_post(sign_in: SignIn, olga: User) -> None:
    desk = sign_in(olga)

    assert desk.get("/desk/sign-out").status_code == 405
    desk.post("/desk/sign-out")

    assert desk.get("/desk/").status_code == 302


def test_nobody_can_make_themselves_an_account(client: FlaskClient) -> None:
    assert client.get("/desk/register").status_code == 404
    assert client.post("/desk/register", data={"email": "eve@example.org", "password": PASSWORD}).status_code == 404
    assert db.session.scalars(sa.select(User)).all() == []


def test_guessing_passwords_is_limited(olga: User, make_app: Callable[..., Flask]) -> None:
    client = make_app(RATE_LIMITS=True).test_client()

    answers = [sign_in_by_form(client, olga.email, "wrong").status_code for _try in range(22)]

    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    assert sign_in_by_form(client, "another@example.org", "wrong").status_code == 200


def test_a_new_password_comes_by_a_link_in_a_letter_that_the_outbox_does_not_show(
    client: FlaskClient, olga: User
) -> None:
    client.post("/desk/reset", data={"email": olga.email})

    letter = db.session.scalars(sa.select(Message)).one()
    assert (letter.kind, letter.recipient) == ("account_reset", olga.email)
    link = tokens.unseal(letter.facts["sealed_link"])
    token = link.rsplit("/", 1)[1]
    assert link.startswith("http://localhost/desk/reset/")
    assert token not in str(letter.facts)

    page = client.get(f"/desk/reset/{token}")
    assert "Set your password" in page.text
    new = {"password": "another four quiet words", "password_confirm": "another four quiet words"}
    assert client.post(f"/desk/reset/{token}", data=new).status_code == 302

    assert sign_in_by_form(client, olga.email, PASSWORD).status_code == 200
    assert sign_in_by_form(client, olga.email, "another four quiet words").status_code == 302
    kinds = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    assert kinds == ["account_reset", "account_changed"]


def test_a_link_works_once_and_ends_every_session(client: FlaskClient, sign_in: SignIn, olga: User) -> None:
    desk = sign_in(olga)
    client.post("/desk/reset", data={"email": olga.email})
    letter = db.session.scalars(sa.select(Message)).one()
    path = tokens.unseal(letter.facts["sealed_link"]).removeprefix("http://localhost")
    new = {"password": "another four quiet words", "password_confirm": "another four quiet words"}
    client.post(path, data=new)

    assert client.post(path, data=new).location == "/desk/reset"
    assert desk.get("/desk/").status_code == 302


def test_asking_for_an_unknown_address_answers_alike_and_writes_to_nobody(client: FlaskClient, olga: User) -> None:
    known = client.post("/desk/reset", data={"email": olga.email})
    unknown = client.post("/desk/reset", data={"email": "nobody@example.org"})

    assert known.status_code == unknown.status_code == 200
    for page in (known, unknown):
        assert "a letter with a link is on its way" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_a_short_password_is_refused_with_its_length(client: FlaskClient, olga: User) -> None:
    client.post("/desk/reset", data={"email": olga.email})
    letter = db.session.scalars(sa.select(Message)).one()
    path = tokens.unseal(letter.facts["sealed_link"]).removeprefix("http://localhost")

    response = client.post(path, data={"password": "short", "password_confirm": "short"})

    assert "at least 10 characters" in response.text


def a_second_step(desk: FlaskClient) -> tuple[str, str]:
    """Set up codes as the pages lead one, and return the key and the page that shows the picture."""
    page = desk.post("/desk/two-factor", data={"setup": "authenticator"}).text
    key = re.search(r"<code>\s*([A-Z2-7 -]+)\s*</code>", page)
    action = re.search(r'action="(/desk/two-factor/[^"]+)"', page)
    assert key and action
    desk.post(action.group(1), data={"code": code_of(key.group(1))})
    return key.group(1), page


def code_of(key: str, *, ahead: int = 0) -> str:
    """Return the code a telephone shows now, or so many seconds later."""
    totp: Any = security._totp_factory._totp
    return str(totp(key=key.replace(" ", "").replace("-", "")).generate(time.time() + ahead).token)


def test_a_code_can_be_asked_for_as_a_second_step(client: FlaskClient, sign_in: SignIn, olga: User) -> None:
    clock.go()
    key, page = a_second_step(sign_in(olga))
    assert 'src="data:image/' in page
    assert olga.tf_primary_method == "authenticator"
    assert key.replace("-", "").replace(" ", "") not in str(olga.tf_totp_secret)

    asked = sign_in_by_form(client, olga.email, PASSWORD)
    assert asked.location.startswith("/desk/two-factor/code")
    assert client.get("/desk/").status_code == 302
    assert client.post("/desk/two-factor/code", data={"code": "000000"}).status_code == 200
    assert client.post("/desk/two-factor/code", data={"code": code_of(key, ahead=30)}).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_a_mistyped_code_keeps_the_picture_and_the_next_one_is_taken(sign_in: SignIn, olga: User) -> None:
    desk = sign_in(olga)
    page = desk.post("/desk/two-factor", data={"setup": "authenticator"}).text
    key = re.findall(r"<code>\s*([A-Z2-7 -]+)\s*</code>", page)
    action = re.findall(r'action="(/desk/two-factor/[^"]+)"', page)[0]

    again = desk.post(action, data={"code": "000000"})

    assert again.status_code == 422 and "This code is not right" in again.text
    assert re.findall(r"<code>\s*([A-Z2-7 -]+)\s*</code>", again.text) == key
    assert action in again.text
    assert olga.tf_primary_method is None
    done = desk.post(action, data={"code": code_of(key[0])})
    assert done.location == "/desk/two-factor/codes"
    assert "From now on you sign in with a code as well." in desk.get(done.location).text


def test_the_only_choice_is_made_already(sign_in: SignIn, olga: User) -> None:
    page = sign_in(olga).get("/desk/two-factor").text

    assert len(re.findall(r'<input[^>]*type="radio"[^>]*>', page)) == 1
    assert re.search(r'<input[^>]*checked[^>]*type="radio"', page)


def test_a_code_is_used_up_once_it_was_taken(sign_in: SignIn, olga: User, app: Flask) -> None:
    key, _page = a_second_step(sign_in(olga))

    def tried(code: str) -> int:
        client = app.test_client()
        sign_in_by_form(client, olga.email, PASSWORD)
        return client.post("/desk/two-factor/code", data={"code": code}).status_code

    assert tried(code_of(key)) == 200, "it set the second step up"
    later = code_of(key, ahead=30)
    assert tried(later) == 302
    assert tried(later) == 200
    assert tried(code_of(key, ahead=60)) == 302


@pytest.mark.parametrize("key", ["secret 1", "secret 42"], ids=["dash", "underscore"])
def test_any_secret_makes_a_service_where_a_second_step_can_be_set(make_app: Callable[..., Flask], key: str) -> None:
    # What is derived from these two begins with a sign that no tag may begin with.
    assert make_app(SECRET_KEY=key).test_client().get("/desk/sign-in").status_code == 200


def test_a_second_step_outlives_a_change_of_the_secret(
    sign_in: SignIn, olga: User, make_app: Callable[..., Flask]
) -> None:
    key, _page = a_second_step(sign_in(olga))

    changed = make_app(SECRET_KEY="a new secret", SECRET_KEY_FALLBACKS=["a secret of the tests"])
    client = changed.test_client()
    sign_in_by_form(client, olga.email, PASSWORD)

    assert client.post("/desk/two-factor/code", data={"code": code_of(key, ahead=30)}).status_code == 302


def test_whoever_lost_their_telephone_comes_in_by_a_spare_code_once(
    client: FlaskClient, sign_in: SignIn, olga: User
) -> None:
    desk = sign_in(olga)
    a_second_step(desk)
    codes = re.findall(r"<code>([\w-]+)</code>", desk.post("/desk/two-factor/codes").text)
    assert len(codes) == 5
    assert codes[0] not in str(olga.mf_recovery_codes)

    for expected in (302, 200):
        sign_in_by_form(client, olga.email, PASSWORD)
        assert client.post("/desk/two-factor/recovery", data={"code": codes[0]}).status_code == expected
        client.post("/desk/sign-out")


def test_an_administrator_can_take_the_second_step_off(app: Flask, sign_in: SignIn, olga: User) -> None:
    a_second_step(sign_in(olga))
    admin = actors.organiser(an_organiser("Ada", is_admin=True).id)

    rules.forget_second_step(olga, by=admin, at=NOW)
    db.session.commit()

    assert sign_in_by_form(app.test_client(), olga.email, PASSWORD).location == "/desk/"


@pytest.mark.parametrize(
    "path", ["/desk/sign-in", "/desk/reset", "/desk/password", "/desk/two-factor", "/desk/two-factor/codes"]
)
def test_pages_about_signing_in_stand_in_our_frame_without_anything_inline(
    path: str, client: FlaskClient, sign_in: SignIn, olga: User
) -> None:
    is_public = path in {"/desk/sign-in", "/desk/reset"}

    response = (client if is_public else sign_in(olga)).get(path)

    assert response.status_code == 200
    assert 'class="desk"' in response.text
    assert "<style" not in response.text
    assert not re.search(r"<script(?![^>]*src)|\son\w+=|\sstyle=", response.text)
    assert response.headers["Cache-Control"] == "private, no-store"

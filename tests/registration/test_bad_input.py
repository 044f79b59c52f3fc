"""Whatever arrives at a form that anybody can reach: a clear page, nothing typed lost, the database as it was.

Each form is met with each bad value in each of its fields, seen and hidden; with tokens that are none; with a forged
CSRF token; and from outside at times when nobody can register.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_security import hash_password

from eventsvc.events.models import Status
from eventsvc.extensions import db
from tests.people import NOW, a_registration, an_event, an_organiser

pytestmark = pytest.mark.usefixtures("app")

VALUES: dict[str, str | None] = {
    "missing": None,
    "empty": "",
    "10,000 characters": "x" * 10_000,
    "right to left": "\u202eعائشة بنت\u202c",
    "emoji": "👩🏽‍⚕️🎉",
    "null byte": "A\x00da",
    "html": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "line break": "ada@example.org\r\nBcc: eve@example.org",
    "template": "{{ 7*7 }}{% raw %} %s %(name)s {0}",
    "huge number": "9" * 5_000,
}
PERSON = {
    "given_name": "Ada",
    "family_name": "Voorbeeld",
    "email": "ada@example.org",
    "organisation": "Example University",
    "country": "NL",
}
ACTS = ("correct", "cancel", "erase", "resend", "feed", "link")


class Form(NamedTuple):
    """A form that anybody can reach: where it is, what is well to send, and which values make no difference to it."""

    path: str
    good: dict[str, str]
    shown: tuple[str, ...]


def to_register() -> Form:
    hidden = {"consent": "y", "homepage": "", "opened": "", "submission_key": "one"}
    return Form(f"/events/{an_event().slug}/register", PERSON | hidden, tuple(PERSON))


def to_correct() -> Form:
    ada = a_registration(an_event(), **PERSON)
    path = f"/registrations/{ada.token}/correct"  # type: ignore[attr-defined]
    return Form(path, PERSON | {"revision": str(ada.revision)}, tuple(PERSON))


def to_sign_in() -> Form:
    an_organiser(password=hash_password("four quiet words here"))
    good = {"email": "ada@example.org", "password": "wrong", "remember": "y", "next": "/desk/"}
    return Form("/desk/sign-in", good, ("email",))


def to_reset() -> Form:
    return Form("/desk/reset", {"email": "ada@example.org"}, ())


FORMS = {"register": to_register, "correct": to_correct, "sign in": to_sign_in, "reset": to_reset}


def contents() -> dict[str, list[Any]]:
    """Everything in the database, but for how many listen to a calendar: a poll is counted when it is answered."""
    db.session.rollback()
    return {
        table.name: list(db.session.execute(sa.select(table).order_by(*table.primary_key.columns)).all())
        for table in db.metadata.sorted_tables
        if table.name not in {"listeners", "listener_salts"}
    }


def is_clear(page: str) -> bool:
    """Tell whether a page speaks to people, and whatever was typed lies still in it."""
    return "<h1" in page and "Traceback" not in page and "<script>alert" not in page and "<img src=x" not in page


def sent(good: dict[str, str], field: str, value: str | None) -> dict[str, str]:
    return {name: said for name, said in (good | {field: value}).items() if said is not None}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_a_bad_value_is_taken_as_text_or_refused_and_then_nothing_is_lost_or_changed(
    client: FlaskClient, make: Callable[[], Form], value: str | None
) -> None:
    form = make()
    for field in form.good:
        before = contents()

        answer = client.post(form.path, data=sent(form.good, field, value))

        assert answer.status_code < 500, field
        if answer.status_code == 303:
            assert is_clear(client.get(answer.location).text), field
            form = make()
            continue
        assert is_clear(answer.text), field
        assert contents() == before, field
        assert answer.status_code in ({200, 302, 413} if form.path.startswith("/desk/") else {409, 422}), field
        if answer.status_code == 413:
            continue
        for kept in set(form.shown) - {field, "country"}:
            assert f'value="{form.good[kept]}"' in answer.text, (field, kept)
        if field != "country" and "country" in form.shown:
            assert '<option value="NL" selected>' in answer.text, field


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("path", ["/", "/subscribe", "/calendar.ics", "/events/{slug}/programme"])
def test_whatever_stands_in_an_address_is_answered(client: FlaskClient, path: str, value: str | None) -> None:
    path, before = path.format(slug=an_event().slug), contents()
    for name in ("q", "kind", "mode", "series", "past", "page", "day", "event", "lang"):
        answer = client.get(path, query_string={name: value} if value is not None else {})

        assert answer.status_code in {200, 404}, name
        assert answer.mimetype == "text/calendar" or is_clear(answer.text), name
    assert contents() == before


WRONG_TOKENS = ["unknown", "cut", "too long", "x" * 2_000, "a%00b", "%F0%9F%8E%89", "%3Cscript%3Ealert(1)", "feed"]


@pytest.mark.parametrize("wrong", WRONG_TOKENS, ids=lambda token: token[:12])
def test_a_wrong_or_cut_token_is_not_found_and_moves_nothing(client: FlaskClient, wrong: str) -> None:
    ada: Any = a_registration(an_event(), **PERSON)
    token = {"cut": ada.token[:-1], "too long": f"{ada.token}x", "feed": ada.feed_token}.get(wrong, wrong)
    before = contents()

    answers = [client.post(f"/registrations/{token}/{act}", data=PERSON | {"revision": 1}) for act in ACTS]
    answers += [client.get(f"/registrations/{token}"), client.get(f"/preview/{token}")]
    if wrong != "feed":
        answers.append(client.get(f"/calendars/{token}.ics"))

    assert {answer.status_code for answer in answers} == {404}
    assert all(is_clear(answer.text) for answer in answers)
    assert contents() == before


@pytest.mark.parametrize("slug", ["unknown", "x" * 2_000, "a%00b", "%F0%9F%8E%89", "%3Cscript%3Ealert(1)", ".."])
def test_an_unknown_slug_is_not_found(client: FlaskClient, slug: str) -> None:
    before = contents()

    answers = [client.post(f"/events/{slug}/register", data=PERSON)]
    answers += [client.get(f"/events/{slug}{part}") for part in ("", "/register", "/programme", "/calendar.ics")]
    answers += [client.get(f"/series/{slug}"), client.get(f"/events/{slug}/sessions/{slug}")]

    assert {answer.status_code for answer in answers} == {404}
    assert all(is_clear(answer.text) for answer in answers)
    assert contents() == before


@pytest.mark.usefixtures("csrf")
@pytest.mark.parametrize("forged", [None, "", "forged", "é\x00", "x" * 10_000], ids=["none", "empty", "a", "b", "c"])
def test_a_forged_csrf_token_is_told_and_nothing_typed_is_lost(client: FlaskClient, forged: str | None) -> None:
    for make in (to_register, to_correct):
        form = make()
        client.get(form.path)
        before = contents()

        answer = client.post(form.path, data=sent(form.good, "csrf_token", forged))

        assert answer.status_code == 400
        assert "Please send it once more" in answer.text
        assert all(f'value="{form.good[kept]}"' in unescape(answer.text) for kept in form.shown)
        assert contents() == before


@pytest.mark.usefixtures("csrf")
@pytest.mark.parametrize("act", ACTS[1:])
def test_a_button_pressed_with_a_forged_token_does_nothing(client: FlaskClient, act: str) -> None:
    ada: Any = a_registration(an_event(), **PERSON)
    before = contents()

    answer = client.post(f"/registrations/{ada.token}/{act}", data={"csrf_token": "forged"})

    assert answer.status_code == 400 and is_clear(answer.text)
    assert contents() == before


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"registration_opens_at": NOW + timedelta(seconds=1)}, "has not opened yet"),
        ({"registration_closes_at": NOW}, "Registration has closed"),
        ({"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(hours=1)}, "Registration has closed"),
        ({"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)}, "This event has ended"),
        ({"status": Status.CANCELLED}, "is cancelled"),
        ({"status": Status.ARCHIVED}, "This event has ended"),
        ({"accepts_registrations": False}, "takes no registrations here"),
        ({"starts_at": None, "ends_at": None}, "The date is not known yet"),
        ({"capacity": 0, "has_waiting_list": False}, "All places are taken"),
    ],
    ids=["before opening", "after closing", "started", "over", "cancelled", "archived", "off", "no date", "full"],
)
def test_a_direct_post_past_a_closed_door_is_refused(client: FlaskClient, over: dict[str, Any], said: str) -> None:
    event = an_event(**over)
    path, before = f"/events/{event.slug}/register", contents()

    answer = client.post(path, data=PERSON | {"consent": "y"})

    assert answer.status_code == 409
    assert said in answer.text
    assert "<form" not in answer.text, "no button that could only be refused again"
    for kept in ("given_name", "family_name", "email", "organisation"):
        assert f"<dd>{PERSON[kept]}" in answer.text, "nothing typed is lost"
    assert contents() == before


@pytest.mark.parametrize(
    ("body", "kind", "statuses"),
    [
        (b'{"given_name": ["Ada"], "email": 1}', "application/json", {415}),
        (b"[1]", "application/json", {415}),
        (b"\xff\xfe\x00%ZZ&&==&given_name", "application/x-www-form-urlencoded", {200, 422}),
        (b"--x\r\nnot a part", "multipart/form-data; boundary=x", {200, 400, 422}),
        (b"", "multipart/form-data", {200, 422}),
        (b"given_name=Ada", "text/plain", {200, 422}),
    ],
    ids=["json", "a list", "bytes", "half a part", "no boundary", "plain"],
)
@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_a_body_that_is_no_form_changes_nothing(
    client: FlaskClient, make: Callable[[], Form], body: bytes, kind: str, statuses: set[int]
) -> None:
    form = make()
    before = contents()

    answer = client.post(form.path, data=body, content_type=kind)

    assert answer.status_code in statuses and is_clear(answer.text)
    assert contents() == before


def test_a_file_where_a_name_belongs_is_no_name(client: FlaskClient) -> None:
    form = to_register()
    before = contents()

    answer = client.post(form.path, data=form.good | {"given_name": (io.BytesIO(b"Ada"), "ada.txt")})

    assert answer.status_code == 422 and "Please write your given name." in answer.text
    assert contents() == before

"""The pages of a "no", also when drawing them fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from eventsvc import web
from eventsvc.extensions import db

AWAY = {"SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/at/all.db", "PROPAGATE_EXCEPTIONS": False}


def _fails() -> str:
    raise RuntimeError


def break_layouts(app: Flask) -> None:
    @app.context_processor
    def _broken() -> dict[str, Any]:
        raise RuntimeError("the layout cannot be drawn")


@pytest.mark.parametrize("path", ["/", "/events/unknown", "/desk/sign-in"])
def test_a_page_that_cannot_be_drawn_is_answered_in_plain_words(make_app: Callable[..., Flask], path: str) -> None:
    app = make_app(PROPAGATE_EXCEPTIONS=False)
    break_layouts(app)

    answer = app.test_client().get(path)

    assert answer.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in answer.text
    assert "Nothing you sent was kept." in answer.text
    assert "stylesheet" not in answer.text and "RuntimeError" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_plain_words_are_those_of_the_page(make_app: Callable[..., Flask]) -> None:
    pages = []
    for is_broken in (False, True):
        app = make_app(PROPAGATE_EXCEPTIONS=False)
        app.add_url_rule("/fails", view_func=_fails)
        if is_broken:
            break_layouts(app)
        pages.append(app.test_client().get("/fails?lang=nl").text)

    said = [re.findall(r"<h1>(.+?)</h1>\s*<p(?: class=.lead.)?>(.+?)</p>", page) for page in pages]
    assert said[0] == said[1] != []
    assert [page.count('<html lang="nl">') for page in pages] == [1, 1]
    assert "wrong" not in str(said)


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("path", ["/", "/events/unknown", "/desk/", "/desk/unknown", "/calendar.ics"])
def test_a_database_that_is_away_is_said_in_our_words(make_app: Callable[..., Flask], path: str) -> None:
    client = make_app(**AWAY).test_client()
    with client.session_transaction("/desk/") as cookie:
        cookie.update({"_user_id": "somebody", "_fresh": True})

    answer = client.get(path)

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text


def test_a_rollback_that_fails_hides_no_answer(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(PROPAGATE_EXCEPTIONS=False)
    break_layouts(app)

    def lost() -> None:
        raise OperationalError("ROLLBACK", None, Exception("server closed the connection"))

    monkeypatch.setattr(db.session, "rollback", lost)

    assert "Something went wrong on our side" in app.test_client().get("/").text


def test_a_no_that_is_not_our_fault_does_not_say_so(app: Flask) -> None:
    with app.test_request_context("/"):
        page = web.error_page(422).get_data(as_text=True)

    assert "<title>That is not possible now" in page
    assert "on our side" not in page

"""Logs: one JSON line for each answer, with an id, and nothing about a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from eventsvc import logs, tokens

TOKEN = tokens.new()


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged so far, read back from JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("address", ["/registrations/{}", "/calendars/{}.ics", "/preview/{}", "/nowhere/{}"])
def test_a_link_of_a_person_is_logged_by_its_route_and_never_by_its_path(
    client: FlaskClient, lines: Any, address: str
) -> None:
    client.get(address.format(TOKEN), headers={"Referer": f"http://localhost/registrations/{TOKEN}"})

    answered = [line for line in lines() if line["message"] == "answered"]
    assert len(answered) == 1
    assert answered[0]["status"] == 404
    assert answered[0]["method"] == "GET"
    assert TOKEN not in json.dumps(lines())


def test_an_answer_carries_the_id_it_was_asked_under(client: FlaskClient, lines: Any) -> None:
    response = client.get("/nowhere", headers={"X-Request-ID": "proxy-1234.abcd"})

    assert response.headers["X-Request-ID"] == "proxy-1234.abcd"
    assert lines()[-1]["request_id"] == "proxy-1234.abcd"


@pytest.mark.parametrize("forged", ["", "short", "a" * 65, 'x"}{"level":"error', "ada@example.org"])
def test_an_id_that_is_none_is_replaced(client: FlaskClient, forged: str) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": forged})

    assert response.headers["X-Request-ID"] != forged
    assert len(response.headers["X-Request-ID"]) == 16


def test_two_answers_have_two_ids(client: FlaskClient) -> None:
    assert client.get("/healthz").headers["X-Request-ID"] != client.get("/healthz").headers["X-Request-ID"]


def test_a_fault_is_told_by_kind_and_line_but_not_by_what_a_person_typed(make_app: Any, lines: Any) -> None:
    app: Flask = make_app(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    @app.get("/broken/<token>")
    def broken(token: str) -> str:
        raise ValueError(f"Ada Voorbeeld <ada@example.org> {token}")

    response = app.test_client().get(f"/broken/{TOKEN}")

    fault = next(line for line in lines() if line["level"] == "error")
    assert response.status_code == 500
    assert fault["exception"][0]["kind"] == "builtins.ValueError"
    assert fault["exception"][0]["lines"][-1].endswith("broken")
    assert fault["request_id"] == response.headers["X-Request-ID"]
    assert "/broken/<token>" in fault["message"]
    for secret in ("Voorbeeld", "ada@example.org", TOKEN):
        assert secret not in json.dumps(lines())


def test_addresses_and_secrets_are_masked_in_any_message(app: Flask, lines: Any) -> None:
    logging.getLogger("eventsvc.mail").error("%s was refused: %s", "ada@example.org", TOKEN)

    assert lines()[-1]["message"] == "[address] was refused: [secret]"


def test_a_line_break_typed_by_a_person_starts_no_line_of_its_own(app: Flask, lines: Any) -> None:
    logging.getLogger("eventsvc").error('one\n{"level": "critical"}')

    assert len(lines()) == 1


def test_what_is_refused_before_the_page_is_logged_too(make_app: Any, lines: Any) -> None:
    app: Flask = make_app()
    app.before_request(lambda: abort(403))

    response = app.test_client().get("/nowhere")

    assert lines()[-1]["status"] == 403
    assert lines()[-1]["request_id"] == response.headers["X-Request-ID"]


def test_operators_programs_do_not_fill_the_log(client: FlaskClient, lines: Any) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        client.get(address)

    assert lines() == []

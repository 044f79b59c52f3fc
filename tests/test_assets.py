"""Static files, which browsers may keep for ever."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Flask, url_for
from flask.testing import FlaskClient

CSS = Path(__file__).resolve().parent.parent / "eventsvc" / "static" / "eventsvc.css"
FOR_EVER = "public, max-age=31536000, immutable"


def test_every_file_of_a_page_may_be_kept_for_ever(client: FlaskClient) -> None:
    asked = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)

    answers = [client.get(address) for address in asked]

    assert len(asked) >= 3
    assert {(answer.status_code, answer.headers["Cache-Control"]) for answer in answers} == {(200, FOR_EVER)}


def test_the_version_is_of_the_content(app: Flask) -> None:
    with app.test_request_context():
        address = url_for("static", filename="eventsvc.css")

    assert address == f"/static/eventsvc.css?v={hashlib.sha256(CSS.read_bytes()).hexdigest()[:12]}"


def test_without_its_own_version_a_file_is_kept_for_an_hour(client: FlaskClient) -> None:
    answers = [client.get(f"/static/eventsvc.css{query}") for query in ("", "?v=", "?v=abcdef123456")]

    assert {(answer.status_code, answer.headers["Cache-Control"]) for answer in answers} == {
        (200, "public, max-age=3600")
    }


def test_whoever_has_a_file_is_answered_304(client: FlaskClient) -> None:
    first = client.get("/static/eventsvc.css")

    again = client.get("/static/eventsvc.css", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_what_is_not_there_is_not_found_under_any_version(client: FlaskClient) -> None:
    answer = client.get("/static/nothing.css?v=")

    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]

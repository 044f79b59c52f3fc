"""An empty form that is drawn once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.extensions import db
from eventsvc.registration import blanks
from tests.people import an_event


def test_what_is_taken_out_is_put_back() -> None:
    assert blanks.filled(blanks.emptied("a ONE b TWO", ["ONE", "TWO"]), ["1", "2"]) == "a 1 b 2"


def test_a_page_that_does_not_show_a_value_is_not_kept() -> None:
    with pytest.raises(ValueError, match="value 1"):
        blanks.emptied("a ONE b", ["ONE", "TWO"])


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_every_visitor_has_hidden_values_of_their_own(app: Flask, csrf: None) -> None:
    path = f"/events/{an_event().slug}/register"

    one, two = hidden(app.test_client().get(path).text), hidden(app.test_client().get(path).text)

    # Which sessions were chosen before is known to the visitor's own device alone.
    assert one.pop("sessions") == two.pop("sessions") == ""
    assert one.pop("asks") == two.pop("asks")
    assert set(one) == set(two) == {"csrf_token", "opened", "submission_key"}
    assert one["csrf_token"] != two["csrf_token"]
    assert one["submission_key"] != two["submission_key"]


def test_a_form_shows_what_changed_at_once(client: FlaskClient) -> None:
    event = an_event()
    path = f"/events/{event.slug}/register"
    before = client.get(path).text
    assert event.venue
    event.title, event.venue.city, event.retention_days = "Another title", "Utrecht", 7
    db.session.commit()

    after = client.get(path).text

    assert "Another title" not in before
    assert "Another title" in after
    assert "Utrecht" in after
    assert client.get(f"{path}?lang=nl").text != after

"""The social picture: drawn once, named after its facts, inert."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.events import cards
from eventsvc.events.models import Status
from eventsvc.extensions import db
from tests.people import an_event

PNG = b"\x89PNG\r\n\x1a\n"


def picture_of(client: FlaskClient, slug: str) -> str:
    page = client.get(f"/events/{slug}").text
    found = re.search(r'property="og:image" content="http://localhost([^"]+)"', page)
    assert found
    return found[1]


def test_the_picture_is_1200_by_630_and_may_be_kept_for_ever(client: FlaskClient) -> None:
    event = an_event(title='Inert #panic() *bold* "quotes" $x$ 健康 עברית')

    answer = client.get(picture_of(client, event.slug))

    assert answer.data.startswith(PNG)
    assert (int.from_bytes(answer.data[16:20]), int.from_bytes(answer.data[20:24])) == (1200, 630)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_a_changed_event_has_a_picture_of_another_name(client: FlaskClient) -> None:
    event = an_event()
    before = picture_of(client, event.slug)

    event.title = "Another title"
    db.session.commit()

    assert picture_of(client, event.slug) != before
    assert client.get(before).location == picture_of(client, event.slug)


def test_an_event_without_a_date_has_a_picture_too(client: FlaskClient) -> None:
    event = an_event(starts_at=None, ends_at=None, venue=None)

    assert client.get(picture_of(client, event.slug)).data.startswith(PNG)


def test_a_draft_has_no_picture(client: FlaskClient) -> None:
    event = an_event(status=Status.DRAFT)

    assert client.get(f"/events/{event.slug}/card-{cards.card(event).digest}.png").status_code == 404


def test_many_who_ask_at_once_get_one_drawing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    card = cards.card(an_event())
    drawn: list[str] = []
    files: list[Path] = []
    monkeypatch.setattr(cards, "draw", lambda card: drawn.append(card.title) or PNG)

    def ask() -> None:
        with app.app_context():
            files.append(cards.picture(1, card))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(drawn) == 1
    assert {file.read_bytes() for file in files} == {PNG}


def test_an_older_picture_is_dropped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event()
    monkeypatch.setattr(cards, "draw", lambda card: PNG)
    old = cards.picture(event.id, cards.card(event))

    event.title = "Another title"
    new = cards.picture(event.id, cards.card(event))

    assert (old.exists(), new.exists()) == (False, True)

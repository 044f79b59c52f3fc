"""Photos that are sent at the same time: one is shown and kept, no other stays behind, and none goes that is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from eventsvc import stores
from eventsvc.extensions import db
from eventsvc.programme.models import Speaker
from tests import browsing
from tests.people import an_event
from tests.programme.speaking import a_talk, card_of, sam, send_card

PATIENCE = 30


@pytest.fixture
def speaker(app: Flask) -> Speaker:
    for name in kept():
        stores.drop(stores.PHOTOS, name)
    return sam(a_talk(an_event()))


def a_photo(red: int) -> bytes:
    body = BytesIO()
    Image.new("RGB", (40, 40), (red, 20, 20)).save(body, "PNG")
    return body.getvalue()


def kept() -> set[str]:
    return {name for name, _at in stores.kept(stores.PHOTOS)}


def opened(app: Flask, address: str) -> Any:
    """The card's form as a browser has it."""
    form = browsing.fields(app.test_client().get(address).text)
    form.pop("photo", None)
    return form


def sent(app: Flask, address: str, form: Any, red: int) -> int:
    """Send a photo from a browser of its own, and return the answer's status."""
    with app.app_context():
        data = {**form.to_dict(), "photo": (BytesIO(a_photo(red)), "me.png")}
        return int(app.test_client().post(address, data=data, content_type="multipart/form-data").status_code)


def at_once(*acts: Callable[[], int]) -> list[int]:
    start = threading.Barrier(len(acts))

    def begin(act: Callable[[], int]) -> int:
        start.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        running = [threads.submit(begin, act) for act in acts]
        return sorted(each.result(PATIENCE) for each in running)


def test_of_several_photos_at_once_one_is_shown_and_kept_and_the_others_are_told(app: Flask, speaker: Speaker) -> None:
    send_card(app.test_client(), speaker, photo=(BytesIO(a_photo(1)), "me.png"))
    address = card_of(speaker, "/card")
    form = opened(app, address)

    answers = at_once(*(lambda red=red: sent(app, address, form, red) for red in (50, 100, 150, 200)))

    assert answers == [303, 409, 409, 409]
    db.session.refresh(speaker)
    assert kept() == {speaker.photo_digest}


def test_one_photo_sent_twice_at_once_is_taken_once_and_nobody_is_told_of_another(app: Flask, speaker: Speaker) -> None:
    address = card_of(speaker, "/card")
    form = opened(app, address)

    answers = at_once(*(lambda: sent(app, address, form, 50) for _press in range(3)))

    assert answers == [303, 303, 303]
    db.session.refresh(speaker)
    assert (kept(), speaker.revision) == ({speaker.photo_digest}, 2)


def test_a_photo_that_comes_back_while_it_is_being_replaced_is_there(
    app: Flask, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_card(app.test_client(), speaker, photo=(BytesIO(a_photo(1)), "me.png"))
    db.session.refresh(speaker)
    address, first = card_of(speaker, "/card"), speaker.photo_digest
    about_to_drop, came_back, dropped = threading.Event(), threading.Event(), threading.Event()
    drop, put = stores.Folder.drop, stores.Folder.keep

    def slow_drop(folder: stores.Folder, shelf: str, name: str) -> None:
        if name == first:
            about_to_drop.set()
            assert came_back.wait(PATIENCE)
        drop(folder, shelf, name)
        dropped.set()

    def slow_keep(folder: stores.Folder, shelf: str, name: str, content: bytes) -> None:
        put(folder, shelf, name, content)
        if about_to_drop.is_set():
            came_back.set()
            assert dropped.wait(PATIENCE)

    monkeypatch.setattr(stores.Folder, "drop", slow_drop)
    monkeypatch.setattr(stores.Folder, "keep", slow_keep)

    def come_back() -> int:
        assert about_to_drop.wait(PATIENCE)
        with app.app_context():
            form = opened(app, address)
        return sent(app, address, form, 1)

    form = opened(app, address)
    answers = at_once(lambda: sent(app, address, form, 2), come_back)

    assert answers == [303, 303]
    db.session.refresh(speaker)
    assert kept() == {speaker.photo_digest}


def test_nothing_is_held_while_a_photo_is_kept(app: Flask, speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    put = stores.Folder.keep
    inside: list[bool] = []

    def watched(folder: stores.Folder, shelf: str, name: str, content: bytes) -> None:
        inside.append(bool(db.session.new or db.session.dirty) or is_written())
        put(folder, shelf, name, content)

    def is_written() -> bool:
        """Tell whether this transaction has changed something, and so holds what others wait for."""
        return any(statement.startswith("UPDATE turnstiles") for statement in statements)

    statements: list[str] = []
    monkeypatch.setattr(stores.Folder, "keep", watched)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    db.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert send_card(app.test_client(), speaker, photo=(BytesIO(a_photo(1)), "me.png")).status_code == 303
    finally:
        db.event.remove(db.engine, "before_cursor_execute", note)

    assert inside == [False] and is_written()


def test_of_a_photo_that_is_refused_nothing_is_kept(app: Flask, speaker: Speaker) -> None:
    address = card_of(speaker, "/card")
    form = opened(app, address)
    assert sent(app, address, form, 1) == 303

    assert sent(app, address, form, 2) == 409

    db.session.refresh(speaker)
    assert kept() == {speaker.photo_digest}

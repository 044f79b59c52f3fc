"""A speaker's card in their own hand, and the slides they send."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from eventsvc import stores
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Appearance, Slides
from tests import browsing
from tests.conftest import Clock
from tests.files import a_document, a_photo
from tests.people import an_event, an_organiser
from tests.programme.speaking import a_talk, card_of, sam, send_card, send_slides, with_file

SignIn = Callable[..., FlaskClient]
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow"}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(title="Health across borders")


def test_a_card_is_changed_in_ones_own_hand(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))

    answer = send_card(
        client,
        speaker,
        biography="Works on **models**.",
        country="ES",
        orcid="https://orcid.org/0000-0002-1825-0097",
        links__0__label="Group",
        links__0__url="https://example.org/group",
        photo=(BytesIO(a_photo()), "me.jpg"),
    )

    assert answer.status_code == 303
    assert (speaker.orcid, speaker.country, speaker.revision) == ("0000-0002-1825-0097", "ES", 2)
    page = client.get(f"/events/{event.slug}/speakers/{speaker.public_id}").text
    for told in (
        "<strong>models</strong>",
        "https://orcid.org/0000-0002-1825-0097",
        "https://example.org/group",
        "Spain",
    ):
        assert told in page
    photo = f"/photos/{speaker.photo_digest}.jpg"
    for path in (f"/speakers/{speaker.public_id}", "/speakers", ""):
        assert photo in client.get(f"/events/{event.slug}{path}").text
    assert published.pending(event.id) == ()
    sent = client.get(photo)
    assert sent.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (sent.mimetype, Image.open(BytesIO(sent.data)).size) == ("image/jpeg", (640, 427))


@pytest.mark.parametrize(("sent", "name"), [(b"<svg onload='alert(1)'/>", "me.svg"), (b"<html>hello</html>", "me.jpg")])
def test_a_hostile_photo_is_refused_and_what_was_typed_is_kept(
    client: FlaskClient, event: Event, sent: bytes, name: str
) -> None:
    speaker = sam(a_talk(event))

    answer = send_card(client, speaker, biography="Works on models.", photo=(BytesIO(sent), name))

    assert answer.status_code == 422
    assert "no photo that we can read" in answer.text
    assert browsing.fields(answer.text)["biography"] == "Works on models."
    assert (speaker.photo_digest, speaker.biography) == (None, "")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "Give a name."),
        ("orcid", "0000-0002-1825-0098", "one of its digits is wrong"),
        ("email", "sam", "not an e-mail address"),
        ("links__0__url", "javascript:alert(1)", "Write a whole web address"),
        ("biography", "x" * 5001, "at most 5000 characters"),
    ],
)
def test_what_cannot_stand_on_a_card_is_refused_with_a_sentence_and_kept_in_the_form(
    client: FlaskClient, event: Event, field: str, typed: str, sentence: str
) -> None:
    speaker = sam(a_talk(event))

    answer = send_card(client, speaker, affiliation="Elsewhere", **{field: typed})

    assert answer.status_code == 422 and sentence in answer.text
    assert browsing.fields(answer.text)["affiliation"] == "Elsewhere"
    assert speaker.affiliation == "Example University"


def test_the_second_of_speaker_and_organiser_sees_both_versions_and_loses_nothing(
    client: FlaskClient, event: Event, sign_in: SignIn
) -> None:
    speaker = sam(a_talk(event), biography="Old")
    desk, address = sign_in(an_organiser("Olga", owns=event)), f"/desk/events/{event.slug}/programme/speakers"
    hers: Any = browsing.fields(desk.get(f"{address}/{speaker.public_id}").text)
    his: Any = browsing.fields(client.get(card_of(speaker, "/card")).text)
    his["biography"], his["country"] = "Sam's own", "ES"
    client.post(card_of(speaker, "/card"), data=his)

    hers["biography"], hers["affiliation"] = "Olga's", "Another university"
    answer = desk.post(f"{address}/{speaker.public_id}", data=hers)

    assert answer.status_code == 409
    assert "The speaker saved changes" in answer.text and "Sam&#39;s own" in answer.text
    again: Any = browsing.fields(answer.text)
    assert (again["biography"], again["affiliation"], again["country"]) == ("Olga's", "Another university", "ES")
    assert speaker.biography == "Sam's own"
    assert desk.post(f"{address}/{speaker.public_id}", data=again).status_code == 303
    assert (speaker.biography, speaker.affiliation, speaker.country) == ("Olga's", "Another university", "ES")


def test_slides_are_sent_and_everybody_has_them_once_the_session_is_over(
    client: FlaskClient, event: Event, clock: Clock
) -> None:
    speaker = sam(a_talk(event))
    session = db.session.scalars(sa.select(Appearance)).one().session
    before = published.edition(event.id)

    assert send_slides(client, speaker, a_document(), "../my talk.html").status_code == 303
    file = db.session.scalars(sa.select(Slides)).one()
    public = f"/events/{event.slug}/sessions/{session.public_id}"

    assert (file.name, published.edition(event.id) != before) == ("my talk.pptx", True)
    assert "my talk" not in client.get(public).text
    assert "#slides" not in client.get(f"/events/{event.slug}/programme").text
    assert client.get(f"{public}/slides/{file.public_id}").status_code == 404
    assert client.get(card_of(speaker, f"/slides/{file.public_id}")).data == a_document()
    clock.at(session.ends_at)
    assert "my talk.pptx" in client.get(public).text and "PowerPoint, 1 kB" in client.get(public).text
    for page in ("/programme", f"/speakers/{speaker.public_id}"):
        assert f'href="{public}#slides"' in client.get(f"/events/{event.slug}{page}").text
    sent = client.get(f"{public}/slides/{file.public_id}")
    assert sent.data == a_document()
    assert sent.headers["Content-Disposition"] == 'attachment; filename="my talk.pptx"'
    assert (sent.headers["X-Content-Type-Options"], "sandbox" in sent.headers["Content-Security-Policy"]) == (
        "nosniff",
        True,
    )


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"<html><script>alert(1)</script>", 422, "no file that we take"),
        (b"", 422, "The file is empty"),
        (b"%PDF-" + bytes(20 * 1024 * 1024), 413, "A file may have 20 MB"),
        (b"%PDF-" + bytes(22 * 1024 * 1024), 413, "A file may have 20 MB"),
    ],
    ids=["html", "empty", "long", "unread"],
)
def test_what_is_no_slides_is_refused_beside_its_session(
    client: FlaskClient, event: Event, content: bytes, status: int, sentence: str
) -> None:
    answer = send_slides(client, sam(a_talk(event)), content)

    assert answer.status_code == status and sentence in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Slides)) == 0


def test_whoever_has_no_link_may_send_no_more_than_elsewhere(client: FlaskClient, event: Event) -> None:
    sam(a_talk(event))

    answer = client.post("/speakers/guessed/card", **with_file(bytes(2 * 1024 * 1024)))

    assert answer.status_code == 404


def test_the_same_file_of_two_sessions_goes_with_each(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event), a_talk(event, hours=2))
    parts = db.session.scalars(sa.select(Appearance).order_by(Appearance.id)).all()
    before = kept()
    for part in [*parts, *parts]:
        address = card_of(speaker, f"/sessions/{part.session.public_id}/slides")
        assert client.post(address, **with_file(b"%PDF-1.7")).status_code == 303
    one, other = db.session.scalars(sa.select(Slides).order_by(Slides.id)).all()
    digests = one.digest, other.digest
    assert kept() - before == {*digests}, "what was sent twice to one session is kept once"

    client.post(card_of(speaker, f"/slides/{one.public_id}/remove"))
    assert kept() - before == {digests[1]}
    client.post(card_of(speaker, f"/slides/{other.public_id}/remove"))
    assert kept() == before


def kept(shelf: str = stores.FILES) -> set[str]:
    return {name for name, _at in stores.kept(shelf)}

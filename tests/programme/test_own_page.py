"""A speaker's own pages, by a link and without an account, used as a browser without JavaScript uses them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from eventsvc import tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme import conflicts, gathering, published, stores
from eventsvc.programme.conflicts import ClashKind
from eventsvc.programme.models import Answer, Appearance, FreeTime, Slides, Speaker
from tests import browsing
from tests.conftest import Clock
from tests.people import NOW, an_event, an_organiser
from tests.programme.speaking import HOUR, a_document, a_photo, a_talk, card_of, sam

SignIn = Callable[..., FlaskClient]
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow"}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(title="Health across borders")


def send_card(client: FlaskClient, speaker: Speaker, **typed: Any) -> Any:
    """Open the card, type, and send it."""
    address = card_of(speaker, "/card")
    form: Any = browsing.fields(client.get(address).text)
    for name, value in typed.items():
        form[name.replace("__", "-")] = value
    form.pop("photo", None) if "photo" not in typed else None
    return client.post(address, data=form, content_type="multipart/form-data")


def send_slides(client: FlaskClient, speaker: Speaker, content: bytes, name: str = "talk.pdf") -> Any:
    public_id = db.session.scalars(sa.select(Appearance)).first().session.public_id
    address = card_of(speaker, f"/sessions/{public_id}/slides")
    return client.post(address, **with_file(content, name))


def with_file(content: bytes, name: str = "talk.pdf") -> dict[str, Any]:
    """A form with one file, as bytes: the test client would leave a large one open."""
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return {"data": head.encode() + content + b"\r\n--cut--\r\n", "content_type": "multipart/form-data; boundary=cut"}


def test_a_link_opens_the_persons_own_page_and_nobody_keeps_it(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event, title="Who owns a scan?"))

    answer = client.get(card_of(speaker))

    assert answer.status_code == 200
    for told in ("Sam", "Who owns a scan?", "Sun 30 May 2027, 09:30 to 10:30", "Aula", "Speaker", "Do you come?"):
        assert told in answer.text
    assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE


@pytest.mark.parametrize("path", ["", "/card", "/take-away", "/times/{slug}"])
def test_eve_finds_nothing_with_a_link_that_is_cut_or_guessed(client: FlaskClient, event: Event, path: str) -> None:
    address, path = card_of(sam(a_talk(event))), path.format(slug=event.slug)

    assert client.get(address[:-1] + path).status_code == 404
    assert client.get("/speakers/guessed" + path).status_code == 404


def test_eve_reaches_nothing_of_sams_from_a_page_of_her_own(client: FlaskClient, event: Event) -> None:
    speaker, eve = sam(a_talk(event)), sam(a_talk(an_event()), name="Eve")
    send_slides(client, speaker, b"%PDF-1.7")
    part, file = db.session.scalars(sa.select(Appearance)).first(), db.session.scalars(sa.select(Slides)).one()

    answers = [
        client.post(card_of(eve, f"/answers/{part.id}"), data={"answer": "no"}),
        client.post(card_of(eve, f"/sessions/{part.session.public_id}/slides"), data={}),
        client.get(card_of(eve, f"/slides/{file.public_id}")),
        client.post(card_of(eve, f"/slides/{file.public_id}/remove")),
        client.get(card_of(eve, f"/times/{event.slug}")),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert speaker.link_digest and db.session.scalars(sa.select(Appearance)).first().answer is Answer.NOT_ASKED


def test_a_replaced_link_says_so_and_the_new_one_opens_the_page(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    old = card_of(speaker)

    client.post(f"{old}/link")

    assert client.get(old).status_code == 410
    assert client.get(card_of(speaker)).status_code == 200


def test_no_button_works_without_the_pages_own_token(app: Flask, csrf: None, client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    part = db.session.scalars(sa.select(Appearance)).one()

    answer = client.post(card_of(speaker, f"/answers/{part.id}"), data={"answer": "no", "note": "I am away"})
    others = [client.post(card_of(speaker, path)) for path in ("/link", "/feed", "/take-away", "/card")]

    assert answer.status_code == 400 and "I am away" in answer.text
    assert [other.status_code for other in others] == [400] * 4
    assert db.session.scalars(sa.select(Appearance)).one().answer is Answer.NOT_ASKED


def test_an_answer_is_kept_with_its_sentence_and_may_be_changed(
    client: FlaskClient, event: Event, clock: Clock
) -> None:
    speaker = sam(a_talk(event))
    part = db.session.scalars(sa.select(Appearance)).one()
    address = card_of(speaker, f"/answers/{part.id}")

    assert client.post(address, data={"answer": "no", "note": "I teach that day."}).status_code == 303
    assert (part.answer, part.note, part.answered_at) == (Answer.DECLINED, "I teach that day.", clock.now)
    client.post(address, data={"answer": "yes", "note": ""})
    assert (part.answer, part.note) == (Answer.CONFIRMED, "")

    acts = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(act.act, act.actor) for act in acts] == [("speaker.declined", "speaker"), ("speaker.confirmed", "speaker")]


def test_an_answer_that_is_too_long_or_too_late_says_so_and_is_still_there(
    client: FlaskClient, event: Event, clock: Clock
) -> None:
    speaker = sam(a_talk(event))
    part = db.session.scalars(sa.select(Appearance)).one()
    address = card_of(speaker, f"/answers/{part.id}")

    long = client.post(address, data={"answer": "yes", "note": "x" * 501})
    clock.at(event.ends_at)
    late = client.post(address, data={"answer": "yes", "note": "I came"})

    assert long.status_code == 422 and "x" * 501 in long.text
    assert (late.status_code == 409 and "nothing to answer" not in late.text) or "over" in late.text
    assert part.answer is Answer.NOT_ASKED


def test_what_organisers_only_think_of_is_not_shown(client: FlaskClient, event: Event) -> None:
    draft = an_event(title="A secret draft", status=Status.DRAFT)
    talk = a_talk(draft, title="A secret talk")
    speaker = sam(a_talk(event))
    talk.appearances.append(Appearance(speaker=speaker))
    db.session.commit()

    before = client.get(card_of(speaker)).text
    talk.appearances[0].answer = Answer.INVITED
    db.session.commit()
    after = client.get(card_of(speaker)).text

    assert "secret" not in before
    assert "A secret talk" in after and "not public yet" in after
    assert f"/events/{draft.slug}" not in after.replace(f"/times/{draft.slug}", "")


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


def test_times_given_on_the_events_clock_make_what_is_outside_them_a_clash(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event), a_talk(event, hours=3))
    address = card_of(speaker, f"/times/{event.slug}")
    form: Any = browsing.fields(client.get(address).text)
    form["times-0-starts_at"], form["times-0-ends_at"] = "2027-05-30T09:00", "2027-05-30T12:00"

    answer = client.post(address, data=form)

    assert answer.status_code == 303
    time = db.session.scalars(sa.select(FreeTime)).one()
    assert (time.starts_at, time.ends_at) == (event.starts_at - HOUR / 2, event.starts_at + 2.5 * HOUR)
    away = [clash for clash in conflicts.found(gathering.gather(event)) if clash.kind is ClashKind.AWAY]
    assert [clash.sessions[0].slot.starts_at for clash in away] == [event.starts_at + 3 * HOUR]
    assert browsing.fields(client.get(address).text)["times-0-ends_at"] == "2027-05-30T12:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("2027-05-30T12:00", "2027-05-30T11:00"), "Line 1 needs a beginning, and an end after it."),
        (("2027-05-30T12:00", ""), "Line 1 needs a beginning, and an end after it."),
        (("2027-03-28T02:30", "2027-05-30T11:00"), "There is no 02:30 on that day"),
        (("tomorrow", "2027-05-30T11:00"), "Write a day and an hour"),
    ],
)
def test_times_that_cannot_be_are_refused_and_kept(
    client: FlaskClient, event: Event, typed: tuple[str, str], sentence: str
) -> None:
    address = card_of(sam(a_talk(event)), f"/times/{event.slug}")
    form: Any = browsing.fields(client.get(address).text)
    form["times-0-starts_at"], form["times-0-ends_at"] = typed

    answer = client.post(address, data=form)

    assert answer.status_code == 422 and sentence in answer.text
    assert browsing.fields(answer.text)["times-0-starts_at"] == typed[0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FreeTime)) == 0


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
    assert client.get(f"{public}/slides/{file.public_id}").status_code == 404
    assert client.get(card_of(speaker, f"/slides/{file.public_id}")).data == a_document()
    clock.at(session.ends_at)
    assert "my talk.pptx" in client.get(public).text and "PowerPoint, 1 kB" in client.get(public).text
    sent = client.get(f"{public}/slides/{file.public_id}")
    assert sent.data == a_document()
    assert sent.headers["Content-Disposition"] == 'attachment; filename="my talk.pptx"'
    assert (sent.headers["X-Content-Type-Options"], "sandbox" in sent.headers["Content-Security-Policy"]) == (
        "nosniff",
        True,
    )


def test_a_bomb_is_only_some_bytes_that_are_kept(client: FlaskClient, event: Event) -> None:
    bomb = a_document("word/document.xml", bytes(30_000_000))
    assert len(bomb) < 100_000

    assert send_slides(client, sam(a_talk(event)), bomb, "bomb.docx").status_code == 303
    assert db.session.scalars(sa.select(Slides)).one().size == len(bomb)


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"<html><script>alert(1)</script>", 422, "no file that we take"),
        (b"", 422, "The file is empty"),
        (b"%PDF-" + bytes(20 * 1024 * 1024), 422, "A file may have 20 MB"),
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


def test_the_same_file_of_two_goes_with_the_last(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event), a_talk(event, hours=2))
    parts = db.session.scalars(sa.select(Appearance).order_by(Appearance.id)).all()
    for part in parts:
        address = card_of(speaker, f"/sessions/{part.session.public_id}/slides")
        client.post(address, **with_file(b"%PDF-1.7"))
    one, other = db.session.scalars(sa.select(Slides).order_by(Slides.id)).all()
    digest = one.digest

    client.post(card_of(speaker, f"/slides/{one.public_id}/remove"))
    assert stores.path(stores.FILES, digest) is not None
    client.post(card_of(speaker, f"/slides/{other.public_id}/remove"))
    assert stores.path(stores.FILES, digest) is None


def test_a_card_that_is_taken_away_leaves_the_name_in_the_programme(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event), biography="Works on models.", orcid="0000-0002-1825-0097")
    send_card(client, speaker, photo=(BytesIO(a_photo()), "me.jpg"))
    send_slides(client, speaker, b"%PDF-1.7")
    photo, file = str(speaker.photo_digest), db.session.scalars(sa.select(Slides)).one().digest
    letter = {"key": "k", "about": "a", "kind": "speaker_invited", "language": "en", "message_id": "<m>"}
    to = {"recipient": "sam@example.org", "facts": {"name": "Sam"}, "speaker_id": speaker.id}
    db.session.add(Message(**letter, **to, created_at=NOW, due_at=NOW))
    db.session.commit()
    address = card_of(speaker)
    asked = client.get(f"{address}/take-away").text

    answer = client.post(f"{address}/take-away")

    assert "What stays: your name" in asked and answer.status_code == 200
    kept = (speaker.name, speaker.affiliation, speaker.biography, speaker.email, speaker.orcid, speaker.photo_digest)
    assert kept == ("Sam", "Example University", "", "", "", None)
    assert client.get(address).status_code == 410
    assert client.get(f"/photos/{photo}.jpg").status_code == 404
    assert stores.path(stores.FILES, file) is None
    page = client.get(f"/events/{event.slug}/speakers/{speaker.public_id}").text
    assert "Sam" in page and photo not in page and "models" not in page
    sent = db.session.scalars(sa.select(Message)).one()
    assert (sent.recipient, sent.facts) == ("", {})
    kept_acts = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "speakers")).all()
    assert not any("biography" in {**act.before, **act.after} for act in kept_acts)


@pytest.mark.parametrize("path", ["", "/card"])
def test_a_page_of_three_sessions_asks_as_often_as_one_of_one(
    client: FlaskClient, event: Event, count_queries: Callable[[], Any], path: str
) -> None:
    def asked(speaker: Speaker) -> int:
        address = card_of(speaker, path)
        client.get(address)
        with count_queries() as queries:
            client.get(address)
        return int(queries.count)

    one = sam(a_talk(event))
    three = sam(a_talk(event, 1), a_talk(an_event()), a_talk(event, 3), name="Ada")

    assert asked(one) == asked(three) <= 9


def test_a_speakers_page_names_what_else_is_public_of_them(client: FlaskClient, event: Event) -> None:
    other, hidden = an_event(title="A fair"), an_event(title="A quiet one", is_unlisted=True)
    speaker = sam(a_talk(event), a_talk(other, title="At the fair"), a_talk(hidden, title="Hidden"))

    page = client.get(f"/events/{event.slug}/speakers/{speaker.public_id}").text

    assert "At the fair" in page and "A fair · Sun 30 May 2027" in page
    assert "Hidden" not in page and tokens.unseal(str(speaker.link_sealed)) not in page

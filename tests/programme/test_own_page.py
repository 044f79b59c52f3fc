"""A speaker's own pages, by a link and without an account, used as a browser without JavaScript uses them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import stores, tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme import conflicts, gathering
from eventsvc.programme.conflicts import ClashKind
from eventsvc.programme.models import Answer, Appearance, FreeTime, Slides, Speaker
from tests import browsing
from tests.conftest import Clock
from tests.files import a_photo
from tests.people import NOW, an_event
from tests.programme.speaking import HOUR, a_talk, card_of, sam, send_card, send_slides

SignIn = Callable[..., FlaskClient]
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow"}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(title="Health across borders")


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
    others = [client.post(card_of(speaker, path)) for path in ("/link", "/feed", "/feed/stop", "/take-away", "/card")]

    assert answer.status_code == 400 and "I am away" in answer.text
    assert [other.status_code for other in others] == [400] * 5
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
    assert stores.found(stores.FILES, file) is None
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

"""What is shown to whom: drafts and published facts, files of those who speak, and files that were refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from eventsvc import stores
from eventsvc.accounts.actors import SPEAKER, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import exporting, importing, portraits, published, reading, rules
from eventsvc.programme.formats import files
from eventsvc.programme.models import AcceptedClash, Answer, Appearance, Session, SessionStatus, Slides, Speaker
from tests.conftest import Clock
from tests.files import a_photo
from tests.people import NOW, a_session, an_event, an_organiser
from tests.programme.speaking import HOUR, a_talk, card_of, sam, send_card, send_slides

SignIn = Callable[..., FlaskClient]
PDF = b"%PDF-1.7 some slides"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def at(event: Event, path: str = "") -> str:
    return f"/desk/events/{event.slug}/programme{path}"


def edit(talk: Session, **changes: Any) -> None:
    rules.edit_session(talk, changes, revision=talk.revision, accepts=rules.ANYWAY, by=SYSTEM, at=NOW)
    db.session.commit()


def page_of(client: FlaskClient, talk: Session) -> str:
    return client.get(f"/events/{talk.event.slug}/sessions/{talk.public_id}").text


def test_a_speaker_sees_of_what_is_published_what_everybody_sees(client: FlaskClient, event: Event) -> None:
    talk = a_talk(event, title="As published")
    speaker = sam(talk)
    edit(talk, title="As drafted", starts_at=talk.starts_at + 3 * HOUR, ends_at=talk.ends_at + 3 * HOUR)

    page = client.get(card_of(speaker)).text

    assert "As published" in page and "09:30 to 10:30" in page
    assert "As drafted" not in page and "12:30" not in page


def test_a_speaker_sees_the_draft_of_what_they_were_asked_for_and_nobody_else_sees_yet(
    client: FlaskClient, event: Event
) -> None:
    talk = rules.add_session(event, {"title": "As drafted"}, by=SYSTEM, at=NOW)
    speaker = Speaker(name="Sam")
    talk.appearances = [Appearance(speaker=speaker, answer=Answer.INVITED)]
    db.session.commit()
    rules.hand_link(event, speaker, by=SYSTEM, at=NOW)
    db.session.commit()

    assert "As drafted" in client.get(card_of(speaker)).text


@pytest.mark.parametrize("why", ["declined", "cancelled", "event"])
def test_no_file_is_taken_for_what_somebody_is_not_in(client: FlaskClient, event: Event, why: str) -> None:
    talk = a_talk(event)
    speaker = sam(talk, appearance={"answer": Answer.DECLINED if why == "declined" else Answer.CONFIRMED})
    talk.status = SessionStatus.CANCELLED if why == "cancelled" else SessionStatus.PLANNED
    event.status = Status.CANCELLED if why == "event" else Status.PUBLISHED
    db.session.commit()

    answer = send_slides(client, speaker, PDF)

    assert answer.status_code == 409 and list(stores.kept(stores.FILES)) == []
    assert db.session.scalars(sa.select(Slides)).all() == []


def test_files_of_whoever_was_taken_out_are_not_shown_and_the_desk_takes_them_away(
    client: FlaskClient, desk: FlaskClient, event: Event, clock: Clock
) -> None:
    talk = a_talk(event)
    gone, stays = sam(talk), sam(talk, name="Ada")
    send_slides(client, gone, PDF, "gone.pdf")
    send_slides(client, stays, PDF + b".", "stays.pdf")
    file = db.session.scalars(sa.select(Slides).where(Slides.name == "gone.pdf")).one()
    talk.appearances = [each for each in talk.appearances if each.speaker is stays]
    published.bring(event, at=NOW)
    db.session.commit()
    clock.at(event.ends_at + HOUR)

    shown = page_of(client, talk)
    assert "stays.pdf" in shown and "gone.pdf" not in shown
    assert [item.has_files for item in reading.items(event.id)] == [True]
    address = f"/events/{event.slug}/sessions/{talk.public_id}/slides/{file.public_id}"
    assert client.get(address).status_code == 404
    listed = desk.get(at(event, f"/sessions/{talk.public_id}")).text
    assert "gone.pdf" in listed and "stays.pdf" in listed
    answer = desk.post(at(event, f"/slides/{file.public_id}/remove"), data={"back": talk.public_id})
    assert answer.location.endswith(f"/sessions/{talk.public_id}")
    assert [each.name for each in db.session.scalars(sa.select(Slides))] == ["stays.pdf"]
    db.session.execute(sa.update(Slides).values(speaker_id=gone.id))
    assert [item.has_files for item in reading.items(event.id)] == [False]


def test_nothing_is_kept_of_a_photo_that_is_refused(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    before = speaker.revision
    rules.edit_card(speaker, {"affiliation": "Elsewhere"}, revision=before, by=SPEAKER, at=NOW)
    db.session.commit()

    answer = send_card(
        client, speaker, revision=str(before), affiliation="Here", photo=(io.BytesIO(a_photo()), "a.jpg")
    )

    assert answer.status_code == 409 and list(stores.kept(stores.PHOTOS)) == []


def test_a_link_brings_sixty_files_an_hour(make_app: Callable[..., Flask], event: Event) -> None:
    speaker, client = sam(a_talk(event)), make_app(RATE_LIMITS=True).test_client()

    answers = [send_slides(client, speaker, b"no slides").status_code for _each in range(61)]

    assert set(answers[:60]) == {422} and answers[60] == 429


def test_the_list_at_the_desk_says_what_is_taken_out_and_puts_it_back(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event, title="Gone talk")
    rules.delete_session(talk, by=SYSTEM, at=NOW)
    db.session.commit()
    page = desk.get(at(event)).text
    assert "Taken out, and gone with the next version" in page and "Put “Gone talk” back" in page

    desk.post(at(event, f"/sessions/{talk.public_id}/restore"))

    assert talk.status is SessionStatus.PLANNED and "Taken out" not in desk.get(at(event)).text


def test_what_begins_after_midnight_stands_on_the_evening_before_with_all_its_rooms(
    desk: FlaskClient, event: Event
) -> None:
    side = rules.add_room(event, "Side room", by=SYSTEM, at=NOW)
    night = datetime(2027, 5, 30, 22, 30, tzinfo=UTC)
    a_session(event, starts_at=night, ends_at=night + HOUR, further_rooms=[side])

    page = desk.get(at(event)).text

    assert re.findall(r"<h2[^>]*>\s*([^<]*May[^<]*?)\s*<", page) == ["Sun 30 May"]
    assert "Aula, Side room" in page


def test_what_was_cancelled_and_then_taken_out_is_put_back_cancelled(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event)
    rules.cancel_session(talk, by=SYSTEM, at=NOW)
    rules.delete_session(talk, by=SYSTEM, at=NOW)
    db.session.commit()

    answer = desk.post(at(event, f"/sessions/{talk.public_id}/restore"), follow_redirects=True)

    assert talk.status is SessionStatus.CANCELLED and "cancelled as it was" in answer.text


def test_a_session_that_clashes_by_now_takes_place_after_all_if_it_may_stand(desk: FlaskClient, event: Event) -> None:
    talk = a_talk(event)
    rules.cancel_session(talk, by=SYSTEM, at=NOW)
    a_talk(event, title="In its place")
    address = at(event, f"/sessions/{talk.public_id}/restore")

    refused = desk.post(address)
    assert refused.status_code == 409 and "In its place" in refused.text
    assert talk.status.value == "cancelled"
    keys = re.search(r'name="accepts" value="([^"]+)"', refused.text)
    assert keys
    desk.post(address, data={"accepts": keys[1]})

    assert talk.status is SessionStatus.PLANNED


def take(event: Event, text: str) -> None:
    importing.take(event, files.read(text, exporting.setting_of(event)).plan, by=SYSTEM, at=NOW)
    db.session.commit()


def test_a_clash_that_an_import_ends_is_let_stand_no_longer(event: Event) -> None:
    a_talk(event, title="One", source_id="a")
    a_talk(event, title="Two", source_id="b")
    rules.accept_clashes(event, rules.ANYWAY, by=SYSTEM, at=NOW)
    db.session.commit()

    take(event, "ID\tTitle\tStart\tEnd\nb\tTwo\t2027-05-30 15:00\t2027-05-30 16:00\n")

    assert db.session.scalars(sa.select(AcceptedClash)).all() == []
    assert "clash.gone" in db.session.scalars(sa.select(AuditEntry.act)).all()


def test_an_id_that_an_import_gives_is_noted(event: Event) -> None:
    a_session(event, title="One")

    take(event, "ID\tTitle\tStart\tEnd\nx1\tOne\t2027-05-30 09:30\t2027-05-30 10:30\n")

    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "session.edited")).one()
    assert (entry.before, entry.after) == ({"source_id": None}, {"source_id": "x1"})


def test_what_means_nothing_in_an_address_has_no_page_drawn_anew(
    client: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    a_talk(event)
    client.get(f"/events/{event.slug}/programme")

    with count_queries() as queries:
        client.get(f"/events/{event.slug}/programme?utm_source=a&x=1")

    assert not any("published_sessions" in statement for statement in queries.statements)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "xml", "ics"])
def test_a_file_that_somebody_has_is_not_written_again_until_it_differs(
    client: FlaskClient, event: Event, clock: Clock, kind: str
) -> None:
    talk = a_talk(event)
    address = f"/events/{event.slug}/programme.{kind}"
    has = client.get(address)
    clock.forward(timedelta(hours=1))

    def asked_again() -> int:
        return client.get(address, headers={"If-None-Match": has.headers["ETag"]}).status_code

    assert (has.status_code, asked_again()) == (200, 304)
    edit(talk, title="Another")
    rules.publish(event, by=SYSTEM, at=NOW)
    db.session.commit()
    assert asked_again() == 200


def test_shades_of_sixteen_bits_stay_shades(app: Flask) -> None:
    sent, half = io.BytesIO(), Image.new("I;16", (40, 40), 32768)
    half.save(sent, "PNG")

    with Image.open(io.BytesIO(portraits.drawn(sent.getvalue()))) as drawn:
        assert abs(drawn.convert("L").getpixel((20, 20)) - 128) < 4


def test_many_clashes_that_come_with_a_file_are_written_in_one_go_as_few_are(event: Event) -> None:
    flushes: list[Any] = []
    # Of this test's session alone, which goes with it.
    sa.event.listen(db.session(), "after_flush", lambda _session, context: flushes.append(context))

    def taken(count: int, day: int) -> int:
        rows = "".join(f"{day}.{n}\tT\t2027-05-{day} 10:00\t2027-05-{day} 11:00\tAula\n" for n in range(count))
        plan = files.read(f"Title\tTrack\tStart\tEnd\tRoom\n{rows}", exporting.setting_of(event)).plan
        before = len(flushes)
        importing.take(event, plan, accepts=rules.ANYWAY, by=SYSTEM, at=NOW)
        db.session.commit()
        return len(flushes) - before

    few = taken(2, 30)

    assert taken(8, 31) <= few
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AcceptedClash)) > 20

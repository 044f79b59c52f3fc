"""Files at the doors: each for whoever may have it, under its right name; all of an event in a list and as one archive."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import archives, stores
from eventsvc.accounts.models import AuditEntry, EventRole, Membership, User
from eventsvc.archives import Part
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import files
from eventsvc.registration.models import Registration, SeenBy, State
from eventsvc.stores import Found
from tests.files import PDF, a_document
from tests.people import a_registration, an_event, an_organiser
from tests.registration.sending import CLAIM, a_file, a_question, received

OTHER = a_document("ppt/presentation.xml", b"<q/>")
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def ada(event: Event) -> Registration:
    return a_registration(event, given_name="Ada", family_name="Voorbeeld", reference="3KQ7XM")


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def with_role(name: str, event: Event, role: EventRole) -> User:
    user = an_organiser(name)
    user.memberships = [Membership(event_id=event.id, role=role)]
    db.session.commit()
    return user


def here(event: Event, path: str = "") -> str:
    return f"/desk/events/{event.slug}/files{path}"


def unpacked(answer: Any) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return {part.filename: archive.read(part) for part in archive.infolist()}


def test_ada_fetches_what_she_sent_and_nobody_else_does(client: FlaskClient, event: Event, ada: Registration) -> None:
    file = a_file(ada, a_question(event), name="Lebenslauf Jürgen.pdf")
    eve = a_registration(event)

    page = client.get(f"/registrations/{ada.token}").text
    answer = client.get(f"/registrations/{ada.token}/files/{file.public_id}")

    assert "Lebenslauf Jürgen.pdf" in page and f"/files/{file.public_id}" in page
    assert (answer.status_code, answer.data, answer.content_type) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Lebenslauf Jurgen.pdf\"; filename*=UTF-8''Lebenslauf%20J%C3%BCrgen.pdf"
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"/registrations/{eve.token}/files/{file.public_id}").status_code == 404
    assert client.get(f"/registrations/guessed/files/{file.public_id}").status_code == 404
    assert client.get(f"/registrations/{ada.token}/files/nothing").status_code == 404


def test_what_the_office_wrote_down_for_itself_is_not_on_adas_page_but_in_her_data(
    client: FlaskClient, event: Event, ada: Registration
) -> None:
    file = a_file(ada, a_question(event, "Visa", seen_by=SeenBy.OFFICE), name="visa.pdf")

    assert "visa.pdf" not in client.get(f"/registrations/{ada.token}").text
    assert client.get(f"/registrations/{ada.token}/files/{file.public_id}").status_code == 404
    data = client.get(f"/registrations/{ada.token}/data.json").get_json()["files"]
    assert [(each["name"], each["question"], each["size"]) for each in data] == [("visa.pdf", "Visa", len(PDF))]


def test_a_file_whose_bytes_are_gone_is_not_found(client: FlaskClient, event: Event, ada: Registration) -> None:
    file = a_file(ada, a_question(event))
    stores.drop(stores.ANSWERS, file.digest)

    assert client.get(f"/registrations/{ada.token}/files/{file.public_id}").status_code == 404


def test_olga_sees_what_was_sent_and_fetches_it_from_the_list_and_from_the_person(
    desk: FlaskClient, event: Event, ada: Registration
) -> None:
    file = a_file(ada, a_question(event), name="cv.pdf")
    received(a_question(event, "Diploma"), name="not sent after all.pdf")

    listed, person = desk.get(here(event)), desk.get(f"/desk/events/{event.slug}/roster/{ada.id}")
    answer = desk.get(here(event, f"/{file.public_id}"))

    for told in ("Ada Voorbeeld", "cv.pdf", "PDF, 1 kB", "Curriculum vitae", "One file, 1 kB"):
        assert told in listed.text
    assert "not sent after all" not in listed.text
    assert here(event, f"/{file.public_id}") in listed.text and here(event, f"/{file.public_id}") in person.text
    assert here(event) in desk.get(f"/desk/events/{event.slug}/roster").text
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cv.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("role", [EventRole.DOOR, EventRole.REVIEWER])
def test_who_may_not_see_an_answer_sees_neither_the_file_nor_that_there_is_one(
    sign_in: SignIn, event: Event, ada: Registration, role: EventRole
) -> None:
    team = a_file(ada, a_question(event), name="cv.pdf")
    hidden = [
        a_file(ada, a_question(event, "Passport", seen_by=SeenBy.EDITORS), name="passport.pdf"),
        a_file(ada, a_question(event, "Visa", seen_by=SeenBy.OFFICE), name="visa.pdf"),
    ]
    rev = sign_in(with_role("Rev", event, role))

    for page in (rev.get(here(event)).text, rev.get(f"/desk/events/{event.slug}/roster/{ada.id}").text):
        assert "cv.pdf" in page and "passport.pdf" not in page and "visa.pdf" not in page
    assert rev.get(here(event, f"/{team.public_id}")).status_code == 200
    assert [rev.get(here(event, f"/{file.public_id}")).status_code for file in hidden] == [404, 404]
    assert rev.get(here(event, ".zip")).status_code == 404


def test_eve_and_whoever_is_not_signed_in_find_nothing(
    client: FlaskClient, sign_in: SignIn, event: Event, ada: Registration
) -> None:
    file, elsewhere = a_file(ada, a_question(event)), an_event()
    eve = sign_in(an_organiser("Eve", owns=elsewhere))

    for path in ("", ".zip", f"/{file.public_id}"):
        assert eve.get(here(event, path)).status_code == 404
        assert client.get(here(event, path)).status_code == 302
    assert eve.get(here(elsewhere, f"/{file.public_id}")).status_code == 404


def test_one_archive_has_every_file_under_a_safe_name_of_its_own(
    desk: FlaskClient, event: Event, ada: Registration
) -> None:
    question = a_question(event, "CV / \u202eresume\r\n..", rules={"max": 3})
    a_file(ada, question, PDF, "../../etc/passwd.pdf")
    own = [file.public_id for file in files.of(ada.id)]
    more = [received(question, content, "slides.pptx").public_id for content in (a_document(), OTHER)]
    files.claim(ada, {question.id: [*own, *more]}, by_form=CLAIM)
    db.session.commit()
    li = a_registration(event, given_name="诗丽", family_name="李", reference="7XM3KQ")
    a_file(li, a_question(event, "履歴書"), name="x.pdf")

    answer = desk.get(here(event, ".zip"))

    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{event.slug}-2027-03-02.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert unpacked(answer) == {
        "Ada Voorbeeld 3KQ7XM - CV resume.pdf": PDF,
        "Ada Voorbeeld 3KQ7XM - CV resume.pptx": a_document(),
        "Ada Voorbeeld 3KQ7XM - CV resume (2).pptx": OTHER,
        "诗丽 李 7XM3KQ - 履歴書.pdf": PDF,
    }


def test_an_archive_of_one_question_has_its_files_alone_and_the_log_says_who_took_it(
    desk: FlaskClient, event: Event, ada: Registration
) -> None:
    wanted = a_question(event, "Diploma")
    a_file(ada, a_question(event)), a_file(ada, wanted)

    answer = desk.get(here(event, f".zip?question={wanted.public_id}"))

    assert list(unpacked(answer)) == ["Ada Voorbeeld 3KQ7XM - Diploma.pdf"]
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "export files")).one()
    assert (entry.event_id, entry.after) == (event.id, {"count": 1, "size": "1 kB", "question": "Diploma"})
    assert "Files downloaded" in desk.get(f"/desk/events/{event.slug}/audit").text


def test_a_file_that_is_not_to_be_had_is_told_of_in_the_archive(
    desk: FlaskClient, event: Event, ada: Registration
) -> None:
    a_file(ada, a_question(event))
    stores.drop(stores.ANSWERS, a_file(ada, a_question(event, "Diploma")).digest)

    found = unpacked(desk.get(here(event, ".zip")))

    assert list(found) == ["Ada Voorbeeld 3KQ7XM - Curriculum vitae.pdf", "Not in here.txt"]
    assert "Ada Voorbeeld 3KQ7XM - Diploma.pdf" in found["Not in here.txt"].decode()


def test_the_list_goes_by_pages_and_asks_the_database_as_often_for_many_as_for_one(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    question = a_question(event)
    a_file(a_registration(event), question)
    with count_queries() as one:
        desk.get(here(event))

    for number in range(files.PAGE_SIZE + 1):
        a_file(a_registration(event), question, name=f"cv {number}.pdf")
    with count_queries() as many:
        first = desk.get(here(event))

    assert one.count == many.count
    assert first.text.count("<time") == files.PAGE_SIZE and "52 files" in first.text
    last = desk.get(here(event, "?page=2"))
    assert last.text.count("<time") == 2 and "cv.pdf" in last.text
    assert desk.get(here(event, "?page=99")).text.count("<time") == 2


def test_an_empty_list_says_what_it_is_for_and_a_wrong_question_shows_nothing(
    desk: FlaskClient, event: Event, ada: Registration
) -> None:
    assert "No files yet" in desk.get(here(event)).text
    assert here(event) not in desk.get(f"/desk/events/{event.slug}/roster").text

    a_file(ada, a_question(event))

    assert "No file here" in desk.get(here(event, "?question=nothing")).text


def test_somebody_who_gave_up_their_place_is_marked_in_the_list(desk: FlaskClient, event: Event) -> None:
    a_file(a_registration(event, state=State.CANCELLED), a_question(event))

    assert "Cancelled" in desk.get(here(event)).text


def test_an_archive_is_written_as_it_goes() -> None:
    """Of a large file no more than some blocks are ever held."""
    noise, size = [os.urandom(stores.BLOCK) for _number in range(3)], 300 * stores.BLOCK
    taken: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(300):
            taken.append(number)
            yield noise[number % 3]

    written, largest_lag = b"", 0
    for block in archives.packed([Part("long.bin", datetime(1970, 1, 1, tzinfo=UTC), Found(size, blocks))]):
        written += block
        largest_lag = max(largest_lag, len(taken) * stores.BLOCK - len(written), len(block))

    assert largest_lag <= 3 * stores.BLOCK
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("long.bin").file_size == size


def test_names_that_are_alike_on_some_system_are_numbered() -> None:
    names = archives.Names()

    given = [names.unlike(stem, "pdf") for stem in ("Ada", "ada", "Ａda", "Eve", "Ada (2)")]

    assert given == ["Ada.pdf", "ada (2).pdf", "Ａda (3).pdf", "Eve.pdf", "Ada (2) (2).pdf"]

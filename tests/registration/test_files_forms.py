"""Files that come with a form: kept whatever else is wrong with it, replaced, taken out, and the registration's in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import stores
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import files, limits, questionnaires, receiving
from eventsvc.registration.models import Answer, AnswerFile, Question, Registration, SeenBy
from eventsvc.stores import StoreAway
from tests import browsing, people
from tests.files import PDF, a_document, content_of
from tests.people import a_registration, an_event
from tests.registration.sending import a_file, a_question, received

ADA = {
    "given_name": "Ada",
    "family_name": "Voorbeeld",
    "email": "ada@example.org",
    "organisation": "Example University",
    "country": "NL",
    "consent": "y",
}
Sent = tuple[str, bytes]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def cv(event: Event) -> Question:
    return a_question(event, is_required=True)


def path(event: Event) -> str:
    return f"/events/{event.slug}/register"


def box(question: Question) -> str:
    return f"q-{question.public_id}"


def post(client: FlaskClient, address: str, page: str, *sent: tuple[Question, Sent], to: str = "", **typed: str) -> Any:
    """Send the form of a page with what is typed over it, and with files, as a browser does.

    `address` is where the form says that it goes, `to` where that is when it says nothing.
    """
    form = browsing.fields(page, action=address)
    for name in [name for name in form if name.startswith("q-") and not name.endswith("-drop")]:
        form.poplist(name)
    form.update(typed)
    for name, value in typed.items():
        form.setlist(name, [value])
    lines = [_part(f'name="{name}"', value.encode()) for name, value in form.items(multi=True)]
    lines += [
        _part(f'name="{box(question)}"; filename="{name}"', content, "application/octet-stream")
        for question, (name, content) in sent
    ]
    body = b"".join(lines) + b"--cut--\r\n"
    return client.post(address or to, data=body, content_type="multipart/form-data; boundary=cut")


def _part(says: str, content: bytes, kind: str = "") -> bytes:
    head = f"--cut\r\nContent-Disposition: form-data; {says}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
    return head.encode() + b"\r\n" + content + b"\r\n"


def the_registration() -> Registration:
    return db.session.scalars(sa.select(Registration)).one()


def rows() -> list[tuple[str, bool]]:
    """The files there are, and whether each is somebody's."""
    found = db.session.scalars(sa.select(AnswerFile).order_by(AnswerFile.id))
    return [(file.name, file.registration_id is not None) for file in found]


def test_a_form_that_asks_for_a_file_sends_files_and_others_do_not(
    client: FlaskClient, event: Event, cv: Question
) -> None:
    page = client.get(path(event)).text

    assert 'enctype="multipart/form-data"' in page and 'type="file"' in page
    assert "A PDF, a picture or an office document of at most 20 MB." in page
    assert "multipart" not in client.get(path(an_event())).text


def test_a_cv_is_kept_while_the_form_is_refused_and_is_the_registrations_in_the_end(
    client: FlaskClient, event: Event, cv: Question
) -> None:
    address = path(event)
    refused = post(client, address, client.get(address).text, (cv, ("../my cv.html", PDF)), **ADA | {"country": ""})

    assert refused.status_code == 422
    for told in ("my cv.pdf", "PDF, 1 kB, kept", "Please choose your country", "Nothing you typed is lost"):
        assert told in refused.text
    assert rows() == [("my cv.pdf", False)]

    done = post(client, address, refused.text, **ADA)

    assert done.status_code == 303 and rows() == [("my cv.pdf", True)]
    file = files.of(the_registration().id)[0]
    assert db.session.scalars(sa.select(Answer)).one().value == [file.public_id]
    assert content_of(stores.found(stores.ANSWERS, file.digest)) == PDF
    page = client.get(done.headers["Location"]).text
    assert f"/files/{file.public_id}" in page and "my cv.pdf" in page


def test_without_a_file_a_form_that_needs_one_says_so(client: FlaskClient, event: Event, cv: Question) -> None:
    refused = post(client, path(event), client.get(path(event)).text, **ADA)

    assert refused.status_code == 422 and "Please choose a file." in refused.text
    assert browsing.fields(refused.text, action=path(event))["given_name"] == "Ada"


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "The file is empty"),
        (b"<html><script>alert(1)</script>", 422, "no file that we take"),
        (a_document("word/document.xml", bytes(30_000_000)), 422, "many times as large"),
        (b"%PDF-" + bytes(files.MOST_BYTES + 5_000_000), 413, "A file may have 20 MB"),
    ],
    ids=["empty", "html", "bomb", "large"],
)
def test_a_file_that_is_not_taken_is_told_beside_its_question_and_nothing_typed_is_lost(
    client: FlaskClient, event: Event, cv: Question, content: bytes, status: int, sentence: str
) -> None:
    letter = people.a_question(event, label="Letter")

    refused = post(
        client, path(event), client.get(path(event)).text, (cv, ("cv.pdf", content)), **ADA | {box(letter): "Dear Olga"}
    )

    assert refused.status_code == status and refused.text.count(sentence) == 2, "in the summary and beside the box"
    typed = browsing.fields(refused.text, action=path(event))
    assert (typed["email"], typed["country"], typed[box(letter)]) == ("ada@example.org", "NL", "Dear Olga")
    assert rows() == []


def test_what_is_far_too_much_is_not_read_and_the_page_says_how_to_go_on(
    client: FlaskClient, event: Event, cv: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "CEILING", 1_000_000)

    refused = post(client, path(event), client.get(path(event)).text, (cv, ("cv.pdf", bytes(1_000_000))), **ADA)

    assert refused.status_code == 413 and "Go back one page in your browser" in refused.text


def test_another_file_takes_the_place_of_the_one_that_was_kept(client: FlaskClient, event: Event, cv: Question) -> None:
    first = post(client, path(event), client.get(path(event)).text, (cv, ("old.pdf", PDF)), **ADA | {"country": ""})
    second = post(client, path(event), first.text, (cv, ("new.pdf", PDF)), **ADA | {"country": ""})
    assert "new.pdf" in second.text and "old.pdf" not in second.text

    post(client, path(event), second.text, **ADA)

    assert rows() == [("old.pdf", False), ("new.pdf", True)], "what nobody took is swept within a day"


def test_a_wrong_file_leaves_the_one_that_was_kept(client: FlaskClient, event: Event, cv: Question) -> None:
    first = post(client, path(event), client.get(path(event)).text, (cv, ("good.pdf", PDF)), **ADA | {"country": ""})

    second = post(client, path(event), first.text, (cv, ("bad.pdf", b"<html>")), **ADA)

    assert second.status_code == 422 and "no file that we take" in second.text and "good.pdf" in second.text
    assert post(client, path(event), second.text, **ADA).status_code == 303
    assert rows() == [("good.pdf", True)]


def test_a_kept_file_is_taken_out_by_a_tick(client: FlaskClient, event: Event) -> None:
    question = a_question(event)
    first = post(
        client, path(event), client.get(path(event)).text, (question, ("cv.pdf", PDF)), **ADA | {"country": ""}
    )
    file = db.session.scalars(sa.select(AnswerFile)).one()

    done = post(client, path(event), first.text, **ADA | {f"{box(question)}-drop": file.public_id})

    assert (done.status_code, rows(), db.session.scalars(sa.select(Answer)).all()) == (303, [], [])


def test_several_files_answer_a_question_that_takes_several(client: FlaskClient, event: Event) -> None:
    question = a_question(event, rules={"max": 2})
    page = client.get(path(event)).text
    assert " multiple " in page and "At most 2 files." in page

    first = post(
        client, path(event), page, (question, ("1.pdf", PDF)), (question, ("2.pdf", PDF)), **ADA | {"country": ""}
    )
    post(client, path(event), first.text, **ADA)

    assert rows() == [("1.pdf", True), ("2.pdf", True)]


def test_eve_cannot_name_a_file_that_is_not_her_forms(client: FlaskClient, event: Event, cv: Question) -> None:
    adas = received(cv, claim="Ada's form")
    page = client.get(path(event)).text
    form = browsing.fields(page, action=path(event)).to_dict() | ADA | {box(cv): adas.public_id}

    refused = client.post(path(event), data=form)

    assert refused.status_code == 422 and "Please choose a file." in refused.text
    assert rows() == [("cv.pdf", False)]


def test_a_file_of_a_question_that_is_not_shown_is_dropped_though_sent(client: FlaskClient, event: Event) -> None:
    needed = people.a_question(event, "Yes", "No", label="Visa?")
    passport = a_question(
        event, "Passport", is_required=True, condition_id=needed.id, condition_values=[needed.options[0].public_id]
    )
    said = ADA | {box(needed): needed.options[1].public_id}

    done = post(client, path(event), client.get(path(event)).text, (passport, ("p.pdf", PDF)), **said)

    assert (done.status_code, rows()) == (303, [("p.pdf", False)])
    wrong = post(
        client,
        path(event),
        client.get(path(event)).text,
        (passport, ("p.pdf", b"<html>")),
        **said | {"email": "b@example.org"},
    )
    assert wrong.status_code == 303, "a file nobody asked for need not be right"


def test_a_double_click_sends_a_file_twice_and_one_is_taken(client: FlaskClient, event: Event, cv: Question) -> None:
    page = client.get(path(event)).text

    answers = [post(client, path(event), page, (cv, ("cv.pdf", PDF)), **ADA) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert sorted(is_taken for _name, is_taken in rows()) == [False, True]
    assert len(files.of(the_registration().id)) == 1


def test_who_fills_in_the_field_that_people_do_not_see_leaves_no_file(
    client: FlaskClient, event: Event, cv: Question
) -> None:
    answer = post(client, path(event), client.get(path(event)).text, (cv, ("cv.pdf", PDF)), **ADA | {"homepage": "x"})

    assert (answer.status_code, rows()) == (422, [])


def test_a_store_that_is_away_is_told_beside_the_question(
    client: FlaskClient, event: Event, cv: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_said: object) -> None:
        raise StoreAway

    monkeypatch.setattr(stores.Folder, "keep", away)

    refused = post(client, path(event), client.get(path(event)).text, (cv, ("cv.pdf", PDF)), **ADA)

    assert refused.status_code == 503 and "Files cannot be kept or fetched just now" in refused.text
    assert browsing.fields(refused.text, action=path(event))["given_name"] == "Ada"


def test_a_network_that_sends_gigabytes_waits_and_what_was_typed_stays(
    make_app: Callable[..., Flask], event: Event, cv: Question
) -> None:
    client = make_app(RATE_LIMITS=True).test_client()
    with client.application.app_context():
        assert limits.may_send("127.0.0.1", 1000 << 20)

    refused = post(client, path(event), client.get(path(event)).text, (cv, ("cv.pdf", PDF)), **ADA)

    assert refused.status_code == 429 and "Many files came from your network" in refused.text
    assert (browsing.fields(refused.text, action=path(event))["given_name"], rows()) == ("Ada", [])


class TestCorrecting:
    def form(self, registration: Registration) -> str:
        return f"/registrations/{registration.token}/correct"

    def test_ada_sees_her_file_and_sends_another_in_its_place(
        self, client: FlaskClient, event: Event, cv: Question
    ) -> None:
        ada = a_registration(event)
        a_file(ada, cv, name="old.pdf")
        page = client.get(self.form(ada)).text
        assert "old.pdf" in page

        refused = post(client, self.form(ada), page, (cv, ("new.pdf", PDF)), country="")
        assert refused.status_code == 422 and "new.pdf" in refused.text
        assert rows() == [("old.pdf", True), ("new.pdf", False)]
        done = post(client, self.form(ada), refused.text, country="NL")

        assert (done.status_code, rows()) == (303, [("new.pdf", True)])

    def test_what_she_does_not_touch_stays(self, client: FlaskClient, event: Event, cv: Question) -> None:
        ada = a_registration(event)
        a_file(ada, cv)

        done = post(client, self.form(ada), client.get(self.form(ada)).text, given_name="Augusta")

        assert (done.status_code, rows()) == (303, [("cv.pdf", True)])

    def test_what_is_ticked_goes_when_the_form_is_accepted_and_not_before(
        self, client: FlaskClient, event: Event
    ) -> None:
        ada, question = a_registration(event), a_question(event)
        file = a_file(ada, question)
        drop = {f"{box(question)}-drop": file.public_id}

        refused = post(client, self.form(ada), client.get(self.form(ada)).text, **drop | {"country": ""})
        assert rows() == [("cv.pdf", True)]
        # The tick is still there, and so is sent again.
        done = post(client, self.form(ada), refused.text, country="NL")

        assert (done.status_code, rows()) == (303, [])
        assert questionnaires.of(event.id) and db.session.scalars(sa.select(Answer)).all() == []

    def test_a_file_of_another_window_is_not_taken_along(self, client: FlaskClient, event: Event) -> None:
        ada, question = a_registration(event), a_question(event)
        one, other = (client.get(self.form(ada)).text for _window in range(2))
        post(client, self.form(ada), one, (question, ("left.pdf", PDF)), country="")

        post(client, self.form(ada), other, country="NL")

        assert rows() == [("left.pdf", False)]


class TestOnTheDesk:
    @pytest.fixture
    def desk(self, event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
        return sign_in(people.an_organiser("Olga", owns=event))

    def form(self, event: Event, registration: Registration | None = None) -> str:
        which = f"{registration.id}/correct" if registration else "add"
        return f"/desk/events/{event.slug}/roster/{which}"

    def test_olga_adds_somebody_with_their_file_which_is_kept_while_the_form_is_refused(
        self, desk: FlaskClient, event: Event, cv: Question, csrf: None
    ) -> None:
        form = desk.get(self.form(event)).text
        name = {"given_name": "Ada", "family_name": "Voorbeeld"}

        refused = post(desk, "", form, (cv, ("cv.pdf", PDF)), to=self.form(event), **name | {"email": "no address"})
        assert refused.status_code == 422 and "PDF, 1 kB, kept" in refused.text
        done = post(desk, "", refused.text, to=self.form(event), **name | {"email": ""})

        assert (done.status_code, rows()) == (303, [("cv.pdf", True)])

    def test_a_correction_leaves_files_alone_and_adds_what_the_office_notes(
        self, desk: FlaskClient, event: Event, cv: Question
    ) -> None:
        ada, visa = a_registration(event), a_question(event, "Visa", seen_by=SeenBy.OFFICE)
        a_file(ada, cv)

        form = desk.get(self.form(event, ada)).text
        done = post(desk, "", form, (visa, ("visa.pdf", PDF)), to=self.form(event, ada), given_name="Augusta")

        assert (done.status_code, rows()) == (303, [("cv.pdf", True), ("visa.pdf", True)])
        person = desk.get(done.headers["Location"]).text
        assert "visa.pdf" in person and person.count(f"/events/{event.slug}/files/") == 2

    def test_what_is_far_too_much_is_told_there_too(
        self, desk: FlaskClient, event: Event, cv: Question, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = desk.get(self.form(event)).text
        monkeypatch.setattr(receiving, "CEILING", 1_000_000)

        refused = post(desk, "", form, (cv, ("cv.pdf", bytes(1_000_000))), to=self.form(event))

        assert refused.status_code == 413 and "Go back one page in your browser" in refused.text

    def test_a_file_that_is_too_large_is_told_there_too(self, desk: FlaskClient, event: Event, cv: Question) -> None:
        form = desk.get(self.form(event)).text

        refused = post(
            desk, "", form, (cv, ("cv.pdf", b"%PDF-" + bytes(files.MOST_BYTES))), to=self.form(event), given_name="Ada"
        )

        assert refused.status_code == 413 and "A file may have 20 MB" in refused.text
        assert browsing.fields(refused.text, action="")["given_name"] == "Ada"

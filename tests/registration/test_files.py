"""Files as answers: kept for the form they came with, taken by its registration, and gone with it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from PIL.ExifTags import GPS, IFD

from eventsvc import stores
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import BadFile
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import files, rules
from eventsvc.registration.errors import FilesGone
from eventsvc.registration.models import AnswerFile, Question
from eventsvc.stores import StoreAway
from eventsvc.worker import tidy
from tests.conftest import Clock
from tests.files import PDF, a_document, a_photo, content_of, the_head_of_a_picture
from tests.people import NOW, a_registration, an_event
from tests.registration.sending import CLAIM, a_file, a_question, is_kept, received, sent

HOUR = timedelta(hours=1)


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def cv(event: Event) -> Question:
    return a_question(event)


def names(kept: list[AnswerFile]) -> list[str]:
    return [file.name for file in kept]


def test_a_file_is_kept_for_the_form_it_came_with_and_no_other_finds_it(cv: Question) -> None:
    file = received(cv, a_document("word/document.xml"), "../my cv.exe")

    assert (file.name, file.size) == ("my cv.docx", len(a_document("word/document.xml")))
    assert file.media_type.endswith("wordprocessingml.document")
    assert content_of(stores.found(stores.ANSWERS, file.digest)) == a_document("word/document.xml")
    assert files.kept(CLAIM) == [file]
    assert files.kept("another form") == files.kept("") == []


def test_a_form_without_a_key_keeps_no_file(cv: Question) -> None:
    with pytest.raises(ValueError, match="key of its own"):
        files.receive(sent(), cv, claim="", at=NOW)


def test_the_newest_file_answers_and_what_came_before_it_does_not(event: Event, cv: Question) -> None:
    several = a_question(event, "Diplomas", rules={"max": 2})
    for number in range(3):
        received(cv, PDF, f"cv {number}.pdf")
        received(several, PDF, f"diploma {number}.pdf")

    kept = files.kept(CLAIM)

    assert names(files.latest(kept, cv)) == ["cv 2.pdf"]
    assert names(files.latest(kept, several)) == ["diploma 1.pdf", "diploma 2.pdf"]


def test_a_file_is_taken_out_by_its_own_form_alone(cv: Question) -> None:
    file = received(cv)

    files.drop("another form", [file.public_id])
    assert files.kept(CLAIM) == [file]
    files.drop(CLAIM, [file.public_id])
    assert files.kept(CLAIM) == []


def test_a_registration_takes_the_files_of_its_form(event: Event, cv: Question) -> None:
    ada, file = a_registration(event), received(cv)

    files.claim(ada, {cv.id: [file.public_id]}, by_form=CLAIM)
    db.session.commit()

    db.session.expire_all()
    assert (file.registration_id, file.claim_digest, files.kept(CLAIM)) == (ada.id, None, [])
    assert files.of(ada.id) == [file]


@pytest.mark.parametrize("claim", ["another form", ""])
def test_nobody_takes_a_file_of_a_form_that_is_not_theirs(event: Event, cv: Question, claim: str) -> None:
    eve, file = a_registration(event), received(cv)

    with pytest.raises(FilesGone):
        files.claim(eve, {cv.id: [file.public_id]}, by_form=claim)


def test_nobody_takes_a_file_that_somebody_has_or_that_answers_another_question(event: Event, cv: Question) -> None:
    ada, eve = a_registration(event), a_registration(event)
    theirs, other = a_file(ada, cv), a_question(event, "Diploma")

    with pytest.raises(FilesGone):
        files.claim(eve, {cv.id: [theirs.public_id]}, by_form=f"of {ada.id}")
    with pytest.raises(FilesGone):
        files.claim(ada, {other.id: [theirs.public_id]}, by_form=f"of {ada.id}")


def test_a_new_file_takes_the_place_of_the_old_and_what_is_named_again_stays(event: Event) -> None:
    ada, question = a_registration(event), a_question(event, rules={"max": 2})
    old, kept = a_file(ada, question, name="old.pdf"), received(question, name="kept.pdf")
    files.claim(ada, {question.id: [old.public_id, kept.public_id]}, by_form=CLAIM)
    new = received(question, name="new.pdf")

    files.claim(ada, {question.id: [kept.public_id, new.public_id]}, by_form=CLAIM)

    assert names(files.of(ada.id)) == ["kept.pdf", "new.pdf"]


def test_a_picture_is_drawn_anew_so_that_it_tells_no_place(cv: Question) -> None:
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 9.0, 30.0)
    hidden = a_photo(exif=exif) + a_document("word/document.xml", b"hidden")

    file = received(cv, hidden, "passport.pdf")

    drawn = content_of(stores.found(stores.ANSWERS, file.digest))
    picture = Image.open(BytesIO(drawn))
    assert (file.name, picture.size, dict(picture.getexif())) == ("passport.jpg", (1200, 800), {})
    assert b"PK\x03\x04" in hidden and b"PK\x03\x04" not in drawn
    assert file.size == len(drawn)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"<html>", "no file that we take"),
        (a_document("word/document.xml", bytes(30_000_000)), "many times as large"),
        (b"%PDF-" + bytes(files.MOST_BYTES), "A file may have 20 MB"),
        (a_photo()[:300], "This picture cannot be read"),
        (the_head_of_a_picture(7_000, 7_000), "more than 40 million pixels"),
    ],
    ids=["empty", "html", "bomb", "long", "cut off", "many pixels"],
)
def test_what_is_hostile_or_wrong_is_refused_and_nothing_of_it_is_kept(
    cv: Question, content: bytes, sentence: str
) -> None:
    with pytest.raises(BadFile) as refused:
        files.receive(sent(content), cv, claim=CLAIM, at=NOW)

    assert sentence in str(refused.value.sentence)
    assert files.kept(CLAIM) == [] and content not in map(content_of, _all_kept())


def _all_kept() -> list[stores.Found]:
    found = (stores.found(stores.ANSWERS, digest) for digest, _at in stores.kept(stores.ANSWERS))
    return [each for each in found if each]


def test_a_store_that_is_away_is_a_no_and_leaves_no_row(cv: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_said: object) -> None:
        raise StoreAway

    monkeypatch.setattr(stores.Folder, "keep", away)

    with pytest.raises(StoreAway):
        files.receive(sent(), cv, claim=CLAIM, at=NOW)
    assert files.kept(CLAIM) == []


def test_what_nobody_takes_is_swept_after_a_day_and_what_somebody_has_stays(
    event: Event, cv: Question, clock: Clock
) -> None:
    ada = a_registration(event)
    taken, left = a_file(ada, cv).digest, received(cv).digest
    real = max(at for _digest, at in stores.kept(stores.ANSWERS))
    db.session.execute(sa.update(AnswerFile).values(uploaded_at=real))
    db.session.commit()

    clock.at(real + 23 * HOUR)
    tidy()
    assert (len(files.kept(CLAIM)), is_kept(left)) == (1, True)
    clock.at(real + 25 * HOUR)
    tidy()

    assert (files.kept(CLAIM), is_kept(left), is_kept(taken)) == ([], False, True)


def test_an_erased_person_has_no_files_and_soon_nobody_has_their_bytes(
    event: Event, cv: Question, clock: Clock
) -> None:
    ada, other = a_registration(event), a_registration(event)
    gone, stays = a_file(ada, cv).digest, a_file(other, cv).digest
    real = max(at for _digest, at in stores.kept(stores.ANSWERS))

    rules.erase(ada, by=ATTENDEE, at=NOW)
    db.session.commit()
    clock.at(real + 2 * HOUR)
    tidy()

    assert files.of(ada.id) == []
    assert (is_kept(gone), is_kept(stays)) == (False, True)


def test_the_files_of_a_question_go_together(event: Event, cv: Question) -> None:
    ada, other = a_registration(event), a_question(event, "Diploma")
    a_file(ada, cv), a_file(ada, other, name="diploma.pdf")

    files.forget_question(cv.id)

    assert names(files.of(ada.id)) == ["diploma.pdf"]

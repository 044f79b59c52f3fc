"""What Ada sends with her registration, and the questions that ask for it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage

from eventsvc import stores
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import answers, files, questionnaires
from eventsvc.registration.models import AnswerFile, Question, QuestionKind, Registration
from eventsvc.registration.questions import Answered
from tests import people
from tests.files import PDF
from tests.people import NOW

CLAIM = "the key of a form"


def a_question(event: Event, label: str = "Curriculum vitae", **over: Any) -> Question:
    """A question that one file answers."""
    return people.a_question(event, kind=QuestionKind.FILE, label=label, **over)


def sent(content: bytes = PDF, name: str = "cv.pdf") -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(BytesIO(content), filename=name, content_type="text/html")


def received(question: Question, content: bytes = PDF, name: str = "cv.pdf", claim: str = CLAIM) -> AnswerFile:
    """A file that came with a form, and that no registration has yet."""
    file = files.receive(sent(content, name), question, claim=claim, at=NOW)
    files.write([file])
    db.session.commit()
    return file


def a_file(registration: Registration, question: Question, content: bytes = PDF, name: str = "cv.pdf") -> AnswerFile:
    """A file that a registration has."""
    file = received(question, content, name, claim=f"of {registration.id}")
    own = [each.public_id for each in files.of(registration.id) if each.question_id == question.id]
    prompt = questionnaires.of(registration.event_id).by_id[question.public_id]
    value = {question.public_id: [*own, file.public_id]}
    answers.write(registration, Answered((prompt,), value, f"of {registration.id}"), at=NOW)
    db.session.commit()
    return file


def is_kept(digest: str) -> bool:
    """Tell whether the bytes of an answer are there."""
    return stores.found(stores.ANSWERS, digest) is not None

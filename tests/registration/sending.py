"""What Ada sends with her registration, and the questions that ask for it."""

from __future__ import annotations

import itertools
from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage

from eventsvc import stores
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import files
from eventsvc.registration.models import AnswerFile, Question, QuestionKind, Registration
from tests.files import PDF
from tests.people import NOW

CLAIM = "the key of a form"
_positions = itertools.count(1)


def a_question(event: Event, label: str = "Curriculum vitae", **over: Any) -> Question:
    """A question that one file answers."""
    facts = {"event_id": event.id, "kind": QuestionKind.FILE, "label": label, "position": next(_positions)} | over
    question = Question(**facts)
    db.session.add(question)
    db.session.commit()
    return question


def sent(content: bytes = PDF, name: str = "cv.pdf") -> FileStorage:
    """A file as a browser sends it."""
    return FileStorage(BytesIO(content), filename=name, content_type="text/html")


def received(question: Question, content: bytes = PDF, name: str = "cv.pdf", claim: str = CLAIM) -> AnswerFile:
    """A file that came with a form, and that no registration has yet."""
    file = files.receive(sent(content, name), question, claim=claim, at=NOW)
    db.session.commit()
    return file


def a_file(registration: Registration, question: Question, content: bytes = PDF, name: str = "cv.pdf") -> AnswerFile:
    """A file that a registration has."""
    file = received(question, content, name, claim=f"of {registration.id}")
    files.claim(registration, {question.id: [file.public_id]}, by_form=f"of {registration.id}")
    db.session.commit()
    return file


def is_kept(digest: str) -> bool:
    """Tell whether the bytes of an answer are there."""
    return stores.found(stores.ANSWERS, digest) is not None

"""Files that people send as answers: kept before the form is accepted, then the registration's, and gone with it.

A file belongs to the form it was sent with until a registration takes it: the form's own key, its *claim*, finds it
again when the form comes back. What nobody takes is swept away after a day.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager
from werkzeug.datastructures import FileStorage

from eventsvc import pictures, stores, sweeping, tokens, uploads
from eventsvc.columns import public_id
from eventsvc.errors import BadFile
from eventsvc.extensions import db
from eventsvc.registration.errors import FilesGone
from eventsvc.registration.models import AnswerFile, Question, Registration, SeenBy
from eventsvc.uploads import Kind

MOST_BYTES = uploads.MOST_BYTES
PAGE_SIZE = 50
UNCLAIMED = timedelta(days=1)
PAUSE = timedelta(hours=1)
"""Bytes without a row go after that long; a file is kept some moments before its row is written."""

# As sharp as a page held before a camera: what is larger is a photo's pride.
_SIDE = 4000
_DRAWN_AS = {"image/png": "PNG", "image/gif": "PNG"}
_KINDS = {"PNG": uploads.KINDS["image/png"], "JPEG": uploads.KINDS["image/jpeg"]}


class Asking(Protocol):
    """A question that takes files, as it is read here."""

    @property
    def id(self) -> int: ...
    @property
    def rules(self) -> Mapping[str, Any]: ...


def most(question: Asking) -> int:
    """Tell how many files may answer a question: one, unless its rules say more."""
    return int(question.rules.get("max") or 1)


def receive(storage: FileStorage, question: Asking, *, claim: str, at: datetime) -> AnswerFile:
    """Keep the bytes of a file that was sent with the form `claim`, and return its row, which is not written yet.

    The caller writes all rows of a form at once, when everything slow is done: SQLite lets nobody else write from the
    first on. A picture is drawn anew: whatever else was in it, such as the place it was taken at, stays behind.
    Raises BadFile and StoreAway.
    """
    kind, content = _taken(storage.stream.read(MOST_BYTES + 1))
    own = public_id()
    return AnswerFile(
        public_id=own,
        question_id=question.id,
        claim_digest=claim_digest(claim),
        name=uploads.named(storage.filename or "", kind),
        media_type=kind.media_type,
        size=len(content),
        digest=stores.keep(stores.ANSWERS, content, apart=own),
        uploaded_at=at,
    )


def write(brought: Sequence[AnswerFile]) -> None:
    """Write the rows of files whose bytes are kept, in the order in which they came."""
    db.session.add_all(brought)
    db.session.flush()


def claim_digest(claim: str) -> str:
    """Return what the files of a form are found by. Raises ValueError for a form without a key of its own."""
    if not claim:
        raise ValueError("a form that brings files needs a key of its own")
    return tokens.digest(f"files {claim}")


def kept(claim: str) -> list[AnswerFile]:
    """Return the files that came with a form and that no registration has taken, in the order they came."""
    if not claim:
        return []
    own = AnswerFile.claim_digest == claim_digest(claim)
    asked = sa.select(AnswerFile).where(own, AnswerFile.registration_id.is_(None))
    return list(db.session.scalars(asked.order_by(AnswerFile.id)))


def latest(files: Sequence[AnswerFile], question: Asking) -> list[AnswerFile]:
    """Return those of `files` that answer a question: where one may, the newest takes the place of all before it."""
    return [file for file in files if file.question_id == question.id][-most(question) :]


def drop(claim: str, public_ids: Collection[str]) -> None:
    """Forget files that came with a form and are not to be sent after all."""
    if claim and public_ids:
        own = AnswerFile.claim_digest == claim_digest(claim), AnswerFile.registration_id.is_(None)
        db.session.execute(sa.delete(AnswerFile).where(*own, AnswerFile.public_id.in_(public_ids)))


def claim(registration: Registration, named: Mapping[int, Collection[str]], *, by_form: str) -> None:
    """Let a registration have the files that answer its questions, in the caller's transaction, and forget its others.

    `named` has the public ids of files by the ids of questions: files of the form `by_form`, or the registration's own
    already. Raises FilesGone when one is neither.
    """
    own = AnswerFile.registration_id == registration.id
    for question_id, public_ids in named.items():
        here = AnswerFile.question_id == question_id
        db.session.execute(sa.delete(AnswerFile).where(own, here, AnswerFile.public_id.not_in(public_ids)))
        if public_ids:
            _claim(registration.id, here, public_ids, by_form)


def of(registration_id: int, *, by_editors: bool = True, of_office: bool = True) -> list[AnswerFile]:
    """Return one person's files with their questions, in the order of these: those that whoever looks may see."""
    asked = _seen(by_editors=by_editors, of_office=of_office).where(AnswerFile.registration_id == registration_id)
    return list(db.session.scalars(asked.order_by(Question.position, AnswerFile.id)))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an event's files, the newest first; `found` is how many there are, `size` their bytes."""

    rows: list[AnswerFile]
    found: int
    size: int
    number: int

    @property
    def last(self) -> int:
        return max(1, math.ceil(self.found / PAGE_SIZE))


def page(event_id: int, number: int, *, by_editors: bool, question: str = "") -> Page:
    """Return a page of the files that people have sent to an event, with people and questions, in two queries."""
    asked = _of_event(event_id, by_editors, question)
    counted = asked.with_only_columns(sa.func.count(), sa.func.coalesce(sa.func.sum(AnswerFile.size), 0))
    found, size = db.session.execute(counted).one()
    number = max(1, min(number, math.ceil(found / PAGE_SIZE)))
    wanted = asked.order_by(AnswerFile.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(wanted)), found, int(size), number)


def every(event_id: int, *, by_editors: bool, question: str = "") -> list[AnswerFile]:
    """Return all of them, by people's names: rows are small, whatever the files are."""
    by_name = (sa.func.lower(Registration.family_name), sa.func.lower(Registration.given_name), AnswerFile.id)
    return list(db.session.scalars(_of_event(event_id, by_editors, question).order_by(*by_name)))


def asking(event_id: int, *, by_editors: bool) -> list[Question]:
    """Return the questions of an event that files have answered."""
    answered = sa.select(AnswerFile.question_id).where(AnswerFile.registration_id.is_not(None))
    asked = sa.select(Question).where(Question.event_id == event_id, Question.id.in_(answered))
    if not by_editors:
        asked = asked.where(Question.seen_by == SeenBy.TEAM)
    return list(db.session.scalars(asked.order_by(Question.position, Question.id)))


def has_any(event_id: int) -> bool:
    """Tell whether anybody has sent a file to an event."""
    here = sa.select(AnswerFile.id).join(Registration, Registration.id == AnswerFile.registration_id)
    return db.session.scalar(here.where(Registration.event_id == event_id).limit(1)) is not None


def one(event_id: int, file_id: str, *, by_editors: bool) -> AnswerFile | None:
    """Return a file of an event by its public id, if whoever looks may see it."""
    return db.session.scalar(_of_event(event_id, by_editors, "").where(AnswerFile.public_id == file_id))


def forget(registration_id: int) -> None:
    """Forget all that one person sent; the bytes are swept once no row names them."""
    db.session.execute(sa.delete(AnswerFile).where(AnswerFile.registration_id == registration_id))


def forget_question(question_id: int) -> None:
    """Forget what everybody sent as an answer to one question."""
    db.session.execute(sa.delete(AnswerFile).where(AnswerFile.question_id == question_id))


def expire(*, at: datetime) -> None:
    """Forget the files of forms that nobody sent again within a day; their bytes are swept the next time."""
    old = AnswerFile.registration_id.is_(None), AnswerFile.uploaded_at <= at - UNCLAIMED
    db.session.execute(sa.delete(AnswerFile).where(*old))


def sweep(*, at: datetime) -> int:
    """Forget bytes that no row names, and return of how many files."""
    return sweeping.sweep(stores.ANSWERS, AnswerFile.digest, at=at, pause=PAUSE)


def _taken(content: bytes) -> tuple[Kind, bytes]:
    kind = uploads.kind_of(content, most=MOST_BYTES)
    if not kind.is_picture:
        return kind, content
    drawn_as = _DRAWN_AS.get(kind.media_type, "JPEG")
    try:
        return _KINDS[drawn_as], pictures.drawn(content, side=_SIDE, kind=drawn_as)
    except pictures.TooManyPixels as many:
        told = _(
            "This picture has more than %(most)s million pixels. Send a smaller one, or a PDF.",
            most=many.most // 1_000_000,
        )
        raise BadFile(told) from None
    except pictures.NoPicture:
        raise BadFile(_("This picture cannot be read. Send it as JPEG or PNG, or as a PDF.")) from None


def _claim(registration_id: int, here: Any, public_ids: Collection[str], by_form: str) -> None:
    """Take a form's files over; those that are the registration's already stay with it."""
    mine = sa.and_(AnswerFile.registration_id.is_(None), AnswerFile.claim_digest == (by_form and claim_digest(by_form)))
    owned = sa.or_(AnswerFile.registration_id == registration_id, mine)
    taken = db.session.execute(
        sa.update(AnswerFile)
        .where(here, owned, AnswerFile.public_id.in_(public_ids))
        .values(registration_id=registration_id, claim_digest=None)
        .returning(AnswerFile.id)
    )
    if len(taken.all()) != len(set(public_ids)):
        raise FilesGone


def _of_event(event_id: int, by_editors: bool, question: str) -> sa.Select[AnswerFile]:
    asked = _seen(by_editors=by_editors, of_office=by_editors).where(Question.event_id == event_id)
    asked = asked.join(Registration, Registration.id == AnswerFile.registration_id)
    asked = asked.options(contains_eager(AnswerFile.registration))
    return asked.where(Question.public_id == question) if question else asked


def _seen(*, by_editors: bool, of_office: bool) -> sa.Select[AnswerFile]:
    seen = [SeenBy.TEAM, *([SeenBy.EDITORS] if by_editors else []), *([SeenBy.OFFICE] if of_office else [])]
    asked = sa.select(AnswerFile).join(Question, Question.id == AnswerFile.question_id)
    return asked.where(Question.seen_by.in_(seen)).options(contains_eager(AnswerFile.question))

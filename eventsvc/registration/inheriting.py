"""What a new registration takes over from an ended one of the same person: answers and sessions, but nothing full."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme.models import Session
from eventsvc.registration.models import LIVE, Answer, AnswerFile, AnswerOption, Choice, QuestionOption, Registration

_ALONE = {"synchronize_session": False}


def take_over(ended_id: int, fresh_id: int) -> None:
    """Move answers from one registration to another; a choice that others took up to its limit meanwhile is dropped.

    The caller holds the turnstile.
    """
    if taken := full(ended_id, but=fresh_id):
        _drop(ended_id, taken)
    for kept in (Answer, AnswerOption, AnswerFile):
        db.session.execute(
            sa.update(kept).where(kept.registration_id == ended_id).values(registration_id=fresh_id),
            execution_options=_ALONE,
        )


def sessions(ended_id: int) -> list[str]:
    """Return the public ids of the sessions that somebody had chosen or waited for."""
    asked = (
        sa.select(Session.public_id)
        .join(Choice, Choice.session_id == Session.id)
        .where(Choice.registration_id == ended_id)
        .order_by(Session.id)
    )
    return list(db.session.scalars(asked))


def full(ended_id: int, *, but: int | None = None) -> list[tuple[int, int]]:
    """Return the options somebody had chosen that are taken up to their limit by others: with their questions' ids."""
    taken = (
        sa.select(sa.func.count())
        .select_from(AnswerOption)
        .join(Registration, Registration.id == AnswerOption.registration_id)
        .where(
            AnswerOption.option_id == QuestionOption.id,
            Registration.state.in_(LIVE),
            Registration.id.not_in([ended_id, *([but] if but else [])]),
        )
        .correlate(QuestionOption)
        .scalar_subquery()
    )
    own = sa.select(AnswerOption.option_id).where(AnswerOption.registration_id == ended_id)
    found = sa.select(QuestionOption.id, QuestionOption.question_id).where(
        QuestionOption.id.in_(own), QuestionOption.capacity.is_not(None), taken >= QuestionOption.capacity
    )
    return [(row[0], row[1]) for row in db.session.execute(found)]


def _drop(registration_id: int, taken: Sequence[tuple[int, int]]) -> None:
    """Take the options that are full out of somebody's answers; an answer of which nothing is left goes."""
    options = {option_id for option_id, _question_id in taken}
    gone = sa.delete(AnswerOption).where(
        AnswerOption.registration_id == registration_id, AnswerOption.option_id.in_(options)
    )
    db.session.execute(gone, execution_options=_ALONE)
    names = set(db.session.scalars(sa.select(QuestionOption.public_id).where(QuestionOption.id.in_(options))))
    touched = sa.select(Answer).where(
        Answer.registration_id == registration_id, Answer.question_id.in_({question_id for _id, question_id in taken})
    )
    for answer in db.session.scalars(touched.execution_options(populate_existing=True)):
        answer.value = [public_id for public_id in answer.value if public_id not in names]
        if not answer.value:
            db.session.delete(answer)
    db.session.flush()

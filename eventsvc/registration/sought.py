"""People found by what they answered: the conditions that a roster is narrowed by."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Question,
    QuestionKind,
    QuestionOption,
    Registration,
)

ANY, NONE = "any", "none"
# What people answer in words of their own.
TYPED = (
    QuestionKind.TEXT,
    QuestionKind.PARAGRAPH,
    QuestionKind.PHONE,
    QuestionKind.EMAIL,
    QuestionKind.LINK,
)


def given(event_id: int, answers: Iterable[tuple[str, str]]) -> sa.ColumnElement[bool] | None:
    """Match those who gave every answer, to questions of this event; None where none is looked for."""
    return _all(_gave(event_id, question, value) for question, value in answers)


def written(event_id: int, words: Iterable[tuple[str, str]]) -> sa.ColumnElement[bool] | None:
    """Match those who wrote all these words in their answers; None where none are looked for."""
    return _all(_wrote(event_id, question, said) for question, said in words)


def contains(text: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """Match a text in small letters that has a word, however that was typed."""
    return sa.or_(*(text.contains(shape, autoescape=True) for shape in _shapes(word)))


def _all(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool] | None:
    said = list(conditions)
    return sa.and_(*said) if said else None


def _gave(event_id: int, question: str, value: str) -> sa.ColumnElement[bool]:
    """Match one answer; an option by its row, as lists of them are long."""
    given = _given(event_id, question)
    if value in (ANY, NONE):
        return given.exists() if value == ANY else ~given.exists()
    # As JSON is written: true, false, and words in quotes.
    written = {"yes": "true", "no": "false"}.get(value, f'"{value}"')
    chosen = (
        sa.select(AnswerOption.option_id)
        .join(QuestionOption, QuestionOption.id == AnswerOption.option_id)
        .join(Question, Question.id == QuestionOption.question_id)
        .where(
            AnswerOption.registration_id == Registration.id,
            Question.event_id == event_id,
            Question.public_id == question,
            QuestionOption.public_id == value,
        )
    )
    return sa.or_(given.where(sa.cast(Answer.value, sa.Text) == written).exists(), chosen.exists())


def _wrote(event_id: int, question: str, words: str) -> sa.ColumnElement[bool]:
    """Match an answer that was typed and has each of these words."""
    # The text itself: as JSON it is stored, a quote or a letter with an accent is written otherwise.
    written = sa.func.lower(Answer.value[()].as_string())
    found = sa.and_(*(contains(written, word) for word in words.split()))
    return _given(event_id, question).where(Question.kind.in_(TYPED), found).exists()


def _given(event_id: int, question: str) -> sa.Select[int]:
    """Select somebody's answer to one question."""
    return (
        sa.select(Answer.id)
        .join(Question, Question.id == Answer.question_id)
        .where(
            Answer.registration_id == Registration.id,
            Question.event_id == event_id,
            Question.public_id == question,
        )
    )


def _shapes(word: str) -> list[str]:
    """SQLite knows small letters in ASCII alone, so other words are sought small, capital and in between."""
    small = word.lower()
    return [small] if word.isascii() else [small, word.upper(), small.capitalize()]

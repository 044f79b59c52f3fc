"""The order in which an event asks: its sections, and the questions in each, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from eventsvc.extensions import db
from eventsvc.registration.errors import AskedTooEarly
from eventsvc.registration.models import Question, QuestionSection


@dataclass
class Group:
    """A section and its questions in order; `section` None is what stands in none, and comes first."""

    section: QuestionSection | None
    questions: list[Question]

    @property
    def section_id(self) -> int | None:
        return self.section.id if self.section else None


def groups(event_id: int) -> list[Group]:
    """Return what an event asks as it lies now, retired questions among it; the first group has no section."""
    sections = db.session.scalars(
        sa.select(QuestionSection)
        .where(QuestionSection.event_id == event_id)
        .order_by(QuestionSection.position, QuestionSection.id)
        .execution_options(populate_existing=True)
    ).all()
    laid = [Group(None, []), *(Group(section, []) for section in sections)]
    by_section = {group.section_id: group for group in laid}
    for question in _questions(event_id):
        by_section[question.section_id].questions.append(question)
    return laid


def flat(laid: Iterable[Group]) -> list[Question]:
    """Return the questions in the order they are asked."""
    return [question for group in laid for question in group.questions]


def lay(laid: Sequence[Group]) -> None:
    """Write the order down. Raises AskedTooEarly where a question would come before the one that it depends on."""
    check(laid)
    sections = [group.section for group in laid if group.section is not None]
    for position, section in enumerate(sections):
        if section.position != position:
            section.position = position
    for group in laid:
        for position, question in enumerate(group.questions):
            if (question.position, question.section_id) != (position, group.section_id):
                question.position, question.section_id = position, group.section_id


def check(laid: Iterable[Group]) -> None:
    """Raise AskedTooEarly where a question comes before the one that it depends on."""
    seen: dict[int, Question] = {}
    questions = flat(laid)
    by_id = {question.id: question for question in questions}
    for question in questions:
        needed = question.condition_id
        if needed is not None and needed not in seen and needed in by_id:
            raise AskedTooEarly(question.label, by_id[needed].label)
        seen[question.id] = question


def dependents(laid: Iterable[Group], question: Question) -> list[Question]:
    """Return the questions in use that are asked only after an answer to this one."""
    return [other for other in flat(laid) if other.condition_id == question.id and not other.is_retired]


def _questions(event_id: int) -> Sequence[Question]:
    return db.session.scalars(
        sa.select(Question)
        .where(Question.event_id == event_id)
        .options(selectinload(Question.options))
        .order_by(Question.position, Question.id)
        .execution_options(populate_existing=True)
    ).all()

"""What events ask, read from the database: once after each change, as each has a name of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import Any

import sqlalchemy as sa

from eventsvc.columns import public_id
from eventsvc.extensions import db
from eventsvc.registration.models import Question, QuestionOption, QuestionSection, Turnstile
from eventsvc.registration.questions import Condition, Option, Part, Prompt, Questionnaire

KEPT = 64
EMPTY = Questionnaire()

_NAME = sa.select(Turnstile.form).where(Turnstile.event_id == sa.bindparam("event_id"))
# In one statement: what is read is of one moment, whatever is written meanwhile.
_ALL = (
    sa.select(Question, QuestionOption, QuestionSection)
    .outerjoin(QuestionOption, QuestionOption.question_id == Question.id)
    .outerjoin(QuestionSection, QuestionSection.id == Question.section_id)
    .where(Question.event_id == sa.bindparam("event_id"))
    .order_by(
        sa.func.coalesce(QuestionSection.position, -1),
        sa.func.coalesce(QuestionSection.id, -1),
        Question.position,
        Question.id,
        QuestionOption.position,
        QuestionOption.id,
    )
    .execution_options(populate_existing=True)
)
_kept: dict[str, Questionnaire] = {}
_lock = Lock()


def name_of(event_id: int) -> str:
    """Return the name of what an event asks now."""
    return db.session.scalar(_NAME, {"event_id": event_id}) or ""


def of(event_id: int, name: str | None = None) -> Questionnaire:
    """Return what an event asks; `name`, where it was read already, spares a query."""
    called = name_of(event_id) if name is None else name
    if not called:
        return EMPTY
    found = _kept.get(called)
    if found is None:
        found = Questionnaire(called, _parts(event_id))
        with _lock:
            while len(_kept) >= KEPT:
                del _kept[next(iter(_kept))]
            _kept[called] = found
    return found


def renew(event_id: int) -> None:
    """Give what an event asks another name: whoever changes it does, holding the turnstile."""
    db.session.flush()
    db.session.execute(
        sa.update(Turnstile)
        .where(Turnstile.event_id == event_id)
        .values(form=public_id())
        .execution_options(synchronize_session=False)
    )


def prompt_of(question: Question, condition: Question | None) -> Prompt:
    """Return the value of one question's row; `condition` is the question it hangs on."""
    return _prompt(question, question.options, condition.public_id if condition else None)


def _parts(event_id: int) -> tuple[Part, ...]:
    questions: dict[int, Question] = {}
    options: dict[int, list[QuestionOption]] = defaultdict(list)
    sections: dict[int | None, QuestionSection | None] = {}
    for question, option, section in db.session.execute(_ALL, {"event_id": event_id}):
        questions[question.id] = question
        sections[question.section_id] = section
        if option is not None:
            options[question.id].append(option)
    ids = {question.id: question.public_id for question in questions.values()}
    grouped: dict[int | None, list[Prompt]] = defaultdict(list)
    for question in questions.values():
        grouped[question.section_id].append(
            _prompt(question, options[question.id], ids.get(question.condition_id or 0))
        )
    return tuple(_part(sections[section_id], prompts) for section_id, prompts in grouped.items())


def _part(section: QuestionSection | None, prompts: Iterable[Prompt]) -> Part:
    if section is None:
        return Part(None, "", "", tuple(prompts))
    return Part(section.id, section.title, section.text, tuple(prompts))


def _prompt(question: Question, options: Iterable[QuestionOption], condition: str | None) -> Prompt:
    facts: dict[str, Any] = {
        name: getattr(question, name)
        for name in ("id", "public_id", "kind", "label", "help", "why", "is_required", "mode", "seen_by", "kept_days")
    }
    return Prompt(
        **facts,
        condition=Condition(condition, frozenset(question.condition_values)) if condition else None,
        rules=dict(question.rules),
        version=question.version,
        is_retired=question.is_retired,
        options=tuple(
            Option(option.id, option.public_id, option.label, option.capacity, option.is_retired) for option in options
        ),
    )

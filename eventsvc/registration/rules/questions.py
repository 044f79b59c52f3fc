"""Writing the questions of a form: every act holds the turnstile, and gives what the event asks another name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.columns import public_id
from eventsvc.extensions import db
from eventsvc.registration import drafts, errors, laying, questionnaires, seats
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.laying import Group
from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionVersion,
)
from eventsvc.registration.questions import ANSWERED_BY_ONE_OF_FEW, CHOOSING

# Kinds whose answers read alike, so that one can become another when people have answered.
_ALIKE = (
    frozenset({QuestionKind.TEXT, QuestionKind.PARAGRAPH, QuestionKind.PHONE, QuestionKind.EMAIL, QuestionKind.LINK}),
    CHOOSING,
)


def add_question(event_id: int, draft: Draft, *, by: Actor, at: datetime, section_id: int | None = None) -> Question:
    """Ask one more question, after those of its section. Raises OptionsMissing, AskedTooEarly."""
    seats.hold(event_id)
    question = insert(event_id, draft, laying.groups(event_id), section_id, by=by, at=at)
    questionnaires.renew(event_id)
    return question


def insert(
    event_id: int, draft: Draft, laid: list[Group], section_id: int | None, *, by: Actor, at: datetime
) -> Question:
    """Write a new question at the end of its section; the caller holds the turnstile and renews the form."""
    group = next((each for each in laid if each.section_id == section_id), laid[0])
    question = Question(
        event_id=event_id,
        public_id=public_id(),
        section_id=group.section_id,
        position=group.questions[-1].position + 1 if group.questions else 0,
    )
    with db.session.no_autoflush:
        _write(question, draft, laid)
    group.questions.append(question)
    laying.check(laid)
    db.session.add(question)
    _keep_version(question, at)
    audit.record(
        "question.added",
        question,
        by=by,
        at=at,
        event_id=event_id,
        after=drafts.plain(draft) | {"revision": question.revision},
    )
    return question


def edit_question(question: Question, draft: Draft, *, revision: int, by: Actor, at: datetime) -> None:
    """Ask a question otherwise; what was answered before keeps the words that it was asked in.

    Raises ChangedMeanwhile, KindFixed, OptionsMissing, AskedTooEarly, and QuestionNeeded when an option goes that
    another question depends on.
    """
    laid = _hold(question)
    stored, yours = drafts.plain(drafts.of(question, condition_of(question, laid))), drafts.plain(draft)
    meanwhile.refuse_if_changed(question, revision, stored=stored, yours=yours, by=by)
    if stored == yours:
        return
    before = question.revision
    with db.session.no_autoflush:
        _write(question, draft, laid)
    laying.check(laid)
    _keep_version(question, at)
    audit.record(
        "question.edited",
        question,
        by=by,
        at=at,
        event_id=question.event_id,
        before=stored | {"revision": before},
        after=yours | {"revision": question.revision},
    )
    questionnaires.renew(question.event_id)


def retire_question(question: Question, *, by: Actor, at: datetime) -> None:
    """Ask a question no more; its answers stay. Raises QuestionNeeded where others depend on it."""
    laid = _hold(question)
    if question.is_retired:
        return
    if needing := laying.dependents(laid, question):
        raise errors.QuestionNeeded([other.label for other in needing])
    _set_retired(question, True, by=by, at=at)


def restore_question(question: Question, *, by: Actor, at: datetime) -> None:
    """Ask a retired question again. Raises ConditionRetired where it depends on one that is retired itself."""
    laid = _hold(question)
    if not question.is_retired:
        return
    needed = next((other for other in laying.flat(laid) if other.id == question.condition_id), None)
    if needed is not None and needed.is_retired:
        raise errors.ConditionRetired(needed.label)
    _set_retired(question, False, by=by, at=at)


def remove_question(question: Question, *, by: Actor, at: datetime) -> None:
    """Take away a question that nobody answered. Raises QuestionAnswered, QuestionNeeded."""
    laid = _hold(question)
    if _has_answers(question):
        raise errors.QuestionAnswered
    if needing := laying.dependents(laid, question):
        raise errors.QuestionNeeded([other.label for other in needing])
    audit.record(
        "question.removed", question, by=by, at=at, event_id=question.event_id, before={"label": question.label}
    )
    db.session.delete(question)
    questionnaires.renew(question.event_id)


def condition_of(question: Question, laid: list[Group]) -> str:
    """Return the public id of the question that this one depends on, or nothing."""
    return next((other.public_id for other in laying.flat(laid) if other.id == question.condition_id), "")


def _hold(question: Question) -> list[Group]:
    """Hold the turnstile, then read what the event asks again, this question with it."""
    seats.hold(question.event_id)
    laid = laying.groups(question.event_id)
    if question not in laying.flat(laid):
        raise errors.QuestionGone
    return laid


def _write(question: Question, draft: Draft, laid: list[Group]) -> None:
    _check_kind(question, draft.kind, laid)
    for name in drafts.COLUMNS:
        setattr(question, name, getattr(draft, name))
    plain = drafts.plain(draft)
    question.rules = plain["rules"]
    _write_condition(question, draft, laid)
    if draft.kind in CHOOSING:
        _write_options(question, draft.options, laid)
    elif question.options:
        question.options = []


def _check_kind(question: Question, kind: QuestionKind, laid: list[Group]) -> None:
    before = question.kind
    needing = laying.dependents(laid, question) if question.id is not None and before is not kind else []
    if needing and before in ANSWERED_BY_ONE_OF_FEW:
        # Other questions wait for answers that the new kind does not have.
        raise errors.QuestionNeeded([other.label for other in needing])
    is_fitting = before is None or before is kind or any({before, kind} <= alike for alike in _ALIKE)
    if not is_fitting and _has_answers(question):
        raise errors.KindFixed


def _write_condition(question: Question, draft: Draft, laid: list[Group]) -> None:
    needed = next((other for other in laying.flat(laid) if other.public_id == draft.condition), None)
    if needed is None or needed is question or needed.kind not in ANSWERED_BY_ONE_OF_FEW:
        question.condition_id, question.condition_values = None, []
        return
    known = {"yes", "no"} | {option.public_id for option in needed.options}
    values = sorted(set(draft.condition_values) & known)
    if not values:
        raise errors.ConditionEmpty
    question.condition_id, question.condition_values = needed.id, values


def _write_options(question: Question, wanted: tuple[DraftOption, ...], laid: list[Group]) -> None:
    """Write what there is to choose: what somebody chose is retired when it goes, all else is taken away."""
    labels = [option.label.casefold() for option in wanted]
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise errors.OptionsMissing
    rows = {option.public_id: option for option in question.options}
    by_label = {option.label.casefold(): option for option in question.options}
    kept: list[QuestionOption] = []
    for position, said in enumerate(wanted):
        option = rows.get(said.public_id or "") or by_label.get(said.label.casefold())
        if option is None or option in kept:
            option = QuestionOption(public_id=public_id())
            question.options.append(option)
        option.label, option.capacity, option.position, option.is_retired = said.label, said.capacity, position, False
        kept.append(option)
    gone = [option for option in question.options if option not in kept]
    _refuse_needed(question, gone, laid)
    used = _used(gone)
    for option in gone:
        if option.id in used:
            option.is_retired, option.position = True, len(kept)
        else:
            question.options.remove(option)


def _refuse_needed(question: Question, gone: list[QuestionOption], laid: list[Group]) -> None:
    """Refuse to take away the last answer that another question waits for."""
    ids = {option.public_id for option in gone}
    needing = [
        other.label
        for other in laying.dependents(laid, question)
        if question.id is not None and set(other.condition_values) <= ids
    ]
    if ids and needing:
        raise errors.QuestionNeeded(needing)


def _used(options: list[QuestionOption]) -> set[int]:
    ids = [option.id for option in options if option.id is not None]
    chosen = sa.select(AnswerOption.option_id).where(AnswerOption.option_id.in_(ids)).distinct()
    return set(db.session.scalars(chosen)) if ids else set()


def _has_answers(question: Question, version: int | None = None) -> bool:
    asked = sa.select(Answer.id).where(Answer.question_id == question.id)
    if version is not None:
        asked = asked.where(Answer.version == version)
    return question.id is not None and db.session.scalar(asked.limit(1)) is not None


def _keep_version(question: Question, at: datetime) -> None:
    """Keep the words of a question under its version's number: a new number once somebody answered the present one."""
    db.session.flush()
    options = [{"id": option.public_id, "label": option.label} for option in question.options if not option.is_retired]
    asked = drafts.asked(drafts.of(question), options)
    kept = db.session.scalar(
        sa.select(QuestionVersion).where(
            QuestionVersion.question_id == question.id, QuestionVersion.number == question.version
        )
    )
    if kept is not None and kept.asked == asked:
        return
    if kept is not None and not _has_answers(question, question.version):
        kept.asked, kept.asked_from = asked, at
        return
    if kept is not None:
        question.version += 1
    db.session.add(QuestionVersion(question_id=question.id, number=question.version, asked=asked, asked_from=at))
    db.session.flush()


def _set_retired(question: Question, is_retired: bool, *, by: Actor, at: datetime) -> None:
    before: dict[str, Any] = {"is_retired": question.is_retired, "revision": question.revision}
    question.is_retired = is_retired
    db.session.flush()
    audit.record(
        "question.retired" if is_retired else "question.restored",
        question,
        by=by,
        at=at,
        event_id=question.event_id,
        before=before,
        after={"is_retired": is_retired, "revision": question.revision},
    )
    questionnaires.renew(question.event_id)

"""What people answered: written in the act that they are part of, counted where a choice has a limit, and forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.events.models import Mode
from eventsvc.extensions import db
from eventsvc.registration import files, questionnaires
from eventsvc.registration.errors import OptionFull, QuestionsChanged
from eventsvc.registration.models import (
    LIVE,
    Answer,
    AnswerFile,
    AnswerOption,
    QuestionKind,
    QuestionOption,
    Registration,
)
from eventsvc.registration.questions import CHOOSING, Answered, Option, Prompt, Questionnaire, shown

# Built once: they are asked while others wait at the turnstile.
_TAKEN = (
    sa.select(AnswerOption.option_id, sa.func.count())
    .join(Registration, Registration.id == AnswerOption.registration_id)
    .where(
        AnswerOption.option_id.in_(sa.bindparam("options", expanding=True)),
        AnswerOption.registration_id != sa.bindparam("but"),
        Registration.state.in_(LIVE),
    )
    .group_by(AnswerOption.option_id)
)
# The limits as they are now: what the form was read with may be from before the wait.
_LIMITED = sa.select(QuestionOption.id, QuestionOption.capacity).where(
    QuestionOption.id.in_(sa.bindparam("options", expanding=True)), QuestionOption.capacity.is_not(None)
)
_OF_ONE = sa.select(Answer.question_id, Answer.value).where(Answer.registration_id == sa.bindparam("registration_id"))


def left(form: Questionnaire, *, but: int = 0) -> dict[str, int]:
    """Tell how many people can still choose each option that has a limit, by public id; one query where there is any.

    Whoever is registered counts, on the waiting list too: nobody is promised what is gone. `but` is a registration
    that does not count against itself.
    """
    limited = form.limited
    if not limited:
        return {}
    taken = _taken((option.id for option in limited), but)
    return {option.public_id: max(0, (option.capacity or 0) - taken.get(option.id, 0)) for option in limited}


def check(event_id: int, answered: Answered, asks: str) -> None:
    """Look over what a newcomer answers, the turnstile held: what was asked, and what others left to choose.

    `asks` is the name of what the event asks now. Raises QuestionsChanged or OptionFull.
    """
    _refuse_changed(event_id, answered, asks)
    _refuse_full(0, answered, {})


def write(registration: Registration, answered: Answered, *, at: datetime, is_new: bool = False) -> list[Prompt]:
    """Write somebody's answers in the caller's transaction, and return the questions that are answered otherwise now.

    The caller holds the turnstile, has flushed the registration, and `check`ed the answers of one that `is_new`. Raises
    QuestionsChanged, OptionFull or FilesGone, whatever was written before.
    """
    if not is_new and answered.wording is not None:
        _refuse_changed(registration.event_id, answered)
    if not answered:
        return []
    held = {} if is_new else _held(registration.id)
    changed = [prompt for prompt in answered.asked if held.get(prompt.id) != answered.values.get(prompt.public_id)]
    if not changed:
        return []
    if not is_new:
        _refuse_full(registration.id, answered, held)
        _clear(registration.id, changed)
    _insert(registration.id, changed, answered, at)
    files.claim(registration, _files(changed, answered), by_form=answered.claim)
    return changed


def drop_unasked(registration: Registration, was: Mode, *, at: datetime) -> list[str]:
    """Drop what somebody answered to questions that are not asked of them any more; return what these are called.

    `was` is how they took part before. What hangs on such an answer goes with it. The caller holds the turnstile.
    """
    if was is registration.mode:
        return []
    form = questionnaires.of(registration.event_id)
    given = of(registration.id, form)
    before, now = (shown(form, given, mode) for mode in (was, registration.mode))
    dropped = [prompt for prompt in before if prompt not in now and prompt.public_id in given]
    write(registration, Answered(tuple(dropped)), at=at)
    return [prompt.label for prompt in dropped]


def of(registration_id: int, form: Questionnaire) -> dict[str, Any]:
    """Return one person's answers by the public ids of their questions; one query."""
    return of_many([registration_id], form).get(registration_id, {}) if form else {}


def rows(registration_id: int) -> Sequence[Answer]:
    """Return one person's answers as they are stored."""
    return db.session.scalars(sa.select(Answer).where(Answer.registration_id == registration_id)).all()


def of_many(registration_ids: Collection[int], form: Iterable[Prompt]) -> dict[int, dict[str, Any]]:
    """Return many people's answers to some questions in one query."""
    names = {prompt.id: prompt.public_id for prompt in form}
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    if names and registration_ids:
        asked = sa.select(Answer.registration_id, Answer.question_id, Answer.value).where(
            Answer.registration_id.in_(registration_ids), Answer.question_id.in_(names)
        )
        for registration_id, question_id, value in db.session.execute(asked):
            found[registration_id][names[question_id]] = value
    return found


def counts(question_ids: Collection[int]) -> dict[int, int]:
    """Count the people whose answer to each question is kept; one query."""
    counted = (
        sa.select(Answer.question_id, sa.func.count())
        .where(Answer.question_id.in_(question_ids))
        .group_by(Answer.question_id)
    )
    return _pairs(counted)


def chosen(option_ids: Collection[int]) -> dict[int, int]:
    """Count the people who chose each option and are registered; one query."""
    return _taken(option_ids, 0)


def named_files(registration_ids: Collection[int], form: Iterable[Prompt]) -> dict[str, str]:
    """Return the names of the files that people sent, by their public ids; no query where no question takes files."""
    questions = [prompt.id for prompt in form if prompt.kind is QuestionKind.FILE]
    if not questions or not registration_ids:
        return {}
    asked = sa.select(AnswerFile.public_id, AnswerFile.name).where(
        AnswerFile.registration_id.in_(registration_ids), AnswerFile.question_id.in_(questions)
    )
    return _pairs(asked)


def forget(registration_id: int) -> None:
    """Forget all that one person answered and sent."""
    for kept in (AnswerOption, Answer):
        db.session.execute(sa.delete(kept).where(kept.registration_id == registration_id))
    files.forget(registration_id)


def forget_question(question_id: int, option_ids: Collection[int]) -> int:
    """Forget what everybody answered to one question, and return how many had."""
    if option_ids:
        db.session.execute(sa.delete(AnswerOption).where(AnswerOption.option_id.in_(option_ids)))
    files.forget_question(question_id)
    gone = db.session.execute(sa.delete(Answer).where(Answer.question_id == question_id).returning(Answer.id))
    return len(gone.all())


def _files(changed: Iterable[Prompt], answered: Answered) -> dict[int, list[str]]:
    """Return the public ids of files by the ids of the questions that are answered otherwise now."""
    asked = [prompt for prompt in changed if prompt.kind is QuestionKind.FILE]
    return {prompt.id: answered.values.get(prompt.public_id) or [] for prompt in asked}


def _held(registration_id: int) -> dict[int, Any]:
    return _pairs(_OF_ONE, {"registration_id": registration_id})


def _taken(option_ids: Iterable[int], but: int) -> dict[int, int]:
    return _pairs(_TAKEN, {"options": list(option_ids), "but": but})


def _pairs(query: sa.Select[*tuple[Any, ...]], said: Mapping[str, Any] | None = None) -> dict[Any, Any]:
    return {row[0]: row[1] for row in db.session.execute(query, said)}


def _refuse_changed(event_id: int, answered: Answered, asks: str | None = None) -> None:
    """Refuse answers to other words than are asked now: nobody agrees to what they never read."""
    if answered.wording is None:
        return
    form = questionnaires.of(event_id, asks)
    # An organiser answers what the office asks of itself as well.
    if answered.wording not in {form.asked.wording, form.in_use.wording}:
        raise QuestionsChanged


def _refuse_full(registration_id: int, answered: Answered, held: Mapping[int, Any]) -> None:
    """Refuse what is newly chosen past its limit; what somebody had already they keep, whatever the limit is now."""
    wanted = {
        option.id: (prompt.public_id, option.label)
        for prompt in answered.asked
        for option in _options(prompt, answered.values.get(prompt.public_id))
        if option.public_id not in (held.get(prompt.id) or ())
    }
    if not wanted:
        return
    limits = _pairs(_LIMITED, {"options": list(wanted)})
    taken = _taken(limits, registration_id) if limits else {}
    full = [wanted[option_id] for option_id, most in limits.items() if taken.get(option_id, 0) >= most]
    if full:
        raise OptionFull(full)


def _options(prompt: Prompt, value: Any) -> list[Option]:
    if prompt.kind not in CHOOSING or not value:
        return []
    return [option for option in prompt.options if option.public_id in value]


def _clear(registration_id: int, changed: list[Prompt]) -> None:
    options = [option.id for prompt in changed for option in prompt.options]
    own = AnswerOption.registration_id == registration_id
    if options:
        db.session.execute(sa.delete(AnswerOption).where(own, AnswerOption.option_id.in_(options)))
    db.session.execute(
        sa.delete(Answer).where(
            Answer.registration_id == registration_id, Answer.question_id.in_([prompt.id for prompt in changed])
        )
    )


def _insert(registration_id: int, changed: list[Prompt], answered: Answered, at: datetime) -> None:
    given = [(prompt, answered.values[prompt.public_id]) for prompt in changed if prompt.public_id in answered.values]
    if not given:
        return
    db.session.execute(
        sa.insert(Answer),
        [
            {
                "registration_id": registration_id,
                "question_id": prompt.id,
                "version": prompt.version,
                "value": value,
                "answered_at": at,
            }
            for prompt, value in given
        ],
    )
    chosen_ids = [option.id for prompt, value in given for option in _options(prompt, value)]
    if chosen_ids:
        db.session.execute(
            sa.insert(AnswerOption),
            [{"registration_id": registration_id, "option_id": option_id} for option_id in chosen_ids],
        )

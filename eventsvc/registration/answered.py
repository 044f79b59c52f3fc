"""What one person answered, in words: as they were asked, though the question has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eventsvc.extensions import db
from eventsvc.registration import answers, spoken
from eventsvc.registration.models import Answer, QuestionKind, QuestionVersion
from eventsvc.registration.questions import Option, Prompt, Questionnaire


@dataclass(frozen=True, slots=True)
class Told:
    """A question and what was answered; `note` tells how it was asked then, where that was otherwise."""

    prompt: Prompt
    label: str
    answer: str
    value: Any
    note: str = ""


def told(registration_id: int, form: Questionnaire, locale: str) -> list[Told]:
    """Return somebody's answers in the order of the form; what they did not answer is left out."""
    if not form:
        return []
    rows = {row.question_id: row for row in answers.rows(registration_id)}
    files = answers.named_files([registration_id], form)
    then = _versions([(prompt, rows[prompt.id].version) for prompt in form if prompt.id in rows])
    return [_told(prompt, rows[prompt.id], then, locale, files) for prompt in form if prompt.id in rows]


def _told(
    prompt: Prompt,
    row: Answer,
    then: Mapping[tuple[int, int], dict[str, Any]],
    locale: str,
    files: Mapping[str, str],
) -> Told:
    asked = then.get((prompt.id, row.version))
    if asked is None:
        return Told(prompt, prompt.label, spoken.said(prompt, row.value, locale, files), row.value)
    words = spoken.said(_as_asked(prompt, asked), row.value, locale, files)
    return Told(prompt, prompt.label, words, row.value, _note(prompt, asked))


def _as_asked(prompt: Prompt, asked: dict[str, Any]) -> Prompt:
    """Return a question with the options it had then; what was offered otherwise has its present name."""
    then = {each["id"]: each["label"] for each in asked["options"]}
    options = tuple(replace(option, label=then.get(option.public_id, option.label)) for option in prompt.options)
    known = {option.public_id for option in options}
    gone = tuple(
        Option(0, public_id, label, is_retired=True) for public_id, label in then.items() if public_id not in known
    )
    return replace(prompt, kind=QuestionKind(asked["kind"]), options=options + gone)


def _note(prompt: Prompt, asked: dict[str, Any]) -> str:
    if asked["label"] != prompt.label:
        return _("Asked then: “%(question)s”", question=asked["label"])
    if prompt.kind is QuestionKind.CONSENT and asked["help"] != prompt.help:
        return _("The text then: “%(text)s”", text=asked["help"])
    return ""


def _versions(asked: Sequence[tuple[Prompt, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the words of the versions that are not the present ones, in one query where there are any."""
    old = [(prompt.id, version) for prompt, version in asked if version != prompt.version]
    if not old:
        return {}
    rows = db.session.execute(
        sa.select(QuestionVersion.question_id, QuestionVersion.number, QuestionVersion.asked).where(
            QuestionVersion.question_id.in_({question_id for question_id, _version in old})
        )
    )
    return {(question_id, number): words for question_id, number, words in rows if (question_id, number) in old}

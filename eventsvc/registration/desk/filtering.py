"""Answers on the roster: what it can be narrowed by, what it is narrowed by now, and the columns it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from eventsvc.registration import answers, countries, spoken
from eventsvc.registration.models import QuestionKind, Registration
from eventsvc.registration.questions import Prompt, Questionnaire
from eventsvc.registration.roster import ANSWER, WORDS, Asked
from eventsvc.registration.sought import ANY, NONE, TYPED


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One question to narrow the list by: `name` is that of its box, `options` are values and words.

    `words_name` is that of the box for words to look for in what was typed, empty where nothing was.
    """

    name: str
    prompt: Prompt
    options: list[tuple[str, str]]
    chosen: str
    words_name: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing the list is narrowed by, in words, and what the address says without it."""

    words: str
    rest: dict[str, tuple[tuple[str, str], ...]]


def shown(rows: Sequence[Registration], form: Questionnaire, asked: Asked, locale: str) -> dict[str, Any]:
    """Return what the list shows of answers; one query for all of its rows where it has columns of them."""
    columns = [prompt for prompt in form if prompt.public_id in asked.columns]
    ids = [row.id for row in rows]
    given, files = answers.of_many(ids, columns), answers.named_files(ids, columns)
    return {
        "narrowings": [_narrowing(prompt, asked, locale) for prompt in form],
        "chips": [
            *(_chip(form.by_id[question], value, asked, locale) for question, value in asked.answers),
            *(_words_chip(form.by_id[question], words, asked) for question, words in asked.words),
        ],
        "columns": columns,
        "cells": {
            row.id: [
                spoken.said(prompt, given.get(row.id, {}).get(prompt.public_id), locale, files) for prompt in columns
            ]
            for row in rows
        },
    }


def _narrowing(prompt: Prompt, asked: Asked, locale: str) -> Narrowing:
    chosen = dict(asked.answers).get(prompt.public_id, "")
    narrowing = Narrowing(f"{ANSWER}{prompt.public_id}", prompt, _options(prompt, locale), chosen)
    if prompt.kind not in TYPED:
        return narrowing
    words = dict(asked.words).get(prompt.public_id, "")
    return replace(narrowing, words_name=f"{WORDS}{prompt.public_id}", words=words)


def _options(prompt: Prompt, locale: str) -> list[tuple[str, str]]:
    if prompt.kind is QuestionKind.COUNTRY:
        known = list(countries.names(locale).items())
    elif prompt.kind is QuestionKind.YES_NO:
        known = [(value, spoken.yes_no(value)) for value in ("yes", "no")]
    else:
        known = [(option.public_id, option.label) for option in prompt.options]
    return [*known, (ANY, _("Any answer")), (NONE, _("No answer"))]


def _chip(prompt: Prompt, value: str, asked: Asked, locale: str) -> Chip:
    words = dict(_options(prompt, locale)).get(value, value)
    rest = tuple(pair for pair in asked.answers if pair != (prompt.public_id, value))
    return Chip(f"{prompt.label}: {words}", {"answers": rest})


def _words_chip(prompt: Prompt, words: str, asked: Asked) -> Chip:
    rest = tuple(pair for pair in asked.words if pair != (prompt.public_id, words))
    return Chip(_("%(question)s: “%(words)s”", question=prompt.label, words=words), {"words": rest})

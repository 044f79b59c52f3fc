"""A question as somebody writes it down, before and after it is a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventsvc.events.models import Mode
from eventsvc.registration.models import Question, QuestionKind, SeenBy


@dataclass(frozen=True, slots=True)
class DraftOption:
    """Something to choose; without `public_id` it is a new one."""

    label: str
    capacity: int | None = None
    public_id: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """All that can be said of a question; see `Question`. `condition` is the public id of another one, or empty."""

    kind: QuestionKind
    label: str
    help: str = ""
    why: str = ""
    is_required: bool = False
    condition: str = ""
    condition_values: tuple[str, ...] = ()
    mode: Mode | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    seen_by: SeenBy = SeenBy.TEAM
    kept_days: int | None = None
    options: tuple[DraftOption, ...] = ()


COLUMNS = ("kind", "label", "help", "why", "is_required", "mode", "seen_by", "kept_days")


def of(question: Question, condition: str = "") -> Draft:
    """Return a row as it would be written; `condition` is the public id of the question it hangs on."""
    facts: dict[str, Any] = {name: getattr(question, name) for name in COLUMNS}
    options = (
        DraftOption(option.label, option.capacity, option.public_id)
        for option in question.options
        if not option.is_retired
    )
    return Draft(
        **facts,
        condition=condition,
        condition_values=tuple(question.condition_values) if condition else (),
        rules=dict(question.rules),
        options=tuple(options),
    )


def plain(draft: Draft) -> dict[str, Any]:
    """Return a draft as values that JSON can hold and two of which can be compared."""
    return {
        "kind": draft.kind.value,
        "label": draft.label,
        "help": draft.help,
        "why": draft.why,
        "is_required": draft.is_required,
        "condition": draft.condition,
        "condition_values": sorted(draft.condition_values) if draft.condition else [],
        "mode": draft.mode.value if draft.mode else None,
        "rules": {name: value for name, value in sorted(draft.rules.items()) if value not in (None, "")},
        "seen_by": draft.seen_by.value,
        "kept_days": draft.kept_days,
        "options": [[option.label, option.capacity] for option in draft.options],
    }


def asked(draft: Draft, options: list[dict[str, str]]) -> dict[str, Any]:
    """Return what a version keeps of a question: the words it was asked in, its kind and whether it was required."""
    return {
        "label": draft.label,
        "help": draft.help,
        "why": draft.why,
        "kind": draft.kind.value,
        "is_required": draft.is_required,
        "options": options,
    }

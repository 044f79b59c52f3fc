"""What a form asks, whom it shows which question, and whether what was typed will do. No database is asked here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2s
from types import MappingProxyType
from typing import Any

from eventsvc.events.models import Mode
from eventsvc.registration import typed
from eventsvc.registration.models import QuestionKind, SeenBy
from eventsvc.registration.typed import Slip

Values = Mapping[str, Any]
"""Answers by the public ids of their questions, as they are stored."""

CHOOSING = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES})
ANSWERED_BY_ONE_OF_FEW = CHOOSING | {QuestionKind.YES_NO, QuestionKind.CONSENT}
"""What a condition can hang on, and a list be narrowed by."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; see `QuestionOption`."""

    id: int
    public_id: str
    label: str
    capacity: int | None = None
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is shown when `question`, asked before it, was answered with one of `values`."""

    question: str
    values: frozenset[str]

    def is_met(self, value: Any) -> bool:
        """Tell whether an answer is one of these; whoever was not shown the question gave none."""
        if value is None:
            return False
        said = value if isinstance(value, list) else ["yes" if value else "no"]
        return not self.values.isdisjoint(said)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question as it is asked now; see `Question`, whose columns these are."""

    id: int
    public_id: str
    kind: QuestionKind
    label: str
    help: str = ""
    why: str = ""
    is_required: bool = False
    condition: Condition | None = None
    mode: Mode | None = None
    rules: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    seen_by: SeenBy = SeenBy.TEAM
    kept_days: int | None = None
    version: int = 1
    is_retired: bool = False
    options: tuple[Option, ...] = ()

    @property
    def wording(self) -> tuple[Any, ...]:
        """What somebody answers under: the words, and what they may answer."""
        condition = (self.condition.question, sorted(self.condition.values)) if self.condition else None
        chosen_from = tuple((option.public_id, option.label) for option in self.offered)
        asked = (self.public_id, self.kind.value, self.label, self.help, self.why, self.is_required)
        return (*asked, condition, self.mode and self.mode.value, sorted(self.rules.items()), chosen_from)

    @property
    def offered(self) -> tuple[Option, ...]:
        """What can be chosen by whoever answers now."""
        return tuple(option for option in self.options if not option.is_retired)

    def is_for(self, mode: Mode) -> bool:
        """Tell whether it is asked of those who take part in a way; who may do both ways is asked both."""
        return self.mode is None or mode in (self.mode, Mode.HYBRID)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form; what stands in none comes first, under no heading, and has no `id`."""

    id: int | None
    title: str
    text: str
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True)
class Questionnaire:
    """All that an event asks, in the order it is asked. `name` is another after each change; "" asks nothing."""

    name: str = ""
    parts: tuple[Part, ...] = ()

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self.prompts)

    def __bool__(self) -> bool:
        return bool(self.prompts)

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        return tuple(prompt for part in self.parts for prompt in part.prompts)

    @cached_property
    def by_id(self) -> Mapping[str, Prompt]:
        return {prompt.public_id: prompt for prompt in self.prompts}

    @cached_property
    def wording(self) -> str:
        """A digest of all that is asked and in what words; the order is none of it, nor how many may choose what."""
        headings = sorted((part.title, part.text) for part in self.parts)
        words = [prompt.wording for prompt in sorted(self, key=lambda prompt: prompt.public_id)]
        return blake2s(repr((headings, words)).encode(), digest_size=8).hexdigest()

    @cached_property
    def asked(self) -> Questionnaire:
        """What an attendee is asked: neither what is retired nor what the office asks of itself."""
        return self._only(lambda prompt: not prompt.is_retired and prompt.seen_by is not SeenBy.OFFICE)

    @cached_property
    def in_use(self) -> Questionnaire:
        """What is asked of anybody, the office among them."""
        return self._only(lambda prompt: not prompt.is_retired)

    @cached_property
    def own(self) -> Questionnaire:
        """What attendees see of their answers, those to retired questions too."""
        return self._only(lambda prompt: prompt.seen_by is not SeenBy.OFFICE)

    @cached_property
    def limited(self) -> tuple[Option, ...]:
        """The options that only so many people can choose."""
        return tuple(option for prompt in self.prompts for option in prompt.offered if option.capacity is not None)

    def seen(self, *, by_editors: bool) -> Questionnaire:
        """What somebody on the desk sees of answers: reviewers and door staff not all."""
        return self if by_editors else self._for_team

    @cached_property
    def _for_team(self) -> Questionnaire:
        return self._only(lambda prompt: prompt.seen_by is SeenBy.TEAM)

    def _only(self, wanted: Any) -> Questionnaire:
        parts = (replace(part, prompts=tuple(filter(wanted, part.prompts))) for part in self.parts)
        return Questionnaire(self.name, tuple(part for part in parts if part.prompts))


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers that will do: `values` to some of `asked`; what else of these was answered before is so no more.

    `claim` is the key of the form that files among them came with. `wording` is that of the form they were looked over
    by, None for what no form asked.
    """

    asked: tuple[Prompt, ...] = ()
    values: Values = field(default_factory=lambda: _NOTHING)
    claim: str = ""
    wording: str | None = None

    def __bool__(self) -> bool:
        return bool(self.asked)


NOTHING = Answered()


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of typed answers: those that will do, and a sentence for each that will not."""

    answered: Answered
    slips: Mapping[str, Any]


def shown(form: Questionnaire, values: Values, mode: Mode) -> list[Prompt]:
    """Return the questions that somebody with these answers is shown, in order."""
    seen: dict[str, Any] = {}
    return [prompt for prompt in form if _comes_up(prompt, seen, values.get(prompt.public_id), mode)]


def missing(form: Questionnaire, values: Values, mode: Mode) -> list[Prompt]:
    """Return the questions that somebody is shown and has not answered."""
    return [prompt for prompt in shown(form, values, mode) if values.get(prompt.public_id) is None]


def checked(
    form: Questionnaire,
    said: Mapping[str, Sequence[str]],
    mode: Mode,
    *,
    locale: str,
    held: Values = _NOTHING,
    is_strict: bool = True,
) -> Checked:
    """Read what was typed, question by question, and drop what was not to be shown.

    `said` has what was posted by the public ids of questions, `held` the answers from before: an option that was
    retired can be kept by who has it. Not `is_strict`: what is required may be left out, as by an organiser who knows
    less than the person does.
    """
    values: dict[str, Any] = {}
    slips: dict[str, Any] = {}
    for prompt in form:
        if not _is_shown(prompt, values, mode):
            continue
        name = prompt.public_id
        try:
            value = typed.read(prompt, said.get(name, ()), locale=locale, held=held.get(name))
        except Slip as slip:
            slips[name] = slip.sentence
            continue
        if value is not None:
            values[name] = value
        elif prompt.is_required and is_strict:
            slips[name] = typed.missing(prompt.kind)
    return Checked(Answered(form.prompts, values, wording=form.wording), slips)


def _comes_up(prompt: Prompt, seen: dict[str, Any], value: Any, mode: Mode) -> bool:
    """Tell whether a question is shown after those seen so far, and count its answer among theirs."""
    is_shown = _is_shown(prompt, seen, mode)
    if is_shown and value is not None:
        seen[prompt.public_id] = value
    return is_shown


def _is_shown(prompt: Prompt, values: Values, mode: Mode) -> bool:
    """Tell whether a question is shown; `values` has answers to questions that were shown before it alone.

    So a chain of conditions ends where one link is not shown, and none can lead back to itself.
    """
    condition = prompt.condition
    return prompt.is_for(mode) and (condition is None or condition.is_met(values.get(condition.question)))

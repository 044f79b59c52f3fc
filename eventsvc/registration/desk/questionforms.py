"""The forms that questions and sections are written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField, StringField

from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.fields import Choice, Revision, Rows, Whole, choices, line, prose, take
from eventsvc.events.models import Mode
from eventsvc.registration import files, spoken, typed
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.models import QuestionKind, SeenBy
from eventsvc.registration.questions import ANSWERED_BY_ONE_OF_FEW, CHOOSING, Prompt, Questionnaire

MOST_OPTIONS = 60
MOST_PLACES = 100_000
MOST_FILES = 10
_LIMITED = {QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.CHOICES}


class OptionRow(Form):
    label = line(_l("What can be chosen"), 200, required=_l("write what can be chosen."))
    capacity = Whole(_l("For how many people"), 0, MOST_PLACES)
    public_id = HiddenField()

    def is_written(self) -> bool:
        return bool(self.label.data or self.capacity.data is not None)


class QuestionForm(FlaskForm):
    """Everything that can be said of a question. `form` is what the event asks, `prompt` the question itself.

    Its condition is a question of the list; which of its answers count is ticked in boxes named after it.
    """

    revision = Revision()
    kind = Choice(_l("Kind of answer"), choices=choices((kind.value, words) for kind, words in spoken.KINDS.items()))
    label = line(_l("Question"), 300, required=_l("Write the question."))
    help = prose(_l("Help"), 2000)
    why = prose(_l("Why you ask"), 1000)
    is_required = BooleanField(_l("It has to be answered"))
    options = Rows(OptionRow, _l("To choose from"), most=MOST_OPTIONS)
    max_words = Whole(_l("At most so many words"), 1, 5000)
    most_files = Whole(_l("At most so many files"), 1, MOST_FILES)
    least = StringField(_l("At least"))
    most = StringField(_l("At most"))
    condition = Choice(_l("Ask it"), default="")
    mode = Choice(
        _l("Of whom"),
        choices=choices(
            (
                ("", _l("Everybody")),
                (Mode.IN_PERSON.value, _l("Who takes part on site")),
                (Mode.ONLINE.value, _l("Who takes part online")),
            )
        ),
    )
    seen_by = Choice(_l("Who sees the answers"), choices=choices((who.value, spoken.SEEN_BY[who]) for who in SeenBy))
    kept_days = Whole(_l("Days after the event until answers are deleted"), 0, 3650)

    def __init__(self, form: Questionnaire, prompt: Prompt | None = None, revision: int = 0, **more: Any) -> None:
        super().__init__(data=(_written(prompt) if prompt else {}) | {"revision": revision} | more)
        self.candidates = [
            each
            for each in form
            if each.kind in ANSWERED_BY_ONE_OF_FEW and not each.is_retired and (not prompt or each.id != prompt.id)
        ]
        self.condition.choices = choices(
            [("", _l("Always")), *((each.public_id, _asked_after(each)) for each in self.candidates)]
        )
        self._rules: dict[str, Any] = {}
        self._said = (
            {each.public_id: request.form.getlist(f"when-{each.public_id}") for each in self.candidates}
            if self.is_submitted()
            else _conditions(prompt)
        )
        if not self.is_submitted():
            self.options.take(_options(prompt), spare=4 if prompt else 6)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        return self._read_limits() and is_valid

    def draft(self) -> Draft:
        """Return the question as it was written; what does not belong to its kind is left out."""
        kind = QuestionKind(self.kind.data)
        condition = self.condition.data or ""
        return Draft(
            kind=kind,
            label=self.label.data or "",
            help=self.help.data or "",
            why=self.why.data or "",
            is_required=bool(self.is_required.data),
            condition=condition,
            condition_values=tuple(self._said.get(condition, ())),
            mode=Mode(self.mode.data) if self.mode.data else None,
            rules=dict(self._rules),
            seen_by=SeenBy(self.seen_by.data),
            kept_days=self.kept_days.data,
            options=tuple(
                DraftOption(row["label"], row["capacity"], row["public_id"] or None) for row in self.options.rows()
            )
            if kind in CHOOSING
            else (),
        )

    def answers(self, candidate: Prompt) -> list[tuple[str, str, bool]]:
        """Return the answers of a question that this one can wait for: value, words, whether it does."""
        ticked = self._said.get(candidate.public_id, ())
        if candidate.kind is QuestionKind.CONSENT:
            return [("yes", _("Ticked"), "yes" in ticked)]
        values = [option.public_id for option in candidate.offered] or ["yes", "no"]
        return [(value, spoken.option(candidate, value), value in ticked) for value in values]

    def is_limited(self) -> bool:
        """Tell whether a least and a most mean something for the kind."""
        return self.kind.data in {kind.value for kind in _LIMITED}

    def take_over(self, refused: ChangedMeanwhile, prompt: Prompt, revision: int) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        written = _written(prompt)
        for name in refused.theirs.keys() - refused.yours.keys():
            if name in written and name in self:
                take(self[name], written[name])
        if "options" in refused.theirs and "options" not in refused.yours:
            self.options.take(_options(prompt), spare=4)
        take(self.revision, revision)

    def _read_limits(self) -> bool:
        """Read the least and the most as the kind of answer is read."""
        kind = QuestionKind(self.kind.data) if self.kind.data in set(QuestionKind) else QuestionKind.TEXT
        self._rules = {"max_words": self.max_words.data} if kind is QuestionKind.PARAGRAPH else {}
        if kind is QuestionKind.FILE and (self.most_files.data or 1) > 1:
            self._rules = {"max": self.most_files.data}
        if kind not in _LIMITED:
            return True
        for name, field in (("min", self.least), ("max", self.most)):
            try:
                self._rules[name] = _limit(kind, (field.data or "").strip())
            except ValueError:
                field.errors = [*field.errors, _not_read(kind)]
        if not (self.least.errors or self.most.errors):
            self._check_limits(kind)
        return not (self.least.errors or self.most.errors)

    def _check_limits(self, kind: QuestionKind) -> None:
        """Refuse limits between which there is no answer, as nobody could send the form."""
        least, most = self._rules.get("min"), self._rules.get("max")
        if least is not None and most is not None and least > most:
            self.most.errors = [*self.most.errors, _("This is less than the least. Nothing would be an answer.")]
        if kind is QuestionKind.CHOICES and least is not None and least > len(self.options.rows()):
            told = _("There are fewer things to choose from. Nothing would be an answer.")
            self.least.errors = [*self.least.errors, told]


class SectionForm(FlaskForm):
    """What a part of the form is called, and what stands under that."""

    revision = Revision()
    title = line(_l("Heading"), 200, required=_l("Write the heading."))
    text = prose(_l("Text below it"), 2000)

    def take_over(self, refused: ChangedMeanwhile, revision: int) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        for name in refused.theirs.keys() - refused.yours.keys():
            take(self[name], refused.theirs[name])
        take(self.revision, revision)


def _asked_after(prompt: Prompt) -> str:
    return _("Only after an answer to: %(question)s", question=prompt.label)


def _limit(kind: QuestionKind, said: str) -> int | float | str | None:
    if not said:
        return None
    if kind is QuestionKind.DATE:
        return typed.day(said, str(get_locale())).isoformat()
    value = typed.number(said)
    if kind is QuestionKind.CHOICES and (value != value.to_integral_value() or value < 1):
        raise ValueError(said)
    return int(value) if value == value.to_integral_value() else float(value)


def _not_read(kind: QuestionKind) -> str:
    if kind is QuestionKind.DATE:
        return _("Write a day, for example 2027-05-30.")
    return _("Write a number in figures.")


def _written(prompt: Prompt) -> dict[str, Any]:
    """Return what the boxes of a question hold."""
    return {
        "kind": prompt.kind.value,
        "label": prompt.label,
        "help": prompt.help,
        "why": prompt.why,
        "is_required": prompt.is_required,
        "max_words": prompt.rules.get("max_words"),
        "most_files": files.most(prompt) if prompt.kind is QuestionKind.FILE else None,
        "least": _text(prompt.rules.get("min")),
        "most": _text(prompt.rules.get("max")),
        "condition": prompt.condition.question if prompt.condition else "",
        "mode": prompt.mode.value if prompt.mode else "",
        "seen_by": prompt.seen_by.value,
        "kept_days": prompt.kept_days,
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _options(prompt: Prompt | None) -> list[dict[str, Any]]:
    return [
        {"label": option.label, "capacity": option.capacity, "public_id": option.public_id}
        for option in (prompt.offered if prompt else ())
    ]


def _conditions(prompt: Prompt | None) -> Mapping[str, Sequence[str]]:
    if prompt is None or prompt.condition is None:
        return {}
    return {prompt.condition.question: sorted(prompt.condition.values)}

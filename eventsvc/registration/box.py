"""One question as a box to fill in: what was typed in it, what is wrong with it, what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from eventsvc import uploads
from eventsvc.events.models import Mode
from eventsvc.events.words import Word
from eventsvc.registration import countries, files, spoken
from eventsvc.registration.models import QuestionKind
from eventsvc.registration.questions import CHOOSING, Prompt

PREFIX = "q-"
FEW = 5
"""Up to so many places left in a choice are told by their number."""
_LISTED = CHOOSING | {QuestionKind.YES_NO}


@dataclass(frozen=True, slots=True)
class Label:
    """A label, as fields of WTForms have theirs."""

    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """One line of a list to choose from; `id` is that of its box on the page."""

    id: str
    value: str
    label: str
    is_chosen: bool
    is_full: bool = False
    note: Word | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that answers a question, as a page shows it; `is_dropped`: until the form is accepted, and no longer."""

    public_id: str
    name: str
    about: str
    url: str = ""
    is_dropped: bool = False


@dataclass(slots=True)
class Box:
    """A question on a page. `said` is what was typed or chosen, `errors` are sentences about it.

    `files` are those that are kept and answer it already.
    `is_hybrid`: whoever fills in the form may take part in either way, so that those for one way say so.
    """

    prompt: Prompt
    locale: str
    others: Mapping[str, Prompt]
    left: Mapping[str, int]
    is_optional: bool
    is_hybrid: bool
    said: Sequence[str] = ()
    errors: list[Any] = field(default_factory=list)
    files: Sequence[Kept] = ()

    @property
    def id(self) -> str:
        return PREFIX + self.prompt.public_id

    @property
    def name(self) -> str:
        return self.id

    @property
    def label(self) -> Label:
        return Label(self.prompt.label)

    @property
    def kind(self) -> str:
        return self.prompt.kind.name.lower()

    @property
    def text(self) -> str:
        return self.said[0] if self.said else ""

    @property
    def anchor(self) -> str:
        """Where a link to the question leads."""
        return f"{self.id}-0" if self.prompt.kind in _LISTED else self.id

    @property
    def needs(self) -> str:
        """The name of the boxes that bring this one up."""
        return PREFIX + self.prompt.condition.question if self.prompt.condition else ""

    @property
    def answers(self) -> str:
        """The values of those boxes that do."""
        return " ".join(sorted(self.prompt.condition.values)) if self.prompt.condition else ""

    @property
    def is_conditional(self) -> bool:
        return self.prompt.condition is not None or bool(self.way)

    @property
    def way(self) -> str:
        """The one way to take part that the question is for, where there are two."""
        return self.prompt.mode.value if self.prompt.mode and self.is_hybrid else ""

    @property
    def most_words(self) -> int:
        return int(self.prompt.rules.get("max_words") or 0) if self.prompt.kind is QuestionKind.PARAGRAPH else 0

    @property
    def is_file(self) -> bool:
        return self.prompt.kind is QuestionKind.FILE

    @property
    def drop_name(self) -> str:
        """The name of the boxes that take a file out again."""
        return f"{self.id}-drop"

    @property
    def accept(self) -> str:
        return uploads.ACCEPT

    @property
    def most_bytes(self) -> int:
        return files.MOST_BYTES

    @property
    def most_files(self) -> int:
        return files.most(self.prompt)

    @property
    def options(self) -> Markup:
        """The countries of the world, with the chosen one among them."""
        return countries.options(self.locale, self.text)

    def hint(self) -> str:
        """Return what stands below the label."""
        return " ".join(filter(None, (self.prompt.help, self.limits())))

    def described(self, day: str) -> str:
        """Name what describes the box to whoever hears the page; `day` is that on which the answer goes."""
        parts = (
            ("hint", self.hint()),
            ("error", self.errors),
            ("why", self.prompt.why or day),
        )
        return " ".join(f"{self.id}-{name}" for name, is_there in parts if is_there)

    def attributes(self, day: str) -> Markup:
        """Write the attributes that every box has."""
        described = self.described(day)
        written = [
            f'aria-describedby="{described}"' if described else "",
            'aria-invalid="true"' if self.errors else "",
            "" if self.is_optional else "required",
        ]
        return Markup(" ".join(["", *filter(None, written)]))  # noqa: S704  # ids are our own

    def only_if(self) -> str:
        """Say whom the question is for, for whoever sees all of them at once."""
        return " ".join(filter(None, (self._only_way(), self._only_answer())))

    def limits(self) -> str:
        """Say how an answer is narrowed."""
        rules, kind = self.prompt.rules, self.prompt.kind
        least, most = rules.get("min"), rules.get("max")
        if self.most_words:
            return ngettext("At most %(num)d word.", "At most %(num)d words.", self.most_words)
        if kind is QuestionKind.FILE:
            told = _("A PDF, a picture or an office document of at most %(most)s MB.", most=self.most_bytes >> 20)
            several = ngettext("One file.", "At most %(num)d files.", self.most_files)
            return f"{told} {several}" if self.most_files > 1 else told
        if kind is QuestionKind.CHOICES and most:
            return ngettext("Choose at most one.", "Choose at most %(num)d.", most)
        if kind is QuestionKind.CHOICES:
            return _("Choose any number.")
        if kind is QuestionKind.NUMBER and least is not None and most is not None:
            return _("From %(min)s to %(max)s.", min=least, max=most)
        return ""

    def picks(self) -> Iterator[Pick]:
        """Go through the lines to choose from; a retired one stays with whoever has it."""
        lines = self._lines()
        for number, (value, label) in enumerate(lines):
            is_chosen = value in self.said or (not value and not self.said)
            is_full = self.left.get(value, 1) == 0
            yield Pick(f"{self.id}-{number}", value, label, is_chosen, is_full, self._note(value))

    def _lines(self) -> list[tuple[str, str]]:
        if self.prompt.kind is QuestionKind.YES_NO:
            lines = [("yes", _("Yes")), ("no", _("No"))]
        else:
            lines = [
                (option.public_id, option.label)
                for option in self.prompt.options
                if not option.is_retired or option.public_id in self.said
            ]
        # One button of several cannot be let go again.
        is_way_out = self.is_optional and self.prompt.kind is not QuestionKind.CHOICES
        return [*lines, ("", _("No answer"))] if is_way_out else lines

    def _note(self, value: str) -> Word | None:
        left = self.left.get(value)
        if left is None or left > FEW:
            return None
        if not left:
            return Word("full", _("Full"), "ink2")
        return Word("filling", ngettext("%(num)d left", "%(num)d left", left), "warn")

    def _only_way(self) -> str:
        if not self.way:
            return ""
        is_there = self.prompt.mode is Mode.IN_PERSON
        return _("Only if you take part on site.") if is_there else _("Only if you take part online.")

    def _only_answer(self) -> str:
        condition = self.prompt.condition
        needed = self.others.get(condition.question) if condition else None
        if condition is None or needed is None:
            return ""
        if needed.kind is QuestionKind.CONSENT:
            return _("Only if you ticked “%(question)s”.", question=needed.label)
        order = [option.public_id for option in needed.options] or ["yes", "no"]
        said = [spoken.option(needed, value) for value in order if value in condition.values]
        return _(
            "Only if you answered “%(answer)s” to “%(question)s”.",
            answer=_("” or “").join(said),
            question=needed.label,
        )

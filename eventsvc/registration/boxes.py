"""The questions of a form as boxes, filled in and looked over together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from eventsvc.errors import Refused
from eventsvc.events.models import Mode
from eventsvc.registration import questions, spoken
from eventsvc.registration.box import FEW, Box
from eventsvc.registration.errors import OptionFull
from eventsvc.registration.models import QuestionKind
from eventsvc.registration.questions import Part, Prompt, Questionnaire, Values


class Posted(Protocol):
    """What was posted, as werkzeug reads it."""

    def getlist(self, key: str) -> list[str]: ...


class Boxes:
    """All boxes of a form, filled in and looked over.

    `mode` is how whoever fills them in takes part; hybrid where that is for them to choose, so that both are asked.
    """

    def __init__(
        self,
        form: Questionnaire,
        mode: Mode,
        locale: str,
        *,
        held: Values | None = None,
        left: Mapping[str, int] | None = None,
        is_strict: bool = True,
    ) -> None:
        self.form, self.mode, self.locale, self.is_strict = form, mode, locale, is_strict
        self.held: Values = held or {}
        self.left: Mapping[str, int] = left or {}
        self.answered = questions.NOTHING
        # The key of the form, and why a file that came with it was not kept, by the public ids of questions.
        self.claim = ""
        self.refused: dict[str, Refused] = {}
        self._boxes: dict[str, Box] = {
            prompt.public_id: Box(
                prompt,
                locale,
                form.by_id,
                self.left,
                not (prompt.is_required and is_strict),
                mode is Mode.HYBRID,
                self._typed(prompt),
            )
            for prompt in form
            if prompt.is_for(mode)
        }

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def __iter__(self) -> Iterator[Box]:
        return iter(self._boxes.values())

    @property
    def parts(self) -> Iterator[tuple[Part, list[Box]]]:
        """Go through the sections with the boxes in each."""
        for part in self.form.parts:
            own = [self._boxes[prompt.public_id] for prompt in part.prompts if prompt.public_id in self._boxes]
            if own:
                yield part, own

    @property
    def wrong(self) -> list[Box]:
        """The boxes that need another look."""
        return [box for box in self if box.errors]

    @property
    def has_files(self) -> bool:
        return any(box.prompt.kind is QuestionKind.FILE for box in self)

    @property
    def status(self) -> int:
        """Tell the status of a page with these boxes again: that of a file that was not kept, where there was one."""
        return max((refused.status for refused in self.refused.values()), default=422)

    def take(self, posted: Posted) -> None:
        """Fill in what was typed and chosen; files are told by whoever keeps them."""
        for box in self:
            box.said = [] if box.is_file else posted.getlist(box.name)

    def show(self, left: Mapping[str, int]) -> None:
        """Tell beside the choices how many can still have them; what somebody holds is theirs."""
        self.left = left
        for box in self:
            box.left = left

    def notes(self) -> tuple[Any, ...]:
        """Return what is told of places left: with the questions all that an empty form shows."""
        return tuple((public_id, left) for public_id, left in self.left.items() if left <= FEW)

    def check(self) -> bool:
        """Look over what was typed, put a sentence to what will not do, and tell whether all will."""
        said = {box.prompt.public_id: box.said for box in self}
        checked = questions.checked(
            self.form, said, self.mode, locale=self.locale, held=self.held, is_strict=self.is_strict
        )
        self.answered = replace(checked.answered, claim=self.claim)
        shown = {prompt.public_id for prompt in questions.shown(self.form, checked.answered.values, self.mode)}
        not_kept = {name: refused.sentence for name, refused in self.refused.items() if name in shown}
        slips = {**checked.slips, **not_kept}
        self._put(slips)
        return not slips

    def refuse(self, refused: Exception) -> bool:
        """Put what a rule found full beside its choices; tell whether it was about them."""
        if not isinstance(refused, OptionFull):
            return False
        self._put(refused.slips)
        return True

    def _put(self, slips: Mapping[str, Any]) -> None:
        for box in self:
            box.errors = [slips[box.prompt.public_id]] if box.prompt.public_id in slips else []

    def _typed(self, prompt: Prompt) -> list[str]:
        return spoken.typed(prompt, self.held.get(prompt.public_id), self.locale)


NONE = Boxes(Questionnaire(), Mode.HYBRID, "en")

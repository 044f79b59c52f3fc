"""What can be refused to an organiser about an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from eventsvc.errors import Refused


class SkippedHour(Refused):
    """A clock never showed the time that was typed: it was moved forward over it."""

    def __init__(self, typed: str, to: str, *, field: str | None = None) -> None:
        sentence = _(
            "There is no %(typed)s on that day: the clocks go forward to %(to)s. Choose %(to)s or later.",
            typed=typed,
            to=to,
        )
        super().__init__(sentence, field=field)


class SlugTaken(Refused):
    status = 409

    def __init__(self, slug: str) -> None:
        sentence = _("Another event has, or once had, the address “%(slug)s”. Choose another one.", slug=slug)
        super().__init__(sentence, field="slug")


class BadTimes(Refused):
    """An event or its registration would end before it begins."""


class NotReady(Refused):
    """An event lacks what people need to know before it may be published; `sentences` tells each thing."""

    def __init__(self, sentences: Sequence[Any]) -> None:
        super().__init__(" ".join(str(sentence) for sentence in sentences))
        self.sentences = tuple(sentences)


class NoSentence(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("Write one sentence to the people: why it is cancelled, or what comes instead."), field="sentence"
        )


class NotPublished(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Only a published event can be cancelled. A draft can be deleted."))


class NotOver(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Only a published event that has ended can be archived."))


class NotDeletable(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("Only a draft that was never published and that nobody registered for can be deleted. Cancel it instead.")
        )

"""Refused: the base of every "no" that a rule can say."""

from __future__ import annotations

from typing import Any, ClassVar


class Refused(Exception):
    """A rule said no. `sentence` tells the person what happened and what to do next.

    `field` names the form field it belongs to, where there is one; `status` is the HTTP status a door answers with.
    """

    status = 422

    def __init__(self, sentence: Any, *, field: str | None = None) -> None:
        super().__init__(str(type(self).__name__))
        self.sentence = sentence
        self.field = field


class Told(Refused):
    """A refusal whose sentence is always the same, `beside` a field or none."""

    status = 409
    told: ClassVar[Any]
    beside: ClassVar[str | None] = None

    def __init__(self) -> None:
        super().__init__(self.told, field=self.beside)


class BadFile(Refused):
    """A file that somebody sent cannot be taken."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence, field="file")


class ChangedMeanwhile(Refused):
    """Somebody saved the row after this form was opened.

    `theirs` maps field names to the values that are stored now, `yours` to those that were sent.
    """

    status = 409

    def __init__(self, sentence: Any, *, theirs: dict[str, Any], yours: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.theirs = theirs
        self.yours = yours

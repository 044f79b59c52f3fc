"""Why an answer or a file will not do, or a question cannot be as it was written."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.errors import Refused, Told


class QuestionsChanged(Told):
    """The form was answered in other words than it asks in now."""

    told = _l(
        "The questions changed while you had this page open. "
        "Look over your answers, then send it once more. Nothing you typed is lost."
    )


class FilesGone(Told):
    """A file that came with a form is not kept any more: a day went by, or it was taken out in another window."""

    told = _l("A file that you chose before is not kept any more. Choose it again; nothing you typed is lost.")


class TooManyFiles(Told):
    status = 429
    told = _l("Many files came from your network. Wait ten minutes, then choose this one again.")


class OptionFull(Refused):
    """Something to choose is chosen by as many people as may; `full` is (public id of the question, option) pairs."""

    status = 409

    def __init__(self, full: list[tuple[str, str]]) -> None:
        first, label = full[0]
        super().__init__(self.sentence_for([label]), field=f"q-{first}")
        self.slips = {
            question: self.sentence_for([option for asked, option in full if asked == question])
            for question in dict(full)
        }

    @staticmethod
    def sentence_for(labels: list[str]) -> str:
        """Say what is full, and what to do."""
        if len(labels) == 1:
            return _("“%(option)s” is full now. Please choose something else.", option=labels[0])
        return _("“%(options)s” are full now. Please choose something else.", options="”, “".join(labels))


class QuestionNeeded(Refused):
    """Other questions are asked only after an answer to this one."""

    status = 409

    def __init__(self, labels: list[str]) -> None:
        super().__init__(
            _(
                "“%(others)s” depends on the answer to this question. Change its condition first.",
                others="”, “".join(labels),
            )
        )


class AskedTooEarly(Refused):
    """A question would come before the one whose answer it depends on."""

    def __init__(self, label: str, other: str) -> None:
        super().__init__(
            _("“%(question)s” depends on “%(other)s”, so it has to come after it.", question=label, other=other),
            field="condition",
        )


class KindFixed(Told):
    told = _l(
        "People have answered this question, and their answers would not fit another kind. Retire it and add a new one."
    )
    beside = "kind"


class OptionsMissing(Told):
    status = 422
    told = _l("Please write at least two things to choose from, each once.")
    beside = "options"


class ConditionEmpty(Told):
    status = 422
    told = _l("Please tick at least one answer that brings this question up.")
    beside = "condition"


class ConditionRetired(Refused):
    """What a question depends on is asked no more."""

    status = 409

    def __init__(self, label: str) -> None:
        super().__init__(_("This question depends on “%(other)s”, which is retired. Restore that first.", other=label))


class QuestionAnswered(Told):
    told = _l("People have answered this question, so it cannot be deleted. Retire it: it is asked no more.")


class QuestionGone(Told):
    told = _l("This question is not there any more. Nothing changed.")

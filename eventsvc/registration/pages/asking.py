"""The event's own questions on the pages of attendees: the boxes, empty or filled, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from eventsvc import web, when
from eventsvc.events.models import Event, Mode
from eventsvc.registration import answered, answers, questionnaires, questions, retention
from eventsvc.registration.answered import Told
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.models import Registration
from eventsvc.registration.questions import Prompt


def empty(event_id: int, name: str, mode: Mode) -> Boxes:
    """Return the boxes of what an event asks under `name`, with the places left in each choice."""
    form = questionnaires.of(event_id, name).asked
    return Boxes(form, mode, web.language(), left=answers.left(form))


def sent(event_id: int, name: str, mode: Mode) -> Boxes:
    """Return the boxes as they were posted; nobody whose registration is taken in sees what is left."""
    asking = Boxes(questionnaires.of(event_id, name).asked, mode, web.language())
    asking.take(request.form)
    return asking


def own(registration: Registration, *, is_sent: bool) -> Boxes:
    """Return the boxes with what somebody answered before, or with what they posted."""
    form = questionnaires.of(registration.event_id).asked
    asking = Boxes(
        form,
        registration.mode,
        web.language(),
        held=answers.of(registration.id, form),
        left=answers.left(form, but=registration.id),
    )
    if is_sent:
        asking.take(request.form)
    return asking


def count_again(asking: Boxes, registration: Registration) -> None:
    """Tell the places left in each choice as they are after all."""
    asking.show(answers.left(asking.form, but=registration.id))


def told(registration: Registration) -> list[Told]:
    """Return what somebody answered, in words, as far as it is theirs to see on a page."""
    return answered.told(registration.id, questionnaires.of(registration.event_id).own, web.language())


def lacks(registration: Registration) -> list[Prompt]:
    """Return what is required by now and they have not answered."""
    form = questionnaires.of(registration.event_id).asked
    given = answers.of(registration.id, form)
    return [prompt for prompt in questions.missing(form, given, registration.mode) if prompt.is_required]


def kept_until(event: Event) -> Callable[[Prompt], str]:
    """Return what tells the day on which an answer goes, where that is before all else does."""

    def told(prompt: Prompt) -> str:
        last = retention.last_day_of(event, prompt.kept_days)
        return when.on(last, web.language()) if last else ""

    return told

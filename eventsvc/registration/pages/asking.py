"""The event's own questions on the pages of attendees: the boxes, empty or filled, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from eventsvc import tokens, web, when
from eventsvc.events.models import Event, Mode
from eventsvc.registration import answered, answers, files, questionnaires, questions, retention
from eventsvc.registration.answered import Told
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.models import Registration
from eventsvc.registration.pages import sending
from eventsvc.registration.questions import Prompt


def empty(event_id: int, name: str, mode: Mode) -> Boxes:
    """Return the boxes of what an event asks under `name`, with the places left in each choice."""
    form = questionnaires.of(event_id, name).asked
    return Boxes(form, mode, web.language(), left=answers.left(form))


def sent(event_id: int, name: str, mode: Mode) -> Boxes:
    """Return the boxes as they were posted; nobody whose registration is taken in sees what is left."""
    asking = Boxes(questionnaires.of(event_id, name).asked, mode, web.language())
    sending.let_in(asking)
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
        sending.let_in(asking)
        asking.take(request.form)
    return asking


def take_files(asking: Boxes, claim: Any, registration: Registration, *, is_sent: bool) -> None:
    """Fill the boxes with the files somebody has, and with those that they sent to take their place."""
    if not asking.has_files:
        return
    own = files.of(registration.id, of_office=False)
    if is_sent:
        sending.take(asking, claim, has_leave=True, own=own)
    else:
        claim.data = tokens.new()
        sending.show(asking, own)


def count_again(asking: Boxes, registration: Registration) -> None:
    """Tell the places left in each choice, and the files that are kept, as they are after all."""
    asking.show(answers.left(asking.form, but=registration.id))
    if asking.has_files:
        sending.show(asking, files.of(registration.id, of_office=False))


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

"""The event's own questions on the pages of attendees: the boxes, empty or filled, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from eventsvc import web
from eventsvc.events.models import Mode
from eventsvc.registration import answered, answers, questionnaires, questions
from eventsvc.registration.answered import Told
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.models import QuestionKind, Registration
from eventsvc.registration.pages import sending


def empty(event_id: int, name: str, mode: Mode) -> Boxes:
    """Return the boxes of what an event asks under `name`, with the places left in each choice."""
    form = questionnaires.of(event_id, name).asked
    return Boxes(form, mode, web.language(), left=answers.left(form))


def sent(event_id: int, name: str, way: Callable[[], Mode]) -> Boxes:
    """Return the boxes as they were posted; nobody whose registration is taken in sees what is left.

    `way` reads from the form how somebody takes part. Those who may still change it are shown what is asked either way.
    """
    asking = Boxes(questionnaires.of(event_id, name).asked, Mode.HYBRID, web.language())
    sending.let_in(asking)
    asking.take(request.form)
    asking.mode = way()
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


def count_again(asking: Boxes, registration: Registration) -> None:
    """Tell the places left in each choice, and the files that are kept, as they are after all."""
    asking.show(answers.left(asking.form, but=registration.id))
    sending.show(asking, registration)


def told(registration: Registration) -> list[Told]:
    """Return what somebody answered, in words, as far as it is theirs to see on a page."""
    return answered.told(registration.id, questionnaires.of(registration.event_id).own, web.language())


def shown(registration: Registration) -> dict[str, Any]:
    """Return what somebody's page shows of their answers, and what they did not answer: what is required, and the rest.

    A consent that was not given is an answer.
    """
    form = questionnaires.of(registration.event_id)
    given = answered.told(registration.id, form.own, web.language())
    values = {each.prompt.public_id: each.value for each in given}
    lacking = questions.missing(form.asked, values, registration.mode)
    rest = [each for each in lacking if not each.is_required and each.kind is not QuestionKind.CONSENT]
    return {"answers": given, "lacks": [prompt for prompt in lacking if prompt.is_required], "unanswered": rest}

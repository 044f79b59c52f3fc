"""Beginning a form, asking those who registered already, and forgetting answers whose day has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy.orm import joinedload

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import answers, errors, laying, notifications, questionnaires, questions, seats, starters
from eventsvc.registration.drafts import Draft
from eventsvc.registration.models import LIVE, Question, QuestionSection, Registration
from eventsvc.registration.questions import Prompt
from eventsvc.registration.rules.holding import hold, is_over
from eventsvc.registration.rules.questions import insert
from eventsvc.registration.starters import Chapter, Starter

_BATCH = 500


def start_form(event: Event, *, by: Actor, at: datetime) -> int:
    """Ask what an event of its kind usually asks, in the event's language; return how many questions that makes.

    A form that asks something already stays as it is.
    """
    hold(event.id)
    laid = laying.groups(event.id)
    if laying.flat(laid):
        return 0
    with force_locale(event.language):
        chapters = starters.of(event.kind)
    made: dict[str, Question] = {}
    for position, chapter in enumerate(chapters, start=len(laid)):
        section = _section(event.id, chapter, position, by=by, at=at)
        laid.append(laying.Group(section, []))
        for starter in chapter.starters:
            draft = _joined(starter, made)
            made[starter.key] = insert(event.id, draft, laid, section.id, by=by, at=at)
    questionnaires.renew(event.id)
    return len(made)


def lacking(event: Event, only: Collection[str] | None = None) -> list[tuple[Registration, list[Prompt]]]:
    """Return everybody registered who was not asked, or did not answer, what their form asks now; and which questions.

    `only`: the public ids of questions to look for. Read in batches, so that memory stays flat where nobody lacks any.
    """
    form = questionnaires.of(event.id).asked
    wanted = [prompt for prompt in form if only is None or prompt.public_id in only]
    found = []
    for people in _batches(event.id) if wanted else ():
        given = answers.of_many([person.id for person in people], form)
        for person in people:
            lacks = questions.missing(form, given.get(person.id, {}), person.mode)
            if those := [prompt for prompt in lacks if prompt in wanted]:
                found.append((person, those))
    return found


def ask_registered(event: Event, only: Collection[str] | None = None, *, by: Actor, at: datetime) -> int:
    """Write to everybody registered who lacks an answer, with the link to give it; return how many letters that makes.

    Nobody is written to twice while the form stays as it is. Raises EventOver.
    """
    if is_over(event, at):
        raise errors.EventOver
    asked = [(person, [prompt.label for prompt in prompts]) for person, prompts in lacking(event, only)]
    told = notifications.questions_asked(asked, form=questionnaires.name_of(event.id), at=at)
    audit.record("questions.asked", event, by=by, at=at, event_id=event.id, after={"letters": told})
    return told


def forget_answers(event_id: int, question: Question, *, by: Actor, at: datetime) -> int:
    """Forget what everybody answered to a question whose day has come; return how many had answered."""
    seats.hold(event_id)
    count = answers.forget_question(question.id, [option.id for option in question.options])
    if count:
        audit.record(
            "answers.forgotten",
            question,
            by=by,
            at=at,
            event_id=event_id,
            after={"question": question.label, "answers": count},
        )
    return count


def _section(event_id: int, chapter: Chapter, position: int, *, by: Actor, at: datetime) -> QuestionSection:
    section = QuestionSection(event_id=event_id, title=chapter.title, position=position)
    db.session.add(section)
    db.session.flush()
    audit.record("section.added", section, by=by, at=at, event_id=event_id, after={"title": chapter.title})
    return section


def _joined(starter: Starter, made: dict[str, Question]) -> Draft:
    """Return a starter's draft with its condition by ids, now that what it depends on has some."""
    draft = starter.draft
    if not starter.needs:
        return draft
    needed = made[starter.needs]
    ids = {option.label: option.public_id for option in needed.options}
    facts: dict[str, Any] = {name: getattr(draft, name) for name in Draft.__slots__}
    facts["condition"] = needed.public_id
    facts["condition_values"] = tuple(ids.get(answer, answer) for answer in starter.answers)
    return Draft(**facts)


def _batches(event_id: int) -> Any:
    asked = (
        sa.select(Registration)
        .where(Registration.event_id == event_id, Registration.state.in_(LIVE))
        .options(joinedload(Registration.event), joinedload(Registration.ticket_type))
        .order_by(Registration.id)
    )
    last = 0
    while people := db.session.scalars(asked.where(Registration.id > last).limit(_BATCH)).all():
        yield people
        last = people[-1].id

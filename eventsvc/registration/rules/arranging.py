"""The order of a form: where questions and sections stand, and what sections are called."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.registration import errors, laying, questionnaires, seats
from eventsvc.registration.laying import Group
from eventsvc.registration.models import Question, QuestionSection


def move_question(question: Question, *, section_id: int | None, before: str = "", by: Actor, at: datetime) -> None:
    """Put a question into a section, before another one (its public id) or at the end. Raises AskedTooEarly."""
    laid = _hold(question.event_id)
    target = next((group for group in laid if group.section_id == section_id), None)
    if target is None or question not in laying.flat(laid):
        raise errors.QuestionGone
    if question.public_id == before:
        return
    _take_out(laid, question)
    place = next((at_ for at_, other in enumerate(target.questions) if other.public_id == before), None)
    target.questions.insert(len(target.questions) if place is None else place, question)
    _finish("question.moved", question, laid, question.event_id, by=by, at=at)


def shift_question(question: Question, *, is_up: bool, by: Actor, at: datetime) -> None:
    """Put a question one place up or down; from the end of a section it goes to the next. Raises AskedTooEarly.

    Retired questions are passed over: nobody sees where they stand.
    """
    laid = _hold(question.event_id)
    here = next((number for number, group in enumerate(laid) if question in group.questions), None)
    if here is None:
        raise errors.QuestionGone
    group, place = laid[here], laid[here].questions.index(question)
    others = group.questions[:place][::-1] if is_up else group.questions[place + 1 :]
    neighbour = next((other for other in others if not other.is_retired), None)
    if neighbour is not None:
        group.questions.remove(question)
        group.questions.insert(group.questions.index(neighbour) + (0 if is_up else 1), question)
    elif (there := here + (-1 if is_up else 1)) in range(len(laid)):
        group.questions.remove(question)
        laid[there].questions.insert(len(laid[there].questions) if is_up else 0, question)
    else:
        return
    _finish("question.moved", question, laid, question.event_id, by=by, at=at)


def add_section(event_id: int, title: str, text: str = "", *, by: Actor, at: datetime) -> QuestionSection:
    """Begin a section, after those there are."""
    seats.hold(event_id)
    last = db.session.scalar(
        sa.select(sa.func.max(QuestionSection.position)).where(QuestionSection.event_id == event_id)
    )
    section = QuestionSection(event_id=event_id, title=title, text=text, position=0 if last is None else last + 1)
    db.session.add(section)
    db.session.flush()
    audit.record("section.added", section, by=by, at=at, event_id=event_id, after={"title": title, "text": text})
    questionnaires.renew(event_id)
    return section


def edit_section(section: QuestionSection, *, title: str, text: str, revision: int, by: Actor, at: datetime) -> None:
    """Call a section otherwise. Raises ChangedMeanwhile where somebody did after `revision`."""
    _hold(section.event_id)
    stored, yours = {"title": section.title, "text": section.text}, {"title": title, "text": text}
    meanwhile.refuse_if_changed(section, revision, stored=stored, yours=yours, by=by)
    if stored == yours:
        return
    before = section.revision
    section.title, section.text = title, text
    db.session.flush()
    audit.record(
        "section.edited",
        section,
        by=by,
        at=at,
        event_id=section.event_id,
        before=stored | {"revision": before},
        after=yours | {"revision": section.revision},
    )
    questionnaires.renew(section.event_id)


def shift_section(section: QuestionSection, *, is_up: bool, by: Actor, at: datetime) -> None:
    """Put a section one place up or down, with its questions. Raises AskedTooEarly."""
    laid = _hold(section.event_id)
    here = next((number for number, group in enumerate(laid) if group.section is section), 0)
    there = here + (-1 if is_up else 1)
    if not here or there not in range(1, len(laid)):
        return
    laid[here], laid[there] = laid[there], laid[here]
    _finish("section.moved", section, laid, section.event_id, by=by, at=at)


def remove_section(section: QuestionSection, *, by: Actor, at: datetime) -> None:
    """Take a section away; its questions join those before it."""
    laid = _hold(section.event_id)
    here = next((number for number, group in enumerate(laid) if group.section is section), 0)
    if not here:
        return
    laid[here - 1].questions.extend(laid.pop(here).questions)
    laying.lay(laid)
    db.session.flush()
    audit.record("section.removed", section, by=by, at=at, event_id=section.event_id, before={"title": section.title})
    db.session.delete(section)
    questionnaires.renew(section.event_id)


def _hold(event_id: int) -> list[Group]:
    seats.hold(event_id)
    return laying.groups(event_id)


def _take_out(laid: list[Group], question: Question) -> None:
    for group in laid:
        if question in group.questions:
            group.questions.remove(question)


def _finish(
    act: str, subject: Question | QuestionSection, laid: list[Group], event_id: int, *, by: Actor, at: datetime
) -> None:
    before = {"section": _section(subject), "position": subject.position}
    laying.lay(laid)
    db.session.flush()
    after = {"section": _section(subject), "position": subject.position}
    audit.record(act, subject, by=by, at=at, event_id=event_id, before=before, after=after)
    questionnaires.renew(event_id)


def _section(subject: Question | QuestionSection) -> int | None:
    return subject.section_id if isinstance(subject, Question) else subject.id

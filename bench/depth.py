"""The same rush where there is more to fill in: three ticket types, two workshops with limits and eight questions.

Run as a program in the server's environment: `python -m bench.depth lay`, and `tally` once they have come.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bench import rows
from eventsvc import clock, create_app
from eventsvc.accounts.actors import SYSTEM
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Session
from eventsvc.registration import rules
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.models import Choice, Question, QuestionKind, Registration, State

SLUG = "depth"
SEATS = {"Student, on site": 100, "Professional, on site": 60, "Online": 40}
"""A third of the people ask for each type, so that two of them run full."""
WORKSHOP_SEATS = 40
_MEALS = DraftOption("Soup"), DraftOption("Salad"), DraftOption("The dinner, of which there are few", 250)
_ASKED: tuple[tuple[QuestionKind, str, dict[str, Any]], ...] = (
    (QuestionKind.TEXT, "What do you study?", {"is_required": True}),
    (QuestionKind.PARAGRAPH, "Why do you want to come?", {}),
    (QuestionKind.CHOICE, "What do you eat?", {"options": _MEALS, "is_required": True}),
    (QuestionKind.CHOICES, "Which days?", {"options": (DraftOption("Monday"), DraftOption("Tuesday"))}),
    (QuestionKind.YES_NO, "Do you need a visa?", {"is_required": True}),
    (QuestionKind.COUNTRY, "Which passport do you have?", {"kept_days": 7}),
    (QuestionKind.NUMBER, "How many years have you studied?", {}),
    (QuestionKind.CONSENT, "May we show you in pictures?", {}),
)


def lay() -> dict[str, Any]:
    """Lay the event; return what people fill in, one form after the other."""
    rows.event(SLUG, sessions=2)
    event = db.session.scalars(sa.select(Event).where(Event.slug == SLUG)).one()
    sessions = list(_workshops(event))
    for number, session in enumerate(sessions):
        session.capacity, session.title = WORKSHOP_SEATS, f"Workshop {number + 1}"
        session.starts_at += timedelta(hours=number)
        session.ends_at += timedelta(hours=number)
    db.session.flush()
    published.bring(event, at=clock.now())
    types = [
        rules.add_type(event, {"name": name, "mode": _mode(name), "capacity": count}, by=SYSTEM, at=clock.now())
        for name, count in SEATS.items()
    ]
    questions = [
        rules.add_question(event.id, Draft(kind, label, **more), by=SYSTEM, at=clock.now())
        for kind, label, more in _ASKED
    ]
    db.session.commit()
    answers = {f"q-{question.public_id}": _answer(question) for question in questions}
    return {
        "forms": [
            answers | {"ticket_type": types[number % 3].public_id, "sessions": sessions[number // 3 % 2].public_id}
            for number in range(6)
        ]
    }


def tally() -> dict[str, Any]:
    """Count what the rush left behind; `is_fair`: nobody waits who came before somebody seated with the same ticket."""
    event = db.session.scalars(sa.select(Event).where(Event.slug == SLUG)).one()
    asked = sa.select(Registration.ticket_type_id, Registration.state, Registration.turn)
    people = db.session.execute(asked.where(Registration.event_id == event.id)).all()
    turns: dict[tuple[int | None, State], list[int]] = {}
    for type_id, state, turn in people:
        turns.setdefault((type_id, state), []).append(turn)
    seated = {type_id: found for (type_id, state), found in turns.items() if state is State.CONFIRMED}
    waiting = {type_id: found for (type_id, state), found in turns.items() if state is State.WAITLISTED}
    chosen = sa.select(sa.func.count()).where(Choice.is_waiting.is_(False)).group_by(Choice.session_id)
    return {
        "confirmed": sorted(len(found) for found in seated.values()),
        "waitlisted": sorted(len(found) for found in waiting.values()),
        "workshops": list(db.session.scalars(chosen)),
        "is_fair": all(max(seated.get(type_id, [0])) < min(found) for type_id, found in waiting.items()),
    }


def expected(people: int) -> dict[str, Any]:
    """Return what `tally` counts after so many people."""
    each = people // len(SEATS)
    return {
        "confirmed": sorted(SEATS.values()),
        "waitlisted": sorted(each - seats for seats in SEATS.values() if seats < each),
        "workshops": [WORKSHOP_SEATS, WORKSHOP_SEATS],
        "is_fair": True,
    }


def _workshops(event: Event) -> sa.ScalarResult[Session]:
    return db.session.scalars(sa.select(Session).where(Session.event_id == event.id).order_by(Session.id))


def _mode(name: str) -> Mode:
    return Mode.ONLINE if name == "Online" else Mode.IN_PERSON


def _answer(question: Question) -> str:
    if question.options:
        return question.options[0].public_id
    return {
        QuestionKind.YES_NO: "no",
        QuestionKind.COUNTRY: "NL",
        QuestionKind.NUMBER: "3",
        QuestionKind.CONSENT: "yes",
    }.get(question.kind, "Medicine, and what we owe one another")


def main(what: str) -> dict[str, Any]:
    """Do what the command line asks."""
    with create_app().app_context():
        return lay() if what == "lay" else tally()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

"""A form of many questions of all kinds, some with limits, some that hang on others."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from eventsvc import clock
from eventsvc.accounts.actors import SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import rules
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.models import QuestionKind
from eventsvc.registration.questions import CHOOSING

QUESTIONS = 30
_OPTIONS = tuple(DraftOption(f"Choice {letter}", 2000 if letter == "A" else None) for letter in "ABCDE")


def ask(slug: str, count: int) -> dict[str, Any]:
    """Let an event ask so many questions; none needs an answer, so that whoever registers may leave them out."""
    event = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
    kinds = [kind for kind in QuestionKind if kind is not QuestionKind.FILE]
    needed = ""
    for number in range(count):
        kind = kinds[number % len(kinds)]
        draft = Draft(
            kind,
            f"Question {number + 1}: what should we know?",
            help="A word of help that stands below it.",
            why="So that we can arrange it." if number % 2 else "",
            kept_days=7 if number % 3 == 0 else None,
            condition=needed if number % 4 == 3 else "",
            condition_values=("yes",),
            options=_OPTIONS if kind in CHOOSING else (),
        )
        question = rules.add_question(event.id, draft, by=SYSTEM, at=clock.now())
        needed = question.public_id if kind is QuestionKind.YES_NO else needed
    db.session.commit()
    return {"slug": slug, "questions": count}

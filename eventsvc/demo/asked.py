"""What the demo's events ask, and what the people of the demo answer and choose: always the same."""

from __future__ import annotations

import random
from datetime import datetime

from flask_babel import force_locale

from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.registration import questionnaires, questions, rules, starters
from eventsvc.registration.models import Question, QuestionKind
from eventsvc.registration.person import Person
from eventsvc.registration.questions import NOTHING, Answered, Prompt

# So many choose a workshop, and say something where they need not.
_CHOOSING, _TALKATIVE = 0.45, 0.6
# Most people eat everything, and can get in anywhere.
_NEEDING = 0.25
# By what the usual questions are called among themselves.
_TEXTS = {
    "motivation": (
        "My supervisor came back from the last one full of ideas. I hope to find people to work with.",
        "I work on vaccines for places where the cold chain breaks, and want to learn how others solve that.",
        "To learn what may be done with the data of patients, and to ask the speakers a question or two.",
    ),
    "passport": ("XX0000000",),
    "kitchen": ("No nuts, please: I am allergic.", "No pork and no shellfish."),
    "needs": ("A seat near the door.", "Captions, if there are any.", "A step-free way into the room."),
    "emergency": ("Rosa Voorbeeld, my sister", "Omar Beispiel, my husband", "My parents"),
}


def fit(event: Event, *, by: Actor, at: datetime) -> None:
    """Leave out what the usual questions only hold a place for: the demo's workshops stand in its programmes."""
    for prompt in questionnaires.of(event.id):
        if any(option.capacity is not None for option in prompt.options):
            rules.remove_question(db.session.get_one(Question, prompt.id), by=by, at=at)


class Minds:
    """What people at one event make of its questions and workshops."""

    def __init__(self, event: Event) -> None:
        self._form = questionnaires.of(event.id).asked
        self._workshops = [item.public_id for item in reading.items(event.id) if item.capacity is not None]
        self._chance = random.Random(f"{event.slug} minds")  # noqa: S311 (nothing is secret about them)
        self._language = event.language
        with force_locale(event.language):
            usual = [starter for chapter in starters.of(event.kind) for starter in chapter.starters]
        self._texts = {starter.draft.label: _TEXTS.get(starter.key, ()) for starter in usual}

    def answers(self, person: Person, mode: Mode) -> Answered:
        """Return what somebody writes on the form, read as the page reads it; nobody here sends files."""
        if not self._form:
            return NOTHING
        said = {prompt.public_id: self._said(prompt, person) for prompt in self._form}
        return questions.checked(self._form, said, mode, locale=self._language, is_strict=False).answered

    def sessions(self) -> list[str]:
        """Return the workshops that somebody chooses."""
        return [each for each in self._workshops if self._chance.random() < _CHOOSING]

    def _said(self, prompt: Prompt, person: Person) -> list[str]:
        if prompt.kind is QuestionKind.YES_NO:
            return ["yes" if self._chance.random() < _NEEDING else "no"]
        if prompt.kind is QuestionKind.CHOICES:
            return [option.public_id for option in prompt.offered if self._chance.random() < _NEEDING]
        if not prompt.is_required and self._chance.random() > _TALKATIVE:
            return []
        match prompt.kind:
            case QuestionKind.CHOICE:
                return [self._chance.choice(prompt.offered).public_id]
            case QuestionKind.TEXT | QuestionKind.PARAGRAPH:
                told = self._texts.get(prompt.label, ())
                return [self._chance.choice(told)] if told else []
            case QuestionKind.COUNTRY:
                return [person.country]
            case QuestionKind.NUMBER:
                return [str(self._chance.randint(0, 3))]
            case QuestionKind.PHONE:
                # One that is given to nobody.
                return ["+31 6 0000 0000"]
            case QuestionKind.CONSENT:
                return ["yes"]
        return []

"""Answers in the act they belong to: written, counted, corrected, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc import worker
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import answers, drafts, owndata, questionnaires, questions, rules
from eventsvc.registration.errors import OptionFull, QuestionsChanged
from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Question,
    QuestionKind,
    Registration,
    SeenBy,
    State,
)
from eventsvc.registration.person import Person
from eventsvc.registration.questions import Answered
from tests.conftest import Clock
from tests.people import NOW, a_question, a_registration, an_event

pytestmark = pytest.mark.usefixtures("app")

BOB = Person("Bob", "Ejemplo", "bob@example.org")


def answered(event: Event, **said: Any) -> Answered:
    """Answers as a form would bring them, by the labels of questions; options by their labels."""
    form = questionnaires.of(event.id)
    posted = {}
    for prompt in form:
        value = said.get(prompt.label)
        ids = {option.label: option.public_id for option in prompt.options}
        if value is not None:
            posted[prompt.public_id] = [ids.get(each, each) for each in (value if isinstance(value, list) else [value])]
    checked = questions.checked(form.asked, posted, event.mode, locale="en")
    assert not checked.slips
    return checked.answered


def register(event: Event, person: Person = BOB, **said: Any) -> Registration:
    registration = rules.register(
        event.id, person, by=ATTENDEE, at=NOW, language="en", answered=answered(event, **said)
    )
    db.session.commit()
    return registration


def kept(registration: Registration) -> dict[str, Any]:
    """What is kept of somebody's answers, by the labels of questions; options by their labels."""
    form = questionnaires.of(registration.event_id)
    labels = {option.public_id: option.label for prompt in form for option in prompt.options}
    found = answers.of(registration.id, form)
    return {
        prompt.label: [labels[each] for each in value] if isinstance(value, list) else value
        for prompt in form
        if (value := found.get(prompt.public_id)) is not None
    }


def everything() -> tuple[int, int]:
    count = sa.func.count()
    return tuple(db.session.scalar(sa.select(count).select_from(kind)) or 0 for kind in (Answer, AnswerOption))  # type: ignore[return-value]


class TestRegistering:
    def test_answers_are_written_with_the_registration_and_their_version(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        a_question(event, "A", "B", label="Workshop", version=3)

        ada = register(event, Diet="Vegan", Workshop="B")

        assert kept(ada) == {"Diet": "Vegan", "Workshop": ["B"]}
        versions = db.session.scalars(sa.select(Answer.version).order_by(Answer.question_id)).all()
        assert list(versions) == [1, 3]
        assert everything() == (2, 1)

    def test_whoever_sends_twice_has_the_first_answers(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        said = {"by": ATTENDEE, "at": NOW, "language": "en", "submission_key": "one"}

        first = rules.register(event.id, BOB, answered=answered(event, Diet="Vegan"), **said)
        db.session.commit()
        second = rules.register(event.id, BOB, answered=answered(event, Diet="Fish"), **said)
        db.session.commit()

        assert first is second
        assert kept(first) == {"Diet": "Vegan"}

    def test_an_event_that_asks_nothing_costs_no_query(self, count_queries: Callable[[], Any]) -> None:
        event_id = an_event().id
        ada = a_registration(db.session.get_one(Event, event_id))

        with count_queries() as queries:
            answers.write(ada, questions.NOTHING, at=NOW)
            questionnaires.of(event_id, "")

        assert queries.count == 0


class TestWordsThatChangeMeanwhile:
    """Answers are kept under the words they were given to, or not at all."""

    def changes(self, event: Event) -> dict[str, Callable[[Question], object]]:
        def edit(question: Question, **over: Any) -> None:
            draft = replace(drafts.of(question), **over)
            rules.edit_question(question, draft, revision=question.revision, by=SYSTEM, at=NOW)

        return {
            "removed": lambda question: rules.remove_question(question, by=SYSTEM, at=NOW),
            "retired": lambda question: rules.retire_question(question, by=SYSTEM, at=NOW),
            "reworded": lambda question: edit(question, label="Dinner, for 40 euro"),
            "option gone": lambda question: edit(question, options=drafts.of(question).options[:2]),
            "one more": lambda _question: a_question(event, label="Passport", is_required=True),
        }

    @pytest.mark.parametrize("change", ["removed", "retired", "reworded", "option gone", "one more"])
    def test_what_was_asked_otherwise_is_asked_again(self, change: str) -> None:
        event = an_event()
        question = a_question(event, "Yes", "No", "Perhaps", label="Dinner")
        said = answered(event, Dinner="Perhaps")
        self.changes(event)[change](question)
        db.session.commit()

        with pytest.raises(QuestionsChanged):
            rules.register(event.id, BOB, by=ATTENDEE, at=NOW, language="en", answered=said)
        db.session.rollback()

        assert everything() == (0, 0)

    def test_so_it_is_where_nothing_was_asked_before(self) -> None:
        event = an_event()
        said = answered(event)
        a_question(event, label="Passport", is_required=True)

        with pytest.raises(QuestionsChanged):
            rules.register(event.id, BOB, by=ATTENDEE, at=NOW, language="en", answered=said)

    def test_so_it_is_for_whoever_corrects_theirs(self) -> None:
        event = an_event()
        question = a_question(event, "Yes", "No", "Perhaps", label="Dinner")
        bob = register(event, Dinner="Yes")
        said = answered(event, Dinner="No")
        self.changes(event)["reworded"](question)
        db.session.commit()

        with pytest.raises(QuestionsChanged):
            rules.correct(bob, BOB, revision=bob.revision, by=ATTENDEE, at=NOW, answered=said)

    def test_another_order_and_another_limit_disturb_nobody(self) -> None:
        event = an_event()
        one, other = a_question(event, "Yes", "No", label="Dinner"), a_question(event, label="Why")
        said = answered(event, Dinner="Yes", Why="because")
        rules.shift_question(other, is_up=True, by=SYSTEM, at=NOW)
        limited = tuple(replace(option, capacity=5) for option in drafts.of(one).options)
        draft = replace(drafts.of(one), options=limited)
        rules.edit_question(one, draft, revision=one.revision, by=SYSTEM, at=NOW)
        db.session.commit()

        registration = rules.register(event.id, BOB, by=ATTENDEE, at=NOW, language="en", answered=said)

        assert kept(registration)


class TestALimit:
    def test_a_full_option_is_refused_by_name_and_nothing_is_kept(self) -> None:
        event = an_event()
        a_question(event, "A", "B", label="Workshop", limits={"A": 1})
        register(event, Workshop="A")

        with pytest.raises(OptionFull) as refused:
            register(event, Person("Cy", "Test", "cy@example.org"), Workshop="A")
        db.session.rollback()

        assert "“A” is full now" in refused.value.sentence
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1
        assert everything() == (1, 1)

    def test_what_is_left_counts_everybody_who_is_registered(self) -> None:
        event = an_event(capacity=1)
        question = a_question(event, "A", "B", label="Workshop", limits={"A": 3})
        register(event, Workshop="A")
        waiting = register(event, Person("Cy", "Test", "cy@example.org"), Workshop="A")
        gone = register(event, Person("Di", "Test", "di@example.org"), Workshop="A")
        assert waiting.state is State.WAITLISTED
        form = questionnaires.of(event.id)
        assert answers.left(form) == {question.options[0].public_id: 0}

        rules.cancel(gone, by=ATTENDEE, at=NOW)

        assert answers.left(form) == {question.options[0].public_id: 1}
        assert answers.left(form, but=waiting.id) == {question.options[0].public_id: 2}

    def test_the_limit_is_the_one_that_holds_when_it_is_written(self) -> None:
        event = an_event()
        question = a_question(event, "A", "B", label="Workshop")
        read_before = answered(event, Workshop="A")
        question.options[0].capacity = 0
        db.session.commit()

        with pytest.raises(OptionFull):
            rules.register(event.id, BOB, by=ATTENDEE, at=NOW, language="en", answered=read_before)

    def test_who_has_a_choice_keeps_it_though_the_limit_was_lowered(self) -> None:
        event = an_event()
        question = a_question(event, "A", "B", label="Workshop", limits={"A": 1})
        a_question(event, label="Diet")
        ada = register(event, Workshop="A")
        question.options[0].capacity = 0
        questionnaires.renew(event.id)
        db.session.commit()

        correct(ada, event, Workshop="A", Diet="Vegan")

        assert kept(ada) == {"Workshop": ["A"], "Diet": "Vegan"}

    def test_several_full_options_are_named_by_question(self) -> None:
        event = an_event()
        one = a_question(event, "A", "B", label="One", limits={"A": 0}, kind=QuestionKind.CHOICES)
        two = a_question(event, "C", "D", label="Two", limits={"C": 0, "D": 0}, kind=QuestionKind.CHOICES)

        with pytest.raises(OptionFull) as refused:
            register(event, One=["A", "B"], Two=["C", "D"])

        assert refused.value.slips == {
            one.public_id: "“A” is full now. Please choose something else.",
            two.public_id: "“C”, “D” are full now. Please choose something else.",
        }


def correct(registration: Registration, event: Event, **said: Any) -> None:
    person = Person(registration.given_name, registration.family_name, registration.email or "")
    rules.correct(
        registration,
        person,
        revision=registration.revision,
        by=ATTENDEE,
        at=NOW,
        answered=answered(event, **said),
    )
    db.session.commit()


class TestCorrecting:
    def test_answers_are_replaced_and_those_left_out_are_gone(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        a_question(event, "A", "B", label="Workshop")
        ada = register(event, Diet="Vegan", Workshop="A")
        before = ada.revision

        correct(ada, event, Workshop="B")

        assert kept(ada) == {"Workshop": ["B"]}
        assert everything() == (1, 1)
        assert ada.revision > before

    def test_an_answer_that_stays_keeps_its_moment_and_version(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        a_question(event, label="Wish")
        ada = register(event, Diet="Vegan")
        first = db.session.scalars(sa.select(Answer)).one().id

        correct(ada, event, Diet="Vegan", Wish="A seat at the window")

        assert first in db.session.scalars(sa.select(Answer.id)).all()

    def test_the_log_names_the_question_and_not_the_answer(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        ada = register(event)

        correct(ada, event, Diet="Vegan")

        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "correct")).one()
        assert entry.after["answers"] == ["Diet"]
        assert "Vegan" not in str(entry.before) + str(entry.after)

    def test_nothing_changed_is_nothing_written(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        ada = register(event, Diet="Vegan")
        before = ada.revision

        correct(ada, event, Diet="Vegan")

        assert ada.revision == before

    def test_two_forms_open_at_once_are_told(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        ada = register(event)
        revision = ada.revision
        correct(ada, event, Diet="Vegan")

        with pytest.raises(ChangedMeanwhile):
            rules.correct(ada, BOB, revision=revision, by=ATTENDEE, at=NOW, answered=answered(event, Diet="Fish"))

    def test_what_the_office_wrote_stays_when_the_attendee_corrects(self) -> None:
        event = an_event()
        a_question(event, label="Diet")
        badge = a_question(event, label="Badge", seen_by=SeenBy.OFFICE)
        ada = register(event, Diet="Vegan")
        db.session.add(Answer(registration_id=ada.id, question_id=badge.id, version=1, value="Blue", answered_at=NOW))
        db.session.commit()

        correct(ada, event, Diet="Fish")

        assert kept(ada) == {"Diet": "Fish", "Badge": "Blue"}


class TestForgetting:
    def test_erasing_somebody_takes_their_answers(self) -> None:
        event = an_event()
        a_question(event, "A", "B", label="Workshop")
        ada = register(event, Workshop="A")

        rules.erase(ada, by=ATTENDEE, at=NOW)

        assert everything() == (0, 0)

    def test_answers_go_on_their_own_day_and_all_else_stays(self, clock: Clock) -> None:
        event = an_event(retention_days=30)
        a_question(event, "Nuts", "Milk", label="Diet", kind=QuestionKind.CHOICES, kept_days=7)
        a_question(event, label="Motivation")
        ada = register(event, Diet=["Nuts"], Motivation="To learn")
        assert event.ends_at

        clock.at(event.ends_at + timedelta(days=7))
        worker.tidy()
        assert everything() == (2, 1)

        clock.at(event.ends_at + timedelta(days=8))
        worker.tidy()
        assert kept(ada) == {"Motivation": "To learn"}
        assert everything() == (1, 0)
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "answers.forgotten")).one()
        assert (entry.actor, entry.after) == (SYSTEM.kind.value, {"question": "Diet", "answers": 1})

    def test_a_question_of_an_event_to_come_keeps_its_answers(self, clock: Clock) -> None:
        event = an_event()
        a_question(event, label="Diet", kept_days=0)
        register(event, Diet="Vegan")

        worker.tidy()

        assert everything() == (1, 0)


def test_ones_own_data_has_the_answers_in_words(app: Flask) -> None:
    event = an_event()
    a_question(event, "A", "B", label="Workshop")
    a_question(event, label="Diet")
    a_question(event, label="Bus", kind=QuestionKind.YES_NO)
    ada = register(event, Workshop="B", Diet="Vegan", Bus="no")

    with app.test_request_context():
        told = owndata.of(ada)["answers"]

    assert [(each["question"], each["answer"]) for each in told] == [
        ("Workshop", "B"),
        ("Diet", "Vegan"),
        ("Bus", "No"),
    ]


def test_a_change_of_the_form_is_seen_at_once() -> None:
    event = an_event()
    assert not questionnaires.of(event.id)

    a_question(event, label="Diet")
    first = questionnaires.of(event.id)
    a_question(event, label="Bus")

    assert [prompt.label for prompt in first] == ["Diet"]
    assert [prompt.label for prompt in questionnaires.of(event.id)] == ["Diet", "Bus"]
    assert questionnaires.of(event.id) is questionnaires.of(event.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 2

"""Writing a form: questions, their order, what they begin with, and asking those who registered before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from eventsvc.accounts.actors import organiser
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Kind, Mode
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import answered, drafts, errors, laying, questionnaires, rules
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSection,
    QuestionVersion,
    Registration,
    SeenBy,
    State,
)
from tests.people import NOW, a_question, a_registration, an_event, an_organiser

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def by() -> Any:
    return organiser(an_organiser("Olga").id)


def answer(registration: Registration, question: Question, value: Any, version: int = 1) -> None:
    """What somebody answered, as a row; options by their labels."""
    ids = {option.label: option for option in question.options}
    stored = [ids[each].public_id for each in value] if isinstance(value, list) else value
    db.session.add(
        Answer(registration_id=registration.id, question_id=question.id, version=version, value=stored, answered_at=NOW)
    )
    for each in value if isinstance(value, list) else ():
        db.session.add(AnswerOption(registration_id=registration.id, option_id=ids[each].id))
    db.session.commit()


def order(event: Event) -> list[str]:
    return [prompt.label for prompt in questionnaires.of(event.id)]


def said(question: Question, **over: Any) -> Draft:
    condition = db.session.get(Question, question.condition_id) if question.condition_id else None
    return replace(drafts.of(question, condition.public_id if condition else ""), **over)


def edit(question: Question, by: Any, **over: Any) -> None:
    rules.edit_question(question, said(question, **over), revision=question.revision, by=by, at=NOW)
    db.session.commit()


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


CHOICE = Draft(QuestionKind.CHOICE, "Workshop", options=(DraftOption("A", 30), DraftOption("B")))


class TestAQuestion:
    def test_it_is_added_at_the_end_of_its_section_and_audited(self, by: Any) -> None:
        event = an_event()
        a_question(event, label="Diet")

        question = rules.add_question(event.id, CHOICE, by=by, at=NOW)
        db.session.commit()

        assert order(event) == ["Diet", "Workshop"]
        assert [(option.label, option.capacity) for option in question.options] == [("A", 30), ("B", None)]
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.act, entry.after["label"], entry.event_id) == ("question.added", "Workshop", event.id)

    @pytest.mark.parametrize("labels", [(), ("A",), ("A", "a")])
    def test_a_choice_needs_two_things_to_choose_from(self, by: Any, labels: tuple[str, ...]) -> None:
        draft = replace(CHOICE, options=tuple(map(DraftOption, labels)))

        with pytest.raises(errors.OptionsMissing):
            rules.add_question(an_event().id, draft, by=by, at=NOW)

    def test_it_is_retired_restored_and_deleted_while_nobody_answered(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Diet")

        rules.retire_question(question, by=by, at=NOW)
        assert order(event) == ["Diet"] and not questionnaires.of(event.id).asked
        rules.restore_question(question, by=by, at=NOW)
        assert questionnaires.of(event.id).asked
        rules.remove_question(question, by=by, at=NOW)
        db.session.commit()

        assert not questionnaires.of(event.id)
        assert acts() == ["question.retired", "question.restored", "question.removed"]

    def test_what_was_answered_is_not_deleted(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Diet")
        answer(a_registration(event), question, "Vegan")

        with pytest.raises(errors.QuestionAnswered):
            rules.remove_question(question, by=by, at=NOW)

    def test_two_organisers_are_told_of_each_other(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Diet", help="Old")
        opened = question.revision
        edit(question, by, help="Theirs")

        with pytest.raises(ChangedMeanwhile) as refused:
            rules.edit_question(question, said(question, help="Mine"), revision=opened, by=by, at=NOW)

        assert refused.value.theirs == {"help": "Theirs"}
        assert refused.value.yours == {"help": "Mine"}

    def test_moving_it_meanwhile_is_no_conflict(self, by: Any) -> None:
        event = an_event()
        a_question(event, label="First")
        question = a_question(event, label="Diet")
        opened = question.revision
        rules.shift_question(question, is_up=True, by=by, at=NOW)
        db.session.commit()

        rules.edit_question(question, said(question, label="Food"), revision=opened, by=by, at=NOW)

        assert order(event) == ["Food", "First"]

    def test_nothing_changed_is_nothing_written(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Diet")
        name = questionnaires.name_of(event.id)

        edit(question, by)

        assert questionnaires.name_of(event.id) == name and acts() == []


class TestVersions:
    def versions(self, question: Question) -> list[tuple[int, str]]:
        rows = db.session.scalars(
            sa.select(QuestionVersion)
            .where(QuestionVersion.question_id == question.id)
            .order_by(QuestionVersion.number)
        )
        return [(row.number, row.asked["label"]) for row in rows]

    def test_before_anybody_answered_the_words_are_simply_replaced(self, by: Any) -> None:
        question = a_question(an_event(), label="Diet")

        edit(question, by, label="Food")

        assert self.versions(question) == [(1, "Food")]

    def test_after_that_old_answers_keep_the_words_they_were_asked_in(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, "Fish", "Meat", label="Diet")
        ada = a_registration(event)
        answer(ada, question, ["Fish"])

        options = tuple(replace(each, label=each.label.upper()) for each in said(question).options)
        edit(question, by, label="What do you eat?", options=options)

        assert self.versions(question) == [(1, "Diet"), (2, "What do you eat?")]
        told = answered.told(ada.id, questionnaires.of(event.id), "en")
        assert [(each.label, each.answer, each.note) for each in told] == [
            ("What do you eat?", "Fish", "Asked then: “Diet”")
        ]

    def test_a_consent_remembers_the_text_that_was_agreed_to(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Photos", kind=QuestionKind.CONSENT, help="On our website.")
        ada = a_registration(event)
        answer(ada, question, True)

        edit(question, by, help="On our website and in print.")

        told = answered.told(ada.id, questionnaires.of(event.id), "en")
        assert [(each.answer, each.note) for each in told] == [("Agreed", "The text then: “On our website.”")]

    def test_what_is_not_asked_in_words_makes_no_version(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Diet")
        answer(a_registration(event), question, "Vegan")

        edit(question, by, kept_days=7, seen_by=SeenBy.EDITORS)

        assert self.versions(question) == [(1, "Diet")]

    def test_a_kind_whose_answers_read_alike_can_follow_and_no_other(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, label="Wish")
        answer(a_registration(event), question, "A window")

        edit(question, by, kind=QuestionKind.PARAGRAPH)
        assert question.kind is QuestionKind.PARAGRAPH

        with pytest.raises(errors.KindFixed):
            edit(question, by, kind=QuestionKind.NUMBER)

    def test_a_kind_that_others_wait_for_stays(self, by: Any) -> None:
        event = an_event()
        bus = a_question(event, "A", "B", label="Bus")
        a_question(event, label="Where?", condition_id=bus.id, condition_values=[bus.options[0].public_id])

        with pytest.raises(errors.QuestionNeeded, match="QuestionNeeded"):
            edit(bus, by, kind=QuestionKind.TEXT)

    def test_an_option_that_was_chosen_is_retired_and_any_other_is_gone(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, "A", "B", "C", "D", label="Workshop")
        ada = a_registration(event)
        answer(ada, question, ["A"])

        edit(question, by, options=said(question).options[2:])

        rows = db.session.scalars(sa.select(QuestionOption).order_by(QuestionOption.id)).all()
        assert [(row.label, row.is_retired) for row in rows] == [("A", True), ("C", False), ("D", False)]
        told = answered.told(ada.id, questionnaires.of(event.id), "en")
        assert [each.answer for each in told] == ["A"]

    def test_writing_its_name_again_brings_it_back(self, by: Any) -> None:
        event = an_event()
        question = a_question(event, "A", "B", "C", label="Workshop")
        answer(a_registration(event), question, ["A"])
        edit(question, by, options=said(question).options[1:])

        edit(question, by, options=(*said(question).options, DraftOption("a", 5)))

        assert [(each.label, each.is_retired) for each in question.options if each.capacity] == [("a", False)]
        assert len(question.options) == 3


class TestConditions:
    def test_a_chain_is_written_by_ids(self, by: Any) -> None:
        event = an_event()
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        draft = Draft(QuestionKind.TEXT, "Where do you get on?", condition=bus.public_id, condition_values=("yes",))

        question = rules.add_question(event.id, draft, by=by, at=NOW)

        prompt = questionnaires.of(event.id).by_id[question.public_id]
        assert prompt.condition and (prompt.condition.question, set(prompt.condition.values)) == (
            bus.public_id,
            {"yes"},
        )

    def test_a_condition_without_answers_would_never_be_met(self, by: Any) -> None:
        event = an_event()
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)

        with pytest.raises(errors.ConditionEmpty):
            rules.add_question(event.id, Draft(QuestionKind.TEXT, "Where?", condition=bus.public_id), by=by, at=NOW)

    def test_no_circle_can_be_written(self, by: Any) -> None:
        event = an_event()
        one = a_question(event, label="One", kind=QuestionKind.YES_NO)
        two = a_question(event, label="Two", kind=QuestionKind.YES_NO, condition_id=one.id, condition_values=["yes"])

        with pytest.raises(errors.AskedTooEarly) as refused:
            edit(one, by, condition=two.public_id, condition_values=("yes",))
        db.session.rollback()

        assert "“One” depends on “Two”" in refused.value.sentence
        edit(one, by, condition=one.public_id, condition_values=("yes",))
        assert one.condition_id is None

    def test_it_cannot_be_moved_before_what_it_depends_on(self, by: Any) -> None:
        event = an_event()
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        where = a_question(event, label="Where", condition_id=bus.id, condition_values=["yes"])

        for move in (
            lambda: rules.shift_question(where, is_up=True, by=by, at=NOW),
            lambda: rules.move_question(where, section_id=None, before=bus.public_id, by=by, at=NOW),
        ):
            with pytest.raises(errors.AskedTooEarly):
                move()
            db.session.rollback()
        assert order(event) == ["Bus", "Where"]

    def test_what_others_depend_on_stays(self, by: Any) -> None:
        event = an_event()
        meal = a_question(event, "Fish", "Other", "None", label="Meal")
        other = next(option.public_id for option in meal.options if option.label == "Other")
        which = a_question(event, label="Which", condition_id=meal.id, condition_values=[other])

        for act in (
            lambda: rules.retire_question(meal, by=by, at=NOW),
            lambda: rules.remove_question(meal, by=by, at=NOW),
            lambda: edit(meal, by, options=tuple(each for each in said(meal).options if each.label != "Other")),
        ):
            with pytest.raises(errors.QuestionNeeded) as refused:
                act()
            db.session.rollback()
            assert "“Which”" in refused.value.sentence

        rules.retire_question(which, by=by, at=NOW)
        rules.retire_question(meal, by=by, at=NOW)
        with pytest.raises(errors.ConditionRetired):
            rules.restore_question(which, by=by, at=NOW)


class TestTheOrder:
    @pytest.fixture
    def event(self, by: Any) -> Event:
        """Two sections of two questions after one that stands in none."""
        event = an_event()
        a_question(event, label="0")
        for title in ("One", "Two"):
            section = rules.add_section(event.id, title, by=by, at=NOW)
            for number in "ab":
                a_question(event, label=f"{title} {number}", section_id=section.id)
        return event

    def question(self, label: str) -> Question:
        return db.session.scalars(sa.select(Question).where(Question.label == label)).one()

    def section(self, title: str) -> QuestionSection:
        return db.session.scalars(sa.select(QuestionSection).where(QuestionSection.title == title)).one()

    def test_it_is_sections_first(self, event: Event) -> None:
        assert order(event) == ["0", "One a", "One b", "Two a", "Two b"]

    def test_a_step_goes_from_section_to_section_and_stops_at_the_ends(self, event: Event, by: Any) -> None:
        seen = []
        for _step in range(6):
            rules.shift_question(self.question("0"), is_up=False, by=by, at=NOW)
            seen.append((order(event).index("0"), self.question("0").section_id))

        one, two = self.section("One").id, self.section("Two").id
        assert seen == [(0, one), (1, one), (2, one), (2, two), (3, two), (4, two)]
        rules.shift_question(self.question("0"), is_up=False, by=by, at=NOW)
        assert order(event)[-1] == "0"

    def test_a_drop_puts_it_before_another_or_at_the_end(self, event: Event, by: Any) -> None:
        one = self.section("One").id

        rules.move_question(
            self.question("Two b"), section_id=one, before=self.question("One a").public_id, by=by, at=NOW
        )
        rules.move_question(self.question("0"), section_id=one, by=by, at=NOW)

        assert order(event) == ["Two b", "One a", "One b", "0", "Two a"]

    def test_a_section_moves_with_its_questions(self, event: Event, by: Any) -> None:
        rules.shift_section(self.section("Two"), is_up=True, by=by, at=NOW)
        rules.shift_section(self.section("Two"), is_up=True, by=by, at=NOW)

        assert order(event) == ["0", "Two a", "Two b", "One a", "One b"]

    def test_a_heading_that_goes_leaves_its_questions(self, event: Event, by: Any) -> None:
        rules.remove_section(self.section("Two"), by=by, at=NOW)
        rules.remove_section(self.section("One"), by=by, at=NOW)
        db.session.commit()

        assert order(event) == ["0", "One a", "One b", "Two a", "Two b"]
        assert {question.section_id for question in db.session.scalars(sa.select(Question))} == {None}

    def test_another_events_section_is_not_there(self, event: Event, by: Any) -> None:
        elsewhere = rules.add_section(an_event().id, "Elsewhere", by=by, at=NOW)

        with pytest.raises(errors.QuestionGone):
            rules.move_question(self.question("0"), section_id=elsewhere.id, by=by, at=NOW)


class TestBeginning:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_every_kind_begins_with_questions_that_hang_together(self, by: Any, kind: Kind) -> None:
        event = an_event(kind=kind)

        count = rules.start_form(event, by=by, at=NOW)
        db.session.commit()

        form = questionnaires.of(event.id)
        assert count == len(form.prompts) > 0
        laying.check(laying.groups(event.id))
        for prompt in form:
            if prompt.condition:
                needed = form.by_id[prompt.condition.question]
                known = {option.public_id for option in needed.options} or {"yes", "no"}
                assert prompt.condition.values <= known

    def test_a_school_asks_of_passports_what_only_editors_see_and_soon_forget(self, by: Any) -> None:
        event = an_event(kind=Kind.SUMMER_SCHOOL)

        rules.start_form(event, by=by, at=NOW)

        passport = next(prompt for prompt in questionnaires.of(event.id) if "Passport" in prompt.label)
        assert (passport.seen_by, passport.kept_days, passport.mode) == (SeenBy.EDITORS, 0, Mode.IN_PERSON)
        assert passport.condition

    def test_it_is_in_the_events_language(self, by: Any) -> None:
        event = an_event(kind=Kind.WEBINAR, language="nl")

        rules.start_form(event, by=by, at=NOW)

        assert questionnaires.of(event.id)

    def test_a_form_that_asks_something_stays_as_it_is(self, by: Any) -> None:
        event = an_event(kind=Kind.WEBINAR)
        a_question(event, label="Mine")

        assert rules.start_form(event, by=by, at=NOW) == 0
        assert order(event) == ["Mine"]


class TestAskingWhoIsRegistered:
    def letters(self) -> list[Message]:
        return list(
            db.session.scalars(sa.select(Message).where(Message.kind == "questions_asked").order_by(Message.id))
        )

    def test_only_those_are_written_to_who_lack_an_answer_they_are_shown(self, by: Any) -> None:
        event = an_event()
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        where = a_question(event, label="Where", condition_id=bus.id, condition_values=["yes"])
        done, no_bus, lacks_where, lacks_all = (a_registration(event) for _number in range(4))
        a_registration(event, state=State.CANCELLED)
        a_registration(event, email=None)
        answer(done, bus, True)
        answer(done, where, "At the station")
        answer(no_bus, bus, False)
        answer(lacks_where, bus, True)

        assert rules.ask_registered(event, by=by, at=NOW) == 2
        db.session.commit()

        told = {letter.registration_id: letter.facts["questions"] for letter in self.letters()}
        assert told == {lacks_where.id: ["Where"], lacks_all.id: ["Bus"]}

    def test_nobody_gets_it_twice_while_the_form_stays_as_it_is(self, by: Any) -> None:
        event = an_event()
        a_question(event, label="Bus")
        a_registration(event)
        rules.ask_registered(event, by=by, at=NOW)

        assert rules.ask_registered(event, by=by, at=NOW) == 0

        a_question(event, label="Diet")
        assert rules.ask_registered(event, by=by, at=NOW) == 1
        assert [letter.state for letter in self.letters()] == [MessageState.REPLACED, MessageState.WAITING]

    def test_only_the_questions_that_were_chosen_are_asked(self, by: Any) -> None:
        event = an_event()
        a_question(event, label="Bus")
        diet = a_question(event, label="Diet")
        a_registration(event)

        rules.ask_registered(event, [diet.public_id], by=by, at=NOW)

        assert [letter.facts["questions"] for letter in self.letters()] == [["Diet"]]

    def test_nobody_is_asked_after_the_event(self, by: Any) -> None:
        event = an_event()
        assert event.ends_at

        with pytest.raises(errors.EventOver):
            rules.ask_registered(event, by=by, at=event.ends_at)

    def test_its_queries_do_not_grow_with_the_people(self, by: Any, count_queries: Callable[[], Any]) -> None:
        counts = []
        for people in (1, 3):
            event = an_event()
            a_question(event, label="Bus")
            for _number in range(people):
                a_registration(event)
            with count_queries() as queries:
                rules.lacking(event)
            counts.append(queries.count)

        assert counts[0] == counts[1]

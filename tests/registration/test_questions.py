"""Who is shown which question, and whether what was typed will do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.events.models import Mode
from eventsvc.registration import questions
from eventsvc.registration.models import QuestionKind, SeenBy
from eventsvc.registration.questions import Condition, Option, Part, Prompt, Questionnaire

HERE, THERE = Mode.IN_PERSON, Mode.ONLINE


def prompt(name: str, kind: QuestionKind = QuestionKind.TEXT, needs: tuple[str, ...] = (), **over: Any) -> Prompt:
    """A question called by its public id; `needs` is another's id and the answers that bring this one up."""
    condition = Condition(needs[0], frozenset(needs[1:])) if needs else None
    return Prompt(1, name, kind, name.capitalize(), condition=condition, **over)


def form(*prompts: Prompt) -> Questionnaire:
    return Questionnaire("one", (Part(None, "", "", prompts),))


def options(*ids: str, **over: Any) -> tuple[Option, ...]:
    return tuple(Option(number, name, name.upper(), **over) for number, name in enumerate(ids))


CHAIN = form(
    prompt("comes", QuestionKind.YES_NO, is_required=True),
    prompt("meal", QuestionKind.CHOICE, ("comes", "yes"), options=options("fish", "vegan", "other"), is_required=True),
    prompt("which", needs=("meal", "other"), is_required=True),
)


def check(asked: Questionnaire, mode: Mode = HERE, **said: Any) -> questions.Checked:
    posted = {name: [value] if isinstance(value, str) else value for name, value in said.items()}
    return questions.checked(asked, posted, mode, locale="en")


def test_a_chain_is_shown_as_far_as_its_answers_lead() -> None:
    ids = [each.public_id for each in questions.shown(CHAIN, {"comes": True, "meal": ["other"]}, HERE)]

    assert ids == ["comes", "meal", "which"]
    assert [each.public_id for each in questions.shown(CHAIN, {"comes": True, "meal": ["fish"]}, HERE)] == ids[:2]


def test_a_chain_ends_where_one_link_is_not_shown() -> None:
    shown = questions.shown(CHAIN, {"comes": False, "meal": ["other"], "which": "Soup"}, HERE)

    assert [each.public_id for each in shown] == ["comes"]


def test_hidden_answers_are_dropped_though_posted() -> None:
    checked = check(CHAIN, comes="no", meal="other", which="Soup")

    assert checked.answered.values == {"comes": False}
    assert not checked.slips


def test_required_counts_only_where_it_is_shown() -> None:
    assert set(check(CHAIN, comes="yes").slips) == {"meal"}
    assert set(check(CHAIN, comes="yes", meal="other").slips) == {"which"}
    assert not check(CHAIN, comes="no").slips


def test_what_is_required_may_be_left_out_by_an_organiser_and_is_checked_all_the_same() -> None:
    loose = questions.checked(CHAIN, {"comes": ["yes"], "meal": ["beef"]}, HERE, locale="en", is_strict=False)

    assert set(loose.slips) == {"meal"}
    assert not questions.checked(CHAIN, {}, HERE, locale="en", is_strict=False).slips


def test_a_slip_brings_nothing_up() -> None:
    checked = check(CHAIN, comes="yes", meal="beef", which="Soup")

    assert set(checked.slips) == {"meal"}
    assert checked.answered.values == {"comes": True}


@pytest.mark.parametrize(
    ("mode", "shown"), [(HERE, ["here", "both"]), (THERE, ["both"]), (Mode.HYBRID, ["here", "both"])]
)
def test_a_question_is_for_those_who_take_part_its_way(mode: Mode, shown: list[str]) -> None:
    asked = form(prompt("here", mode=HERE), prompt("both"))

    assert [each.public_id for each in questions.shown(asked, {}, mode)] == shown


def test_a_choice_belongs_to_its_question() -> None:
    asked = form(
        prompt("one", QuestionKind.CHOICE, options=options("a", "b")),
        prompt("two", QuestionKind.CHOICES, options=options("c", "d")),
    )

    checked = check(asked, one="c", two=["d", "a"])

    assert set(checked.slips) == {"one", "two"}
    assert check(asked, one="b", two=["d", "c"]).answered.values == {"one": ["b"], "two": ["c", "d"]}


def test_a_retired_option_is_kept_by_whoever_has_it_and_taken_by_nobody_else() -> None:
    asked = form(prompt("one", QuestionKind.CHOICE, options=(*options("a"), Option(9, "old", "Old", is_retired=True))))
    posted = {"one": ["old"]}

    assert questions.checked(asked, posted, HERE, locale="en").slips
    kept = questions.checked(asked, posted, HERE, locale="en", held={"one": ["old"]})
    assert kept.answered.values == {"one": ["old"]}


def test_a_condition_on_several_choices_is_met_by_one_of_them() -> None:
    asked = form(
        prompt("days", QuestionKind.CHOICES, options=options("mon", "tue", "wed")),
        prompt("dinner", needs=("days", "tue", "wed")),
    )

    assert len(questions.shown(asked, {"days": ["mon", "wed"]}, HERE)) == 2
    assert len(questions.shown(asked, {"days": ["mon"]}, HERE)) == 1


def test_a_condition_on_a_later_question_or_on_itself_is_never_met() -> None:
    asked = form(
        prompt("first", QuestionKind.YES_NO, ("second", "yes")),
        prompt("self", QuestionKind.YES_NO, ("self", "yes")),
        prompt("second", QuestionKind.YES_NO),
    )

    shown = questions.shown(asked, {"first": True, "self": True, "second": True}, HERE)

    assert [each.public_id for each in shown] == ["second"]


def test_the_office_sees_what_it_asks_of_itself_and_the_attendee_does_not() -> None:
    asked = form(
        prompt("team"),
        prompt("editors", seen_by=SeenBy.EDITORS),
        prompt("office", seen_by=SeenBy.OFFICE),
        prompt("old", is_retired=True),
    )

    def ids(of: Questionnaire) -> list[str]:
        return [each.public_id for each in of]

    assert ids(asked.asked) == ["team", "editors"]
    assert ids(asked.in_use) == ["team", "editors", "office"]
    assert ids(asked.own) == ["team", "editors", "old"]
    assert ids(asked.seen(by_editors=False)) == ["team", "old"]
    assert ids(asked.seen(by_editors=True)) == ["team", "editors", "office", "old"]


def test_what_is_missing_is_what_is_shown_and_unanswered() -> None:
    assert [each.public_id for each in questions.missing(CHAIN, {"comes": True}, HERE)] == ["meal"]
    assert questions.missing(CHAIN, {"comes": False}, HERE) == []


_answers = st.fixed_dictionaries(
    {},
    optional={
        "comes": st.lists(st.sampled_from(["yes", "no", "perhaps", ""]), max_size=2),
        "meal": st.lists(st.sampled_from(["fish", "vegan", "other", "stone", "yes"]), max_size=3),
        "which": st.lists(st.text(max_size=20), max_size=2),
        "unknown": st.lists(st.text(max_size=5), max_size=1),
    },
)


@given(_answers, st.sampled_from(Mode))
def test_whatever_is_posted_only_answers_to_shown_questions_are_kept(said: dict[str, list[str]], mode: Mode) -> None:
    checked = questions.checked(CHAIN, said, mode, locale="en")

    shown = {each.public_id for each in questions.shown(CHAIN, checked.answered.values, mode)}
    assert set(checked.answered.values) <= shown
    assert set(checked.slips) <= shown
    assert not set(checked.slips) & set(checked.answered.values)
    if not checked.slips:
        required = {each.public_id for each in CHAIN if each.is_required} & shown
        assert required <= set(checked.answered.values)

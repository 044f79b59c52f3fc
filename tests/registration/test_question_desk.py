"""The builder on the desk, and answers on the roster, in its files and on each person's page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.events.models import Event, Kind
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import answers, questionnaires
from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Question,
    QuestionKind,
    QuestionSection,
    Registration,
    SeenBy,
)
from tests import browsing
from tests.people import NOW, a_question, a_registration, an_event, an_organiser

LIST = "/desk/events/symposium/questions"
ROSTER = "/desk/events/symposium/roster"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium", kind=Kind.SYMPOSIUM)


@pytest.fixture
def desk(event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Olga's browser; she owns the event."""
    return sign_in(an_organiser("Olga", owns=event))


@pytest.fixture
def working_as(event: Event, sign_in: Callable[..., FlaskClient]) -> Callable[[str, EventRole], FlaskClient]:
    def signed_in(name: str, role: EventRole) -> FlaskClient:
        user: User = an_organiser(name)
        db.session.add(Membership(user_id=user.id, event_id=event.id, role=role))
        db.session.commit()
        return sign_in(user)

    return signed_in


def answer(registration: Registration, question: Question, value: Any) -> None:
    """What somebody answered, as a row; options by their labels."""
    ids = {option.label: option for option in question.options}
    chosen = value if isinstance(value, list) else []
    stored = [ids[each].public_id for each in chosen] if chosen else value
    db.session.add(
        Answer(registration_id=registration.id, question_id=question.id, version=1, value=stored, answered_at=NOW)
    )
    db.session.add_all([AnswerOption(registration_id=registration.id, option_id=ids[each].id) for each in chosen])
    db.session.commit()


def order(event: Event) -> list[str]:
    return [prompt.label for prompt in questionnaires.of(event.id)]


def said(**over: Any) -> dict[str, Any]:
    """A question as the form sends it."""
    return {"kind": "text", "label": "Diet", "seen_by": "team", "condition": "", "mode": ""} | over


def lines(*options: tuple[str, str]) -> dict[str, str]:
    """Lines to choose from, as the form sends them."""
    return {
        f"options-{number}-{name}": value
        for number, option in enumerate(options)
        for name, value in zip(("label", "capacity"), option, strict=True)
    }


class TestWhoMay:
    PATHS = ("", "/new", "/preview", "/ask", "/sections/new", "/{id}")

    @pytest.mark.parametrize("path", PATHS)
    def test_eve_and_strangers_find_no_questions(
        self, event: Event, client: FlaskClient, sign_in: Callable[..., FlaskClient], path: str
    ) -> None:
        address = LIST + path.format(id=a_question(event).public_id)

        assert client.get(address).status_code == 302
        assert sign_in(an_organiser("Eve", owns=an_event())).get(address).status_code == 404

    @pytest.mark.parametrize("role", [EventRole.DOOR, EventRole.REVIEWER])
    def test_neither_the_door_nor_reviewers_write_the_form(
        self, event: Event, working_as: Callable[..., FlaskClient], role: EventRole
    ) -> None:
        question = a_question(event, label="Diet")
        desk = working_as("Dee", role)

        assert desk.get(LIST).status_code == 404
        for act in ("move", "retire", "restore", "remove"):
            assert desk.post(f"{LIST}/{question.public_id}/{act}").status_code == 404
        assert order(event) == ["Diet"]

    def test_a_question_of_another_event_is_not_found(self, desk: FlaskClient) -> None:
        elsewhere = a_question(an_event())

        assert desk.get(f"{LIST}/{elsewhere.public_id}").status_code == 404
        assert desk.post(f"{LIST}/{elsewhere.public_id}/remove").status_code == 404


class TestTheBuilder:
    def test_an_empty_form_offers_the_usual_questions_of_its_kind(self, desk: FlaskClient, event: Event) -> None:
        assert "Begin with the usual questions" in desk.get(LIST).text

        desk.post(f"{LIST}/start")

        page = desk.get(LIST).text
        assert "Which workshop would you like?" in page and "Workshop A: 30 of 30 left" in page
        assert "Begin with the usual questions" not in page

    def test_a_choice_with_limits_is_written_on_one_page(self, desk: FlaskClient, event: Event) -> None:
        form = desk.get(f"{LIST}/new?kind=choice").text
        assert re.search(r'<option selected value="choice">', form)

        answered = desk.post(
            f"{LIST}/new?kind=choice",
            data=said(kind="choice", label="Workshop", is_required="y") | lines(("A", "2"), ("B", ""), ("", "")),
        )

        prompt = next(iter(questionnaires.of(event.id)))
        assert answered.status_code == 303
        assert [(option.label, option.capacity) for option in prompt.options] == [("A", 2), ("B", None)]
        assert prompt.is_required

    def test_a_condition_is_chosen_from_the_answers_of_another_question(self, desk: FlaskClient, event: Event) -> None:
        meal = a_question(event, "Fish", "Other", label="Meal")
        other = meal.options[1].public_id
        form = unescape(desk.get(f"{LIST}/new").text)
        assert "Only after an answer to: Meal" in form and f'name="when-{meal.public_id}" value="{other}"' in form

        desk.post(f"{LIST}/new", data=said(condition=meal.public_id) | {f"when-{meal.public_id}": other})

        prompt = questionnaires.of(event.id).prompts[1]
        assert prompt.condition and prompt.condition.values == {other}
        again = desk.get(f"{LIST}/{prompt.public_id}").text
        assert re.search(rf'value="{other}" checked', again)

    @pytest.mark.parametrize(
        ("over", "sentence"),
        [
            ({"label": ""}, "Write the question."),
            ({"kind": "choice"}, "Please write at least two things to choose from, each once."),
            ({"kind": "stone"}, "Choose one from the list."),
            ({"kind": "number", "least": "many"}, "Write a number in figures."),
            ({"kind": "date", "most": "soon"}, "Write a day, for example 2027-05-30."),
            ({"kind": "number", "least": "10", "most": "5"}, "This is less than the least."),
            ({"kind": "date", "least": "2027-05-30", "most": "2027-05-01"}, "This is less than the least."),
            (
                {"kind": "choices", "options-0-label": "A", "options-1-label": "B", "least": "3"},
                "There are fewer things to choose from.",
            ),
            ({"options-²-label": "x", "label": ""}, "Write the question."),
            ({"kept_days": "-1"}, "Write a whole number from 0 to 3650."),
            ({"seen_by": "everybody"}, "Choose one from the list."),
        ],
    )
    def test_a_slip_is_told_in_a_sentence_and_nothing_is_lost(
        self, desk: FlaskClient, event: Event, over: dict[str, str], sentence: str
    ) -> None:
        answered = desk.post(f"{LIST}/new", data=said(help="Keep this") | over)

        assert answered.status_code == 422
        assert sentence in unescape(answered.text) and "Keep this" in answered.text
        assert not questionnaires.of(event.id)

    def test_the_first_question_has_nothing_to_depend_on(self, desk: FlaskClient, event: Event) -> None:
        sent = {name: value for name, value in said().items() if name != "condition"}

        assert 'name="condition"' not in desk.get(f"{LIST}/new").text
        assert desk.post(f"{LIST}/new", data=sent).status_code == 303
        assert order(event) == ["Diet"]

    def test_a_condition_without_a_ticked_answer_is_told_beside_it(self, desk: FlaskClient, event: Event) -> None:
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)

        answered = desk.post(f"{LIST}/new", data=said(condition=bus.public_id))

        assert answered.status_code == 422
        assert "Please tick at least one answer that brings this question up." in answered.text

    def test_limits_are_read_by_the_kind(self, desk: FlaskClient, event: Event) -> None:
        desk.post(f"{LIST}/new", data=said(kind="number", least="1,5", most="10"))
        desk.post(f"{LIST}/new", data=said(kind="date", least="2027-05-01", most="30-5-2027"))
        desk.post(f"{LIST}/new", data=said(kind="paragraph", max_words="300", least="5"))

        assert [dict(prompt.rules) for prompt in questionnaires.of(event.id)] == [
            {"min": 1.5, "max": 10},
            {"min": "2027-05-01", "max": "2027-05-30"},
            {"max_words": 300},
        ]

    def test_how_many_answered_is_told_before_a_question_is_changed(self, desk: FlaskClient, event: Event) -> None:
        question = a_question(event, label="Diet")
        assert "have answered" not in desk.get(f"{LIST}/{question.public_id}").text
        for _number in range(2):
            answer(a_registration(event), question, "Vegan")

        assert "2 people have answered this." in desk.get(f"{LIST}/{question.public_id}").text
        assert "2 answers" in desk.get(LIST).text

    def test_what_somebody_else_saved_stands_beside_what_was_typed(self, desk: FlaskClient, event: Event) -> None:
        question = a_question(event, label="Diet")
        opened = str(question.revision)
        address = f"{LIST}/{question.public_id}"
        desk.post(address, data=said(help="Theirs", revision=opened))

        answered = desk.post(address, data=said(label="Food", help="Mine", revision=opened))

        assert answered.status_code == 409
        assert re.search(r"<td>Theirs</td>\s*<td>Mine</td>", answered.text)
        assert 'value="Food"' in answered.text and ">\r\nMine</textarea>" in answered.text
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', answered.text)
        assert revision
        desk.post(address, data=said(label="Food", help="Mine", revision=revision[1]))
        assert question.help == "Mine" and question.label == "Food"

    def test_buttons_move_a_question_and_lead_back_to_themselves(self, desk: FlaskClient, event: Event) -> None:
        for label in "abc":
            a_question(event, label=label)
        second = db.session.scalars(sa.select(Question).where(Question.label == "b")).one()

        moved = desk.post(f"{LIST}/{second.public_id}/move", data={"step": "up"})

        assert order(event) == ["b", "a", "c"]
        assert moved.headers["Location"].endswith(f"#up-{second.public_id}")

    def test_a_drop_moves_it_into_a_section(self, desk: FlaskClient, event: Event) -> None:
        desk.post(f"{LIST}/sections/new", data={"title": "Your stay"})
        section = db.session.scalars(sa.select(QuestionSection)).one()
        one, two = a_question(event, label="one"), a_question(event, label="two", section_id=section.id)

        desk.post(f"{LIST}/{one.public_id}/move", data={"section": section.id, "before": two.public_id})

        assert order(event) == ["one", "two"] and one.section_id == section.id

    def test_a_move_that_cannot_be_is_told_on_the_list(self, desk: FlaskClient, event: Event) -> None:
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        where = a_question(event, label="Where", condition_id=bus.id, condition_values=["yes"])

        page = desk.post(f"{LIST}/{where.public_id}/move", data={"step": "up"}, follow_redirects=True).text

        assert "“Where” depends on “Bus”, so it has to come after it." in page

    def test_sections_are_named_moved_and_taken_away(self, desk: FlaskClient, event: Event) -> None:
        for title in ("One", "Two"):
            desk.post(f"{LIST}/sections/new", data={"title": title})
        one, two = db.session.scalars(sa.select(QuestionSection).order_by(QuestionSection.id)).all()

        desk.post(f"{LIST}/sections/{two.id}", data={"title": "First", "text": "Begin here.", "revision": "1"})
        desk.post(f"{LIST}/sections/{two.id}/move", data={"step": "up"})
        desk.post(f"{LIST}/sections/{one.id}/remove")
        empty = desk.post(f"{LIST}/sections/new", data={"title": " "})

        page = desk.get(LIST).text
        assert "First" in page and "Begin here." in page and ">One<" not in page
        assert empty.status_code == 422

    def test_the_second_of_two_who_change_a_section_is_told_and_loses_nothing(
        self, desk: FlaskClient, working_as: Callable[..., FlaskClient]
    ) -> None:
        desk.post(f"{LIST}/sections/new", data={"title": "Stay", "text": "Where you sleep."})
        desk.post(f"{LIST}/sections/new", data={"title": "Meals"})
        section = db.session.scalars(sa.select(QuestionSection).where(QuestionSection.title == "Stay")).one()
        address = f"{LIST}/sections/{section.id}"
        mine = dict(browsing.fields(desk.get(address).text))
        other = working_as("Rita", EventRole.EDITOR)
        # Where a section stands is nobody's words.
        other.post(f"{address}/move", data={"step": "down"})
        other.post(
            address, data=dict(browsing.fields(other.get(address).text)) | {"title": "Your stay", "text": "New."}
        )

        refused = desk.post(address, data=mine | {"title": "The stay"})
        again = dict(browsing.fields(refused.text))
        saved = desk.post(address, data=again)

        assert refused.status_code == 409
        assert "Rita" in refused.text and re.search(r"<td>Your stay</td>\s*<td>The stay</td>", refused.text)
        assert (again["title"], again["text"]) == ("The stay", "New.")
        assert (saved.status_code, section.title, section.text) == (303, "The stay", "New.")

    def test_who_only_moved_it_meanwhile_stands_in_nobodys_way(self, desk: FlaskClient) -> None:
        for title in ("Stay", "Meals"):
            desk.post(f"{LIST}/sections/new", data={"title": title})
        section = db.session.scalars(sa.select(QuestionSection).where(QuestionSection.title == "Stay")).one()
        address = f"{LIST}/sections/{section.id}"
        mine = dict(browsing.fields(desk.get(address).text))
        desk.post(f"{address}/move", data={"step": "down"})

        assert desk.post(address, data=mine | {"title": "Your stay"}).status_code == 303

    @pytest.mark.parametrize(("typed", "kept"), [("3", {"max": 3}), ("1", {}), ("", {})])
    def test_how_many_files_may_be_sent_is_written_and_shown_again(
        self, desk: FlaskClient, event: Event, typed: str, kept: dict[str, int]
    ) -> None:
        desk.post(f"{LIST}/new", data=said(kind="file", most_files=typed))

        [prompt] = questionnaires.of(event.id)
        shown = dict(browsing.fields(desk.get(f"{LIST}/{prompt.public_id}").text))
        assert dict(prompt.rules) == kept
        assert shown["most_files"] == str(kept.get("max", 1))
        assert ("At most 3 files." in desk.get(f"{LIST}/preview").text) is bool(kept)

    @pytest.mark.parametrize("typed", ["0", "11", "-1", "many"])
    def test_no_form_asks_for_more_files_than_can_be_read(self, desk: FlaskClient, event: Event, typed: str) -> None:
        assert desk.post(f"{LIST}/new", data=said(kind="file", most_files=typed)).status_code == 422

    def test_retired_questions_stand_apart_and_can_be_asked_again(self, desk: FlaskClient, event: Event) -> None:
        question = a_question(event, label="Diet")
        address = f"{LIST}/{question.public_id}"

        desk.post(f"{address}/retire")
        assert "Asked no more" in desk.get(LIST).text and "Delete" in desk.get(LIST).text
        desk.post(f"{address}/restore")
        assert "Asked no more" not in desk.get(LIST).text
        desk.post(f"{address}/retire")
        desk.post(f"{address}/remove")
        assert "Diet" not in desk.get(LIST).text

    def test_the_preview_is_what_a_person_sees(self, desk: FlaskClient, event: Event) -> None:
        a_question(event, label="Diet", why="The kitchen asks.")
        a_question(event, label="Badge", seen_by=SeenBy.OFFICE)

        page = desk.get(f"{LIST}/preview").text

        assert "Given name" in page and "The kitchen asks." in page and "Badge" not in page

    def test_who_is_registered_is_asked_by_letter(self, desk: FlaskClient, event: Event) -> None:
        bus, diet = a_question(event, label="Bus", is_required=True), a_question(event, label="Diet")
        for _number in range(2):
            a_registration(event)
        answer(a_registration(event), bus, "Yes")
        page = desk.get(f"{LIST}/ask").text
        assert "2 people" in page and "3 people" in page

        told = desk.post(f"{LIST}/ask", data={"question": [bus.public_id]}, follow_redirects=True).text

        letters = db.session.scalars(sa.select(Message)).all()
        assert "2 letters are on their way." in told
        assert [letter.facts["questions"] for letter in letters] == [["Bus"], ["Bus"]]
        assert diet.public_id in page

    def test_its_queries_do_not_grow(self, desk: FlaskClient, event: Event, count_queries: Callable[[], Any]) -> None:
        counts = []
        for _round in range(2):
            for _number in range(3):
                answer(a_registration(event), a_question(event, "A", "B", limits={"A": 9}), ["A"])
            with count_queries() as queries:
                desk.get(LIST)
            counts.append(queries.count)

        assert counts[0] == counts[1]


class TestOnTheRoster:
    @pytest.fixture
    def diet(self, event: Event) -> Question:
        return a_question(event, "Fish", "Vegan", label="Diet")

    @pytest.fixture
    def bus(self, event: Event) -> Question:
        return a_question(event, label="Bus", kind=QuestionKind.YES_NO)

    def found(self, desk: FlaskClient, query: str) -> list[str]:
        return sorted(re.findall(r'class="quiet-link"[^>]*>(\w+) ', desk.get(f"{ROSTER}?{query}").text))

    def test_a_persons_page_shows_the_answers(self, desk: FlaskClient, event: Event, diet: Question) -> None:
        ada = a_registration(event)
        answer(ada, diet, ["Vegan"])

        assert re.search(r"<dt>Diet</dt><dd[^>]*>Vegan</dd>", desk.get(f"{ROSTER}/{ada.id}").text)

    def test_what_is_for_editors_neither_the_door_nor_reviewers_see_or_filter_by(
        self, desk: FlaskClient, event: Event, working_as: Callable[..., FlaskClient]
    ) -> None:
        passport = a_question(event, label="Passport", seen_by=SeenBy.EDITORS)
        ada = a_registration(event)
        answer(ada, passport, "X1234567")
        query = f"a.{passport.public_id}=none&w.{passport.public_id}=Y&show={passport.public_id}"
        assert "X1234567" in desk.get(f"{ROSTER}/{ada.id}").text
        assert self.found(desk, query) == []

        for name, role in (("Dee", EventRole.DOOR), ("Rev", EventRole.REVIEWER)):
            other = working_as(name, role)
            pages = other.get(f"{ROSTER}/{ada.id}?{query}").text + other.get(f"{ROSTER}?{query}").text
            assert "X1234567" not in pages and "Passport" not in pages
            assert self.found(other, query) == ["Ada"], "as if it had not been asked for"

    def test_the_list_is_narrowed_by_an_answer(
        self, desk: FlaskClient, event: Event, diet: Question, bus: Question
    ) -> None:
        country = a_question(event, label="Nationality", kind=QuestionKind.COUNTRY)
        ada, bob, cy = (a_registration(event, given_name=name) for name in ("Ada", "Bob", "Cy"))
        answer(ada, diet, ["Vegan"])
        answer(bob, diet, ["Fish"])
        answer(ada, bus, True)
        answer(bob, bus, False)
        answer(cy, country, "NL")
        vegan = diet.options[1].public_id

        assert self.found(desk, f"a.{diet.public_id}={vegan}") == ["Ada"]
        assert self.found(desk, f"a.{diet.public_id}=any") == ["Ada", "Bob"]
        assert self.found(desk, f"a.{diet.public_id}=none") == ["Cy"]
        assert self.found(desk, f"a.{bus.public_id}=yes") == ["Ada"]
        assert self.found(desk, f"a.{bus.public_id}=no&a.{diet.public_id}=any") == ["Bob"]
        assert self.found(desk, f"a.{country.public_id}=NL") == ["Cy"]
        assert self.found(desk, f"a.{diet.public_id}={vegan}&a.{bus.public_id}=no") == []
        assert len(self.found(desk, "a.unknown=yes&a.=1&a.x!=2&show=%00")) == 3

    def test_the_address_keeps_the_filter_and_a_chip_takes_it_off(
        self, desk: FlaskClient, event: Event, bus: Question
    ) -> None:
        ada = a_registration(event)
        answer(ada, bus, True)

        page = unescape(desk.get(f"{ROSTER}?a.{bus.public_id}=yes&show={bus.public_id}").text)

        assert "Bus: Yes" in page and "1 of 1" in page
        assert f"roster/{ada.id}?show={bus.public_id}&a.{bus.public_id}=yes" in page
        assert f'href="/desk/events/symposium/roster?show={bus.public_id}">Bus: Yes' in page

    def test_words_are_found_in_what_people_wrote(self, desk: FlaskClient, event: Event, diet: Question) -> None:
        why = a_question(event, label="Why", kind=QuestionKind.PARAGRAPH)
        ada, bob, cy = (a_registration(event, given_name=name) for name in ("Ada", "Bob", "Cy"))
        answer(ada, why, 'I study "Île-de-France\'s" ticks,\n100% of them.')
        answer(bob, why, "I study ticks_and fleas")
        answer(cy, diet, ["Vegan"])

        def having(words: str) -> list[str]:
            return self.found(desk, urlencode({f"w.{why.public_id}": words}))

        assert having("TICKS study") == ["Ada", "Bob"]
        assert having('"île-de-france') == having("ÎLE") == having("100%") == having("ticks, 100") == ["Ada"]
        assert having("s_a") == ["Bob"] and having("fleas ada") == having("\\n") == []
        assert having(" \x00 ") == ["Ada", "Bob", "Cy"]
        assert self.found(desk, f"w.{diet.public_id}=vegan") == [], "a choice is found by its option"
        assert self.found(desk, f"w.{why.public_id}=ticks&a.{why.public_id}=none") == []
        assert self.found(desk, f"w.{why.public_id}=ticks&q=bob") == ["Bob"]

    def test_the_address_keeps_the_words_and_a_chip_takes_them_off(self, desk: FlaskClient, event: Event) -> None:
        why = a_question(event, label="Why")
        ada = a_registration(event)
        answer(ada, why, "For the ticks")

        page = unescape(desk.get(f"{ROSTER}?w.{why.public_id}=ticks&q=ada").text)

        assert f'name="w.{why.public_id}" value="ticks"' in page
        assert f"roster/{ada.id}?q=ada&w.{why.public_id}=ticks" in page
        assert 'href="/desk/events/symposium/roster?q=ada">Why: “ticks”' in page
        nobody = unescape(desk.get(f"{ROSTER}?w.{why.public_id}=fleas").text)
        assert "No one answered so." in nobody and 'href="/desk/events/symposium/roster">Show everybody' in nobody
        rows = list(csv.reader(io.StringIO(desk.get(f"{ROSTER}.csv?w.{why.public_id}=fleas").data.decode("utf-8-sig"))))
        assert len(rows) == 1

    def test_answers_are_columns_where_they_are_asked_for(
        self, desk: FlaskClient, event: Event, diet: Question, count_queries: Callable[[], Any]
    ) -> None:
        address = f"{ROSTER}?show={diet.public_id}"
        counts = []
        # What is asked is read once in a process.
        desk.get(address)
        for _round in range(2):
            answer(a_registration(event), diet, ["Vegan"])
            with count_queries() as queries:
                page = desk.get(address).text
            counts.append(queries.count)

        assert re.search(r'<th scope="col">Diet</th>', page) and page.count('<td class="more">Vegan</td>') == 2
        assert counts[0] == counts[1]

    def test_files_have_a_column_for_each_question(
        self, desk: FlaskClient, event: Event, diet: Question, bus: Question
    ) -> None:
        guests = a_question(event, label="Guests", kind=QuestionKind.NUMBER)
        a_question(event, label="Old, and never answered", is_retired=True)
        gone = a_question(event, label="Shoes", is_retired=True)
        ada = a_registration(event)
        for question, value in ((diet, ["Vegan"]), (bus, False), (guests, 2), (gone, "=1+1")):
            answer(ada, question, value)

        table = list(csv.reader(io.StringIO(desk.get(f"{ROSTER}.csv").data.decode("utf-8-sig"), newline="")))
        book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{ROSTER}.xlsx").data))
        sheet = [[cell.value for cell in row] for row in book.active.iter_rows()]

        assert table[0][-4:] == ["Diet", "Bus", "Guests", "Shoes (asked no more)"]
        assert table[1][-4:] == ["Vegan", "No", "2", "'=1+1"]
        assert sheet[1][-4:] == ["Vegan", "No", 2, "=1+1"]

    def test_an_organiser_writes_down_what_only_the_office_asks(self, desk: FlaskClient, event: Event) -> None:
        badge = a_question(event, label="Badge", seen_by=SeenBy.OFFICE)
        diet = a_question(event, label="Diet", is_required=True)
        ada = a_registration(event)
        address = f"{ROSTER}/{ada.id}/correct"
        assert f'name="q-{badge.public_id}"' in desk.get(address).text

        person = {"given_name": "Ada", "family_name": "V", "email": ada.email, "country": "NL"}
        answered = desk.post(address, data=person | {"revision": ada.revision, f"q-{badge.public_id}": "Blue"})

        assert answered.status_code == 303, "an organiser may know less than the person does"
        assert answers.of(ada.id, questionnaires.of(event.id)) == {badge.public_id: "Blue"}
        assert diet.is_required

    def test_somebody_added_by_hand_can_have_answers_within_the_limits(self, desk: FlaskClient, event: Event) -> None:
        workshop = a_question(event, "A", "B", label="Workshop", limits={"A": 0})
        person = {"given_name": "Ada", "family_name": "V", "email": "", "country": ""}
        ids = {option.label: option.public_id for option in workshop.options}

        full = desk.post(f"{ROSTER}/add", data=person | {f"q-{workshop.public_id}": ids["A"]})
        done = desk.post(f"{ROSTER}/add", data=person | {f"q-{workshop.public_id}": ids["B"]})

        assert (full.status_code, done.status_code) == (409, 303)
        assert "“A” is full now." in full.text
        assert db.session.scalars(sa.select(Answer.value)).all() == [[ids["B"]]]

"""The questions on the pages of attendees, sent as browsers and programs send them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import SYSTEM
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.registration import answers, drafts, keys, questionnaires, rules
from eventsvc.registration.models import Answer, Question, QuestionKind, Registration, SeenBy, TokenKind
from tests.people import NOW, a_question, a_registration, an_event

DAY = timedelta(days=1)
ADA = {
    "given_name": "Ada",
    "family_name": "Voorbeeld",
    "email": "ada@example.org",
    "country": "NL",
    "consent": "y",
}


def path(event: Event) -> str:
    return f"/events/{event.slug}/register"


def asks(page: str) -> str:
    """What a browser says of the questions that it showed."""
    found = re.search(r'name="asks" value="(\w+)"', page)
    assert found
    return found[1]


def option(question: Question, label: str) -> str:
    return next(each.public_id for each in question.options if each.label == label)


def kept(of: Registration | None = None) -> dict[str, Any]:
    """What is kept of somebody's answers, by the labels of questions."""
    registration = of or db.session.scalars(sa.select(Registration)).one()
    form = questionnaires.of(registration.event_id)
    found = answers.of(registration.id, form)
    return {prompt.label: found[prompt.public_id] for prompt in form if prompt.public_id in found}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(capacity=50)


class TestWordsThatChangeMeanwhile:
    def test_nobody_agrees_to_words_they_never_read(self, client: FlaskClient, event: Event) -> None:
        photos = a_question(event, label="Photos", kind=QuestionKind.CONSENT, help="Photos stay inside our office.")
        before = asks(client.get(path(event)).text)
        draft = replace(drafts.of(photos), help="Photos are sold to anybody.")
        rules.edit_question(photos, draft, revision=photos.revision, by=SYSTEM, at=NOW)
        db.session.commit()
        typed = ADA | {f"q-{photos.public_id}": "yes"}

        refused = client.post(path(event), data=typed | {"asks": before})

        assert (refused.status_code, db.session.query(Registration).count()) == (409, 0)
        page = unescape(refused.text)
        assert "The questions changed while you had this page open." in page
        assert 'value="Voorbeeld"' in page and "Photos are sold to anybody." in page
        assert client.post(path(event), data=typed | {"asks": asks(refused.text)}).status_code == 303

    def test_nor_does_anybody_who_corrects_theirs(self, client: FlaskClient, event: Event) -> None:
        ada = a_registration(event)
        own = f"/registrations/{ada.token}/correct"  # type: ignore[attr-defined]
        before = asks(client.get(own).text)
        a_question(event, label="Passport")

        refused = client.post(own, data=ADA | {"revision": ada.revision, "asks": before})
        saved = client.post(own, data=ADA | {"revision": ada.revision, "asks": asks(refused.text)})

        assert (refused.status_code, saved.status_code) == (409, 303)
        assert "The questions changed" in refused.text and "Passport" in refused.text


class TestTheForm:
    def test_it_asks_after_the_person_in_sections_and_says_why_and_how_long(
        self, client: FlaskClient, event: Event
    ) -> None:
        a_question(event, label="Diet", help="At lunch.", why="The kitchen asks.", kept_days=7)

        page = unescape(client.get(path(event)).text)

        assert page.index('name="country"') < page.index("Diet") < page.index('name="consent"')
        assert "At lunch." in page and "The kitchen asks." in page
        assert "We delete this answer on Sun 6 June 2027" in page

    def test_every_kind_has_its_box(self, client: FlaskClient, event: Event) -> None:
        for kind in QuestionKind:
            options = ("A", "B") if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES} else ()
            a_question(event, *options, kind=kind)

        page = client.get(path(event)).text

        for box in ("text", "date", "tel", "email", "url", "file", "radio", "checkbox"):
            assert f'type="{box}"' in page
        assert "<textarea" in page and page.count("<select") == 2

    def test_whom_a_question_is_for_is_said_for_those_without_scripts(self, client: FlaskClient, event: Event) -> None:
        bus = a_question(event, label="Do you take the bus?", kind=QuestionKind.YES_NO)
        a_question(event, label="Where?", condition_id=bus.id, condition_values=["yes"])

        page = unescape(client.get(path(event)).text)

        assert "Only if you answered “Yes” to “Do you take the bus?”." in page
        assert f'data-needs="q-{bus.public_id}" data-answers="yes"' in page

    def test_what_the_office_asks_of_itself_and_what_is_retired_are_not_on_it(
        self, client: FlaskClient, event: Event
    ) -> None:
        a_question(event, label="Badge colour", seen_by=SeenBy.OFFICE)
        a_question(event, label="Shoe size", is_retired=True)

        page = client.get(path(event)).text

        assert "Badge colour" not in page and "Shoe size" not in page

    def test_a_question_for_the_other_way_to_take_part_is_not_on_it(self, client: FlaskClient) -> None:
        online, both = an_event(mode=Mode.ONLINE), an_event(mode=Mode.HYBRID)
        for event in (online, both):
            a_question(event, label="Lunch", mode=Mode.IN_PERSON)

        assert "Lunch" not in client.get(path(online)).text
        assert "Only if you take part on site." in client.get(path(both)).text

    def test_it_is_drawn_anew_when_a_question_changes(self, client: FlaskClient, event: Event) -> None:
        question = a_question(event, label="Diet")
        assert "Diet" in client.get(path(event)).text
        question.label = "Food"
        questionnaires.renew(event.id)
        db.session.commit()

        assert "Food" in client.get(path(event)).text

    def test_a_few_places_left_are_told_and_a_full_choice_cannot_be_taken(
        self, client: FlaskClient, event: Event
    ) -> None:
        question = a_question(event, "A", "B", "C", label="Workshop", limits={"A": 1, "B": 3, "C": 30})
        assert "1 left" in client.get(path(event)).text
        client.post(path(event), data=ADA | {f"q-{question.public_id}": option(question, "A")})

        page = client.get(path(event)).text

        full = re.search(rf'<input[^>]*value="{option(question, "A")}"[^>]*>', page)
        assert full and " disabled" in full[0]
        assert ">Full<" in page and "3 left" in page and "30 left" not in page

    def test_it_asks_the_database_no_more_for_more_questions(
        self, client: FlaskClient, event: Event, count_queries: Callable[[], Any]
    ) -> None:
        counts = []
        for _number in range(2):
            for _each in range(3):
                a_question(event, "A", "B", limits={"A": 3})
            asked = path(event)
            client.get(asked)
            with count_queries() as queries:
                client.get(asked)
            counts.append(queries.count)

        assert counts == [3, 3], "the event, its seats, and the places in its choices"


class TestSending:
    def test_answers_are_taken_with_the_registration(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet", is_required=True)
        days = a_question(event, "Mon", "Tue", "Wed", label="Days", kind=QuestionKind.CHOICES)
        said = {f"q-{diet.public_id}": "Vegan", f"q-{days.public_id}": [option(days, "Wed"), option(days, "Mon")]}

        answer = client.post(path(event), data=ADA | said)

        assert answer.status_code == 303
        assert kept() == {"Diet": "Vegan", "Days": [option(days, "Mon"), option(days, "Wed")]}

    def test_what_is_wrong_is_told_beside_it_and_at_the_head_and_nothing_is_lost(
        self, client: FlaskClient, event: Event
    ) -> None:
        number = a_question(event, label="How many guests?", kind=QuestionKind.NUMBER)
        wish = a_question(event, label="A wish", is_required=True)
        meal = a_question(event, "Fish", "Soup", label="Meal")
        said = {f"q-{number.public_id}": "a <few>", f"q-{meal.public_id}": option(meal, "Soup")}

        answer = client.post(path(event), data=ADA | said)

        page = unescape(answer.text)
        assert answer.status_code == 422
        assert "2 answers need another look" in page
        assert f'href="#q-{number.public_id}">How many guests?: Please write a number in figures' in page
        assert f'href="#q-{wish.public_id}">A wish: Please answer this.' in page
        assert 'value="a &lt;few&gt;"' in answer.text
        assert re.search(rf'value="{option(meal, "Soup")}" checked', page)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 0

    def test_person_and_answers_are_looked_over_at_once(self, client: FlaskClient, event: Event) -> None:
        a_question(event, label="A wish", is_required=True)

        page = client.post(path(event), data=ADA | {"given_name": ""}).text

        assert "Please write your given name." in page and "Please answer this." in page

    def test_hidden_answers_are_dropped_though_posted_and_are_not_required(
        self, client: FlaskClient, event: Event
    ) -> None:
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        where = a_question(event, label="Where", is_required=True, condition_id=bus.id, condition_values=["yes"])

        client.post(path(event), data=ADA | {f"q-{bus.public_id}": "no", f"q-{where.public_id}": "At the station"})

        assert kept() == {"Bus": False}

    def test_a_full_choice_is_refused_by_name_and_nothing_is_lost(self, client: FlaskClient, event: Event) -> None:
        workshop = a_question(event, "A", "B", label="Workshop", limits={"A": 1})
        diet = a_question(event, label="Diet")
        name = f"q-{workshop.public_id}"
        client.post(path(event), data=ADA | {name: option(workshop, "A")})

        said = {name: option(workshop, "A"), f"q-{diet.public_id}": "Vegan", "email": "bob@example.org"}
        answer = client.post(path(event), data=ADA | said)

        assert answer.status_code == 409
        assert "“A” is full now. Please choose something else." in answer.text
        assert 'value="Vegan"' in answer.text and 'value="bob@example.org"' in answer.text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 1
        # The choice that was made can be sent again by a browser: it stays ticked, and is not shut off.
        again = re.search(rf'<input[^>]*value="{option(workshop, "A")}"[^>]*>', answer.text)
        assert again and " checked" in again[0] and " disabled" not in again[0]

    def test_answers_to_what_was_never_asked_are_dropped(self, client: FlaskClient, event: Event) -> None:
        office = a_question(event, label="Badge", seen_by=SeenBy.OFFICE)
        other = a_question(an_event(), label="Elsewhere")

        said = {f"q-{office.public_id}": "Blue", f"q-{other.public_id}": "x", "q-": "y", "q-unknown": "z"}
        client.post(path(event), data=ADA | said)

        assert kept() == {}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0

    @pytest.mark.parametrize(
        "said", ["\x00", "\ud800".encode("utf-8", "surrogatepass"), "9" * 5000, "é\u202e", "<script>"]
    )
    def test_strange_letters_are_a_sentence_or_kept_and_never_a_failure(
        self, client: FlaskClient, event: Event, said: Any
    ) -> None:
        made = {kind: a_question(event, *(("A", "B") if "choice" in kind else ()), kind=kind) for kind in QuestionKind}
        text = said if isinstance(said, str) else said.decode("utf-8", "replace")

        answer = client.post(path(event), data=ADA | {f"q-{each.public_id}": text for each in made.values()})

        assert answer.status_code in {303, 422}
        assert "<script>" not in answer.text.replace('<script type="module"', "")

    def test_in_dutch_a_number_and_a_day_are_read_as_the_dutch_write_them(
        self, client: FlaskClient, event: Event
    ) -> None:
        number = a_question(event, label="Number", kind=QuestionKind.NUMBER)
        day = a_question(event, label="Day", kind=QuestionKind.DATE)

        said = {f"q-{number.public_id}": "2,5", f"q-{day.public_id}": "30 mei 2027"}
        client.post(f"{path(event)}?lang=nl", data=ADA | said)

        assert kept() == {"Number": 2.5, "Day": "2027-05-30"}


class TestOnesOwnPage:
    def test_it_shows_what_was_answered_and_what_is_missing_by_now(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet")
        client.post(path(event), data=ADA | {f"q-{diet.public_id}": "Vegan"})
        token = token_of_ada(event)
        a_question(event, label="Arrival", is_required=True)
        a_question(event, label="Wish")

        page = client.get(f"/registrations/{token}").text

        assert "Vegan" in page
        assert "One answer is missing." in page and "Arrival" in page
        assert "One question is not answered yet; you need not answer it: Wish" in page

    def test_who_answered_nothing_is_led_to_the_questions(self, client: FlaskClient, event: Event) -> None:
        first = a_question(event, label="Diet")
        bus = a_question(event, label="Bus", kind=QuestionKind.YES_NO)
        a_question(event, label="Where", condition_id=bus.id, condition_values=["yes"])
        a_question(event, label="Photographs", kind=QuestionKind.CONSENT, help="We take some.")
        ada = a_registration(event)

        page = client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]

        assert "2 questions are not answered yet; you need not answer them: Diet; Bus<" in page
        link = f"/registrations/{ada.token}/correct#q-{first.public_id}"  # type: ignore[attr-defined]
        assert f'<a class="btn" href="{link}">Answer now</a>' in page
        assert f'id="q-{first.public_id}"' in client.get(link).text

    def test_who_has_answered_all_is_asked_nothing(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet")
        ada = a_registration(event)
        correct(client, ada, {f"q-{diet.public_id}": "Vegan"})

        assert "not answered" not in client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]

    @pytest.mark.parametrize("over", [{"changes_close_at": NOW}, {"starts_at": NOW - DAY, "ends_at": NOW}])
    def test_who_can_change_nothing_is_asked_nothing(
        self, client: FlaskClient, event: Event, over: dict[str, Any]
    ) -> None:
        a_question(event, label="Diet")
        ada = a_registration(event)
        for name, value in over.items():
            setattr(event, name, value)
        db.session.commit()

        assert "Diet" not in client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]

    def test_answers_are_changed_with_the_same_checks(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet", is_required=True)
        ada = a_registration(event)
        form = client.get(f"/registrations/{ada.token}/correct").text  # type: ignore[attr-defined]
        assert f'name="q-{diet.public_id}"' in form

        refused = correct(client, ada, {})
        done = correct(client, ada, {f"q-{diet.public_id}": "Vegan"})

        assert (refused.status_code, done.status_code) == (422, 303)
        assert kept(ada) == {"Diet": "Vegan"}

    def test_what_was_answered_stands_in_the_form(self, client: FlaskClient, event: Event) -> None:
        workshop = a_question(event, "A", "B", label="Workshop", limits={"A": 1})
        number = a_question(event, label="Guests", kind=QuestionKind.NUMBER)
        client.post(
            path(event), data=ADA | {f"q-{workshop.public_id}": option(workshop, "A"), f"q-{number.public_id}": "2.5"}
        )

        page = client.get(f"/registrations/{token_of_ada(event)}/correct").text

        mine = re.search(rf'<input[^>]*value="{option(workshop, "A")}"[^>]*>', page)
        assert mine and " checked" in mine[0] and " disabled" not in mine[0]
        assert 'value="2.5"' in page
        assert "Full" not in page, "the one place is her own"

    def test_two_windows_are_told_with_both_versions(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet")
        ada = a_registration(event)
        opened = ada.revision
        correct(client, ada, {f"q-{diet.public_id}": "Vegan"})

        answer = correct(client, ada, {f"q-{diet.public_id}": "Fish", "revision": str(opened)})

        assert answer.status_code == 409
        assert "Vegan" in answer.text and 'value="Fish"' in answer.text
        assert kept(ada) == {"Diet": "Vegan"}

    def test_the_data_file_has_the_answers_and_erasing_takes_them(self, client: FlaskClient, event: Event) -> None:
        diet = a_question(event, label="Diet")
        ada = a_registration(event)
        correct(client, ada, {f"q-{diet.public_id}": "Vegan"})

        data = json.loads(client.get(f"/registrations/{ada.token}/data.json").data)  # type: ignore[attr-defined]
        client.post(f"/registrations/{ada.token}/erase")  # type: ignore[attr-defined]

        assert [(each["question"], each["answer"]) for each in data["answers"]] == [("Diet", "Vegan")]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0


def token_of_ada(event: Event) -> str:
    registration = db.session.scalars(sa.select(Registration)).one()
    return keys.token_of(registration, TokenKind.MANAGE)


def correct(client: FlaskClient, registration: Registration, said: dict[str, Any]) -> Any:
    person = {
        "given_name": registration.given_name,
        "family_name": registration.family_name,
        "email": registration.email,
        "country": registration.country,
        "revision": str(registration.revision),
    }
    return client.post(f"/registrations/{registration.token}/correct", data=person | said)  # type: ignore[attr-defined]

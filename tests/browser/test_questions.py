"""A form from the desk to the roster: Olga builds it by keyboard, Ada fills it in on her phone, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from eventsvc.events.models import Event
from eventsvc.registration import questionnaires
from eventsvc.registration.models import QuestionKind
from tests.browser.conftest import DESKTOP, PHONE, WITHOUT_MODULES, enter, sign_in, tab_to
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.people import a_question, an_event

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])


def choose(page: Page, label: str, words: str) -> None:
    """Choose in a select by typing, as the keyboard does."""
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(words)


def write(page: Page, label: str, words: str) -> None:
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(words)


def press(page: Page, name: str) -> None:
    """Go to a button or link by Tab, and press Enter."""
    tab_to(page, page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)))
    enter(page)


def olga_builds_it(page: Page) -> None:
    """A yes or no; a choice with a limit that hangs on it; a line that hangs on that: the last first, then moved."""
    choose(page, "Kind of answer", "Yes or no")
    press(page, "Add a question")
    write(page, "Question", "Do you stay for dinner?")
    tab_to(page, page.get_by_label("It has to be answered"))
    page.keyboard.press("Space")
    press(page, "Ask this")

    choose(page, "Kind of answer", "One choice")
    press(page, "Add a question")
    write(page, "Question", "What do you eat?")
    write(page, "What can be chosen", "Fish")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    write(page, "What can be chosen 2", "Something else")
    choose(page, "Ask it", "Only after an answer to: Do you stay")
    tab_to(page, page.get_by_role("group", name="Do you stay for dinner?").get_by_label("Yes"))
    page.keyboard.press("Space")
    press(page, "Ask this")

    choose(page, "Kind of answer", "One line of text")
    press(page, "Add a question")
    write(page, "Question", "What, then?")
    choose(page, "Ask it", "Only after an answer to: What do you eat")
    tab_to(page, page.get_by_role("group", name="What do you eat?").get_by_label("Something else"))
    page.keyboard.press("Space")
    press(page, "Ask this")

    press(page, "Add a question")
    write(page, "Question", "How do you travel?")
    press(page, "Ask this")
    for _step in range(3):
        button = page.get_by_role("button", name="Move “How do you travel?” up")
        tab_to(page, button)
        enter(page)
        expect(button).to_be_focused()


def labels(event: Event) -> list[str]:
    return [prompt.label for prompt in questionnaires.of(event.id)]


@WITH_AND_WITHOUT
def test_a_form_is_built_by_keyboard_and_filled_in_on_a_phone(
    open_page: Callable[..., Page], no_sideways: Callable[[Page], None], javascript: bool
) -> None:
    olga, event = olga_at_the_desk(), an_event(slug="dinner", title="Dinner")
    desk = open_page("/desk/sign-in", size=DESKTOP, javascript=javascript)
    sign_in(desk, olga.email, PASSWORD)
    desk.goto("/desk/events/dinner/questions")
    olga_builds_it(desk)
    assert labels(event) == ["How do you travel?", "Do you stay for dinner?", "What do you eat?", "What, then?"]
    press(desk, "See it as people do")
    expect(desk.get_by_label("Fish")).to_be_visible(visible=not javascript)
    desk.get_by_role("group", name="Do you stay for dinner?").get_by_label("Yes").check()
    expect(desk.get_by_label("Fish")).to_be_visible()

    first = open_page("/events/dinner/register", size=PHONE, javascript=javascript)
    take_the_fish(first, "grace@example.org")
    expect(first).to_have_url(re.compile("/registrations/"))

    phone = open_page("/events/dinner/register", size=PHONE, javascript=javascript)
    expect(phone.get_by_label("Fish")).to_be_disabled()
    # Somebody whose page is older than the last fish.
    phone.evaluate("document.querySelectorAll('[disabled]').forEach((box) => box.disabled = false)")
    take_the_fish(phone, "ada@example.org")
    no_sideways(phone)
    expect(phone.locator(".summary")).to_contain_text("“Fish” is full now. Please choose something else.")
    expect(phone.get_by_label("Given name")).to_have_value("Ada")
    phone.get_by_label("Something else").check()
    phone.get_by_label("What, then?").fill("Soup")
    phone.get_by_role("button", name="Register").click()
    expect(phone).to_have_url(re.compile("/registrations/"))
    expect(phone.get_by_text("Soup")).to_be_visible()

    phone.get_by_role("link", name="Change my answers").click()
    phone.get_by_label("What, then?").fill("Salad")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Salad")).to_be_visible()

    desk.goto("/desk/events/dinner/roster")
    desk.get_by_text("Answers", exact=True).click()
    desk.get_by_label("What do you eat?").select_option("Something else")
    desk.get_by_label("Show as a column").nth(3).check()
    desk.get_by_role("button", name="Show these").click()
    expect(desk.get_by_role("cell", name="Salad")).to_be_visible()
    desk.get_by_role("rowheader").get_by_role("link", name="Ada Voorbeeld").click()
    expect(desk.locator("#person")).to_contain_text("Salad")


def take_the_fish(page: Page, address: str) -> None:
    fill_person(page, address)
    page.get_by_role("group", name="Do you stay for dinner?").get_by_label("Yes").check()
    page.get_by_label("Fish").check()
    page.get_by_role("button", name="Register").click()


def fill_person(page: Page, address: str) -> None:
    page.get_by_label("Given name").fill("Ada")
    page.get_by_label("Family name").fill("Voorbeeld")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Country").select_option("NL")
    page.get_by_label("I agree").check()


def test_what_is_hidden_comes_and_goes_with_its_chain(open_page: Callable[..., Page]) -> None:
    event = an_event(slug="dinner")
    bus = a_question(event, label="Bus?", kind=QuestionKind.YES_NO)
    stop = a_question(event, "Station", "Other", label="Where?", condition_id=bus.id, condition_values=["yes"])
    other = stop.options[1].public_id
    a_question(event, label="Which street?", condition_id=stop.id, condition_values=[other])
    page = open_page("/events/dinner/register", size=PHONE)
    where, street = page.get_by_label("Station"), page.get_by_label("Which street?")

    expect(where).to_be_hidden()
    page.get_by_role("group", name="Bus?").get_by_label("Yes").check()
    page.get_by_label("Other").check()
    street.fill("Example street")
    page.get_by_role("group", name="Bus?").get_by_label("No", exact=True).check()
    expect(where).to_be_hidden()
    expect(street).to_be_hidden()
    page.get_by_role("group", name="Bus?").get_by_label("Yes").check()
    expect(street).to_have_value("Example street")


def test_the_counter_counts_words_and_says_when_there_are_too_many(open_page: Callable[..., Page]) -> None:
    a_question(an_event(slug="dinner"), label="Why?", kind=QuestionKind.PARAGRAPH, rules={"max_words": 3})
    page = open_page("/events/dinner/register")

    page.get_by_label("Why?").fill("To learn")
    expect(page.locator("output")).to_have_text("2 of 3 words")
    page.get_by_label("Why?").fill("To learn a lot")
    expect(page.locator("output")).to_have_text("4 words: 1 too many")


def test_without_the_module_everything_is_shown_and_said_for_whom(open_page: Callable[..., Page]) -> None:
    event = an_event(slug="dinner")
    bus = a_question(event, label="Bus?", kind=QuestionKind.YES_NO)
    a_question(event, label="Where?", condition_id=bus.id, condition_values=["yes"])

    page = open_page("/events/dinner/register", block=WITHOUT_MODULES)

    expect(page.get_by_label("Where?")).to_be_visible()
    expect(page.get_by_text("Only if you answered “Yes” to “Bus?”.")).to_be_visible()


def test_a_question_is_dragged_to_its_place(open_page: Callable[..., Page]) -> None:
    olga, event = olga_at_the_desk(), an_event(slug="dinner")
    for label in ("One", "Two", "Three"):
        a_question(event, label=label)
    page = open_page("/desk/sign-in")
    sign_in(page, olga.email, PASSWORD)
    page.goto("/desk/events/dinner/questions")

    with page.expect_navigation():
        page.locator("[data-label=Three]").drag_to(page.locator("[data-label=One]"), target_position={"x": 40, "y": 4})

    expect(page.locator("[data-question]")).to_contain_text(["Three", "One", "Two"])
    assert labels(event) == ["Three", "One", "Two"]

"""Ada's story in a browser: by keyboard alone at her desk, by thumb on her phone, with scripts and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eventsvc import tokens
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from tests.browser.conftest import DESKTOP, PHONE, WITHOUT_MODULES, enter, tab_to
from tests.browser.world import ada_registers
from tests.people import NOW, an_event

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])


def an_announced_event(**over: object) -> Event:
    event = an_event(**over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def says(page: Page, sentence: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(sentence)


def fill_in(page: Page, email: str = "ada@example.org") -> None:
    page.get_by_label("Given name").fill("Ada")
    page.get_by_label("Family name").fill("Voorbeeld")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Organisation").fill("Example University")
    page.get_by_label("Country").select_option("NL")
    page.get_by_role("checkbox").check()


def ada_by_keyboard(page: Page) -> None:
    """Go from the front page to the form, and send it with one mistake."""
    tab_to(page, page.get_by_role("link", name="Health across borders"))
    enter(page)
    tab_to(page, page.locator("aside").get_by_role("link", name="Register"))
    enter(page)
    tab_to(page, page.get_by_label("Given name"))
    for typed in ("Ada", "Voorbeeld", "ada.example.org", "Example University", "Netherlands", " "):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    tab_to(page, page.get_by_role("button", name="Register"))
    enter(page)


@WITH_AND_WITHOUT
def test_ada_registers_corrects_and_cancels_by_keyboard_alone(
    open_page: Callable[..., Page], tmp_path: Path, javascript: bool
) -> None:
    an_announced_event(title="Health across borders")
    page = open_page("/", size=DESKTOP, javascript=javascript)
    ada_by_keyboard(page)

    expect(page.locator(".summary")).to_be_focused()
    expect(page.get_by_label("Given name")).to_have_value("Ada")
    expect(page.get_by_label("Country")).to_have_value("NL")
    expect(page.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("ada@example.org")
    enter(page)
    says(page, "You have a place, Ada.")

    tab_to(page, page.get_by_role("link", name="Change", exact=True))
    enter(page)
    tab_to(page, page.get_by_label("Given name"))
    page.keyboard.type("Adelheid")
    enter(page)
    says(page, "You have a place, Adelheid.")

    tab_to(page, page.get_by_role("link", name="Download my data"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text())["registration"]["given_name"] == "Adelheid"

    tab_to(page, page.get_by_role("link", name="Give up my place"))
    enter(page)
    says(page, "Give up your place?")
    tab_to(page, page.get_by_role("button", name="Give up my place"))
    enter(page)
    says(page, "You are not registered any more, Adelheid.")


@WITH_AND_WITHOUT
def test_on_a_phone_she_taps_the_bar_at_its_foot_and_is_told_what_to_look_at_again(
    open_page: Callable[..., Page], no_sideways: Callable[[Page], None], javascript: bool
) -> None:
    an_announced_event(title="Health across borders")
    page = open_page("/", size=PHONE, javascript=javascript, has_touch=True, is_mobile=True)
    page.get_by_role("link", name="Health across borders").tap()
    bar = page.locator(".act-bar")
    expect(bar).to_be_in_viewport()
    no_sideways(page)
    bar.get_by_role("link", name="Register").tap()
    page.get_by_label("Given name").fill("Ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Register").tap()

    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator(".summary")).to_be_in_viewport()
    no_sideways(page)
    fill_in(page)
    page.get_by_role("button", name="Register").tap()
    says(page, "You have a place, Ada.")
    no_sideways(page)


@pytest.mark.parametrize("blocked", ["", WITHOUT_MODULES], ids=["script", "our modules blocked"])
def test_what_she_is_told_is_accessible_at_every_step(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], blocked: str
) -> None:
    event = an_announced_event()
    page = open_page(f"/events/{event.slug}/register", size=PHONE, block=blocked)

    page.get_by_label("E-mail").fill("ada.example.org")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".summary")).to_be_focused()
    accessible(page)

    fill_in(page, "ada@gmial.com")
    page.get_by_role("button", name="Register").click()
    says(page, "You have a place, Ada.")
    accessible(page)


@WITH_AND_WITHOUT
def test_she_waits_sees_her_place_in_the_list_and_has_a_seat_when_somebody_cancels(
    open_page: Callable[..., Page], javascript: bool
) -> None:
    event = an_announced_event(capacity=1)
    bob = ada_registers(event, "Bob")
    ada = open_page(f"/events/{event.slug}", size=PHONE, javascript=javascript)
    ada.locator(".act-bar").get_by_role("link", name="Join the waiting list").click()
    fill_in(ada)
    ada.get_by_role("button", name="Join the waiting list").click()
    says(ada, "You are number 1 on the waiting list, Ada.")

    his = open_page(f"/registrations/{tokens.unseal(bob.manage_sealed)}", javascript=javascript)
    his.get_by_role("link", name="Give up my place").click()
    his.get_by_role("button", name="Give up my place").click()
    says(his, "You are not registered any more, Bob.")

    ada.reload()
    says(ada, "You have a place, Ada.")


def test_a_double_click_is_one_registration(open_page: Callable[..., Page]) -> None:
    event = an_announced_event(capacity=5)
    page = open_page(f"/events/{event.slug}/register")
    fill_in(page)

    page.get_by_role("button", name="Register").dblclick()

    says(page, "You have a place, Ada.")
    page.goto(f"/events/{event.slug}")
    expect(page.locator(".hero")).to_contain_text("4 of 5")

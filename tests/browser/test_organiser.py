"""Olga's story in a browser: from signing in to telling people that it does not take place, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from eventsvc.accounts.models import User
from tests.browser.conftest import DESKTOP, PHONE, enter, sign_in, tab_to
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.people import an_event

DRAFT = "A course on consent"


@pytest.fixture
def olga(app: object) -> User:
    return olga_at_the_desk()


@pytest.fixture
def at_her_desk(open_page: Callable[..., Page], olga: User) -> Callable[..., Page]:
    """Open a page of the desk in a browser of its own, and sign in where it asks."""
    email = olga.email

    def opened(path: str, **more: Any) -> Page:
        page = open_page(path, **more)
        sign_in(page, email, PASSWORD)
        page.wait_for_url(f"**{path}")
        return page

    return opened


def makes_a_draft(page: Page) -> None:
    page.get_by_role("link", name="New event").click()
    page.get_by_label("Course").check()
    page.get_by_label("Title").fill(DRAFT)
    page.get_by_label("First day").fill("2027-06-14")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_label("Building").fill("Main building")
    page.get_by_label("Town").fill("Leiden")
    page.get_by_label("Summary").fill("A day on asking people well.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def sees_the_draft_without_an_account(page: Page, open_page: Callable[..., Page], **more: Any) -> None:
    page.get_by_role("button", name="Make a link to show the draft").click()
    link = page.get_by_role("link").and_(page.locator("[href*='/preview/']"))
    stranger = open_page(urlsplit(str(link.get_attribute("href"))).path, **more)
    expect(stranger.get_by_role("heading", level=1)).to_have_text(DRAFT)
    expect(stranger.get_by_text("You see a draft.")).to_be_visible()
    expect(stranger.get_by_role("link", name="Register")).to_have_count(0)


@pytest.mark.parametrize(("size", "javascript"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone, no script"])
def test_olga_makes_shows_publishes_fills_exports_and_cancels_an_event(
    at_her_desk: Callable[..., Page],
    open_page: Callable[..., Page],
    tmp_path: Path,
    size: Any,
    javascript: bool,
) -> None:
    like = {"size": size, "javascript": javascript}
    page = at_her_desk("/desk/events", **like)
    makes_a_draft(page)
    sees_the_draft_without_an_account(page, open_page, **like)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("It is published.")
    inside = urlsplit(page.url).path

    page.goto(f"{inside}/programme")
    page.get_by_role("link", name="New session").click()
    page.get_by_label("Title").fill("Who owns a scan?")
    page.get_by_label("Begins").fill("2027-06-14T10:00")
    page.get_by_label("Ends").fill("2027-06-14T11:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Who owns a scan?")).to_be_visible()
    page.goto(f"{inside}/programme/publish")
    page.get_by_role("button", name="Publish the programme").click()
    expect(page.get_by_role("status").first).to_contain_text("is published")

    page.goto(f"{inside}/roster")
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Given name").fill("Ada")
    page.get_by_label("Family name").fill("=Voorbeeld")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Add to the roster").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada =Voorbeeld")
    page.goto(f"{inside}/roster")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    download.value.save_as(tmp_path / "roster.csv")
    assert "ada@example.org" in (tmp_path / "roster.csv").read_text("utf-8-sig")
    assert ",=Voorbeeld" not in (tmp_path / "roster.csv").read_text("utf-8-sig")

    page.goto(inside)
    page.get_by_label("Your sentence to them").fill("The teacher is ill.")
    page.get_by_role("button", name="Cancel the event").click()
    page.get_by_role("button", name="Cancel the event and send one letter").click()
    expect(page.get_by_role("status").first).to_contain_text("on its way")
    anybody = open_page(inside.removeprefix("/desk"), **like)
    expect(anybody.locator(".banner-no")).to_contain_text("The teacher is ill.")
    expect(anybody.get_by_role("link", name="Who owns a scan?")).to_be_visible()


def test_she_finds_a_person_in_the_roster_by_keyboard_alone(at_her_desk: Callable[..., Page], olga: User) -> None:
    event = an_event(capacity=5)
    page = at_her_desk(f"/desk/events/{event.slug}/roster")
    tab_to(page, page.get_by_role("link", name="Add a person"))
    enter(page)
    tab_to(page, page.get_by_label("Given name"))
    for typed in ("Ada", "Voorbeeld", "ada@example.org"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    enter(page)
    tab_to(page, page.get_by_role("link", name="Close"))
    enter(page)
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("voorb")
    enter(page)
    tab_to(page, page.get_by_role("link", name="Ada Voorbeeld"))
    enter(page)
    tab_to(page, page.get_by_role("link", name="Cancel registration"))
    enter(page)
    tab_to(page, page.get_by_role("button", name="Cancel the registration"))
    enter(page)

    expect(page.get_by_role("status").first).to_contain_text("Ada Voorbeeld is off the list.")


def test_with_one_form_open_twice_the_second_is_told_what_the_first_saved_and_keeps_what_was_typed(
    at_her_desk: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    event = an_event(title="Symposium", costs="")
    path = f"/desk/events/{event.slug}/edit"
    first, second = at_her_desk(path), at_her_desk(path, size=PHONE)

    first.get_by_label("Title").fill("Global Impact in Health")
    first.get_by_label("What it costs").fill("25 euros")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Global Impact in Health")
    second.get_by_label("Title").fill("Symposium on health")
    second.get_by_label("Summary").fill("A day in May.")
    second.get_by_role("button", name="Save", exact=True).click()

    told = second.locator("#meanwhile")
    expect(told.get_by_role("row").filter(has_text="Title")).to_contain_text("Global Impact in Health")
    expect(told.get_by_role("row").filter(has_text="Title")).to_contain_text("Symposium on health")
    expect(second.locator(".summary")).to_be_focused()
    expect(second.get_by_label("Title")).to_have_value("Symposium on health")
    expect(second.get_by_label("Summary")).to_have_value("A day in May.")
    expect(second.get_by_label("What it costs")).to_have_value("25 euros")
    accessible(second)

    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Symposium on health")


def test_on_a_phone_without_scripts_the_menu_opens_leads_on_and_signs_out(at_her_desk: Callable[..., Page]) -> None:
    page = at_her_desk("/desk/", size=PHONE, javascript=False)
    expect(page.get_by_role("navigation")).to_have_count(0)

    page.get_by_role("link", name="Menu").click()
    page.get_by_role("navigation").get_by_role("link", name="Letters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Letters")
    page.get_by_role("link", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/desk/letters")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

"""Tickets in a browser: Olga makes them, Ada takes one on her phone and moves to another, Olga sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventsvc.events.models import Mode
from eventsvc.extensions import db
from eventsvc.registration import offering
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.people import an_event
from tests.registration.test_seating import a_type


@pytest.fixture
def at_her_desk(open_page: Callable[..., Page], app: object) -> Callable[..., Page]:
    """Open a page of the desk in a browser of its own, and sign in where it asks."""
    email = olga_at_the_desk().email

    def opened(path: str, **more: Any) -> Page:
        page = open_page(path, **more)
        sign_in(page, email, PASSWORD)
        page.wait_for_url(f"**{path}")
        return page

    return opened


def makes_the_tickets(page: Page) -> None:
    page.get_by_role("button", name="Start with: On site and online").click()
    page.get_by_role("link", name="On site", exact=True).click()
    page.get_by_label("Places").fill("1")
    page.get_by_label("Fee").fill("12,50")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("link", name="Add a type").click()
    page.get_by_label("Name").fill("Press")
    page.get_by_label("Who it is for").select_option(label="By access code")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="Move “Press” up").click()
    page.get_by_role("link", name="Access codes").click()
    page.get_by_label("Code", exact=False).first.fill("press-27")
    page.get_by_label("Uses").fill("1")
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("status")).to_have_text("The code PRESS27 is made.")


def fills_in(page: Page, name: str) -> None:
    page.get_by_label("Given name").fill(name)
    page.get_by_label("Family name").fill("Voorbeeld")
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
    page.get_by_label("Country").select_option("NL")
    page.get_by_label("I agree").check()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_olga_makes_tickets_ada_takes_one_and_moves_and_olga_sees_it(
    at_her_desk: Callable[..., Page], open_page: Callable[..., Page], javascript: bool
) -> None:
    event = an_event(slug="both", title="Both ways", mode=Mode.HYBRID, join_url="https://video.example.org/1")
    desk = at_her_desk("/desk/events/both/tickets", size=DESKTOP, javascript=javascript)
    makes_the_tickets(desk)
    assert [each.name for each in offering.every(event.id)] == ["On site", "Press", "Online"]

    ada = open_page("/events/both/register", size=PHONE, javascript=javascript)
    expect(ada.get_by_label("Press")).to_have_count(0)
    fills_in(ada, "Ada")
    ada.get_by_text("I have a code").click()
    ada.get_by_label("Access code").fill("Press 27")
    ada.get_by_role("button", name="Use the code").click()
    expect(ada.get_by_label("Press")).to_be_checked()
    expect(ada.get_by_label("Given name")).to_have_value("Ada")
    ada.get_by_label("On site").check()
    ada.get_by_label("Family name").press("Enter")
    expect(ada.get_by_role("heading", level=1)).to_have_text("You have a place, Ada.")
    expect(ada.get_by_text("€12.50")).to_be_visible()

    sam = open_page("/events/both/register?code=PRESS27", size=PHONE, javascript=javascript)
    expect(sam.get_by_label("Press")).to_be_checked()
    fills_in(sam, "Sam")
    sam.get_by_role("button", name="Register").last.click()
    expect(sam.get_by_role("heading", level=1)).to_have_text("You have a place, Sam.")
    sam.get_by_role("link", name="Switch").click()
    sam.get_by_label("On site").check()
    sam.get_by_role("button", name="Switch").last.click()
    expect(sam.get_by_role("status")).to_contain_text("You keep your place, and wait for “On site”.")

    ada.get_by_role("link", name="Switch").click()
    ada.get_by_label("Online").check()
    ada.get_by_role("button", name="Switch").last.click()
    expect(ada.get_by_role("status")).to_contain_text("Your ticket is “Online” now.")
    expect(ada.get_by_role("link", name="Join online")).to_be_visible()
    sam.reload()
    expect(sam.get_by_text("Ticket: on site")).to_be_visible()

    desk.goto("/desk/events/both/roster")
    desk.get_by_label("Ticket", exact=True).select_option(label="On site")
    desk.get_by_role("button", name="Search").click()
    expect(desk.get_by_role("rowheader")).to_contain_text(["Sam Voorbeeld"])
    desk.get_by_role("checkbox", name="Sam Voorbeeld").check()
    desk.get_by_label("Mark the ticked as").select_option(label="Paid")
    desk.get_by_role("button", name="Look at it first").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Mark one payment as “Paid”?")
    desk.get_by_role("button", name="Mark them").click()
    expect(desk.get_by_role("status").first).to_have_text("One payment is marked.")


def test_a_row_is_dragged_to_its_place(at_her_desk: Callable[..., Page]) -> None:
    event = an_event(slug="both")
    for place, name in enumerate(("Alpha", "Beta", "Gamma")):
        a_type(event, name, position=place)
    page = at_her_desk("/desk/events/both/tickets", size=DESKTOP)

    page.get_by_role("row", name="Gamma").drag_to(
        page.get_by_role("row", name="Alpha"), target_position={"x": 40, "y": 4}
    )

    expect(page.get_by_role("status")).to_have_text("The order is saved.")
    db.session.expire_all()
    assert [each.name for each in offering.every(event.id)] == ["Gamma", "Alpha", "Beta"]

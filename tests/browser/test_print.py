"""On paper: the matter, and none of what can be pressed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import sign_in
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.people import a_registration, a_session, an_event

PRESSED = ".head nav, .languages, .foot, .skip, .act-bar, .btn, .tabs, .filters, .pages, .desk-nav, .desk .head .ends"


def on_paper(page: Page) -> None:
    # Dark on the screen is white on paper all the same.
    page.emulate_media(media="print", color_scheme="dark")
    for each in page.locator(PRESSED).all():
        expect(each).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_an_event_its_programme_and_a_ticket_print_without_what_can_be_pressed(open_page: Callable[..., Page]) -> None:
    event = an_event(capacity=5)
    a_session(event, title="Who owns a scan?")
    ada = a_registration(event)
    page = open_page(f"/events/{event.slug}")
    assert page.locator(PRESSED).count() > 5

    on_paper(page)
    expect(page.get_by_text("This page:")).to_be_visible()
    page.goto(f"/events/{event.slug}/programme")
    on_paper(page)
    expect(page.get_by_role("link", name="Who owns a scan?")).to_be_visible()
    # A day begins under its title, on a page that lies down.
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert [sheet.mediabox.width > sheet.mediabox.height for sheet in sheets] == [True]
    page.goto(f"/registrations/{ada.token}")
    on_paper(page)
    expect(page.locator(".ticket")).to_be_visible()


def test_a_roster_prints_without_what_can_be_pressed(open_page: Callable[..., Page]) -> None:
    event, email = an_event(), olga_at_the_desk().email
    a_registration(event, given_name="Ada", family_name="Voorbeeld")
    page = open_page(f"/desk/events/{event.slug}/roster")
    sign_in(page, email, PASSWORD)

    on_paper(page)

    expect(page.get_by_text("Ada Voorbeeld")).to_be_visible()

"""Our list on a partner's page: one line of theirs puts it there, as high as it is."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE
from tests.calendars.serving import served
from tests.people import a_session, an_event


def test_one_line_puts_the_list_on_a_partners_page_as_high_as_it_is(site: str, browser: Browser) -> None:
    for number in range(6):
        an_event(title=f"Event {number}")
    partner = Flask("partner")
    line = f'<script src="{site}/embed/eventsvc.js" data-show="/embed/events.html" async></script>'
    partner.add_url_rule("/", view_func=lambda: f"<!DOCTYPE html><title>Partner</title><body>{line}<p>Below</p>")

    with served(partner) as address:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)

        expect(page.frame_locator("iframe").get_by_role("link", name="Event 5")).to_be_visible()
        expect(page.locator("iframe")).not_to_have_attribute("height", "480")
        assert page.context.cookies() == []
        page.close()


def test_a_framed_programme_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> None:
    event = an_event(title="A day about health")
    a_session(event, title="First talk")

    page = open_page(f"/embed/events/{event.slug}/programme?accent=ffcc00&size=large", size=PHONE)

    expect(page.get_by_role("link", name="First talk")).to_be_visible()
    accessible(page)
    no_sideways(page)

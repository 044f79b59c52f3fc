"""Our list on a partner's page: one line of theirs puts it there, as high as it is."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE
from tests.people import a_session, an_event


def test_one_line_puts_the_list_on_a_partners_page_as_high_as_it_is(site: str, browser: Browser) -> None:
    for number in range(6):
        an_event(title=f"Event {number}")
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

    page.set_content(
        f'<script src="{site}/embed/eventsvc.js" data-show="/embed/events.html" async></script><p>Below</p>'
    )
    frame = page.frame_locator("iframe")

    expect(frame.get_by_role("link", name="Event 5")).to_be_visible()
    expect(page.locator("iframe")).not_to_have_attribute("height", "480")
    inner = page.frames[1].evaluate("document.body.scrollHeight")
    assert int(page.locator("iframe").get_attribute("height") or 0) >= inner - 1
    assert page.context.cookies() == [] and not complaints
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

"""The front page in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.browser.conftest import DESKTOP, PHONE


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_somebody_finds_an_event_and_opens_it(
    open_page: Callable[..., Page], no_sideways: Callable[[Page], None], size: Any, javascript: bool
) -> None:
    event = people.an_event(title="Health across borders")
    page = open_page("/", size=size, javascript=javascript)

    page.get_by_role("link", name="Health across borders").first.click()

    expect(page).to_have_url(re.compile(f"/events/{event.slug}$"))
    no_sideways(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_front_page_and_an_event_are_accessible(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], size: Any, scheme: str
) -> None:
    event = people.an_event()
    page = open_page("/", size=size, color_scheme=scheme)
    accessible(page)

    page.goto(f"/events/{event.slug}")

    accessible(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_somebody_with_a_phone_finds_how_to_subscribe_and_copies_the_address(
    open_page: Callable[..., Page], javascript: bool
) -> None:
    people.an_event()
    page = open_page("/", size=PHONE, javascript=javascript)

    page.get_by_role("main").get_by_role("link", name="Subscribe in your calendar").click()

    address = page.locator("code.address")
    expect(address).to_have_text(re.compile(r"/calendar\.ics$"))
    copy = page.get_by_role("button", name="Copy")
    if not javascript:
        expect(copy).to_have_count(0)
        return
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address.text_content()

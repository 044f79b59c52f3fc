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

"""The tools of the browser tests see what they are for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import listen

ADD = "html => document.body.insertAdjacentHTML('beforeend', html)"


def test_axe_sees_a_picture_without_words(open_page: Callable[..., Page], accessible: Callable[[Page], None]) -> None:
    page = open_page()
    page.evaluate(ADD, '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')

    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)


def test_a_page_wider_than_its_window_is_seen(
    open_page: Callable[..., Page], no_sideways: Callable[[Page], None]
) -> None:
    page = open_page()
    page.evaluate(
        "document.body.insertAdjacentElement('beforeend', document.createElement('hr')).style.minWidth = '2000px'"
    )

    with pytest.raises(AssertionError, match="wider than its window"):
        no_sideways(page)


def test_a_script_that_the_policy_forbids_is_heard(site: str, browser: Browser) -> None:
    complaints: list[str] = []
    page = browser.new_page()
    listen(page, site, complaints)
    page.goto(site)

    page.evaluate(ADD, '<p onclick="alert(1)" style="color: red">x</p>')
    page.evaluate("fetch('https://elsewhere.example.org/').catch(() => 0)")
    page.close()

    assert [
        word for word in ("script-src", "style-src", "connect-src") if any(word in said for said in complaints)
    ] == [
        "script-src",
        "style-src",
        "connect-src",
    ]

"""A real browser on a real server: Chromium driven by Playwright, the site on a free port, axe at hand.

Each page fails its test when a script or the Content-Security-Policy complains, or when it asks a third party for
anything. Sizes are those of a small phone and of a desk: `@pytest.mark.parametrize("size", SIZES)`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.chromium import find_chromium

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
# Nothing here measures how fast a page comes: two cores may have much else to do. Playwright waits no longer than it must.
PATIENCE_MS = 30_000
SECONDS_PER_TEST = 400
expect.set_options(timeout=PATIENCE_MS)
# For `block`: what axe needs scripts for is looked at as it is without ours.
WITHOUT_MODULES = "**/static/*.js*"

# Only what is wrong crosses over; style sheets are loaded once more for rules that are off anyhow.
FOUND_BY_AXE = """() => axe.run({ resultTypes: ["violations"], preload: false }).then((found) =>
    found.violations.map(({ id, help, nodes }) => ({ id, help, targets: nodes.map((node) => node.target.join(" ")) })))"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a browser, and give it time."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            item.add_marker(pytest.mark.timeout(SECONDS_PER_TEST))


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: pytest shows what fails."""


@pytest.fixture
def site(app: Flask, csrf: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the site, served from this process: rows a test commits are there, and so is its clock."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(app.config, "PUBLIC_URL", address)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, without a window."""
    path = find_chromium()
    if path is None:
        pytest.skip("no chromium")
    # Containers give root no sandbox and little shared memory; what runs in it is our own.
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"]
    started = playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", *quiet], timeout=4 * PATIENCE_MS
    )
    yield started
    started.close()


@pytest.fixture
def open_page(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody new: `open_page("/", size=PHONE, javascript=False)`; `block` is a glob of what not to load.

    What else is named goes to Playwright's `new_context` (`color_scheme="dark"`, `locale="nl-NL"`, `timezone_id=…`).
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(path: str = "/", *, size: Any = DESKTOP, javascript: bool = True, block: str = "", **more: Any) -> Page:
        # Colours that change slowly would be measured half-way.
        settled = {"java_script_enabled": javascript, "reduced_motion": "reduce"} | more
        context = browser.new_context(base_url=site, viewport=size, **settled)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if block:
            context.route(block, lambda route: route.abort())
        page = context.new_page()
        listen(page, site, complaints)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def listen(page: Page, site: str, complaints: list[str]) -> None:
    """Write down what a page's scripts and policy complain of, and whom else it asks."""

    def judge(url: str) -> None:
        if not url.startswith((site, "data:", "blob:")):
            complaints.append(f"asked a third party: {url}")

    def heard(message: Any) -> None:
        # Chromium reports every 4xx it is shown; that a page is missing is the test's to judge.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda request: judge(request.url))


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form that the page shows."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("form[action$='/desk/sign-out']").first).to_be_attached()


def tab_to(page: Page, target: Locator, *, most: int = 150) -> None:
    """Press Tab until `target` has the focus, as somebody without a mouse would."""
    expect(target).to_have_count(1)
    for _press in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {target}")


def enter(page: Page) -> None:
    """Press Enter on what leads to another page, and be there."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Let axe look at a page: `accessible(page)` fails with what it found."""

    def look(page: Page) -> None:
        page.wait_for_load_state()
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        said = [f"{each['id']}: {each['help']} {each['targets']}" for each in page.evaluate(FOUND_BY_AXE)]
        assert not said, f"{page.url}\n" + "\n".join(said)

    return look


@pytest.fixture
def no_sideways() -> Callable[[Page], None]:
    """Fail when a page is wider than its window: `no_sideways(page)`."""

    def look(page: Page) -> None:
        # A page that was just come to has its address before it has a body.
        page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than its window"

    return look

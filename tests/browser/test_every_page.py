"""Every page of the site and the desk: no wider than its window, silent under axe, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.world import PASSWORD, World, a_world

WIDTHS = (320, 360, 390, 768, 1024, 1280)


# Text twice as large in half a window: 200 % zoom, and more, for the layout does not know that it is so narrow.
TWICE_AS_LARGE = "document.documentElement.style.fontSize = '200%'"
DOUBLED_IDS = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""


class Sweep:
    """Looks a page over at every width, lets axe look in light and in dark, and doubles the text."""

    def __init__(self, page: Page, accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]) -> None:
        self.page, self.accessible, self.no_sideways = page, accessible, no_sideways

    def over(self, address: str, widths: tuple[int, ...] = WIDTHS) -> None:
        answer = self.page.goto(address)
        assert answer is not None and answer.status in {200, 404}, f"{address}: {answer and answer.status}"
        assert not self.page.evaluate(DOUBLED_IDS), f"{address}: ids that stand twice"
        for width in widths:
            self.fits(width)
        # Colours hang on the scheme and layouts on the width, so two looks see all four.
        for scheme, size in (("light", PHONE), ("dark", DESKTOP)):
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size(size)
            self.accessible(self.page)
        self.page.evaluate(TWICE_AS_LARGE)
        self.fits(640)

    def fits(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.no_sideways(self.page)


@pytest.fixture
def sweep(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> Sweep:
    return Sweep(open_page("/robots.txt"), accessible, no_sideways)


@pytest.fixture
def world(app: object) -> World:
    return a_world()


def test_every_public_page_fits_and_is_accessible(world: World, sweep: Sweep) -> None:
    for address in world.public:
        sweep.over(address)


def test_every_page_of_a_registration_fits_and_is_accessible(world: World, sweep: Sweep) -> None:
    for address in world.personal:
        sweep.over(address)


def test_the_doors_of_the_desk_fit_and_are_accessible(sweep: Sweep) -> None:
    for address in ("/desk/sign-in", "/desk/reset"):
        sweep.over(address)


@pytest.mark.parametrize("first", [0, 1], ids=["one half", "the other"])
def test_every_page_of_the_desk_fits_and_is_accessible(world: World, sweep: Sweep, first: int) -> None:
    sweep.page.goto("/desk/sign-in")
    sign_in(sweep.page, world.olga, PASSWORD)
    for address in world.desk[first::2]:
        sweep.over(address)


def test_pages_in_dutch_fit_and_are_accessible(world: World, sweep: Sweep) -> None:
    addresses = ["/", "/events/school", "/events/school/programme", *world.personal[:4]]
    for address in addresses:
        sweep.over(f"{address}?lang=nl", (320, 360))
        assert sweep.page.evaluate("document.documentElement.lang") == "nl"

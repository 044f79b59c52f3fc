"""Every page of the site and the desk: no wider than its window, silent under axe, in light and in dark."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, template_rendered
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.world import PASSWORD, World, a_world

# Each layout at its narrowest: where our style sheets, and Bootstrap's, begin another.
NARROWEST = 320
WIDTHS = (NARROWEST, 768, 992, 1200)
# Colours hang on the scheme and layouts on the width, so two looks see all four.
LOOKS = (("light", PHONE), ("dark", DESKTOP))
# Text twice as large in half a window: 200 % zoom, and more, for the layout does not know that it is so narrow.
TWICE_AS_LARGE = "document.documentElement.style.fontSize = '200%'"
DOUBLED_IDS = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""


class Sweep:
    """Looks a page over at every width, lets axe look in light and in dark, and doubles the text.

    A template that was looked over so is shown again for what it says in another state, not for its layout: then the
    narrowest window, one look and the doubled text have to do, and the looks take turns.
    """

    def __init__(self, page: Page, accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]) -> None:
        self.page, self.accessible, self.no_sideways = page, accessible, no_sideways
        self.rendered: list[str] = []
        self._known: set[tuple[str, ...]] = set()
        self._turns = itertools.cycle(LOOKS)

    def over(self, address: str) -> None:
        self.rendered.clear()
        self._open(address)
        templates = tuple(self.rendered)
        if templates in self._known:
            self._look((NARROWEST,), (next(self._turns),))
        else:
            self._known.add(templates)
            self._look(WIDTHS, LOOKS)

    def at_its_narrowest(self, address: str) -> None:
        self._open(address)
        self._look((NARROWEST,), LOOKS[:1])

    def _open(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None and answer.status in {200, 404}, f"{address}: {answer and answer.status}"
        assert not self.page.evaluate(DOUBLED_IDS), f"{address}: ids that stand twice"

    def _look(self, widths: tuple[int, ...], looks: tuple[tuple[Any, Any], ...]) -> None:
        for width in widths:
            self._fits(width)
        for scheme, size in looks:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size(size)
            self.no_sideways(self.page)
            self.accessible(self.page)
        self.page.evaluate(TWICE_AS_LARGE)
        self._fits(640)

    def _fits(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.no_sideways(self.page)


@pytest.fixture
def sweep(
    app: Flask,
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> Iterator[Sweep]:
    sweeping = Sweep(open_page("/robots.txt"), accessible, no_sideways)

    def note(_app: Flask, *, template: Any, **_context: Any) -> None:
        sweeping.rendered.append(template.name)

    with template_rendered.connected_to(note, app):
        yield sweeping


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
        sweep.at_its_narrowest(f"{address}?lang=nl")
        assert sweep.page.evaluate("document.documentElement.lang") == "nl"

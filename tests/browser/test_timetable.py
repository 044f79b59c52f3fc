"""Building a day in a real browser: by mouse, by keyboard alone, and on a phone without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, Speaker, Track
from tests.browser.conftest import DESKTOP, PHONE, sign_in, tab_to
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.people import a_session, an_event

TEN = datetime(2027, 5, 30, 8, 0, tzinfo=UTC)


@pytest.fixture
def event(app: object) -> Event:
    """Two rooms, a talk in each at ten, a break for all at eleven, and a talk that waits for its place."""
    event = an_event(title="Symposium")
    hall = Room(event_id=event.id, name="Hall", capacity=80)
    lab = Room(event_id=event.id, name="Lab", position=1)
    track = Track(event_id=event.id, name="Care")
    hour = {"starts_at": TEN, "ends_at": TEN + timedelta(hours=1)}
    rest = {"starts_at": TEN + timedelta(hours=1), "ends_at": TEN + timedelta(minutes=90)}
    sam = [Appearance(speaker=Speaker(name="Sam"))]
    a_session(event, title="Opening", room=hall, track=track, appearances=sam, **hour)
    a_session(event, title="Hands-on", room=lab, **hour)
    a_session(event, title="Coffee", room=None, kind=SessionKind.BREAK, **rest)
    a_session(event, title="Closing", room=None, starts_at=None, ends_at=None)
    return event


@pytest.fixture
def olgas_page(open_page: Callable[..., Page], event: Event) -> Callable[..., Page]:
    """Open the timetable in a browser of its own, signed in."""
    slug, email = event.slug, olga_at_the_desk().email

    def opened(**more: Any) -> Page:
        path = f"/desk/events/{slug}/programme/timetable"
        page = open_page(path, **more)
        sign_in(page, email, PASSWORD)
        page.wait_for_url(f"**{path}")
        return page

    return opened


def block(page: Page, title: str) -> Locator:
    return page.locator(f".draft[data-title='{title}']")


def stored(title: str) -> Session:
    db.session.expire_all()
    return db.session.query(Session).filter_by(title=title).one()


def said(page: Page) -> Locator:
    return page.locator("[data-said]")


def drag(page: Page, what: Locator, x: float, y: float, *, by: tuple[float, float] = (20, 12)) -> None:
    """Take hold of something, and let go of it elsewhere."""
    box = what.bounding_box()
    assert box
    begin = box["x"] + by[0], box["y"] + by[1]
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0] + 8, begin[1] + 8)
    page.mouse.move(x, y, steps=3)
    page.mouse.up()


def corner(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box
    return box["x"], box["y"]


def test_by_mouse_a_session_is_moved_stretched_placed_from_the_shelf_and_put_back(
    olgas_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> None:
    page = olgas_page(size=DESKTOP | {"height": 1600})
    accessible(page)
    no_sideways(page)
    lab, noon = corner(page.locator("[data-room]").nth(1)), corner(page.locator("[data-tick]").filter(has_text="12:00"))

    drag(page, block(page, "Opening"), lab[0] + 20, noon[1] + 12)
    expect(said(page)).to_have_text("“Opening” is now Sun 30 May, 12:00 to 13:00, Lab.")
    assert stored("Opening").starts_at == TEN + timedelta(hours=2)

    box = block(page, "Opening").bounding_box()
    assert box
    drag(page, block(page, "Opening"), box["x"] + 20, noon[1] + 96 + 50, by=(20, box["height"] - 3))
    expect(said(page)).to_have_text("“Opening” is now Sun 30 May, 12:00 to 13:30, Lab.")

    hall = corner(page.locator("[data-room]").first)
    drag(page, block(page, "Closing"), hall[0] + 20, noon[1] + 2)
    expect(said(page)).to_contain_text("“Closing” is now Sun 30 May, 12:00 to")
    assert [room.name for room in stored("Closing").rooms] == ["Hall"]

    shelf = corner(page.locator("[data-shelf]"))
    drag(page, block(page, "Closing"), shelf[0] + 40, shelf[1] + 40)
    expect(said(page)).to_have_text("“Closing” is back among those not yet placed.")
    assert stored("Closing").starts_at is None
    accessible(page)

    drag(page, block(page, "Opening"), hall[0] + 20, corner(block(page, "Coffee"))[1] + 12)
    refusal = page.locator("[data-refusal]")
    expect(refusal).to_contain_text("“Coffee” is for everybody from 11:00 to 11:30.")
    expect(refusal).to_be_focused()
    accessible(page)
    refusal.get_by_role("button", name="Do it anyway").click()
    expect(said(page)).to_contain_text("“Opening” is now Sun 30 May, 11:00 to 12:30")


def test_a_session_is_stretched_as_far_as_the_pointer_goes_though_a_refusal_closes_meanwhile(
    olgas_page: Callable[..., Page],
) -> None:
    page = olgas_page(size=DESKTOP | {"height": 900})
    hall, coffee = corner(page.locator("[data-room]").first), corner(block(page, "Coffee"))
    drag(page, block(page, "Opening"), hall[0] + 20, coffee[1] + 12)
    expect(page.locator("[data-refusal]")).to_be_focused()
    # As tall as one of many clashes, so that closing it moves whatever is below its head.
    page.evaluate("document.querySelector('.refusal').style.height = '400px'")
    box = block(page, "Hands-on").bounding_box()
    assert box

    handle = box["x"] + 20, box["y"] + box["height"] - 3
    page.mouse.move(*handle)
    page.mouse.down()
    page.mouse.move(handle[0], handle[1] - 20, steps=3)
    half = page.locator("[data-tick]").nth(1).bounding_box(), page.locator("[data-tick]").nth(0).bounding_box()
    assert half[0] and half[1]
    page.mouse.move(handle[0], handle[1] - (half[0]["y"] - half[1]["y"]) / 2, steps=3)
    page.mouse.up()

    expect(said(page)).to_contain_text("“Hands-on” is now Sun 30 May, 10:00 to 10:30, Lab.")


def test_by_keyboard_alone_each_step_is_spoken_and_the_focus_stays_with_the_session(
    olgas_page: Callable[..., Page],
) -> None:
    page = olgas_page()
    handle = block(page, "Opening").locator(".handle")
    tab_to(page, handle)

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    press("Enter")
    expect(said(page)).to_have_text("Opening, Hall, 10:00 to 11:00; free")
    press("ArrowDown")
    expect(said(page)).to_have_text("Opening, Hall, 10:15 to 11:15; clashes with “Coffee”")
    press("ArrowUp", "ArrowRight")
    expect(said(page)).to_have_text("Opening, Lab, 10:00 to 11:00; clashes with “Hands-on”")
    press("Enter")
    expect(page.locator("[data-refusal]")).to_be_focused()
    expect(page.locator("[data-refusal]")).to_contain_text("Lab is taken from 10:00 to 11:00 by “Hands-on”.")
    press("Escape")
    expect(handle).to_be_focused()
    expect(said(page)).to_have_text("Opening is where it was.")

    press("Space", "ArrowUp", "ArrowUp", "Shift+ArrowDown")
    expect(said(page)).to_have_text("Opening, Hall, 09:30 to 10:45; free")
    press("Space")
    expect(said(page)).to_have_text("“Opening” is now Sun 30 May, 09:30 to 10:45, Hall.")
    expect(block(page, "Opening").locator(".handle")).to_be_focused()
    assert stored("Opening").ends_at == TEN + timedelta(minutes=45)

    tab_to(page, page.get_by_role("button", name="Undo"))
    with page.expect_navigation():
        press("Enter")
    assert (stored("Opening").starts_at, stored("Opening").ends_at) == (TEN, TEN + timedelta(hours=1))


def test_a_session_goes_to_another_day_by_keyboard_and_by_mouse(
    olgas_page: Callable[..., Page], event: Event, accessible: Callable[[Page], None]
) -> None:
    event.ends_at = TEN + timedelta(days=2, hours=5)
    db.session.commit()
    a_session(
        event,
        title="Keynote",
        room=stored("Opening").room,
        starts_at=TEN + timedelta(days=1),
        ends_at=TEN + timedelta(hours=25),
    )
    page = olgas_page(size=DESKTOP | {"height": 1400})
    tab_to(page, block(page, "Opening").locator(".handle"))

    for key in ("Enter", "PageDown"):
        page.keyboard.press(key)
    expect(said(page)).to_have_text(
        "Opening: Mon 31 May, Hall, 10:00 to 11:00; what clashes there is told when it is dropped"
    )
    page.keyboard.press("Enter")
    expect(page.locator("[data-refusal]")).to_contain_text("Hall is taken from 10:00 to 11:00 by “Keynote”.")
    accessible(page)
    for key in ("Escape", "Enter", "PageDown", "PageDown", "PageDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(said(page)).to_have_text("“Opening” is now Tue 1 June, 09:45 to 10:45, Hall.")
    expect(page).to_have_url(re.compile("day=2027-06-01"))
    expect(block(page, "Opening").locator(".handle")).to_be_focused()
    assert stored("Opening").starts_at == TEN + timedelta(days=2, minutes=-15)

    first = corner(page.locator("[data-to-day]").first)
    drag(page, block(page, "Opening"), first[0] + 10, first[1] + 10)
    expect(said(page)).to_have_text("“Opening” is now Sun 30 May, 09:45 to 10:45, Hall.")
    expect(page.locator("[data-to-day][aria-current]")).to_have_text("Sun 30 May")


def test_on_a_phone_without_scripts_a_session_is_placed_and_moved_by_plain_forms(
    olgas_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> None:
    page = olgas_page(size=PHONE, javascript=False)
    no_sideways(page)
    block(page, "Closing").get_by_role("link", name="Place").click()
    no_sideways(page)
    page.get_by_label("Begins").fill("2027-05-30T12:00")
    page.get_by_label("Room", exact=True).select_option(label="Hall")
    page.get_by_role("button", name="Place").click()
    expect(page.get_by_role("status").first).to_contain_text("“Closing” is now Sun 30 May, 12:00 to 12:30, Hall.")

    block(page, "Opening").get_by_role("link", name="Move").click()
    page.get_by_label("Begins").fill("2027-05-30T11:45")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Hall is taken from 12:00 to 12:30 by “Closing”.")
    expect(page.get_by_label("Begins")).to_have_value("2027-05-30T11:45")
    page.get_by_role("alert").get_by_role("button", name="12:30 to 13:30, Hall").click()
    expect(page.get_by_role("status").first).to_contain_text("“Opening” is now Sun 30 May, 12:30 to 13:30, Hall.")


def test_the_pages_of_moving_are_accessible_on_a_phone(
    olgas_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> None:
    page = olgas_page(size=PHONE)
    for link in ("Move", "Copy this day"):
        accessible(page)
        no_sideways(page)
        page.get_by_role("link", name=link).first.click()
        accessible(page)
        no_sideways(page)
        page.get_by_role("link", name="Timetable").click()

"""The story of a programme: pasted, mended by keyboard, published, moved by one of two organisers, told, and read."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from flask_security import hash_password
from playwright.sync_api import Page, expect

from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail.carriers import ToFiles
from tests.browser.conftest import DESKTOP, PHONE, sign_in, tab_to
from tests.browser.test_timetable import block, corner, drag, said
from tests.browser.world import PASSWORD, olga_at_the_desk
from tests.conftest import Clock
from tests.people import a_registration, an_event, an_organiser

TABLE = """Date\tTime\tRoom\tTitle\tSpeakers
30 May 2027\t09:30-10:30\tHall\tOpening\tSam Ejemplo
30 May 2027\t09:30-10:30\tLab\tHands-on\tSam Ejemplo
30 May 2027\t11:00-12:00\tSeminar room\tDebate\tDee Beispiel
31 May 2027\t09:30-10:30\tHall\tClosing\tRev Voorbeeld
"""


@pytest.fixture
def at_their_desks(open_page: Callable[..., Page], app: object) -> Callable[..., Page]:
    """Open a page of the desk in a browser of its own, as Olga or as Sam."""
    people = {
        "Olga": olga_at_the_desk().email,
        "Sam": an_organiser("Sam", is_admin=True, password=hash_password(PASSWORD)).email,
    }

    def opened(name: str, path: str) -> Page:
        page = open_page(path, size=DESKTOP | {"height": 1400})
        sign_in(page, people[name], PASSWORD)
        page.wait_for_url(f"**{path}")
        return page

    return opened


def sent(into: Path, clock: Clock) -> list[Any]:
    """Wait for what is held back, send all that is due, and read it."""
    clock.forward(timedelta(minutes=10))
    carrier = ToFiles(into)
    while delivery.deliver(carrier):
        pass
    db.session.expire_all()
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in into.glob("*.eml")]


def when(calendar: bytes, title: str) -> datetime:
    found = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return next(entry["DTSTART"].dt for entry in found if entry["SUMMARY"].startswith(title)).astimezone(UTC)


def pastes(page: Page) -> None:
    page.get_by_role("link", name="Paste a table").click()
    page.get_by_label("Table").fill(TABLE)
    page.get_by_role("button", name="See what it does").click()
    expect(page.get_by_text("In it: 4 new sessions.")).to_be_visible()
    expect(page.get_by_text("3 rooms are new")).to_be_visible()
    expect(
        page.get_by_text("“Opening”: Sam Ejemplo is in “Hands-on”").or_(
            page.get_by_text("“Hands-on”: Sam Ejemplo is in “Opening”")
        )
    ).to_be_visible()
    page.get_by_label("Take it anyway").check()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status").first).to_contain_text("Taken into the draft: 4 new, 0 changed. One clash")


def opens_the_clash_again(page: Page) -> None:
    page.get_by_role("link", name="Clashes", exact=True).first.click()
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("button", name="Let it stand")).to_be_visible()


def mends_the_clash_by_keyboard(page: Page) -> None:
    tab_to(page, page.get_by_role("link", name="Timetable"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One person, twice at once")).to_be_visible()
    tab_to(page, block(page, "Hands-on").locator(".handle"))
    for key in ("Enter", *["ArrowDown"] * 4):
        page.keyboard.press(key)
    expect(said(page)).to_have_text("Hands-on, Lab, 10:30 to 11:30; free")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text("“Hands-on” is now Sun 30 May, 10:30 to 11:30, Lab.")
    expect(page.get_by_role("heading", name="One person, twice at once")).to_have_count(0)


def publishes(page: Page) -> None:
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish the programme").click()
    expect(page.get_by_role("status").first).to_contain_text("is published")
    page.get_by_role("link", name="Timetable").click()


def to(page: Page, hour: str) -> tuple[float, float]:
    """Where an hour begins in the third room."""
    x, _y = corner(page.locator("[data-room]").nth(2))
    _x, y = corner(page.locator("[data-tick]").filter(has_text=hour))
    return x + 20, y + 12


def test_a_programme_is_pasted_mended_published_moved_by_one_of_two_told_and_read(
    at_their_desks: Callable[..., Page],
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    clock: Clock,
    tmp_path: Path,
) -> None:
    event = an_event(title="Winter school", ends_at=datetime(2027, 5, 31, 15, tzinfo=UTC))
    ada = a_registration(event, email="ada@example.org")
    hers, feed = ada.token, f"/calendars/{ada.feed_token}.ics"  # type: ignore[attr-defined]
    public, inside = f"/events/{event.slug}", f"/desk/events/{event.slug}/programme"

    olga = at_their_desks("Olga", inside)
    pastes(olga)
    opens_the_clash_again(olga)
    mends_the_clash_by_keyboard(olga)
    publishes(olga)
    own = open_page(f"/registrations/{hers}/programme", size=PHONE)
    own.locator("article", has_text="Debate").get_by_role("button", name="Choose").click()
    expect(own.locator("article.is-mine")).to_contain_text("Debate")
    sent(tmp_path / "before", clock)

    # Two browsers have the day open: the first moves the debate, and the second is told before it moves it too.
    sam = at_their_desks("Sam", f"{inside}/timetable")
    drag(olga, block(olga, "Debate"), *to(olga, "14:00"))
    expect(said(olga)).to_have_text("“Debate” is now Sun 30 May, 14:00 to 15:00, Seminar room.")
    drag(sam, block(sam, "Debate"), *to(sam, "15:00"))
    told = sam.locator("[data-refusal]")
    expect(told).to_contain_text("Olga saved changes while you had this page open.")
    expect(told.get_by_role("row").filter(has_text="Begins")).to_contain_text("14:00")
    expect(told.get_by_role("row").filter(has_text="Begins")).to_contain_text("15:00")
    accessible(sam)
    told.get_by_role("link", name="Leave it where it is").click()
    expect(told).to_have_count(0)

    publishes(olga)
    (letter,) = [each for each in sent(tmp_path / "after", clock) if each["To"].endswith("ada@example.org>")]
    text = letter.get_body(("plain",)).get_content()
    assert "New time of a session: Debate" in letter["Subject"]
    assert "11:00–12:00, Seminar room" in text
    assert "14:00–15:00, Seminar room" in text
    afternoon = datetime(2027, 5, 30, 12, 0, tzinfo=UTC)
    assert when(olga.request.get(feed).body(), "Debate") == afternoon
    assert when(olga.request.get(f"{public}/calendar.ics").body(), "Debate") == afternoon

    phone = open_page(f"{public}/programme?day=2027-05-30", size=PHONE)
    hour = phone.locator(".agenda-hour").filter(has=phone.get_by_role("heading", name="14:00"))
    expect(hour.get_by_role("link", name="Debate")).to_be_visible()
    accessible(phone)
    no_sideways(phone)

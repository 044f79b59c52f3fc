"""Reading a programme on a phone and on a desk: with scripts and without, by keyboard, on another clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.models import Room, SessionKind, Track
from eventsvc.registration.models import Choice, Registration
from tests.browser.conftest import DESKTOP, PHONE, WITHOUT_MODULES, enter, tab_to
from tests.people import NOW, a_registration, a_session, an_event

FIRST = NOW + timedelta(days=89, hours=-1)


@pytest.fixture
def school(app: object) -> Event:
    """Two days of two rooms, the first of them until past midnight, from 09:00 on 30 May in Leiden."""
    school = an_event(slug="school", starts_at=FIRST, ends_at=FIRST + timedelta(days=1, hours=9))
    rooms = [Room(event_id=school.id, name=name, position=n) for n, name in enumerate(("Hall", "Lab"))]
    data = Track(event_id=school.id, name="Data")

    def add(title: str, hour: float, minutes: int = 60, room: int = 0, **over: Any) -> None:
        starts_at = FIRST + timedelta(hours=hour)
        ends_at = starts_at + timedelta(minutes=minutes)
        a_session(school, title=title, starts_at=starts_at, ends_at=ends_at, room=rooms[room], **over)

    add("Who owns a scan?", 0, track=data)
    add("A report of a quarter", 0, 15, 1)
    add("Another at once", 0.25, 30, 1)
    add("Coffee", 1, 30, kind=SessionKind.BREAK)
    add("Debate", 1.5, 75, further_rooms=[rooms[1]])
    add("Dancing", 14.5, 120)
    add("The last bus", 16.5, 15, 1)
    add("Closing words", 24)
    entries.refresh(school, at=NOW)
    db.session.commit()
    return school


def box(page: Page, title: str) -> Any:
    return page.locator(".block", has_text=title).first.bounding_box()


def top(found: Locator) -> float:
    return float(found.evaluate("(element) => element.getBoundingClientRect().top"))


def test_a_desk_shows_rooms_beside_each_other_and_a_phone_one_list(
    school: Event, open_page: Callable[..., Page]
) -> None:
    page = open_page("/events/school/programme", javascript=False)
    scan, report, debate = (box(page, title) for title in ("Who owns a scan?", "A report", "Debate"))

    assert report["x"] > scan["x"] + scan["width"] and abs(report["y"] - scan["y"]) < 2
    assert debate["width"] > 2 * scan["width"]
    # Nothing is cut or covered, however short it is.
    assert not page.evaluate(
        "[...document.querySelectorAll('.block')].some((each) => each.scrollHeight > each.clientHeight + 1)"
    )

    page.set_viewport_size(PHONE)
    assert {round(box(page, title)["x"]) for title in ("Who owns a scan?", "A report", "Debate")} == {20}
    page.evaluate("scrollTo(0, document.querySelectorAll('.agenda-hour')[0].offsetTop + 60)")
    assert top(page.locator(".agenda-day h2").first) == 0
    assert 40 <= top(page.locator(".agenda-hour > header").first) <= 60


def test_a_long_programme_is_short_on_a_phone_where_the_event_is_shown_and_leads_to_all_of_it(
    event_of_two_days: Event,
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page("/events/long", size=PHONE, javascript=False)
    lines, way = page.locator(".days li"), page.get_by_role("link", name="All 14 sessions in the full programme")

    assert [line.is_visible() for line in lines.all()] == [True] * 8 + [False] * 6
    expect(page.get_by_role("heading", name="Mon 31 May")).to_be_hidden()
    no_sideways(page)
    page.emulate_media(media="print")
    assert all(line.is_visible() for line in lines.all())
    page.emulate_media(media="screen")
    way.click()
    expect(page).to_have_url(re.compile("/events/long/programme$"))

    wide = open_page("/events/long", javascript=False)
    assert all(line.is_visible() for line in wide.locator(".days li").all())
    expect(wide.get_by_role("link", name="All 14 sessions")).to_be_hidden()
    accessible(open_page("/events/long", size=PHONE, color_scheme="dark", block=WITHOUT_MODULES))


@pytest.fixture
def event_of_two_days(app: Flask) -> Event:
    """Ten sessions on the first day, and four on the second."""
    event = an_event(slug="long")
    assert event.starts_at
    for number in range(14):
        starts_at = event.starts_at + timedelta(days=number // 10, minutes=30 * (number % 10))
        a_session(event, title=f"Talk {number}", starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    return event


def test_the_source_is_in_time_order_and_each_hour_is_a_heading(school: Event, open_page: Callable[..., Page]) -> None:
    page = open_page("/events/school/programme", javascript=False)

    assert page.locator(".agenda h4, .agenda .break-title").all_inner_texts() == [
        "Who owns a scan?", "A report of a quarter", "Another at once", "Coffee", "Debate", "Dancing", "The last bus"
    ]  # fmt: skip
    assert page.get_by_role("heading", level=3).all_inner_texts() == [
        "10:00",
        "10:15",
        "11:00",
        "11:30",
        "00:30",
        "02:30",
    ]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_one_switch_shows_every_time_on_my_clock(
    school: Event, open_page: Callable[..., Page], accessible: Callable[[Page], None], size: Any
) -> None:
    page = open_page("/events/school/programme", size=size, timezone_id="Asia/Shanghai")
    expect(page.get_by_text("All times in Leiden time (CEST).")).to_be_visible()

    page.get_by_role("button", name="My time, Shanghai").click()

    times = page.locator(".agenda time").evaluate_all("(all) => all.map((time) => [time.dateTime, time.textContent])")
    for moment, shown in times:
        hour = (int(moment[11:13]) + 8) % 24
        assert shown == f"{hour:02}:{moment[14:16]}"
    expect(page.get_by_text("6 h ahead of Leiden.")).to_be_visible()
    if size == PHONE:
        expect(page.get_by_text("Mon 31 May (+1 day) · 00:30 in Leiden")).to_be_visible()
    else:
        expect(page.locator(".block", has_text="Dancing").get_by_text("(+1 day)")).to_be_visible()
    accessible(page)
    page.reload()
    expect(page.get_by_role("button", name="My time, Shanghai")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Leiden time").click()
    expect(page.locator(".agenda-hour time").first).to_have_text("10:00")


@pytest.mark.parametrize(
    ("zone", "city", "told"),
    [
        ("Australia/Adelaide", "Adelaide", "7 h 30 ahead of Leiden."),
        ("America/New_York", "New York", "6 h behind Leiden."),
    ],
)
def test_how_far_my_clock_is_from_the_events_is_said_in_words_of_the_page(
    school: Event, open_page: Callable[..., Page], zone: str, city: str, told: str
) -> None:
    page = open_page("/events/school/programme", timezone_id=zone)

    page.get_by_role("button", name=f"My time, {city}").click()

    expect(page.get_by_text(told)).to_be_visible()


def test_where_the_clock_is_the_same_there_is_no_switch(school: Event, open_page: Callable[..., Page]) -> None:
    page = open_page("/events/school/programme", timezone_id="Europe/Paris")

    expect(page.locator("[data-clock]")).to_be_hidden()
    expect(page.get_by_role("button", name="Choose").first).to_be_visible()


def test_now_moves_on_while_the_page_is_open(school: Event, open_page: Callable[..., Page]) -> None:
    page = open_page("/robots.txt", size=PHONE)
    page.clock.install(time=FIRST + timedelta(minutes=50))
    page.goto("/events/school/programme")
    expect(page.locator(".agenda-hour.is-now, .now-word:visible").first).to_have_text("Now")
    expect(page.locator("[data-now-next]")).to_contain_text(re.compile("Who owns a scan.*Next 11:00.*Coffee", re.S))

    page.clock.run_for("00:20:00")

    expect(page.locator("[data-now-next] p").first).to_have_text(re.compile(r"Now\s+Coffee \(Hall\)"))
    expect(page.locator(".block.is-now")).to_have_count(1)


def test_sessions_chosen_before_registering_come_along_by_keyboard_alone(
    school: Event, open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_page("/events/school/programme")
    for name in ("Choose Who owns a scan?", "Choose A report of a quarter"):
        tab_to(page, page.get_by_role("button", name=name))
        page.keyboard.press("Enter")
    # Both are told that they take place at once.
    expect(page.get_by_role("status")).to_contain_text("Same time as “Who owns a scan?”, which you chose")
    expect(page.locator(".block.is-clash")).to_have_count(2)
    expect(page.get_by_role("button", name="My sessions (2)")).to_be_visible()
    accessible(page)

    page.goto("/events/school/register")
    for label, said in (("Given name", "Ada"), ("Family name", "Voorbeeld"), ("E-mail", "ada@example.org")):
        page.get_by_label(label).fill(said)
    page.get_by_label("Country").select_option("NL")
    page.get_by_label("I agree").check()
    tab_to(page, page.get_by_role("button", name="Register"))
    enter(page)

    mine = page.locator("section", has=page.get_by_role("heading", name="My sessions"))
    expect(mine.get_by_role("link", name="Who owns a scan?")).to_be_visible()
    expect(mine.get_by_role("link", name="A report of a quarter")).to_be_visible()
    mine.get_by_role("link", name="Change my sessions").click()
    tab_to(page, page.get_by_role("button", name="Remove Who owns a scan?"))
    enter(page)
    ada = db.session.query(Registration).one()
    assert db.session.query(Choice).filter_by(registration_id=ada.id).count() == 1


def test_the_page_of_a_session_tells_what_was_chosen_at_the_same_time(
    school: Event, open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_page("/events/school/programme")
    page.locator(".block", has_text="A report of a quarter").get_by_role("button", name="Choose").click()
    page.get_by_role("link", name="Who owns a scan?").first.click()
    hint, button = page.locator("[data-agenda] [data-same]"), page.locator("[data-choose]")

    expect(hint).to_have_text("Same time as “A report of a quarter”, which you chose")
    expect(hint).to_have_class("tone-accent")
    button.click()
    expect(hint).to_have_class("tone-no")
    expect(page.locator("[data-told]")).to_have_text(re.compile("In my sessions.*Same time as “A report of a quarter”"))
    accessible(page)

    page.get_by_role("link", name="A report of a quarter").click()
    expect(hint).to_have_text("Same time as “Who owns a scan?”, which you chose")
    button.click()
    page.get_by_role("link", name="Who owns a scan?").click()
    expect(page.get_by_text("In my sessions")).to_be_visible()
    expect(hint).to_be_hidden()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_sessions_are_chosen_without_scripts(
    school: Event, open_page: Callable[..., Page], no_sideways: Callable[[Page], None], size: Any
) -> None:
    ada = a_registration(school)
    page = open_page(f"/registrations/{ada.token}/programme", size=size, javascript=False)  # type: ignore[attr-defined]
    page.get_by_role("button", name="Choose Debate").click()

    expect(page.locator(".block", has_text="Debate")).to_contain_text("In my sessions")
    page.get_by_role("link", name="My sessions (1)").click()
    expect(page.locator(".block")).to_have_count(1)
    page.get_by_text("Filter", exact=True).first.click()
    page.get_by_label("Search the programme").fill("dancing")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No session fits.")).to_be_visible()
    no_sideways(page)

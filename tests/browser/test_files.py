"""Ada sends her CV from a phone, and Olga takes it away: with scripts and without."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from tests import people
from tests.browser.conftest import PHONE
from tests.browser.test_attendee import fill_in
from tests.files import PDF
from tests.people import NOW, an_event, an_organiser
from tests.registration.sending import a_question

SignIn = Callable[..., FlaskClient]
CV = {"name": "my cv.pdf", "mimeType": "application/pdf", "buffer": PDF}
LARGE = {"name": "film.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + bytes(21 * 1024 * 1024)}


@pytest.fixture
def event(app: Flask) -> Event:
    made = an_event(slug="school", title="Summer school")
    entries.refresh(made, at=NOW)
    db.session.commit()
    people.a_question(made, label="Motivation", is_required=True)
    a_question(made, is_required=True, why="The tutors read it before they choose.")
    return made


def let_olga_in(page: Page, olga: FlaskClient) -> None:
    """Give a browser the cookie of somebody who has signed in."""
    cookie = olga.get_cookie("eventsvc", path="/")
    assert cookie is not None
    page.context.add_cookies([{"name": "eventsvc", "value": cookie.value, "url": page.url}])


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_ada_sends_her_cv_is_refused_for_something_else_and_olga_takes_all_as_an_archive(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    event: Event,
    sign_in: SignIn,
    javascript: bool,
) -> None:
    page = open_page("/events/school/register", size=PHONE, javascript=javascript)
    fill_in(page)
    page.get_by_label("Curriculum vitae").set_input_files(CV)  # type: ignore[arg-type]
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("alert")).to_contain_text("Motivation: Please answer this.")
    expect(page.locator(".kept")).to_contain_text("my cv.pdf PDF, 1 kB, kept")
    no_sideways(page)
    if javascript:
        accessible(page)
    page.get_by_label("Motivation").fill("I want to learn.")
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You have a place, Ada.")
    with page.expect_download() as own:
        page.get_by_role("link", name="my cv.pdf").click()
    assert own.value.suggested_filename == "my cv.pdf" and own.value.path().read_bytes() == PDF
    no_sideways(page)

    desk = open_page("/", size=PHONE, javascript=javascript)
    let_olga_in(desk, sign_in(an_organiser("Olga", owns=event)))
    desk.goto("/desk/events/school/roster")
    desk.get_by_role("main").get_by_role("link", name="Files").click()
    expect(desk.get_by_role("row").filter(has_text="Ada Voorbeeld")).to_contain_text("my cv.pdf")
    no_sideways(desk)
    if javascript:
        accessible(desk)
    with desk.expect_download() as all_of_them:
        desk.get_by_role("link", name="Download all as a zip file").click()
    with zipfile.ZipFile(all_of_them.value.path()) as archive:
        (name,) = archive.namelist()
        assert name.startswith("Ada Voorbeeld ") and name.endswith(" - Curriculum vitae.pdf")
        assert archive.read(name) == PDF
    desk.get_by_role("link", name="Ada Voorbeeld").click()
    with desk.expect_download() as one:
        desk.get_by_role("link", name="my cv.pdf").click()
    assert one.value.path().read_bytes() == PDF


def test_a_file_that_is_too_large_is_told_before_it_is_sent(open_page: Callable[..., Page], event: Event) -> None:
    page = open_page("/events/school/register", size=PHONE)

    page.get_by_label("Curriculum vitae").set_input_files(LARGE)  # type: ignore[arg-type]

    expect(page.locator("output.error")).to_have_text(
        "“film.pdf” has 21.0 MB, and at most 20 MB can be sent. Choose a smaller file, for example a PDF."
    )
    expect(page.get_by_label("Curriculum vitae")).to_have_value("")


def test_a_file_that_is_too_large_is_told_without_scripts_too_and_nothing_typed_is_lost(
    open_page: Callable[..., Page], event: Event
) -> None:
    page = open_page("/events/school/register", size=PHONE, javascript=False)
    fill_in(page)
    page.get_by_label("Motivation").fill("I want to learn.")

    page.get_by_label("Curriculum vitae").set_input_files(LARGE)  # type: ignore[arg-type]
    page.get_by_role("button", name="Register").click()

    expect(page.get_by_role("alert")).to_contain_text("A file may have 20 MB.")
    expect(page.get_by_label("Given name")).to_have_value("Ada")
    expect(page.get_by_label("Motivation")).to_have_value("I want to learn.")

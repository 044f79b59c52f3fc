"""Sam's story on a phone without scripts: asked by letter, answers, tells of themself, sends slides."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from eventsvc.programme.models import Answer
from tests.browser.conftest import PHONE, WITHOUT_MODULES
from tests.files import a_document, a_photo
from tests.people import an_event
from tests.programme.speaking import a_talk, card_of, sam


def test_sam_answers_says_when_they_are_free_writes_a_card_and_sends_slides(
    open_page: Callable[..., Page], accessible: Callable[[Page], None], no_sideways: Callable[[Page], None]
) -> None:
    talk = a_talk(an_event(slug="health", title="Health across borders"), title="Who owns a scan?")
    page = open_page(card_of(sam(talk, appearance={"answer": Answer.INVITED})), size=PHONE, block=WITHOUT_MODULES)
    accessible(page)

    page.get_by_label("A sentence to your answer").fill("I bring my own laptop.")
    page.get_by_role("button", name="I come").click()
    expect(page.get_by_role("status")).to_have_text("Thank you, we count on you.")
    expect(page.get_by_text("“I bring my own laptop.”")).to_be_visible()

    page.get_by_role("link", name="Say when you are free").click()
    page.get_by_label("From").first.fill("2027-05-30T09:00")
    page.get_by_label("Until").first.fill("2027-05-30T12:00")
    accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="You are free at one time")).to_be_visible()

    page.get_by_role("link", name="Change my card").click()
    page.get_by_label("Biography").fill("Works on **models**.")
    wrong = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"<html>"}
    page.get_by_label("Photo").set_input_files(wrong)  # type: ignore[arg-type]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("This is no photo that we can read.")
    expect(page.get_by_label("Biography")).to_have_value("Works on **models**.")
    accessible(page)
    page.get_by_label("Photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": a_photo()})
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".cover-face img.picture")).to_be_visible()

    page.get_by_text("Send slides").click()
    slides = {"name": "scan.pptx", "mimeType": "application/octet-stream", "buffer": a_document()}
    page.get_by_label("File").set_input_files(slides)  # type: ignore[arg-type]
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("link", name="scan.pptx")).to_be_visible()
    accessible(page)
    no_sideways(page)

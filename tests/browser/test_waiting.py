"""A webinar that asks for proof of an address, and a symposium that offers its places: in a browser, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from eventsvc import clock, links
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.events.models import Kind, Mode
from eventsvc.extensions import db
from eventsvc.registration import keys, rules
from eventsvc.registration.models import Registration, State, TokenKind
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_attendee import an_announced_event, fill_in, says
from tests.people import NOW
from tests.registration.acts import ADA, BOB, CIA, come

WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])


def own(registration: Registration) -> str:
    """The address in somebody's letter."""
    address = links.absolute("registration.manage", token=keys.token_of(registration, TokenKind.MANAGE))
    return "/registrations/" + address.rpartition("/registrations/")[2]


@WITH_AND_WITHOUT
def test_ada_proves_her_address_for_a_webinar(open_page: Callable[..., Page], javascript: bool) -> None:
    event = an_announced_event(title="Teaching in English", kind=Kind.WEBINAR, mode=Mode.ONLINE, proof_hours=24)
    page = open_page(f"/events/{event.slug}/register", size=PHONE, javascript=javascript)

    fill_in(page)
    page.get_by_role("button", name="Register").click()

    says(page, "Look in your letters")
    expect(page.get_by_text("Do it by Wed 3 March 2027, 10:00")).to_be_visible()
    ada = db.session.query(Registration).one()
    page.goto(page.url.partition("/events/")[0] + own(ada))
    says(page, "Is this your address, Ada?")
    db.session.refresh(ada)
    assert ada.state is State.OFFERED

    page.get_by_role("button", name="Yes, this is my address").click()
    says(page, "You have a place, Ada.")


@WITH_AND_WITHOUT
def test_a_place_that_ada_gives_up_is_offered_to_bob_who_takes_it(
    open_page: Callable[..., Page], javascript: bool
) -> None:
    event = an_announced_event(title="Health across borders", capacity=1, offer_hours=24)
    ada, bob = come(event, ADA), come(event, BOB)
    page = open_page(own(ada), size=DESKTOP, javascript=javascript)
    site = page.url.partition("/registrations/")[0]

    page.get_by_role("link", name="Give up my place").click()
    page.get_by_label("Why?").fill("I am ill")
    page.get_by_role("button", name="Give up my place").click()
    says(page, "You are not registered any more, Ada.")
    # Bob is asked already, so it cannot be undone.
    expect(page.get_by_role("button", name="Undo the cancellation")).to_have_count(0)

    page.goto(site + own(bob))
    says(page, "A place is offered to you, Bob.")
    page.get_by_role("button", name="Take the place").click()
    says(page, "You have a place, Bob.")


@WITH_AND_WITHOUT
def test_bob_is_too_late_and_joins_the_list_again_and_cia_is_asked_whether_she_stays(
    open_page: Callable[..., Page], javascript: bool
) -> None:
    event = an_announced_event(title="Health across borders", capacity=1, offer_hours=24)
    ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
    rules.cancel(ada, by=ATTENDEE, at=NOW)
    db.session.commit()
    page = open_page(own(bob), size=PHONE, javascript=javascript)
    site = page.url.partition("/registrations/")[0]
    clock.stop(NOW + timedelta(hours=24))

    page.get_by_role("button", name="Take the place").click()
    says(page, "The place was not taken in time, Bob.")
    page.get_by_role("button", name="Join the list again").click()
    says(page, "You are number 1 on the waiting list, Bob.")

    db.session.rollback()
    assert db.session.get_one(Registration, cia.id).state is State.OFFERED
    rules.ask_who_stays(event, hours=72, by=ATTENDEE, at=clock.now())
    db.session.commit()
    page.goto(site + page.url.removeprefix(site))
    page.get_by_role("button", name="Yes, I still want a place").click()
    says(page, "You are number 1 on the waiting list, Bob.")
    expect(page.get_by_role("button", name="Yes, I still want a place")).to_have_count(0)


@WITH_AND_WITHOUT
def test_ada_undoes_what_she_did_by_mistake_and_then_hands_her_place_to_bob(
    open_page: Callable[..., Page], javascript: bool
) -> None:
    event = an_announced_event(title="Health across borders", capacity=1)
    ada = come(event, ADA)
    page = open_page(own(ada), size=PHONE, javascript=javascript)

    page.get_by_role("link", name="Give up my place").click()
    page.get_by_role("button", name="Give up my place").click()
    page.get_by_role("button", name="Undo the cancellation").click()
    says(page, "You have a place, Ada.")

    page.get_by_role("link", name="Hand it on").click()
    page.get_by_label("Given name").fill("Bob")
    page.get_by_label("Family name").fill("Ejemplo")
    page.get_by_label("E-mail").fill("bob@example.org")
    page.get_by_role("button", name="Go on").click()
    says(page, "Hand your place to Bob Ejemplo?")
    page.get_by_role("button", name="Hand it on").click()
    says(page, "You handed your place on, Ada.")

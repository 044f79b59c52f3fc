"""An attendee's whole story, over https with every guard up, sending what a browser sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from tests.people import NOW, an_event
from tests.smtp import Letter, PostOffice

SITE = "https://events.example.org"
PERSON = {"family_name": "Voorbeeld", "organisation": "Example University", "country": "NL", "consent": "y"}


class Browser:
    """What a browser does for a person: keeps cookies and hidden fields, follows, says where it comes from."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.at = f"{SITE}/"
        self.page = ""

    def go(self, address: str) -> TestResponse:
        return self._arrive(self.client.get(self._local(address), base_url=SITE, headers={"Referer": self.at}), address)

    def send(self, address: str, **typed: str) -> TestResponse:
        """Fill in the form of this page that leads to `address`, and send it."""
        sent = self.client.post(
            self._local(address),
            base_url=SITE,
            data=self._hidden(address) | typed,
            headers={"Referer": self.at, "Origin": SITE, "Sec-Fetch-Site": "same-origin"},
        )
        return self.go(sent.location) if sent.status_code == 303 else self._arrive(sent, address)

    @property
    def title(self) -> str:
        return " ".join(unescape(re.findall(r"<h1[^>]*>(.*?)</h1>", self.page, re.S)[0]).split())

    def _arrive(self, response: TestResponse, address: str) -> TestResponse:
        self.page, self.at = response.text, f"{SITE}{self._local(address)}"
        return response

    def _hidden(self, address: str) -> dict[str, str]:
        for attributes, inside in re.findall(r'<form method="post"([^>]*)>(.*?)</form>', self.page, re.S):
            action = re.search(r'action="([^"]*)"', attributes)
            if unescape(action[1] if action else self._local(self.at)) == self._local(address):
                hidden = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)" value="([^"]*)"', inside)
                hidden += re.findall(r'<input[^>]*name="([^"]*)" type="hidden" value="([^"]*)"', inside)
                return {name: unescape(value) for name, value in hidden}
        raise AssertionError(f"no form on {self.at} leads to {address}")

    @staticmethod
    def _local(address: str) -> str:
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Story:
    """The site, its people, its clock and its post."""

    def __init__(self, site: Flask, clock: Any, post: PostOffice) -> None:
        self.site, self.clock, self.post = site, clock, post

    def browser(self) -> Browser:
        return Browser(self.site.test_client())

    def registers(self, event: Event, given_name: str, email: str, language: str = "en") -> Browser:
        browser, slug = self.browser(), event.slug
        address = f"/events/{slug}/register" + ("" if language == "en" else f"?lang={language}")
        browser.go(address)
        self.clock.forward(timedelta(seconds=20))
        browser.send(address, given_name=given_name, email=email, **PERSON)
        return browser

    def letters(self) -> list[Letter]:
        """Let the worker look once, and return what came since the last time."""
        before = len(self.post.letters)
        with self.site.app_context():
            done = self.site.test_cli_runner().invoke(args=["worker", "--once"])
        assert done.exit_code == 0, done.output
        return self.post.letters[before:]


@pytest.fixture
def story(make_app: Callable[..., Flask], clock: Any, smtp: PostOffice) -> Story:
    guards = {"PUBLIC_URL": SITE, "WTF_CSRF_ENABLED": True, "MINIMUM_SECONDS": 2, "RATE_LIMITS": True}
    return Story(make_app(**guards, **smtp.settings), clock, smtp)


def an_announced_event(**over: Any) -> Event:
    event = an_event(**over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def link_in(letter: Letter) -> str:
    return re.findall(rf"{SITE}/registrations/[\w-]+", letter.body())[0]


def invitation_in(letter: Letter) -> Any:
    parts = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    return icalendar.Calendar.from_ical(parts[0].get_content()) if parts else None


def test_ada_registers_and_finds_the_letter_the_calendar_and_her_page(story: Story) -> None:
    event = an_announced_event(title="Global Impact in Health")

    ada = story.registers(event, "Ada", "ada@example.org")

    assert ada.title == "You have a place, Ada."
    (letter,) = story.letters()
    assert letter.recipients == ("ada@example.org",)
    assert link_in(letter) == ada.at
    calendar = invitation_in(letter)
    assert calendar["METHOD"] == "REQUEST"
    assert str(calendar.events[0]["SUMMARY"]) == "Global Impact in Health"

    feed = SITE + re.findall(r'href="webcal://[^/"]+(/calendars/[\w.-]+\.ics)"', ada.page)[0]
    in_feed = icalendar.Calendar.from_ical(story.browser().go(feed).data).events[0]
    assert (in_feed["UID"], in_feed["DTSTART"].dt) == (calendar.events[0]["UID"], calendar.events[0]["DTSTART"].dt)


def test_she_corrects_her_name_downloads_her_data_and_cancels(story: Story) -> None:
    ada = story.registers(an_announced_event(), "Ada", "ada@example.org")
    mine = ada.at

    ada.go(f"{mine}/correct")
    corrected = ada.send(f"{mine}/correct", given_name="Adelheid", email="ada@example.org", **PERSON)
    data = ada.go(f"{mine}/data.json")
    ada.go(f"{mine}/cancel")
    cancelled = ada.send(f"{mine}/cancel")

    assert corrected.status_code == data.status_code == cancelled.status_code == 200
    assert data.json and data.json["registration"]["given_name"] == "Adelheid"
    assert ada.title == "You are not registered any more, Adelheid."


def test_when_one_cancels_the_next_has_a_place_and_a_letter_and_the_entry_is_struck_out(story: Story) -> None:
    event = an_announced_event(capacity=1)
    ada = story.registers(event, "Ada", "ada@example.org")
    bob = story.registers(event, "Bob", "bob@example.org")
    waiting = bob.title
    story.letters()

    ada.go(f"{ada.at}/cancel")
    ada.send(ada.at)
    bob.go(bob.at)

    assert waiting == "You are number 1 on the waiting list, Bob."
    assert bob.title == "You have a place, Bob."
    by_person = {letter.recipients[0]: invitation_in(letter) for letter in story.letters()}
    assert by_person["ada@example.org"]["METHOD"] == "CANCEL"
    assert by_person["bob@example.org"]["METHOD"] == "REQUEST"


def test_coming_back_is_a_new_registration_whose_invitation_counts_on(story: Story) -> None:
    event = an_announced_event()
    ada = story.registers(event, "Ada", "ada@example.org")
    old, sequences = ada.at, [invitation_in(letter).events[0]["SEQUENCE"] for letter in story.letters()]
    ada.go(f"{old}/cancel")
    ada.send(f"{old}/cancel")
    sequences += [invitation_in(letter).events[0]["SEQUENCE"] for letter in story.letters()]

    again = story.registers(event, "Ada", "ada@example.org")
    sequences += [invitation_in(letter).events[0]["SEQUENCE"] for letter in story.letters()]

    assert again.at != old
    assert sequences == sorted(set(sequences)) and len(sequences) == 3


def test_eve_learns_nothing_by_registering_with_adas_address_and_ada_gets_her_link(story: Story) -> None:
    event = an_announced_event()
    ada = story.registers(event, "Ada", "ada@example.org")
    story.letters()

    eve = story.registers(event, "Eve", "ada@example.org")

    assert eve.title == "Register" and ada.at.rsplit("/", 1)[1] not in eve.page
    (letter,) = story.letters()
    assert letter.recipients == ("ada@example.org",) and link_in(letter) == ada.at


def test_ada_is_forgotten_when_she_asks(story: Story) -> None:
    ada = story.registers(an_announced_event(), "Ada", "ada@example.org")
    mine = ada.at

    ada.go(f"{mine}/erase")
    ada.send(f"{mine}/erase")
    forgotten = ada.title
    gone = ada.go(mine)

    assert forgotten == "Your data is erased"
    assert gone.status_code == 410
    assert story.letters() == []


def test_who_registers_on_the_dutch_page_is_written_to_in_dutch(story: Story) -> None:
    story.registers(an_announced_event(), "Ada", "ada@example.org", language="nl")

    (letter,) = story.letters()

    assert letter.message["Content-Language"] in {None, "nl"}
    assert "lang=nl" in letter.body()

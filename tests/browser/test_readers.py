"""Every feed and invitation, read by ical.js: what Thunderbird and Nextcloud read with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from tests.calendars.corpus import calendars
from tests.calendars.readers import Told, all_by_icalendar
from tests.icaljs import find_icaljs

READ = """(body) => {
    const moment = (at) => at.isDate ? at.toString() : new Date(at.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");
    return new ICAL.Component(ICAL.parse(body)).getAllSubcomponents("vevent").map((part) => {
        const event = new ICAL.Event(part);
        const status = part.getFirstPropertyValue("status");
        return [event.uid, event.summary, moment(event.startDate), moment(event.endDate), status,
            event.location || "", event.sequence];
    });
}"""


@pytest.fixture
def ical_js(browser: Browser) -> Iterator[Page]:
    """An empty page that knows ical.js."""
    path = find_icaljs()
    if path is None:
        pytest.skip("no ical.js")
    page = browser.new_page()
    page.add_script_tag(
        content=f"var module = {{ exports: {{}} }}, exports = module.exports;\n{Path(path).read_text()}"
    )
    page.evaluate("() => { window.ICAL = module.exports.default ?? module.exports; }")
    yield page
    page.close()


def test_ical_js_sees_the_same_entries_as_the_other_readers(client: FlaskClient, ical_js: Page) -> None:
    for name, body in calendars(client).items():
        rows: list[list[Any]] = ical_js.evaluate(READ, body.decode())
        assert {uid: Told(*said) for uid, *said in rows} == all_by_icalendar(body), name

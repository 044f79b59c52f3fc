"""Every feed and invitation, read by icalendar and vobject; ical.js reads the same in `tests/browser/test_readers.py`."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.calendars.corpus import ZONES, calendars
from tests.calendars.readers import all_by_icalendar, all_by_vobject


def test_two_readers_see_the_same_entries_in_every_calendar(client: FlaskClient) -> None:
    bodies = calendars(client)

    for name, body in bodies.items():
        read = all_by_icalendar(body)
        assert read and read == all_by_vobject(body), name
    told = all_by_icalendar(bodies["event in Australia/Lord_Howe"])
    assert len(bodies) == 2 * len(ZONES) + 4
    assert len(told) == 6 and {one.status for one in told.values()} == {"CONFIRMED", "CANCELLED"}

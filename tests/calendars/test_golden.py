r"""What each program of `golden/` needs of a feed, as its file says; compared as parsed components.

Everybody is served the same bytes, so each file holds what its program is known to read: Google the sequence and the
stamps, Outlook a zone of two yearly rules and its own words, Apple the cancellation and the place on the map,
Thunderbird the notes with their links. What a feed has beyond that is no fault; what none of them may meet is named
below.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest

from eventsvc.calendars import ics
from eventsvc.calendars.showings import Status
from tests.calendars.examples import CHANGED, HEAD, a_showing

GOLDEN = Path(__file__).parent / "golden"
CLIENTS = ("google", "outlook", "apple", "thunderbird")


def a_feed() -> bytes:
    """A session, a school of four days, a cancelled session, one in the hour that comes twice in autumn."""
    uid = "0e3c1a52-6f6e-4d0e-9a57-0b6f5c0f7a1"
    day = {"starts_at": datetime(2027, 5, 29, 22, 0, tzinfo=UTC), "ends_at": datetime(2027, 6, 2, 22, 0, tzinfo=UTC)}
    twice = {
        "starts_at": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
        "ends_at": datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    }
    shown = [
        (a_showing(), 3),
        (a_showing(uid=f"{uid}2", summary="Summer school", is_all_day=True, **day), 0),
        (a_showing(uid=f"{uid}3", status=Status.CANCELLED), 4),
        (a_showing(uid=f"{uid}4", summary="In the hour that comes twice", **twice), 0),
    ]
    return ics.calendar(HEAD, [ics.event(one, sequence=number, changed_at=CHANGED) for one, number in shown])


def facts(component: Any) -> Iterator[tuple[str, ...]]:
    """Yield each property below a component, with the way to it and its parameters, in the words of the file."""
    named = str(component.get("UID", component.get("TZID", component.name)))
    for name, value in component.property_items(recursive=False):
        if name not in {"BEGIN", "END"}:
            params = "".join(f";{key}={value.params[key]}" for key in sorted(getattr(value, "params", {})))
            said = value.to_ical()
            yield component.name, named, name + params, said.decode() if isinstance(said, bytes) else str(said)
    for part in component.subcomponents:
        yield from ((named, *fact) for fact in facts(part))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_feed_has_what_each_program_needs(client: str) -> None:
    needed = set(facts(icalendar.Calendar.from_ical((GOLDEN / f"{client}.ics").read_bytes())))
    given = set(facts(icalendar.Calendar.from_ical(a_feed())))

    assert len(needed) > 8
    assert needed <= given, "\n".join(map(str, sorted(needed - given)))


def test_a_feed_has_nothing_that_one_of_them_stumbles_over() -> None:
    calendar = icalendar.Calendar.from_ical(a_feed())

    assert "METHOD" not in calendar
    assert not calendar.walk("VALARM")
    for event in calendar.walk("VEVENT"):
        assert "ATTENDEE" not in event and "RRULE" not in event and "DURATION" not in event
    for zone in calendar.walk("VTIMEZONE"):
        assert [part.name for part in zone.subcomponents] == ["DAYLIGHT", "STANDARD"]
        assert not [part for part in zone.subcomponents if "RDATE" in part]

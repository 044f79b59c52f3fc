"""The calendar part of a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given

from eventsvc.calendars import ics
from eventsvc.calendars.ics import Method, Showing, Status
from tests.calendars.examples import CHANGED, a_showing, by_olga, texts
from tests.calendars.readers import by_icalendar, by_vobject


def invitation(showing: Showing, method: Method = Method.REQUEST, name: str = "Ada") -> bytes:
    return ics.invitation(
        showing, method=method, sequence=4, at=CHANGED, attendee_name=name, attendee_email="ada@example.org"
    )


def test_an_invitation_is_one_request_to_one_person_who_has_accepted() -> None:
    body = invitation(by_olga(), name='Ada "Countess" Lovelace; né^e, Byron')

    calendar = icalendar.Calendar.from_ical(body)
    event = by_icalendar(body)
    attendee, organiser = event["ATTENDEE"], event["ORGANIZER"]

    assert calendar["METHOD"] == "REQUEST"
    assert (str(attendee), str(organiser)) == ("mailto:ada@example.org", "mailto:olga@example.org")
    assert attendee.params["CN"] == 'Ada "Countess" Lovelace; né^e, Byron'
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert (event["SEQUENCE"], event["DTSTAMP"].dt) == (4, CHANGED.replace(microsecond=0))
    assert vobject.readOne(body.decode()).vevent.attendee.value == "mailto:ada@example.org"


def test_an_invitation_reminds_once() -> None:
    (alarm,) = by_icalendar(invitation(by_olga())).walk("VALARM")

    assert alarm["ACTION"] == "DISPLAY"
    assert alarm["DESCRIPTION"] == a_showing().summary
    assert alarm["TRIGGER"].dt == timedelta(minutes=-15)


@pytest.mark.parametrize(
    ("over", "method"),
    [({}, Method.CANCEL), ({"is_all_day": True}, Method.REQUEST), ({"status": Status.CANCELLED}, Method.REQUEST)],
)
def test_no_bell_rings_for_what_is_cancelled_or_lasts_all_day(over: dict[str, Any], method: Method) -> None:
    assert b"VALARM" not in invitation(by_olga(**over), method)


def test_a_cancellation_says_so_whatever_the_event_is() -> None:
    body = invitation(by_olga(), Method.CANCEL)

    event = by_icalendar(body)

    assert b"\r\nMETHOD:CANCEL\r\n" in body
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"].startswith("Cancelled: ")
    assert str(event["ATTENDEE"]) == "mailto:ada@example.org"


def test_an_invitation_from_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="organiser"):
        invitation(a_showing())


@given(texts)
def test_any_name_of_a_person_makes_an_invitation_that_can_be_read(name: str) -> None:
    body = invitation(by_olga(), name=name)

    assert str(by_icalendar(body)["ATTENDEE"]) == "mailto:ada@example.org"
    assert by_vobject(body).attendee.value == "mailto:ada@example.org"

"""Events, people and letters to test the post office with."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import icalendar

from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail.carriers import ToServer
from eventsvc.registration.models import Registration
from tests import people
from tests.people import NOW
from tests.smtp import Letter, PostOffice


def an_event(**over: Any) -> Event:
    """An event whose calendar entry is written."""
    event = people.an_event(**over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def ada(event: Event, **over: Any) -> Registration:
    """Ada, who is registered."""
    return people.a_registration(event, **({"given_name": "Ada", "family_name": "Voorbeeld"} | over))


def delivered(office: PostOffice) -> Letter:
    """Commit what was posted, send all that is due, and return the last letter."""
    db.session.commit()
    carrier = ToServer()
    while delivery.deliver(carrier):
        pass
    carrier.rest()
    return office.letters[-1]


def calendars(message: EmailMessage) -> list[icalendar.Calendar]:
    """Read the calendar parts of a letter: the alternative, then the attachment."""
    parts = [part for part in message.walk() if part.get_content_type() in {"text/calendar", "application/ics"}]
    return [icalendar.Calendar.from_ical(part.get_payload(decode=True)) for part in parts]

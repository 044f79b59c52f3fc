"""What the calendar tests show: one session, told in full."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from eventsvc.calendars.ics import Showing

CREATED = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
CHANGED = datetime(2027, 2, 1, 8, 15, 30, 123456, tzinfo=UTC)


def a_showing(**over: Any) -> Showing:
    """A session on 30 May 2027, 11:00 to 12:30 in Leiden."""
    facts: dict[str, Any] = {
        "uid": "0e3c1a52-6f6e-4d0e-9a57-0b6f5c0f7a11",
        "summary": "Vaccines, borders; and trust",
        "starts_at": datetime(2027, 5, 30, 9, 0, tzinfo=UTC),
        "ends_at": datetime(2027, 5, 30, 10, 30, tzinfo=UTC),
        "timezone": "Europe/Amsterdam",
        "created_at": CREATED,
        "description": "Bring a question.\nCoffee is at eleven, as ever.",
        "location": "Room 2, Main building, Leiden",
        "url": "https://events.example.org/events/symposium/sessions/b2c3d4",
        "categories": ("Symposium", "Health, global"),
        "latitude": 52.1657,
        "longitude": 4.47767,
    }
    return Showing(**facts | over)

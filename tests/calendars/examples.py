"""What the calendar tests show: one session, told in full."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from eventsvc.calendars import ics
from eventsvc.calendars.ics import Head, Showing

NASTY = "\\;,:\n\r\"'^nN \t\x00\x07\x0b\x1c\x7f\x85\u2028\u2029\ud800é漢😀"
letters = st.one_of(st.characters(exclude_categories=()), st.sampled_from(NASTY))
# Repeated behind a lead, so that most are folded, at every place.
texts = st.builds(
    lambda lead, text, times: "x" * lead + text * times, st.integers(0, 75), st.text(letters), st.integers(1, 40)
)

HEAD = Head("Symposium", "Europe/Amsterdam")

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


def by_olga(**over: Any) -> Showing:
    """The session with its organiser."""
    return a_showing(organiser_name="Olga", organiser_email="olga@example.org", **over)


def written(showing: Showing, sequence: int = 3) -> bytes:
    """A feed of one showing."""
    return ics.calendar(HEAD, [ics.event(showing, sequence=sequence, changed_at=CHANGED)])

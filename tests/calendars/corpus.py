"""One of every calendar we write, for all readers to agree on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from eventsvc.calendars import entries, ics
from eventsvc.calendars.ics import Method
from eventsvc.calendars.showings import Showing
from eventsvc.events.models import Event, Series
from eventsvc.extensions import db
from eventsvc.programme.models import SessionStatus
from tests.calendars.examples import by_olga
from tests.people import NOW, a_registration, a_session, an_event

TITLE = "Vaccins, grenzen; \\ «vertrouwen»: 健康 😀 ተስፋ " * 4
ZONES = (
    *("Europe/Amsterdam", "America/Sao_Paulo", "Asia/Shanghai", "Africa/Dar_es_Salaam", "Asia/Kathmandu"),
    "Australia/Lord_Howe",
)


def calendars(client: FlaskClient) -> dict[str, bytes]:
    """Fetch every kind of feed, of an event in each of six zones, with a cancelled session; and write invitations."""
    series = Series(slug="yearly", title="Yearly")
    found: dict[str, bytes] = {}
    for zone in ZONES:
        event = _an_event(zone, series)
        person: Any = a_registration(event)
        entries.refresh(event, at=NOW)
        db.session.commit()
        found[f"event in {zone}"] = client.get(f"/events/{event.slug}/calendar.ics").data
        found[f"person in {zone}"] = client.get(f"/calendars/{person.feed_token}.ics").data
    found["site"] = client.get("/calendar.ics").data
    found["series"] = client.get("/series/yearly/calendar.ics").data
    for method in Method:
        found[f"invitation to {method.value}"] = _invitation(by_olga(), method)
    return found


def _an_event(zone: str, series: Series) -> Event:
    # Two days around Amsterdam's change to winter time, each session on the hour.
    start = datetime(2027, 10, 30, 9, 0, tzinfo=UTC)
    event = an_event(
        title=TITLE[:190], timezone=zone, series=series, starts_at=start, ends_at=start + timedelta(days=1, hours=8)
    )
    for hour in (0, 5, 24, 29):
        a_session(event, starts_at=start + timedelta(hours=hour), ends_at=start + timedelta(hours=hour + 1))
    a_session(
        event,
        title="Called off",
        starts_at=start + timedelta(hours=3),
        ends_at=start + timedelta(hours=4),
        status=SessionStatus.CANCELLED,
    )
    return event


def _invitation(showing: Showing, method: Method) -> bytes:
    return ics.invitation(
        showing,
        method=method,
        sequence=3,
        at=NOW,
        attendee_name='Ada "the first" Lovelace',
        attendee_email="ada@example.org",
    )

"""No list asks the database more when it has more to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts import actors, rules
from eventsvc.accounts.models import EventRole, User
from eventsvc.calendars import entries
from eventsvc.events import rules as events
from eventsvc.events.models import Event, EventPartner, Partner, PartnerRole, Series
from eventsvc.extensions import db
from eventsvc.programme.models import Appearance, Session, Speaker, SpeakerRole, Track
from tests.people import NOW, a_question, a_registration, a_session, an_event, an_organiser

PUBLIC = (
    "/",
    "/?past=1",
    "/series",
    "/series/schools",
    "/events.atom",
    "/sitemap.xml",
    "/calendar.ics",
    "/series/schools/calendar.ics",
    "/events/first",
    "/events/first/programme",
    "/events/first/speakers",
    "/events/first/calendar.ics",
)
DESK = (
    "/desk/",
    "/desk/events",
    "/desk/letters",
    "/desk/audit",
    "/desk/people",
    "/desk/events/first",
    "/desk/events/first/questions",
    "/desk/events/first/questions/preview",
    "/desk/events/first/roster",
    "/desk/events/first/letters",
    "/desk/events/first/programme",
    "/desk/events/first/roles",
    "/desk/events/first/audit",
)


@pytest.fixture
def olga(app: Flask) -> User:
    return an_organiser("Olga", is_admin=True)


def grow(olga: User, number: int) -> None:
    """Let there be one more of everything."""
    series = db.session.query(Series).first() or Series(slug="schools", title="Schools")
    slug, by = "first" if number == 0 else f"event-{number}", actors.organiser(olga.id)
    event = an_event(slug=slug, series=series)
    partner = Partner(name=f"Partner {number}")
    event.partners = [EventPartner(partner=partner, role=PartnerRole.HOST)]
    over = an_event(starts_at=NOW.replace(year=2026), ends_at=NOW.replace(year=2026, hour=20), series=series)
    first = event if number == 0 else db.session.query(Event).filter_by(slug="first").one()
    a_talk(first, number)
    member = an_organiser(f"Rev{number}")
    rules.grant(first, member.email, EventRole.REVIEWER, by=by, at=NOW)
    a_registration(first)
    a_question(first, "One", "Other", limits={"One": 3})
    for each in (event, over, first):
        entries.refresh(each, at=NOW)
    events.cancel(an_event_with_somebody(), sentence="The hall is flooded.", by=by, at=NOW)
    db.session.commit()


def an_event_with_somebody() -> Event:
    event = an_event()
    a_registration(event)
    return event


def a_talk(event: Event, number: int) -> Session:
    appearance = Appearance(speaker=Speaker(name=f"Speaker {number}"), role=SpeakerRole.SPEAKER)
    track = Track(event_id=event.id, name=f"Track {number}", colour=number + 1, position=number)
    return a_session(event, track=track, appearances=[appearance])


@pytest.mark.parametrize("path", [*PUBLIC, *DESK])
def test_a_list_of_three_asks_as_many_questions_as_one_of_one(
    olga: User, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], Any], path: str
) -> None:
    client = sign_in(olga)
    asked = []
    for number in range(3):
        grow(olga, number)
        client.get(path)
        with count_queries() as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        asked.append(queries)

    assert asked[2].count <= asked[0].count, f"{asked[0]}\n-- and with three --\n{asked[2]}"

"""A conference of 138 sessions to read: four days, four rooms, evenings past midnight, laid straight and published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from eventsvc import clock
from eventsvc.calendars.models import CalendarVersion
from eventsvc.events.models import Event, Kind, Status, Venue
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, Speaker, Track
from eventsvc.registration.models import Turnstile

SESSIONS = 138
ROOMS = ("Lecture hall", "Seminar room", "Computer room", "Auditorium 4")
TRACKS = ("Data", "At the bedside", "Law and governance", "Ethics, society & politics", "Together", "Making")
MINUTES = (60, 30, 15, 60, 45, 90)
# As long as those of a conference are.
_ABSTRACT = "An hour about what we owe one another – São Paulo’s way – with cases from four countries. " * 25
_TITLES = (
    "What we owe one another: care across borders and across generations",
    "Bias in training data",
    "A short report",
    "Explaining a model to a patient who did not ask for one",
    "Who owns a scan?",
    "Case clinic: consent for secondary use of data, samples and stories",
)


def conference(slug: str, sessions: int = SESSIONS) -> dict[str, Any]:
    """Lay the conference with its programme published, sixty days from now."""
    now = clock.now()
    first = (now + timedelta(days=60)).replace(hour=9, minute=0, second=0, microsecond=0)
    event = Event(
        slug=slug,
        title="Congress on health across borders",
        kind=Kind.CONFERENCE,
        status=Status.PUBLISHED,
        starts_at=first,
        ends_at=first + timedelta(days=3, hours=17),
        venue=Venue(name="Main building", city="Leiden", country="NL"),
        contact_name="Olga",
        created_at=now,
        updated_at=now,
        published_at=now,
    )
    db.session.add(event)
    db.session.flush()
    db.session.add_all([Turnstile(event_id=event.id), CalendarVersion(event_id=event.id)])
    _programme(event, first, sessions, now)
    db.session.flush()
    published.bring(event, at=now)
    db.session.commit()
    return {"slug": slug}


def _programme(event: Event, first: datetime, sessions: int, now: datetime) -> None:
    rooms = [
        Room(event_id=event.id, name=name, position=number, capacity=200 // (number + 1))
        for number, name in enumerate(ROOMS)
    ]
    tracks = [Track(event_id=event.id, name=name, colour=n + 1, position=n) for n, name in enumerate(TRACKS)]
    speakers = [Speaker(name=f"Speaker {number}", affiliation="Example University") for number in range(90)]
    each_room = -(-sessions // (4 * len(ROOMS)))
    for number in range(sessions):
        day, place = divmod(number, each_room * len(ROOMS))
        row, room = divmod(place, len(ROOMS))
        starts_at = first + timedelta(days=day, minutes=100 * row)
        minutes = MINUTES[(number + day) % len(MINUTES)]
        db.session.add(
            Session(
                event=event,
                title=f"{_TITLES[number % len(_TITLES)]} ({number})",
                abstract=_ABSTRACT,
                kind=SessionKind.WORKSHOP if number % 5 == 0 else SessionKind.TALK,
                language="nl" if number % 7 == 0 else None,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                room=rooms[room],
                track=tracks[number % len(TRACKS)],
                created_at=now,
                updated_at=now,
                appearances=[Appearance(speaker=speakers[number % 90])],
            )
        )

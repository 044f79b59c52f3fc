"""Rows to measure with, laid by the rules where they are what is measured, and straight where they only must be there.

Run as a program in the server's environment: `python -m bench.rows WHAT`; prints what it timed as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bench import asking, reading
from eventsvc import clock, create_app, tokens
from eventsvc.accounts import rules
from eventsvc.accounts.actors import SYSTEM
from eventsvc.calendars import entries
from eventsvc.calendars.models import CalendarVersion
from eventsvc.events.models import Event, Kind, Status, Venue
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Appearance, Room, Session, Speaker, Track
from eventsvc.registration.models import Origin, Registration, State, Turnstile

TALKERS = 30


def event(slug: str, *, capacity: int | None = None, sessions: int = 0) -> dict[str, Any]:
    """Lay a published event that is open for registration, with a programme; time the writing of its entries."""
    now = clock.now()
    starts_at = (now + timedelta(days=60)).replace(hour=7, minute=30, second=0, microsecond=0)
    made = Event(
        slug=slug,
        title=f"Global health {slug}",
        summary="A day about health across borders.",
        description="Talks, panels and **workshops** on health across borders.\n\n" * 3,
        kind=Kind.SYMPOSIUM,
        status=Status.PUBLISHED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=2),
        capacity=capacity,
        contact_name="Olga",
        contact_email="olga@example.org",
        venue=Venue(name="Main building", city="Leiden", country="NL"),
        created_at=now,
        updated_at=now,
        published_at=now,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all([Turnstile(event_id=made.id), CalendarVersion(event_id=made.id)])
    _programme(made, sessions, now)
    db.session.flush()
    published.bring(made, at=now)
    began = time.perf_counter()
    entries.refresh(made, at=now)
    seconds = time.perf_counter() - began
    db.session.commit()
    return {"slug": slug, "refresh_seconds": seconds}


def roster(slug: str, people: int) -> dict[str, Any]:
    """Lay an event with many confirmed registrations."""
    event(slug)
    found = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
    now = clock.now()
    db.session.execute(sa.insert(Registration), [_person(found.id, number, now) for number in range(people)])
    db.session.commit()
    return {"slug": slug}


def organiser(email: str, password: str) -> dict[str, Any]:
    """Make an account that may see every roster."""
    rules.create_account(email, password=password, is_admin=True, by=SYSTEM, at=clock.now())
    db.session.commit()
    return {"email": email}


def _programme(made: Event, count: int, now: datetime) -> None:
    rooms = [Room(event_id=made.id, name=f"Room {number}") for number in range(4)]
    tracks = [Track(event_id=made.id, name=f"Track {number}", colour=number + 1) for number in range(3)]
    speakers = [Speaker(name=f"Speaker {number}", affiliation="Example University") for number in range(TALKERS)]
    assert made.starts_at is not None
    for number in range(count):
        starts_at = made.starts_at + timedelta(minutes=30 * (number % 64))
        db.session.add(
            Session(
                event=made,
                title=f"Session {number}: what we owe one another",
                abstract="An hour about what we owe one another, with cases from four countries.",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=30),
                room=rooms[number % 4],
                track=tracks[number % 3],
                created_at=now,
                updated_at=now,
                appearances=[Appearance(speaker=speakers[number % TALKERS])],
            )
        )


def _person(event_id: int, number: int, now: datetime) -> dict[str, Any]:
    address = f"person{number}@example.org"
    return {
        "event_id": event_id,
        "reference": f"R{number:05d}",
        "state": State.CONFIRMED,
        "turn": number + 1,
        "origin": Origin.PAGE,
        "given_name": "Ada",
        "family_name": f"Voorbeeld {number}",
        "email": address,
        "email_folded": address,
        "organisation": f"University {number % 40}",
        "country": "NL",
        "language": "en",
        "registered_at": now,
        "state_at": now,
        "manage_digest": tokens.digest(f"m{event_id}.{number}"),
        "feed_digest": tokens.digest(f"f{event_id}.{number}"),
    }


def tally(slug: str) -> dict[str, Any]:
    """Count what a rush left behind: states, and whether anybody waits who came before somebody seated."""
    found = db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()
    rows = db.session.execute(
        sa.select(Registration.state, Registration.turn).where(Registration.event_id == found.id)
    ).all()
    confirmed = [turn for state, turn in rows if state is State.CONFIRMED]
    waiting = [turn for state, turn in rows if state is State.WAITLISTED]
    is_fair = not waiting or not confirmed or max(confirmed) < min(waiting)
    return {"confirmed": len(confirmed), "waitlisted": len(waiting), "is_fair": is_fair}


def main(what: str, arguments: list[str]) -> dict[str, Any]:
    """Do what the command line asks."""
    acts: dict[str, Callable[..., dict[str, Any]]] = {
        "ask": lambda slug, count: asking.ask(slug, int(count)),
        "conference": reading.conference,
        "event": lambda slug, capacity, sessions: event(slug, capacity=int(capacity) or None, sessions=int(sessions)),
        "organiser": organiser,
        "roster": lambda slug, people: roster(slug, int(people)),
        "tally": tally,
    }
    with create_app().app_context():
        return acts[what](*arguments)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2:])))

"""The people and rows that tests begin with: written straight to the database, so that each rule is tested alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsvc import tokens
from eventsvc.accounts.models import EventRole, Membership, Role, User
from eventsvc.calendars.models import CalendarVersion
from eventsvc.events.models import Event, Kind, Mode, Status, Venue
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Room, Session
from eventsvc.registration import drafts, questionnaires
from eventsvc.registration.models import (
    Origin,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionVersion,
    Registration,
    State,
    Turnstile,
)
from eventsvc.text import folded

# A quiet Tuesday morning, 10:00 in Leiden: what the stopped clock shows unless a test says otherwise.
NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def an_event(**over: Any) -> Event:
    """A published symposium on 30 May 2027, 09:30 to 17:00 in Leiden, open for registration, without a limit."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "slug": f"symposium-{number}",
        "title": f"Symposium {number}",
        "summary": "A day about health across borders.",
        "kind": Kind.SYMPOSIUM,
        "mode": Mode.IN_PERSON,
        "status": Status.PUBLISHED,
        "timezone": "Europe/Amsterdam",
        "starts_at": datetime(2027, 5, 30, 7, 30, tzinfo=UTC),
        "ends_at": datetime(2027, 5, 30, 15, 0, tzinfo=UTC),
        "registration_opens_at": NOW - timedelta(days=30),
        "contact_name": "Olga",
        "contact_email": "olga@example.org",
        "venue": Venue(name="Main building", street="Example street 1", city="Leiden", country="NL"),
        "created_at": NOW - timedelta(days=60),
        "updated_at": NOW - timedelta(days=60),
        "published_at": NOW - timedelta(days=31),
    }
    event = Event(**(facts | over))
    db.session.add(event)
    db.session.flush()
    db.session.add_all([Turnstile(event_id=event.id), CalendarVersion(event_id=event.id)])
    db.session.commit()
    return event


def a_registration(event: Event, **over: Any) -> Registration:
    """A confirmed registration with a manage link; the link's token is on `.token` for the test to use."""
    number = next(_numbers)
    manage, feed = tokens.new(), tokens.new()
    turnstile = db.session.get_one(Turnstile, event.id)
    turnstile.turn += 1
    facts: dict[str, Any] = {
        "event_id": event.id,
        "reference": tokens.reference(),
        "state": State.CONFIRMED,
        "turn": turnstile.turn,
        "origin": Origin.PAGE,
        "given_name": "Ada",
        "family_name": f"Voorbeeld {number}",
        "email": f"ada{number}@example.org",
        "organisation": "Example University",
        "country": "NL",
        "language": "en",
        "registered_at": NOW,
        "state_at": NOW,
        "manage_digest": tokens.digest(manage),
        "manage_sealed": tokens.seal(manage),
        "feed_digest": tokens.digest(feed),
        "feed_sealed": tokens.seal(feed),
    } | over
    facts.setdefault("email_folded", folded(facts["email"]) if facts["email"] else None)
    registration = Registration(**facts)
    db.session.add(registration)
    db.session.commit()
    registration.token, registration.feed_token = manage, feed  # type: ignore[attr-defined]
    return registration


def a_session(event: Event, **over: Any) -> Session:
    """A talk of an hour at the start of the event, in the Aula; the programme is published with it."""
    number = next(_numbers)
    room = db.session.query(Room).filter_by(event_id=event.id, name="Aula").first()
    facts: dict[str, Any] = {
        "event": event,
        "title": f"Talk {number}",
        "starts_at": event.starts_at,
        "ends_at": event.starts_at + timedelta(hours=1) if event.starts_at else None,
        "room": room or Room(event_id=event.id, name="Aula"),
        "created_at": NOW,
        "updated_at": NOW,
    }
    session = Session(**(facts | over))
    db.session.add(session)
    db.session.flush()
    published.bring(event, at=NOW)
    db.session.commit()
    return session


def a_question(event: Event, *options: str, limits: Mapping[str, int] | None = None, **over: Any) -> Question:
    """A question of one line, or of one choice where `options` are given; `limits` are those of options by label."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "event_id": event.id,
        "kind": QuestionKind.CHOICE if options else QuestionKind.TEXT,
        "label": f"Question {number}",
        "position": number,
    }
    question = Question(**(facts | over))
    question.options = [
        QuestionOption(label=label, position=position, capacity=(limits or {}).get(label))
        for position, label in enumerate(options)
    ]
    db.session.add(question)
    db.session.flush()
    asked = drafts.asked(
        drafts.of(question), [{"id": each.public_id, "label": each.label} for each in question.options]
    )
    db.session.add(
        QuestionVersion(question_id=question.id, number=question.version, asked=asked, asked_from=event.created_at)
    )
    questionnaires.renew(event.id)
    db.session.commit()
    return question


def an_organiser(name: str = "Olga", *, owns: Event | None = None, is_admin: bool = False, **over: Any) -> User:
    """An organiser's account, by default without a role anywhere; Eve is `an_organiser("Eve")`."""
    user = User(
        email=f"{name.lower()}{next(_numbers)}@example.org",
        name=name,
        fs_uniquifier=tokens.new(),
        created_at=NOW,
        confirmed_at=NOW,
        **over,
    )
    if is_admin:
        user.roles = [db.session.query(Role).filter_by(name="admin").first() or Role(name="admin")]
    if owns is not None:
        user.memberships = [Membership(event_id=owns.id, role=EventRole.OWNER)]
    db.session.add(user)
    db.session.commit()
    return user

"""What tests of the waiting list begin with: people who register, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.actors import ATTENDEE
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from eventsvc.registration.models import Registration
from eventsvc.registration.person import Person
from tests.people import NOW

ADA = Person("Ada", "Voorbeeld", "ada@example.org", "Example University", "NL")
BOB = Person("Bob", "Ejemplo", "bob@example.org", "", "ES")
CIA = Person("Cia", "Beispiel", "cia@example.org", "", "DE")


def come(event: Event, person: Person = ADA, *, at: datetime = NOW, **over: Any) -> Registration:
    """Register somebody as the public page does, and commit as a door does."""
    made = rules.register(event.id, person, **({"by": ATTENDEE, "at": at, "language": "en"} | over))
    db.session.commit()
    return made


def leave(registration: Registration, *, at: datetime = NOW, **over: Any) -> None:
    """Give a place up, as on one's own page."""
    rules.cancel(registration, **({"by": ATTENDEE, "at": at} | over))
    db.session.commit()


def letters(registration: Registration) -> list[str]:
    """The kinds of letters laid for somebody, in order."""
    found = sa.select(Message.kind).where(Message.registration_id == registration.id).order_by(Message.id)
    return list(db.session.scalars(found))


def last_letter(registration: Registration) -> Message:
    found = sa.select(Message).where(Message.registration_id == registration.id).order_by(Message.id.desc())
    return db.session.scalars(found).first()  # type: ignore[return-value]


def acts(registration: Registration) -> list[tuple[str, str]]:
    """What the audit log tells of a registration, in order: the act and who acted."""
    found = sa.select(AuditEntry.act, AuditEntry.actor).where(
        AuditEntry.subject == "registrations", AuditEntry.subject_id == registration.id
    )
    return [tuple(row) for row in db.session.execute(found.order_by(AuditEntry.id))]  # type: ignore[misc]

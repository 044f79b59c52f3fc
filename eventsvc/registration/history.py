"""What happened to one registration: the acts that were audited and the letters that were laid, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts.models import AuditEntry, User
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration.models import Registration


@dataclass(frozen=True, slots=True)
class Deed:
    """One act: what, when, by whom (an organiser's name, or the kind of actor), and why."""

    at: datetime
    act: str
    actor: str
    organiser: str | None
    reason: str | None


def deeds(registration: Registration) -> list[Deed]:
    """Return the acts on a registration in one query."""
    rows = db.session.execute(
        sa.select(AuditEntry, User.name, User.email)
        .outerjoin(User, AuditEntry.user_id == User.id)
        .where(AuditEntry.subject == Registration.__tablename__, AuditEntry.subject_id == registration.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return [Deed(entry.at, entry.act, entry.actor, name or email, entry.reason) for entry, name, email in rows]


def letters(registration: Registration) -> list[Message]:
    """Return the letters to a person, newest first."""
    return list(
        db.session.scalars(
            sa.select(Message)
            .where(Message.registration_id == registration.id)
            .order_by(Message.created_at.desc(), Message.id.desc())
        )
    )

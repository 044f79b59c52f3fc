"""Groups: several people registered by one contact, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration, RegistrationGroup

MOST = 20
"""How many people one contact registers at once; for more there is the import of a list."""


def are_taken(event: Event) -> bool:
    """Tell whether an event takes groups: not where addresses are to be proven, as the form would tell known ones."""
    return event.accepts_groups and event.proof_hours is None


def found(token: str) -> RegistrationGroup | None:
    """Return the group that a link opens."""
    asked = sa.select(RegistrationGroup).where(RegistrationGroup.link_digest == tokens.digest(token))
    return db.session.scalar(asked)


def sent_before(submission_key: str) -> RegistrationGroup | None:
    """Return the group that the same form made already."""
    asked = sa.select(RegistrationGroup).where(RegistrationGroup.submission_key == submission_key)
    return db.session.scalar(asked)


def people(group_id: int) -> Sequence[Registration]:
    """Return the people of a group in the order in which they were written, those who were forgotten left out."""
    asked: sa.Select[Any] = sa.select(Registration).where(
        Registration.group_id == group_id, Registration.erased_at.is_(None)
    )
    return db.session.scalars(asked.order_by(Registration.id)).all()


def forget_contacts(event_id: int) -> None:
    """Take the contacts out of an event's groups, and let their links open nothing."""
    nobody = {"contact_name": "", "contact_email": None, "organisation": "", "link_digest": None, "link_sealed": None}
    theirs = sa.update(RegistrationGroup).where(RegistrationGroup.event_id == event_id)
    db.session.execute(theirs.values(**nobody), execution_options={"synchronize_session": False})

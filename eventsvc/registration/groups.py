"""Groups: several people registered by one contact, and how each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.extensions import db
from eventsvc.registration.models import Registration, RegistrationGroup, State

MOST = 20
"""How many people one contact registers at once; for more there is the import of a list."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group as the contact sees them; `state` None: they have not proven their address so far."""

    name: str
    state: State | None


def found(token: str) -> RegistrationGroup | None:
    """Return the group that a link opens."""
    asked = sa.select(RegistrationGroup).where(RegistrationGroup.link_digest == tokens.digest(token))
    return db.session.scalar(asked)


def sent_before(submission_key: str) -> RegistrationGroup | None:
    """Return the group that the same form made already."""
    asked = sa.select(RegistrationGroup).where(RegistrationGroup.submission_key == submission_key)
    return db.session.scalar(asked)


def members(group: RegistrationGroup) -> list[Member]:
    """Return the people of a group in the order in which they were written, those who were forgotten left out.

    Whoever is asked for proof is shown the same until they gave it, whatever became of the seat meanwhile: so nobody
    learns of an address that it was registered before. Of who came back after their time ran out the last counts.
    """
    asked = sa.select(Registration).where(Registration.group_id == group.id, Registration.erased_at.is_(None))
    rows = db.session.scalars(asked.order_by(Registration.id)).all()
    proven = _proven([row.id for row in rows if row.proven_digest is not None])
    # Groups of before have no places: their people lie as they came.
    found = {
        (row.group_place or row.id): Member(row.name, row.state if _is_told(row, proven) else None) for row in rows
    }
    found |= {each["place"]: Member(each["name"], None) for each in group.known}
    return [found[place] for place in sorted(found)]


def forget_known(event_id: int, registration_id: int) -> list[int]:
    """Take somebody who was known already out of the groups they were written into, and return the ids of these."""
    asked = sa.select(RegistrationGroup).where(
        RegistrationGroup.event_id == event_id, sa.cast(RegistrationGroup.known, sa.Text) != "[]"
    )
    touched = []
    for group in db.session.scalars(asked):
        others = [each for each in group.known if each["id"] != registration_id]
        if len(others) < len(group.known):
            group.known = others
            touched.append(group.id)
    return touched


def _is_told(row: Registration, proven: set[int]) -> bool:
    is_open = row.state in {State.OFFERED, State.WAITLISTED, State.EXPIRED}
    return row.proven_digest is None or row.id in proven or not is_open


def _proven(ids: list[int]) -> set[int]:
    """Return which of these people have proven their address, by the log."""
    if not ids:
        return set()
    asked = sa.select(AuditEntry.subject_id).where(
        AuditEntry.subject == Registration.__tablename__,
        AuditEntry.subject_id.in_(ids),
        AuditEntry.act == "prove address",
    )
    return {found for found in db.session.scalars(asked) if found is not None}


def forget_contacts(event_id: int) -> None:
    """Take the contacts out of an event's groups, and let their links open nothing."""
    nobody: dict[str, Any] = {
        "contact_name": "", "contact_email": None, "organisation": "", "link_digest": None, "link_sealed": None,
        "known": [],
    }  # fmt: skip
    theirs = sa.update(RegistrationGroup).where(RegistrationGroup.event_id == event_id)
    db.session.execute(theirs.values(**nobody), execution_options={"synchronize_session": False})

"""Who is known at an event already: by address, by submission, by reference; found in one look."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.registration.models import LIVE, Registration


@dataclass(frozen=True, slots=True)
class Known:
    """What a newcomer meets.

    `sent_before` is the id of the registration that the same submission made; `has_place` tells that the address has a
    live registration; `last_offset` is the highest calendar offset the address was invited with, None if it never was;
    `reference` is a free one.
    """

    sent_before: int | None
    has_place: bool
    last_offset: int | None
    reference: str


def look(event_id: int, address: str | None, submission: str | None, references: list[str]) -> Known:
    """Look for a folded address and a submission at an event, and for the first of `references` that is free there.

    The caller holds the turnstile, so what is free stays free.
    """
    rows = _rows(event_id, address, submission, references)
    same_person = [row for row in rows if address and row.email_folded == address]
    taken = {row.reference for row in rows}
    return Known(
        sent_before=next((row.id for row in rows if submission and row.submission_key == submission), None),
        has_place=any(row.state in LIVE for row in same_person),
        last_offset=max((row.calendar_offset for row in same_person), default=None),
        reference=next(reference for reference in references if reference not in taken),
    )


def _rows(event_id: int, address: str | None, submission: str | None, references: list[str]) -> list[Registration]:
    # The event stands in each branch: so each has an index of its own, and none walks through all who registered.
    here = Registration.event_id == event_id
    branches = [sa.and_(here, Registration.reference.in_(references))]
    if address:
        branches.append(sa.and_(here, Registration.email_folded == address))
    if submission:
        branches.append(sa.and_(here, Registration.submission_key == submission))
    wanted = (
        Registration.id,
        Registration.state,
        Registration.email_folded,
        Registration.submission_key,
        Registration.reference,
        Registration.calendar_offset,
    )
    return list(db.session.execute(sa.select(*wanted).where(sa.or_(*branches))))  # type: ignore[arg-type]

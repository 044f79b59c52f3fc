"""Who is known at an event already: by address, by submission, by reference; found in one look."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.registration.models import LIVE, Registration

# Each branch is one that an index answers alone, so that none walks through all who registered. With the event beside
# it, SQLite would look for the address among all of the event; so what is another event's is left out afterwards.
_HERE = Registration.event_id == sa.bindparam("event")
_ALIKE = sa.select(
    Registration.id,
    Registration.event_id,
    Registration.state,
    Registration.email_folded,
    Registration.submission_key,
    Registration.reference,
    Registration.calendar_offset,
).where(
    sa.or_(
        Registration.email_folded == sa.bindparam("address"),
        sa.and_(_HERE, Registration.submission_key == sa.bindparam("submission")),
        sa.and_(_HERE, Registration.reference.in_(sa.bindparam("references", expanding=True))),
    )
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a newcomer meets.

    `sent_before` is the id of the registration that the same submission made; `has_place` tells that the address has a
    live registration; `offset` is the calendar offset its next registration begins with; `reference` is a free one.
    """

    sent_before: int | None
    has_place: bool
    offset: int
    reference: str


def look(event_id: int, address: str | None, submission: str | None, references: list[str]) -> Known:
    """Look for a folded address and a submission at an event, and for the first of `references` that is free there.

    The caller holds the turnstile, so what is free stays free.
    """
    # An empty address or submission is nobody's: it is kept as NULL.
    asked = {"event": event_id, "address": address or "", "submission": submission or "", "references": references}
    rows = [row for row in db.session.execute(_ALIKE, asked) if row.event_id == event_id]
    same_person = [row for row in rows if address and row.email_folded == address]
    taken = {row.reference for row in rows}
    return Known(
        sent_before=next((row.id for row in rows if submission and row.submission_key == submission), None),
        has_place=any(row.state in LIVE for row in same_person),
        offset=_next_even(max((row.calendar_offset for row in same_person), default=0)),
        reference=next(reference for reference in references if reference not in taken),
    )


def _next_even(offset: int) -> int:
    """Return the offset to come back with: above that of the cancellation, where a seat was given up (odd then)."""
    return offset + offset % 2

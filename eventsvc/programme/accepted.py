"""Clashes that organisers let stand, and those that nobody has."""

from __future__ import annotations

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import conflicts
from eventsvc.programme.conflicts import Clash, Plan
from eventsvc.programme.models import AcceptedClash


def by_key(event_id: int) -> dict[str, AcceptedClash]:
    """Return all that was accepted at an event, in the order it was, by the clashes' keys."""
    asked = sa.select(AcceptedClash).where(AcceptedClash.event_id == event_id)
    rows = db.session.scalars(asked.order_by(AcceptedClash.accepted_at, AcceptedClash.id))
    return {row.key: row for row in rows}


def sorted_out(event_id: int, plan: Plan) -> tuple[list[Clash], list[AcceptedClash]]:
    """Return the clashes of a programme that are open, and what was accepted of the others."""
    known, found = by_key(event_id), conflicts.found(plan)
    there = {clash.key for clash in found}
    return [clash for clash in found if clash.key not in known], [row for key, row in known.items() if key in there]

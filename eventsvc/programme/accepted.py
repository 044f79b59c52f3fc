"""Clashes that organisers let stand, and those that nobody has."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
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


def drop_gone(event_id: int, there: Container[str], *, by: Actor, at: datetime) -> None:
    """Forget what was accepted and is not among the clashes (keys) that are `there`."""
    for key, row in by_key(event_id).items():
        if key not in there:
            audit.record("clash.gone", row, by=by, at=at, event_id=event_id, before={"sentence": row.sentence})
            db.session.delete(row)
    db.session.flush()

"""Clashes that organisers let stand, and those that nobody has."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import conflicts, gathering, telling
from eventsvc.programme.conflicts import Clash
from eventsvc.programme.models import AcceptedClash
from eventsvc.programme.planned import Plan

_ACCEPTED = "clash.accepted"
# Built once: building a statement costs as much as asking SQLite.
_keys = sa.select(AcceptedClash.event_id, AcceptedClash.key).where(
    AcceptedClash.event_id.in_(sa.bindparam("event_ids", expanding=True))
)


class _Anyway:
    def __contains__(self, key: object) -> bool:
        return True


ANYWAY: Container[str] = _Anyway()
"""Accepts every clash that an act makes, whatever it is: for commands, and for "move anyway" without a list."""
NOTHING: Container[str] = frozenset()


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


def open_at(events: Collection[Event]) -> dict[int, int]:
    """Count the clashes of many events that nobody has let stand, by the events' ids; of none where there is none."""
    let_stand = {(row.event_id, row.key) for row in db.session.execute(_keys, {"event_ids": [e.id for e in events]})}
    found = {
        event_id: sum((event_id, clash.key) not in let_stand for clash in conflicts.found(plan))
        for event_id, plan in gathering.gather_all(events).items()
    }
    return {event_id: count for event_id, count in found.items() if count}


def reasons(rows: Collection[AcceptedClash]) -> dict[int, str]:
    """Return why clashes may stand, where somebody said so, by the rows' ids; the audit log has it."""
    asked = sa.select(AuditEntry.subject_id, AuditEntry.reason).where(
        AuditEntry.subject == AcceptedClash.__tablename__,
        AuditEntry.subject_id.in_([row.id for row in rows]),
        AuditEntry.act == _ACCEPTED,
    )
    # An id may have been another clash's before: the last entry is this one's.
    return {row.subject_id: row.reason or "" for row in db.session.execute(asked.order_by(AuditEntry.id))}


def keep(found: Iterable[tuple[Clash, str]], event: Event, *, reason: str = "", by: Actor, at: datetime) -> None:
    """Note that clashes may stand, each as it is told of a session (its public id); as quickly for many as for one."""
    rows = [
        AcceptedClash(
            event_id=event.id,
            key=clash.key,
            sentence=telling.whole(clash, event, of),
            user_id=by.user_id,
            accepted_at=at,
        )
        for clash, of in found
    ]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        after = {"sentence": row.sentence}
        audit.record(_ACCEPTED, row, by=by, at=at, event_id=event.id, after=after, reason=reason or None)

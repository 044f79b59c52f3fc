"""The sessions that people put into their own programmes."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.models import Session
from eventsvc.programme.reading import Item
from eventsvc.registration.models import LIVE, Choice, Registration

_chosen = sa.select(Choice.session_id).where(Choice.registration_id == sa.bindparam("registration_id"))
_taken = (
    sa.select(Choice.session_id, sa.func.count())
    .join(Session, Session.id == Choice.session_id)
    .join(Registration, Registration.id == Choice.registration_id)
    .where(
        Session.event_id == sa.bindparam("event_id"),
        Session.capacity.is_not(None),
        Registration.state.in_(LIVE),
    )
    .group_by(Choice.session_id)
)


def chosen(registration_id: int) -> frozenset[int]:
    """Return the ids of the sessions in somebody's own programme."""
    return frozenset(db.session.scalars(_chosen, {"registration_id": registration_id}))


def of_many(people: sa.Select[int]) -> dict[int, frozenset[int]]:
    """Return the same for many people, by registration; who chose nothing is left out. One query."""
    asked = sa.select(Choice.registration_id, Choice.session_id).where(Choice.registration_id.in_(people))
    found: dict[int, set[int]] = defaultdict(set)
    for registration_id, session_id in db.session.execute(asked):
        found[registration_id].add(session_id)
    return {number: frozenset(sessions) for number, sessions in found.items()}


def chosen_items(registration: Registration) -> tuple[Item, ...]:
    """Return the sessions in somebody's own programme as the public sees them, in time order."""
    own = chosen(registration.id)
    return tuple(item for item in reading.items(registration.event_id) if item.session_id in own) if own else ()


def taken(event_id: int) -> dict[int, int]:
    """Count, for each session that has seats of its own, the people who chose it and are registered. One query."""
    return {row[0]: row[1] for row in db.session.execute(_taken, {"event_id": event_id})}


def count(session_id: int) -> int:
    """Count the people who chose one session and are registered; whoever decides by it holds the turnstile."""
    asked = sa.select(sa.func.count()).select_from(Choice).join(Registration, Registration.id == Choice.registration_id)
    found = asked.where(Choice.session_id == session_id, Registration.state.in_(LIVE))
    return db.session.scalar(found) or 0


def forget(registration_id: int) -> None:
    """Empty somebody's own programme."""
    db.session.execute(sa.delete(Choice).where(Choice.registration_id == registration_id))

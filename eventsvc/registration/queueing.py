"""The waiting list as an organiser looks at it: who is offered a place until when, who waits, and who answered.

Beside them those who have a place, and would rather have one of another ticket type.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration, State, TicketType

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One person who waits; `number` counts from 1. `answer` is yes, none or "": they were not asked."""

    person: Registration
    number: int
    answer: str


@dataclass(frozen=True, slots=True)
class Wish:
    """One person who has a place and wishes for another ticket type: `number` is their place among all who want it."""

    person: Registration
    number: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """One page of those who wish for another ticket type."""

    lines: list[Wish]
    total: int
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class Round:
    """The last time the list was asked who still wants a place; `silent` have not said so yet."""

    asked_at: datetime
    due_at: datetime
    letters: int
    yes: int
    silent: int

    def is_open(self, at: datetime) -> bool:
        return at < self.due_at


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the list, and all open offers; the number of queries does not grow with either."""

    offered: Sequence[Registration]
    lines: list[Line]
    total: int
    reached: int
    number: int
    last: int
    asked: Round | None


def look(event: Event, number: int) -> Queue:
    """Read one page of the list, from 1."""
    waiting = Registration.event_id == event.id, Registration.state == State.WAITLISTED
    total, reached, silent = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(Registration.email),
            sa.func.count(Registration.interest_due_at),
        ).where(*waiting)
    ).one()
    number, last = _page(number, total)
    first = (number - 1) * PAGE_SIZE
    order = Registration.priority.desc(), Registration.turn
    people = db.session.scalars(sa.select(Registration).where(*waiting).order_by(*order).offset(first).limit(PAGE_SIZE))
    asked = _round(event.id, silent)
    said_yes = _said_yes(event.id, asked) if asked else set()
    return Queue(
        offered=_offered(event.id),
        lines=[Line(person, first + place, _answer(person, said_yes)) for place, person in enumerate(people, 1)],
        total=total,
        reached=reached,
        number=number,
        last=last,
        asked=asked and Round(asked.asked_at, asked.due_at, asked.letters, len(said_yes), silent),
    )


def wishes(event: Event, number: int) -> Wishes:
    """Read one page, from 1, of those who keep their place and wait to switch; whoever is next for a type comes first.

    Counted as `seats.position_of_wish` counts one: who waits for the type and stands before them counts too.
    """
    order = Registration.priority.desc(), Registration.wants_turn
    among = sa.func.row_number().over(partition_by=Registration.wants_type_id, order_by=order)
    is_theirs = Registration.event_id == event.id, Registration.wants_type_id.is_not(None)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Registration).where(*is_theirs)) or 0
    number, last = _page(number, total)
    found = db.session.execute(
        sa.select(Registration, among)
        .join(TicketType, TicketType.id == Registration.wants_type_id)
        .where(*is_theirs)
        .order_by(TicketType.position, TicketType.id, *order)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    waiting = _waiting_by_type(event.id, {person.wants_type_id for person, _place in found})
    lines = [
        Wish(person, place + bisect_left(waiting[person.wants_type_id], (-person.priority, person.wants_turn)))
        for person, place in found
    ]
    return Wishes(lines, total, number, last)


def _waiting_by_type(event_id: int, type_ids: set[int | None]) -> dict[int | None, list[tuple[int, int]]]:
    """Return where those who wait for some ticket types stand, in order: priority, the highest first, and turn.

    One query: counting them for each wish would go through all of them fifty times.
    """
    asked = sa.select(Registration.ticket_type_id, -Registration.priority, Registration.turn).where(
        Registration.event_id == event_id,
        Registration.state == State.WAITLISTED,
        Registration.ticket_type_id.in_(type_ids),
    )
    stand: dict[int | None, list[tuple[int, int]]] = {type_id: [] for type_id in type_ids}
    for type_id, priority, turn in db.session.execute(asked) if type_ids else ():
        stand[type_id].append((priority, turn))
    return {type_id: sorted(those) for type_id, those in stand.items()}


def _page(number: int, total: int) -> tuple[int, int]:
    """Return the page there is for one asked for, and the last."""
    last = max(1, -(-total // PAGE_SIZE))
    return min(max(1, number), last), last


def _offered(event_id: int) -> Sequence[Registration]:
    asked = sa.select(Registration).where(Registration.event_id == event_id, Registration.state == State.OFFERED)
    return db.session.scalars(asked.order_by(Registration.offer_expires_at, Registration.turn)).all()


def _round(event_id: int, silent: int) -> Round | None:
    entry = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.event_id == event_id, AuditEntry.act == "ask who stays")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    if entry is None:
        return None
    said: dict[str, Any] = entry.after
    return Round(entry.at, datetime.fromisoformat(said["interest_due_at"]), said["letters"], 0, silent)


def _said_yes(event_id: int, asked: Round) -> set[int]:
    found = sa.select(AuditEntry.subject_id).where(
        AuditEntry.event_id == event_id, AuditEntry.act == "stay", AuditEntry.at >= asked.asked_at
    )
    return {person for person in db.session.scalars(found) if person is not None}


def _answer(person: Registration, said_yes: set[int]) -> str:
    if person.interest_due_at is not None:
        return "none"
    return "yes" if person.id in said_yes else ""

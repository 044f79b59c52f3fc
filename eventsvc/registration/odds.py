"""What waiting is worth: how the waiting lists of past editions of a series went, counted from what happened.

The audit log keeps that somebody waited and got a place after their name is erased, so nothing is lost in a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration.models import Registration

LEAST, MOST = 2, 5
"""With fewer editions than `LEAST` nothing is told; no more than the last `MOST` count."""

_JOINED = frozenset({"waitlist", "restore"})
_SERVED = frozenset({"confirm", "accept", "prove address"})
_LEFT = frozenset({"confirm", "offer", "cancel", "expire", "erase"})
_ACTS = _JOINED | _SERVED | _LEFT


@dataclass(frozen=True, slots=True)
class Odds:
    """Of the last editions that had a waiting list: who waited, who got a place, and how far down each list went.

    `reached` has, for each edition, the highest number on its list that got a place; 0: nobody did.
    """

    waited: int
    served: int
    reached: tuple[int, ...]

    @property
    def editions(self) -> int:
        return len(self.reached)

    def would_serve(self, number: int) -> int:
        """Count the editions in which somebody with this number, or one after it, got a place."""
        return sum(number <= reached for reached in self.reached)


@dataclass(slots=True)
class _List:
    """A waiting list, played again."""

    waiting: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)
    served: set[int] = field(default_factory=set)

    def play(self, person: int, act: str) -> None:
        if act in _SERVED and person in self.numbers:
            self.served.add(person)
        if act in _LEFT:
            self.waiting.discard(person)
        elif act in _JOINED and person not in self.served:
            self.waiting.add(person)
            self.numbers.setdefault(person, len(self.waiting))

    @property
    def reached(self) -> int:
        return max((self.numbers[person] for person in self.served), default=0)


def of(event: Event, at: datetime) -> Odds | None:
    """Tell how the last editions went, in one query; None where there are too few to tell anything."""
    if event.series_id is None:
        return None
    lists = _played(db.session.execute(_acts(event, at)).all())[:MOST]
    if len(lists) < LEAST:
        return None
    return Odds(
        waited=sum(len(each.numbers) for each in lists),
        served=sum(len(each.served) for each in lists),
        reached=tuple(each.reached for each in lists),
    )


def _acts(event: Event, at: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Select what happened to everybody who ever waited at a past edition, the latest edition first."""
    waited = aliased(AuditEntry)
    return (
        sa.select(waited.event_id, AuditEntry.subject_id, AuditEntry.act)
        .select_from(Event)
        .join(waited, waited.event_id == Event.id)
        .join(
            AuditEntry,
            sa.and_(AuditEntry.subject == waited.subject, AuditEntry.subject_id == waited.subject_id),
        )
        .where(
            Event.series_id == event.series_id,
            Event.id != event.id,
            Event.ends_at <= at,
            Event.status.in_((Status.PUBLISHED, Status.ARCHIVED)),
            waited.subject == Registration.__tablename__,
            waited.act == "waitlist",
            AuditEntry.act.in_(_ACTS),
        )
        .order_by(Event.starts_at.desc(), Event.id.desc(), AuditEntry.id)
    )


def _played(rows: Iterable[Sequence[Any]]) -> list[_List]:
    lists: dict[int, _List] = {}
    for event_id, person, act in rows:
        lists.setdefault(event_id, _List()).play(person, act)
    return list(lists.values())

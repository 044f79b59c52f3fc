"""Who has a seat in which session, and who waits for one: the rosters of sessions with seats of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import choices
from eventsvc.registration.choices import NO_SEATS, Seats
from eventsvc.registration.models import LIVE, SEATED, Choice, Registration


@dataclass(frozen=True, slots=True)
class Filled:
    """A session, and how its seats are taken."""

    item: Item
    seats: Seats


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody who chose a session. `is_here`: they have a seat at the event, else they wait for that first."""

    registration_id: int
    reference: str
    name: str
    email: str | None
    organisation: str
    chosen_at: datetime
    is_waiting: bool
    is_here: bool


_sitters = (
    sa.select(
        Registration.id,
        Registration.reference,
        Registration.given_name,
        Registration.family_name,
        Registration.email,
        Registration.organisation,
        Registration.state,
        Choice.chosen_at,
        Choice.is_waiting,
    )
    .join(Choice, Choice.registration_id == Registration.id)
    .where(Choice.session_id == sa.bindparam("session_id"), Registration.state.in_(LIVE))
)


def filled(event_id: int) -> list[Filled]:
    """Return the sessions that people choose, in time order: those with seats of their own, and those anybody chose.

    Two queries, however many there are.
    """
    counted = choices.seats(event_id)
    return [
        Filled(item, counted.get(item.session_id, NO_SEATS))
        for item in reading.items(event_id)
        if not item.is_break and (item.capacity is not None or item.session_id in counted)
    ]


def seated(session_id: int) -> list[Sitter]:
    """Return those who have a seat in a session, by name."""
    asked = _sitters.where(Choice.is_waiting.is_(False), Registration.state.in_(SEATED))
    return _found(asked.order_by(Registration.family_name, Registration.given_name, Registration.id), session_id)


def waiting(session_id: int) -> list[Sitter]:
    """Return those who wait for a seat in a session, in the order in which they get one; first those who are in."""
    asked = _sitters.where(Choice.is_waiting)
    is_here = sa.case((Registration.state.in_(SEATED), 0), else_=1)
    return _found(asked.order_by(is_here, Registration.priority.desc(), Choice.turn), session_id)


def _found(asked: Any, session_id: int) -> list[Sitter]:
    rows: Sequence[Any] = db.session.execute(asked, {"session_id": session_id}).all()
    return [
        Sitter(
            row.id,
            row.reference,
            f"{row.given_name} {row.family_name}".strip(),
            row.email,
            row.organisation,
            row.chosen_at,
            row.is_waiting,
            row.state in SEATED,
        )
        for row in rows
    ]

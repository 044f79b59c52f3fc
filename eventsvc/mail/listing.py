"""The mail log: letters by state, a page at a time, of one event or of the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState

SIZE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One letter in the list."""

    id: int
    kind: str
    state: MessageState
    recipient: str
    recipient_name: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    answer: str
    event_title: str | None
    event_slug: str | None

    @property
    def is_unsent(self) -> bool:
        return self.state in {MessageState.WAITING, MessageState.CLAIMED}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of letters, newest first; `counts` are of all states, whatever state was asked for."""

    rows: Sequence[Row]
    counts: dict[MessageState, int]
    number: int
    last: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def page(event_id: int | None, *, state: MessageState | None, number: int) -> Page:
    """Read one page in two queries; a number past the end shows the last page."""
    counts = _counts(event_id)
    found = sum(counts.values()) if state is None else counts.get(state, 0)
    last = max(1, -(-found // SIZE))
    shown = min(max(1, number), last)
    wanted = (
        sa.select(
            Message.id,
            Message.kind,
            Message.state,
            Message.recipient,
            Message.recipient_name,
            Message.created_at,
            Message.due_at,
            Message.sent_at,
            Message.attempts,
            Message.answer,
            Event.title,
            Event.slug,
        )
        .outerjoin(Event, Event.id == Message.event_id)
        .where(_is_of(event_id), Message.state == state if state else sa.true())
        .order_by(Message.id.desc())
        .limit(SIZE)
        .offset((shown - 1) * SIZE)
    )
    return Page([Row(*tuple(row)) for row in db.session.execute(wanted)], counts, shown, last)


def _counts(event_id: int | None) -> dict[MessageState, int]:
    counted = sa.select(Message.state, sa.func.count()).where(_is_of(event_id)).group_by(Message.state)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _is_of(event_id: int | None) -> sa.ColumnElement[bool]:
    return Message.event_id == event_id if event_id is not None else sa.true()

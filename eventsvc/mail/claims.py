"""Who sends what: a worker claims letters that are due, so that no two send the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.events.models import Event, Series, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme.models import Speaker
from eventsvc.registration.models import LIVE, Registration

BATCH = 50
LASTS = timedelta(minutes=10)

_ALONE = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Due:
    """A letter to be written: its row, the sealed links of whom it is to, its event's palette.

    `is_moot`: whom it is about has left since, or the event will not be.
    """

    id: int
    kind: str
    about: str
    language: str
    recipient: str
    recipient_name: str
    reply_to: str
    message_id: str
    attempts: int
    facts: dict[str, Any]
    registration_id: int | None
    manage_sealed: str | None
    feed_sealed: str | None
    palette: str | None
    cover_seed: str | None
    is_moot: bool
    card_sealed: str | None = None
    card_feed_sealed: str | None = None
    speaker_id: int | None = None


def has_due(at: datetime) -> bool:
    """Look whether anything is due, without a lock."""
    return bool(db.session.scalar(sa.select(sa.exists().where(_is_due(at)))))


def claim(at: datetime, limit: int = BATCH) -> list[int]:
    """Claim what is due, oldest first, and return the ids; the caller commits before it sends.

    One statement for both databases: PostgreSQL passes over rows another worker holds, SQLite drops that clause and
    has its one write lock. A claim older than `LASTS` belongs to a worker that died.
    """
    due = (
        sa.select(Message.id)
        .where(_is_due(at))
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
        .cte("due")
    )
    claimed = db.session.scalars(
        sa.update(Message)
        .where(Message.id.in_(sa.select(due.c.id)))
        .values(state=MessageState.CLAIMED, claimed_at=at)
        .returning(Message.id),
        execution_options=_ALONE,
    )
    return list(claimed)


def read(ids: Sequence[int]) -> list[Due]:
    """Read letters to be written, in the order they became due: as values, which no commit lets go stale."""
    wanted = (
        sa.select(
            Message.id,
            Message.kind,
            Message.about,
            Message.language,
            Message.recipient,
            Message.recipient_name,
            Message.reply_to,
            Message.message_id,
            Message.attempts,
            Message.facts,
            Message.registration_id,
            Registration.manage_sealed,
            Registration.feed_sealed,
            Event.palette,
            sa.func.coalesce(Series.slug, Event.slug),
            sa.func.coalesce(sa.or_(Registration.state.not_in(LIVE), Event.status != Status.PUBLISHED), False),
            Speaker.link_sealed,
            Speaker.feed_sealed,
            Message.speaker_id,
        )
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Speaker, Speaker.id == Message.speaker_id)
        .outerjoin(Event, Event.id == Message.event_id)
        .outerjoin(Series, Series.id == Event.series_id)
        .where(Message.id.in_(ids))
        .order_by(Message.due_at, Message.id)
    )
    return [Due(*row) for row in db.session.execute(wanted)]


def release(ids: Sequence[int]) -> None:
    """Give back claimed letters that nobody has begun to send."""
    db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(ids), Message.state == MessageState.CLAIMED)
        .values(state=MessageState.WAITING, claimed_at=None),
        execution_options=_ALONE,
    )


def _is_due(at: datetime) -> sa.ColumnElement[bool]:
    """Waiting and due, or claimed by the dead; never while an earlier letter is on its way to the same person.

    So a cancellation cannot overtake the invitations it ends, and knows whether they were sent.
    """
    earlier = aliased(Message)
    is_same = sa.or_(
        earlier.about == Message.about,
        earlier.registration_id == Message.registration_id,
        earlier.speaker_id == Message.speaker_id,
    )
    is_under_way = sa.exists().where(is_same, earlier.state == MessageState.CLAIMED, earlier.id < Message.id)
    return sa.or_(
        sa.and_(Message.state == MessageState.WAITING, Message.due_at <= at, ~is_under_way),
        sa.and_(Message.state == MessageState.CLAIMED, Message.claimed_at <= at - LASTS, ~is_under_way),
    )

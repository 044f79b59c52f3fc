"""The outbox as a whole: what waits, how old it is, what failed, and when a worker last looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState, WorkerPulse

# A worker looks every second and writes so every half minute; after this long nobody sends letters any more.
STALE = timedelta(minutes=2)

# A letter that is held back for a while is not late before it is due.
_waits_since = sa.case((Message.attempts == 0, Message.due_at), else_=Message.created_at)


@dataclass(frozen=True, slots=True)
class Queue:
    """`oldest_age` is None when nothing waits; `worker_looked_at` is None when no worker ever looked."""

    waiting: int
    oldest_age: timedelta | None
    failed: int
    worker_looked_at: datetime | None

    def is_worker_away(self, at: datetime) -> bool:
        """Tell whether no worker looks, or ever did."""
        return self.worker_looked_at is None or at - self.worker_looked_at > STALE

    def is_stale(self, at: datetime) -> bool:
        """Tell whether letters wait and no worker looks."""
        return self.waiting > 0 and self.is_worker_away(at)


def look(at: datetime) -> Queue:
    """Look at the outbox in three small queries."""
    unsent = Message.state.in_((MessageState.WAITING, MessageState.CLAIMED))
    waiting, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(_waits_since)).where(unsent)).one()
    failed = db.session.scalar(
        sa.select(sa.func.count()).select_from(Message).where(Message.state == MessageState.FAILED)
    )
    looked_at = db.session.scalar(sa.select(sa.func.max(WorkerPulse.looked_at)))
    return Queue(waiting, max(at - oldest, timedelta()) if oldest else None, failed or 0, looked_at)

"""Delivery: claim what is due, write it, hand it over, record what became of it; a commit after each step.

A worker that dies between any two steps loses nothing: the claim runs out and the letter goes again, with the same
Message-ID. What goes wrong with one letter is recorded with that letter, and the next one follows.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from eventsvc import clock, covers
from eventsvc.extensions import db
from eventsvc.mail import claims, invitations, letters, outbox, pictures, records
from eventsvc.mail.carriers import Bounced, Carrier, Delayed, NoServer
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import Letter
from eventsvc.mail.models import Message, MessageState

# What is left of a slow batch is given back well before another worker may take it for a dead one's.
_PATIENCE = claims.LASTS / 2
_log = logging.getLogger(__name__)

Cover = Callable[[Due], bytes | None]


def without_cover(_due: Due) -> bytes | None:
    """Let a letter go without a picture above it."""
    return None


def cover_of(due: Due) -> bytes | None:
    """Draw what stands above a letter about an event, or take it from where it is kept."""
    title = due.facts.get("event", {}).get("title")
    if not title or not due.cover_seed:
        return None
    return pictures.strip(title, due.palette or covers.palette_of(due.cover_seed))


def deliver(carrier: Carrier, *, cover: Cover = without_cover, has_to_stop: Callable[[], bool] = lambda: False) -> int:
    """Deliver one batch of what is due, and return how many letters it had; 0 takes no lock."""
    began = clock.now()
    if not claims.has_due(began):
        db.session.commit()
        return 0
    ids = claims.claim(began)
    db.session.commit()
    batch = claims.read(ids)
    invited = invitations.sent(batch)
    # Nothing stays open while servers are spoken to.
    db.session.commit()
    _go_through(batch, invited, carrier, cover, until=began + _PATIENCE, has_to_stop=has_to_stop)
    return len(batch)


def record_waiting(*, event_ids: Iterable[int] | None = None) -> int:
    """Write down what waits, of some events or of all, as it would be sent, and hand it to no server.

    In the caller's transaction, before any worker can see the letters; returns how many there were.
    """
    db.session.flush()
    waiting = sa.select(Message.id).where(Message.state == MessageState.WAITING)
    if event_ids is not None:
        waiting = waiting.where(Message.event_id.in_(list(event_ids)))
    batch = claims.read(list(db.session.scalars(waiting)))
    for due in batch:
        at = clock.now()
        subject, text = letters.recorded(due, at=at)
        records.recorded(due.id, at=at, subject=subject, text=text)
    db.session.expire_all()
    return len(batch)


def _go_through(
    batch: Sequence[Due],
    invited: dict[str, set[str]],
    carrier: Carrier,
    cover: Cover,
    *,
    until: datetime,
    has_to_stop: Callable[[], bool],
) -> None:
    for number, due in enumerate(batch):
        if has_to_stop() or clock.now() > until:
            claims.release([other.id for other in batch[number:]])
            db.session.commit()
            return
        try:
            _deliver_one(due, invited, carrier, cover)
        except NoServer as away:
            for other in batch[number:]:
                records.postponed(other.id, attempts=other.attempts, at=clock.now(), answer=str(away))
            _forget_settled(batch[number:])
            db.session.commit()
            _log.warning("no mail server", extra={"letters": len(batch) - number, "answer": str(away)})
            return
        _forget_settled([due])
        db.session.commit()


def _forget_settled(batch: Sequence[Due]) -> None:
    """Keep nothing of letters to people who are forgotten already."""
    for due in batch:
        if due.kind in invitations.TO_NOBODY_KNOWN:
            outbox.forget_if_settled(due.id)


def _deliver_one(due: Due, invited: dict[str, set[str]], carrier: Carrier, cover: Cover) -> None:
    """Write and hand over one letter, and record what became of it."""
    if not due.recipient or (due.is_moot and due.kind in invitations.UNLESS_MOOT):
        records.replaced(due.id)
        return
    letter = _written(due, invited, cover)
    if letter is None:
        return
    try:
        answer = carrier.carry(letter)
    except NoServer:
        raise
    except Delayed as delay:
        records.postponed(due.id, attempts=due.attempts, at=clock.now(), answer=str(delay))
    except Bounced as bounce:
        records.failed(due.id, answer=str(bounce))
    except Exception as fault:  # noqa: BLE001 - whatever it is, the next letter goes
        carrier.rest()
        _fail(due, "sent", fault)
    else:
        records.sent(due.id, at=clock.now(), answer=answer, subject=letter.subject, text=letter.record)
        invited[due.recipient] |= letter.asked


def _written(due: Due, invited: dict[str, set[str]], cover: Cover) -> Letter | None:
    try:
        return letters.written(due, at=clock.now(), invited=invited[due.recipient], cover=cover(due))
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with one row is this letter's own fault
        _fail(due, "written", fault)
        return None


def _fail(due: Due, what: str, fault: Exception) -> None:
    """Record a fault of ours, but not its message, which may hold what somebody typed."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    _log.error("letter could not be %s", what, exc_info=fault, extra={"letter": due.id})
    answer = f"could not be {what}: {type(fault).__name__} in {frame.name}, line {frame.lineno}"
    records.failed(due.id, answer=answer)

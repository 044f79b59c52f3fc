"""The audit log: every act of an organiser, and every transition of a registration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.extensions import db


def record(
    act: str,
    subject: Any,
    *,
    by: Actor,
    at: datetime,
    event_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> AuditEntry:
    """Lay one audit entry in the caller's transaction; of `before` and `after` only what differs is kept.

    `subject` is a row; its table's name and its id are kept, so it must have been flushed.
    """
    entry = AuditEntry(
        at=at,
        act=act,
        actor=by.kind.value,
        user_id=by.user_id,
        event_id=event_id,
        subject=subject.__tablename__,
        subject_id=subject.id,
        before=_differing(before, after),
        after=_differing(after, before),
        reason=reason,
    )
    db.session.add(entry)
    return entry


def record_all(
    act: str,
    subjects: Sequence[Any],
    *,
    by: Actor,
    at: datetime,
    event_id: int,
    after: Callable[[Any], dict[str, Any]],
    before: Callable[[Any], dict[str, Any]] = lambda _subject: {},
) -> None:
    """Lay one entry for each of many subjects that were made or changed at once, with one statement."""
    if subjects:
        entries = [
            {
                "at": at,
                "act": act,
                "actor": by.kind.value,
                "user_id": by.user_id,
                "event_id": event_id,
                "subject": subject.__tablename__,
                "subject_id": subject.id,
                "before": _differing(was, now),
                "after": _differing(now, was),
                "reason": None,
            }
            for subject in subjects
            for was, now in ((before(subject), after(subject)),)
        ]
        db.session.execute(sa.insert(AuditEntry), entries)


def forget(subject: str, subject_id: int) -> None:
    """Take the values out of a subject's entries; that the acts happened, when and by whom, stays."""
    db.session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .values(before={}, after={}, reason=None)
    )


def hand_over(subject: str, subject_id: int, *, to: int) -> None:
    """Let the entries of a row that goes be those of the row that takes its place."""
    db.session.execute(
        sa.update(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .values(subject_id=to)
    )


def _differing(these: dict[str, Any] | None, those: dict[str, Any] | None) -> dict[str, Any]:
    other = those or {}
    return {name: value for name, value in (these or {}).items() if name not in other or other[name] != value}

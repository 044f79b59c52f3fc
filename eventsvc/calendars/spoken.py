"""A speaker's own feed: the sessions that the published programmes name them in, at every event.

Its version is read with one query from what it shows: some dozens of entries at most, and so no counter of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc import tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars import ics, nouns
from eventsvc.calendars.feeds import Found
from eventsvc.calendars.models import CalendarVersion, Entry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme.models import Answer, Appearance, PublishedVoice, Speaker


@dataclass(frozen=True, slots=True)
class Spoken:
    """A feed that exists, whose it is, and what it shows."""

    found: Found
    name: str
    language: str
    entry_ids: tuple[int, ...]


def _answered(*answers: Answer) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Appearance.session_id == PublishedVoice.session_id,
        Appearance.speaker_id == PublishedVoice.speaker_id,
        Appearance.answer.in_(answers),
    )


_others = tuple(answer for answer in Answer if answer is not Answer.DECLINED)
# Whoever declined a session sees it no more; where they are in it in two roles, when they declined both.
is_shown = sa.or_(~_answered(Answer.DECLINED), _answered(*_others))
_shown = (
    sa.select(PublishedVoice.speaker_id, Entry.id, Entry.sequence, Entry.writer, Entry.starts_at)
    .join(Entry, Entry.session_id == PublishedVoice.session_id)
    .join(Event, sa.and_(Event.id == Entry.event_id, Event.status != Status.DRAFT))
    .where(is_shown)
    .subquery()
)
# What they say is in the audit log; where programmes name them is told by no stamp of theirs, so any calendar's counts.
_acted_at = sa.select(sa.func.max(AuditEntry.at)).where(
    AuditEntry.subject == Speaker.__tablename__, AuditEntry.subject_id == Speaker.id
)
_by_token = (
    sa.select(
        Speaker.name,
        Speaker.language,
        _shown.c.id,
        _shown.c.sequence,
        _shown.c.writer,
        _acted_at.scalar_subquery().label("acted_at"),
        sa.select(sa.func.max(CalendarVersion.changed_at)).scalar_subquery().label("changed_at"),
    )
    .outerjoin(_shown, _shown.c.speaker_id == Speaker.id)
    .where(Speaker.feed_digest == sa.bindparam("digest"))
    .order_by(_shown.c.starts_at, _shown.c.id)
)


def of_token(token: str) -> Spoken | None:
    """Find a speaker's feed by its link."""
    rows = _all(_by_token, digest=tokens.digest(token))
    if not rows:
        return None
    seen = hashlib.sha256(repr([tuple(row[:5]) for row in rows]).encode()).hexdigest()[:16]
    shown = tuple(row.id for row in rows if row.id is not None)
    stamps = (stamp for stamp in (rows[0].acted_at, rows[0].changed_at) if stamp is not None)
    return Spoken(
        Found(f"s.{seen}-{ics.WRITER}", changed_at=max(stamps, default=None)), rows[0].name, rows[0].language, shown
    )


def parts(spoken: Spoken) -> list[bytes]:
    """Return the written entries with how to answer, in order of time; the link to join is not in them."""
    asked = sa.select(Entry.id, Entry.body, Event.language, Event.contact_email).join(Event, Event.id == Entry.event_id)
    rows = {row.id: row for row in db.session.execute(asked.where(Entry.id.in_(spoken.entry_ids)))}
    return [_noted(rows[number]) for number in spoken.entry_ids if number in rows]


def _noted(row: Any) -> bytes:
    with force_locale(row.language):
        return ics.noted(row.body, nouns.how_to_answer(row.contact_email))


def _all(statement: Any, **params: Any) -> Any:
    # As in `feeds`: a poll needs no transaction around its one SELECT.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.execute(statement, params).all()

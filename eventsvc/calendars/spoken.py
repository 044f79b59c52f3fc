"""A speaker's own feed: the sessions that the published programmes name them in, at every event.

What they spoke in and speak in no more is struck out for thirty days. Its version is read with one query from what it
shows: some dozens of entries at most, and so no counter of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc import tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars import feeds, ics, nouns, partings, showings
from eventsvc.calendars.feeds import Found
from eventsvc.calendars.models import CalendarVersion, Entry, FormerVoice
from eventsvc.calendars.showings import Showing
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme.models import PublishedVoice, Speaker


@dataclass(frozen=True, slots=True)
class Part:
    """What is theirs alone about an entry: how much higher it counts, since when, and whether they have left it."""

    offset: int
    moved_at: datetime | None
    is_left: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A feed that exists, whose it is, and what it shows, by the entry's id and in order of time."""

    found: Found
    speaker_id: int
    name: str
    language: str
    parts: dict[int, Part]


_digest: sa.BindParameter[str] = sa.bindparam("digest")
_whose = sa.select(Speaker.id).where(Speaker.feed_digest == _digest).scalar_subquery()
_facts = (
    Entry.id,
    Entry.sequence,
    Entry.writer,
    Entry.starts_at,
    Entry.gone_at,
    FormerVoice.moved_at,
    sa.func.coalesce(FormerVoice.offset, 0).label("offset"),
)
_is_public = sa.and_(Event.id == Entry.event_id, Event.status != Status.DRAFT)
_named = (
    sa.select(*_facts)
    .select_from(PublishedVoice)
    .join(Entry, Entry.session_id == PublishedVoice.session_id)
    .join(Event, _is_public)
    .outerjoin(
        FormerVoice,
        sa.and_(FormerVoice.entry_id == Entry.id, FormerVoice.speaker_id == PublishedVoice.speaker_id),
    )
    .where(
        PublishedVoice.speaker_id == _whose,
        partings.is_speaking,
        sa.or_(FormerVoice.offset.is_(None), ~partings.has_left),
    )
)
_left = (
    sa.select(*_facts)
    .select_from(FormerVoice)
    .join(Entry, Entry.id == FormerVoice.entry_id)
    .join(Event, _is_public)
    .where(FormerVoice.speaker_id == _whose, partings.has_left)
)
_shown = sa.union_all(_named, _left).subquery()
# What they say is in the audit log; where programmes name them is told by no stamp of theirs, so any calendar's counts.
_acted_at = sa.select(sa.func.max(AuditEntry.at)).where(
    AuditEntry.subject == Speaker.__tablename__, AuditEntry.subject_id == Speaker.id
)
_by_token = (
    sa.select(
        Speaker.id.label("speaker_id"),
        Speaker.name,
        Speaker.language,
        *_shown.c,
        _acted_at.scalar_subquery().label("acted_at"),
        sa.select(sa.func.max(CalendarVersion.changed_at)).scalar_subquery().label("changed_at"),
    )
    .outerjoin(_shown, sa.true())
    .where(Speaker.feed_digest == _digest)
    .order_by(_shown.c.starts_at, _shown.c.id)
)


def of_token(token: str, *, at: datetime) -> Spoken | None:
    """Find a speaker's feed by its link."""
    rows = _all(_by_token, digest=tokens.digest(token))
    if not rows:
        return None
    parts: dict[int, Part] = {}
    seen, stamps = [], [rows[0].acted_at, rows[0].changed_at]
    for row in rows:
        is_left = row.id is not None and row.offset % 2 == 1
        ends = [stamp for stamp in (row.gone_at, row.moved_at if is_left else None) if stamp is not None]
        # What is struck out goes on some day, from the version too.
        stamps += [feeds.moved_at(stamp, at) for stamp in ends]
        if row.id is not None and all(stamp > feeds.oldest_tombstone(at) for stamp in ends):
            parts[row.id] = Part(row.offset, row.moved_at, is_left)
            seen.append((row.id, row.sequence, row.writer, row.offset))
    digest = hashlib.sha256(repr((rows[0].name, rows[0].language, seen)).encode()).hexdigest()[:16]
    found = Found(feeds.version_of("s", digest), changed_at=max(filter(None, stamps), default=None))
    return Spoken(found, rows[0].speaker_id, rows[0].name, rows[0].language, parts)


def parts(spoken: Spoken) -> list[bytes]:
    """Return the entries with how to answer and the link to join, in order of time."""
    asked = sa.select(Entry, Event.language, Event.contact_email).join(Event, Event.id == Entry.event_id)
    rows = {row.Entry.id: row for row in db.session.execute(asked.where(Entry.id.in_(spoken.parts)))}
    return [_written(rows[number], part) for number, part in spoken.parts.items() if number in rows]


def _written(row: Any, part: Part) -> bytes:
    entry = row.Entry
    with force_locale(row.language):
        how = nouns.how_to_answer(row.contact_email)
    # They join as those do who hold a seat, whose entry tells how to cancel that, though.
    join_url = (entry.entitled_facts or {}).get("join_url", "")
    if not part.offset and not join_url:
        return ics.noted(entry.body, how)
    if part.is_left:
        with force_locale(row.language):
            facts = showings.parted(entry.facts, nouns.without_you())
        showing = replace(Showing.from_json(facts), status=ics.Status.CANCELLED)
    else:
        showing = Showing.from_json(entry.facts)
    if showing.status is not ics.Status.CANCELLED:
        showing = nouns.noted(replace(showing, join_url=join_url), how)
    changed_at = max(entry.changed_at, part.moved_at or entry.changed_at)
    return ics.event(showing, sequence=entry.sequence + part.offset, changed_at=changed_at)


def _all(statement: Any, **params: Any) -> Any:
    # As in `feeds`: a poll needs no transaction around its one SELECT.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.execute(statement, params).all()

"""Who had a session in their own calendar and has it no more: noted as they part, so that it is struck out there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eventsvc.calendars import feeds
from eventsvc.calendars.models import Entry, EntryKind, FormerSeat, FormerShelf, FormerVoice
from eventsvc.columns import UTCDateTime
from eventsvc.extensions import db, is_sqlite
from eventsvc.programme.models import Answer, Appearance, PublishedVoice
from eventsvc.registration.models import Choice, Registration, State

Pairs = frozenset[tuple[int, int]]


def give_up(registration_id: int, *, at: datetime) -> None:
    """Note which sessions somebody has who gives up their place; the caller does so before these pass to others."""
    _note(Choice.registration_id == registration_id, at)


def delete(session_ids: Collection[int], *, at: datetime) -> None:
    """Note who has sessions that are about to be deleted."""
    if session_ids:
        _note(sa.and_(Choice.session_id.in_(session_ids), Registration.state == State.CONFIRMED), at)


def _note(which: sa.ColumnElement[bool], at: datetime) -> None:
    having = (
        sa.select(Choice.registration_id, Entry.id, sa.literal(at, UTCDateTime()))
        .join(Entry, Entry.session_id == Choice.session_id)
        .join(Registration, Registration.id == Choice.registration_id)
        .where(Choice.is_waiting.is_(False), which)
    )
    adding = _insert(FormerSeat).from_select(["registration_id", "entry_id", "left_at"], having)
    db.session.execute(
        adding.on_conflict_do_update(index_elements=["registration_id", "entry_id"], set_={"left_at": at})
    )


def _insert(noun: Any) -> Any:
    return (sqlite.insert if is_sqlite() else postgresql.insert)(noun)


def _answered(*answers: Answer) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Appearance.session_id == PublishedVoice.session_id,
        Appearance.speaker_id == PublishedVoice.speaker_id,
        Appearance.answer.in_(answers),
    )


_others = tuple(answer for answer in Answer if answer is not Answer.DECLINED)
# Whoever declined a session speaks in it no more; where they are in it in two roles, when they declined both.
is_speaking = sa.or_(~_answered(Answer.DECLINED), _answered(*_others))
has_left = FormerVoice.offset % 2 == 1


def speaking(which: sa.ColumnElement[bool]) -> Pairs:
    """Return who speaks in which of some entries, as their own calendars show it: ids of speakers and entries."""
    return _named(which) - _parted(which)


def note_speakers(which: sa.ColumnElement[bool], before: Pairs, *, at: datetime) -> None:
    """Note who has left some entries since they were those who spoke in them `before`, and who has come back."""
    now, parted = _named(which), _parted(which)
    moved = (before - now) | (now & parted)
    rows = [{"speaker_id": speaker, "entry_id": entry, "moved_at": at, "offset": 1} for speaker, entry in sorted(moved)]
    if rows:
        again = {"moved_at": at, "offset": FormerVoice.offset + 1}
        adding = _insert(FormerVoice).on_conflict_do_update(index_elements=["speaker_id", "entry_id"], set_=again)
        db.session.execute(adding, rows)


def counts(event_id: int) -> dict[tuple[int, str], int]:
    """Return how much higher entries of an event count for who left them and came back: by speaker and uid."""
    asked = sa.select(FormerVoice.speaker_id, Entry.uid, FormerVoice.offset)
    rows = db.session.execute(asked.join(Entry, Entry.id == FormerVoice.entry_id).where(Entry.event_id == event_id))
    return {(row[0], row[1]): row[2] for row in rows}


def _named(which: sa.ColumnElement[bool]) -> Pairs:
    asked = sa.select(PublishedVoice.speaker_id, Entry.id).join(Entry, Entry.session_id == PublishedVoice.session_id)
    return frozenset((row[0], row[1]) for row in db.session.execute(asked.where(is_speaking, which)))


def _parted(which: sa.ColumnElement[bool]) -> Pairs:
    asked = sa.select(FormerVoice.speaker_id, Entry.id).join(Entry, Entry.id == FormerVoice.entry_id)
    return frozenset((row[0], row[1]) for row in db.session.execute(asked.where(has_left, which)))


def sweep(*, at: datetime) -> int:
    """Delete what nobody is shown or written any more; return how much.

    That is what was struck out for its thirty days, and the tombstones of deleted sessions, once these would be over:
    until then a letter may have to take one out of a calendar. Who has left a session is kept, for its count.
    """
    old = feeds.oldest_tombstone(at)
    is_over = Entry.kind == EntryKind.SESSION, Entry.session_id.is_(None), Entry.gone_at <= old, Entry.ends_at <= at
    count = 0
    for noun, over in (
        (FormerShelf, (FormerShelf.left_at <= old,)),
        (FormerSeat, (FormerSeat.left_at <= old,)),
        (Entry, is_over),
    ):
        # A look takes no lock.
        if db.session.scalar(sa.select(sa.exists().where(*over))):
            gone: Any = db.session.execute(
                sa.delete(noun).where(*over), execution_options={"synchronize_session": False}
            )
            count += gone.rowcount
    return count

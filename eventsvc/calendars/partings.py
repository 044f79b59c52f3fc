"""Who had a session in their own calendar and has it no more: noted as they part, so that it is struck out there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eventsvc.calendars.models import Entry, FormerSeat
from eventsvc.columns import UTCDateTime
from eventsvc.extensions import db, is_sqlite
from eventsvc.registration.models import Choice, Registration, State


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
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    adding = insert(FormerSeat).from_select(["registration_id", "entry_id", "left_at"], having)
    db.session.execute(
        adding.on_conflict_do_update(index_elements=["registration_id", "entry_id"], set_={"left_at": at})
    )

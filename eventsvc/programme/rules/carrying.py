"""What is part of a block comes along with it, whichever act gives the block another slot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import contents, undoing
from eventsvc.programme.models import Session
from eventsvc.programme.rules import writing
from eventsvc.programme.slots import Slot

NOWHERE: Mapping[str, Any] = {"starts_at": None, "ends_at": None, "room_id": None, "further_rooms": []}
"""The slot of what is put back on the shelf."""


def along(block: Session, said: Mapping[str, Any]) -> dict[Session, dict[str, Any]]:
    """Return the new slots of what comes along with a block that is given the slot in `said`, if it is given one.

    Parts that lie within its time begin as much later as it does, and those in its room go where it goes; with a block
    that is put back on the shelf they are put there too.
    """
    starts_at, room_id = said.get("starts_at", block.starts_at), said.get("room_id", block.room_id)
    if block.starts_at is None or (starts_at, room_id) == (block.starts_at, block.room_id):
        return {}
    if starts_at is None:
        return {part: dict(NOWHERE) for part in _within(block)}
    later = starts_at - block.starts_at
    moves: dict[Session, dict[str, Any]] = {}
    for part in _within(block):
        goes_along = part.room_id == block.room_id and room_id != block.room_id
        if part.starts_at and part.ends_at and (later or goes_along):
            slot = Slot(part.starts_at, part.ends_at).shifted(later)
            moves[part] = {
                "starts_at": slot.starts_at,
                "ends_at": slot.ends_at,
                "room_id": room_id if goes_along else part.room_id,
            }
    return moves


def write(moves: Mapping[Session, Mapping[str, Any]], *, by: Actor, at: datetime, act: str = undoing.CARRIED) -> None:
    """Write new slots, and an audit entry for each."""
    for session, slot in moves.items():
        # What becomes the main room is no further one any more.
        is_elsewhere = slot.get("room_id", session.room_id) != session.room_id
        begun = writing.stored(session, {*slot, "further_rooms"} if is_elsewhere else slot)
        with db.session.no_autoflush:
            contents.write(session, slot)
        session.updated_at = at
        writing.finish(act, session, begun, by=by, at=at)


def _within(block: Session) -> list[Session]:
    """Return the parts of a block that lie within its time."""
    asked = sa.select(Session).where(
        Session.parent_id == block.id, Session.starts_at >= block.starts_at, Session.ends_at <= block.ends_at
    )
    found = asked.order_by(Session.starts_at, Session.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))

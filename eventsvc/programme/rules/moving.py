"""The act of dragging, stretching, and dropping from the shelf: weighed with one look at what goes on around it."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc.accounts import meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import contents, errors, gathering, undoing
from eventsvc.programme.accepted import NOTHING
from eventsvc.programme.models import Session
from eventsvc.programme.planned import Plan, Planned
from eventsvc.programme.rules import clashes, writing
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats


def move(
    session: Session,
    *,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int | None,
    further_rooms: Collection[int] | None = None,
    revision: int,
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> Planned | None:
    """Give a session another slot, and return how it is planned now; None where it is so already, or is cancelled.

    `further_rooms` None leaves those it has. Raises ChangedMeanwhile, BadSlot, SlotConflict.
    """
    slot: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "room_id": room_id}
    if further_rooms is not None:
        slot["further_rooms"] = sorted(set(further_rooms) - {room_id})
    writing.check(slot)
    plan = _held(session, Slot(starts_at, ends_at))
    _check_rooms(plan, {*filter(None, (room_id,)), *(further_rooms or ())})
    yours = contents.plain(slot)
    before = contents.of(session, yours)
    meanwhile.refuse_if_changed(session, revision, stored=before, yours=yours)
    if all(before[name] == value for name, value in yours.items()):
        return None
    begun = before | {"revision": session.revision}
    was = plan.session(session.public_id)
    then = _moved(plan, was, session.room_id, slot) if was else plan
    with db.session.no_autoflush:
        contents.write(session, slot)
    session.updated_at = at
    writing.finish(undoing.MOVED, session, begun, by=by, at=at)
    clashes.weigh(session.event, [session], then, plan, accepts, is_in_hand=True, by=by, at=at)
    return then.session(session.public_id)


def _held(session: Session, slot: Slot) -> Plan:
    """Pass the turnstile, and gather the programme as it is around where the session is and where it goes.

    What was read of the session before the wait is read again only if it was written to meanwhile.
    """
    db.session.flush()
    seats.hold(session.event_id)
    plan = _around(session, slot)
    found = plan.session(session.public_id)
    if found is not None and found.revision == session.revision:
        return plan
    db.session.refresh(session)
    return _around(session, slot)


def _around(session: Session, slot: Slot) -> Plan:
    own = [Slot(session.starts_at, session.ends_at)] if session.starts_at and session.ends_at else []
    return gathering.gather_near(session.event, {session.public_id}, (*own, slot))


def _check_rooms(plan: Plan, room_ids: Collection[int]) -> None:
    """Raise BadSlot for a room that the event does not have."""
    if not {room.id for room in plan.rooms}.issuperset(room_ids):
        raise errors.BadSlot(_("The event has no such room. Choose one that it has."), field="room_id")


def _moved(plan: Plan, was: Planned, main: int | None, slot: dict[str, Any]) -> Plan:
    """Return the programme with one session, whose main room is another now, in a new slot."""
    room_id, places = slot["room_id"], {room.id: room for room in plan.rooms}
    further = slot.get("further_rooms", [room.id for room in was.rooms if room.id != main])
    others = (room for room in plan.rooms if room.id in further and room.id != room_id)
    rooms = (*([places[room_id]] if room_id else []), *others)
    now = replace(was, slot=Slot(slot["starts_at"], slot["ends_at"]), rooms=rooms)
    return replace(plan, sessions=tuple(now if each is was else each for each in plan.sessions))

"""Acts on several sessions at once: everything after one moves, two change places, a day is had again."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from eventsvc.accounts import meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents, errors, slots, undoing
from eventsvc.programme.accepted import NOTHING
from eventsvc.programme.models import Appearance, Session, SessionStatus
from eventsvc.programme.rules import carrying, clashes, writing
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats

_SLOT = ("starts_at", "ends_at", "room_id", "further_rooms")
_COPIED = ("title", "abstract", "kind", "is_hidden", "language", "room_id", "track_id", "capacity")


def move_block(
    block: Session,
    *,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int | None,
    further_rooms: Collection[int] | None = None,
    revision: int,
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> list[Session]:
    """Give a block another slot, and let what is part of it come along; return those that did.

    Parts that lie within its time begin as much later as it does, and those in its room go where it goes. Raises
    ChangedMeanwhile, BadSlot, SlotConflict.
    """
    writing.hold(block)
    wanted: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "room_id": room_id}
    if further_rooms is not None:
        wanted["further_rooms"] = sorted(set(further_rooms) - {room_id})
    writing.check(wanted)
    writing.check_rooms(block.event_id, {*([room_id] if room_id is not None else []), *(further_rooms or ())})
    stored = {name: value for name, value in contents.of(block).items() if name in _SLOT}
    meanwhile.refuse_if_changed(block, revision, stored=stored, yours=contents.plain(wanted))
    if all(stored[name] == value for name, value in contents.plain(wanted).items()):
        return []
    return _move_all(block.event, undoing.MOVED, {block: wanted}, accepts, by=by, at=at)


def shift_after(
    session: Session,
    *,
    minutes: int,
    in_all_rooms: bool,
    revision: int,
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> list[Session]:
    """Let everything after a session on its day begin later, or earlier by less than nothing; return what moved.

    After it is what begins when it has ended, and in its own rooms what begins later than it does, so that a session
    that has been stretched pushes the next one on. What is cancelled stays. Raises NoSlot, ChangedMeanwhile when the
    session was moved since `revision`, and SlotConflict.
    """
    event = session.event
    writing.hold(session)
    _refuse_if_moved(session, revision)
    own = _slot(session)
    later = timedelta(minutes=minutes)
    moves: dict[Session, dict[str, Any]] = {}
    for each in _of_day(event, own):
        if minutes and each is not session and _is_after(each, session, own, in_all_rooms):
            moves[each] = _at({}, _slot(each).shifted(later))
    return [*moves, *_move_all(event, undoing.SHIFTED, moves, accepts, by=by, at=at)]


def swap(
    one: Session,
    other: Session,
    *,
    revisions: tuple[int, int],
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> None:
    """Let two sessions of an event change places: each begins where the other began, in its rooms, at its own length.

    What is part of either comes along. Of two that follow each other in one room the second begins when the first
    ends. One that has no time yet takes the whole slot of the other, which goes on the shelf.
    Raises NoSlot, ChangedMeanwhile, SlotConflict.
    """
    writing.hold(one, other)
    if one.starts_at is None and other.starts_at is None:
        raise errors.NoSlot(one.title)
    for session, revision in zip((one, other), revisions, strict=True):
        _refuse_if_moved(session, revision)
    moves = dict(zip((one, other), _exchanged(one, other), strict=True))
    _move_all(one.event, undoing.SWAPPED, moves, accepts, by=by, at=at)


def copy_day(
    event: Event,
    from_day: date,
    to_day: date,
    *,
    keeps_speakers: bool = True,
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> list[Session]:
    """Have a day of the programme again on another one, at the same hours of the clock; return the new sessions.

    Titles, rooms, tracks and blocks are kept, and by default who speaks, though nobody has been asked for it yet;
    what came of a session (slides, a recording) is not, nor what is cancelled. Raises SameDay, NothingToCopy,
    SlotConflict.
    """
    if from_day == to_day:
        raise errors.SameDay
    seats.hold(event.id)
    originals = _of_day(event, slots.day_bounds(from_day, event.timezone))
    if not originals:
        raise errors.NothingToCopy
    copies = {each.id: _copy(each, (to_day - from_day).days, keeps_speakers, at) for each in originals}
    db.session.add_all(copies.values())
    db.session.flush()
    for each in originals:
        # A block that begins on another day is not copied, and holds what was in it no longer.
        parent = copies.get(each.parent_id or 0)
        copies[each.id].parent_id = parent.id if parent else None
        writing.finish(undoing.COPIED, copies[each.id], {}, by=by, at=at)
    clashes.settle(event, list(copies.values()), clashes.Before(), accepts, by=by, at=at)
    return list(copies.values())


def _move_all(
    event: Event,
    act: str,
    moves: Mapping[Session, Mapping[str, Any]],
    accepts: Container[str],
    *,
    by: Actor,
    at: datetime,
) -> list[Session]:
    """Give sessions other slots, and what is part of them with them; return what came along."""
    if not moves:
        return []
    parts: dict[Session, dict[str, Any]] = {}
    for block, slot in moves.items():
        parts |= {part: own for part, own in carrying.along(block, slot).items() if part not in moves}
    everything = [*moves, *parts]
    stood = clashes.look(everything)
    carrying.write(moves, act=act, by=by, at=at)
    carrying.write(parts, by=by, at=at)
    clashes.settle(event, everything, stood, accepts, by=by, at=at)
    return list(parts)


def _of_day(event: Event, within: Slot) -> Sequence[Session]:
    """Return what is planned on the day of the programme on which a slot begins, in order of time."""
    day = slots.day_bounds(slots.day_of(within.starts_at, event.timezone), event.timezone)
    asked = sa.select(Session).where(
        Session.event_id == event.id,
        Session.status == SessionStatus.PLANNED,
        Session.starts_at >= day.starts_at,
        Session.starts_at < day.ends_at,
    )
    options = selectinload(Session.further_rooms), selectinload(Session.appearances).joinedload(Appearance.speaker)
    found = asked.order_by(Session.starts_at, Session.id).options(*options)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def _is_after(each: Session, session: Session, own: Slot, in_all_rooms: bool) -> bool:
    begins = _slot(each).starts_at
    shares_a_room = not {room.id for room in each.rooms}.isdisjoint(room.id for room in session.rooms)
    if shares_a_room:
        return begins > own.starts_at and each.parent_id != session.id
    return in_all_rooms and begins >= own.ends_at


def _exchanged(one: Session, other: Session) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the new slots of two sessions that change places."""
    first, second = _place(one), _place(other)
    if one.starts_at is None or other.starts_at is None:
        return second, first
    own, others = _slot(one), _slot(other)
    if first["room_id"] == second["room_id"] and own.ends_at == others.starts_at:
        return _at(second, own.shifted(others.length)), _at(first, others.beginning(own.starts_at))
    if first["room_id"] == second["room_id"] and others.ends_at == own.starts_at:
        return _at(second, own.beginning(others.starts_at)), _at(first, others.shifted(own.length))
    return _at(second, own.beginning(others.starts_at)), _at(first, others.beginning(own.starts_at))


def _place(session: Session) -> dict[str, Any]:
    times = {"starts_at": session.starts_at, "ends_at": session.ends_at}
    return times | {"room_id": session.room_id, "further_rooms": [room.id for room in session.further_rooms]}


def _at(place: Mapping[str, Any], slot: Slot) -> dict[str, Any]:
    return {**place, "starts_at": slot.starts_at, "ends_at": slot.ends_at}


def _slot(session: Session) -> Slot:
    if session.starts_at is None or session.ends_at is None:
        raise errors.NoSlot(session.title)
    return Slot(session.starts_at, session.ends_at)


def _refuse_if_moved(session: Session, revision: int) -> None:
    """Raise ChangedMeanwhile when the slot is no longer the one that was seen at `revision`."""
    meanwhile.refuse_if_changed(session, revision, stored=contents.of(session, _SLOT), yours=dict.fromkeys(_SLOT))


def _copy(session: Session, days: int, keeps_speakers: bool, at: datetime) -> Session:
    own, zone = _slot(session), session.event.timezone
    begins, ends = (slots.on_another_day(moment, days, zone) for moment in (own.starts_at, own.ends_at))
    copied = Session(
        event=session.event,
        # In the night that the clocks go forward an end may be skipped to before the beginning.
        starts_at=begins,
        ends_at=ends if ends > begins else begins + own.length,
        further_rooms=list(session.further_rooms),
        created_at=at,
        updated_at=at,
        **{name: getattr(session, name) for name in _COPIED},
    )
    if keeps_speakers:
        copied.appearances = [
            Appearance(speaker=each.speaker, role=each.role, position=each.position) for each in session.appearances
        ]
    return copied

"""What a programme is made of: its rooms and its tracks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import colours, errors, naming, published
from eventsvc.programme.models import Room, Session, SessionStatus, Track
from eventsvc.registration import seats

Named = TypeVar("Named", Room, Track)
_ROOM = ("name", "capacity", "position")
_TRACK = ("name", "colour", "position")


def add_room(event: Event, name: str, *, capacity: int | None = None, by: Actor, at: datetime) -> Room:
    """Give an event a room, after those it has. Raises NameTaken."""
    seats.hold(event.id)
    _check_name(Room, event.id, name)
    room = Room(event_id=event.id, name=name, capacity=capacity, position=_next_position(Room, event.id))
    return _made("room.added", room, _ROOM, event, by=by, at=at)


def edit_room(event: Event, room: Room, *, name: str, capacity: int | None, by: Actor, at: datetime) -> None:
    """Change a room's name or size. Raises NameTaken."""
    seats.hold(event.id)
    _check_name(Room, event.id, name, but=room.id)
    before = snapshot(room, _ROOM)
    room.name, room.capacity = name, capacity
    # How many seats a room has stands beside the version, not in it.
    published.touch(event.id)
    _changed("room.edited", room, before, _ROOM, event, by=by, at=at)


def add_track(event: Event, name: str, *, colour: int | None = None, by: Actor, at: datetime) -> Track:
    """Give an event a track; without a `colour` it takes one that is free. Raises NameTaken."""
    seats.hold(event.id)
    _check_name(Track, event.id, name)
    position = _next_position(Track, event.id)
    track = Track(event_id=event.id, name=name, colour=colour or _free_colour(event.id), position=position)
    return _made("track.added", track, _TRACK, event, by=by, at=at)


def edit_track(event: Event, track: Track, *, name: str, colour: int, by: Actor, at: datetime) -> None:
    """Change a track's name or colour. Raises NameTaken."""
    seats.hold(event.id)
    _check_name(Track, event.id, name, but=track.id)
    before = snapshot(track, _TRACK)
    track.name, track.colour = name, colour
    _changed("track.edited", track, before, _TRACK, event, by=by, at=at)


def remove(event: Event, thing: Room | Track, *, by: Actor, at: datetime) -> None:
    """Take away a room or a track that no session is in. Raises StillUsed."""
    seats.hold(event.id)
    used = Session.track_id == thing.id
    if isinstance(thing, Room):
        used = sa.or_(Session.room_id == thing.id, Session.further_rooms.any(Room.id == thing.id))
    in_use = sa.select(Session.id).where(used, Session.status != SessionStatus.REMOVED)
    if db.session.scalar(in_use.limit(1)) is not None:
        raise errors.StillUsed(thing.name)
    noun = "room" if isinstance(thing, Room) else "track"
    audit.record(f"{noun}.removed", thing, by=by, at=at, event_id=event.id, before={"name": thing.name})
    db.session.delete(thing)
    db.session.flush()


def _check_name(noun: type[Named], event_id: int, name: str, *, but: int | None = None) -> None:
    asked = sa.select(noun.id, noun.name).where(noun.event_id == event_id, naming.may_be(noun.name, name))
    if any(row.id != but and naming.is_same(row.name, name) for row in db.session.execute(asked)):
        raise errors.NameTaken(name)


def _next_position(noun: type[Named], event_id: int) -> int:
    last = db.session.scalar(sa.select(sa.func.max(noun.position)).where(noun.event_id == event_id))
    return 0 if last is None else last + 1


def _free_colour(event_id: int) -> int:
    (free,) = colours.free(db.session.scalars(sa.select(Track.colour).where(Track.event_id == event_id)))
    return free


def _made(act: str, thing: Named, names: tuple[str, ...], event: Event, *, by: Actor, at: datetime) -> Named:
    db.session.add(thing)
    _changed(act, thing, {}, names, event, by=by, at=at)
    return thing


def _changed(
    act: str, thing: Named, before: dict[str, Any], names: tuple[str, ...], event: Event, *, by: Actor, at: datetime
) -> None:
    db.session.flush()
    audit.record(act, thing, by=by, at=at, event_id=event.id, before=before, after=snapshot(thing, names))

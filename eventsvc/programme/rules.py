"""Building a programme: sessions in their slots, rooms, tracks, and the people who speak; and publishing it.

What organisers change is a draft until they publish it, and so are calendars. Like every act on an event these pass its
turnstile, so that two organisers never write beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents, errors, published
from eventsvc.programme.models import PublishedSession, Room, Session, SessionStatus, Speaker, Track, Version
from eventsvc.registration import seats

Named = TypeVar("Named", Room, Track)
COLOURS = 6
_ROOM = ("name", "capacity", "position")
_TRACK = ("name", "colour", "position")


def add_session(event: Event, said: Mapping[str, Any], *, by: Actor, at: datetime) -> Session:
    """Put a session into the programme; `said` has `title` and any other name of `contents.ALL`.

    `speakers` are dictionaries with `name`, `affiliation` and `role`; who is not known yet is made. Raises BadSlot,
    SaidTwice.
    """
    seats.hold(event.id)
    _check(said)
    session = Session(event=event, created_at=at, updated_at=at)
    with db.session.no_autoflush:
        contents.write(session, said)
    db.session.add(session)
    _finish("session.added", session, {}, by=by, at=at)
    return session


def edit_session(session: Session, changes: Mapping[str, Any], *, revision: int, by: Actor, at: datetime) -> None:
    """Write what an organiser changed in a form opened at `revision`. Raises ChangedMeanwhile, BadSlot, SaidTwice."""
    _hold(session)
    before, yours = contents.of(session), contents.plain(changes)
    meanwhile.refuse_if_changed(session, revision, stored=before, yours=yours)
    if all(before[name] == value for name, value in yours.items()):
        return
    _check({name: changes.get(name, getattr(session, name)) for name in contents.COLUMNS} | {**changes})
    begun = before | {"revision": session.revision}
    with db.session.no_autoflush:
        contents.write(session, changes)
    session.updated_at = at
    _finish("session.edited", session, begun, by=by, at=at)
    if any(before[name] != yours.get(name, before[name]) for name in contents.MATERIALS):
        published.touch(session.event_id)


def cancel_session(session: Session, *, by: Actor, at: datetime) -> None:
    """Leave a session in the programme as cancelled; the next version says so, and calendars with it."""
    _become(session, SessionStatus.CANCELLED, "session.cancelled", by=by, at=at)


def restore_session(session: Session, *, by: Actor, at: datetime) -> None:
    """Let a cancelled session take place after all."""
    _become(session, SessionStatus.PLANNED, "session.restored", by=by, at=at)


def delete_session(session: Session, *, by: Actor, at: datetime) -> None:
    """Take a session out. What the public has seen goes with the next version, and can be put back until then."""
    _hold(session)
    if db.session.get(PublishedSession, session.id) is not None:
        _become(session, SessionStatus.REMOVED, "session.deleted", by=by, at=at)
        return
    audit.record("session.deleted", session, by=by, at=at, event_id=session.event_id, before=contents.of(session))
    db.session.delete(session)
    db.session.flush()


def publish(event: Event, *, name: str = "", is_quiet: bool = False, by: Actor, at: datetime) -> Version:
    """Let the public see the programme as it is now, and bring calendars up to date; `is_quiet` tells nobody.

    Raises EventNotPublished for a draft, whose programme is published with it, and NothingChanged.
    """
    seats.hold(event.id)
    db.session.refresh(event)
    if not event.is_public:
        raise errors.EventNotPublished
    if not published.pending(event.id):
        raise errors.NothingChanged
    version, found = published.bring(event, name=name.strip(), is_quiet=is_quiet, at=at)
    told = {"number": version.number, "name": version.name, "changes": len(found)}
    audit.record("programme.published", event, by=by, at=at, event_id=event.id, after=told)
    entries.refresh(event, at=at)
    return version


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
    """Give an event a track; without a `colour` (1 to 6) it takes the next one. Raises NameTaken."""
    seats.hold(event.id)
    _check_name(Track, event.id, name)
    position = _next_position(Track, event.id)
    track = Track(event_id=event.id, name=name, colour=colour or position % COLOURS + 1, position=position)
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
    used = Session.room_id if isinstance(thing, Room) else Session.track_id
    in_use = sa.select(Session.id).where(used == thing.id, Session.status != SessionStatus.REMOVED)
    if db.session.scalar(in_use.limit(1)) is not None:
        raise errors.StillUsed(thing.name)
    noun = "room" if isinstance(thing, Room) else "track"
    audit.record(f"{noun}.removed", thing, by=by, at=at, event_id=event.id, before={"name": thing.name})
    db.session.delete(thing)
    db.session.flush()


def edit_speaker(event: Event, speaker: Speaker, said: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Change what is told of a speaker at `event`, and so at every event where they speak."""
    before = snapshot(speaker, contents.PERSON)
    for name in contents.PERSON:
        setattr(speaker, name, said.get(name, before[name]))
    db.session.flush()
    after = snapshot(speaker, contents.PERSON)
    audit.record("speaker.edited", speaker, by=by, at=at, event_id=event.id, before=before, after=after)


def _become(session: Session, status: SessionStatus, act: str, *, by: Actor, at: datetime) -> None:
    _hold(session)
    if session.status is status:
        return
    before = contents.of(session) | snapshot(session, ("status", "revision"))
    session.status, session.updated_at = status, at
    _finish(act, session, before, by=by, at=at)


def _hold(session: Session) -> None:
    db.session.flush()
    seats.hold(session.event_id)
    db.session.refresh(session)


def _finish(act: str, session: Session, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    db.session.flush()
    # The room and the track were chosen by their ids; what was loaded before that is another.
    db.session.expire(session, ["room", "track"])
    after = contents.of(session) | snapshot(session, ("status", "revision"))
    seen = {name: value for name, value in after.items() if not before or name in before}
    audit.record(act, session, by=by, at=at, event_id=session.event_id, before=before, after=seen)


def _check(said: Mapping[str, Any]) -> None:
    starts, ends = said.get("starts_at"), said.get("ends_at")
    if (starts is None) != (ends is None):
        told = _("Give both a beginning and an end, or neither if the time is to follow.")
        raise errors.BadSlot(told, field="ends_at" if starts else "starts_at")
    if starts and ends and ends <= starts:
        raise errors.BadSlot(_("It would end before it begins. Choose a later end."), field="ends_at")
    seen = set()
    for person in contents.plain({"speakers": said.get("speakers") or []})["speakers"]:
        key = person["name"].lower(), person["affiliation"].lower(), person["role"]
        if key in seen:
            raise errors.SaidTwice(person["name"])
        seen.add(key)


def _check_name(noun: type[Named], event_id: int, name: str, *, but: int | None = None) -> None:
    same = sa.select(noun.id).where(noun.event_id == event_id, sa.func.lower(noun.name) == name.lower())
    if db.session.scalar(same) not in {None, but}:
        raise errors.NameTaken(name)


def _next_position(noun: type[Named], event_id: int) -> int:
    last = db.session.scalar(sa.select(sa.func.max(noun.position)).where(noun.event_id == event_id))
    return 0 if last is None else last + 1


def _made(act: str, thing: Named, names: tuple[str, ...], event: Event, *, by: Actor, at: datetime) -> Named:
    db.session.add(thing)
    _changed(act, thing, {}, names, event, by=by, at=at)
    return thing


def _changed(
    act: str, thing: Named, before: dict[str, Any], names: tuple[str, ...], event: Event, *, by: Actor, at: datetime
) -> None:
    db.session.flush()
    audit.record(act, thing, by=by, at=at, event_id=event.id, before=before, after=snapshot(thing, names))

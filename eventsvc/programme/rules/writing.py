"""What every act on a session begins and ends with: the turnstile, a look at what is said, and the audit entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.extensions import db
from eventsvc.programme import contents, errors
from eventsvc.programme.models import Room, Session, Track
from eventsvc.programme.slots import LONGEST
from eventsvc.registration import seats

_STANDING = ("status", "revision")


def hold(*sessions: Session) -> None:
    """Pass the turnstile of an event, and read these sessions of it again: they may have changed during the wait."""
    db.session.flush()
    seats.hold(sessions[0].event_id)
    for session in sessions:
        db.session.refresh(session)


def hold_all(event_ids: Iterable[int]) -> None:
    """Pass the turnstiles of several events, in one order for everybody, so that no two wait for each other."""
    db.session.flush()
    for event_id in sorted(set(event_ids)):
        seats.hold(event_id)


def stored(session: Session, names: Collection[str] = contents.ALL) -> dict[str, Any]:
    """Return what is stored of a session, as the audit log keeps it."""
    return contents.of(session, names) | snapshot(session, _STANDING)


def finish(act: str, session: Session, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Write what was done to a session, and its audit entry: what `before` has, or all of a new one."""
    db.session.flush()
    # The room and the track were chosen by their ids; what was loaded before that is another.
    db.session.expire(session, ["room", "track"])
    after = stored(session, before or contents.ALL)
    audit.record(act, session, by=by, at=at, event_id=session.event_id, before=before, after=after)


def check(said: Mapping[str, Any]) -> None:
    """Raise BadSlot for half a time, an end before the beginning or long after it, SaidTwice for who is twice in it."""
    starts, ends = said.get("starts_at"), said.get("ends_at")
    if (starts is None) != (ends is None):
        told = _("Give both a beginning and an end, or neither if the time is to follow.")
        raise errors.BadSlot(told, field="ends_at" if starts else "starts_at")
    if starts and ends and ends <= starts:
        raise errors.BadSlot(_("It would end before it begins. Choose a later end."), field="ends_at")
    if starts and ends and ends - starts > LONGEST:
        told = _("It would last more than %(most)s days. Is this the right year?", most=LONGEST.days)
        raise errors.BadSlot(told, field="ends_at")
    seen = set()
    for person in contents.plain({"speakers": said.get("speakers") or []})["speakers"]:
        key = person["name"].casefold(), person["affiliation"].casefold(), person["role"]
        if key in seen:
            raise errors.SaidTwice(person["name"])
        seen.add(key)


def check_things(event_id: int, said: Mapping[str, Any], of: Session | None = None) -> None:
    """Raise BadSlot for a room, a track or a block that the event does not have, or has no more.

    The turnstile is held. A block that is itself a part holds nothing, so that nothing is part of itself.
    """
    check_rooms(event_id, {*filter(None, (said.get("room_id"),)), *(said.get("further_rooms") or ())})
    track = sa.select(Track.id).where(Track.event_id == event_id, Track.id == said.get("track_id"))
    if said.get("track_id") and db.session.scalar(track) is None:
        raise errors.BadSlot(_("The event has no such track. Choose one that it has."), field="track_id")
    block = sa.select(Session.id).where(
        Session.event_id == event_id, Session.id == said.get("parent_id"), Session.parent_id.is_(None)
    )
    if said.get("parent_id") and db.session.scalar(block) in {None, of.id if of else None}:
        raise errors.BadSlot(_("That is no block any more. Choose another one, or none."), field="parent_id")


def check_rooms(event_id: int, room_ids: Collection[int]) -> None:
    """Raise BadSlot for a room that the event does not have."""
    own = sa.select(sa.func.count()).where(Room.event_id == event_id, Room.id.in_(room_ids))
    if room_ids and db.session.scalar(own) != len(set(room_ids)):
        raise errors.BadSlot(_("The event has no such room. Choose one that it has."), field="room_id")

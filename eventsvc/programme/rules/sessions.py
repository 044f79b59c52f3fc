"""Acts on one session: it is put in, edited, put back on the shelf, cancelled, restored, taken out."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars import partings
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents, published, undoing
from eventsvc.programme.accepted import NOTHING
from eventsvc.programme.models import PublishedSession, Session, SessionStatus
from eventsvc.programme.rules import carrying, clashes, writing
from eventsvc.registration import seats


def add_session(
    event: Event, said: Mapping[str, Any], *, accepts: Container[str] = NOTHING, by: Actor, at: datetime
) -> Session:
    """Put a session into the programme; `said` has `title` and any other name of `contents.ALL`.

    `speakers` are dictionaries with `name`, `affiliation` and `role`; who is not known yet is made. `accepts` has the
    keys of clashes that may stand. Raises BadSlot, SaidTwice, SlotConflict.
    """
    seats.hold(event.id)
    writing.check(said)
    writing.check_things(event.id, said)
    session = Session(event=event, created_at=at, updated_at=at)
    with db.session.no_autoflush:
        contents.write(session, said, by=by)
    db.session.add(session)
    writing.finish("session.added", session, {}, by=by, at=at)
    clashes.settle(event, [session], clashes.Before(), accepts, is_in_hand=True, by=by, at=at)
    return session


def edit_session(
    session: Session,
    changes: Mapping[str, Any],
    *,
    revision: int,
    accepts: Container[str] = NOTHING,
    by: Actor,
    at: datetime,
) -> None:
    """Write what an organiser changed in a form opened at `revision`; `accepts` has clashes that may stand.

    What is part of a block comes along with it.
    Raises ChangedMeanwhile, BadSlot, SaidTwice, SlotConflict.
    """
    _write("session.edited", session, changes, revision, accepts, by=by, at=at)


def unschedule(session: Session, *, revision: int, by: Actor, at: datetime) -> None:
    """Put a session back on the shelf, with its parts: without a time and without rooms. Raises ChangedMeanwhile."""
    _write(undoing.UNSCHEDULED, session, carrying.NOWHERE, revision, NOTHING, by=by, at=at)


def cancel_session(session: Session, *, by: Actor, at: datetime) -> None:
    """Leave a session in the programme as cancelled; the next version says so, and calendars with it."""
    _become(session, SessionStatus.CANCELLED, "session.cancelled", by=by, at=at)


def restore_session(session: Session, *, accepts: Container[str] = NOTHING, by: Actor, at: datetime) -> None:
    """Let a cancelled session take place after all, or put one back that was taken out, as it was: cancelled or not.

    Raises SlotConflict where something else has taken its place.
    """
    was = _before_removal(session) if session.status is SessionStatus.REMOVED else SessionStatus.PLANNED
    _become(session, was, "session.restored", accepts, by=by, at=at)


def delete_session(session: Session, *, by: Actor, at: datetime) -> None:
    """Take a session out. What the public has seen goes with the next version, and can be put back until then."""
    writing.hold(session)
    if db.session.get(PublishedSession, session.id) is not None:
        _become(session, SessionStatus.REMOVED, "session.deleted", by=by, at=at)
        return
    stood = clashes.look([session])
    audit.record("session.deleted", session, by=by, at=at, event_id=session.event_id, before=contents.of(session))
    event, gone = session.event, [session]
    # It was in calendars before it was hidden, perhaps.
    partings.delete([session.id], at=at)
    db.session.delete(session)
    clashes.settle(event, gone, stood, NOTHING, by=by, at=at)


def _before_removal(session: Session) -> SessionStatus:
    """Return what a session was when it was taken out, as the audit log has it."""
    asked = sa.select(AuditEntry.before).where(
        AuditEntry.subject == Session.__tablename__,
        AuditEntry.subject_id == session.id,
        AuditEntry.act == "session.deleted",
    )
    before = db.session.scalars(asked.order_by(AuditEntry.id.desc()).limit(1)).first() or {}
    return SessionStatus(before.get("status") or SessionStatus.PLANNED)


def _write(
    act: str,
    session: Session,
    changes: Mapping[str, Any],
    revision: int,
    accepts: Container[str],
    *,
    by: Actor,
    at: datetime,
) -> None:
    writing.hold(session)
    yours = contents.plain(changes)
    before = contents.of(session, yours)
    meanwhile.refuse_if_changed(session, revision, stored=before, yours=yours)
    if all(before[name] == value for name, value in yours.items()):
        return
    writing.check({name: changes.get(name, getattr(session, name)) for name in contents.COLUMNS} | {**changes})
    changed = {name for name, value in yours.items() if before[name] != value}
    writing.check_things(session.event_id, {name: changes[name] for name in changed}, of=session)
    parts = carrying.along(session, changes)
    stood = clashes.look([session, *parts], changed)
    begun = before | {"revision": session.revision}
    with db.session.no_autoflush:
        contents.write(session, changes, by=by)
    session.updated_at = at
    writing.finish(act, session, begun, by=by, at=at)
    carrying.write(parts, by=by, at=at)
    if not changed.isdisjoint(contents.MATERIALS):
        published.touch(session.event_id)
    if not changed.isdisjoint(clashes.CONCERNING):
        clashes.settle(session.event, [session, *parts], stood, accepts, is_in_hand=not parts, by=by, at=at)


def _become(
    session: Session,
    status: SessionStatus,
    act: str,
    accepts: Container[str] = NOTHING,
    *,
    by: Actor,
    at: datetime,
) -> None:
    writing.hold(session)
    if session.status is status:
        return
    before = writing.stored(session)
    stood = clashes.look([session]) if session.status is SessionStatus.PLANNED else clashes.Before()
    session.status, session.updated_at = status, at
    writing.finish(act, session, before, by=by, at=at)
    clashes.settle(session.event, [session], stood, accepts, is_in_hand=True, by=by, at=at)

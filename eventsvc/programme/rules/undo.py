"""Undoing an act on several sessions: all of them are put back where they were, or a copied day is taken out again."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents, errors, gathering, undoing
from eventsvc.programme.accepted import NOTHING
from eventsvc.programme.models import Answer, Appearance, PublishedSession, Session, Slides
from eventsvc.programme.rules import carrying, clashes, writing
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats

_SLOT = ("starts_at", "ends_at", "room_id", "further_rooms")
_MOMENTS = ("starts_at", "ends_at")


def undo(event: Event, number: int, *, accepts: Container[str] = NOTHING, by: Actor, at: datetime) -> list[Session]:
    """Undo an act of one's own that ended with an audit entry; return what was put back, or nothing after a copy.

    What clashed before the act may clash again. Raises NothingToUndo, ChangedSince when somebody changed anything of
    it meanwhile, and SlotConflict for what has come in its place.
    """
    seats.hold(event.id)
    act = undoing.last_act(event.id, by.user_id, until=number)
    if act is None:
        raise errors.NothingToUndo
    sessions = _read(event, act.entries)
    if act.act == undoing.COPIED:
        _take_out(event, act.entries, sessions, by=by, at=at)
        return []
    return _put_back(event, act.entries, sessions, accepts, by=by, at=at)


def _read(event: Event, entries: Collection[AuditEntry]) -> dict[int, Session]:
    """Read the sessions of an act as they are now that the turnstile is held; raise ChangedSince if one is gone."""
    ids = {entry.subject_id for entry in entries}
    asked = sa.select(Session).where(Session.event_id == event.id, Session.id.in_(ids)).order_by(Session.id)
    options = selectinload(Session.further_rooms), selectinload(Session.appearances).joinedload(Appearance.speaker)
    found = db.session.scalars(asked.options(*options).execution_options(populate_existing=True))
    sessions = {session.id: session for session in found}
    if len(sessions) < len(ids):
        raise errors.ChangedSince([])
    return sessions


def _put_back(
    event: Event,
    entries: Sequence[AuditEntry],
    sessions: Mapping[int, Session],
    accepts: Container[str],
    *,
    by: Actor,
    at: datetime,
) -> list[Session]:
    others = [
        sessions[entry.subject_id or 0] for entry in entries if not _stands(sessions[entry.subject_id or 0], entry)
    ]
    if others:
        raise errors.ChangedSince([session.title for session in others])
    moves = {sessions[entry.subject_id or 0]: _place(entry.before) for entry in entries}
    for slot in moves.values():
        writing.check_rooms(event.id, {*filter(None, (slot.get("room_id"),)), *slot.get("further_rooms", ())})
    times = list(_times(moves))
    carrying.write(moves, act=undoing.UNDONE, by=by, at=at)
    _weigh(event, list(moves), [*times, *_times(moves)], entries[0].at, accepts, by=by, at=at)
    return list(moves)


def _stands(session: Session, entry: AuditEntry) -> bool:
    """Tell whether a session is where an act left it, and takes place as it did then."""
    stored, nothing = writing.stored(session, _SLOT), object()
    try:
        meanwhile.refuse_if_changed(
            session, entry.after["revision"], stored=stored, yours=dict.fromkeys((*_SLOT, "status"), nothing)
        )
    except ChangedMeanwhile:
        return False
    return True


def _place(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a session was, as the audit log has it."""
    return {name: _read_back(name, before[name]) for name in _SLOT if name in before}


def _read_back(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _MOMENTS and value is not None else value


def _weigh(
    event: Event,
    sessions: list[Session],
    times: Iterable[Slot],
    since: datetime,
    accepts: Container[str],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Weigh what these clash with now. What stood beside them before the act is listed, not refused."""
    ids = {session.public_id for session in sessions}
    plan = gathering.gather_near(event, ids, times)
    asked = sa.select(Session.public_id).where(Session.event_id == event.id, Session.updated_at > since)
    newer = set(db.session.scalars(asked)) - ids
    before = replace(plan, sessions=tuple(each for each in plan.sessions if each.public_id not in newer))
    clashes.weigh(event, sessions, plan, before, accepts, by=by, at=at)


def _times(sessions: Iterable[Session]) -> Iterable[Slot]:
    return (Slot(each.starts_at, each.ends_at) for each in sessions if each.starts_at and each.ends_at)


def _take_out(
    event: Event, entries: Collection[AuditEntry], sessions: Mapping[int, Session], *, by: Actor, at: datetime
) -> None:
    """Take copies out again that nobody has done anything with."""
    copies, revisions = list(sessions.values()), {entry.subject_id: entry.after["revision"] for entry in entries}
    in_use = _in_use(copies)
    others = [copy for copy in copies if copy.revision != revisions[copy.id] or copy.id in in_use]
    if others:
        raise errors.ChangedSince([session.title for session in others])
    stood = clashes.look(copies)
    for copy in copies:
        audit.record("session.deleted", copy, by=by, at=at, event_id=event.id, before=contents.of(copy))
        db.session.delete(copy)
    clashes.settle(event, copies, stood, NOTHING, by=by, at=at)


def _in_use(copies: Collection[Session]) -> set[int]:
    """Return which of some sessions the public has seen, or somebody was asked for, or has sent a file for."""
    ids = [copy.id for copy in copies]
    asked = sa.select(Appearance.session_id).where(
        Appearance.session_id.in_(ids), Appearance.answer != Answer.NOT_ASKED
    )
    seen = sa.select(PublishedSession.session_id).where(PublishedSession.session_id.in_(ids))
    sent = sa.select(Slides.session_id).where(Slides.session_id.in_(ids))
    inside = sa.select(Session.parent_id).where(Session.parent_id.in_(ids), Session.id.not_in(ids))
    return set(db.session.scalars(sa.union_all(asked, seen, sent, inside)))

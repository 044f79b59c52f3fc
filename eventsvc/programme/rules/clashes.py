"""Refusing what would clash, and keeping what organisers let stand all the same."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, conflicts, errors, gathering, telling
from eventsvc.programme.conflicts import Clash
from eventsvc.programme.models import AcceptedClash, Session
from eventsvc.programme.planned import Plan, Planned
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats

CONCERNING = ("starts_at", "ends_at", "room_id", "further_rooms", "speakers", "capacity", "kind", "parent_id")
"""What of a session (`contents.ALL`) may make it clash."""
_OF_ITSELF = {"capacity", "kind", "parent_id"}


@dataclass(frozen=True, slots=True)
class Before:
    """How it stood before an act: what then was otherwise of each session, by public id; who is not in it is new."""

    otherwise: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    times: tuple[Slot, ...] = ()


def look(sessions: Collection[Session], changing: Collection[str] = ()) -> Before:
    """Remember, before an act, how the sessions that it is about are planned: their slots, and what it will change.

    `changing` are names of `contents.ALL`; what an act leaves alone is not read.
    """
    return Before({each.public_id: _planned(each, changing) for each in sessions}, tuple(_times(sessions)))


def _planned(session: Session, changing: Collection[str]) -> dict[str, Any]:
    slot = next(iter(_times([session])), None)
    rooms = {session.room_id, *(room.id for room in session.further_rooms)}
    planned: dict[str, Any] = {"slot": slot, "rooms": rooms}
    if "speakers" in changing:
        planned["people"] = {appearance.speaker_id for appearance in session.appearances}
    if not _OF_ITSELF.isdisjoint(changing):
        parent = session.parent.public_id if session.parent else None
        planned |= {"kind": session.kind, "seats": session.capacity, "parent": parent}
    return planned


def settle(
    event: Event,
    sessions: Collection[Session],
    before: Before,
    accepts: Container[str],
    *,
    is_in_hand: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Weigh, after an act, what these sessions clash with now. Raises SlotConflict for what is new and not accepted.

    `is_in_hand`: there is one session, and whoever acts looks at it, so that its own name need not be told.
    What `accepts` has (keys of clashes) is kept with who let it stand; what was accepted and is no more is dropped.
    """
    db.session.flush()
    ids = {session.public_id for session in sessions}
    plan = gathering.gather_near(event, ids, (*before.times, *_times(sessions)))
    weigh(event, sessions, plan, _as_before(plan, before, ids), accepts, is_in_hand=is_in_hand, by=by, at=at)


def weigh(
    event: Event,
    sessions: Collection[Session],
    plan: Plan,
    before: Plan,
    accepts: Container[str],
    *,
    is_in_hand: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Weigh what an act has made of the programme around these sessions against how that was before: see `settle`."""
    ids = {session.public_id for session in sessions}
    clashes = conflicts.found(plan, ids)
    stood = {clash.key for clash in conflicts.found(before, ids)}
    is_gone = not ids <= {session.public_id for session in plan.sessions}
    # What clashed neither before nor after has nothing accepted of it.
    known = accepted.by_key(event.id) if clashes or stood or is_gone else {}
    refused = [each for each in clashes if each.key not in accepts and each.key not in stood and each.key not in known]
    if refused:
        _refuse(refused, plan, event, sessions, is_in_hand)
    stand = [clash for clash in clashes if clash.key in accepts and clash.key not in known]
    accepted.keep(((clash, _mine(clash, sessions)) for clash in stand), event, by=by, at=at)
    for key in sorted(known.keys() - {clash.key for clash in clashes}):
        if not ids.isdisjoint(key.split(":")):
            _drop("clash.gone", known[key], by=by, at=at)
    db.session.flush()


def accept_clashes(event: Event, accepts: Container[str], *, reason: str = "", by: Actor, at: datetime) -> int:
    """Let clashes stand that are there already, for one reason; return how many. Raises NoSuchClash when none is."""
    seats.hold(event.id)
    known = accepted.by_key(event.id)
    found = [clash for clash in conflicts.found(gathering.gather(event)) if clash.key in accepts]
    if not found:
        raise errors.NoSuchClash
    stand = [clash for clash in found if clash.key not in known]
    of = ((clash, conflicts.mover(clash).public_id) for clash in stand)
    accepted.keep(of, event, reason=reason.strip(), by=by, at=at)
    return len(found)


def withdraw_acceptance(event: Event, row: AcceptedClash, *, by: Actor, at: datetime) -> None:
    """Let a clash be open again that was accepted."""
    seats.hold(event.id)
    _drop("clash.reopened", row, by=by, at=at)
    db.session.flush()


def _as_before(plan: Plan, before: Before, ids: Collection[str]) -> Plan:
    """Return the programme as it was before an act."""
    sessions = []
    for session in plan.sessions:
        if session.public_id in before.otherwise:
            sessions.append(_once(session, before.otherwise[session.public_id], plan))
        elif session.public_id not in ids:
            sessions.append(session)
    return replace(plan, sessions=tuple(sessions))


def _once(session: Planned, was: Mapping[str, Any], plan: Plan) -> Planned:
    people = tuple(each for each in session.people if each.id in was.get("people", {each.id}))
    rooms = tuple(room for room in plan.rooms if room.id in was["rooms"])
    return replace(session, **{**was, "rooms": rooms, "people": people})


def _times(sessions: Iterable[Session]) -> Iterable[Slot]:
    return (Slot(each.starts_at, each.ends_at) for each in sessions if each.starts_at and each.ends_at)


def _refuse(
    clashes: list[Clash], plan: Plan, event: Event, sessions: Collection[Session], is_in_hand: bool
) -> NoReturn:
    if not is_in_hand:
        told = [telling.whole(clash, event, _mine(clash, sessions)) for clash in clashes]
        raise errors.SlotConflict(told, clashes=clashes, session=None)
    (public_id,) = (session.public_id for session in sessions)
    told = [telling.sentence(clash, event, public_id) for clash in clashes]
    raise errors.SlotConflict(told, clashes=clashes, session=plan.session(public_id))


def _drop(act: str, row: AcceptedClash, *, by: Actor, at: datetime) -> None:
    audit.record(act, row, by=by, at=at, event_id=row.event_id, before={"sentence": row.sentence})
    db.session.delete(row)


def _mine(clash: Clash, sessions: Collection[Session]) -> str:
    """Return the session of a clash that the act was about; of two, the one that is easier to move."""
    ids = {session.public_id for session in sessions}
    mover = conflicts.mover(clash).public_id
    return mover if mover in ids else next(each.public_id for each in clash.sessions if each.public_id in ids)

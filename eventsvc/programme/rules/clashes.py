"""Refusing what would clash, and keeping what organisers let stand all the same."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, conflicts, errors, gathering, telling
from eventsvc.programme.conflicts import Clash, Plan
from eventsvc.programme.models import AcceptedClash, Session
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats


class _Anyway:
    def __contains__(self, key: object) -> bool:
        return True


CONCERNING = ("starts_at", "ends_at", "room_id", "further_rooms", "speakers", "capacity", "kind", "parent_id")
"""What of a session (`contents.ALL`) may make it clash."""

ANYWAY: Container[str] = _Anyway()
"""Accepts every clash that an act makes, whatever it is: for imports, and for "move anyway" without a list."""


@dataclass(frozen=True, slots=True)
class Before:
    """How it stood before an act: the keys of clashes that these sessions were in, and when they were."""

    keys: frozenset[str] = frozenset()
    times: tuple[Slot, ...] = ()


def look(event: Event, sessions: Collection[Session]) -> Before:
    """Remember, before an act, what the sessions that it is about clash with. The caller holds the turnstile."""
    times = tuple(_times(sessions))
    _plan, clashes = _found(event, sessions, times)
    return Before(frozenset(clash.key for clash in clashes), times)


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
    plan, clashes = _found(event, sessions, (*before.times, *_times(sessions)))
    known = accepted.by_key(event.id)
    new = [clash for clash in clashes if clash.key not in before.keys and clash.key not in known]
    refused = [clash for clash in new if clash.key not in accepts]
    if refused and is_in_hand:
        _refuse_one(refused, plan, event, *sessions)
    if refused:
        told = [telling.whole(clash, event, _mine(clash, sessions)) for clash in refused]
        raise errors.SlotConflict(told, clashes=refused, session=None)
    for clash in (clash for clash in clashes if clash.key in accepts and clash.key not in known):
        _accept(clash, event, _mine(clash, sessions), by=by, at=at)
    ids, still = {session.public_id for session in sessions}, {clash.key for clash in clashes}
    for key in sorted(known.keys() - still):
        if not ids.isdisjoint(key.split(":")):
            _drop("clash.gone", known[key], by=by, at=at)
    db.session.flush()


def accept_clashes(event: Event, accepts: Container[str], *, by: Actor, at: datetime) -> int:
    """Let clashes stand that are there already; return how many. Raises NoSuchClash when none of them is."""
    seats.hold(event.id)
    known = accepted.by_key(event.id)
    found = [clash for clash in conflicts.found(gathering.gather(event)) if clash.key in accepts]
    if not found:
        raise errors.NoSuchClash
    for clash in found:
        if clash.key not in known:
            _accept(clash, event, conflicts.mover(clash).public_id, by=by, at=at)
    return len(found)


def withdraw_acceptance(event: Event, row: AcceptedClash, *, by: Actor, at: datetime) -> None:
    """Let a clash be open again that was accepted."""
    seats.hold(event.id)
    _drop("clash.reopened", row, by=by, at=at)
    db.session.flush()


def _found(event: Event, sessions: Collection[Session], times: Sequence[Slot]) -> tuple[Plan, tuple[Clash, ...]]:
    ids = {session.public_id for session in sessions}
    plan = gathering.gather_near(event, ids, times)
    return plan, conflicts.found(plan, ids)


def _times(sessions: Iterable[Session]) -> Iterable[Slot]:
    return (Slot(each.starts_at, each.ends_at) for each in sessions if each.starts_at and each.ends_at)


def _refuse_one(clashes: list[Clash], plan: Plan, event: Event, session: Session) -> None:
    told = [telling.sentence(clash, event, session.public_id) for clash in clashes]
    planned = next(each for each in plan.sessions if each.public_id == session.public_id)
    raise errors.SlotConflict(told, clashes=clashes, session=planned)


def _accept(clash: Clash, event: Event, of: str, *, by: Actor, at: datetime) -> None:
    told = telling.whole(clash, event, of)
    row = AcceptedClash(event_id=event.id, key=clash.key, sentence=told, user_id=by.user_id, accepted_at=at)
    db.session.add(row)
    db.session.flush()
    audit.record("clash.accepted", row, by=by, at=at, event_id=event.id, after={"sentence": told})


def _drop(act: str, row: AcceptedClash, *, by: Actor, at: datetime) -> None:
    audit.record(act, row, by=by, at=at, event_id=row.event_id, before={"sentence": row.sentence})
    db.session.delete(row)


def _mine(clash: Clash, sessions: Collection[Session]) -> str:
    """Return the session of a clash that the act was about; of two, the one that is easier to move."""
    ids = {session.public_id for session in sessions}
    mover = conflicts.mover(clash).public_id
    return mover if mover in ids else next(each.public_id for each in clash.sessions if each.public_id in ids)

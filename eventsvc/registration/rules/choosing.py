"""Putting sessions into one's own programme, and taking them out again.

These acts pass the event's turnstile, as some sessions have seats of their own; and each raises the registration's
revision, by which the personal calendar knows that it shows something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import choices, deadlines, errors, notifications, unchosen
from eventsvc.registration.choices import NO_SEATS, Own, Seats
from eventsvc.registration.models import SEATED, Choice, Registration
from eventsvc.registration.rules.holding import hold, takes_place
from eventsvc.registration.rules.workshops import bring_calendar, note, serve_sessions

MOST = 200


def choose(
    registration: Registration, public_id: str, *, or_waits: bool = False, by: Actor, at: datetime
) -> tuple[Item, bool]:
    """Put a published session into somebody's programme; choosing twice is harmless. Tell whether they have it now.

    `or_waits`: where every seat is taken they go on the session's own waiting list. Whoever waits for the event waits
    for a session with seats of its own in any case. Raises SessionNotThere, SessionFull, SessionsMeet, or
    RegistrationOver for whoever is not registered any more, ChangesClosed when an attendee is too late.
    """
    turn = _hold(registration, by, at)
    items = {item.public_id: item for item in reading.items(registration.event_id)}
    item = items.get(public_id)
    if item is None or item.is_break or item.is_cancelled:
        raise errors.SessionNotThere
    own = choices.own(registration.id)
    if item.session_id in own.chosen | own.waiting:
        return item, item.session_id in own.chosen
    _refuse_two_at_once(item, own, items.values())
    is_free = _is_free(registration, item, choices.seats(registration.event_id))
    if not is_free and not or_waits and registration.state in SEATED:
        raise errors.SessionFull(item.title)
    _add(registration, item, turn, is_waiting=not is_free, by=by, at=at)
    if is_free:
        _tell(registration, at)
    return item, is_free


def unchoose(registration: Registration, public_id: str, *, by: Actor, at: datetime) -> Item:
    """Take a session out of somebody's programme, or leave its waiting list; a freed seat passes to the next.

    One that is not in it stays out. Raises SessionNotThere.
    """
    _hold(registration, by, at)
    item = reading.item(registration.event_id, public_id)
    if item is None:
        raise errors.SessionNotThere
    gone = sa.delete(Choice).where(Choice.registration_id == registration.id, Choice.session_id == item.session_id)
    row = db.session.execute(gone.returning(Choice.is_waiting, Choice.turn)).first()
    if row is None:
        return item
    # Whoever takes out the last themselves chooses no more, and sees all again.
    registration.has_chosen = bool(choices.chosen(registration.id))
    act = unchosen.LEFT_LIST if row.is_waiting else unchosen.LEFT_SEAT
    note(act, registration, item, is_added=False, by=by, at=at, turn=row.turn)
    if not row.is_waiting:
        _tell(registration, at)
        serve_sessions(registration.event_id, at=at, session_ids=[item.session_id])
    return item


def undo_unchoose(registration: Registration, public_id: str, *, by: Actor, at: datetime) -> Item:
    """Give somebody back the seat in a session that they left, or their turn on its waiting list.

    Within the hour, and a seat while nobody else was served. Twice is harmless. Raises UndoOver or SessionsMeet, and
    what `choose` raises.
    """
    _hold(registration, by, at)
    items = {item.public_id: item for item in reading.items(registration.event_id)}
    item, own = items.get(public_id), choices.own(registration.id)
    if item is None:
        raise errors.SessionNotThere
    if item.session_id in own.chosen | own.waiting:
        return item
    left = next((each for each in unchosen.of(registration, by=by, at=at) if each.item.public_id == public_id), None)
    if left is None:
        raise errors.UndoOver
    _refuse_two_at_once(item, own, items.values())
    _add(registration, item, left.turn, is_waiting=left.was_waiting, by=by, at=at)
    if left.was_waiting:
        db.session.flush()
        serve_sessions(registration.event_id, at=at, session_ids=[item.session_id])
    else:
        _tell(registration, at)
    return item


def carry_over(
    registration: Registration, public_ids: Iterable[str], *, is_new: bool = False, by: Actor, at: datetime
) -> int:
    """Put what somebody chose before they registered into their programme; return how many.

    What is not there, is full or was chosen already is passed over: a seat at the event never hangs on it. Nor does the
    deadline for changes bind who `is_new`, as they change nothing; of those the turnstile is still held since they were
    taken in, and no letter has brought their calendar a session. Raises what `choose` raises of everybody else.
    """
    wanted = set(list(public_ids)[:MOST])
    if not wanted:
        return 0
    turn = _held(registration, at) if is_new else _hold(registration, by, at)
    items, own, seats = reading.items(registration.event_id), choices.own(registration.id), None
    count = 0
    for item in items:
        if item.public_id not in wanted or item.session_id in own.chosen | own.waiting:
            continue
        if item.is_break or item.is_cancelled or choices.met(item, own.chosen | own.waiting, items):
            continue
        if item.capacity is not None and seats is None:
            seats = choices.seats(registration.event_id)
        is_free = _is_free(registration, item, seats or {})
        if not is_free and registration.state in SEATED:
            continue
        _add(registration, item, turn, is_waiting=not is_free, by=by, at=at)
        own = own.with_one(item.session_id, is_waiting=not is_free)
        count += 1
    if count and not is_new:
        _tell(registration, at)
    return count


def _held(registration: Registration, at: datetime) -> int:
    """Return the turn of somebody who was taken in by this transaction."""
    if not takes_place(registration.event, at):
        raise errors.ChoosingOver
    return registration.turn


def _hold(registration: Registration, by: Actor, at: datetime) -> int:
    event, turn = hold(registration.event_id)
    db.session.refresh(registration)
    if not registration.is_live:
        raise errors.RegistrationOver
    if not takes_place(event, at):
        raise errors.ChoosingOver
    deadlines.check_changes(event, by=by, at=at)
    return turn


def _is_free(registration: Registration, item: Item, seats: dict[int, Seats]) -> bool:
    if item.capacity is None:
        return True
    return registration.state in SEATED and seats.get(item.session_id, NO_SEATS).left(item.capacity) > 0


def _refuse_two_at_once(item: Item, own: Own, items: Iterable[Item]) -> None:
    """Let nobody hold seats in two sessions at once: one of them would stay empty while others wait for it."""
    other = choices.met(item, own.chosen | own.waiting, items)
    if other is not None:
        raise errors.SessionsMeet(item.title, other.title)


def _add(registration: Registration, item: Item, turn: int, *, is_waiting: bool, by: Actor, at: datetime) -> None:
    db.session.add(
        Choice(
            registration_id=registration.id,
            session_id=item.session_id,
            chosen_at=at,
            is_waiting=is_waiting,
            turn=turn,
        )
    )
    if not is_waiting:
        registration.has_chosen = True
    act = "wait for session" if is_waiting else "choose session"
    note(act, registration, item, is_added=True, by=by, at=at)


def _tell(registration: Registration, at: datetime) -> None:
    """Bring a calendar in line by a letter, where one has asked it to hold a session; all others follow a feed."""
    notifications.choices_changed(registration, bring_calendar(registration, at), at=at)

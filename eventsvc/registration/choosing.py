"""Putting sessions into one's own programme, and taking them out again.

These acts pass the event's turnstile, as some sessions have seats of their own; and each raises the registration's
revision, by which the personal calendar knows that it shows something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import choices, deadlines, errors, seats
from eventsvc.registration.models import Choice, Registration

MOST = 200


def choose(registration: Registration, public_id: str, *, by: Actor, at: datetime) -> Item:
    """Put a published session into somebody's programme; choosing twice is harmless.

    Raises SessionNotThere, SessionFull, ChangesOver, or RegistrationOver for whoever is not registered any more.
    """
    _hold(registration)
    deadlines.check_changes(registration.event, by=by, at=at)
    item = reading.item(registration.event_id, public_id)
    if item is None or item.is_break or item.is_cancelled:
        raise errors.SessionNotThere
    if item.session_id in choices.chosen(registration.id):
        return item
    if _is_full(item):
        raise errors.SessionFull(item.title)
    _add(registration, item, by=by, at=at)
    return item


def unchoose(registration: Registration, public_id: str, *, by: Actor, at: datetime) -> Item:
    """Take a session out of somebody's programme; one that is not in it stays out.

    Raises SessionNotThere, ChangesOver.
    """
    _hold(registration)
    deadlines.check_changes(registration.event, by=by, at=at)
    item = reading.item(registration.event_id, public_id)
    if item is None:
        raise errors.SessionNotThere
    gone = sa.delete(Choice).where(Choice.registration_id == registration.id, Choice.session_id == item.session_id)
    if db.session.execute(gone.returning(Choice.session_id)).first() is not None:
        _finish("unchoose session", registration, item, by=by, at=at)
    return item


def carry_over(registration: Registration, public_ids: Iterable[str], *, by: Actor, at: datetime) -> int:
    """Put what somebody chose before they registered into their programme; return how many.

    What is not there, is full or was chosen already is passed over: a seat at the event never hangs on it.
    """
    wanted = set(list(public_ids)[:MOST])
    if not wanted:
        return 0
    _hold(registration)
    own = choices.chosen(registration.id)
    found = [
        item
        for item in reading.items(registration.event_id)
        if item.public_id in wanted
        and item.session_id not in own
        and not (item.is_break or item.is_cancelled or _is_full(item))
    ]
    for item in found:
        _add(registration, item, by=by, at=at)
    return len(found)


def _hold(registration: Registration) -> None:
    seats.hold(registration.event_id)
    db.session.refresh(registration)
    if not registration.is_live:
        raise errors.RegistrationOver


def _is_full(item: Item) -> bool:
    return item.capacity is not None and choices.count(item.session_id) >= item.capacity


def _add(registration: Registration, item: Item, *, by: Actor, at: datetime) -> None:
    db.session.add(Choice(registration_id=registration.id, session_id=item.session_id, chosen_at=at))
    _finish("choose session", registration, item, by=by, at=at)


def _finish(act: str, registration: Registration, item: Item, *, by: Actor, at: datetime) -> None:
    # Nothing in the row changes but its revision.
    flag_modified(registration, "note")
    db.session.flush()
    told = {"session": item.title, "session_id": item.public_id}
    is_added = act == "choose session"
    audit.record(
        act,
        registration,
        by=by,
        at=at,
        event_id=registration.event_id,
        before={} if is_added else told,
        after=told if is_added else {},
    )

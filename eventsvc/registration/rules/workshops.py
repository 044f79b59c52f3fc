"""Sessions with seats of their own: who has one, who waits for one, and who is next.

The event's turnstile guards these seats too. Only people with a seat at the event have one in a session; whoever waits
for the event, or has not taken an offered place yet, waits for its sessions as well, and takes their turn once they are
in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.calendars import partings
from eventsvc.extensions import db
from eventsvc.mail.holdings import Ask
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import choices, holding, notifications
from eventsvc.registration.models import Choice, Registration, State
from eventsvc.registration.rules.holding import count_on, takes_place


def serve_sessions(event_id: int, *, at: datetime, session_ids: Collection[int] | None = None) -> list[Registration]:
    """Give free seats in sessions to those who wait for them, by turn; the caller holds the turnstile.

    `session_ids` None: all sessions of the event. Whoever has a seat in another session at that time by now leaves the
    list: one of the two would stay empty. While the event does not take place nobody is given anything. Return whoever
    got a seat, once for each.
    """
    waiting = _waiting(event_id, session_ids)
    if not waiting or not takes_place(waiting[0][1].event, at):
        return []
    items = {item.session_id: item for item in reading.items(event_id)}
    counted = choices.seats(event_id)
    served: list[Registration] = []
    seated = {session_id: found.seated for session_id, found in counted.items()}
    held = choices.of_many(_people_waiting(event_id))
    for choice, registration in waiting:
        item = items.get(choice.session_id)
        if item is None or not _is_free(item, seated.get(choice.session_id, 0), at):
            continue
        own = held.setdefault(registration.id, frozenset())
        if choices.met(item, own, items.values()):
            _leave_list(registration, choice, item, at=at)
            continue
        held[registration.id] = own | {item.session_id}
        seated[choice.session_id] = seated.get(choice.session_id, 0) + 1
        _seat(registration, choice, item, at=at)
        served.append(registration)
    return served


def let_go(registration: Registration, *, at: datetime) -> None:
    """Pass on the seats in sessions of somebody who has no seat at the event any more.

    They wait for them from now on, by their old turn, for the case that they come back.
    """
    own = choices.own(registration.id)
    if not own.chosen | own.waiting:
        return
    if registration.calendar_offset % 2:
        partings.give_up(registration.id, at=at)
    wanted = choices.items_of(registration, own.chosen | own.waiting)
    limited = [item.session_id for item in wanted if item.capacity is not None]
    theirs = sa.update(Choice).where(Choice.registration_id == registration.id, Choice.session_id.in_(limited))
    db.session.execute(theirs.values(is_waiting=True), execution_options={"synchronize_session": False})
    serve_sessions(registration.event_id, at=at, session_ids=limited)


def take_up(registration: Registration, *, at: datetime) -> None:
    """Let somebody who has just got a seat at the event have the seats in sessions that are theirs by turn."""
    wanted = choices.own(registration.id).waiting
    if wanted:
        serve_sessions(registration.event_id, at=at, session_ids=wanted)


def bring_calendar(registration: Registration, at: datetime) -> list[Ask]:
    """Return what a letter asks of a calendar that holds sessions by our letters; all others follow a feed.

    It counts as their feed does from now: above what was asked before, and below what is asked later.
    """
    asked = holding.of_one(registration, at=at).asks(registration, ahead=2, is_whole=False)
    if asked:
        count_on(registration, 2)
    return asked


def note(
    act: str,
    registration: Registration,
    item: Item,
    *,
    is_added: bool,
    by: Actor,
    at: datetime,
    turn: int | None = None,
) -> None:
    """Write down what changed in somebody's own programme, and raise the version of their calendar.

    `turn` is the one somebody gives up, and finds again if they undo it.
    """
    # Nothing in the row changes but its revision.
    flag_modified(registration, "note")
    db.session.flush()
    told = {"session": item.title, "session_id": item.public_id}
    before, after = ({}, told) if is_added else (told | ({} if turn is None else {"turn": turn}), {})
    audit.record(act, registration, by=by, at=at, event_id=registration.event_id, before=before, after=after)


def _people_waiting(event_id: int) -> sa.Select[int]:
    asked = sa.select(Choice.registration_id).join(Registration, Registration.id == Choice.registration_id)
    return asked.where(Registration.event_id == event_id, Choice.is_waiting)


def _waiting(event_id: int, session_ids: Collection[int] | None) -> list[tuple[Choice, Registration]]:
    asked = (
        sa.select(Choice, Registration)
        .join(Registration, Registration.id == Choice.registration_id)
        .where(Registration.event_id == event_id, Registration.state == State.CONFIRMED, Choice.is_waiting)
        .order_by(Registration.priority.desc(), Choice.turn, Choice.session_id)
        .options(joinedload(Registration.event))
        .execution_options(populate_existing=True)
    )
    if session_ids is not None:
        asked = asked.where(Choice.session_id.in_(session_ids))
    return [(choice, registration) for choice, registration in db.session.execute(asked)]


def _is_free(item: Item, seated: int, at: datetime) -> bool:
    is_ahead = item.starts_at is None or item.starts_at > at
    return is_ahead and not item.is_cancelled and (item.capacity is None or seated < item.capacity)


def _leave_list(registration: Registration, choice: Choice, item: Item, *, at: datetime) -> None:
    db.session.delete(choice)
    note("leave session list", registration, item, is_added=False, by=SYSTEM, at=at)


def _seat(registration: Registration, choice: Choice, item: Item, *, at: datetime) -> None:
    choice.is_waiting = False
    registration.has_chosen = True
    note("session seat", registration, item, is_added=True, by=SYSTEM, at=at)
    notifications.session_seat(registration, item, bring_calendar(registration, at), at=at)

"""Moving to another ticket type, without losing the seat one has before the other is certain."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import deadlines, errors, prospects
from eventsvc.registration.models import AccessCode, Registration, State, TicketType
from eventsvc.registration.rules import admitting, wishes
from eventsvc.registration.rules.admitting import Leave
from eventsvc.registration.rules.holding import flush, hold, hold_again, is_ahead, is_over
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.serving import seating_now, serve
from eventsvc.registration.seating import NOBODY, Seating


class Switched(enum.Enum):
    """What became of a switch: it is done; the seat held is kept while one waits; or one waits for the other now."""

    DONE = "done"
    WISHED = "wished"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody asks for another ticket type, and may have it by who they are."""

    registration: Registration
    ticket_type: TicketType
    code: AccessCode | None
    event: Event
    turn: int
    by: Actor
    at: datetime

    def take(self, *, is_told: bool = True) -> None:
        wishes.take(self.registration, self.ticket_type, self.code, by=self.by, at=self.at, is_told=is_told)

    def record(self, act: str, after: dict[str, Any]) -> None:
        audit.record(act, self.registration, by=self.by, at=self.at, event_id=self.event.id, after=after)


def switch(
    registration: Registration, ticket_type_id: int, *, by: Actor, at: datetime, code: str | None = None
) -> Switched:
    """Move somebody to another ticket type: at once where it has room and nobody stands before them.

    Else whoever has a seat keeps it and waits for the other, in the turn of this wish; whoever waits has waited for the
    other type from now on. What comes free is given on. Raises RegistrationOver, ChangesClosed, NotToSwitch,
    SameTicket, TicketTypeFull where there is no waiting list, and what `admitting` raises.
    """
    event, turn = hold(registration.event_id)
    db.session.refresh(registration)
    _check_time(registration, event, by, at)
    ticket_type = admitting.chosen(event, ticket_type_id, has_types=True)
    if ticket_type is None or ticket_type.id == registration.ticket_type_id:
        raise errors.SameTicket
    if ticket_type.id == registration.wants_type_id:
        return Switched.WISHED
    leave = Leave(code=code, switches_id=registration.id)
    used = admitting.admit(ticket_type, registration.email or "", leave, by=by, at=at)
    asked = _Asked(registration, ticket_type, used, event, turn, by, at)
    seating = seating_now(event, at)
    done = _from_seat(asked, seating) if registration.state is State.CONFIRMED else _from_list(asked, seating)
    serve(event, by=SYSTEM, at=at)
    return done


def withdraw_wish(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Wish for no other ticket type any more; without a wish nothing happens."""
    hold_again(registration)
    if registration.wants_type is None:
        return
    before = {"wants": registration.wants_type.name}
    _wish(registration, None, None, None)
    audit.record("withdraw wish", registration, by=by, at=at, event_id=registration.event_id, before=before)


def _check_time(registration: Registration, event: Event, by: Actor, at: datetime) -> None:
    if not registration.is_live:
        raise errors.RegistrationOver
    if not is_over(event, at):
        deadlines.check_changes(event, by=by, at=at)
    is_movable = registration.state in {State.CONFIRMED, State.WAITLISTED}
    if not is_movable or is_over(event, at) or event.status is not Status.PUBLISHED:
        raise errors.NotToSwitch


def _from_seat(asked: _Asked, seating: Seating) -> Switched:
    registration, ticket_type = asked.registration, asked.ticket_type
    there = seating.held.get(ticket_type.id, NOBODY)
    if prospects.has_room(seating, ticket_type.id, there.waiting + there.wishing):
        asked.take()
        return Switched.DONE
    _check_list(asked)
    _wish(registration, ticket_type, asked.code, asked.turn)
    asked.record("wish ticket", {"wants": ticket_type.name})
    return Switched.WISHED


def _from_list(asked: _Asked, seating: Seating) -> Switched:
    registration, ticket_type = asked.registration, asked.ticket_type
    if prospects.is_free(registration, seating, ticket_type.id) and is_ahead(asked.event, asked.at):
        # The letter about the place tells of its kind too.
        asked.take(is_told=False)
        move(registration, State.CONFIRMED, by=asked.by, at=asked.at)
        return Switched.DONE
    _check_list(asked)
    registration.turn = asked.turn
    asked.take()
    return Switched.WAITING


def _check_list(asked: _Asked) -> None:
    event = asked.event
    if not event.has_waiting_list or event.is_list_stopped or not is_ahead(event, asked.at):
        raise errors.TicketTypeFull


def _wish(
    registration: Registration, ticket_type: TicketType | None, code: AccessCode | None, turn: int | None
) -> None:
    registration.wants_type, registration.wants_turn = ticket_type, turn
    registration.wants_code_id = code.id if code else None
    flush()

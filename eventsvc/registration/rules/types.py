"""Ticket types: made, changed, put in order, retired and deleted, while nobody counts seats beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.columns import plain, snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import beginnings, errors, invitees, offering
from eventsvc.registration.models import PersonalInvitation, Registration, TicketType, Visibility
from eventsvc.registration.rules.holding import hold
from eventsvc.registration.rules.serving import serve
from eventsvc.registration.rules.settling import release

COLUMNS = (
    "name", "description", "mode", "capacity", "opens_at", "closes_at", "fee_cents", "currency", "fee_note",
    "fee_due_days", "visibility", "domains",
)  # fmt: skip
_KEPT = (*COLUMNS, "position", "is_retired", "revision")


def add_type(event: Event, said: Mapping[str, Any], *, by: Actor, at: datetime) -> TicketType:
    """Give an event a ticket type, after those it has; `said` has names of `COLUMNS`.

    Raises TypeNameTaken, TypeClosesFirst, OtherCurrency.
    """
    held, _turn = hold(event.id)
    others = offering.every(held.id)
    ticket_type = TicketType(event_id=held.id, position=_after(others), **said)
    _check(ticket_type, others)
    return _made(ticket_type, by=by, at=at)


def begin_with(event: Event, key: str, *, by: Actor, at: datetime) -> list[TicketType]:
    """Give an event without ticket types the set that is offered to its kind, in its own language."""
    held, _turn = hold(event.id)
    found = next((each for each in beginnings.offered(held) if each.key == key), None)
    if found is None or offering.every(held.id):
        return []
    with force_locale(held.language):
        return [_made(_begun(held, start, position), by=by, at=at) for position, start in enumerate(found.types)]


def edit_type(
    ticket_type: TicketType, said: Mapping[str, Any], *, revision: int, by: Actor, at: datetime
) -> list[Registration]:
    """Write what an organiser changed; a raised limit gives its seats at once, and those people are returned.

    `revision` is the one their form was opened at. What people agreed to pay stays as it was. Raises ChangedMeanwhile,
    TypeNameTaken, TypeClosesFirst, OtherCurrency, or ModeTaken where people have this ticket.
    """
    event = _hold_again(ticket_type)
    before = snapshot(ticket_type, _KEPT)
    yours = plain(said)
    meanwhile.refuse_if_changed(ticket_type, revision, stored=before, yours=yours, by=by)
    if all(before[name] == value for name, value in yours.items()):
        return []
    if said.get("mode", ticket_type.mode) is not ticket_type.mode and _is_had(ticket_type):
        raise errors.ModeTaken
    others = [other for other in offering.every(event.id) if other.id != ticket_type.id]
    with db.session.no_autoflush:
        for name, value in said.items():
            setattr(ticket_type, name, value)
        _check(ticket_type, others)
    _changed("ticket.edited", ticket_type, before, by=by, at=at)
    return serve(event, by=by, at=at)


def order_types(event: Event, public_ids: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Put the ticket types of an event in this order; those not named come after, as they were."""
    hold(event.id)
    types = offering.every(event.id)
    place = {public_id: number for number, public_id in enumerate(public_ids)}
    ordered = sorted(types, key=lambda each: (place.get(each.public_id, len(place)), each.position, each.id))
    for number, ticket_type in enumerate(ordered):
        if ticket_type.position != number:
            before = snapshot(ticket_type, _KEPT)
            ticket_type.position = number
            _changed("ticket.moved", ticket_type, before, by=by, at=at)


def move_type(ticket_type: TicketType, steps: int, *, by: Actor, at: datetime) -> None:
    """Move a ticket type down the list by so many places, up where they are negative."""
    event = _hold_again(ticket_type)
    ids = [each.public_id for each in offering.every(event.id)]
    here = ids.index(ticket_type.public_id)
    ids.insert(max(0, here + steps), ids.pop(here))
    order_types(event, ids, by=by, at=at)


def retire_type(ticket_type: TicketType, *, is_retired: bool, by: Actor, at: datetime) -> None:
    """Offer a ticket type to nobody any more, or again; who has it, or waits for it, keeps that.

    Seats of it that invitations keep pass to whoever is next: nobody can use them any more.
    """
    event = _hold_again(ticket_type)
    if ticket_type.is_retired == is_retired:
        return
    before = snapshot(ticket_type, _KEPT)
    ticket_type.is_retired = is_retired
    _changed("ticket.retired" if is_retired else "ticket.restored", ticket_type, before, by=by, at=at)
    kept = invitees.keeping(ticket_type.id, at) if is_retired else ()
    for invitation in kept:
        release(invitation, by=by, at=at)
    if kept:
        serve(event, by=SYSTEM, at=at)


def delete_type(ticket_type: TicketType, *, by: Actor, at: datetime) -> None:
    """Delete a ticket type that nobody ever had, wished for or was invited to. Raises TypeInUse."""
    event = _hold_again(ticket_type)
    if is_used(ticket_type):
        raise errors.TypeInUse
    audit.record("ticket.deleted", ticket_type, by=by, at=at, event_id=event.id, before=snapshot(ticket_type, _KEPT))
    db.session.delete(ticket_type)
    db.session.flush()


def is_used(ticket_type: TicketType) -> bool:
    """Tell whether anybody has, had, wishes for or was invited to a ticket type."""
    theirs = sa.or_(Registration.ticket_type_id == ticket_type.id, Registration.wants_type_id == ticket_type.id)
    invited = sa.select(PersonalInvitation.id).where(PersonalInvitation.ticket_type_id == ticket_type.id)
    return bool(
        db.session.scalar(sa.select(sa.or_(sa.select(Registration.id).where(theirs).exists(), invited.exists())))
    )


def _hold_again(ticket_type: TicketType) -> Event:
    event, _turn = hold(ticket_type.event_id)
    db.session.refresh(ticket_type)
    return event


def _is_had(ticket_type: TicketType) -> bool:
    had = sa.select(Registration.id).where(Registration.ticket_type_id == ticket_type.id)
    return db.session.scalar(had.limit(1)) is not None


def _check(ticket_type: TicketType, others: Sequence[TicketType]) -> None:
    name = (ticket_type.name or "").casefold()
    if any(other.name.casefold() == name for other in others):
        raise errors.TypeNameTaken
    opens, closes = ticket_type.opens_at, ticket_type.closes_at
    if opens is not None and closes is not None and closes <= opens:
        raise errors.TypeClosesFirst
    if ticket_type.fee_cents and any(other.fee_cents and other.currency != ticket_type.currency for other in others):
        raise errors.OtherCurrency
    if ticket_type.visibility is Visibility.DOMAIN and not offering.domains(ticket_type):
        raise errors.DomainsMissing


def _begun(event: Event, start: beginnings.Start, position: int) -> TicketType:
    return TicketType(
        event_id=event.id,
        position=position,
        name=str(start.name),
        description=str(start.description),
        mode=start.mode or event.mode,
        visibility=start.visibility,
    )


def _made(ticket_type: TicketType, *, by: Actor, at: datetime) -> TicketType:
    db.session.add(ticket_type)
    _changed("ticket.added", ticket_type, {}, by=by, at=at)
    return ticket_type


def _changed(act: str, ticket_type: TicketType, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    db.session.flush()
    after = snapshot(ticket_type, _KEPT)
    audit.record(act, ticket_type, by=by, at=at, event_id=ticket_type.event_id, before=before, after=after)


def _after(others: Sequence[TicketType]) -> int:
    return max((other.position for other in others), default=-1) + 1

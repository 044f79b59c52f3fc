"""Handing a place to a colleague: the seat, its type, its turn and what was paid go along; its owner does not."""

from __future__ import annotations

from datetime import datetime

from eventsvc import tokens
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import partings
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import choices, deadlines, errors, keys, known, notifications
from eventsvc.registration.models import OF_REGISTRATION, Registration, State
from eventsvc.registration.person import Person
from eventsvc.registration.rules import admitting
from eventsvc.registration.rules.holding import hold_again, is_over
from eventsvc.registration.rules.moving import move

_SPARE_REFERENCES = 3
# What belongs to the place, and leaves whoever hands it on.
_GOES_ALONG = (
    "access_code_id", "group_id", "group_place", "fee_cents", "currency", "paid_cents", "payment",
    "payment_reference", "payment_due_on", "payment_marked_at", "payment_marked_by",
)  # fmt: skip
_WITHOUT = {
    "access_code_id": None, "group_id": None, "group_place": None, "fee_cents": 0, "paid_cents": 0, "payment": None,
    "payment_reference": "", "payment_due_on": None, "payment_marked_at": None, "payment_marked_by": None,
}  # fmt: skip


def hand_over(registration: Registration, person: Person, *, by: Actor, at: datetime) -> Registration:
    """Give a confirmed place to somebody else, and return their registration.

    It is one of their own, with a reference and links of its own, so that neither sees what the other wrote or was
    sent: answers stay with who gave them, and the old link opens a page that says the place was handed on. No seat
    comes free by it, so nobody on the waiting list is passed over for it.
    Raises NotConfirmed, EventOver, ChangesClosed, SameAddress, DomainNeeded or AlreadyRegistered.
    """
    links = {kind: keys.new() for kind in OF_REGISTRATION}
    references = [tokens.reference() for _spare in range(_SPARE_REFERENCES)]
    event = hold_again(registration)
    _refuse(registration, event, person, by=by, at=at)
    met = known.look(event.id, person.email_folded, None, references)
    if met.has_place:
        raise errors.AlreadyRegistered
    fresh = Registration(
        event=event,
        ticket_type=registration.ticket_type,
        turn=registration.turn,
        priority=registration.priority,
        reference=met.reference,
        origin=registration.origin,
        language=registration.language,
        registered_at=at,
        calendar_offset=met.offset,
        **{name: getattr(registration, name) for name in _GOES_ALONG},
        **person.columns(),
    )
    for kind, key in links.items():
        keys.fit(fresh, kind, key)
    # The colleague's link stands in their letter alone.
    fresh.proven_digest = fresh.manage_digest
    for name, value in _WITHOUT.items():
        setattr(registration, name, value)
    receiver = f"{person.given_name} {person.family_name}"
    letters = notifications.HandingOn(giver=registration.name, receiver=receiver, at=at)
    partings.give_up(registration.id, at=at)
    sessions = choices.taken_off(registration.id)
    move(registration, State.CANCELLED, by=by, at=at, act="hand over", tell=letters.to_giver)
    db.session.add(fresh)
    move(fresh, State.CONFIRMED, by=by, at=at, act="take over", tell=letters.to_receiver)
    choices.put_on(fresh.id, sessions)
    fresh.has_chosen = registration.has_chosen
    return fresh


def _refuse(registration: Registration, event: Event, person: Person, *, by: Actor, at: datetime) -> None:
    if not registration.is_confirmed:
        raise errors.NotConfirmed
    if is_over(event, at):
        raise errors.EventOver
    if event.status is Status.CANCELLED:
        raise errors.EventCancelled
    deadlines.check_changes(event, by=by, at=at)
    if person.email_folded == registration.email_folded:
        raise errors.SameAddress
    if registration.ticket_type is not None:
        admitting.pass_on(registration.ticket_type, person.email, by=by)

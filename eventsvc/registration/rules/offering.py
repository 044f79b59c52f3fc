"""Answering an offered place, or the question whether an address is one's own: with one press, in time."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.events.models import Event, Status
from eventsvc.registration import errors
from eventsvc.registration.models import OfferKind, Registration, State
from eventsvc.registration.rules.holding import flush, hold_again, is_over
from eventsvc.registration.rules.inviting import use_kept
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.serving import serve


def accept(registration: Registration, *, by: Actor, at: datetime) -> bool:
    """Take an offered place, or prove an address; tell whether it was in time.

    What has run out is moved to expired and passed on, so the door commits in either case. Accepting twice is harmless.
    Raises NotOffered, EventCancelled or EventOver.
    """
    event = hold_again(registration)
    _refuse_if_off(event, at)
    serve(event, by=SYSTEM, at=at)
    match registration.state:
        case State.OFFERED:
            is_proof = registration.offer_kind is OfferKind.PROOF
            move(registration, State.CONFIRMED, by=by, at=at, act="prove address" if is_proof else "accept")
            use_kept(registration, by=by, at=at)
        case State.WAITLISTED if registration.is_to_prove:
            _prove(registration, by=by, at=at)
        case State.EXPIRED:
            return False
        case State.WAITLISTED | State.CONFIRMED:
            pass
        case _:
            raise errors.NotOffered
    return True


def _prove(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Note that a waiting person's address is theirs: when their turn comes the place is theirs as anybody's."""
    registration.offer_kind = None
    flush()
    audit.record("prove address", registration, by=by, at=at, event_id=registration.event_id)


def _refuse_if_off(event: Event, at: datetime) -> None:
    if event.status is Status.CANCELLED:
        raise errors.EventCancelled
    if is_over(event, at):
        raise errors.EventOver

"""From state to state: the only way there is."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.registration import fees, notifications, seats
from eventsvc.registration.models import LIVE, SEATED, Registration, State
from eventsvc.registration.rules.holding import flush
from eventsvc.registration.rules.workshops import let_go, take_up

_ACTS = {State.CONFIRMED: "confirm", State.WAITLISTED: "waitlist", State.CANCELLED: "cancel"}


def move(registration: Registration, to: State, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Lead a registration from state to state: timed, audited with its reason, and told."""
    came_from: State | None = registration.state
    registration.came_from = came_from
    registration.state, registration.state_at = to, at
    if to not in LIVE:
        registration.submission_key = None
    if came_from in SEATED and to not in SEATED:
        registration.calendar_offset += 1
    if to in SEATED:
        fees.begin(registration, at)
    else:
        registration.wants_type_id = registration.wants_turn = None
    flush()
    audit.record(
        _ACTS[to],
        registration,
        by=by,
        at=at,
        event_id=registration.event_id,
        before={"state": came_from.value} if came_from else {},
        after={"state": to.value},
        reason=reason,
    )
    _tell(registration, came_from, at)
    if came_from is not None and (came_from in SEATED) != registration.has_seat:
        # Whoever is new has chosen no session yet.
        (take_up if registration.has_seat else let_go)(registration, at=at)


def _tell(registration: Registration, came_from: State | None, at: datetime) -> None:
    """Lay the letter that belongs to a transition beside it, so that both happen or neither."""
    match came_from, registration.state:
        case None, State.CONFIRMED:
            notifications.registered(registration, at=at)
        case None, State.WAITLISTED:
            notifications.waitlisted(registration, position=seats.position(registration, at), at=at)
        case _, State.CONFIRMED:
            notifications.promoted(registration, at=at)
        case _, State.CANCELLED:
            notifications.cancelled(registration, at=at, had_seat=came_from in SEATED)

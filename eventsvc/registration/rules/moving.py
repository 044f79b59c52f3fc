"""From state to state: the only way there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.registration import fees, notifications, seats
from eventsvc.registration.models import LIVE, SEATED, Registration, State
from eventsvc.registration.rules.holding import count_on, flush
from eventsvc.registration.rules.workshops import let_go, take_up

_ACTS = {
    State.CONFIRMED: "confirm",
    State.WAITLISTED: "waitlist",
    State.OFFERED: "offer",
    State.EXPIRED: "expire",
    State.CANCELLED: "cancel",
}


def move(
    registration: Registration,
    to: State,
    *,
    by: Actor,
    at: datetime,
    reason: str | None = None,
    act: str | None = None,
    tell: Callable[[Registration], object] | None = None,
) -> None:
    """Lead a registration from state to state: timed, audited with its reason, and told.

    `act` names what was done where the state alone does not; `tell` lays another letter than the usual one.
    """
    came_from: State | None = registration.state
    registration.came_from = came_from
    registration.state, registration.state_at = to, at
    if to not in LIVE:
        registration.submission_key = None
    _drop_deadlines(registration)
    if registration.is_confirmed:
        fees.begin(registration, at)
    if to not in SEATED:
        registration.wants_type_id = registration.wants_turn = registration.wants_code_id = None
    _count_calendar(registration, came_from)
    flush()
    audit.record(
        act or _ACTS[to],
        registration,
        by=by,
        at=at,
        event_id=registration.event_id,
        before={"state": came_from.value} if came_from else {},
        after={"state": to.value},
        reason=reason,
    )
    if tell is not None:
        tell(registration)
    else:
        _tell(registration, came_from, at)
    _pass_sessions(registration, came_from, at)


def _count_calendar(registration: Registration, came_from: State | None) -> None:
    """Let what the calendar hears next count higher, when a confirmed seat goes and when it comes back."""
    is_gone = came_from is State.CONFIRMED and not registration.is_confirmed
    if is_gone or (registration.is_confirmed and registration.calendar_offset % 2):
        count_on(registration, 1)


def _drop_deadlines(registration: Registration) -> None:
    """Forget what was waited for; a cancelled offer keeps it, as that may be undone."""
    if registration.state is not State.WAITLISTED:
        registration.interest_due_at = None
    if registration.is_confirmed:
        registration.offer_kind = registration.offer_expires_at = None


def _pass_sessions(registration: Registration, came_from: State | None, at: datetime) -> None:
    """Give on the seats in sessions of who leaves, and let who is in now have theirs; a newcomer has none yet."""
    if came_from is None:
        return
    if registration.is_confirmed:
        take_up(registration, at=at)
    elif came_from in SEATED and not registration.has_seat:
        let_go(registration, at=at)


def _tell(registration: Registration, came_from: State | None, at: datetime) -> None:
    """Lay the letter that belongs to a transition beside it, so that both happen or neither."""
    match came_from, registration.state:
        case None, State.CONFIRMED:
            notifications.registered(registration, at=at)
        case None, State.WAITLISTED:
            notifications.waitlisted(registration, position=seats.position(registration, at), at=at)
        case None, State.OFFERED:
            notifications.prove_address(registration, at=at)
        case State.OFFERED, State.CONFIRMED:
            notifications.accepted(registration, at=at)
        case State.CANCELLED, _:
            notifications.restored(registration, at=at)
        case _, State.CONFIRMED:
            notifications.promoted(registration, at=at)
        case _, State.OFFERED:
            notifications.offered(registration, at=at)
        case State.WAITLISTED, State.EXPIRED:
            notifications.list_left(registration, at=at)
        case _, State.EXPIRED:
            notifications.offer_expired(registration, at=at)
        case _, State.CANCELLED:
            had_seat, had_offer = came_from is State.CONFIRMED, came_from is State.OFFERED
            notifications.cancelled(registration, at=at, had_seat=had_seat, had_offer=had_offer)

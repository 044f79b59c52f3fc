"""What is waited for, on the page by link: until when, what may be done about it, and what waiting is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from eventsvc import when
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.registration import deadlines, odds, seats, undoing
from eventsvc.registration.models import OfferKind, Registration, State
from eventsvc.registration.odds import Odds


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page needs to know besides the state; moments are in words, empty where there is none.

    `kind` names what the page is about: "" for what is plain, else offer, proof, asked, prove, late, unproven, silent,
    handed or undo.
    """

    kind: str = ""
    until: str = ""
    position: int | None = None
    odds: str = ""
    may_change: bool = True
    changed_until: str = ""
    is_overdue: bool = False
    """An offer whose time is over, though nobody has moved it yet."""


def told(registration: Registration, at: datetime, locale: str) -> Waiting:
    """Tell one person what they can do now."""
    event = registration.event
    position = seats.position(registration, at) if registration.state is State.WAITLISTED else None
    kind, until = _kind(registration, at)
    closes = deadlines.changes_until(event) if event.changes_close_at else None
    return Waiting(
        kind=kind,
        until=_moment(event, until, locale),
        position=position,
        odds=sentence(odds.of(event, at), position) if position else "",
        may_change=deadlines.may_change(event, at),
        changed_until=_moment(event, closes, locale),
        is_overdue=registration.state is State.OFFERED and kind in {"late", "unproven"},
    )


def sentence(found: Odds | None, number: int) -> str:
    """Say what waiting as number so-and-so was worth at the last editions."""
    if found is None:
        return ""
    return _(
        "In the last %(editions)d editions with a waiting list %(served)d of %(waited)d people on it got a place; "
        "number %(number)d would have got one in %(would)d of %(editions)d.",
        editions=found.editions,
        served=found.served,
        waited=found.waited,
        number=number,
        would=found.would_serve(number),
    )


def _kind(registration: Registration, at: datetime) -> tuple[str, datetime | None]:
    is_proof = registration.offer_kind is OfferKind.PROOF
    expires_at = registration.offer_expires_at
    match registration.state:
        case State.OFFERED if expires_at is not None and expires_at <= at:
            return "unproven" if is_proof else "late", expires_at
        case State.OFFERED:
            return "proof" if is_proof else "offer", expires_at
        case State.EXPIRED if registration.came_from is State.WAITLISTED:
            return "silent", None
        case State.EXPIRED:
            return "unproven" if is_proof else "late", expires_at
        case State.WAITLISTED if registration.interest_due_at is not None:
            return "asked", registration.interest_due_at
        case State.WAITLISTED if is_proof:
            return "prove", None
        case State.CANCELLED:
            return _cancelled(registration, at)
    return "", None


def _cancelled(registration: Registration, at: datetime) -> tuple[str, datetime | None]:
    """Tell whether a cancellation can be undone, or was the end of a place that somebody else has."""
    if undoing.last_transition(registration)[0] == "hand over":
        return "handed", None
    event = registration.event
    if at >= undoing.until(registration):
        return "", None
    seating = seats.taken(event.id, at)
    back = undoing.state_to_come_back_to(registration, event, seating, by=ATTENDEE, at=at)
    return ("undo", undoing.until(registration)) if back else ("", None)


def _moment(event: Event, at: datetime | None, locale: str) -> str:
    """Say a moment on the event's clock, and name whose clock that is."""
    if at is None:
        return ""
    return f"{when.moment(at, event.timezone, locale)}, {zone_of(event, at, locale)}"

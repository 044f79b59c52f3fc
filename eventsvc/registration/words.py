"""What states of a registration are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from eventsvc.events.words import Word
from eventsvc.registration.models import State

_STATES: dict[State, tuple[str, Any, str]] = {
    State.APPLIED: ("applied", _l("Applied"), "accent"),
    State.WAITLISTED: ("waitlisted", _l("Waiting list"), "warn"),
    State.OFFERED: ("offered", _l("Offered"), "warn"),
    State.CONFIRMED: ("confirmed", _l("Confirmed"), "ok"),
    State.DECLINED: ("declined", _l("Declined"), "ink2"),
    State.EXPIRED: ("expired", _l("Expired"), "ink2"),
    State.CANCELLED: ("cancelled", _l("Cancelled"), "no"),
}


def state(of: State) -> Word:
    """Say a state: its mark, its word and its tone."""
    mark, word, tone = _STATES[of]
    return Word(mark, str(word), tone)

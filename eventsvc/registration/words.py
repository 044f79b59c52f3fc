"""What states of a registration are called."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.events.models import Mode
from eventsvc.events.words import Word
from eventsvc.registration.models import Payment, State, Visibility

_STATES: dict[State, tuple[str, Any, str]] = {
    State.APPLIED: ("applied", _l("Applied"), "accent"),
    State.WAITLISTED: ("waitlisted", _l("Waiting list"), "warn"),
    State.OFFERED: ("offered", _l("Offered"), "warn"),
    State.CONFIRMED: ("confirmed", _l("Confirmed"), "ok"),
    State.DECLINED: ("declined", _l("Declined"), "ink2"),
    State.EXPIRED: ("expired", _l("Expired"), "ink2"),
    State.CANCELLED: ("cancelled", _l("Cancelled"), "no"),
}
PAYMENTS: dict[Payment, Any] = {
    Payment.UNPAID: _l("Unpaid"),
    Payment.PAID: _l("Paid"),
    Payment.WAIVED: _l("Waived"),
    Payment.REFUNDED: _l("Paid back"),
}
VISIBILITIES: dict[Visibility, Any] = {
    Visibility.EVERYONE: _l("Everyone"),
    Visibility.CODE: _l("By access code"),
    Visibility.DOMAIN: _l("By e-mail domain"),
    Visibility.INVITATION: _l("By personal invitation"),
}
# How somebody takes part, as tickets say it.
WAYS: dict[Mode, Any] = {Mode.IN_PERSON: _l("On site"), Mode.ONLINE: _l("Online"), Mode.HYBRID: _l("On site or online")}


def member(of: State | None) -> Word:
    """Say how one of a group stands; None: their address is still to be proven."""
    return Word("offered", _("Address not yet proven"), "warn") if of is None else state(of)


def state(of: State) -> Word:
    """Say a state: its mark, its word and its tone."""
    mark, word, tone = _STATES[of]
    return Word(mark, str(word), tone)

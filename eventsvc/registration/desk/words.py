"""What happened to a registration, in words for organisers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.events.words import Word
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration.history import Deed
from eventsvc.registration.models import Origin

_ORIGINS: dict[Origin, Any] = {
    Origin.PAGE: _l("Registered on the event’s page"),
    Origin.DESK: _l("Added by hand"),
    Origin.IMPORT: _l("Imported"),
    Origin.API: _l("Registered by another program"),
}
_DEEDS: dict[str, Any] = {
    "confirm": _l("Given a place"),
    "waitlist": _l("Put on the waiting list"),
    "cancel": _l("Cancelled"),
    "correct": _l("Details corrected"),
    "erase": _l("Name, address and answers forgotten"),
    "replace manage link": _l("Personal link replaced"),
    "replace feed link": _l("Calendar link replaced"),
}
_LETTERS: dict[str, Any] = {
    "registered": _l("Your place is confirmed"),
    "waitlisted": _l("You are on the waiting list"),
    "promoted": _l("You have a place"),
    "cancelled": _l("Your registration is cancelled"),
    "event_cancelled": _l("The event is cancelled"),
    "link_resent": _l("Your personal link"),
}
_MESSAGES: dict[MessageState, tuple[str, Any, str]] = {
    MessageState.WAITING: ("waiting", _l("Waits to be sent"), "warn"),
    MessageState.CLAIMED: ("waiting", _l("Is being sent"), "warn"),
    MessageState.SENT: ("confirmed", _l("Sent"), "ok"),
    MessageState.FAILED: ("clash", _l("Could not be sent"), "no"),
    MessageState.REPLACED: ("closed", _l("Replaced by a newer one"), "ink2"),
    MessageState.RECORDED: ("closed", _l("Kept, not sent"), "ink2"),
}


def deed(of: Deed, *, origin: Origin | None = None) -> str:
    """Say an act; the first one, whose `origin` is given, by the door it came in by."""
    if origin is not None:
        return str(_ORIGINS[origin])
    return str(_DEEDS.get(of.act, of.act))


def by(of: Deed) -> str:
    """Say who acted, where it was neither the person nor the waiting list itself."""
    return _("by %(name)s", name=of.organiser) if of.organiser else ""


def letter(message: Message) -> str:
    """Name a letter by its subject as sent, else by what it is about."""
    return message.sent_subject or str(_LETTERS.get(message.kind, message.kind))


def letter_state(message: Message) -> Word:
    """Say what became of a letter."""
    mark, word, tone = _MESSAGES[message.state]
    return Word(mark, str(word), tone)

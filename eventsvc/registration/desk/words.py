"""What happened to a registration, in words for organisers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.accounts import words
from eventsvc.mail import words as letters
from eventsvc.mail.models import Message
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
    "offer": _l("Offered a place"),
    "accept": _l("Took the offered place"),
    "ask proof": _l("Asked to prove a new address"),
    "prove address": _l("Proved their address"),
    "expire": _l("Time ran out"),
    "cancel": _l("Cancelled"),
    "restore": _l("Cancellation undone"),
    "hand over": _l("Handed their place on"),
    "take over": _l("Took a place over"),
    "prioritise": _l("Put elsewhere on the waiting list"),
    "stay": _l("Said they still want a place"),
    "correct": _l("Details corrected"),
    "switch ticket": _l("Ticket changed"),
    "wish ticket": _l("Another ticket wished for"),
    "withdraw wish": _l("Wish for another ticket withdrawn"),
    "mark payment": _l("Payment marked"),
    "erase": _l("Name, address and answers forgotten"),
    "replace manage link": _l("Personal link replaced"),
    "replace feed link": _l("Calendar link replaced"),
    "stop feed link": _l("Calendar link stopped"),
    "change feed": _l("Calendar changed"),
}


def deed(of: Deed, *, origin: Origin | None = None) -> str:
    """Say an act; the first one, whose `origin` is given, by the door it came in by."""
    if origin is not None:
        return str(_ORIGINS[origin])
    return str(_DEEDS.get(of.act) or words.act(of.act))


def by(of: Deed) -> str:
    """Say who acted, where it was neither the person nor the waiting list itself."""
    return _("by %(name)s", name=of.organiser) if of.organiser else ""


def letter(message: Message) -> str:
    """Name a letter by its subject as sent, else by what it is about."""
    return message.sent_subject or letters.kind(message.kind)

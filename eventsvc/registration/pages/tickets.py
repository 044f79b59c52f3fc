"""What somebody may choose among when they register: the ticket types they see, with an access code or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import g, request
from flask_babel import gettext as _

from eventsvc import web
from eventsvc.errors import Refused
from eventsvc.events.models import Event, Mode
from eventsvc.events.standing import Places, Standing, by_time
from eventsvc.registration import codes, limits, offering, ticketing
from eventsvc.registration.errors import TicketTypeGone, TicketTypeNeeded
from eventsvc.registration.forms import RegistrationForm, SwitchForm
from eventsvc.registration.models import AccessCode, Registration
from eventsvc.registration.seating import Seating
from eventsvc.registration.ticketing import Card


@dataclass(frozen=True, slots=True)
class Choice:
    """The cards to choose among, none at an event without ticket types; `chosen` is the public id of one."""

    cards: tuple[Card, ...] = ()
    chosen: str = ""
    has_codes: bool = False

    def mode(self, event: Event) -> Mode:
        """Return the way everybody here takes part; hybrid where that is for them to choose."""
        ways = {card.mode for card in self.cards} or {event.mode}
        return ways.pop() if len(ways) == 1 else Mode.HYBRID

    def is_open(self, there: Places) -> bool:
        """Tell whether there is a form: whoever has a code may find something open that others do not."""
        return any(card.is_open for card in self.cards) or (there.is_open and (self.has_codes or not self.cards))

    def is_waiting(self, there: Places) -> bool:
        """Tell whether all there is to have is a place on the waiting list."""
        found = [card.is_waiting for card in self.cards if card.is_open]
        return all(found) if found else there.standing is Standing.WAITING


def offered(event: Event, seating: Seating, chosen: str, at: datetime, code: AccessCode | None = None) -> Choice:
    """Return what somebody may choose.

    The one thing that can be had, or that a code opens, is chosen already.
    """
    shown = ticketing.among(event, seating, web.language(), at, code)
    return _choice(shown, seating, chosen, code, has_codes=by_time(event, at) is None)


def others(
    registration: Registration, seating: Seating, chosen: str, at: datetime, code: AccessCode | None = None
) -> Choice:
    """Return what somebody may switch to: registration need not be open for that."""
    shown = ticketing.switchable(registration, seating, web.language(), at, code)
    return _choice(shown, seating, chosen, code)


def _choice(
    shown: tuple[Card, ...], seating: Seating, chosen: str, code: AccessCode | None, *, has_codes: bool = True
) -> Choice:
    has_codes = has_codes and any(ticket.is_by_code for ticket in seating.tickets)
    able = {card.public_id: card for card in shown if card.is_open}
    if chosen in able:
        return Choice(shown, chosen, has_codes)
    opened = [card.public_id for card in able.values() if card.is_by_code] if code else list(able)
    return Choice(shown, opened[0] if len(opened) == 1 else "", has_codes)


def asked(event_id: int, form: RegistrationForm | SwitchForm) -> int | None:
    """Return the ticket type that was chosen. Raises TicketTypeGone for one this event does not have."""
    if not form.ticket_type.data:
        return None
    found = _named(event_id, form.ticket_type.data)
    if found is None:
        raise TicketTypeGone
    return found[0]


def way(event_id: int, mode: Mode) -> Mode:
    """Return how whoever sent the form takes part: as the ticket type that was chosen, else as the event."""
    chosen = request.form.get("ticket_type", "")
    found = _named(event_id, chosen) if chosen else None
    return found[1] if found else mode


def _named(event_id: int, public_id: str) -> tuple[int, Mode] | None:
    """Return the id and the way of a ticket type; asked for twice in one request, it is looked up once.

    The rule reads it again under the turnstile.
    """
    kept: dict[tuple[int, str], tuple[int, Mode] | None] = g.setdefault("tickets_named", {})
    if (event_id, public_id) not in kept:
        found = offering.named(event_id, public_id)
        kept[event_id, public_id] = (found.id, found.mode) if found else None
    return kept[event_id, public_id]


def known(form: RegistrationForm | SwitchForm, event_id: int, at: datetime, *, but: int = 0) -> AccessCode | None:
    """Return the code that was typed, or say beside its field why it opens nothing; wrong ones are counted.

    `but` is the registration of whoever has a ticket by it and asks for another.
    """
    network = request.remote_addr or ""
    if not limits.may_try_code(network, event_id):
        form.code.errors = [_("That was a lot at once from your network. Wait ten minutes, then send this again.")]
        return None
    try:
        return codes.known(event_id, form.code.data, at, but=but)
    except Refused as refused:
        limits.may_be_refused(network, event_id)
        form.code.errors = [refused.sentence]
        return None


def look_up(form: RegistrationForm | SwitchForm, event_id: int, at: datetime) -> None:
    """Say beside the code what is wrong with it, for whoever asked what it opens."""
    if known(form, event_id, at) is None and not form.code.errors:
        form.code.errors = [_("Write the code first.")]


def by_typed(form: RegistrationForm | SwitchForm, event_id: int, at: datetime, *, but: int = 0) -> AccessCode | None:
    """Return the code that was typed, for a form that is shown again; one that was refused opens nothing."""
    return known(form, event_id, at, but=but) if form.code.data and not form.code.errors else None


def miss(form: RegistrationForm, choice: Choice) -> None:
    """Say that a ticket type is still to be chosen, beside whatever else is wrong with a form that was sent."""
    is_other = any(field.errors for field in form if field.name not in {"ticket_type", "code"})
    if is_other and not choice.chosen and len(choice.cards) > 1 and not form.ticket_type.errors:
        form.ticket_type.errors = [TicketTypeNeeded.told]

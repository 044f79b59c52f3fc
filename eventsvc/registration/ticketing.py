"""The ticket types of an event as people choose among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from eventsvc import money
from eventsvc.events import words as events
from eventsvc.events.models import Event, Mode
from eventsvc.events.standing import Standing
from eventsvc.events.words import Word
from eventsvc.registration import offering, prospects, standings, words
from eventsvc.registration.models import AccessCode, Registration, TicketType, Visibility
from eventsvc.registration.prospects import Prospect
from eventsvc.registration.seating import NOBODY, Seating

_OPEN = {Standing.OPEN, Standing.FILLING, Standing.WAITING}


@dataclass(frozen=True, slots=True)
class Card:
    """One ticket type to choose. `is_open`: it can be had now, be it on the waiting list (`is_waiting`)."""

    id: int
    public_id: str
    name: str
    description: str
    way: str
    mode: Mode
    fee: str
    fee_note: str
    whom: str
    word: Word
    is_open: bool
    is_waiting: bool
    waiting: int
    is_by_code: bool
    cents: int
    currency: str
    is_wished: bool = False


def among(
    event: Event, seating: Seating, locale: str, at: datetime, code: AccessCode | None = None
) -> tuple[Card, ...]:
    """Return the cards of what somebody may see; nothing is asked of an event without ticket types."""
    if not seating.tickets:
        return ()
    seen = [each for each in offering.offered(event.id) if offering.is_seen(each, code)]
    return tuple(card(event, each, seating, locale, at) for each in seen)


def switchable(
    registration: Registration, seating: Seating, locale: str, at: datetime, code: AccessCode | None = None
) -> tuple[Card, ...]:
    """Return the cards of what somebody may see besides what they have: each says what asking for it would lead to."""
    event, expected = registration.event, prospects.of(registration, seating, at)
    return tuple(
        _expected(card, expected[card.id])
        for card in among(event, seating, locale, at, code)
        if card.id != registration.ticket_type_id and card.id in expected
    )


def _expected(card: Card, prospect: Prospect) -> Card:
    if prospect.shut is not None:
        # When it opens is said already.
        is_said = prospect.shut is Standing.OPENS
        told = card.word if is_said else events.word(prospect.shut)
    elif prospect.is_now:
        told = Word("open", _("At once"), "ok")
    else:
        told = events.word(Standing.WAITING)
    is_waiting = prospect.shut is None and not prospect.is_now
    return replace(
        card,
        word=told,
        is_open=prospect.shut is None and not prospect.is_wished,
        is_waiting=is_waiting and not prospect.is_wished,
        waiting=prospect.before if is_waiting else 0,
        is_wished=prospect.is_wished,
    )


def card(event: Event, ticket_type: TicketType, seating: Seating, locale: str, at: datetime) -> Card:
    """Write one ticket type."""
    standing = standings.for_type(event, ticket_type, seating, at).standing
    domains = offering.domains(ticket_type) if ticket_type.visibility is Visibility.DOMAIN else []
    return Card(
        ticket_type.id,
        ticket_type.public_id,
        ticket_type.name,
        ticket_type.description,
        str(words.WAYS[ticket_type.mode]),
        ticket_type.mode,
        money.said(ticket_type.fee_cents, ticket_type.currency, locale) if ticket_type.fee_cents else _("Free"),
        ticket_type.fee_note if ticket_type.fee_cents else "",
        _("For e-mail addresses at %(domains)s", domains=_(" or ").join(domains)) if domains else "",
        word(event, ticket_type, seating, locale, at),
        standing in _OPEN,
        standing is Standing.WAITING,
        seating.held.get(ticket_type.id, NOBODY).waiting if standing is Standing.WAITING else 0,
        ticket_type.visibility is Visibility.CODE,
        ticket_type.fee_cents,
        ticket_type.currency,
    )


def word(event: Event, ticket_type: TicketType, seating: Seating, locale: str, at: datetime) -> Word:
    """Say where a ticket type stands, and when it opens if it is not open yet."""
    if ticket_type.is_retired:
        return Word("closed", _("Retired"), "ink2")
    standing = standings.for_type(event, ticket_type, seating, at).standing
    opens_at = max(filter(None, (ticket_type.opens_at, event.registration_opens_at)), default=None)
    if standing is Standing.OPENS and opens_at is not None:
        return Word("opens", events.opens(opens_at, event.timezone, locale, at), "accent")
    return events.word(standing)

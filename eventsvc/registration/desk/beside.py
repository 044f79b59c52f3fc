"""What the side panel tells of one person's ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import money, when
from eventsvc.accounts.models import User
from eventsvc.extensions import db
from eventsvc.registration import fees, offering, seats, words
from eventsvc.registration.desk.ticketforms import DeskSwitchForm, PaymentForm
from eventsvc.registration.models import Registration, TicketType


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket, its fee and its payment in words; what there is not is empty. `others` are there to switch to."""

    name: str
    way: str
    wish: str
    fee: str
    payment: str
    settling: str
    marked: str
    reference: str
    due: str
    others: tuple[TicketType, ...]


def of(registration: Registration, **forms: Any) -> dict[str, Any]:
    """Return the ticket, and the forms to change it: those given, which were refused, or fresh ones."""
    others, payment, locale = others_than(registration), registration.payment, str(get_locale())
    ticket_type, due_on = registration.ticket_type, registration.payment_due_on
    ticket = Ticket(
        name=ticket_type.name if ticket_type else "",
        way=str(words.WAYS[registration.mode]),
        wish=_wish(registration),
        fee=money.said(registration.fee_cents, registration.currency, locale) if payment else "",
        payment=str(words.PAYMENTS[payment]) if payment else "",
        settling=fees.settling(registration, locale),
        marked=_marked(registration, locale),
        reference=registration.payment_reference,
        due=when.on(due_on, locale) if due_on else "",
        others=tuple(others),
    )
    fresh = {
        "switching": DeskSwitchForm(others, formdata=None) if others else None,
        "paying": PaymentForm.of(registration, formdata=None) if payment else None,
    }
    return {"ticket": ticket} | fresh | forms


def others_than(registration: Registration) -> list[TicketType]:
    """Return the ticket types there are besides somebody's own."""
    return [each for each in offering.offered(registration.event_id) if each.id != registration.ticket_type_id]


def _wish(registration: Registration) -> str:
    if registration.wants_type is None:
        return ""
    number = seats.position_of_wish(registration)
    return _("%(ticket)s, number %(number)d", ticket=registration.wants_type.name, number=number)


def _marked(registration: Registration, locale: str) -> str:
    at = registration.payment_marked_at
    if at is None:
        return ""
    user = db.session.get(User, registration.payment_marked_by) if registration.payment_marked_by else None
    day = when.near_moment(at, registration.event.timezone, locale)
    return _("marked by %(name)s, %(moment)s", name=user.shown_name, moment=day) if user else day

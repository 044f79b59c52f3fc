"""What somebody owes for taking part: stated when they register, due once they have a place, kept by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventsvc import money, when
from eventsvc.registration.models import Payment, Registration, TicketType

COLUMNS = ("fee_cents", "currency", "payment", "payment_reference", "payment_due_on")


def state(registration: Registration, ticket_type: TicketType | None) -> None:
    """State the fee of a ticket type on a registration, in place of what it was.

    Who had paid has paid where the new fee is no higher; what is to be given back is seen to by hand.
    """
    before = registration.fee_cents or 0
    registration.fee_cents = ticket_type.fee_cents if ticket_type else 0
    registration.currency = ticket_type.currency if ticket_type else "EUR"
    registration.payment = _after(registration.payment, before, registration.fee_cents)
    if registration.payment is not Payment.UNPAID:
        registration.payment_due_on = None


def begin(registration: Registration, at: datetime) -> None:
    """Set the day by which a fee is due, counted from when the person got their place."""
    days = registration.ticket_type.fee_due_days if registration.ticket_type else None
    if days is not None and registration.payment is Payment.UNPAID and registration.payment_due_on is None:
        registration.payment_due_on = day_after(at, days, registration.event.timezone)


def day_after(at: datetime, days: int, timezone: str) -> date:
    """Return the day so many days after a moment, on the event's calendar."""
    return at.astimezone(ZoneInfo(timezone)).date() + timedelta(days=days)


def told(registration: Registration) -> dict[str, Any] | None:
    """Return what a letter tells of the fee, as values JSON can hold; None where there is none."""
    if registration.payment is None:
        return None
    due_on = registration.payment_due_on
    return {
        "cents": registration.fee_cents,
        "currency": registration.currency,
        "payment": registration.payment.value,
        "due_on": due_on.isoformat() if due_on else None,
        "note": registration.ticket_type.fee_note if registration.ticket_type else "",
    }


def said(fee: Mapping[str, Any], locale: str, *, has_seat: bool) -> tuple[str, str]:
    """Say what is owed, and how and until when it is paid; `fee` is as `told` tells it."""
    amount = money.said(fee["cents"], fee["currency"], locale)
    match fee["payment"]:
        case Payment.PAID:
            return _("%(amount)s, paid", amount=amount), ""
        case Payment.WAIVED:
            return _("%(amount)s, and you need not pay it", amount=amount), ""
        case Payment.REFUNDED:
            return _("%(amount)s, paid back", amount=amount), ""
    if not has_seat:
        return amount, _("Nothing is to be paid before you have a place.")
    due = when.on(date.fromisoformat(fee["due_on"]), locale) if fee["due_on"] else ""
    by = _("To be paid by %(day)s.", day=due) if due else _("To be paid.")
    return amount, f"{by} {fee['note']}".strip()


def kept(registration: Registration) -> dict[str, Any]:
    """Return the fee and its payment for the audit log."""
    due_on = registration.payment_due_on
    return {
        "fee_cents": registration.fee_cents,
        "currency": registration.currency,
        "payment": registration.payment.value if registration.payment else None,
        "payment_reference": registration.payment_reference,
        "payment_due_on": due_on.isoformat() if due_on else None,
    }


def _after(payment: Payment | None, before: int, now: int) -> Payment | None:
    if payment is Payment.PAID:
        return Payment.PAID if now <= before else Payment.UNPAID
    if now == 0:
        return None
    return Payment.WAIVED if payment is Payment.WAIVED else Payment.UNPAID

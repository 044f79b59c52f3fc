"""What somebody owes for taking part: stated when they register, due once they have a place, kept by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventsvc import money, when
from eventsvc.registration.models import Payment, Registration, TicketType


def state(registration: Registration, ticket_type: TicketType | None) -> None:
    """State the fee of a ticket type on a registration, in place of what it was.

    Who had paid has paid where the new fee is no higher, and owes the rest where it is; `difference` tells what is left
    to pay or to be paid back. What was paid in another currency counts as nothing, and stands in the history.
    """
    was, fee = registration.payment, ticket_type.fee_cents if ticket_type else 0
    paid, currency = registration.paid_cents or 0, ticket_type.currency if ticket_type else "EUR"
    if paid and not fee:
        currency = registration.currency
    elif paid and currency != registration.currency:
        paid = 0
    registration.fee_cents, registration.currency, registration.paid_cents = fee, currency, paid
    registration.payment = _after(was, paid, fee)
    if registration.payment is not Payment.UNPAID or was is not Payment.UNPAID:
        registration.payment_due_on = None


def mark(registration: Registration, payment: Payment, *, is_settled: bool = False) -> None:
    """Note where a fee stands: what was paid of it follows.

    `is_settled`: what had been paid above the fee has been given back.
    """
    was = registration.payment
    registration.payment = payment
    if payment is not was and {payment, was} != {Payment.UNPAID, Payment.WAIVED}:
        registration.paid_cents = registration.fee_cents if payment is Payment.PAID else 0
    elif is_settled and difference(registration) < 0:
        registration.paid_cents = registration.fee_cents
        if not registration.fee_cents:
            registration.payment = Payment.REFUNDED


def difference(registration: Registration) -> int:
    """Return what is still to be paid by who paid less than their fee, and below nothing what is to be paid back."""
    return _rest(registration.payment, registration.paid_cents, registration.fee_cents)


def settling(registration: Registration, locale: str) -> str:
    """Say what somebody paid and what is left of it, to an organiser; nothing where no more was paid than the fee."""
    paid = money.said(registration.paid_cents or 0, registration.currency, locale)
    rest = difference(registration)
    if not rest:
        is_in_part = registration.payment is Payment.WAIVED and registration.paid_cents
        return _("Paid %(paid)s, the rest is waived", paid=paid) if is_in_part else ""
    told = {
        "paid": paid,
        "fee": money.said(registration.fee_cents, registration.currency, locale),
        "rest": money.said(abs(rest), registration.currency, locale),
    }
    if rest > 0:
        return _("Paid %(paid)s, the fee is now %(fee)s: %(rest)s to pay", **told)
    return _("Paid %(paid)s, the fee is now %(fee)s: %(rest)s to be paid back", **told)


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
        "paid": registration.paid_cents,
        "payment": registration.payment.value,
        "due_on": due_on.isoformat() if due_on else None,
        "note": registration.ticket_type.fee_note if registration.ticket_type else "",
    }


def said(fee: Mapping[str, Any], locale: str, *, has_seat: bool) -> tuple[str, str]:
    """Say what is owed, and how and until when it is paid; `fee` is as `told` tells it."""
    amount = money.said(fee["cents"], fee["currency"], locale) if fee["cents"] else _("Free")
    told = _settled(fee, locale)
    match fee["payment"]:
        case Payment.PAID | Payment.WAIVED if told:
            return amount, told
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
    return amount, " ".join(part for part in (told, by, fee["note"]) if part)


def _settled(fee: Mapping[str, Any], locale: str) -> str:
    """Say to whoever paid what of it is left; letters of before say nothing of what was paid."""
    paid, cents = fee.get("paid", 0), fee["cents"]
    rest = _rest(Payment(fee["payment"]), paid, cents)
    amounts = {"paid": paid, "fee": cents, "rest": abs(rest)}
    said = {name: money.said(amount, fee["currency"], locale) for name, amount in amounts.items()}
    if rest > 0:
        return _("You paid %(paid)s and the fee is now %(fee)s: %(rest)s is left.", **said)
    if rest < 0:
        return _("You paid %(paid)s and the fee is now %(fee)s: %(rest)s will be paid back.", **said)
    if paid and fee["payment"] == Payment.WAIVED:
        return _("You paid %(paid)s, and need not pay the rest.", **said)
    return ""


def kept(registration: Registration) -> dict[str, Any]:
    """Return the fee and its payment for the audit log."""
    due_on = registration.payment_due_on
    return {
        "fee_cents": registration.fee_cents,
        "currency": registration.currency,
        "paid_cents": registration.paid_cents,
        "payment": registration.payment.value if registration.payment else None,
        "payment_reference": registration.payment_reference,
        "payment_due_on": due_on.isoformat() if due_on else None,
    }


def _after(payment: Payment | None, paid: int, fee: int) -> Payment | None:
    if payment is Payment.WAIVED and fee and paid <= fee:
        return Payment.WAIVED
    if paid:
        return Payment.PAID if paid >= fee else Payment.UNPAID
    return Payment.UNPAID if fee else None


def _rest(payment: Payment | None, paid: int | None, fee: int) -> int:
    is_open = payment in {Payment.PAID, Payment.UNPAID} and paid
    return fee - (paid or 0) if is_open else 0

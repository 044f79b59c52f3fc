"""Where fees stand, written down by hand: who marked what, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.errors import ChangedMeanwhile
from eventsvc.extensions import db
from eventsvc.registration import errors, fees
from eventsvc.registration.models import Payment, Registration
from eventsvc.registration.rules.holding import flush, hold, hold_again


@dataclass(frozen=True, slots=True)
class Marked:
    """What marking many would do, or did: how many change, how many stand so already, how many owe nothing."""

    changed: int
    same: int
    without: int


def mark_payment(
    registration: Registration,
    payment: Payment,
    *,
    reference: str,
    due_on: date | None,
    revision: int,
    is_settled: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Write down where one person's fee stands; `is_settled`: what they had paid above it has been given back.

    Raises NothingOwed, or ChangedMeanwhile for an older `revision`.
    """
    hold_again(registration)
    if registration.payment is None:
        raise errors.NothingOwed
    before = fees.kept(registration)
    if registration.revision != revision:
        told = _("Somebody changed this registration while you had it open. Nothing you typed is lost.")
        yours = {"payment": payment.value, "payment_reference": reference, "payment_due_on": str(due_on or "") or None}
        raise ChangedMeanwhile(told, theirs={name: before[name] for name in yours}, yours=yours)
    registration.payment_reference, registration.payment_due_on = reference, due_on
    fees.mark(registration, payment, is_settled=is_settled)
    _keep(registration, before, by=by, at=at)


def weigh(event_id: int, ids: Iterable[int], payment: Payment) -> Marked:
    """Tell what `mark_payments` would do."""
    found = _found(event_id, ids)
    owing = [each for each in found if each.payment is not None]
    same = sum(each.payment is payment for each in owing)
    return Marked(len(owing) - same, same, len(found) - len(owing))


def changing(event_id: int, ids: Iterable[int], payment: Payment) -> list[Registration]:
    """Return those whose payment `mark_payments` would mark."""
    return [each for each in _found(event_id, ids) if each.payment not in {None, payment}]


def mark_payments(event_id: int, ids: Iterable[int], payment: Payment, *, by: Actor, at: datetime) -> Marked:
    """Write down the same of many people's fees; those without one, or who stand so already, are passed over."""
    hold(event_id)
    ids = list(ids)
    marked = weigh(event_id, ids, payment)
    for registration in _found(event_id, ids):
        if registration.payment not in {None, payment}:
            before = fees.kept(registration)
            fees.mark(registration, payment)
            _keep(registration, before, by=by, at=at)
    return marked


def _found(event_id: int, ids: Iterable[int]) -> list[Registration]:
    asked = sa.select(Registration).where(Registration.event_id == event_id, Registration.id.in_(list(ids)))
    return list(db.session.scalars(asked.order_by(Registration.id).execution_options(populate_existing=True)))


def _keep(registration: Registration, before: dict[str, object], *, by: Actor, at: datetime) -> None:
    after = fees.kept(registration)
    if after == before:
        return
    registration.payment_marked_at, registration.payment_marked_by = at, by.user_id
    flush()
    audit.record("mark payment", registration, by=by, at=at, event_id=registration.event_id, before=before, after=after)

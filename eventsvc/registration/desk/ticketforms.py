"""The forms about one person's ticket: another one, and where its payment stands."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField

from eventsvc.events.fields import Choice, Day, Revision, choices, line
from eventsvc.registration import fees, words
from eventsvc.registration.models import Registration, TicketType


class PaymentForm(FlaskForm):
    """Where a fee stands; `revision` is that of the registration when the form was opened."""

    revision = Revision()
    payment = Choice(_l("Payment"), choices=choices((each.value, said) for each, said in words.PAYMENTS.items()))
    reference = line(_l("Payment reference"), 80)
    due_on = Day(_l("To be paid by"))
    is_settled = BooleanField(_l("What was paid too much has been paid back"))

    @classmethod
    def of(cls, registration: Registration, **more: Any) -> PaymentForm:
        """Open the form at what is stored; what is to be paid back is asked where there is something."""
        form = cls(
            data={
                "revision": registration.revision,
                "payment": registration.payment.value if registration.payment else None,
                "reference": registration.payment_reference,
                "due_on": registration.payment_due_on,
            },
            **more,
        )
        if fees.difference(registration) >= 0:
            del form.is_settled
        return form


class DeskSwitchForm(FlaskForm):
    """Another ticket type for somebody; its value is a public id."""

    ticket_type = Choice(_l("Ticket"))

    def __init__(self, types: list[TicketType], **more: Any) -> None:
        super().__init__(**more)
        self.ticket_type.choices = choices((each.public_id, each.name) for each in types)

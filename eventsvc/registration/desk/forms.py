"""The forms of the roster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from eventsvc.events.fields import Choice, choices
from eventsvc.events.models import Event, Mode
from eventsvc.registration.forms import PersonForm
from eventsvc.registration.models import TicketType
from eventsvc.text import cleaned


class LoosePersonForm(PersonForm):
    """Somebody as an organiser knows them, who may have neither the address nor the country.

    `claim` is a key of the form's own, which finds the files that came with it.
    """

    claim = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.email, self.country):
            _, *further = field.validators
            field.validators = [Optional(), *further]
            field.flags.required = False


class AddForm(LoosePersonForm):
    """Somebody added by hand; `ticket_type` is the id of one, and is not there at an event without any."""

    ticket_type = Choice(_l("Ticket"), coerce=int)

    @classmethod
    def at(cls, types: Sequence[TicketType]) -> AddForm:
        """Return the form of an event that offers these."""
        form = cls()
        form.ticket_type.choices = choices((each.id, each.name) for each in types)
        if not types:
            del form.ticket_type
        return form

    def mode_at(self, event: Event) -> Mode:
        """Return the way to take part that the office is asked about; hybrid where it is still to be chosen."""
        return Mode.HYBRID if "ticket_type" in self else event.mode

    def ticket_type_id(self) -> int | None:
        """Return the ticket type that was chosen."""
        return self.ticket_type.data if "ticket_type" in self else None


class DetailsForm(LoosePersonForm):
    """Somebody's details, corrected; `revision` is that of the registration when the form was opened."""

    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class PriorityForm(FlaskForm):
    """Why somebody is put first, or back where their turn is: it is kept in the audit log.

    `is_first` is what the button said; pressed twice it is done once.
    """

    is_first = HiddenField()

    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: cleaned(text) if text else text],
        validators=[
            DataRequired(_l("Write why, in a few words: it is kept in the audit log.")),
            Length(max=500, message=_l("Please write this in at most %(max)d characters.")),
        ],
    )


class ReasonForm(FlaskForm):
    """Why somebody is taken off the roster: kept in the audit log, and so in the file that the person may ask for."""

    reason = TextAreaField(
        _l("Reason"),
        filters=[lambda text: cleaned(text) if text else text],
        validators=[Optional(), Length(max=500, message=_l("Please write this in at most %(max)d characters."))],
    )

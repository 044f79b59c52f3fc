"""The form by which people are invited."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from eventsvc.events.fields import Choice, WallTime, choices
from eventsvc.events.models import Event
from eventsvc.events.words import language_name
from eventsvc.registration.desk.typeforms import WithTimes
from eventsvc.registration.models import TicketType
from eventsvc.registration.rules import Terms
from eventsvc.text import cleaned


class InviteForm(WithTimes):
    """Whom to invite, and what the invitation gives; `ticket_type` is not there at an event without any."""

    people = TextAreaField(_l("Whom do you invite?"), validators=[DataRequired(_l("Write at least one address."))])
    ticket_type = Choice(_l("Ticket"))
    is_locked = BooleanField(_l("Only for the address it is sent to"), default=True)
    skips_window = BooleanField(_l("Also before registration opens and after it has closed"))
    reserved_until = WallTime(_l("Keep a seat for each until"))
    note = TextAreaField(
        _l("A sentence in the letter"),
        filters=[lambda text: cleaned(text) if text else text],
        validators=[Optional(), Length(max=1000, message=_l("Please write this in at most %(max)d characters."))],
    )
    language = Choice(_l("Language of the letter"))
    leaves_out = BooleanField(_l("Leave out what cannot be read, and invite the rest"))

    def __init__(self, event: Event, types: Sequence[TicketType]) -> None:
        super().__init__(event, data={"language": event.language})
        self._types = {each.public_id: each for each in types}
        self.ticket_type.choices = choices([("", _l("They choose")), *((each.public_id, each.name) for each in types)])
        self.language.choices = choices((code, language_name(code, code)) for code in current_app.config["LANGUAGES"])
        if not types:
            del self.ticket_type

    def terms(self) -> Terms:
        """Return what the invitations give; the form has been found valid."""
        chosen = self.ticket_type.data if "ticket_type" in self else ""
        return Terms(
            ticket_type=self._types.get(chosen),
            is_locked=self.is_locked.data,
            skips_window=self.skips_window.data,
            reserved_until=self.moment("reserved_until"),
            note=self.note.data or "",
        )

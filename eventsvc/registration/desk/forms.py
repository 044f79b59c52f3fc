"""The forms of the roster."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from eventsvc.registration.forms import PersonForm
from eventsvc.text import cleaned


class AddForm(PersonForm):
    """Somebody added by hand: an organiser may know neither the address nor the country."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.email, self.country):
            _, *further = field.validators
            field.validators = [Optional(), *further]
            field.flags.required = False


class DetailsForm(AddForm):
    """Somebody's details, corrected; `revision` is that of the registration when the form was opened."""

    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])


class PriorityForm(FlaskForm):
    """Why somebody is put first, or back where their turn is: it is kept in the audit log."""

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

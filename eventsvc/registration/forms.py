"""The forms about a person: to register, to correct, to confirm."""

from __future__ import annotations

import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from eventsvc.registration import boxes, countries
from eventsvc.registration.person import LONGEST, Person
from eventsvc.text import cleaned, one_line, unturned

_MISSING_AT = _l("An e-mail address has an @ in it, for example ada@example.org")
_MISSING_DOMAIN = _l("The part after the @ is missing, for example ada@example.org")
_ONE_ADDRESS = _l("Please write one address, without spaces, for example ada@example.org")
_PLAIN_LETTERS = _l("Before the @ please use letters from a to z without accents; letters to others often get lost")
_NO_ADDRESS = _l("No letter would arrive at this address. It looks like ada@example.org")


def _line(value: str | None) -> str | None:
    return one_line(value) if value else value


def _name(value: str | None) -> str | None:
    return one_line(unturned(value)) if value else value


def _at_most(name: str) -> Length:
    return Length(max=LONGEST[name], message=_l("Please write this in at most %(max)d characters."))


def can_be_seen(name: str) -> bool:
    """Tell whether there is a letter, a figure or a mark in a name."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in name)


def _has_something_to_see(_form: Any, field: Field) -> None:
    """Refuse a name of joiners and direction marks only: nobody could read it from a list."""
    if not can_be_seen(field.data or ""):
        raise ValidationError(_l("Please write a name that can be seen."))


def _is_mailbox(_form: Any, field: Field) -> None:
    """Refuse what no mail server could take; no name is looked up, for that would be slow and sometimes wrong.

    Nor is a letter beyond ASCII taken before the @: few servers speak SMTPUTF8 (RFC 6531), and letters would be lost.
    """
    try:
        field.data = validate_email(field.data, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        raise ValidationError(_slip(field.data)) from None


def mailbox(address: str) -> str:
    """Return an address that has no slip in the one spelling in which addresses are kept."""
    return str(validate_email(address, check_deliverability=False, allow_smtputf8=False).normalized)


def mailbox_slip(address: str) -> Any:
    """Say what is wrong with an address as it was typed, or nothing."""
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return _slip(address)
    return None


def _slip(address: str) -> Any:
    name, at, domain = address.partition("@")
    if not at:
        return _MISSING_AT
    if not domain:
        return _MISSING_DOMAIN
    if not name.isascii() and _is_address(address):
        return _PLAIN_LETTERS
    return _ONE_ADDRESS if " " in name + domain or "@" in domain or "," in address else _NO_ADDRESS


def _is_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_country(_form: Any, field: Field) -> None:
    if field.data not in countries.names(str(get_locale())):
        raise ValidationError(_l("Please choose a country from the list."))


class PersonForm(FlaskForm):
    """Who somebody is, and what they answer: `asking` are the boxes of the event's own questions."""

    asking = boxes.NONE

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form: Any) -> None:
            """Read no catalogue of WTForms, as it would for each form anew: every sentence here is our own."""

    given_name = StringField(
        _l("Given name"),
        filters=[_name],
        validators=[DataRequired(_l("Please write your given name.")), _at_most("given_name"), _has_something_to_see],
    )
    family_name = StringField(
        _l("Family name"),
        filters=[_name],
        validators=[DataRequired(_l("Please write your family name.")), _at_most("family_name"), _has_something_to_see],
    )
    email = EmailField(
        _l("E-mail"),
        filters=[_line],
        validators=[DataRequired(_l("Please write your e-mail address.")), _at_most("email"), _is_mailbox],
    )
    organisation = StringField(_l("Organisation"), filters=[_name], validators=[Optional(), _at_most("organisation")])
    country = StringField(
        _l("Country"), filters=[_line], validators=[DataRequired(_l("Please choose your country.")), _is_country]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Look over the person and the answers, so that all that is wrong is told at once."""
        is_person: bool = super().validate(extra_validators)
        return self.asking.check() and is_person

    def person(self) -> Person:
        """Return who was typed; the form has been found valid."""
        return Person(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            organisation=self.organisation.data or "",
            country=self.country.data or "",
        )


class RegistrationForm(PersonForm):
    """Who wants to come. `homepage` is a trap: people do not see it, programs fill it in.

    `sessions` are the ids of those chosen on the device before; its module fills it in. `is_known`: the address has its
    place already, so sending the form once more would change nothing. `ticket_type` is a public id; `code` an access
    code as it was typed.
    """

    is_known = False

    consent = BooleanField(
        _l("I agree"), validators=[DataRequired(_l("Please tick this, or we may not keep your registration."))]
    )
    homepage = StringField(_l("Leave this empty"))
    ticket_type = StringField(_l("How you take part"), filters=[_line])
    code = StringField(_l("Access code"), filters=[_line], validators=[Optional(), Length(max=200)])
    opened = HiddenField()
    submission_key = HiddenField()
    sessions = HiddenField()


class SwitchForm(FlaskForm):
    """Another ticket: `ticket_type` is its public id, `code` an access code as it was typed."""

    ticket_type = StringField(_l("How you take part"), filters=[_line])
    code = StringField(_l("Access code"), filters=[_line], validators=[Optional(), Length(max=200)])


class CorrectionForm(PersonForm):
    """Who somebody is after all; `revision` is that of the registration when the form was opened.

    `claim` is a key of the form's own, which finds the files that came with it.
    """

    claim = HiddenField()
    revision = IntegerField(validators=[DataRequired()])


class HandOverForm(PersonForm):
    """Who comes instead: as little as a letter needs, as they say the rest themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _, *further = self.country.validators
        self.country.validators = [Optional(), *further]
        self.country.flags.required = False


class LeavingForm(FlaskForm):
    """Giving up a place, and why, if somebody wants to say."""

    reason = TextAreaField(
        _l("Why?"),
        filters=[lambda text: cleaned(text) if text else text],
        validators=[Optional(), Length(max=500, message=_l("Please write this in at most %(max)d characters."))],
    )


class ConfirmationForm(FlaskForm):
    """A button, and proof that the person's own browser pressed it."""


def is_forged(form: FlaskForm) -> bool:
    """Tell whether a form came without our token, and say so at its head in words for whoever's browser lost it."""
    if "csrf_token" not in form or not form.csrf_token.errors:
        return False
    form.csrf_token.errors = []
    form.form_errors.append(
        _("This page had been open for too long, or your browser keeps no cookies for us. Please send it once more.")
    )
    return True

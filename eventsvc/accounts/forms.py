"""The forms about accounts and roles."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from eventsvc.accounts.models import EventRole
from eventsvc.events.fields import Choice, choices
from eventsvc.text import one_line

ROLES: dict[EventRole, Any] = {
    EventRole.OWNER: _l("Owner"),
    EventRole.EDITOR: _l("Editor"),
    EventRole.REVIEWER: _l("Reviewer"),
    EventRole.DOOR: _l("Door staff"),
}
# Reviewers and door staff get pages of their own later; until then their roles are not given out.
GRANTED = (EventRole.OWNER, EventRole.EDITOR)


def _line(value: str | None) -> str:
    return one_line(value or "")


def _mailbox() -> EmailField:
    checks = [
        DataRequired(_l("Write their e-mail address.")),
        Length(max=255),
        Email(_l("This is not an e-mail address. One looks like olga@example.org.")),
    ]
    return EmailField(_l("E-mail address"), checks, filters=[_line])


def _name() -> StringField:
    checks = [DataRequired(_l("Write a name.")), Length(max=200, message=_l("Write this in at most 200 characters."))]
    return StringField(_l("Name"), checks, filters=[_line])


class InviteForm(FlaskForm):
    """A new account, whose owner sets the password by a link."""

    name = _name()
    email = _mailbox()
    is_admin = BooleanField(_l("Administrator: sees and does everything here"))


class GrantForm(FlaskForm):
    """A role at one event."""

    email = _mailbox()
    role = Choice(_l("Role"), coerce=EventRole, choices=choices((role, ROLES[role]) for role in GRANTED))


class NameForm(FlaskForm):
    """My own name."""

    name = _name()

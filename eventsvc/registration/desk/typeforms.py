"""The forms of ticket types and access codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Optional, ValidationError

from eventsvc import money
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import wall
from eventsvc.events.errors import SkippedHour
from eventsvc.events.fields import Choice, Revision, WallTime, Whole, choices, line, naive, prose, take
from eventsvc.events.models import Event, Mode
from eventsvc.registration import beginnings, words
from eventsvc.registration.codes import LONGEST
from eventsvc.registration.models import TicketType, Visibility

MOST_PLACES, MOST_USES, MOST_CENTS = 100_000, 100_000, 10_000_000
_AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?")
_DOMAIN = re.compile(r"(?!-)[^\s@/:.]+(?:\.[^\s@/:.]+)+")
_TIMES = ("opens_at", "closes_at")
_MOMENTS = (*_TIMES, "reserved_until")
_PLAIN = ("name", "description", "capacity", "currency", "fee_note", "fee_due_days", "domains")


class Amount(StringField):
    """An amount of money; its data are hundredths, what was typed is shown as it was."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional(), _is_amount], **more)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return money.plain(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        found = _AMOUNT.fullmatch(valuelist[0].replace("€", "").strip()) if valuelist else None
        self.data = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def _is_amount(_form: Any, field: Amount) -> None:
    if field.data is None:
        raise ValidationError(_l("Write an amount, for example 25 or 12.50."))


def _are_domains(_form: Any, field: Any) -> None:
    field.data = "\n".join(part.lower().lstrip("@") for part in re.split(r"[\s,;]+", field.data or "") if part)
    for part in field.data.splitlines():
        if not _DOMAIN.fullmatch(part):
            raise ValidationError(_l("Write what stands after the @, one a line, for example lumc.nl."))


class WithTimes(FlaskForm):
    """Reads its times as the clock at the event shows them."""

    def __init__(self, event: Event, **more: Any) -> None:
        super().__init__(**more)
        self._event, self._moments = event, dict[str, datetime | None]()

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        for name in _MOMENTS:
            is_valid = (name not in self or self._read(name)) and is_valid
        return is_valid

    def _read(self, name: str) -> bool:
        field = self[name]
        if field.errors:
            return False
        try:
            self._moments[name] = wall.moment(field.data, self._event.timezone) if field.data else None
        except SkippedHour as refused:
            field.errors = [*field.errors, refused.sentence]
            return False
        return True

    def moment(self, name: str) -> datetime | None:
        """Return the moment that a field holds; the form has been found valid."""
        return self._moments.get(name)


class TypeForm(WithTimes):
    """Everything an organiser can say of a ticket type; field names are its columns."""

    revision = Revision()
    name = line(_l("Name"), 120, required=_l("Give it a name, for example Student or On site."))
    description = prose(_l("Description"), 1000)
    mode = Choice(_l("How people take part"))
    capacity = Whole(_l("Places"), 0, MOST_PLACES)
    opens_at = WallTime(_l("Opens"))
    closes_at = WallTime(_l("Closes"))
    fee_cents = Amount(_l("Fee"))
    currency = Choice(_l("Currency"), choices=choices((name, name) for name in money.CURRENCIES))
    fee_note = line(_l("How it is paid"), 500)
    fee_due_days = Whole(_l("Days to pay in"), 0, 365)
    visibility = Choice(
        _l("Who it is for"), choices=choices((each.value, words.VISIBILITIES[each]) for each in Visibility)
    )
    domains = prose(_l("Domains"), 2000)

    def __init__(self, event: Event, ticket_type: TicketType | None = None) -> None:
        self._type = ticket_type
        super().__init__(event, data=_shown(event, ticket_type))
        modes = beginnings.modes(event)
        if ticket_type and ticket_type.mode not in modes:
            modes = [*modes, ticket_type.mode]
        self.mode.choices = choices((mode.value, words.WAYS[mode]) for mode in modes)
        self.domains.validators = [*self.domains.validators, _are_domains]

    def said(self) -> dict[str, Any]:
        """Return what the rules are told."""
        return {name: self[name].data for name in _PLAIN} | {
            "mode": Mode(self.mode.data),
            "visibility": Visibility(self.visibility.data),
            "fee_cents": self.fee_cents.data or 0,
            **{name: self._kept(name) for name in _TIMES},
        }

    def take_over(self, refused: ChangedMeanwhile, event: Event, ticket_type: TicketType) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        shown = _shown(event, ticket_type)
        for name in refused.theirs:
            if name not in refused.yours and name in self:
                take(self[name], shown[name])
        take(self.revision, ticket_type.revision)

    def _kept(self, name: str) -> datetime | None:
        """Leave a moment as it is, to the second, where the clock on the form still shows it."""
        stored: datetime | None = getattr(self._type, name) if self._type else None
        if stored is not None and naive(wall.clock(stored, self._event.timezone)) == self[name].data:
            return stored
        return self._moments.get(name)


def _shown(event: Event, ticket_type: TicketType | None) -> Mapping[str, Any]:
    if ticket_type is None:
        return {"revision": 0, "mode": beginnings.modes(event)[0].value, "visibility": Visibility.EVERYONE.value}
    names = (
        "name",
        "description",
        "capacity",
        "fee_cents",
        "currency",
        "fee_note",
        "fee_due_days",
        "domains",
        "revision",
    )
    moments = {name: getattr(ticket_type, name) for name in _TIMES}
    return {name: getattr(ticket_type, name) for name in names} | {
        "mode": ticket_type.mode.value,
        "visibility": ticket_type.visibility.value,
        **{name: naive(wall.clock(at, event.timezone)) if at else None for name, at in moments.items()},
    }


class CodeForm(WithTimes):
    """A new access code; `code` empty: one of our own making."""

    code = line(_l("Code"), LONGEST)
    ticket_type = Choice(_l("Opens"))
    note = line(_l("Note"), 200)
    uses = Whole(_l("Uses"), 1, MOST_USES)
    closes_at = WallTime(_l("Valid until"))

    def __init__(self, event: Event, types: list[TicketType]) -> None:
        super().__init__(event)
        every = ("", _l("Every type that needs a code"))
        self.ticket_type.choices = choices([every, *((each.public_id, each.name) for each in types)])

    def until(self) -> datetime | None:
        """Return the moment it is valid until."""
        return self._moments.get("closes_at")

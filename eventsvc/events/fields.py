"""The kinds of field that the desk's forms are made of; each keeps what was typed and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DateTimeLocalField,
    EmailField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from eventsvc.text import cleaned, one_line

FIRST_YEAR, LAST_YEAR = 1900, 2200
# The first is how browsers write it (HTML, "local date and time"); people without such a box may type a space.
_CLOCK_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
LONGEST_PROSE = 20_000
_LONGEST_INDEX = 4
_NOT_OFFERED = _l("Choose one from the list.")


class Day(DateField):
    """A day, or nothing."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional(), _in_our_times], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        _say(super().process_formdata, valuelist, _l("Write a day, for example 2027-05-30."))


class WallTime(DateTimeLocalField):
    """A day and an hour as the clock at the event shows them, or nothing; its data is naive."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional(), _in_our_times], format=list(_CLOCK_FORMATS), **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        _say(super().process_formdata, valuelist, _l("Write a day and an hour, for example 2027-05-30 09:30."))


class Whole(IntegerField):
    """A whole number between two, or nothing."""

    def __init__(self, label: Any, least: int, most: int, **more: Any) -> None:
        told = _l("Write a whole number from %(min)s to %(max)s.")
        super().__init__(label, [Optional(), NumberRange(least, most, told)], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        _say(super().process_formdata, valuelist, _l("Write a whole number."))


class Revision(HiddenField):
    """The revision of a row that the form was opened at."""

    @property
    def opened_at(self) -> int:
        """Return it; what cannot be read counts as long ago."""
        return number(self.data)


class _Chosen:
    """Says in our words that something was chosen that is not offered."""

    def process_formdata(self, valuelist: list[str]) -> None:
        _say(super().process_formdata, valuelist, _NOT_OFFERED)  # type: ignore[misc]

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValidationError:
            raise ValidationError(_NOT_OFFERED) from None


class Choice(_Chosen, SelectField):
    """One of a list."""


class OneOf(_Chosen, RadioField):
    """One of a few that are all shown; `required` is the sentence said when none is chosen."""

    def __init__(self, label: Any, *, required: Any = None, **more: Any) -> None:
        super().__init__(label, [InputRequired(required)] if required else [], **more)


def line(label: Any, longest: int, *, required: Any = None, **more: Any) -> StringField:
    """Return a field for one line; `required` is the sentence said when it is empty."""
    return StringField(label, [*_needed(required), _at_most(longest)], filters=[_one_line], **more)


def prose(label: Any, longest: int = LONGEST_PROSE, **more: Any) -> TextAreaField:
    """Return a field for a longer text."""
    return TextAreaField(label, [Optional(), _at_most(longest)], filters=[_cleaned], **more)


def web_address(label: Any, *, required: Any = None, **more: Any) -> URLField:
    """Return a field for an address that begins with http:// or https://."""
    checks = [*_needed(required), _at_most(500), _is_web_address]
    return URLField(label, checks, filters=[_one_line], **more)


def mailbox(label: Any, *, required: Any = None, **more: Any) -> EmailField:
    """Return a field for an e-mail address; no name is looked up."""
    return EmailField(label, [*_needed(required), _at_most(255), _is_mailbox], filters=[_one_line], **more)


class Lines(FieldList):
    """A list of fields of one form; names of fields that no form of ours has are passed over, whatever stands in them.

    WTForms takes for a number whatever Python calls a digit, and however long, and then fails.
    """

    def _extract_indices(self, prefix: str, formdata: Mapping[str, Any]) -> Iterator[int]:
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                index = name[len(prefix) + 1 :].partition("-")[0]
                if index.isascii() and index.isdecimal() and len(index) <= _LONGEST_INDEX:
                    yield int(index)


class Rows(Lines):
    """Lines of small forms, with some empty ones at the end to write into; an empty line is no line.

    Its errors are sentences that say the line's number.
    """

    def __init__(self, row: type[Any], label: Any, *, most: int = 60, **more: Any) -> None:
        super().__init__(FormField(row), label, max_entries=most, **more)

    def take(self, rows: list[dict[str, Any]], *, spare: int = 2) -> None:
        """Show these lines, and some empty ones after them."""
        self.process(None, [*rows, *({} for _line in range(spare))])

    def rows(self) -> list[dict[str, Any]]:
        """Return the lines in which something is written."""
        return [entry.data for entry in self.entries if entry.form.is_written()]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        told = []
        for number, entry in enumerate(self.entries, 1):
            if entry.form.is_written() and not entry.form.validate():
                sentences = [sentence for errors in entry.form.errors.values() for sentence in errors]
                told += [_("line %(number)s: %(sentence)s", number=number, sentence=said) for said in sentences]
        self.errors = told
        return not told


def number(typed: Any) -> int:
    """Return a number as a form brings it that nobody types; 0 for what is none."""
    said = str(typed or "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Return the choices of a select from values and the words for them."""
    return [SelectChoice(value, words) for value, words in pairs]


def take(field: Field, value: Any) -> None:
    """Let a field show `value` in place of what was typed."""
    field.raw_data = None
    field.process(None, value)


def _needed(sentence: Any) -> list[Any]:
    return [InputRequired(sentence), _is_something(sentence)] if sentence else [Optional()]


def _is_something(sentence: Any) -> Any:
    def check(_form: Any, field: Field) -> None:
        if not field.data:
            raise ValidationError(sentence)

    return check


def _at_most(longest: int) -> Length:
    return Length(max=longest, message=_l("Write this in at most %(max)d characters."))


def _is_web_address(_form: Any, field: Field) -> None:
    try:
        parts = urlsplit(field.data)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or " " in field.data:
        raise ValidationError(_l("Write a whole web address, for example https://example.org/map."))


def _is_mailbox(_form: Any, field: Field) -> None:
    try:
        field.data = validate_email(field.data, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationError(_l("This is not an e-mail address. One looks like olga@example.org.")) from None


def _in_our_times(_form: Any, field: Field) -> None:
    # A year 1 or 9999 would overflow when it is told in another zone.
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Is this the right year?"))


def _say(process: Any, typed: list[str], sentence: Any) -> None:
    try:
        process(typed)
    except ValueError:
        raise ValueError(sentence) from None


def _one_line(value: str | None) -> str:
    return one_line(value or "")


def _cleaned(value: str | None) -> str:
    return cleaned(value or "")


def naive(value: datetime | None) -> datetime | None:
    """Cut a wall-clock time to the minute, as the browser's field shows it."""
    return value.replace(second=0, microsecond=0) if value else None

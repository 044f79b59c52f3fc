"""Answers in words, and the names of what questions are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc import when
from eventsvc.registration import countries
from eventsvc.registration.models import QuestionKind, SeenBy
from eventsvc.registration.questions import Prompt

KINDS: Mapping[QuestionKind, Any] = MappingProxyType(
    {
        QuestionKind.TEXT: _l("One line of text"),
        QuestionKind.PARAGRAPH: _l("Paragraph"),
        QuestionKind.CHOICE: _l("One choice"),
        QuestionKind.CHOICES: _l("Several choices"),
        QuestionKind.YES_NO: _l("Yes or no"),
        QuestionKind.NUMBER: _l("Number"),
        QuestionKind.DATE: _l("Date"),
        QuestionKind.COUNTRY: _l("Country"),
        QuestionKind.PHONE: _l("Phone number"),
        QuestionKind.EMAIL: _l("E-mail address"),
        QuestionKind.LINK: _l("Link"),
        QuestionKind.FILE: _l("File"),
        QuestionKind.CONSENT: _l("Consent"),
    }
)
"""What kinds of questions are called, in the order they are offered."""

SEEN_BY: Mapping[SeenBy, Any] = MappingProxyType(
    {
        SeenBy.TEAM: _l("Everybody who works on this event"),
        SeenBy.EDITORS: _l("Owners and editors only, neither reviewers nor door staff"),
        SeenBy.OFFICE: _l("Not asked of people: owners and editors write it down themselves"),
    }
)
_NONE: Mapping[str, str] = MappingProxyType({})


def yes_no(value: str) -> str:
    """Say yes or no, from "yes" or "no"."""
    return _("Yes") if value == "yes" else _("No")


def option(prompt: Prompt, public_id: str) -> str:
    """Name what was chosen: an option, or yes or no."""
    if public_id in {"yes", "no"}:
        return yes_no(public_id)
    return next((each.label for each in prompt.options if each.public_id == public_id), "")


def said(prompt: Prompt, value: Any, locale: str, files: Mapping[str, str] = _NONE) -> str:
    """Say an answer in words; "" for none. `files` has the names of files by their public ids."""
    if value is None:
        return ""
    match prompt.kind:
        case QuestionKind.CHOICE | QuestionKind.CHOICES if isinstance(value, list):
            return "; ".join(filter(None, (option(prompt, each) for each in value)))
        case QuestionKind.FILE if isinstance(value, list):
            return "; ".join(files.get(each, "") or _("a file") for each in value)
        case QuestionKind.CONSENT:
            return _("Agreed") if value else ""
        case QuestionKind.DATE:
            return _day(value, locale)
        case QuestionKind.COUNTRY:
            return countries.names(locale).get(value, str(value))
    return _plain(value, locale)


def cell(prompt: Prompt, value: Any, locale: str, files: Mapping[str, str] = _NONE) -> str | int | float | None:
    """Write an answer for a spreadsheet: numbers as numbers, days as ISO writes them, all else in words."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if prompt.kind is QuestionKind.DATE:
        return str(value) if value else ""
    return said(prompt, value, locale, files)


def typed(prompt: Prompt, value: Any, locale: str) -> list[str]:
    """Write an answer as its boxes hold it, so that it can be changed."""
    if value is None:
        return []
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, int | float):
        return [format_decimal(value, locale=locale, group_separator=False, decimal_quantization=False)]
    return [str(value)]


def _plain(value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return yes_no("yes" if value else "no")
    if isinstance(value, int | float):
        return format_decimal(value, locale=locale, decimal_quantization=False)
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(iso: str, locale: str) -> str:
    try:
        return when.on(date.fromisoformat(iso), locale)
    except ValueError:
        return iso

"""What was typed, read by the kind of question it answers: a value to store, or a sentence that says what to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlsplit

from babel.dates import get_month_names
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsvc.registration import countries
from eventsvc.registration.models import QuestionKind
from eventsvc.text import cleaned, one_line

LONGEST = {QuestionKind.TEXT: 500, QuestionKind.PARAGRAPH: 20_000, QuestionKind.LINK: 1000, QuestionKind.EMAIL: 254}
"""The most characters that may be typed, by kind."""

_DIGITS = 15
_BY_NUMBERS = re.compile(r"(\d{1,2})[-./ ]+(\d{1,2})[-./ ]+(\d{4})")
_BY_NAME = re.compile(r"(\d{1,2})\.?\s+([^\W\d]+)\.?,?\s+(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_PHONE = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u00a0]+(?:\s*(?:x|ext\.?|#)\s*\d{1,6})?", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\s.:/?#\[\]@]+\.)+[^\s.:/?#\[\]@\d][^\s.:/?#\[\]@]*")
_MISSING: dict[QuestionKind, Any] = {
    QuestionKind.CHOICE: _l("Please choose one of these."),
    QuestionKind.CHOICES: _l("Please choose at least one of these."),
    QuestionKind.YES_NO: _l("Please choose yes or no."),
    QuestionKind.COUNTRY: _l("Please choose a country."),
    QuestionKind.FILE: _l("Please choose a file."),
    QuestionKind.CONSENT: _l("Please tick this: we need it to take your registration."),
    QuestionKind.DATE: _l("Please write a date."),
    QuestionKind.NUMBER: _l("Please write a number."),
}


class Slip(Exception):
    """What was typed will not do; `sentence` says what would."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(str(type(self).__name__))
        self.sentence = sentence


class Choosable(Protocol):
    """An option as it is read here."""

    @property
    def public_id(self) -> str: ...
    @property
    def is_retired(self) -> bool: ...


class Asking(Protocol):
    """A question as it is read here."""

    @property
    def kind(self) -> QuestionKind: ...
    @property
    def rules(self) -> Mapping[str, Any]: ...
    @property
    def options(self) -> Sequence[Choosable]: ...


def read(prompt: Asking, said: Sequence[str], *, locale: str, held: Any = None) -> Any:
    """Return the value to store, None for no answer. `held` is the answer from before. Raises Slip."""
    kind = prompt.kind
    if kind in _OF_LISTS:
        return _OF_LISTS[kind](prompt, [one_line(text) for text in said if text.strip()], held)
    text = cleaned(said[0]) if said else ""
    if not text:
        return None
    if len(text) > LONGEST.get(kind, LONGEST[QuestionKind.TEXT]):
        raise Slip(_("Please write this in at most %(max)d characters.", max=LONGEST.get(kind, 500)))
    return _OF_LINES[kind](prompt, text if kind is QuestionKind.PARAGRAPH else one_line(text), locale)


def missing(kind: QuestionKind) -> Any:
    """Say what a required question without an answer needs."""
    return _MISSING.get(kind, _l("Please answer this."))


def words_in(text: str) -> int:
    """Count words as the counter beside the box does: what stands between spaces."""
    return len(text.split())


def number(text: str) -> Decimal:
    """Read a number as people write it: with a comma or a point, with spaces between thousands. Raises ValueError.

    Where both signs occur, the last is the decimal one and the other parts thousands; a sign that occurs more than once
    parts thousands.
    """
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("\u2212", "-")
    last = max(plain.rfind(","), plain.rfind("."))
    if last >= 0:
        sign, other = plain[last], "," if plain[last] == "." else "."
        plain = plain.replace(other, "")
        plain = plain.replace(sign, "") if plain.count(sign) > 1 else plain.replace(sign, ".")
    if not re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)", plain, re.ASCII) or sum(map(str.isdigit, plain)) > _DIGITS:
        raise ValueError(text)
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise ValueError(text) from None


def day(text: str, locale: str) -> date:
    """Read a day: 2027-05-30, 30-5-2027, 30/05/2027, 30.5.2027 or 30 May 2027. Raises ValueError."""
    if iso := _ISO.fullmatch(text):
        year, month, of_month = map(int, iso.groups())
    elif numbers := _BY_NUMBERS.fullmatch(text):
        of_month, month, year = map(int, numbers.groups())
    elif named := _BY_NAME.fullmatch(text):
        of_month, month, year = int(named[1]), _month(named[2], locale), int(named[3])
    else:
        raise ValueError(text)
    return date(year, month, of_month)


def _month(name: str, locale: str) -> int:
    """Return the number of a month by its name or the beginning of it, in the page's language or in English."""
    wanted = name.casefold()
    for tongue in (locale, "en"):
        for month, called in get_month_names("wide", locale=tongue).items():
            if len(wanted) > 2 and called.casefold().startswith(wanted):
                return int(month)
    raise ValueError(name)


def _line(_prompt: Asking, text: str, _locale: str) -> str:
    return text


def _paragraph(prompt: Asking, text: str, _locale: str) -> str:
    most = prompt.rules.get("max_words")
    if most and (count := words_in(text)) > most:
        raise Slip(_("Please write this in at most %(max)d words; there are %(count)d now.", max=most, count=count))
    return text


def _number(prompt: Asking, text: str, locale: str) -> int | float:
    try:
        value = number(text)
    except ValueError:
        raise Slip(_("Please write a number in figures, for example 12 or 2.5.")) from None
    least, most = prompt.rules.get("min"), prompt.rules.get("max")
    if least is not None and value < Decimal(str(least)):
        raise Slip(_("Please write a number that is at least %(min)s.", min=least))
    if most is not None and value > Decimal(str(most)):
        raise Slip(_("Please write a number that is at most %(max)s.", max=most))
    return int(value) if value == value.to_integral_value() else float(value)


def _day(prompt: Asking, text: str, locale: str) -> str:
    try:
        found = day(text, locale).isoformat()
    except ValueError:
        raise Slip(_("Please write a date as day, month and year, for example 30-5-2027.")) from None
    least, most = prompt.rules.get("min"), prompt.rules.get("max")
    if least and found < least:
        raise Slip(_("Please write a date that is not before %(day)s.", day=_spoken(least)))
    if most and found > most:
        raise Slip(_("Please write a date that is not after %(day)s.", day=_spoken(most)))
    return found


def _spoken(iso: str) -> str:
    year, month, of_month = iso.split("-")
    return f"{int(of_month)}-{int(month)}-{year}"


def _country(_prompt: Asking, text: str, locale: str) -> str:
    if text not in countries.names(locale):
        raise Slip(_("Please choose a country from the list."))
    return text


def _phone(_prompt: Asking, text: str, _locale: str) -> str:
    """Take whatever could be rung: numbers come from everywhere, and a false no costs more than a slip (E.164)."""
    digits = sum(map(str.isdigit, text))
    if not _PHONE.fullmatch(text) or not 5 <= digits <= _DIGITS + 6:
        raise Slip(_("Please write a phone number with its country code, for example +31 71 526 9111."))
    return text


def _email(_prompt: Asking, text: str, _locale: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        raise Slip(_("Please write one e-mail address, for example ada@example.org.")) from None


def _link(_prompt: Asking, text: str, _locale: str) -> str:
    """Take a web address; one without its beginning is given it."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or " " in address or not _HOST.fullmatch(host):
        raise Slip(_("Please write a web address, for example https://www.example.org."))
    return address


def _choice(prompt: Asking, said: list[str], held: Any) -> list[str] | None:
    chosen = _known(prompt, said, held)
    if len(chosen) > 1:
        raise Slip(_("Please choose only one of these."))
    return chosen or None


def _choices(prompt: Asking, said: list[str], held: Any) -> list[str] | None:
    chosen = _known(prompt, said, held)
    least, most = prompt.rules.get("min"), prompt.rules.get("max")
    if chosen and least and len(chosen) < least:
        raise Slip(
            ngettext("Please choose at least %(num)d of these.", "Please choose at least %(num)d of these.", least)
        )
    if most and len(chosen) > most:
        raise Slip(ngettext("Please choose only one of these.", "Please choose at most %(num)d of these.", most))
    return chosen or None


def _known(prompt: Asking, said: list[str], held: Any) -> list[str]:
    """Return the chosen options in the order they are offered; a choice belongs to its question."""
    kept = held if isinstance(held, list) else []
    known = [option.public_id for option in prompt.options if not option.is_retired or option.public_id in kept]
    if not set(said) <= set(known):
        raise Slip(_("What you chose is not offered any more. Please choose again."))
    return [public_id for public_id in known if public_id in said]


def _yes_no(_prompt: Asking, said: list[str], _held: Any) -> bool | None:
    if not said:
        return None
    if said[0] not in {"yes", "no"}:
        raise Slip(_MISSING[QuestionKind.YES_NO])
    return said[0] == "yes"


def _consent(_prompt: Asking, said: list[str], _held: Any) -> bool | None:
    """A box that is not ticked is no answer: nobody says no by leaving it."""
    return True if "yes" in said else None


def _files(_prompt: Asking, said: list[str], _held: Any) -> list[str] | None:
    """Take the ids of files that whoever keeps them knows to be this form's."""
    return said or None


_OF_LINES: dict[QuestionKind, Callable[[Asking, str, str], Any]] = {
    QuestionKind.TEXT: _line,
    QuestionKind.PARAGRAPH: _paragraph,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _day,
    QuestionKind.COUNTRY: _country,
    QuestionKind.PHONE: _phone,
    QuestionKind.EMAIL: _email,
    QuestionKind.LINK: _link,
}
_OF_LISTS: dict[QuestionKind, Callable[[Asking, list[str], Any], Any]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.CONSENT: _consent,
    QuestionKind.FILE: _files,
}

"""E-mail addresses of speakers in a table: beside a name, as mail programs write them, or in a column of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from eventsvc.programme.formats.plan import Person
from eventsvc.programme.formats.times import Puzzle

# Looks at each letter once, whatever stands there.
_WORD = re.compile(r"<?([^\s<>()\[\]\",;|]+)>?")
_EMPTY = re.compile(r"<\s*>|\[\s*\]|\(\s*\)")


def take(text: str) -> tuple[str, str]:
    """Return a text without the first address in it, and that address; "" where there is none."""
    for found in _WORD.finditer(text) if "@" in text else ():
        if address := _address(found[1]):
            rest = text[: found.start()] + text[found.end() :]
            return _EMPTY.sub(" ", rest).strip(" \t,:"), address
    return text, ""


def is_one(text: str) -> bool:
    """Tell whether a text is an address and nothing else."""
    rest, address = take(text)
    return bool(address) and not rest


def beside(people: Sequence[Person], cell: str) -> Iterator[Person]:
    """Give people the addresses of a cell, in their order; a line for each, where one may be empty. Raises Puzzle."""
    pieces = cell.split("\n") if "\n" in cell.strip() else re.split(r"[;,|\s]+", cell.strip())
    written = [piece.strip() for piece in pieces]
    if any(written[len(people) :]):
        raise Puzzle(_("There are more e-mail addresses than speakers."))
    for number, person in enumerate(people):
        said = written[number] if number < len(written) else ""
        yield replace(person, email=person.email or _read(said)) if said else person


def _read(said: str) -> str:
    _rest, address = take(said)
    if not address:
        raise Puzzle(_("“%(said)s” is no e-mail address.", said=said[:60]))
    return address


def _address(word: str) -> str:
    bare = word.removeprefix("mailto:").rstrip(".:")
    if "@" not in bare:
        return ""
    try:
        return validate_email(bare, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""

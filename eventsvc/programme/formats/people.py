"""Cells that name people: one or several, with what is said of them in brackets or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import gettext as _

from eventsvc.programme.formats import addresses, words
from eventsvc.programme.formats.plan import Person
from eventsvc.programme.formats.times import Puzzle
from eventsvc.programme.models import SpeakerRole

_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_APART = re.compile(r",| (?:&|and|en) ", re.IGNORECASE)
_ROLE_FIRST = re.compile(r"(?P<role>[^\W\d]+)\s*:\s*(?P<name>.+)")
_PLACE = re.compile(
    r"univers|institut|hospital|ziekenhuis|college|school|centre|center|centrum|ministry|ministerie|\b(umc|lumc|ggd|"
    r"rivm|who|nhs|mc|tu|vu|uva)\b|faculty|faculteit|department|afdeling|stichting|foundation|academy|academie",
    re.IGNORECASE,
)
# "Jansen, MD" is one person.
_DEGREE = re.compile(r"(md|phd|msc|bsc|ma|ba|mph|rn|jr|sr|drs?|prof)\.?(\s|$)", re.IGNORECASE)


_LONGEST = 5000


def read(
    names: str, affiliations: str | None = None, roles: str | None = None, emails: str | None = None
) -> tuple[Person, ...]:
    """Read who is in a session; the others are cells of columns of their own, None where there is none.

    Where each cell has as many lines, the lines belong together; so our own exports write them. Raises Puzzle.
    """
    return tuple(addresses.beside(_people(names, affiliations, roles), emails or ""))


def _people(names: str, affiliations: str | None, roles: str | None) -> tuple[Person, ...]:
    if roles and names.count("\n") == roles.count("\n"):
        places = (affiliations or "").split("\n")
        lines = zip(names.split("\n"), _padded(places, names.count("\n") + 1), roles.split("\n"), strict=True)
        return tuple(
            _named(name, place.strip() if affiliations is not None else None, _role(role))
            for name, place, role in lines
            if name.strip()
        )
    if len(names) > _LONGEST:
        raise Puzzle(_("More people are in it than we can read."))
    people = [person for piece in _pieces(names) for person in _person(piece, _role(roles or ""))]
    return tuple(_with_places(people, affiliations))


def write(people: Sequence[Person]) -> tuple[str, str, str]:
    """Write people as three cells with a line for each: names, affiliations and roles."""
    return (
        "\n".join(each.name for each in people),
        "\n".join(each.affiliation or "" for each in people),
        "\n".join(each.role.value for each in people),
    )


def _padded(lines: list[str], count: int) -> list[str]:
    if len(lines) == 1:
        return lines * count
    return (lines + [""] * count)[:count]


def _pieces(names: str) -> list[str]:
    """Part a cell at its lines or semicolons, and only where it has neither at commas and at "and"."""
    if re.search(r"[\n;|]", names):
        return _with_own([piece for piece in re.split(r"[\n;|]+", names) if piece.strip()])
    found: list[str] = []
    for piece in _apart(" ".join(names.split())):
        if found and _DEGREE.match(piece):
            found[-1] = f"{found[-1]}, {piece}"
        elif found and not {"(", "@"}.intersection(piece) and _PLACE.search(piece):
            found[-1] = f"{found[-1]} ({piece})"
        else:
            found.append(piece)
    return _with_own(found)


def _with_own(pieces: list[str]) -> list[str]:
    """Join an address that stands alone with the name before it."""
    found: list[str] = []
    for piece in pieces:
        if found and addresses.is_one(piece):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _apart(line: str) -> Iterator[str]:
    """Part a line at its commas and at "and", but for those in brackets. It looks at each letter once."""
    begun = 0
    for found in _APART.finditer(_masked(line)):
        if piece := line[begun : found.start()].strip():
            yield piece
        begun = found.end()
    if piece := line[begun:].strip():
        yield piece


def _masked(line: str) -> str:
    """Return a line with what stands in brackets made unreadable; as it is where they do not come in pairs."""
    depth, masked = 0, []
    for letter in line if "(" in line else "":
        depth += letter == "("
        masked.append("(" if depth else letter)
        depth -= letter == ")" and depth > 0
    return line if depth or not masked else "".join(masked)


def _person(piece: str, role: SpeakerRole) -> Iterator[Person]:
    (text, email), place = addresses.take(piece.strip(" \t-–•*")), None
    if email and not text:
        raise Puzzle(_("“%(said)s” is an address without a name. Write the name before it.", said=email))
    if (first := _ROLE_FIRST.fullmatch(text)) and (named := words.role(first["role"])):
        text, role = first["name"], named
    for said in _IN_BRACKETS.findall(text):
        for part in filter(None, map(str.strip, said.split(","))):
            if named := words.role(part):
                role = named
            else:
                place = f"{place}, {part}" if place else part
    name = _IN_BRACKETS.sub(" ", text)
    if "," in name and place is None:
        before, _comma, after = name.partition(",")
        if _PLACE.search(after):
            name, place = before, after.strip()
    if name := " ".join(name.split()):
        yield Person(name, place, role, email=email)


def _named(written: str, place: str | None, role: SpeakerRole) -> Person:
    """Return somebody whose affiliation and role stand in cells of their own."""
    name, email = addresses.take(written)
    return Person(name, place, role, email=email)


def _with_places(people: list[Person], affiliations: str | None) -> Iterator[Person]:
    if affiliations is None:
        yield from people
        return
    places = [place.strip() for place in re.split(r"[\n;|]", affiliations)]
    for person, place in zip(people, _padded(places, len(people)), strict=True):
        yield replace(person, affiliation=person.affiliation or place)


def _role(said: str) -> SpeakerRole:
    return words.role(said) or SpeakerRole.SPEAKER

"""A list of people as offices keep them, read row by row: who each is, and why a row cannot be read."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext as _

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import countries
from eventsvc.registration.models import TicketType
from eventsvc.registration.person import LONGEST, Person
from eventsvc.tables import Problem as Problem
from eventsvc.tables import Row, Unreadable, headings, layouts, opening
from eventsvc.text import folded, one_line

MOST_PEOPLE = 10_000
# What may stand before a Dutch family name, and belongs to it.
_PARTICLES = frozenset(
    {"van", "de", "der", "den", "ter", "ten", "te", "von", "di", "da", "del", "la", "le", "al", "el"}
)
_ADDRESS = re.compile(r"^(?P<name>[^<>]*)<(?P<email>[^<>@\s]+@[^<>\s]+)>$")

_ALONE = re.compile(r"^(?:(?P<name>[^<>@]*)<(?P<email>[^<>\s]+)>|(?P<bare>[^\s,;<>|]+@[^\s,;<>|]+))[,;]?$")


class Column(enum.StrEnum):
    """What a column of the list holds."""

    GIVEN = "given name"
    FAMILY = "family name"
    NAME = "name"
    EMAIL = "e-mail"
    ORGANISATION = "organisation"
    COUNTRY = "country"
    TYPE = "ticket type"
    LANGUAGE = "language"


_HEADINGS = {
    Column.GIVEN: "given name|first name|firstname|forename|voornaam|roepnaam|given|first",
    Column.FAMILY: "family name|last name|lastname|surname|achternaam|familienaam|family|last",
    Column.NAME: "name|naam|full name|volledige naam|participant|deelnemer|attendee|person|persoon",
    Column.EMAIL: "e mail|email|mail|e mail address|email address|e mailadres|emailadres|mailadres|address|adres",
    Column.ORGANISATION: "organisation|organization|organisatie|institution|instelling|university|universiteit|"
    "affiliation|affiliatie|company|bedrijf|institute|instituut|employer|werkgever",
    Column.COUNTRY: "country|land|country of residence|nationality",
    Column.TYPE: "ticket type|ticket|ticketsoort|soort ticket|type|kaartsoort|category|categorie",
    Column.LANGUAGE: "language|taal|lang",
}
_MEANINGS = headings.by_word(_HEADINGS)

Layout = layouts.Layout[Column]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the list; `line` is theirs. `type_id` and `language` are None where the list does not say."""

    line: int
    person: Person
    type_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a list."""

    people: tuple[Listed, ...]
    problems: tuple[Problem, ...]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Setting:
    """What a list is read against: ticket types by their folded names, and the languages of letters."""

    types: Mapping[str, int]
    languages: Sequence[str]


def setting_of(event: Event) -> Setting:
    """Return what a list for an event is read against."""
    types = db.session.scalars(
        sa.select(TicketType).where(TicketType.event_id == event.id, TicketType.is_retired.is_(False))
    )
    return Setting({folded(each.name): each.id for each in types}, current_app.config["LANGUAGES"])


def meaning(heading: str) -> Column | None:
    """Return what a heading says that its column holds, in English or Dutch."""
    return headings.meaning(heading, _MEANINGS)


def text_of(data: bytes) -> str:
    """Return a file as the text of a table. Raises Unreadable for what is none."""
    return opening.text_of(data, most=MOST_PEOPLE)


def rows_of(data: bytes) -> list[Row]:
    """Return the rows of a file. Raises Unreadable."""
    return opening.rows_of(data, knows=meaning, most=MOST_PEOPLE)


def rows(text: str) -> list[Row]:
    """Return the rows of a pasted table. Raises Unreadable."""
    return opening.rows(text, knows=meaning, most=MOST_PEOPLE)


def layout(found: Sequence[Row]) -> Layout:
    """Guess what the columns hold: by the headings, and where there are none by what looks like an address."""
    return layouts.headed(found, meaning, _is_head) or _by_looks(found)


def read(found: Sequence[Row], laid: Layout, setting: Setting) -> Reading:
    """Read people from rows. Raises Unreadable where no column holds names or addresses."""
    if not {Column.GIVEN, Column.FAMILY, Column.NAME, Column.EMAIL} & set(laid.columns):
        raise Unreadable(_("No column holds names or addresses. Say which one does."), line=laid.head)
    outcomes = [_read(row, laid, setting) for row in found if laid.head is None or row.line > laid.head]
    people = [each for each in outcomes if isinstance(each, Listed)]
    problems = [each for each in outcomes if isinstance(each, Problem)]
    return Reading(*_once(people, problems), laid)


def addressed(text: str, setting: Setting) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """Read people to write to: a table, or one address a line with a name before it or none.

    Raises Unreadable where there is nothing in it.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise Unreadable(_("There is nobody in it yet."))
    if all(_ALONE.match(line.strip()) for _number, line in lines):
        return _by_line(lines)
    if not any(mark in text for mark in "\t;|") and not any(meaning(cell) for cell in lines[0][1].split(",")):
        return _by_line(lines)
    found = rows(text)
    read_of = read(found, layout(found), setting)
    missing = [
        Problem(each.line, each.person.family_name, _("There is no address to write to."))
        for each in read_of.people
        if not each.person.email
    ]
    people = tuple(each for each in read_of.people if each.person.email)
    return people, tuple(sorted((*read_of.problems, *missing), key=lambda problem: problem.line))


def _by_line(lines: Sequence[tuple[int, str]]) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    people: list[Listed] = []
    problems: list[Problem] = []
    for number, line in lines:
        written = _ALONE.match(line.strip())
        if written is None:
            problems.append(Problem(number, line.strip()[:120], _("There is no address in it.")))
            continue
        email = written["bare"] or written["email"]
        name = one_line(written["name"] or "").strip(" \"'")
        given, family = _parted(name) if name else ("", "")
        address, wrong = _mailbox(email)
        person = Person(given, family, address)
        if wrong := wrong or _too_long(person):
            problems.append(Problem(number, line.strip()[:120], wrong))
        else:
            people.append(Listed(number, person))
    return _once(people, problems)


def _once(people: Iterable[Listed], problems: Sequence[Problem]) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """Put whoever stands there twice, by address, among the problems."""
    lines: dict[str, int] = {}
    kept: list[Listed] = []
    told = list(problems)
    for each in people:
        address = each.person.email_folded
        first = lines.setdefault(address, each.line) if address else each.line
        if first == each.line:
            kept.append(each)
        else:
            sentence = _("The same address stands on line %(line)s.", line=first)
            told.append(Problem(each.line, each.person.email, sentence))
    return tuple(kept), tuple(sorted(told, key=lambda problem: problem.line))


def _read(row: Row, laid: Layout, setting: Setting) -> Listed | Problem:
    said = {column: one_line(cell) for column, cell in zip(laid.columns, row.cells, strict=False) if column and cell}
    given, family, email = _who(said)
    if not given and not family:
        return _problem(row, _("There is no name."))
    address, wrong = _mailbox(email)
    if wrong:
        return _problem(row, wrong)
    country = _country(said.get(Column.COUNTRY, ""))
    if country is None:
        return _problem(row, _("We know no country called “%(name)s”.", name=said[Column.COUNTRY][:60]))
    type_name = said.get(Column.TYPE, "")
    if type_name and folded(type_name) not in setting.types:
        return _problem(row, _("There is no ticket type called “%(name)s”.", name=type_name[:60]))
    person = Person(given, family, address, said.get(Column.ORGANISATION, ""), country)
    if wrong := _too_long(person):
        return _problem(row, wrong)
    language = said.get(Column.LANGUAGE, "")[:2].lower()
    return Listed(
        row.line,
        person,
        setting.types.get(folded(type_name)) if type_name else None,
        language if language in setting.languages else None,
    )


def _who(said: Mapping[Column, str]) -> tuple[str, str, str]:
    """Return given name, family name and address; "Ada Byron <ada@example.org>" holds all three."""
    given, family = said.get(Column.GIVEN, ""), said.get(Column.FAMILY, "")
    name, email = said.get(Column.NAME, ""), said.get(Column.EMAIL, "")
    for cell in (email, name):
        if written := _ADDRESS.match(cell):
            name, email = name if cell is email and name else written["name"].strip(" \"'"), written["email"]
            break
    if not (given or family) and name:
        given, family = _parted(name)
    return given, family, email


def _parted(name: str) -> tuple[str, str]:
    """Part a whole name: "Jansen, Piet" and "Piet van der Berg" alike; a single word is a family name."""
    if "," in name:
        family, _comma, given = name.partition(",")
        return given.strip(), family.strip()
    words = name.split()
    first = next((place for place, word in enumerate(words[1:], 1) if word.lower() in _PARTICLES), len(words) - 1)
    return " ".join(words[:first]), " ".join(words[first:])


def _mailbox(typed: str) -> tuple[str, str]:
    """Return an address as the form keeps it, its domain in one spelling, and what is wrong with it, if anything."""
    try:
        return (validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized if typed else ""), ""
    except EmailNotValidError:
        return "", _("No letter would arrive at “%(address)s”.", address=typed[:80])


def _too_long(person: Person) -> str:
    is_long = any(len(str(value or "")) > LONGEST[name] for name, value in person.columns().items() if name in LONGEST)
    return _("One of its cells is too long.") if is_long else ""


def _country(said: str) -> str | None:
    """Return a country by its code or its name in English or Dutch; empty where nothing is said, None if unknown."""
    if not said:
        return ""
    if said.upper() in countries.names("en"):
        return said.upper()
    wanted = folded(said)
    for locale in ("en", "nl"):
        for code, name in countries.names(locale).items():
            if folded(name) == wanted:
                return code
    return None


def _problem(row: Row, why: str) -> Problem:
    return Problem(row.line, ", ".join(filter(None, row.cells))[:120], why)


def _is_head(row: Row) -> bool:
    return any(map(meaning, row.cells)) and not any("@" in cell for cell in row.cells)


def _by_looks(found: Sequence[Row]) -> Layout:
    """Take the column with addresses for what it is, and the first text beside it for names."""
    width = layouts.width_of(found)
    texts: Iterator[Column] = iter((Column.NAME, Column.ORGANISATION))
    columns: list[Column | None] = []
    for place in range(width):
        cells = layouts.standing_in(found, place)
        if layouts.mostly(cells, lambda cell: "@" in cell and "<" not in cell):
            columns.append(Column.EMAIL if Column.EMAIL not in columns else None)
        else:
            columns.append(next(texts, None) if cells else None)
    # Without headings and without addresses it may be a list of anything.
    known = tuple(columns) if Column.EMAIL in columns else (None,) * width
    return Layout(known, ("",) * width, None)

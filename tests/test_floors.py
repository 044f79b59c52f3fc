"""The floors of the house: who may import whom, read from the imports themselves.

A new file needs a line in FLOORS unless its name says its floor. Where a rule is broken, move the code, not the rule.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = "eventsvc"

FLOORS: dict[int, str] = {
    7: "eventsvc",
    6: """
        worker cli pages desk embed unsent health serving
        */pages */desk */api */cli demo/*
    """,
    5: """
        web logs assets downloads compiled tableforms
        accounts/signin accounts/access
        */forms */shapes programme/cardforms
    """,
    4: """
        doctor
        */rules mail/delivery programme/importing registration/feeding
    """,
    3: "*/notifications programme/announcing programme/asking programme/readdressing",
    2: """
        archives buckets incoming pictures stores sweeping uploads
        accounts/audit accounts/codes accounts/history accounts/leave accounts/meanwhile accounts/settings
        accounts/telling accounts/words database drawings
        events/cards events/contents events/deadlines events/facts events/finding events/inner events/kept events/kinds
        events/fields events/listing events/needs events/panel events/places events/rows events/standing
        events/structured events/wall events/words
        programme/accepted programme/acquainted programme/agenda programme/blocks programme/changes programme/comparing programme/conflicts
        programme/contents programme/exporting programme/filters programme/formats/addresses programme/formats/files
        programme/formats/frab programme/formats/ics programme/formats/layouts programme/formats/markup
        programme/formats/people programme/formats/plan programme/formats/schedule programme/formats/sheet
        programme/formats/spans programme/formats/times programme/formats/words
        programme/gathering programme/grid programme/keys programme/known programme/layout programme/lineup programme/news
        programme/pairing programme/planned programme/portraits programme/published programme/reading programme/sheet programme/sweeping
        programme/telling programme/timetable programme/vacancies programme/versions programme/wording programme/words
        registration/answered registration/answers registration/blanks registration/box registration/boxes registration/bundles
        registration/choices registration/consent registration/drafts registration/files registration/history
        registration/groups registration/holding registration/invitees registration/keys registration/known
        registration/laying registration/limits registration/listed registration/owndata registration/questionnaires
        registration/questions registration/receiving registration/retention registration/roster registration/seats
        registration/session_roster registration/sought registration/spoken registration/stamps registration/standings
        registration/starters registration/tickets registration/told registration/typed registration/typos
        registration/unchosen registration/words programme/stores programme/uploads registration/beginnings registration/codes
        registration/fees registration/offering registration/ticketing programme/speaking registration/deadlines
        registration/inheriting registration/odds registration/queueing registration/undoing programme/naming
        programme/prospect programme/shown programme/gathered programme/undoing registration/prospects
        programme/footing programme/laying calendars/attended calendars/entries calendars/feeds calendars/ics
        calendars/jcal calendars/links calendars/listeners calendars/narrowable calendars/nouns calendars/organised
        calendars/partings calendars/parts calendars/polling calendars/programs calendars/showings calendars/spoken
        calendars/writing calendars/zones mail/accounts mail/carriers mail/changes mail/claims mail/envelopes
        mail/holdings mail/inviting mail/invitations mail/letters mail/listing mail/outbox mail/pictures
        mail/programmes mail/queue mail/records mail/registrations mail/speakers mail/whereabouts mail/wording
        mail/words calendars/bodies calendars/shelves
    """,
    1: """
        */models
        accounts/actors programme/colours programme/orcid programme/slots registration/countries registration/seating registration/person
    """,
    0: """
        clock columns covers errors extensions links looks metrics pulse text times tokens when money late
        tables tables/headings tables/layouts tables/opening tables/pasted tables/rows tables/writing tables/xlsx
        */errors
    """,
}

# What a floor may import. Its own floor stands here only where that is allowed; `_is_allowed` says the rest.
BELOW: dict[int, frozenset[int]] = {
    7: frozenset(range(7)),
    6: frozenset(range(6)),
    5: frozenset(range(4)),
    4: frozenset(range(4)),
    3: frozenset(range(3)),
    2: frozenset(range(3)),
    1: frozenset({0}),
    0: frozenset(),
}

# Models know those of an earlier subject.
SUBJECTS = ("accounts", "events", "programme", "registration", "selection", "attendance", "calendars", "mail", "api")

# On one floor, and meant: one rule serves the rest, and the command line starts the worker.
NEIGHBOURS = {(f"{subject}/rules", "registration/rules") for subject in ("events", "programme", "selection")} | {
    ("attendance/rules", "registration/rules"),
    ("cli", "worker"),
    # What imports packages late stands in for the packages.
    ("tables", "late"),
    # They refuse as a subject does.
    ("tables", "errors"),
}

# Folders that are no subject with files on many floors, but one file that has outgrown itself.
OF_ONE_PIECE = ("demo", "tables")

OF_THE_REQUEST = {"request", "session", "g", "flash", "current_user", "login_user", "logout_user"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime"}
MAY_COMMIT = {"mail/delivery"}


@dataclass(frozen=True)
class Module:
    """One file: `name` is its path without the ending, `registration/desk/roster`."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def subject(self) -> str:
        return self.name.partition("/")[0] if "/" in self.name else ""

    @property
    def is_door(self) -> bool:
        return floor_of(self.name) == 6


def floor_of(name: str) -> int | None:
    """Return the floor of a module, or None when the table does not know it."""
    for floor, names in FLOORS.items():
        if any(_matches(name, pattern) for pattern in names.split()):
            return floor
    return None


# What may outgrow one file and become a folder of the same name.
_ROOMY = frozenset({"pages", "desk", "api", "rules", "models", "errors", "notifications"})


def _matches(name: str, pattern: str) -> bool:
    if pattern == name:
        return True
    subject, _, file = name.partition("/")
    wanted_subject, _, wanted_file = pattern.partition("/")
    if not file or not wanted_file or wanted_subject not in ("*", subject):
        return False
    # What has outgrown one file is a folder: registration/desk/roster is on the floor of registration/desk.
    return wanted_file in ("*", file) or (wanted_file in _ROOMY and file.startswith(wanted_file + "/"))


def imported(module: Module, names: set[str]) -> Iterator[str]:
    """Yield the modules of the house that a module imports."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (found for alias in node.names if (found := _module_named(alias.name, names)))
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            for alias in node.names:
                found = _module_named(f"{source}.{alias.name}", names) or _module_named(source, names)
                if found:
                    yield found


def _module_named(dotted: str, names: set[str]) -> str | None:
    if dotted == HOUSE:
        return HOUSE
    path = dotted.removeprefix(f"{HOUSE}.").replace(".", "/") if dotted.startswith(f"{HOUSE}.") else None
    return path if path in names else None


def faults(sources: Mapping[str, str]) -> list[str]:
    """Return a sentence for each rule that these modules break; the keys are names, the values sources."""
    modules = [Module(name, source) for name, source in sources.items()]
    return [fault for module in modules for fault in _faults_of(module, set(sources))] + list(_circles(modules))


def _faults_of(module: Module, names: set[str]) -> Iterator[str]:
    floor = floor_of(module.name)
    if floor is None:
        if not _is_only_a_docstring(module):
            yield f"{module.name} has no floor: give it one in FLOORS"
        return
    for other in sorted(set(imported(module, names))):
        if not _is_allowed(module.name, other):
            yield f"{module.name} (floor {floor}) may not import {other} (floor {floor_of(other)})"
    yield from _inner_imports(module)
    yield from _relative_imports(module)
    if floor < 5:
        yield from _request_words(module)
    if module.name != "clock":
        yield from _other_clocks(module)
    if floor != 6 and module.name not in MAY_COMMIT:
        yield from _commits(module)


def _is_only_a_docstring(module: Module) -> bool:
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in module.tree.body)


def _is_allowed(name: str, other: str) -> bool:
    floor, below = floor_of(name), floor_of(other)
    if floor is None or below is None or name == other:
        return True
    if floor == below:
        meant = (_whole(name), _whole(other)) in NEIGHBOURS
        return below in BELOW[floor] or meant or _is_kin(name, other, floor)
    return below in BELOW[floor]


def _is_kin(name: str, other: str, floor: int) -> bool:
    """Tell whether two modules of one floor belong together in a way the table means."""
    if floor in (3, 4, 6):
        return _whole(name) == _whole(other)
    if floor == 1:
        is_earlier = _place(other) < _place(name) or _is_value(other) or _whole(name) == _whole(other)
        return is_earlier and (not _is_value(name) or _is_value(other))
    # A subject's refusals derive from the base of them all, and are one thing in a folder, as tables are.
    is_refusal = other == "errors" and _whole(name).endswith("/errors")
    return floor == 0 and (is_refusal or _whole(name) == _whole(other))


def _whole(name: str) -> str:
    """Return the door, the rules or the models that a file is part of: itself, or the folder they have become."""
    first = name.partition("/")[0]
    return first if first in OF_ONE_PIECE else "/".join(name.split("/")[:2])


def _is_value(name: str) -> bool:
    return not _whole(name).endswith("/models")


def _place(name: str) -> int:
    return SUBJECTS.index(name.partition("/")[0])


def _inner_imports(module: Module) -> Iterator[str]:
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.name}:{node.lineno} imports inside {function.name}"


def _relative_imports(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{module.name}:{node.lineno} imports by dots: write the whole name"


def _request_words(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask"):
            for alias in node.names:
                if alias.name in OF_THE_REQUEST:
                    yield f"{module.name}:{node.lineno} knows the request: {alias.name}"
        elif isinstance(node, ast.Attribute) and _dotted(node) in {f"flask.{word}" for word in OF_THE_REQUEST}:
            yield f"{module.name}:{node.lineno} knows the request: {node.attr}"


def _other_clocks(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            dotted = _dotted(node)
            if dotted in CLOCKS or dotted.removeprefix("datetime.") in CLOCKS:
                yield f"{module.name}:{node.lineno} reads a clock of its own: {dotted}"


def _commits(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _dotted(node).endswith("session.commit"):
            yield f"{module.name}:{node.lineno} commits, and is no door"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _circles(modules: list[Module]) -> Iterator[str]:
    names = {module.name for module in modules}
    graph = {module.name: sorted(set(imported(module, names)) - {module.name}) for module in modules}
    finished: set[str] = set()

    def walk(name: str, path: list[str]) -> Iterator[str]:
        if name in path:
            yield "a circle: " + " -> ".join([*path[path.index(name) :], name])
        elif name not in finished:
            for other in graph.get(name, ()):
                yield from walk(other, [*path, name])
            finished.add(name)

    for name in graph:
        yield from walk(name, [])


def the_house() -> dict[str, str]:
    """Read every file of the package."""
    sources = {}
    for path in sorted((ROOT / HOUSE).rglob("*.py")):
        name = path.relative_to(ROOT / HOUSE).with_suffix("").as_posix()
        sources[HOUSE if name == "__init__" else name.removesuffix("/__init__")] = path.read_text()
    return sources


def test_every_module_stands_on_its_floor_and_imports_only_downward() -> None:
    found = faults(the_house())

    assert not found, "\n".join(found)


def test_every_name_in_the_table_is_on_one_floor() -> None:
    named = [name for names in FLOORS.values() for name in names.split()]

    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_nothing_is_named_for_having_no_name(name: str) -> None:
    assert not [module for module in the_house() if name in module.split("/")]


BROKEN = {
    "upward": {"text": "from eventsvc import web", "web": ""},
    "upward by its full name": {"text": "import eventsvc.web", "web": ""},
    "two floors up": {"events/models": "from eventsvc.events.rules import publish", "events/rules": ""},
    "forms know rules": {"events/forms": "from eventsvc.events import rules", "events/rules": ""},
    "rules call other rules": {"mail/delivery": "from eventsvc.events import rules", "events/rules": ""},
    "a folder of rules calls other rules": {
        "programme/rules/days": "from eventsvc.events import rules",
        "events/rules": "",
    },
    "the rule that serves calls back": {
        "registration/rules": "from eventsvc.events import rules",
        "events/rules": "",
    },
    "a door uses another": {"events/desk": "from eventsvc.events import pages", "events/pages": ""},
    "models of a later subject": {"events/models": "from eventsvc.mail.models import Message", "mail/models": ""},
    "a value knows rows": {"accounts/actors": "from eventsvc.accounts.models import User", "accounts/models": ""},
    "what reads tables knows whose they are": {
        "tables/pasted": "from eventsvc.programme.formats import words",
        "programme/formats/words": "",
    },
    "the ground floor leans on itself": {"links": "from eventsvc import tokens", "tokens": ""},
    "anything knows the application": {"events/pages": "from eventsvc import create_app", "eventsvc": ""},
    "a circle of mechanisms": {
        "calendars/ics": "from eventsvc.calendars import zones",
        "calendars/zones": "from eventsvc.calendars import ics",
    },
    "a name nobody knows": {"events/stuff": "x = 1"},
    "an import in a function": {"events/rules": "def act():\n    import json"},
    "an import by dots": {"events/rules": "from . import models"},
    "a rule reads the request": {"events/rules": "from flask import request"},
    "a rule asks who is signed in": {"events/rules": "from flask_login import current_user"},
    "a mechanism keeps something in g": {"mail/outbox": "import flask\nflask.g.kept = 1"},
    "a clock of its own": {"events/pages": "from datetime import datetime, UTC\ndatetime.now(UTC)"},
    "a clock by its module": {"worker": "import datetime\ndatetime.datetime.now(datetime.UTC)"},
    "a calendar of its own": {"demo/facts": "from datetime import date\ndate.today()"},
    "a rule commits": {"events/rules": "from eventsvc.extensions import db\ndb.session.commit()", "extensions": ""},
}

SOUND = {
    "a door calls what is below": {
        "events/pages": "from flask import request\nfrom eventsvc import clock, web\nfrom eventsvc.events import rules",
        "clock": "from datetime import datetime\ndatetime.now()",
        "web": "from flask import g",
        "events/rules": "",
    },
    "a door commits": {"events/desk": "from eventsvc.extensions import db\ndb.session.commit()", "extensions": ""},
    "delivery commits": {"mail/delivery": "from eventsvc.extensions import db\ndb.session.commit()", "extensions": ""},
    "rules serve through registration": {
        "events/rules": "from eventsvc.registration import rules",
        "registration/rules": "",
    },
    "models of an earlier subject": {
        "registration/models": "from eventsvc.events.models import Event",
        "events/models": "",
    },
    "a mechanism beside a mechanism": {"calendars/ics": "from eventsvc.calendars import zones", "calendars/zones": ""},
    "a subject's refusals": {"events/errors": "from eventsvc.errors import Refused", "errors": ""},
    "a door that has become a folder": {
        "registration/desk": "from eventsvc.registration.desk import roster",
        "registration/desk/roster": "from flask import request",
    },
    "rules that have become a folder": {
        "programme/rules": "from eventsvc.programme.rules import days",
        "programme/rules/days": "from eventsvc.programme.rules import clashes\nfrom eventsvc.registration import rules",
        "programme/rules/clashes": "",
        "registration/rules": "",
    },
    "a file of the ground floor that has become a folder": {
        "tables": "from eventsvc.tables.writing import csv_blocks",
        "tables/writing": "from eventsvc import late",
        "tables/opening": "from eventsvc.tables import xlsx",
        "tables/xlsx": "",
        "late": "",
    },
    "a subject says what it is": {"events": '"""Events."""'},
}


@pytest.mark.parametrize("sources", BROKEN.values(), ids=BROKEN.keys())
def test_the_reader_sees_each_broken_rule(sources: dict[str, str]) -> None:
    assert len(faults(sources)) == 1


@pytest.mark.parametrize("sources", SOUND.values(), ids=SOUND.keys())
def test_the_reader_is_silent_where_all_is_well(sources: dict[str, str]) -> None:
    assert faults(sources) == []

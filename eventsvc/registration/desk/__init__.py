"""The door for organisers: the roster, the people on it, and what is done about them."""

from eventsvc.registration.desk import (
    codes,
    export,
    files,
    imports,
    people,
    questions,
    roster,
    sending,
    sessions,
    tickets,
    types,
    waiting,
)
from eventsvc.registration.desk.blueprint import blueprint

__all__ = [
    "blueprint",
    "codes",
    "export",
    "files",
    "imports",
    "people",
    "questions",
    "roster",
    "sending",
    "sessions",
    "tickets",
    "types",
    "waiting",
]

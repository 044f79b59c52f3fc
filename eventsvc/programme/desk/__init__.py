"""The door for organisers to programmes: building them, from and to files, clashes, and letting the public see them."""

from eventsvc.programme.desk import (
    card,
    clashes,
    exports,
    imports,
    moves,
    publishing,
    sessions,
    speakers,
    timetable,
    undo,
)
from eventsvc.programme.desk.programme import blueprint

__all__ = [
    "blueprint",
    "card",
    "clashes",
    "exports",
    "imports",
    "moves",
    "publishing",
    "sessions",
    "speakers",
    "timetable",
    "undo",
]

"""Names in other capitals are the same names, whatever the letters: SQLite lowers those of ASCII alone.

A database is asked for whatever may be the name, and what it finds is compared here.
"""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def may_be(column: Any, name: str) -> sa.ColumnElement[bool]:
    """Return a condition that every way to capitalise a name meets, and perhaps others: compare what it finds."""
    if name.isascii():
        return sa.func.lower(column) == name.lower()
    # The rest of the name is looked for as it is written, and % stands for letters with accents.
    pattern = _FOREIGN.sub("%", re.sub(r"([/%_])", r"/\1", name))
    condition: sa.ColumnElement[bool] = column.ilike(pattern, escape="/")
    return condition


def is_same(one: str, other: str) -> bool:
    """Tell whether two names differ in capitals alone."""
    return one.casefold() == other.casefold()

"""What each column of a table holds: by its headings, by what stands in it, or as somebody says."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _

from eventsvc.tables.rows import Row

# What a column of one kind of table may hold.
C = TypeVar("C", bound=enum.StrEnum)
T = TypeVar("T")

_LOOKED_AT, _CELLS_LOOKED_AT = 10, 50


# Without slots: a frozen class with them cannot be called as `Layout[Column]`, the name that subjects give it.
@dataclass(frozen=True)
class Layout(Generic[C]):
    """What each column of a table holds, None: it is passed over; `head` is the line of the headings, None without.

    `is_sure`: by headings, by what it looks like, or because somebody said so; else it may be a letter to Olga.
    """

    columns: tuple[C | None, ...]
    headings: tuple[str, ...]
    head: int | None
    is_sure: bool = True

    @property
    def digest(self) -> str:
        """Tell one table's headings from those of another."""
        return hashlib.sha256(repr((self.headings, self.head)).encode("utf-8", "replace")).hexdigest()[:16]

    def with_columns(self, chosen: Iterable[str], known: Iterable[C]) -> Layout[C]:
        """Return it corrected by hand; a word that is not `known` passes the column over."""
        by_value = {column.value: column for column in known}
        columns = [by_value.get(word) for word in chosen][: len(self.columns)]
        return Layout((*columns, *self.columns[len(columns) :]), self.headings, self.head)

    def shown(self) -> list[dict[str, Any]]:
        """Return each column for showing it: its number, what it is called, and what it holds."""
        return [
            {"number": number, "heading": heading or _("Column %(number)s", number=number), "holds": column}
            for number, (heading, column) in enumerate(zip(self.headings, self.columns, strict=True), 1)
        ]


def headed(rows: Sequence[Row], meaning: Callable[[str], C | None], is_head: Callable[[Row], bool]) -> Layout[C] | None:
    """Return how the first row of headings says that the columns are meant; None where there is none near the top.

    Of two columns with one meaning the first keeps it: "from" and "time" beside each other are not both the beginning.
    """
    width = width_of(rows)
    for row in rows[:_LOOKED_AT]:
        if is_head(row):
            columns = _once([meaning(cell) for cell in row.cells])
            return Layout(wide(columns, width, None), wide(row.cells, width, ""), row.line)
    return None


def width_of(rows: Sequence[Row]) -> int:
    """Return how many columns a table has."""
    return max(len(row.cells) for row in rows)


def wide(cells: Sequence[T], width: int, filling: T) -> tuple[T, ...]:
    """Return the cells of a row as wide as the table is."""
    return (*cells, *([filling] * (width - len(cells))))


def standing_in(rows: Sequence[Row], place: int) -> list[str]:
    """Return what stands in a column near the top, without its empty cells."""
    return [row.cells[place] for row in rows[:_CELLS_LOOKED_AT] if place < len(row.cells) and row.cells[place]]


def mostly(cells: Iterable[str], looks: Callable[[str], Any]) -> bool:
    """Tell whether most of what stands in a column looks so; nothing looks like anything."""
    said = [bool(looks(cell)) for cell in cells]
    return sum(said) * 2 > len(said)


def _once(columns: Sequence[C | None]) -> tuple[C | None, ...]:
    seen: set[C] = set()
    kept: list[C | None] = []
    for column in columns:
        kept.append(None if column in seen else column)
        if column:
            seen.add(column)
    return tuple(kept)

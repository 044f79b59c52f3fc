"""A row of a table that somebody brings, why one cannot be taken, and how large the whole may be."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024
MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and the line they stand on."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be taken: on which line, what stands there, and why."""

    line: int
    what: str
    why: str

"""How long answers take: sums that all workers of one server share.

The table lies in shared memory made before gunicorn forks its workers (`--preload`), so any worker can tell the sums of
all, nothing is written to disk, and an observation costs a microsecond. Each process writes to a lane of its own,
chosen by its number; two of 64 on one lane might now and then lose a count, on which nothing rests.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Seconds, each bound inclusive; what takes longer is counted in the sum alone.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
_LANES = 64
_CLASSES = 6
_CELLS = len(BOUNDS) + 2
_CELL = struct.Struct("d")


@dataclass(frozen=True, slots=True)
class Row:
    """What was seen of one endpoint and class of status: answers up to each of `BOUNDS` and in all, and seconds."""

    endpoint: str
    status: str
    cumulative: tuple[int, ...]
    count: int
    seconds: float


class Timings:
    """The table: a lane for each process, in it a row of sums for each endpoint and class of status (1xx to 5xx)."""

    def __init__(self, endpoints: list[str]) -> None:
        self._rows = {endpoint: number * _CLASSES for number, endpoint in enumerate(endpoints)}
        self._lane = 1 + len(endpoints) * _CLASSES * _CELLS
        self._table = memoryview(mmap.mmap(-1, self._lane * _LANES * _CELL.size)).cast("d")

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answer; an endpoint that was not there when the table was made is left out."""
        row = self._rows.get(endpoint)
        if row is None:
            return
        table, lane = self._table, (os.getpid() % _LANES) * self._lane
        at = lane + 1 + (row + min(status // 100, _CLASSES - 1)) * _CELLS
        table[lane] = 1.0
        table[at + _bucket(seconds)] += 1
        table[at + _CELLS - 1] += seconds

    def rows(self) -> Iterator[Row]:
        """Add up the lanes of all processes; rows that nobody wrote to are left out."""
        table = self._table
        lanes = [start for start in range(0, self._lane * _LANES, self._lane) if table[start]]
        for endpoint, row in self._rows.items():
            for hundred in range(_CLASSES):
                cells = 1 + (row + hundred) * _CELLS
                sums = [sum(table[lane + cells + number] for lane in lanes) for number in range(_CELLS)]
                if any(sums[:-1]):
                    yield _row(endpoint, hundred, sums)


def _bucket(seconds: float) -> int:
    for number, bound in enumerate(BOUNDS):
        if seconds <= bound:
            return number
    return len(BOUNDS)


def _row(endpoint: str, hundred: int, sums: list[float]) -> Row:
    so_far, cumulative = 0, []
    for count in sums[:-2]:
        so_far += int(count)
        cumulative.append(so_far)
    return Row(endpoint, f"{hundred}xx", tuple(cumulative), so_far + int(sums[-2]), sums[-1])

"""The colours of tracks: numbers of the stylesheet's, none of which is given twice while another one is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

COLOURS = 12


def free(taken: Iterable[int], count: int = 1) -> list[int]:
    """Return the colours that the next tracks take: those that fewest have, in their order."""
    used = Counter(taken)
    found: list[int] = []
    for _number in range(count):
        colour = min(range(1, COLOURS + 1), key=lambda each: (used[each], each))
        used[colour] += 1
        found.append(colour)
    return found

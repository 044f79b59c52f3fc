"""A file while it arrives: written down as far as it may be large, and read to its end whatever its size.

So the rest of the form is read as well, and nothing that was typed is lost when a file is too large.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any

from eventsvc import pulse

_IN_MEMORY = 512 * 1024


class Capped(SpooledTemporaryFile[bytes]):
    """A temporary file that keeps its first `most` bytes, and one more where there are more."""

    def __init__(self, most: int) -> None:
        super().__init__(max_size=_IN_MEMORY)
        self._left = most + 1
        self._stride = pulse.Stride()

    def write(self, data: Any) -> int:
        self._stride.went(len(data))
        kept = data[: self._left]
        self._left -= len(kept)
        super().write(kept)
        return len(data)

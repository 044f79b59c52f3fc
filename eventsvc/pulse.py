"""A sign of life to whoever watches this process, while it takes in or hands out something long.

gunicorn ends a worker that gives none for half a minute, and a large file over a slow line takes longer. There is a
beat for each half megabyte alone: a line that all but stands still keeps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask import Flask, current_app

EVERY = 512 * 1024
_NAME = "eventsvc.pulse"


def watch(app: Flask, sign: Callable[[], None]) -> None:
    """Let `sign` be given at each beat."""
    app.extensions[_NAME] = sign


class Stride:
    """How far something has come since the last beat."""

    def __init__(self) -> None:
        self._gone = 0

    def went(self, count: int) -> None:
        """Count bytes that came or went, and give a sign of life after so many."""
        self._gone += count
        if self._gone >= EVERY:
            self._gone = 0
            if sign := current_app.extensions.get(_NAME):
                sign()


def beating(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks, and beat as they are taken."""
    stride = Stride()
    for block in blocks:
        stride.went(len(block))
        yield block

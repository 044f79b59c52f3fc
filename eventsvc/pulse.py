"""A sign of life to whoever watches this process, while it takes in or hands out something long.

gunicorn ends a worker that gives none for half a minute, and a large file over a slow line takes longer. A line that
stands still gives no beat, so nobody keeps a worker that way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask import Flask, current_app

_NAME = "eventsvc.pulse"


def watch(app: Flask, sign: Callable[[], None]) -> None:
    """Let `sign` be given at each beat."""
    app.extensions[_NAME] = sign


def beat() -> None:
    """Give a sign of life, where somebody watches."""
    if sign := current_app.extensions.get(_NAME):
        sign()


def beating(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks, with a beat for each that was taken."""
    for block in blocks:
        beat()
        yield block

"""Pages that were drawn, kept under the facts they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from flask import current_app

KEPT = 64
_NAME = "eventsvc.events.kept"


def drawn(facts: Hashable, draw: Callable[[], str]) -> str:
    """Return the page that shows these facts, drawn now if this application does not keep it."""
    kept: Kept = current_app.extensions.setdefault(_NAME, Kept())
    return kept.text(facts, draw)


class Kept:
    """At most `size` texts, each under all the facts it was made from: nothing is ever out of date, only unused.

    What was kept first goes first. One per application; processes need not agree.
    """

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._texts: dict[Hashable, str] = {}
        self._lock = Lock()

    def text(self, facts: Hashable, draw: Callable[[], str]) -> str:
        """Return the text of these facts, drawn now if it is not there."""
        found = self._texts.get(facts)
        if found is None:
            found = draw()
            with self._lock:
                while len(self._texts) >= self._size:
                    del self._texts[next(iter(self._texts))]
                self._texts[facts] = found
        return found

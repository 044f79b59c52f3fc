"""What was made for one reader is kept for the next, under the facts it was made from: pages, and what they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from flask import current_app

T = TypeVar("T")

KEPT = 64
NAME = "eventsvc.events.kept"


def drawn(facts: Hashable, draw: Callable[[], str], *, among: str = "pages", size: int = KEPT) -> str:
    """Return the page that shows these facts, drawn now if this application does not keep it.

    Pages of one kind (`among`) crowd out none of another.
    """
    return held(among, facts, draw, size=size)


def held(among: str, facts: Hashable, make: Callable[[], T], *, size: int) -> T:
    """Return what comes of these facts, made now if this application does not keep it; at most `size` of a kind."""
    shelves: dict[str, Kept[T]] = current_app.extensions.setdefault(NAME, {})
    return shelves.setdefault(among, Kept(size)).thing(facts, make)


class Kept(Generic[T]):
    """At most `size` things, each under all the facts it was made from: nothing is ever out of date, only unused.

    What was kept first goes first. One of a kind per application; processes need not agree.
    """

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._things: dict[Hashable, T] = {}
        self._lock = Lock()

    def thing(self, facts: Hashable, make: Callable[[], T]) -> T:
        """Return what comes of these facts, made now if it is not there."""
        found = self._things.get(facts)
        if found is None:
            found = make()
            with self._lock:
                while len(self._things) >= self._size:
                    del self._things[next(iter(self._things))]
                self._things[facts] = found
        return found

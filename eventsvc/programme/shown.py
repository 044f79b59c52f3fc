"""The programme that the public sees, read once for each state of it, with the words that are searched.

An edition does not change (`published.edition`), so its sessions are kept in the process as plain values, and the words
of each, folded. Folding is what a search would cost most by.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from eventsvc.events import kept
from eventsvc.events.models import Event
from eventsvc.programme import filters, reading
from eventsvc.programme.filters import Words
from eventsvc.programme.reading import Item

_EDITIONS = 8


@dataclass(frozen=True)
class Shown:
    """The sessions of one edition, in time order."""

    items: tuple[Item, ...]

    @cached_property
    def words(self) -> Words:
        """What each session says, folded, by public id."""
        return {item.public_id: filters.words_of(item) for item in self.items}


def shown(event: Event, edition: tuple[int, int] | None) -> Shown:
    """Return the sessions of an event's edition; none before the first."""
    if edition is None:
        return Shown(())
    # A row's number may be given again once the row is gone; whose it was tells the two apart.
    which = event.id, event.slug, event.created_at, edition
    return kept.held("editions", which, lambda: Shown(reading.items(event.id)), size=_EDITIONS)

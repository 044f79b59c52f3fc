"""Who holds the seats of an event and who waits for them, against its limits: a pure value to decide by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The people of one ticket type: `seated` hold a seat (or have one reserved), `waiting` are on the list."""

    seated: int = 0
    waiting: int = 0


NOBODY = Held()


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of one event as they were counted; keys are ids of ticket types, None for people without one.

    `limits` has the ticket types that have a limit of their own. `due_at` is when the first open offer runs out.
    """

    held: Mapping[int | None, Held] = field(default_factory=dict)
    limits: Mapping[int | None, int] = field(default_factory=dict)
    due_at: datetime | None = None

    @property
    def seated(self) -> int:
        return sum(held.seated for held in self.held.values())

    @property
    def waiting(self) -> int:
        return sum(held.waiting for held in self.held.values())

    def left(self, capacity: int | None, type_id: int | None) -> int | None:
        """Count the seats free for one ticket type at an event with room for `capacity`; None: no limit at all."""
        return _least(_rest(capacity, self.seated), self._own_left(type_id))

    def is_sought(self, type_id: int | None) -> bool:
        """Tell whether somebody waits who would take a seat that this ticket type has free.

        That is whoever waits for the same type, and whoever waits for another only because the event was full.
        """
        return any(
            held.waiting and (other == type_id or self._own_left(other) != 0) for other, held in self.held.items()
        )

    def roomy(self) -> list[int | None]:
        """Return the ticket types that people wait for and whose own limit leaves room."""
        return [type_id for type_id, held in self.held.items() if held.waiting and self._own_left(type_id) != 0]

    def served(self, type_ids: Iterable[int | None]) -> Seating:
        """Return the seating once one waiting person of each of these types has got a seat."""
        held = dict(self.held)
        for type_id in type_ids:
            before = held.get(type_id, NOBODY)
            held[type_id] = Held(before.seated + 1, before.waiting - 1)
        return Seating(held, self.limits, self.due_at)

    def joined(self, type_id: int | None, *, is_seated: bool) -> Seating:
        """Return the seating with one person more."""
        before = self.held.get(type_id, NOBODY)
        after = Held(before.seated + is_seated, before.waiting + (not is_seated))
        return Seating({**self.held, type_id: after}, self.limits, self.due_at)

    def place(self, type_id: int | None) -> int:
        """Return the place on the list of whoever joins it now; see `seats.position`."""
        if type_id is not None and self._own_left(type_id) == 0:
            return self.held.get(type_id, NOBODY).waiting + 1
        return self.waiting + 1

    def _own_left(self, type_id: int | None) -> int | None:
        return _rest(self.limits.get(type_id), self.held.get(type_id, NOBODY).seated)


EMPTY = Seating()


def _rest(limit: int | None, seated: int) -> int | None:
    return None if limit is None else max(0, limit - seated)


def _least(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)

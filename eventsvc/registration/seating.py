"""Who holds the seats of an event and who waits for them, against its limits: a pure value to decide by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The people of one ticket type: `seated` hold a seat (or have one reserved), `waiting` are on the list.

    `wishing` hold a seat of another type and would rather have one of this.
    """

    seated: int = 0
    waiting: int = 0
    wishing: int = 0


NOBODY = Held()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What decides where a ticket type that is offered stands, and what it costs; see TicketType.

    `is_shown`: to everybody; `is_by_code`: to whoever has an access code. Else it is for personal invitations alone.
    """

    id: int
    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_shown: bool = True
    is_by_code: bool = False
    fee_cents: int = 0
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of one event as they were counted; keys are ids of ticket types, None for people without one.

    `limits` has the ticket types that have a limit of their own. `due_at` is when the first open offer runs
    out, or the first seat that an invitation keeps. `tickets` are the types that are offered still, in their order;
    `has_types`: there are some, be they all retired. `kept` of the seats are kept by invitations.
    """

    held: Mapping[int | None, Held] = field(default_factory=dict)
    limits: Mapping[int | None, int] = field(default_factory=dict)
    due_at: datetime | None = None
    tickets: tuple[Ticket, ...] = ()
    has_types: bool = False
    kept: int = 0

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether every ticket type was retired: there is nothing that anybody could have."""
        return self.has_types and not self.tickets

    @property
    def seated(self) -> int:
        return sum(held.seated for held in self.held.values())

    @property
    def waiting(self) -> int:
        return sum(held.waiting for held in self.held.values())

    @property
    def wished(self) -> list[int]:
        """Return the ticket types that people who have a seat of another wish for."""
        return [type_id for type_id, held in self.held.items() if held.wishing and type_id is not None]

    def left(self, capacity: int | None, type_id: int | None) -> int | None:
        """Count the seats free for one ticket type at an event with room for `capacity`; None: no limit at all."""
        return _least(_rest(capacity, self.seated), self.room(type_id))

    def room(self, type_id: int | None) -> int | None:
        """Count what one ticket type's own limit leaves free, whatever the event's; None: it has none."""
        return _rest(self.limits.get(type_id), self.held.get(type_id, NOBODY).seated)

    def is_sought(self, type_id: int | None) -> bool:
        """Tell whether somebody waits who would take a seat that this ticket type has free.

        That is whoever waits for the same type or wishes for it, and whoever waits for another only because the event
        was full.
        """
        if self.held.get(type_id, NOBODY).wishing:
            return True
        return any(held.waiting and (other == type_id or self.room(other) != 0) for other, held in self.held.items())

    def roomy(self) -> list[int | None]:
        """Return the ticket types that people wait for and whose own limit leaves room."""
        return [type_id for type_id, held in self.held.items() if held.waiting and self.room(type_id) != 0]

    def served(self, type_ids: Iterable[int | None]) -> Seating:
        """Return the seating once one waiting person of each of these types has got a seat."""
        held = dict(self.held)
        for type_id in type_ids:
            before = held.get(type_id, NOBODY)
            held[type_id] = replace(before, seated=before.seated + 1, waiting=before.waiting - 1)
        return replace(self, held=held)

    def joined(self, type_id: int | None, *, is_seated: bool) -> Seating:
        """Return the seating with one person more."""
        before = self.held.get(type_id, NOBODY)
        after = replace(before, seated=before.seated + is_seated, waiting=before.waiting + (not is_seated))
        return replace(self, held={**self.held, type_id: after})

    def released(self, type_id: int | None) -> Seating:
        """Return the seating without one reserved seat."""
        before = self.held.get(type_id, NOBODY)
        return replace(self, held={**self.held, type_id: replace(before, seated=max(0, before.seated - 1))})

    def left_by(self, type_id: int | None) -> Seating:
        """Return the seating as if one of those who wait for a ticket type did not."""
        before = self.held.get(type_id, NOBODY)
        return replace(self, held={**self.held, type_id: replace(before, waiting=max(0, before.waiting - 1))})

    def place(self, type_id: int | None) -> int:
        """Return the place on the list of whoever joins it now; see `seats.position`."""
        if type_id is not None and self.room(type_id) == 0:
            return self.held.get(type_id, NOBODY).waiting + 1
        return self.waiting + 1

    def granted(self, old_id: int | None, new_id: int) -> Seating:
        """Return the seating once somebody with a seat of one type has got the one of another that they wished for."""
        held = dict(self.held)
        old, new = held.get(old_id, NOBODY), held.get(new_id, NOBODY)
        held[old_id] = replace(old, seated=old.seated - 1)
        held[new_id] = replace(new, seated=new.seated + 1, wishing=new.wishing - 1)
        return replace(self, held=held)


EMPTY = Seating()


def _rest(limit: int | None, seated: int) -> int | None:
    return None if limit is None else max(0, limit - seated)


def _least(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)

"""The roster of an event: what an organiser asks for becomes one query, quick at 50,000 rows."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc import tokens
from eventsvc.extensions import db
from eventsvc.registration import sought
from eventsvc.registration.models import Payment, Registration, State, TicketType

PAGE_SIZE = 50
_BATCH = 500
_TEXT_LIMIT = 200
_MOST_FILTERS = 20
_MOST_COLUMNS = 8
ANSWER = "a."
"""What stands before a question's id in the name of a filter."""
WORDS = "w."
"""What stands before a question's id where words in its answer are looked for."""
_ID = re.compile(r"[0-9A-Za-z]{2,16}")
COLUMNS = (
    "reference",
    "given_name",
    "family_name",
    "email",
    "organisation",
    "country",
    "state",
    "registered_at",
    "state_at",
    "origin",
    "language",
    "ticket_type_id",
    "fee_cents",
    "currency",
    "paid_cents",
    "payment",
    "payment_reference",
    "payment_due_on",
)
# What stands in an address for people without a ticket type.
NO_TICKET = "none"


class Order(enum.StrEnum):
    """How the rows lie; `TURN` is the order in which people came, and of the waiting list."""

    TURN = "turn"
    LATEST = "latest"
    NAME = "name"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the roster says. `state` None: everybody; `number` is the page, from 1.

    `answers` are pairs of a question's public id and the answer to look for: that of an option, "yes" or "no", a
    country, or `sought.ANY` and `sought.NONE` for whether there is one. `words` are pairs of a question's public id and
    words of what was typed. `columns` are the questions whose answers stand in the list. `ticket` is the public id of a
    ticket type, or NO_TICKET.
    """

    state: State | None = None
    text: str = ""
    order: Order = Order.TURN
    number: int = 1
    answers: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    ticket: str = ""
    payment: Payment | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the tab leaves people out."""
        return bool(self.text or self.ticket or self.payment or self.answers or self.words)

    def args(self, **over: Any) -> dict[str, Any]:
        """Write this as the query of an address, with `over` in place of what it says; what is usual is left out."""
        other = replace(self, **over)
        said = {
            "state": other.state.value if other.state else None,
            "q": other.text or None,
            "order": other.order.value if other.order is not Order.TURN else None,
            "page": other.number if other.number > 1 else None,
            "show": list(other.columns) or None,
            "ticket": other.ticket or None,
            "payment": other.payment.value if other.payment else None,
        }
        said |= {f"{ANSWER}{question}": value for question, value in other.answers}
        said |= {f"{WORDS}{question}": value for question, value in other.words}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Count:
    """How many registrations are in a state, and how many of those the search finds."""

    all: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the roster. `counts` has every state that occurs; `found` is what the tab and the search leave."""

    rows: list[Registration]
    counts: dict[State, Count]
    found: int
    number: int

    @property
    def total(self) -> int:
        return sum(count.all for count in self.counts.values())

    @property
    def last(self) -> int:
        return max(1, math.ceil(self.found / PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one person lies among those found: the position from 1, and who is before and after."""

    position: int
    previous_id: int | None
    next_id: int | None


def asked_by(args: Mapping[str, str], columns: Iterable[str] = ()) -> Asked:
    """Read the query of an address; what cannot be read is as if it were not there."""
    page = args.get("page", "")
    return Asked(
        state=_member(State, args.get("state")),
        text=_words(args.get("q", "")),
        order=_member(Order, args.get("order")) or Order.TURN,
        number=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        answers=tuple(
            (name.removeprefix(ANSWER), value)
            for name, value in list(args.items())[:_MOST_FILTERS]
            if name.startswith(ANSWER) and _ID.fullmatch(name.removeprefix(ANSWER)) and _ID.fullmatch(value)
        ),
        words=tuple(
            (name.removeprefix(WORDS), _words(value))
            for name, value in list(args.items())[:_MOST_FILTERS]
            if name.startswith(WORDS) and _ID.fullmatch(name.removeprefix(WORDS)) and _words(value)
        ),
        columns=tuple(each for each in dict.fromkeys(columns) if _ID.fullmatch(each))[:_MOST_COLUMNS],
        ticket=args.get("ticket", "").replace("\x00", "")[:16],
        payment=_member(Payment, args.get("payment")),
    )


def page(event_id: int, asked: Asked) -> Page:
    """Return one page of the roster in two queries; a page past the end is the last one."""
    counts = _counts(event_id, asked)
    states = [asked.state] if asked.state else list(counts)
    found = sum(counts[state].found for state in states if state in counts)
    number = min(asked.number, max(1, math.ceil(found / PAGE_SIZE)))
    # The ids first: rows are sorted by their keys alone, and only fifty are read whole.
    ids = _found(event_id, asked).with_only_columns(Registration.id).order_by(*_order(asked))
    wanted = ids.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE).subquery()
    rows = db.session.scalars(
        sa.select(Registration)
        .join(wanted, Registration.id == wanted.c.id)
        .options(joinedload(Registration.ticket_type))
        .order_by(*_order(asked))
    )
    return Page(list(rows), counts, found, number)


def every(event_id: int, asked: Asked) -> Iterator[Sequence[sa.Row[Any]]]:
    """Go through all that is found, in order and in batches of rows: the id and `COLUMNS` of each.

    Memory stays flat however many they are.
    """
    columns = [getattr(Registration, name) for name in ("id", *COLUMNS)]
    query = _found(event_id, asked).with_only_columns(*columns).order_by(*_order(asked))
    yield from db.session.execute(query.execution_options(yield_per=_BATCH)).partitions()


def ids(event_id: int, asked: Asked, most: int) -> list[int]:
    """Return the ids of all that is found, at most so many."""
    found = _found(event_id, asked).with_only_columns(Registration.id).order_by(*_order(asked))
    return list(db.session.scalars(found.limit(most)))


def place(registration: Registration, asked: Asked) -> Place | None:
    """Tell where a person lies among those found; None when the search leaves them out."""
    keys, everybody = _keys(asked), _found(registration.event_id, asked)
    # The database's own values: its idea of small letters is not Python's.
    mine = db.session.execute(everybody.with_only_columns(*keys).where(Registration.id == registration.id)).first()
    if mine is None:
        return None
    here, me = sa.tuple_(*keys), sa.tuple_(*mine)
    before, after = (here > me, here < me) if asked.order is Order.LATEST else (here < me, here > me)
    ids = everybody.with_only_columns(Registration.id).limit(1)
    ahead, previous_id, next_id = db.session.execute(
        sa.select(
            everybody.with_only_columns(sa.func.count()).where(before).scalar_subquery(),
            ids.where(before).order_by(*_order(asked, is_backwards=True)).scalar_subquery(),
            ids.where(after).order_by(*_order(asked)).scalar_subquery(),
        )
    ).one()
    return Place(ahead + 1, previous_id, next_id)


def _words(typed: str) -> str:
    return " ".join(typed.replace("\x00", " ").split())[:_TEXT_LIMIT]


def _member(kinds: type[Any], value: str | None) -> Any:
    return kinds(value) if value in {kind.value for kind in kinds} else None


def _counts(event_id: int, asked: Asked) -> dict[State, Count]:
    """Count every state once, and what the search finds of each beside it."""
    matching = _narrowing(event_id, asked)
    found = sa.func.count() if matching is None else sa.func.sum(sa.case((matching, 1), else_=0))
    counted = db.session.execute(
        sa.select(Registration.state, sa.func.count(), found)
        .where(Registration.event_id == event_id)
        .group_by(Registration.state)
    )
    return {state: Count(total, int(hits)) for state, total, hits in counted}


def _found(event_id: int, asked: Asked) -> sa.Select[tuple[Registration]]:
    query = sa.select(Registration).where(Registration.event_id == event_id)
    if asked.state is not None:
        query = query.where(Registration.state == asked.state)
    matching = _narrowing(event_id, asked)
    return query if matching is None else query.where(matching)


def _narrowing(event_id: int, asked: Asked) -> sa.ColumnElement[bool] | None:
    """Keep those whom the search finds, of one ticket, one state of payment and the answers looked for."""
    paid = Registration.payment == asked.payment if asked.payment is not None else None
    return _all_of(
        _matching(asked.text),
        _of_ticket(asked.ticket),
        paid,
        sought.given(event_id, asked.answers),
        sought.written(event_id, asked.words),
    )


def _of_ticket(ticket: str) -> sa.ColumnElement[bool] | None:
    if ticket == NO_TICKET:
        return Registration.ticket_type_id.is_(None)
    of_type = sa.select(TicketType.id).where(TicketType.public_id == ticket).scalar_subquery()
    return Registration.ticket_type_id == of_type if ticket else None


def _all_of(*conditions: sa.ColumnElement[bool] | None) -> sa.ColumnElement[bool] | None:
    said = [condition for condition in conditions if condition is not None]
    return sa.and_(*said) if said else None


def _matching(text: str) -> sa.ColumnElement[bool] | None:
    """Match when each word occurs in a name, the address, the institution or the reference, or all are the reference.

    A domain is a word of the address.
    """
    if not text:
        return None
    words = sa.and_(*(_has(word) for word in text.split()))
    return sa.or_(words, Registration.reference == tokens.as_typed(text))


def _has(word: str) -> sa.ColumnElement[bool]:
    said = (
        Registration.given_name,
        Registration.family_name,
        sa.func.coalesce(Registration.email_folded, ""),
        Registration.organisation,
        Registration.reference,
    )
    everything = sa.func.lower(reduce(lambda one, other: one + " " + other, said))
    return sought.contains(everything, word)


def _keys(asked: Asked) -> list[sa.ColumnElement[Any]]:
    """Name what rows are ordered by; the turn and the id come last, so that no two rows are equal."""
    first: dict[Order, list[Any]] = {
        Order.NAME: [sa.func.lower(Registration.family_name), sa.func.lower(Registration.given_name)],
        Order.ORGANISATION: [sa.func.lower(Registration.organisation)],
    }
    return [*first.get(asked.order, []), Registration.turn, Registration.id]


def _order(asked: Asked, *, is_backwards: bool = False) -> list[sa.ColumnElement[Any]]:
    is_falling = (asked.order is Order.LATEST) is not is_backwards
    return [key.desc() if is_falling else key.asc() for key in _keys(asked)]

"""Taking a whole list of people in at once: through the same turnstile, all of them or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event, Status
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from eventsvc.registration import errors, fees, keys, notifications, seats, standings
from eventsvc.registration.listed import Listed, Problem, Reading
from eventsvc.registration.models import LIVE, OF_REGISTRATION, Origin, Registration, State, TicketType
from eventsvc.registration.rules.holding import hold, is_over
from eventsvc.registration.rules.serving import seating_now
from eventsvc.registration.seating import Seating

Types = dict[int | None, TicketType]

_BATCH = 500
_WRITTEN = [attribute.key for attribute in sa.inspect(Registration).column_attrs]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where somebody on the list would be; `place` is their number on the waiting list, None for a seat."""

    listed: Listed
    type_id: int | None
    state: State
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What taking a list would do: who comes in and where, who is registered already, and what cannot be taken."""

    placed: tuple[Placed, ...]
    known: tuple[Listed, ...]
    problems: tuple[Problem, ...]

    @property
    def seated(self) -> int:
        return sum(each.state is State.CONFIRMED for each in self.placed)

    @property
    def waiting(self) -> int:
        return len(self.placed) - self.seated


def look(event: Event, read: Reading, *, at: datetime) -> Look:
    """Tell what taking a list would do now; nothing is changed."""
    return _look(event, read, _types(event), seats.taken(event.id, at))


def take_list(
    event_id: int,
    read: Reading,
    *,
    leaves_out: bool = False,
    tells: bool = True,
    by: Actor,
    at: datetime,
    on_step: Callable[[int, int], None] = lambda _done, _of: None,
) -> Look:
    """Take everybody on a list in: with a seat while there is one, else on the waiting list, in the list's order.

    Who is registered already is left as they are, so a second time changes nothing. `leaves_out` takes the rest where
    some rows cannot be read; `tells` writes everybody the letter they would get by the form; `on_step` is told how many
    of how many are done. Raises RowsUnread, EventEnded, EventCancelled, RegistrationClosed for a draft.
    """
    # Cut before the turnstile is held: sealing thousands of links takes a second.
    cut = [{kind: keys.new() for kind in OF_REGISTRATION} for _listed in read.people]
    event, last = hold(event_id, turns=max(1, len(read.people)))
    _refuse_shut(event, at)
    types = _types(event)
    found = _look(event, read, types, seating_now(event, at))
    if found.problems and not leaves_out:
        raise errors.RowsUnread(len(found.problems))
    references = _references(event.id, len(found.placed))
    offsets = _offsets(event.id)
    first = last - len(found.placed) + 1
    made: list[Registration] = []
    for start in range(0, len(found.placed), _BATCH):
        batch = [
            _registration(event, placed, types, first + start + number, references.pop(), cut.pop(), offsets, at)
            for number, placed in enumerate(found.placed[start : start + _BATCH])
        ]
        _insert(batch)
        made += batch
        on_step(len(made), len(found.placed))
    audit.record_all("import", made, by=by, at=at, event_id=event.id, after=_state_of)
    if tells:
        notifications.taken_in(event, made, [each.place for each in found.placed], at=at)
    return found


def _refuse_shut(event: Event, at: datetime) -> None:
    if event.status is Status.DRAFT:
        raise errors.RegistrationClosed
    if event.status is Status.CANCELLED:
        raise errors.EventCancelled
    if event.status is Status.ARCHIVED or is_over(event, at):
        raise errors.EventEnded


def _types(event: Event) -> Types:
    found = db.session.scalars(sa.select(TicketType).where(TicketType.event_id == event.id))
    return {each.id: each for each in found}


def _look(event: Event, read: Reading, types: Types, seating: Seating) -> Look:
    known_addresses = _live_addresses(event.id)
    placed: list[Placed] = []
    known: list[Listed] = []
    problems = list(read.problems)
    for listed in read.people:
        if listed.person.email_folded in known_addresses:
            known.append(listed)
            continue
        type_id = _type_of(listed, seating)
        if type_id is None and seating.has_types:
            told = errors.TicketsWithdrawn.told if seating.is_withdrawn else errors.TicketTypeNeeded.told
            problems.append(Problem(listed.line, listed.person.email, str(told)))
            continue
        there = standings.by_seats_for(event, types.get(type_id), seating)
        if there.standing is Standing.FULL:
            problems.append(Problem(listed.line, listed.person.email, str(errors.EventFull().sentence)))
            continue
        is_seated = there.standing is not Standing.WAITING
        place = None if is_seated else seating.place(type_id)
        placed.append(Placed(listed, type_id, State.CONFIRMED if is_seated else State.WAITLISTED, place))
        seating = seating.joined(type_id, is_seated=is_seated)
    return Look(tuple(placed), tuple(known), tuple(sorted(problems, key=lambda problem: problem.line)))


def _type_of(listed: Listed, seating: Seating) -> int | None:
    """Return the ticket type somebody comes with; where an event offers but one, that is meant without a word."""
    if listed.type_id is None and len(seating.tickets) == 1:
        return seating.tickets[0].id
    return listed.type_id


def _live_addresses(event_id: int) -> frozenset[str]:
    asked = sa.select(Registration.email_folded).where(
        Registration.event_id == event_id, Registration.state.in_(LIVE), Registration.email_folded.is_not(None)
    )
    return frozenset(address for address in db.session.scalars(asked) if address)


def _references(event_id: int, count: int) -> list[str]:
    taken = set(db.session.scalars(sa.select(Registration.reference).where(Registration.event_id == event_id)))
    fresh: list[str] = []
    while len(fresh) < count:
        reference = tokens.reference()
        if reference not in taken:
            taken.add(reference)
            fresh.append(reference)
    return fresh


def _offsets(event_id: int) -> dict[str, int]:
    """Return what the calendars of people who were registered before are counted on from; see Registration."""
    asked = sa.select(Registration.email_folded, sa.func.max(Registration.calendar_offset)).where(
        Registration.event_id == event_id, Registration.calendar_offset > 0, Registration.email_folded.is_not(None)
    )
    rows: Iterable[Any] = db.session.execute(asked.group_by(Registration.email_folded))
    return {address: offset + offset % 2 for address, offset in rows}


def _registration(
    event: Event,
    placed: Placed,
    types: Types,
    turn: int,
    reference: str,
    cut: dict[Any, keys.Key],
    offsets: dict[str, int],
    at: datetime,
) -> Registration:
    """Return a registration that belongs to no session: thousands are written by one statement."""
    listed = placed.listed
    registration = Registration(
        event=event,
        event_id=event.id,
        ticket_type=types.get(placed.type_id),
        ticket_type_id=placed.type_id,
        state=placed.state,
        turn=turn,
        reference=reference,
        origin=Origin.IMPORT,
        language=listed.language or event.language,
        registered_at=at,
        state_at=at,
        calendar_offset=offsets.get(listed.person.email_folded or "", 0),
        **listed.person.columns(),
    )
    fees.state(registration, registration.ticket_type)
    if placed.place is None:
        fees.begin(registration, at)
    for kind, key in cut.items():
        keys.fit(registration, kind, key)
    return registration


def _insert(registrations: Sequence[Registration]) -> None:
    """Write rows with one statement, and let each registration know its number."""
    if registrations:
        written = sa.insert(Registration).returning(Registration.id, sort_by_parameter_order=True)
        rows = [{name: getattr(each, name) for name in _WRITTEN if name in vars(each)} for each in registrations]
        for registration, number in zip(registrations, db.session.scalars(written, rows), strict=True):
            registration.id = number


def _state_of(registration: Registration) -> dict[str, Any]:
    return {"state": registration.state.value}

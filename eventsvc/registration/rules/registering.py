"""Registering: with a seat while there is one and nobody waits for it, else on the waiting list."""

from __future__ import annotations

from datetime import datetime

from eventsvc import tokens
from eventsvc.accounts.actors import Actor
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from eventsvc.registration import errors, keys, known, seats, standings
from eventsvc.registration.models import OF_REGISTRATION, Origin, Registration, State, TicketType
from eventsvc.registration.person import Person
from eventsvc.registration.rules.holding import hold
from eventsvc.registration.rules.moving import move
from eventsvc.registration.seating import Seating

# Of so many references one is free, but for one registration in 10^15 at an event of a thousand.
_SPARE_REFERENCES = 3
_SHUT = {
    Standing.DRAFT: errors.RegistrationClosed,
    Standing.OPENS: errors.RegistrationNotOpenYet,
    Standing.CLOSED: errors.RegistrationClosed,
    Standing.ENDED: errors.EventEnded,
    Standing.CANCELLED: errors.EventCancelled,
}


def register(
    event_id: int,
    person: Person,
    *,
    by: Actor,
    at: datetime,
    language: str,
    origin: Origin = Origin.PAGE,
    submission_key: str | None = None,
    consent_version: str | None = None,
    ticket_type_id: int | None = None,
) -> Registration:
    """Take a person in: with a seat while there is one and nobody waits for it, else on the waiting list.

    The same person sent twice with one `submission_key` (a double click) is one registration, the first. An organiser
    may let people in before registration opens, after it has closed and until the event ends, but never past a limit.
    Raises one of `errors` for an event that is shut, EventFull or AlreadyRegistered.
    """
    links = {kind: keys.new() for kind in OF_REGISTRATION}
    references = [tokens.reference() for _spare in range(_SPARE_REFERENCES)]
    submission = _submission(submission_key, person)
    event, turn = hold(event_id)
    met = known.look(event_id, person.email_folded, submission, references)
    if met.sent_before is not None:
        return db.session.get_one(Registration, met.sent_before)
    ticket_type = _ticket_type(event, ticket_type_id)
    state = _state_for_newcomer(event, ticket_type, met, by, at)
    registration = Registration(
        event=event,
        ticket_type=ticket_type,
        turn=turn,
        reference=met.reference,
        origin=origin,
        language=language,
        registered_at=at,
        consent_version=consent_version,
        consented_at=at if consent_version else None,
        submission_key=submission,
        calendar_offset=met.offset,
        **person.columns(),
    )
    for kind, key in links.items():
        keys.fit(registration, kind, key)
    db.session.add(registration)
    move(registration, state, by=by, at=at)
    return registration


def _submission(submission_key: str | None, person: Person) -> str | None:
    """Bind a form's key to the address in it: going back to register a colleague is no double click."""
    return tokens.digest(f"{submission_key} {person.email_folded}") if submission_key else None


def _ticket_type(event: Event, ticket_type_id: int | None) -> TicketType | None:
    """Read a ticket type again under the turnstile. Raises TicketTypeGone for one that is not this event's."""
    if ticket_type_id is None:
        return None
    found = db.session.get(TicketType, ticket_type_id, populate_existing=True)
    if found is None or found.event_id != event.id or found.is_retired:
        raise errors.TicketTypeGone
    return found


def _state_for_newcomer(
    event: Event, ticket_type: TicketType | None, met: known.Known, by: Actor, at: datetime
) -> State:
    """Decide whether a newcomer is seated, waits, or is refused; the page that offers the form asks the same table."""
    seating = seats.taken(event.id, at)
    standing = _standing(event, ticket_type, seating, by, at)
    if standing in _SHUT:
        raise _why_closed(event) if standing is Standing.CLOSED else _SHUT[standing]
    if met.has_place:
        raise errors.AlreadyRegistered
    if standing is Standing.FULL:
        raise errors.EventFull
    return State.WAITLISTED if standing is Standing.WAITING else State.CONFIRMED


def _why_closed(event: Event) -> type[Refused]:
    """Tell apart what is closed: not open yet for want of a date, never open, or not any more."""
    if event.starts_at is None:
        return errors.DateToFollow
    return errors.RegistrationClosed if event.accepts_registrations else errors.NoRegistration


def _standing(event: Event, ticket_type: TicketType | None, seating: Seating, by: Actor, at: datetime) -> Standing:
    """Tell where the event stands for who asks: the opening hours of registration do not bind an organiser."""
    told = standings.for_type(event, ticket_type, seating, at)
    if by.is_organiser and told.standing in {Standing.OPENS, Standing.CLOSED}:
        return standings.by_seats_for(event, ticket_type, seating).standing
    return told.standing

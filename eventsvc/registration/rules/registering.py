"""Registering: with a seat while there is one and nobody waits for it, else on the waiting list."""

from __future__ import annotations

from datetime import datetime

from eventsvc import tokens
from eventsvc.accounts.actors import Actor
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.events.standing import Standing, by_time
from eventsvc.extensions import db
from eventsvc.registration import answers, errors, fees, keys, known, seats, standings
from eventsvc.registration.models import OF_REGISTRATION, Origin, Registration, State, TicketType
from eventsvc.registration.person import Person
from eventsvc.registration.questions import NOTHING, Answered
from eventsvc.registration.rules import admitting
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
    answered: Answered = NOTHING,
    code: str | None = None,
) -> Registration:
    """Take a person in: with a seat while there is one and nobody waits for it, else on the waiting list.

    The same person sent twice with one `submission_key` (a double click) is one registration, the first. An organiser
    may let people in before registration opens, after it has closed and until the event ends, but never past a limit.
    An event with ticket types is told which, by `ticket_type_id`, and those who need one the access `code` as typed.
    Raises one of `errors` for an event that is shut, for a ticket type they may not have (see `admitting`), EventFull,
    AlreadyRegistered or OptionFull.
    """
    links = {kind: keys.new() for kind in OF_REGISTRATION}
    references = [tokens.reference() for _spare in range(_SPARE_REFERENCES)]
    submission = _submission(submission_key, person)
    event, turn = hold(event_id)
    met = known.look(event_id, person.email_folded, submission, references)
    if met.sent_before is not None:
        return db.session.get_one(Registration, met.sent_before)
    seating = seats.taken(event.id, at)
    ticket_type = admitting.chosen(event, ticket_type_id, has_types=bool(seating.tickets))
    standing = _open(event, ticket_type, seating, by, at)
    used = admitting.admit(ticket_type, person.email, code, by=by, at=at) if ticket_type else None
    state = _state_for_newcomer(standing, seating, met)
    registration = Registration(
        event=event,
        ticket_type=ticket_type,
        access_code_id=used.id if used else None,
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
    fees.state(registration, ticket_type)
    for kind, key in links.items():
        keys.fit(registration, kind, key)
    db.session.add(registration)
    move(registration, state, by=by, at=at)
    answers.write(registration, answered, at=at, is_new=True)
    return registration


def _submission(submission_key: str | None, person: Person) -> str | None:
    """Bind a form's key to the address in it: going back to register a colleague is no double click."""
    return tokens.digest(f"{submission_key} {person.email_folded}") if submission_key else None


def _open(event: Event, ticket_type: TicketType | None, seating: Seating, by: Actor, at: datetime) -> Standing:
    """Tell where the open event stands by its seats, or say why it is shut.

    The opening hours of registration do not bind an organiser; those of the ticket type are `admitting`'s to look at.
    """
    shut = by_time(event, at)
    if shut is None or (by.is_organiser and shut in {Standing.OPENS, Standing.CLOSED}):
        return standings.by_seats_for(event, ticket_type, seating).standing
    raise _why_closed(event) if shut is Standing.CLOSED else _SHUT[shut]


def _why_closed(event: Event) -> type[Refused]:
    """Tell apart what is closed: not open yet for want of a date, never open, or not any more."""
    if event.starts_at is None:
        return errors.DateToFollow
    return errors.RegistrationClosed if event.accepts_registrations else errors.NoRegistration


def _state_for_newcomer(standing: Standing, seating: Seating, met: known.Known) -> State:
    """Decide whether a newcomer is seated, waits, or is refused; the page that offers the form asks the same table."""
    if met.has_place:
        raise errors.AlreadyRegistered
    if standing is Standing.FULL:
        raise errors.TicketTypeFull if len(seating.tickets) > 1 else errors.EventFull
    return State.WAITLISTED if standing is Standing.WAITING else State.CONFIRMED

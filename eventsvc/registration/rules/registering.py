"""Registering: with a seat while there is one and nobody waits for it, else on the waiting list; and coming back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsvc import tokens
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.events.standing import Standing, by_time
from eventsvc.extensions import db
from eventsvc.registration import answers, codes, deadlines, errors, fees, inheriting, keys, known, standings
from eventsvc.registration.models import OF_REGISTRATION, OfferKind, Origin, Registration, State, TicketType
from eventsvc.registration.person import Person
from eventsvc.registration.questions import NOTHING, Answered
from eventsvc.registration.rules import admitting, inviting
from eventsvc.registration.rules.admitting import Leave
from eventsvc.registration.rules.choosing import carry_over
from eventsvc.registration.rules.holding import hold_asking, is_ahead
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.serving import seating_now, settle_and_serve
from eventsvc.registration.seating import Seating

# Of so many references one is free, but for one registration in 10^15 at an event of a thousand.
_SPARE_REFERENCES = 3
_PERSON = ("given_name", "family_name", "email", "organisation", "country")
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
    rejoins_id: int | None = None,
    consent_version: str | None = None,
    ticket_type_id: int | None = None,
    code: str | None = None,
    answered: Answered = NOTHING,
    is_proven: bool = False,
    skips_window: bool = False,
    is_admitted: bool = False,
    invitation_id: int | None = None,
    group_id: int | None = None,
) -> Registration:
    """Take a person in: with a seat while there is one and nobody waits for it, else on the waiting list.

    The same person sent twice with one `submission_key` (a double click) is one registration, the first; so is whoever
    comes back twice from the registration `rejoins_id`. An organiser may let people in before registration opens, after
    it has closed and until the event ends, but never past a limit; `skips_window` lets an attendee do so. Where the
    event asks for proof of address the seat is held until it is given, unless the address `is_proven` already or an
    organiser wrote it down. An event with ticket types is told which, by `ticket_type_id`, and those who need one the
    access `code` as typed; whoever `is_admitted` needs none, nor who comes by a personal invitation, which is used up
    by it and gives the seat that it kept.
    Raises one of `errors` for an event that is shut, for a ticket type they may not have (see `admitting`), EventFull,
    AlreadyRegistered, OptionFull or QuestionsChanged.
    """
    links = {kind: keys.new() for kind in OF_REGISTRATION}
    references = [tokens.reference() for _spare in range(_SPARE_REFERENCES)]
    submission = _submission(submission_key, person, rejoins_id)
    event, turn, asks = hold_asking(event_id)
    met = known.look(event_id, person.email_folded, submission, references)
    if met.sent_before is not None:
        return db.session.get_one(Registration, met.sent_before)
    leave = Leave(ticket_type_id, code, is_admitted=is_admitted, skips_window=skips_window, is_proven=is_proven)
    if invitation_id:
        leave = inviting.leave(invitation_id, person, leave, at)
    # Before anything is told of the address: a known one is refused no later than any other.
    answers.check(event_id, answered, asks)
    place = _place(event, person, leave, met, by=by, at=at)
    registration = Registration(
        event=event,
        ticket_type=place.ticket_type,
        access_code_id=place.code_id,
        group_id=group_id,
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
    fees.state(registration, place.ticket_type)
    for kind, key in links.items():
        keys.fit(registration, kind, key)
    db.session.add(registration)
    state = _ask_proof(registration, event, place.state, at) if place.asks_proof else place.state
    move(registration, state, by=by, at=at)
    answers.write(registration, answered, at=at, is_new=True)
    if leave.invitation is not None:
        inviting.use(leave.invitation, registration, by=by, at=at)
    elif place.are_others_kept and registration.is_confirmed:
        inviting.use_kept(registration, by=by, at=at)
    return registration


@dataclass(frozen=True, slots=True)
class _Place:
    """What somebody who comes gets: a seat or a place on the list, of a ticket type, by a code that this uses once.

    `are_others_kept`: invitations keep seats, and one may be theirs.
    """

    ticket_type: TicketType | None
    code_id: int | None
    state: State
    asks_proof: bool
    are_others_kept: bool


def _place(event: Event, person: Person, leave: Leave, met: known.Known, *, by: Actor, at: datetime) -> _Place:
    """Decide what somebody gets, the turnstile held; raises what `register` raises."""
    seating = leave.without_kept(seating_now(event, at))
    ticket_type = admitting.chosen(event, leave.ticket_type_id, has_types=seating.has_types)
    asks_proof = event.proof_hours is not None and not leave.is_proven and not by.is_organiser and bool(person.email)
    is_free = by.is_organiser or (leave.skips_window and is_ahead(event, at))
    standing = _open(event, ticket_type, seating, is_free, at)
    code = admitting.admit(ticket_type, person.email, leave, by=by, at=at) if ticket_type else None
    if leave.has_kept_seat and seating.left(event.capacity, ticket_type.id if ticket_type else None) != 0:
        # It was kept before anybody came who waits by now.
        standing = Standing.OPEN
    state = _state_for_newcomer(standing, seating, met, hides_known=asks_proof)
    if state is State.WAITLISTED and leave.is_good_elsewhere(event, seating):
        raise errors.KeptForOtherKind
    return _Place(ticket_type, code.id if code else None, state, asks_proof, seating.kept > 0)


def rejoin(registration: Registration, *, by: Actor, at: datetime) -> Registration:
    """Come back after an offer ran out, or after silence: a new registration, at the end of the list.

    That registration has closed does not stop it. Answers and sessions come along; pressed twice, it is one.
    Raises NotExpired, what `codes.check_again` raises, and what `register` raises.
    """
    settle_and_serve(registration.event_id, at=at)
    db.session.refresh(registration)
    if registration.state is not State.EXPIRED or registration.erased_at is not None:
        raise errors.NotExpired
    code = codes.check_again(registration)
    person = Person(**{name: getattr(registration, name) or "" for name in _PERSON})
    fresh = register(
        registration.event_id,
        person,
        by=by,
        at=at,
        language=registration.language,
        origin=registration.origin,
        rejoins_id=registration.id,
        consent_version=registration.consent_version,
        ticket_type_id=registration.ticket_type_id,
        is_proven=registration.is_proven,
        skips_window=True,
        is_admitted=True,
    )
    if fresh.registered_at != at:
        return fresh
    fresh.access_code_id = code.id if code else None
    fresh.consented_at = registration.consented_at
    fresh.group_id, fresh.group_place = registration.group_id, registration.group_place
    inheriting.take_over(registration.id, fresh.id)
    carry_over(fresh, inheriting.sessions(registration.id), is_new=True, by=SYSTEM, at=at)
    return fresh


def _ask_proof(registration: Registration, event: Event, state: State, at: datetime) -> State:
    """Hold a seat until the address is proven; whoever waits proves it meanwhile, or when their turn has come."""
    # The link stands on no page, so whoever opens it reads the address's letters.
    registration.proven_digest = registration.manage_digest
    registration.offer_kind, registration.link_sent_at = OfferKind.PROOF, at
    if state is not State.CONFIRMED:
        return state
    registration.offer_expires_at = deadlines.answer_until(event, event.proof_hours or 1, at)
    return State.OFFERED


def _submission(submission_key: str | None, person: Person, rejoins_id: int | None) -> str | None:
    """Bind a form's key to the address in it: going back to register a colleague is no double click.

    Each kind begins with a word of its own, so that no form can spell the key of somebody who came back.
    """
    if rejoins_id is not None:
        return tokens.digest(f"rejoin {rejoins_id}")
    return tokens.digest(f"form {submission_key} {person.email_folded}") if submission_key else None


def _open(event: Event, ticket_type: TicketType | None, seating: Seating, is_free: bool, at: datetime) -> Standing:
    """Tell where the open event stands by its seats, or say why it is shut.

    Opening hours do not bind whoever `is_free`; those of the ticket type are `admitting`'s to look at.
    """
    shut = by_time(event, at)
    if shut is None or (is_free and shut in {Standing.OPENS, Standing.CLOSED}):
        return standings.by_seats_for(event, ticket_type, seating).standing
    raise _why_closed(event) if shut is Standing.CLOSED else _SHUT[shut]


def _why_closed(event: Event) -> type[Refused]:
    """Tell apart what is closed: not open yet for want of a date, never open, or not any more."""
    if event.starts_at is None:
        return errors.DateToFollow
    return errors.RegistrationClosed if event.accepts_registrations else errors.NoRegistration


def _state_for_newcomer(standing: Standing, seating: Seating, met: known.Known, *, hides_known: bool) -> State:
    """Decide whether a newcomer is seated, waits, or is refused; the page that offers the form asks the same table.

    With `hides_known` a known address is refused as late as possible: a full event tells both the same.
    """
    if met.has_place and not (hides_known and standing is Standing.FULL):
        raise errors.AlreadyRegistered
    if standing is Standing.FULL:
        raise errors.TicketTypeFull if len(seating.tickets) > 1 else errors.EventFull
    return State.WAITLISTED if standing is Standing.WAITING else State.CONFIRMED

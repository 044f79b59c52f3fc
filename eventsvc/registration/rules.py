"""The life of a registration: register, wait, move up, cancel, be forgotten.

Every act first holds the event's turnstile, then reads again, then looks, then writes; what is slow is done before.
Doors commit, and so let the next one in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from eventsvc import tokens
from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.columns import snapshot
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event, Status
from eventsvc.events.standing import Standing, by_seats, places
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.registration import answers, choices, errors, keys, known, notifications, seats
from eventsvc.registration.models import LIVE, OF_REGISTRATION, SEATED, Origin, Registration, State, TokenKind
from eventsvc.registration.person import NOBODY, Person
from eventsvc.registration.questions import NOTHING, Answered
from eventsvc.text import folded

LINK_EVERY = timedelta(hours=1)

# Of so many references one is free, but for one registration in 10^15 at an event of a thousand.
_SPARE_REFERENCES = 3
_SHUT = {
    Standing.DRAFT: errors.RegistrationClosed,
    Standing.OPENS: errors.RegistrationNotOpenYet,
    Standing.CLOSED: errors.RegistrationClosed,
    Standing.ENDED: errors.EventEnded,
    Standing.CANCELLED: errors.EventCancelled,
}
# Built once, as it is asked while others wait at the turnstile.
_AGAIN = (
    sa.select(Event)
    .where(Event.id == sa.bindparam("event_id"))
    .options(joinedload(Event.venue))
    .execution_options(populate_existing=True)
)
_ACTS = {State.CONFIRMED: "confirm", State.WAITLISTED: "waitlist", State.CANCELLED: "cancel"}


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
    answered: Answered = NOTHING,
) -> Registration:
    """Take a person in: with a seat while there is one and nobody waits for it, else on the waiting list.

    The same person sent twice with one `submission_key` (a double click) is one registration, the first. An organiser
    may let people in before registration opens, after it has closed and until the event ends, but never past a limit.
    Raises one of `errors` for an event that is shut, EventFull, AlreadyRegistered or OptionFull.
    """
    links = {kind: keys.new() for kind in OF_REGISTRATION}
    references = [tokens.reference() for _spare in range(_SPARE_REFERENCES)]
    submission = _submission(submission_key, person)
    event, turn = _hold(event_id)
    met = known.look(event_id, person.email_folded, submission, references)
    if met.sent_before is not None:
        return db.session.get_one(Registration, met.sent_before)
    state = _state_for_newcomer(event, met, by, at)
    registration = Registration(
        event=event,
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
    _move(registration, state, by=by, at=at)
    answers.write(registration, answered, at=at, is_new=True)
    return registration


def cancel(registration: Registration, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Give up a place; a freed seat passes to the next person now, before any newcomer can see it.

    Cancelling twice is harmless. Raises EventOver when an attendee is too late.
    """
    event = _hold_again(registration)
    if not registration.is_live:
        return
    if not by.is_organiser and _is_over(event, at):
        raise errors.EventOver
    _move(registration, State.CANCELLED, by=by, at=at, reason=reason)
    _serve(event, by=SYSTEM, at=at)


def promote(registration: Registration, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Give a free seat to one waiting person out of turn, even while the list is stopped.

    Raises NotWaiting, PromotionOver or NoSeatLeft.
    """
    event = _hold_again(registration)
    if registration.state is not State.WAITLISTED:
        raise errors.NotWaiting
    if not _is_ahead(event, at):
        raise errors.PromotionOver
    if _free(event) == 0:
        raise errors.NoSeatLeft
    _move(registration, State.CONFIRMED, by=by, at=at, reason=reason)


def serve_list(event: Event, *, by: Actor, at: datetime) -> list[Registration]:
    """Give every free seat to whoever has waited longest, and return those people; for whoever raised a limit."""
    db.session.flush()
    held, _turn = _hold(event.id)
    return _serve(held, by=by, at=at)


def correct(
    registration: Registration,
    person: Person,
    *,
    revision: int,
    by: Actor,
    at: datetime,
    answered: Answered = NOTHING,
) -> None:
    """Write a person as they are, and what they answer; a new address is sent the link and the invitation at once, the
    old one is told.

    Raises ChangedMeanwhile when the form was opened at another `revision`, AlreadyRegistered when the address is
    somebody else's here, OptionFull, RegistrationOver after the registration's end.
    """
    event = _hold_again(registration)
    yours = person.columns()
    before = snapshot(registration, tuple(yours))
    if registration.revision != revision:
        told = _("Somebody changed this registration while you had it open. Nothing you typed is lost.")
        raise ChangedMeanwhile(told, theirs=before, yours=yours)
    if not registration.is_live:
        raise errors.RegistrationOver
    changed = answers.write(registration, answered, at=at)
    if before == yours and not changed:
        return
    for name, value in yours.items():
        setattr(registration, name, value)
    # The answers stand in rows of their own: of the registration itself only the revision may change.
    flag_modified(registration, "note")
    _flush()
    after: dict[str, Any] = dict(yours)
    if changed:
        # What was answered is named without its values: they may have to be forgotten before the log is.
        after["answers"] = [prompt.label for prompt in changed]
    audit.record("correct", registration, by=by, at=at, event_id=registration.event_id, before=before, after=after)
    if before["email_folded"] != registration.email_folded:
        # The new address is not proven, and what else it is registered for is nobody's business before it is.
        registration.proven_digest, registration.is_feed_of_all = None, False
        _write_to_both(registration, event, left=before["email"], at=at)


def erase(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Forget a person: name, address, answers, links and letters go; that there was somebody, and when, stays.

    All registrations of the same address at this event are theirs, so whoever had cancelled and come back is forgotten
    whole. A live registration for an event that is not over is cancelled first, without a letter: there is nobody to
    write to.
    """
    event = _hold_again(registration)
    if registration.erased_at is not None:
        return
    for theirs in _all_of(registration):
        _forget(theirs, event, by=by, at=at)
    _serve(event, by=SYSTEM, at=at)


def send_link(registration: Registration, *, at: datetime) -> bool:
    """Write a person their link again; at most once an hour, so that nobody can flood them. Tell whether it was."""
    _hold_again(registration)
    return _send_link(registration, at)


def remind(event_id: int, address: str, *, at: datetime) -> bool:
    """Write to whoever is registered with `address` already; what a door does after AlreadyRegistered."""
    _hold(event_id)
    registration = db.session.scalar(
        sa.select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.email_folded == folded(address),
            Registration.state.in_(LIVE),
        )
        .execution_options(populate_existing=True)
    )
    return registration is not None and _send_link(registration, at)


def replace_manage_link(registration: Registration, *, by: Actor, at: datetime) -> str:
    """Let a new link open the manage page and return its token; the old one answers that it was replaced.

    The new one is written to the person at once, so that there is always a letter whose link works.
    """
    token = _replace(registration, TokenKind.MANAGE, by=by, at=at)
    registration.link_sent_at = at
    notifications.link_resent(registration, at=at)
    return token


def replace_feed_link(registration: Registration, *, by: Actor, at: datetime) -> str:
    """Let a new link open the personal feed and return its token; the old one answers that it was replaced."""
    return _replace(registration, TokenKind.FEED, by=by, at=at)


def _hold(event_id: int) -> tuple[Event, int]:
    """Hold the turnstile, then read the event again: the one in hand may be from before the wait."""
    turn = seats.hold(event_id)
    return db.session.scalars(_AGAIN, {"event_id": event_id}).one(), turn


def _hold_again(registration: Registration) -> Event:
    """Hold the turnstile of a registration's event, then read both again."""
    event, _turn = _hold(registration.event_id)
    db.session.refresh(registration)
    return event


def _submission(submission_key: str | None, person: Person) -> str | None:
    """Bind a form's key to the address in it: going back to register a colleague is no double click."""
    return tokens.digest(f"{submission_key} {person.email_folded}") if submission_key else None


def _state_for_newcomer(event: Event, met: known.Known, by: Actor, at: datetime) -> State:
    """Decide whether a newcomer is seated, waits, or is refused; the page that offers the form asks the same table."""
    standing = _standing(event, by, at)
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


def _standing(event: Event, by: Actor, at: datetime) -> Standing:
    """Tell where the event stands for who asks: the opening hours of registration do not bind an organiser."""
    taken = seats.taken(event.id)
    told = places(event, taken.seated, taken.waiting, at)
    if by.is_organiser and told.standing in {Standing.OPENS, Standing.CLOSED}:
        return by_seats(event, taken.seated, taken.waiting, told.left)
    return told.standing


def _write_to_both(registration: Registration, event: Event, *, left: str | None, at: datetime) -> None:
    """Send a new address what the old one had, and tell the old one, if any letter reached it.

    The old calendar is sent the end of its entry and the new one the entry, which counts higher: where both mailboxes
    fill one calendar the entry stays, in whichever order the letters arrive.
    """
    has_entry = registration.has_seat and event.status is Status.PUBLISHED and not _is_over(event, at)
    if has_entry:
        registration.calendar_offset += 2
        _flush()
    if left is not None and outbox.has_reached(registration.id, left):
        notifications.address_left(registration, left, has_entry=has_entry, at=at)
    if registration.email is not None:
        outbox.redirect(registration.id, registration.email)
        registration.link_sent_at = at
        notifications.address_changed(registration, has_entry=has_entry, at=at)


def _all_of(registration: Registration) -> list[Registration]:
    """Return every registration of one person at one event, by the address; who gave none has this one."""
    if registration.email_folded is None:
        return [registration]
    asked = sa.select(Registration).where(
        Registration.event_id == registration.event_id,
        Registration.email_folded == registration.email_folded,
        Registration.erased_at.is_(None),
    )
    return list(db.session.scalars(asked.order_by(Registration.id).execution_options(populate_existing=True)))


def _forget(registration: Registration, event: Event, *, by: Actor, at: datetime) -> None:
    """Take a person out of one row and out of what was written about it; the caller serves the list."""
    for name, value in NOBODY.columns().items():
        setattr(registration, name, value)
    if registration.is_live and not _is_over(event, at):
        _move(registration, State.CANCELLED, by=by, at=at)
    for kind in OF_REGISTRATION:
        keys.retire(registration, kind, at=at, is_erased=True)
    registration.note, registration.submission_key, registration.link_sent_at = "", None, None
    registration.erased_at = at
    outbox.forget(registration.id)
    choices.forget(registration.id)
    answers.forget(registration.id)
    audit.forget(Registration.__tablename__, registration.id)
    audit.record("erase", registration, by=by, at=at, event_id=event.id)


def _move(registration: Registration, to: State, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Lead a registration from state to state, the only way there is: timed, audited with its reason, and told."""
    came_from: State | None = registration.state
    registration.state, registration.state_at = to, at
    if to not in LIVE:
        registration.submission_key = None
    if came_from in SEATED and to not in SEATED:
        registration.calendar_offset += 1
    _flush()
    audit.record(
        _ACTS[to],
        registration,
        by=by,
        at=at,
        event_id=registration.event_id,
        before={"state": came_from.value} if came_from else {},
        after={"state": to.value},
        reason=reason,
    )
    _tell(registration, came_from, at)


def _tell(registration: Registration, came_from: State | None, at: datetime) -> None:
    """Lay the letter that belongs to a transition beside it, so that both happen or neither."""
    match came_from, registration.state:
        case None, State.CONFIRMED:
            notifications.registered(registration, at=at)
        case None, State.WAITLISTED:
            notifications.waitlisted(registration, position=seats.position(registration), at=at)
        case _, State.CONFIRMED:
            notifications.promoted(registration, at=at)
        case _, State.CANCELLED:
            notifications.cancelled(registration, at=at, had_seat=came_from in SEATED)


def _serve(event: Event, *, by: Actor, at: datetime) -> list[Registration]:
    """Seat as many waiting people as there are free seats, by turn; the caller holds the turnstile."""
    if event.is_list_stopped or not _is_ahead(event, at):
        return []
    served = seats.next_waiting(event.id, _free(event))
    for registration in served:
        _move(registration, State.CONFIRMED, by=by, at=at)
    return served


def _free(event: Event) -> int:
    """Count the seats that waiting people may have: all they need where there is no limit."""
    taken = seats.taken(event.id)
    return taken.waiting if event.capacity is None else max(0, event.capacity - taken.seated)


def _is_ahead(event: Event, at: datetime) -> bool:
    """Tell whether people may still move up: nobody is called to what has begun, or to what is not announced."""
    return event.status is Status.PUBLISHED and (event.starts_at is None or at < event.starts_at)


def _is_over(event: Event, at: datetime) -> bool:
    return event.ends_at is not None and event.ends_at <= at


def _send_link(registration: Registration, at: datetime) -> bool:
    sent_at = registration.link_sent_at
    if registration.email is None or (sent_at is not None and at - sent_at < LINK_EVERY):
        return False
    registration.link_sent_at = at
    notifications.link_resent(registration, at=at)
    return True


def _replace(registration: Registration, kind: TokenKind, *, by: Actor, at: datetime) -> str:
    fresh = keys.new()
    _hold_again(registration)
    keys.retire(registration, kind, at=at)
    keys.fit(registration, kind, fresh)
    _flush()
    audit.record(f"replace {kind.value} link", registration, by=by, at=at, event_id=registration.event_id)
    return fresh.token


def _flush() -> None:
    """Write what waits; the unique index on live addresses is the second wall behind the look."""
    try:
        db.session.flush()
    except IntegrityError as error:
        if "email_folded" not in str(error.orig) and "live_address" not in str(error.orig):
            raise
        raise errors.AlreadyRegistered from None

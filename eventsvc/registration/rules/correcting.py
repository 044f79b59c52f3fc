"""Writing a person as they are after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import flag_modified

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Status
from eventsvc.mail import outbox
from eventsvc.registration import answers, deadlines, errors, keys, notifications, seats
from eventsvc.registration.models import OfferKind, Registration, State, TokenKind
from eventsvc.registration.person import Person
from eventsvc.registration.questions import NOTHING, Answered
from eventsvc.registration.rules import admitting
from eventsvc.registration.rules.holding import count_on, flush, hold_again, is_over, takes_place
from eventsvc.registration.rules.moving import move


def correct(
    registration: Registration,
    person: Person,
    *,
    revision: int,
    by: Actor,
    at: datetime,
    answered: Answered = NOTHING,
) -> None:
    """Write a person, and what they answer, as they are; a new address is sent the link and the invitation at once, the
    old one is told.

    Where the event asks for proof of address, an attendee's new one is to be proven as the first was: until then the
    place is held, and a new link that stands in the letter to it alone takes the place of the one they had.
    Raises ChangedMeanwhile when the form was opened at another `revision`, AlreadyRegistered when the address is
    somebody else's here, DomainNeeded when their ticket is for other addresses, OptionFull, QuestionsChanged,
    RegistrationOver after the registration's end, ChangesClosed when an attendee is too late.
    """
    fresh = keys.new()
    event = hold_again(registration)
    yours = person.columns()
    before = snapshot(registration, tuple(yours))
    if registration.revision != revision:
        told = _("Somebody changed this registration while you had it open. Nothing you typed is lost.")
        raise ChangedMeanwhile(told, theirs=before, yours=yours)
    if not registration.is_live:
        raise errors.RegistrationOver
    deadlines.check_changes(event, by=by, at=at)
    is_elsewhere = before["email_folded"] != yours["email_folded"]
    if is_elsewhere:
        _check_tickets(registration, person, by)
    changed = answers.write(registration, answered, at=at)
    if before == yours and not changed:
        return
    for name, value in yours.items():
        setattr(registration, name, value)
    # Answers stand in rows of their own: it may be that only the revision of the registration itself changes.
    flag_modified(registration, "note")
    flush()
    after: dict[str, Any] = dict(yours)
    if changed:
        # Named without their values, which may have to be forgotten before the log is.
        after["answers"] = [prompt.label for prompt in changed]
    audit.record("correct", registration, by=by, at=at, event_id=registration.event_id, before=before, after=after)
    if is_elsewhere:
        _move_letters(registration, event, fresh, left=before["email"], by=by, at=at)


def _move_letters(
    registration: Registration, event: Event, fresh: keys.Key, *, left: str | None, by: Actor, at: datetime
) -> None:
    """Write to the new address from now on, once it is proven where the event asks for that."""
    # The new address is not proven, and what else it is registered for is nobody's business before it is.
    registration.proven_digest, registration.is_feed_of_all = None, False
    is_to_prove = event.proof_hours is not None and not by.is_organiser and bool(registration.email)
    if is_to_prove and takes_place(event, at):
        _ask_proof(registration, event, fresh, left=left, by=by, at=at)
    else:
        _write_to_both(registration, event, left=left, at=at)


def _check_tickets(registration: Registration, person: Person, by: Actor) -> None:
    """Let nobody keep a ticket for addresses of others, or wait for one, by writing another than they came with."""
    for ticket_type in (registration.ticket_type, registration.wants_type):
        if ticket_type is not None:
            admitting.pass_on(ticket_type, person.email, by=by)


def _ask_proof(
    registration: Registration, event: Event, fresh: keys.Key, *, left: str | None, by: Actor, at: datetime
) -> None:
    """Hold a place until a new address is proven; whoever waits proves it meanwhile, or when their turn has come."""
    keys.retire(registration, TokenKind.MANAGE, at=at)
    keys.fit(registration, TokenKind.MANAGE, fresh)
    registration.proven_digest, registration.link_sent_at = fresh.digest, at
    _say_it_was_left(registration, left, has_entry=registration.is_confirmed, is_link_replaced=True, at=at)
    outbox.redirect(registration.id, registration.email or "")
    registration.offer_kind = OfferKind.PROOF
    if registration.is_confirmed:
        registration.offer_expires_at = deadlines.answer_until(event, event.proof_hours or 1, at)
        move(registration, State.OFFERED, by=by, at=at, act="ask proof", tell=_asking(at))
        return
    flush()
    _asking(at)(registration)


def _asking(at: datetime) -> Callable[[Registration], object]:
    def ask(registration: Registration) -> object:
        if registration.state is State.OFFERED:
            return notifications.prove_address(registration, at=at)
        return notifications.waitlisted(registration, position=seats.position(registration, at), at=at)

    return ask


def _write_to_both(registration: Registration, event: Event, *, left: str | None, at: datetime) -> None:
    """Send a new address what the old one had, and tell the old one, if any letter reached it.

    The old calendar is sent the end of its entry and the new one the entry, which counts higher: where both mailboxes
    fill one calendar the entry stays, in whichever order the letters arrive.
    """
    has_entry = registration.is_confirmed and event.status is Status.PUBLISHED and not is_over(event, at)
    _say_it_was_left(registration, left, has_entry=has_entry, is_link_replaced=False, at=at)
    if registration.email is not None:
        outbox.redirect(registration.id, registration.email)
        registration.link_sent_at = at
        notifications.address_changed(registration, left, has_entry=has_entry, at=at)


def _say_it_was_left(
    registration: Registration, left: str | None, *, has_entry: bool, is_link_replaced: bool, at: datetime
) -> None:
    """Tell the old address, if any letter reached it; whatever its calendar is told next counts higher."""
    if has_entry:
        count_on(registration, 2)
    if left is not None and outbox.has_reached(registration.id, left):
        notifications.address_left(registration, left, has_entry=has_entry, is_link_replaced=is_link_replaced, at=at)

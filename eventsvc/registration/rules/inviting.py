"""Inviting people one by one: by hand, or a whole list; with a seat kept for them, if wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.registration import errors, groups, invitees, keys, notifications, offering
from eventsvc.registration.models import PersonalInvitation, Registration, TicketType
from eventsvc.registration.person import Person
from eventsvc.registration.rules import admitting
from eventsvc.registration.rules.admitting import Leave
from eventsvc.registration.rules.holding import hold, is_over
from eventsvc.registration.rules.serving import seating_now, serve
from eventsvc.registration.seating import Seating


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invitation gives: see PersonalInvitation."""

    ticket_type: TicketType | None = None
    is_locked: bool = True
    skips_window: bool = False
    reserved_until: datetime | None = None
    note: str = ""


def invite(
    event_id: int, people: Sequence[Person], terms: Terms, *, language: str, by: Actor, at: datetime
) -> list[PersonalInvitation]:
    """Invite people, and write to those who have an address; return what was made.

    Who is registered, or invited already and has not answered, is passed over, so a list may be sent twice. Seats are
    kept for all of them or for nobody. Raises InvitedTooEarly, EventCancelled, EventEnded, TicketTypeGone,
    KeptTooShort, NoSeatsToKeep.
    """
    cut = [keys.new() for _person in people]
    event, _turn = hold(event_id)
    _check(event, terms, at)
    known = invitees.known(event_id, [person.email_folded for person in people if person.email_folded])
    wanted = _each_once(person for person in people if person.email_folded not in known)
    type_id = terms.ticket_type.id if terms.ticket_type else None
    if terms.reserved_until is not None and wanted:
        _check_seats(event, seating_now(event, at), type_id, len(wanted))
    made = [_made(event, person, terms, key, language, at) for person, key in zip(wanted, cut, strict=False)]
    db.session.add_all(made)
    db.session.flush()
    said = {"reserved": terms.reserved_until is not None, "ticket_type": terms.ticket_type and terms.ticket_type.name}
    audit.record_all("invite", made, by=by, at=at, event_id=event_id, after=lambda _invitation: said)
    notifications.invited(event, made, at=at)
    return made


def invite_again(invitation: PersonalInvitation, *, by: Actor, at: datetime) -> bool:
    """Write an invitation once more; tell whether there was an address to write to."""
    event, _turn = hold(invitation.event_id)
    db.session.refresh(invitation)
    if not invitees.is_open(invitation):
        raise errors.InvitationUsed
    audit.record("invite again", invitation, by=by, at=at, event_id=event.id)
    notifications.invited(event, [invitation], at=at)
    return invitation.email is not None


def withdraw_invitation(invitation: PersonalInvitation, *, by: Actor, at: datetime) -> None:
    """Let an invitation open nothing any more; a seat it kept passes to whoever is next. Twice is harmless."""
    event, _turn = hold(invitation.event_id)
    db.session.refresh(invitation)
    if not invitees.is_open(invitation):
        return
    invitation.withdrawn_at = at
    invitees.retire(invitation, at)
    db.session.flush()
    outbox.replace_all_waiting([f"invitation:{invitation.id}"])
    audit.record("withdraw invitation", invitation, by=by, at=at, event_id=event.id)
    serve(event, by=SYSTEM, at=at)


def forget_guests(event_id: int, *, by: Actor, at: datetime) -> None:
    """Forget everybody who was invited to an event, and the contacts of its groups, with the letters to them."""
    event, _turn = hold(event_id)
    for invitation in invitees.remembered(event_id):
        invitees.forget(invitation, at)
    groups.forget_contacts(event_id)
    outbox.forget_kinds(event_id, ("personal_invitation", "group_registered"))
    db.session.flush()
    audit.record("forget guests", event, by=by, at=at, event_id=event_id)


def leave(invitation_id: int, person: Person, asked: Leave, at: datetime) -> Leave:
    """Read an invitation again under the turnstile, and return what it gives besides what a person `asked` for.

    The ticket type that it names needs nothing else; one that names none opens what everybody may have, or the one type
    that there is.
    Raises InvitationUsed, InvitationForOther.
    """
    invitation = db.session.get(PersonalInvitation, invitation_id, populate_existing=True)
    if invitation is None or not invitees.is_open(invitation):
        raise errors.InvitationUsed
    if not invitees.is_for(invitation, person.email_folded):
        raise errors.InvitationForOther
    is_named = invitation.ticket_type_id is not None
    return replace(
        asked,
        ticket_type_id=invitation.ticket_type_id or asked.ticket_type_id,
        is_admitted=is_named or len(offering.offered(invitation.event_id)) == 1,
        skips_window=asked.skips_window or invitation.skips_window,
        is_proven=asked.is_proven or invitation.email_folded == person.email_folded,
        invitation=invitation,
        has_kept_seat=invitees.holds_seat(invitation, at),
    )


def use(invitation: PersonalInvitation, registration: Registration, *, by: Actor, at: datetime) -> None:
    """Note what became of an invitation."""
    invitation.used_at, invitation.registration_id = at, registration.id
    db.session.flush()
    after = {"reference": registration.reference}
    audit.record("use invitation", invitation, by=by, at=at, event_id=invitation.event_id, after=after)


def use_kept(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Use up what keeps a seat for somebody who has one by another door, so that nobody takes two."""
    theirs = invitees.of_address(registration.event_id, registration.email_folded) if registration.email_folded else []
    kept = [invitation for invitation in theirs if invitees.holds_seat(invitation, at)]
    for invitation in kept:
        use(invitation, registration, by=by, at=at)
    if kept:
        serve(registration.event, by=SYSTEM, at=at)


def _check(event: Event, terms: Terms, at: datetime) -> None:
    if event.status is Status.DRAFT:
        raise errors.InvitedTooEarly
    if event.status is Status.CANCELLED:
        raise errors.EventCancelled
    if is_over(event, at):
        raise errors.EventEnded
    if terms.reserved_until is not None and terms.reserved_until <= at:
        raise errors.KeptTooShort
    if terms.ticket_type is not None:
        admitting.chosen(event, terms.ticket_type.id, has_types=True)


def _each_once(people: Iterable[Person]) -> list[Person]:
    """Leave out who is there twice by address; whoever has none is somebody each time."""
    seen: set[str] = set()
    found = []
    for person in people:
        if person.email_folded is None or person.email_folded not in seen:
            found.append(person)
        seen.add(person.email_folded or "")
    return found


def _check_seats(event: Event, seating: Seating, type_id: int | None, count: int) -> None:
    left = seating.left(event.capacity, type_id)
    if left is not None and (left < count or seating.is_sought(type_id)):
        raise errors.NoSeatsToKeep(0 if seating.is_sought(type_id) else left)


def _made(event: Event, person: Person, terms: Terms, key: keys.Key, language: str, at: datetime) -> PersonalInvitation:
    columns = person.columns()
    columns.pop("country")
    invitation = PersonalInvitation(
        event_id=event.id,
        ticket_type_id=terms.ticket_type.id if terms.ticket_type else None,
        language=language,
        note=terms.note,
        is_locked=terms.is_locked,
        skips_window=terms.skips_window,
        reserved_until=terms.reserved_until,
        invited_at=at,
        sent_at=at if person.email else None,
        **columns,
    )
    invitees.fit(invitation, key)
    return invitation

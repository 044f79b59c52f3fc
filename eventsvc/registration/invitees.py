"""Personal invitations: whom they are for, what each still opens, and the page of an event's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc import tokens
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import keys
from eventsvc.registration.models import LIVE, PersonalInvitation, Registration, TokenKind

PAGE_SIZE = 100
NAMES_SOMEBODY = sa.or_(
    PersonalInvitation.email.is_not(None), PersonalInvitation.given_name != "", PersonalInvitation.family_name != ""
)


def found(token: str) -> PersonalInvitation | None:
    """Return the invitation that a link opens, used ones too."""
    asked = sa.select(PersonalInvitation).where(PersonalInvitation.link_digest == tokens.digest(token))
    return db.session.scalar(asked)


def event_of(invitation: PersonalInvitation) -> Event:
    """Return the event that somebody is invited to."""
    return db.session.get_one(Event, invitation.event_id, options=[joinedload(Event.venue)])


def is_open(invitation: PersonalInvitation) -> bool:
    """Tell whether an invitation can still be used."""
    return invitation.used_at is None and invitation.withdrawn_at is None


def holds_seat(invitation: PersonalInvitation, at: datetime) -> bool:
    """Tell whether an invitation keeps a seat at `at`."""
    return is_open(invitation) and invitation.reserved_until is not None and invitation.reserved_until > at


def lapsed(event_id: int, at: datetime) -> Sequence[PersonalInvitation]:
    """Return the invitations to an event that kept a seat until a moment that is over, and nobody used."""
    asked = sa.select(PersonalInvitation).where(PersonalInvitation.event_id == event_id, is_lapsed(at))
    return db.session.scalars(asked.order_by(PersonalInvitation.id).execution_options(populate_existing=True)).all()


def keeping(ticket_type_id: int, at: datetime) -> Sequence[PersonalInvitation]:
    """Return the invitations that keep a seat of a ticket type."""
    asked = sa.select(PersonalInvitation).where(
        PersonalInvitation.ticket_type_id == ticket_type_id, PersonalInvitation.reserved_until > at
    )
    found = db.session.scalars(asked.order_by(PersonalInvitation.id).execution_options(populate_existing=True))
    return [invitation for invitation in found if is_open(invitation)]


def is_lapsed(at: datetime) -> sa.ColumnElement[bool]:
    """Ask of rows whether the seat that an invitation keeps is to be given on."""
    return sa.and_(
        PersonalInvitation.reserved_until <= at,
        PersonalInvitation.used_at.is_(None),
        PersonalInvitation.withdrawn_at.is_(None),
    )


def is_for(invitation: PersonalInvitation, email_folded: str | None) -> bool:
    """Tell whether an address may use an invitation; one that is not locked is for whoever has its link."""
    return not invitation.is_locked or invitation.email_folded in {None, email_folded}


def of_event(event_id: int, number: int) -> tuple[list[PersonalInvitation], int]:
    """Return a page of an event's invitations, the newest first, and how many there are."""
    theirs = PersonalInvitation.event_id == event_id
    total = db.session.scalar(sa.select(sa.func.count()).select_from(PersonalInvitation).where(theirs)) or 0
    asked = sa.select(PersonalInvitation).where(theirs).order_by(PersonalInvitation.id.desc())
    rows = db.session.scalars(asked.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return list(rows), total


def known(event_id: int, addresses: Sequence[str]) -> set[str]:
    """Return those of some folded addresses who are registered or have an invitation that is still open."""
    registered = sa.select(Registration.email_folded).where(
        Registration.event_id == event_id, Registration.state.in_(LIVE), Registration.email_folded.in_(addresses)
    )
    invited = sa.select(PersonalInvitation.email_folded).where(
        PersonalInvitation.event_id == event_id,
        PersonalInvitation.used_at.is_(None),
        PersonalInvitation.withdrawn_at.is_(None),
        PersonalInvitation.email_folded.in_(addresses),
    )
    rows = db.session.scalars(sa.union(registered, invited))
    return {address for address in rows if address}


def of_address(event_id: int, email_folded: str) -> Sequence[PersonalInvitation]:
    """Return every invitation of an address to an event."""
    asked = sa.select(PersonalInvitation).where(
        PersonalInvitation.event_id == event_id, PersonalInvitation.email_folded == email_folded
    )
    return db.session.scalars(asked.order_by(PersonalInvitation.id)).all()


def remembered(event_id: int) -> Sequence[PersonalInvitation]:
    """Return the invitations to an event that still name somebody."""
    asked = sa.select(PersonalInvitation).where(PersonalInvitation.event_id == event_id, NAMES_SOMEBODY)
    return db.session.scalars(asked).all()


def forget(invitation: PersonalInvitation, at: datetime) -> None:
    """Take a person out of an invitation; that there was one, and what became of it, stays.

    It keeps no seat any more, as nobody can use it: the caller serves the list.
    """
    retire(invitation, at)
    invitation.reserved_until = None
    for name in ("given_name", "family_name", "organisation", "note"):
        setattr(invitation, name, "")
    invitation.email = invitation.email_folded = None


def fit(invitation: PersonalInvitation, key: keys.Key) -> None:
    """Let `key` open an invitation."""
    invitation.link_digest, invitation.link_sealed = key.digest, key.sealed


def retire(invitation: PersonalInvitation, at: datetime) -> None:
    """Let an invitation's link open nothing any more; whoever has it is told so."""
    if invitation.link_digest:
        keys.note_retired(invitation.link_digest, TokenKind.INVITATION, at)
    invitation.link_digest = invitation.link_sealed = None

"""Registering a group: one contact, several people, each with a registration and links of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.registration import errors, groups, keys, notifications
from eventsvc.registration.models import LIVE, Registration, RegistrationGroup
from eventsvc.registration.person import Person
from eventsvc.registration.rules.holding import flush, hold
from eventsvc.registration.rules.linking import remind
from eventsvc.registration.rules.registering import register


@dataclass(frozen=True, slots=True)
class Contact:
    """Who registers a group; they need not come themselves."""

    name: str
    email: str
    organisation: str = ""


def register_group(
    event_id: int,
    contact: Contact,
    people: Sequence[Person],
    *,
    by: Actor,
    at: datetime,
    language: str,
    ticket_type_id: int | None = None,
    code: str | None = None,
    submission_key: str | None = None,
    consent_version: str | None = None,
) -> tuple[RegistrationGroup, str]:
    """Register several people at once, all of them or nobody, and return the group with the token of its link.

    Each passes the same seats as anybody, in the order in which they are written, and has a letter of their own; the
    contact has one that says how each stands. Questions are for each to answer. The same form sent twice with one
    `submission_key`, by the same contact for the same people, is one group. Where addresses are to be proven each
    proves their own, and whose address is known is only written their link: the contact is told the same of both.
    Raises GroupsNotTaken, NoGroup for nobody or too many, and for the first who cannot be taken what `register` raises,
    as GroupRefused with the number of the line.
    """
    if not 1 <= len(people) <= groups.MOST:
        raise errors.NoGroup(groups.MOST)
    key, submission = keys.new(), _submission(submission_key or tokens.new(), event_id, contact, people)
    event, _turn = hold(event_id)
    before = groups.sent_before(submission)
    if before is not None:
        return before, tokens.unseal(before.link_sealed or "")
    if not event.accepts_groups:
        raise errors.GroupsNotTaken
    group = _made(event_id, contact, submission, key, language, at)
    taken = _all_in(
        group,
        people,
        by=by,
        at=at,
        consent_version=consent_version,
        ticket_type_id=ticket_type_id,
        code=code,
        asks_proof=event.proof_hours is not None,
    )
    said = {"people": len(taken) + len(group.known)}
    audit.record("register group", group, by=by, at=at, event_id=event_id, after=said)
    notifications.group_registered(group, event, groups.members(group), at=at)
    return group, key.token


def _submission(submission_key: str, event_id: int, contact: Contact, people: Sequence[Person]) -> str:
    """Bind a form's key to whom it names, so that it leads to no group but the one that was made of them."""
    named = [contact.name, contact.email, *(person.email for person in people)]
    return tokens.digest(f"group {event_id} {submission_key} {named}")


def _made(
    event_id: int, contact: Contact, submission: str, key: keys.Key, language: str, at: datetime
) -> RegistrationGroup:
    group = RegistrationGroup(
        event_id=event_id,
        contact_name=contact.name,
        contact_email=contact.email,
        organisation=contact.organisation,
        language=language,
        created_at=at,
        submission_key=submission,
        link_digest=key.digest,
        link_sealed=key.sealed,
    )
    db.session.add(group)
    db.session.flush()
    return group


def _all_in(
    group: RegistrationGroup,
    people: Sequence[Person],
    *,
    by: Actor,
    at: datetime,
    consent_version: str | None,
    ticket_type_id: int | None,
    code: str | None,
    asks_proof: bool,
) -> list[Registration]:
    """Take in everybody of a group, in order. Raises GroupRefused for the first who cannot be.

    Where addresses are to be proven whoever is registered already is written to, and stands in the group as all others.
    """
    taken: list[Registration] = []
    known: list[dict[str, Any]] = []
    for number, person in enumerate(people, 1):
        try:
            registration = register(
                group.event_id,
                person,
                by=by,
                at=at,
                language=group.language,
                consent_version=consent_version,
                ticket_type_id=ticket_type_id,
                code=code,
                group_id=group.id,
            )
        except Refused as refused:
            if not isinstance(refused, errors.AlreadyRegistered) or not asks_proof:
                raise errors.GroupRefused(number, refused) from None
            remind(group.event_id, person.email, at=at)
            known.append(_known(group.event_id, person) | {"place": number})
            continue
        registration.group_place = number
        taken.append(registration)
    group.known = known
    flush()
    return taken


def _known(event_id: int, person: Person) -> dict[str, Any]:
    """Return whom an event knows by an address already, under the name that the contact wrote."""
    asked = sa.select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.email_folded == person.email_folded,
        Registration.state.in_(LIVE),
    )
    return {"id": db.session.scalar(asked), "name": f"{person.given_name} {person.family_name}"}

"""Giving up a place, and being forgotten."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.registration import answers, choices, errors, groups, invitees, keys, notifications
from eventsvc.registration.models import OF_REGISTRATION, Registration, State
from eventsvc.registration.person import NOBODY
from eventsvc.registration.rules.holding import hold_again, is_over
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.serving import serve
from eventsvc.registration.rules.settling import settle

# The letters about a place that was handed on: each names the other person.
_NAMES_ANOTHER = ("handed_over", "taken_over")


def cancel(registration: Registration, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Give up a place; a freed seat passes to the next person now, before any newcomer can see it.

    Cancelling twice is harmless. Raises EventOver when an attendee is too late.
    """
    event = hold_again(registration)
    settle(event, at=at)
    if not registration.is_live:
        serve(event, by=SYSTEM, at=at)
        return
    if not by.is_organiser and is_over(event, at):
        raise errors.EventOver
    move(registration, State.CANCELLED, by=by, at=at, reason=reason)
    serve(event, by=SYSTEM, at=at)


def erase(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Forget a person: name, address, answers, links and letters go; that there was somebody, and when, stays.

    All registrations of the same address at this event are theirs, so whoever had cancelled and come back is forgotten
    whole. A live registration for an event that is not over is cancelled first. There is one last letter at most, for a
    calendar to let go of what our letters put there.
    """
    event = hold_again(registration)
    if registration.erased_at is not None:
        return
    for theirs in _all_of(registration):
        _forget(theirs, event, by=by, at=at)
    serve(event, by=SYSTEM, at=at)


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
    _say_farewell(registration, event, at)
    _forget_invitations(registration, at)
    if registration.name:
        outbox.forget_named(event.id, _NAMES_ANOTHER, registration.name)
    for name, value in NOBODY.columns().items():
        setattr(registration, name, value)
    if registration.is_live and not is_over(event, at):
        move(registration, State.CANCELLED, by=by, at=at)
    for kind in OF_REGISTRATION:
        keys.retire(registration, kind, at=at, is_erased=True)
    registration.note, registration.submission_key, registration.link_sent_at = "", None, None
    # Transfers are often named by whoever made them.
    registration.payment_reference = ""
    registration.erased_at = at
    outbox.forget(registration.id)
    choices.forget(registration.id)
    answers.forget(registration.id)
    audit.forget(Registration.__tablename__, registration.id)
    audit.record("erase", registration, by=by, at=at, event_id=event.id)


def _forget_invitations(registration: Registration, at: datetime) -> None:
    """Take a person out of the invitations to their address, and out of the letter that told of their group."""
    theirs = invitees.of_address(registration.event_id, registration.email_folded) if registration.email_folded else []
    for invitation in theirs:
        invitees.forget(invitation, at)
    groups_of = groups.forget_known(registration.event_id, registration.id)
    if registration.group_id:
        groups_of.append(registration.group_id)
    named_in = [f"group:{group_id}" for group_id in groups_of]
    outbox.forget_about([*(f"invitation:{invitation.id}" for invitation in theirs), *named_in])


def _say_farewell(registration: Registration, event: Event, at: datetime) -> None:
    """Let a calendar let go of what our letters asked it to hold, as long as it is known where that is.

    Afterwards nobody can know what it was told; so whoever comes back is counted on from there.
    """
    asked = [] if is_over(event, at) else notifications.erased(registration, at=at)
    if asked:
        entries.count_past(event, {each["facts"]["uid"]: each["sequence"] for each in asked}, at=at)

"""What somebody decides about their own calendar: what it shows, and whether its link works at all.

A page is shown to whoever registered, with whatever address they typed. So what else an address is registered for is
shown only to those who came by a link that was sent to it and stood on no page.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import errors, keys, notifications, seats
from eventsvc.registration.models import Registration, TokenKind

EVERY = timedelta(hours=1)


def stop(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Let the calendar's link open nothing any more; there is no other before somebody asks for one."""
    _hold(registration)
    if registration.feed_digest is None:
        return
    keys.retire(registration, TokenKind.FEED, at=at)
    _finish("stop feed link", registration, {}, by=by, at=at)


def show_deadlines(registration: Registration, is_shown: bool, *, by: Actor, at: datetime) -> None:
    """Put offers and deadlines into the calendar, or take them out."""
    _hold(registration)
    registration.feed_has_deadlines = is_shown
    _finish("change feed", registration, {"feed_has_deadlines": is_shown}, by=by, at=at)


def prove(registration: Registration, *, by: Actor, at: datetime) -> bool:
    """Send a new link to the manage page, which nobody has seen, and let the old one open nothing any more.

    At most once an hour, so that nobody can flood an address; tell whether it was sent.
    """
    _hold(registration)
    sent_at = registration.link_sent_at
    if registration.email is None or (sent_at is not None and at - sent_at < EVERY):
        return False
    fresh = keys.new()
    keys.retire(registration, TokenKind.MANAGE, at=at)
    keys.fit(registration, TokenKind.MANAGE, fresh)
    registration.proven_digest, registration.link_sent_at = fresh.digest, at
    _finish("replace manage link", registration, {}, by=by, at=at)
    notifications.calendar_link(registration, at=at)
    return True


def show_all(registration: Registration, is_shown: bool, *, by: Actor, at: datetime) -> None:
    """Let the calendar show all registrations of its address, or this one alone.

    Whoever had the calendar's link before the address was proven must not see more by it, so it gets a new one.
    Raises AddressNotProven.
    """
    _hold(registration)
    if is_shown and not registration.is_proven:
        raise errors.AddressNotProven
    if is_shown and not registration.is_feed_of_all:
        keys.retire(registration, TokenKind.FEED, at=at)
        keys.fit(registration, TokenKind.FEED, keys.new())
    registration.is_feed_of_all = is_shown
    _finish("change feed", registration, {"is_feed_of_all": is_shown}, by=by, at=at)


def twin(registration: Registration) -> str | None:
    """Return the event whose registration has one calendar for all of the same address; None where nobody has proven
    that the address is theirs."""
    if registration.is_feed_of_all or not registration.is_proven:
        return None
    asked = (
        sa.select(Event.title)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Registration.email_folded == registration.email_folded,
            Registration.is_feed_of_all,
            Registration.feed_digest.is_not(None),
            Event.status != Status.DRAFT,
        )
    )
    return db.session.scalar(asked.order_by(Registration.id.desc()).limit(1))


def _hold(registration: Registration) -> None:
    seats.hold(registration.event_id)
    db.session.refresh(registration)


def _finish(act: str, registration: Registration, told: dict[str, bool], *, by: Actor, at: datetime) -> None:
    db.session.flush()
    audit.record(act, registration, by=by, at=at, event_id=registration.event_id, after=told)

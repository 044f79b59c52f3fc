"""The links that a person has: written again, or made anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.registration import keys, notifications
from eventsvc.registration.models import LIVE, Registration, TokenKind
from eventsvc.registration.rules.holding import flush, hold, hold_again
from eventsvc.text import folded

LINK_EVERY = timedelta(hours=1)


def send_link(registration: Registration, *, by: Actor, at: datetime) -> bool:
    """Write a person their link again; at most once an hour, so that nobody can flood them. Tell whether it was."""
    hold_again(registration)
    is_sent = _send_link(registration, at)
    if is_sent and by.is_organiser:
        audit.record("send link", registration, by=by, at=at, event_id=registration.event_id)
    return is_sent


def remind(event_id: int, address: str, *, at: datetime) -> bool:
    """Write to whoever is registered with `address` already; what a door does after AlreadyRegistered."""
    hold(event_id)
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


def _send_link(registration: Registration, at: datetime) -> bool:
    sent_at = registration.link_sent_at
    if registration.email is None or (sent_at is not None and at - sent_at < LINK_EVERY):
        return False
    registration.link_sent_at = at
    notifications.link_resent(registration, at=at)
    return True


def _replace(registration: Registration, kind: TokenKind, *, by: Actor, at: datetime) -> str:
    fresh = keys.new()
    hold_again(registration)
    keys.retire(registration, kind, at=at)
    keys.fit(registration, kind, fresh)
    flush()
    audit.record(f"replace {kind.value} link", registration, by=by, at=at, event_id=registration.event_id)
    return fresh.token

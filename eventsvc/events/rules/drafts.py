"""Drafts: the link at which people without an account see one, and deleting one that nobody needs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc import links, tokens
from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.events import contents, errors
from eventsvc.events.models import Event, Status
from eventsvc.events.rules.holding import hold, record
from eventsvc.extensions import db
from eventsvc.registration.models import Registration


def delete_draft(event: Event, *, by: Actor, at: datetime) -> None:
    """Delete a draft that nobody ever saw. Raises NotDeletable."""
    hold(event)
    if not is_deletable(event):
        raise errors.NotDeletable
    # Not by the event's id: nothing may point at a row that is gone.
    audit.record("event.deleted", event, by=by, at=at, before=contents.of(event))
    db.session.delete(event)
    db.session.flush()


def is_deletable(event: Event) -> bool:
    """Tell whether an event is a draft that was never published and that nobody registered for."""
    if event.status is not Status.DRAFT or event.published_at is not None:
        return False
    return db.session.scalar(sa.select(Registration.id).where(Registration.event_id == event.id).limit(1)) is None


def preview_link(event: Event, *, by: Actor, at: datetime) -> str:
    """Return the address at which people without an account see the draft; the first time it is made."""
    hold(event)
    known = known_preview_link(event)
    if known is None:
        token = tokens.new()
        before = snapshot(event, ("revision",))
        event.preview_digest, event.preview_sealed = tokens.digest(token), tokens.seal(token)
        db.session.flush()
        record("event.shown", event, before, snapshot(event, ("revision",)), by=by, at=at)
        known = links.absolute("events.preview", token=token)
    return known


def known_preview_link(event: Event) -> str | None:
    """Return the address of the draft where one was made; None also where SECRET_KEY was lost since."""
    token = tokens.unsealed(event.preview_sealed) if event.preview_sealed else None
    return links.absolute("events.preview", token=token) if token else None


def stop_preview(event: Event, *, by: Actor, at: datetime) -> None:
    """Let the link to the draft lead nowhere from now on."""
    hold(event)
    before = snapshot(event, ("revision",))
    event.preview_digest = event.preview_sealed = None
    db.session.flush()
    record("event.hidden", event, before, snapshot(event, ("revision",)), by=by, at=at)

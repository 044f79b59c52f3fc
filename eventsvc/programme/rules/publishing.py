"""Publishing a programme."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, notifications, published
from eventsvc.programme.models import Version
from eventsvc.registration import seats
from eventsvc.registration.rules import serve_sessions


def publish(
    event: Event,
    *,
    name: str = "",
    is_quiet: bool = False,
    tells_all: bool = False,
    seen: str | None = None,
    by: Actor,
    at: datetime,
) -> Version:
    """Let the public see the programme as it is now, bring calendars up to date, and tell whoever it concerns.

    `is_quiet` tells nobody, `tells_all` also those who are registered and chose nothing of it. `seen` is the
    `published.digest` of the list that the organiser looked at. Raises
    EventNotPublished for a draft, whose programme is published with it, NothingChanged, OthersChanged.
    """
    seats.hold(event.id)
    db.session.refresh(event)
    if not event.is_public:
        raise errors.EventNotPublished
    pending = published.pending(event.id)
    if not pending:
        raise errors.NothingChanged
    if seen is not None and seen != published.digest(pending):
        raise errors.OthersChanged
    people = notifications.concerned(event, pending, tells_all=tells_all and not is_quiet)
    version, found = published.bring(event, name=name.strip(), is_quiet=is_quiet, at=at)
    told = {"number": version.number, "name": version.name, "changes": len(found)}
    audit.record("programme.published", event, by=by, at=at, event_id=event.id, after=told)
    entries.refresh(event, at=at)
    notifications.published(event, version, people, at=at)
    # A session may have got more seats.
    serve_sessions(event.id, at=at)
    return version

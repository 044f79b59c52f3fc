"""Publishing a programme."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import errors, published
from eventsvc.programme.models import Version
from eventsvc.registration import seats


def publish(event: Event, *, name: str = "", is_quiet: bool = False, by: Actor, at: datetime) -> Version:
    """Let the public see the programme as it is now, and bring calendars up to date; `is_quiet` tells nobody.

    Raises EventNotPublished for a draft, whose programme is published with it, and NothingChanged.
    """
    seats.hold(event.id)
    db.session.refresh(event)
    if not event.is_public:
        raise errors.EventNotPublished
    if not published.pending(event.id):
        raise errors.NothingChanged
    version, found = published.bring(event, name=name.strip(), is_quiet=is_quiet, at=at)
    told = {"number": version.number, "name": version.name, "changes": len(found)}
    audit.record("programme.published", event, by=by, at=at, event_id=event.id, after=told)
    entries.refresh(event, at=at)
    return version

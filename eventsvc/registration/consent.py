"""What people agree to when they register, and how long what they wrote is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from eventsvc.events.models import Event

# Raised with every change in the sense of `text`; stored with the registration that agreed to it.
VERSION = "2026-11"


def text(office: str) -> str:
    """Return the sentence beside the box to tick."""
    return str(
        _("%(office)s may use what I wrote above to organise this event and to write to me about it.", office=office)
    )


def deleted_on(event: Event) -> datetime | None:
    """Return when what people wrote is deleted; None while the event has no date."""
    return event.ends_at + timedelta(days=event.retention_days) if event.ends_at else None

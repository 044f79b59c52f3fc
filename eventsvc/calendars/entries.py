"""What an event's calendar shows, kept as rows and written only when it differs."""

from __future__ import annotations

from datetime import datetime

from eventsvc.events.models import Event


def refresh(event: Event, *, at: datetime) -> int:
    """Bring an event's entries up to date, in the caller's transaction; return how many changed."""
    raise NotImplementedError

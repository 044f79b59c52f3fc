"""Sessions that somebody chose, left, or has a seat in after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventsvc.columns import snapshot
from eventsvc.mail import holdings, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.models import Message
from eventsvc.programme.reading import Item
from eventsvc.registration.models import Registration
from eventsvc.registration.notifications import posting


def choices_changed(registration: Registration, asked: Sequence[Ask], *, at: datetime) -> Message | None:
    """Let a calendar let go of what somebody took out of their own programme, or hold again what they put back.

    Held back for a while, as people try things out: the next one takes its place, and what is as it was is not told.
    """
    about = f"choices:{registration.id}"
    outbox.replace_waiting(about)
    if not asked:
        return None
    # Each takes a count of its own, so that no two have the same key.
    key = f"{about}:{registration.calendar_offset}"
    return posting.post(
        "choices_changed", registration, holdings.told(asked), key=key, at=at, about=about, is_held_back=True
    )


def session_seat(registration: Registration, item: Item, asked: Sequence[Ask], *, at: datetime) -> Message | None:
    """Tell somebody who waited for a seat in a session that they have one, and bring their calendar in line."""
    about = f"session:{registration.id}:{item.public_id}"
    session = snapshot(item, ("public_id", "title", "starts_at", "ends_at", "room"))
    facts = {"session": session} | holdings.told(asked)
    return posting.post("session_seat", registration, facts, key=f"{about}:{registration.revision}", at=at, about=about)

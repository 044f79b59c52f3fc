"""Undoing a cancellation: the same registration, with its state and its turn."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts.actors import Actor
from eventsvc.registration import codes, errors, undoing
from eventsvc.registration.models import Registration
from eventsvc.registration.rules.holding import hold_again
from eventsvc.registration.rules.moving import move
from eventsvc.registration.rules.serving import seating_now


def undo_cancel(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Bring a cancelled registration back, within the hour and while nobody else was served. Twice is harmless.

    Raises UndoOver, or AlreadyRegistered when its address has registered again meanwhile.
    """
    event = hold_again(registration)
    if registration.is_live:
        return
    to = undoing.state_to_come_back_to(registration, event, seating_now(event, at), by=by, at=at)
    if to is None:
        raise errors.UndoOver
    if by.is_organiser and codes.is_used_up(registration):
        # Organisers let people in without a code, and use none up.
        registration.access_code_id = None
    move(registration, to, by=by, at=at, act="restore")

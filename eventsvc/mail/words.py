"""What letters and their states are called on the desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from eventsvc.events.words import Word
from eventsvc.mail.models import MessageState

KINDS: dict[str, Any] = {
    "registered": _l("Your place is confirmed"),
    "waitlisted": _l("You are on the waiting list"),
    "promoted": _l("You have a place"),
    "switched": _l("You have another ticket"),
    "prove_address": _l("Is this your address?"),
    "offered": _l("A place is offered to you"),
    "offer_expired": _l("The offered place was not taken"),
    "still_interested": _l("Do you still want a place?"),
    "list_left": _l("You left the waiting list"),
    "handed_over": _l("You handed your place on"),
    "taken_over": _l("A place was handed to you"),
    "restored": _l("Your cancellation is undone"),
    "personal_invitation": _l("You are invited"),
    "group_registered": _l("Your group is registered"),
    "cancelled": _l("Your registration is cancelled"),
    "event_changed": _l("The event has changed"),
    "event_cancelled": _l("The event is cancelled"),
    "event_reinstated": _l("The event takes place after all"),
    "programme_changed": _l("Your sessions have changed"),
    "session_seat": _l("You have a seat in a session"),
    "speaker_programme": _l("News of the sessions you speak in"),
    "speaker_invited": _l("Will you speak?"),
    "speaker_reminded": _l("Will you speak? A reminder"),
    "speaker_address_changed": _l("Letters come to this address now"),
    "speaker_address_left": _l("Letters no longer come to this address"),
    "questions_asked": _l("We have a question"),
    "speaker_answered": _l("Your answer, for your calendar"),
    "speaker_event_changed": _l("The event you speak at has changed"),
    "speaker_event_cancelled": _l("The event you speak at is cancelled"),
    "speaker_event_reinstated": _l("The event you speak at takes place after all"),
    "choices_changed": _l("Your own programme has changed"),
    "erased": _l("Your data is erased"),
    "link_resent": _l("Your personal link"),
    "calendar_link": _l("The link to one calendar for all"),
    "address_changed": _l("Letters come to this address now"),
    "address_left": _l("Letters no longer come to this address"),
    "account_reset": _l("Set a new password"),
    "account_invited": _l("You have an account"),
    "account_changed": _l("Your password was changed"),
}
_STATES: dict[MessageState, tuple[str, Any, str]] = {
    MessageState.WAITING: ("waiting", _l("Waits to be sent"), "warn"),
    MessageState.CLAIMED: ("waiting", _l("Is being sent"), "warn"),
    MessageState.SENT: ("confirmed", _l("Sent"), "ok"),
    MessageState.FAILED: ("clash", _l("Could not be sent"), "no"),
    MessageState.REPLACED: ("closed", _l("Replaced by a newer one"), "ink2"),
    MessageState.RECORDED: ("closed", _l("Kept, not sent"), "ink2"),
}


def kind(name: str) -> str:
    """Name a letter by what it tells; one of another age goes by its own name."""
    return str(KINDS.get(name, name))


def state(of: MessageState) -> Word:
    """Say what became of a letter."""
    mark, word, tone = _STATES[of]
    return Word(mark, str(word), tone)

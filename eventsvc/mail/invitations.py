"""What letters ask of calendars: to hold a thing, or to let it go; and who was asked to hold what.

A calendar is told to let go of nothing that it was not asked to hold (RFC 5546 section 3.2.5): what was asked stands in
the facts of the letters that were sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from eventsvc.calendars import ics
from eventsvc.calendars.ics import Method
from eventsvc.calendars.showings import Showing
from eventsvc.extensions import db
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import Invitation
from eventsvc.mail.holdings import Held
from eventsvc.mail.models import Message, MessageState
from eventsvc.text import folded, slug_of

OF_PROGRAMME = frozenset({"programme_changed", "speaker_programme"})
"""The letters about sessions of a new version: each session in them says itself what it asks."""

UNLESS_MOOT = OF_PROGRAMME | {"choices_changed", "speaker_answered"}
"""The letters that are not sent to who has left meanwhile, nor about an event that will not be."""

TO_NOBODY_KNOWN = frozenset({"erased"})
"""Letters to people who are forgotten already: what they let go was looked up before."""

# Which letters about an event ask a calendar to hold it, and which to let it go.
_METHODS = {
    "registered": Method.REQUEST,
    "promoted": Method.REQUEST,
    "switched": Method.REQUEST,
    "restored": Method.REQUEST,
    "taken_over": Method.REQUEST,
    "address_changed": Method.REQUEST,
    "event_changed": Method.REQUEST,
    "event_reinstated": Method.REQUEST,
    "address_left": Method.CANCEL,
    "cancelled": Method.CANCEL,
    "handed_over": Method.CANCEL,
    "event_cancelled": Method.CANCEL,
}
_ASKING_MORE = frozenset(
    {"choices_changed", "session_seat", "speaker_answered", "speaker_event_changed", "speaker_event_reinstated"}
)
_ASKING = OF_PROGRAMME | _ASKING_MORE | {kind for kind, method in _METHODS.items() if method is Method.REQUEST}


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a calendar is asked to hold or to let go, as a letter's facts have it."""

    method: Method
    facts: Mapping[str, Any]
    sequence: int

    @property
    def uid(self) -> str:
        return str(self.facts["uid"])


def asks(due: Due) -> Iterator[Ask]:
    """Yield what a letter asks: of the event first, which is let go without a date, and then of sessions."""
    ending = due.facts.get("ending")
    asked = ending or due.facts.get("invitation")
    method = Method.CANCEL if ending else _METHODS.get(due.kind)
    if asked and method:
        yield Ask(method, asked["facts"], asked["sequence"])
    own = [each["invitation"] for each in due.facts.get("sessions", ()) if each.get("invitation")]
    for each in (*own, *due.facts.get("entries", ())):
        yield Ask(Method(each["method"]), each["facts"], each["sequence"])


def sent(batch: Iterable[Due]) -> dict[str, set[str]]:
    """Find what those whose letters let something go were asked to hold: uids by address, in one query for a batch."""
    invited: dict[str, set[str]] = defaultdict(set)
    ending = [due for due in batch if _lets_go(due)]
    if not ending:
        return invited
    # A letter to an address that was left is about something of its own, and lets go what that address was sent.
    same = sa.or_(
        Message.about.in_({due.about for due in ending}),
        Message.registration_id.in_({due.registration_id for due in ending if due.registration_id is not None}),
        Message.speaker_id.in_({due.speaker_id for due in ending if due.speaker_id is not None}),
    )
    asked = sa.select(
        Message.recipient, Message.facts["invitation"]["facts"]["uid"].as_string(), Message.facts["asked"]
    ).where(same, Message.state == MessageState.SENT, Message.kind.in_(_ASKING))
    for recipient, uid, uids in db.session.execute(asked):
        invited[recipient].update([*([uid] if uid else []), *(uids or ())])
    return invited


def event_held_by(registration_id: int, address: str) -> Held:
    """Return at which counts somebody's calendar was asked to hold their event itself, and told to let it go."""
    asked = sa.select(Message.kind, Message.facts["invitation"]["sequence"], Message.facts["ending"]["sequence"])
    theirs = Message.registration_id == registration_id, Message.recipient == address
    held = Held()
    for kind, sequence, ending in db.session.execute(asked.where(*theirs, Message.state == MessageState.SENT)):
        if ending is None and sequence is not None and _METHODS.get(kind) is Method.REQUEST:
            held.asked = max(held.asked, sequence)
        else:
            held.let_go = max(held.let_go, *(each for each in (ending, sequence) if each is not None), -1)
    return held


def written(due: Due, sender: str, at: datetime, invited: Collection[str]) -> tuple[Invitation, ...]:
    """Write what a letter asks: each thing a calendar of its own; what was never sent is not let go."""
    is_known = due.kind in TO_NOBODY_KNOWN
    wanted = (ask for ask in asks(due) if is_known or ask.method is Method.REQUEST or ask.uid in invited)
    bodies = [(ask, body) for ask in wanted if (body := _body(ask, due, sender, at))]
    return tuple(
        Invitation(ask.uid, ask.method, body, _name(ask, number)) for number, (ask, body) in enumerate(bodies, 1)
    )


def _lets_go(due: Due) -> bool:
    try:
        return any(ask.method is Method.CANCEL for ask in asks(due))
    except (LookupError, TypeError, ValueError):
        # A row that cannot be read is that letter's own fault, and is told when it is written.
        return False


def _body(ask: Ask, due: Due, sender: str, at: datetime) -> bytes | None:
    """Write a calendar; None where the reader would be their own organiser, which calendars misread.

    Where the event's contact has no address or is the reader, the site itself stands as the organiser.
    """
    showing = Showing.from_json(dict(ask.facts))
    reader = folded(due.recipient)
    if folded(showing.organiser_email) in {"", reader}:
        showing = replace(showing, organiser_email=sender, organiser_name=current_app.config["SITE_NAME"])
    if folded(showing.organiser_email) == reader:
        return None
    return ics.invitation(
        showing,
        method=ask.method,
        sequence=ask.sequence,
        at=at,
        attendee_name=due.recipient_name,
        attendee_email=due.recipient,
    )


def _name(ask: Ask, number: int) -> str:
    return "invite.ics" if number == 1 else f"{number}-{slug_of(ask.facts['summary'], 40)}.ics"

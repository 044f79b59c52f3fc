"""A place in other hands, of another kind, or under another address; and the last letter of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale

from eventsvc.calendars import entries, nouns
from eventsvc.calendars.ics import Method
from eventsvc.mail import holdings, invitations, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Recipient
from eventsvc.registration import holding, told
from eventsvc.registration.models import Registration, State
from eventsvc.registration.notifications import posting


@dataclass(frozen=True, slots=True)
class HandingOn:
    """The two letters when somebody hands their place to somebody else; each names the other."""

    giver: str
    receiver: str
    at: datetime

    def to_giver(self, registration: Registration) -> Message | None:
        """Tell whoever handed it on that it is done; the entry in their calendar ends."""
        facts = {"had_seat": True, "other": self.receiver} | posting.with_ending(registration, nouns.no_place)
        facts |= holdings.told(holding.of_one(registration, at=self.at).endings(registration))
        return posting.post(
            "handed_over", registration, facts, key=posting.once("handed_over", registration), at=self.at
        )

    def to_receiver(self, registration: Registration) -> Message | None:
        """Tell the other that the place is theirs, with an invitation and links of their own."""
        facts = {"other": self.giver} | posting.with_invitation(registration)
        return posting.post("taken_over", registration, facts, key=f"taken_over:{registration.id}", at=self.at)


def switched(
    registration: Registration, ticket_was: str, was: Mapping[str, Any], dropped: Sequence[str], *, at: datetime
) -> Message | None:
    """Tell somebody that they have another kind of ticket, what it costs where that is new, and invite them anew.

    `dropped` are the questions whose answers went, as they are not asked of whoever has this ticket.
    """
    facts: dict[str, Any] = {"ticket_was": ticket_was}
    if was["fee_cents"] != registration.fee_cents:
        facts["fee_was"] = {"cents": was["fee_cents"], "currency": was["currency"]}
    if dropped:
        facts["questions"] = list(dropped)
    if registration.has_seat:
        facts |= posting.with_invitation(registration)
    key = f"switched:{registration.id}:{registration.revision}"
    return posting.post("switched", registration, facts, key=key, at=at)


def link_resent(registration: Registration, *, at: datetime) -> Message | None:
    """Send somebody their link again; of its own, so that it takes no other letter's place.

    Whoever is still to prove their address is asked for that once more.
    """
    name = f"link_resent:{registration.id}"
    is_held = registration.is_to_prove and registration.state is State.OFFERED
    kind, facts = ("prove_address", posting.until(registration.offer_expires_at)) if is_held else ("link_resent", {})
    return posting.post(kind, registration, facts, key=f"{name}:{registration.revision}", at=at, about=name)


def calendar_link(registration: Registration, *, at: datetime) -> Message | None:
    """Send somebody who wants one calendar of all the link that proves their address; all earlier ones have stopped."""
    key = f"calendar_link:{registration.id}:{registration.revision}"
    return posting.post("calendar_link", registration, {}, key=key, at=at, about=f"link_resent:{registration.id}")


def address_changed(registration: Registration, left: str | None, *, has_entry: bool, at: datetime) -> Message | None:
    """Send a new address the link, and where there is something to invite to (`has_entry`) what `left` was sent."""
    name = f"address_changed:{registration.id}"
    facts = posting.with_invitation(registration) if has_entry else {}
    if has_entry and left:
        facts |= holdings.told(holding.of_one(registration, at=at).moved(registration, left=left))
    return posting.post(
        "address_changed", registration, facts, key=f"{name}:{registration.revision}", at=at, about=name
    )


def address_left(
    registration: Registration, address: str, *, has_entry: bool, is_link_replaced: bool, at: datetime
) -> Message | None:
    """Tell an address that it is written to no more, and nothing of the person or of the new one.

    `is_link_replaced`: the link in its letters opens nothing any more. Its calendar is sent the end of its invitations,
    which count one less than those to the new address.
    """
    name = f"address_left:{registration.id}:{registration.revision}"
    facts = posting.with_ending(registration, nouns.not_here, ahead=-1) if has_entry else {}
    facts |= {"is_link_replaced": is_link_replaced}
    if has_entry:
        facts |= holdings.told(holding.of_one(registration, at=at).endings(registration, address=address, ahead=-1))
    return posting.post(
        "address_left", registration, facts | posting.NOBODY, key=name, at=at, about=name, address=address
    )


def erased(registration: Registration, *, at: datetime) -> list[Ask]:
    """Write a last letter to somebody who is about to be forgotten, if their calendar holds anything by our letters.

    It belongs to no registration, names nobody, and is forgotten as soon as it has gone. Return what it asks.
    """
    asked = _last_asks(registration, at) if registration.email else []
    if asked:
        name, event = f"erased:{registration.id}", registration.event
        outbox.post(
            "erased",
            Recipient(registration.email or "", "", registration.language, event.contact_email),
            told.of_event(event) | posting.NOBODY | {"state": registration.state.value, **holdings.told(asked)},
            key=name,
            about=name,
            at=at,
            event_id=event.id,
        )
    return asked


def _last_asks(registration: Registration, at: datetime) -> list[Ask]:
    held = invitations.event_held_by(registration.id, registration.email or "")
    entry = entries.invitation_of(registration.event) or entries.end_of(registration.event)
    asked = holding.of_one(registration, at=at).endings(registration, ahead=1)
    if not held.is_held or entry is None:
        return asked
    own = told.counted(entry, registration)
    ending = {**own, "method": Method.CANCEL.value, "sequence": max(own["sequence"], held.asked) + 1}
    with force_locale(registration.event.language):
        return [holdings.parted(ending, nouns.no_place()), *asked]

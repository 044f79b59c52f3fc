"""A place: had, waited for, offered, taken, run out, given up, had again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventsvc.calendars import entries, nouns
from eventsvc.events.models import Event
from eventsvc.mail import holdings, outbox
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Draft, Recipient
from eventsvc.registration import holding, told
from eventsvc.registration.models import OfferKind, Registration, State
from eventsvc.registration.notifications import posting


def registered(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that they have a seat, with an invitation for their calendar."""
    key = f"registered:{registration.id}"
    return posting.post("registered", registration, posting.with_invitation(registration), key=key, at=at)


def waitlisted(registration: Registration, *, position: int | None, at: datetime) -> Message | None:
    """Tell somebody that they wait, and where; no invitation until there is a seat."""
    facts = {
        "position": position,
        "is_offering": registration.event.offer_hours is not None,
        "is_to_prove": registration.is_to_prove,
    }
    return posting.post("waitlisted", registration, facts, key=posting.once("waitlisted", registration), at=at)


def taken_in(event: Event, people: Sequence[Registration], places: Sequence[int | None], *, at: datetime) -> None:
    """Tell many people at once that they have a seat, or their place on the waiting list; one statement.

    `places` are their numbers on the list, None for a seat. None of them had a letter about it before.
    """
    of_event, invitation = told.of_event(event), entries.invitation_of(event)
    drafts = []
    for registration, place in zip(people, places, strict=True):
        if not registration.email:
            continue
        kind = "waitlisted" if place else "registered"
        facts = of_event | told.of_person(registration, event.join_url)
        if place:
            facts |= {"position": place}
        elif invitation:
            facts |= {"invitation": told.counted(invitation, registration)}
        to = Recipient(registration.email, registration.name, registration.language, event.contact_email)
        about = f"registration:{registration.id}"
        drafts.append(Draft(kind, to, facts, f"{kind}:{registration.id}", about, event.id, registration.id, at))
    outbox.post_all(drafts, at=at)


def promoted(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody who waited that they have a seat now, with an invitation for their calendar."""
    key = posting.once("promoted", registration)
    return posting.post("promoted", registration, posting.with_invitation(registration), key=key, at=at)


def prove_address(registration: Registration, *, at: datetime) -> Message | None:
    """Ask whoever reads an address to say that it is theirs, by the link: the seat is held until then."""
    key = posting.once("prove_address", registration)
    return posting.post("prove_address", registration, posting.until(registration.offer_expires_at), key=key, at=at)


def offered(registration: Registration, *, at: datetime) -> Message | None:
    """Offer somebody who waited a place, and say until when they can take it."""
    facts = posting.until(registration.offer_expires_at)
    return posting.post("offered", registration, facts, key=posting.once("offered", registration), at=at)


def accepted(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody who took a place, or proved their address, that it is theirs; with an invitation."""
    key = posting.once("accepted", registration)
    return posting.post(
        "registered", registration, posting.with_invitation(registration), key=key, at=at, is_first=False
    )


def offer_expired(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that the place was not taken in time, and how to come back."""
    facts = {"was_proof": registration.offer_kind is OfferKind.PROOF} | posting.until(registration.offer_expires_at)
    return posting.post("offer_expired", registration, facts, key=posting.once("offer_expired", registration), at=at)


def list_left(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody who did not answer that they wait no longer, and how to come back."""
    return posting.post("list_left", registration, {}, key=posting.once("list_left", registration), at=at)


def restored(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that their cancellation was undone; with the invitations again, where they have a seat."""
    facts = posting.with_invitation(registration) if registration.is_confirmed else {}
    facts |= holdings.told(holding.of_one(registration, at=at).asks(registration))
    if registration.state is State.OFFERED:
        facts |= posting.until(registration.offer_expires_at)
    return posting.post("restored", registration, facts, key=posting.once("restored", registration), at=at)


def cancelled(registration: Registration, *, at: datetime, had_seat: bool, had_offer: bool = False) -> Message | None:
    """Tell somebody that their registration is cancelled; who was sent invitations is sent their end."""
    facts = {"had_seat": had_seat, "had_offer": had_offer}
    facts |= posting.with_ending(registration, nouns.no_place) if had_seat else {}
    facts |= holdings.told(holding.of_one(registration, at=at).endings(registration))
    return posting.post("cancelled", registration, facts, key=posting.once("cancelled", registration), at=at)

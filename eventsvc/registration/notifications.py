"""What people are told about their registration: one function for each letter.

A letter's facts are as they are now; its words are written when it is sent. The person's own links are never among the
facts: delivery puts them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import links, tokens
from eventsvc.calendars import entries
from eventsvc.calendars.ics import Method
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.mail import holdings, invitations, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Draft, Recipient
from eventsvc.programme.reading import Item
from eventsvc.registration import holding, told
from eventsvc.registration.models import OfferKind, PersonalInvitation, Registration, RegistrationGroup, State

# The letters that a registration begins with.
_FIRST = frozenset({"registered", "waitlisted", "prove_address", "taken_over"})
_NOBODY = {"given_name": "", "reference": "", "join_url": "", "deleted_on": None}


def registered(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that they have a seat, with an invitation for their calendar."""
    key = f"registered:{registration.id}"
    return _post("registered", registration, _with_invitation(registration), key=key, at=at)


def waitlisted(registration: Registration, *, position: int | None, at: datetime) -> Message | None:
    """Tell somebody that they wait, and where; no invitation until there is a seat."""
    facts = {
        "position": position,
        "is_offering": registration.event.offer_hours is not None,
        "is_to_prove": registration.is_to_prove,
    }
    return _post("waitlisted", registration, facts, key=f"waitlisted:{registration.id}", at=at)


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
    key = _once("promoted", registration)
    return _post("promoted", registration, _with_invitation(registration), key=key, at=at)


def prove_address(registration: Registration, *, at: datetime) -> Message | None:
    """Ask whoever reads an address to say that it is theirs, by the link: the seat is held until then."""
    key = f"prove_address:{registration.id}"
    return _post("prove_address", registration, _until(registration.offer_expires_at), key=key, at=at)


def offered(registration: Registration, *, at: datetime) -> Message | None:
    """Offer somebody who waited a place, and say until when they can take it."""
    facts = _until(registration.offer_expires_at)
    return _post("offered", registration, facts, key=_once("offered", registration), at=at)


def accepted(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody who took a place, or proved their address, that it is theirs; with an invitation."""
    key = _once("accepted", registration)
    return _post("registered", registration, _with_invitation(registration), key=key, at=at, is_first=False)


def offer_expired(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that the place was not taken in time, and how to come back."""
    facts = {"was_proof": registration.offer_kind is OfferKind.PROOF} | _until(registration.offer_expires_at)
    return _post("offer_expired", registration, facts, key=_once("offer_expired", registration), at=at)


def list_left(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody who did not answer that they wait no longer, and how to come back."""
    return _post("list_left", registration, {}, key=_once("list_left", registration), at=at)


def restored(registration: Registration, *, at: datetime) -> Message | None:
    """Tell somebody that their cancellation was undone; with the invitation again, where they have a seat."""
    facts = _with_invitation(registration) if registration.is_confirmed else {}
    if registration.state is State.OFFERED:
        facts = _until(registration.offer_expires_at)
    return _post("restored", registration, facts, key=_once("restored", registration), at=at)


def cancelled(registration: Registration, *, at: datetime, had_seat: bool, had_offer: bool = False) -> Message | None:
    """Tell somebody that their registration is cancelled; who was sent invitations is sent their end."""
    facts = {"had_seat": had_seat, "had_offer": had_offer}
    facts |= _with_invitation(registration) if had_seat else {}
    facts |= holdings.told(holding.of_one(registration, at=at).endings(registration))
    return _post("cancelled", registration, facts, key=_once("cancelled", registration), at=at)


@dataclass(frozen=True, slots=True)
class HandingOn:
    """The two letters when somebody hands their place to somebody else; each names the other."""

    giver: str
    receiver: str
    at: datetime

    def to_giver(self, registration: Registration) -> Message | None:
        """Tell whoever handed it on that it is done; the entry in their calendar ends."""
        facts = {"had_seat": True, "other": self.receiver} | _with_invitation(registration)
        facts |= holdings.told(holding.of_one(registration, at=self.at).endings(registration))
        return _post("handed_over", registration, facts, key=_once("handed_over", registration), at=self.at)

    def to_receiver(self, registration: Registration) -> Message | None:
        """Tell the other that the place is theirs, with an invitation and links of their own."""
        facts = {"other": self.giver} | _with_invitation(registration)
        return _post("taken_over", registration, facts, key=f"taken_over:{registration.id}", at=self.at)


def invited(event: Event, people: Sequence[PersonalInvitation], *, at: datetime) -> None:
    """Invite people to register, by links of their own; one statement for all of them.

    Each link is sealed among the facts, so that who reads the outbox cannot use it.
    """
    of_event = told.of_event(event)
    drafts = []
    for person in people:
        if not person.email or not person.link_sealed:
            continue
        address = links.absolute("registration.invited", token=tokens.unseal(person.link_sealed), lang=person.language)
        facts = {
            "given_name": person.given_name,
            "sentence": person.note,
            "until": person.reserved_until.isoformat() if person.reserved_until else None,
            "sealed_link": tokens.seal(address),
        }
        name = f"{person.given_name} {person.family_name}".strip()
        to = Recipient(person.email, name, person.language, event.contact_email)
        about = f"invitation:{person.id}"
        drafts.append(
            Draft("personal_invitation", to, of_event | facts, f"{about}:{_second(at)}", about, event.id, None, at)
        )
    outbox.replace_all_waiting([draft.about for draft in drafts])
    outbox.post_all(drafts, at=at)


def group_registered(
    group: RegistrationGroup, event: Event, people: Sequence[Registration], *, at: datetime
) -> Message | None:
    """Tell the contact of a group how each of its people stands, with the link to see that later."""
    if not group.contact_email or not group.link_sealed:
        return None
    address = links.absolute("registration.group", token=tokens.unseal(group.link_sealed), lang=group.language)
    facts = {
        "given_name": group.contact_name,
        "people": [[person.name, person.state.value] for person in people],
        "sealed_link": tokens.seal(address),
    }
    name = f"group:{group.id}"
    to = Recipient(group.contact_email, group.contact_name, group.language, event.contact_email)
    return outbox.post(
        "group_registered", to, told.of_event(event) | facts, key=name, about=name, at=at, event_id=event.id
    )


def still_interested(event: Event, people: Sequence[Registration], due_at: datetime, *, at: datetime) -> None:
    """Ask people on the waiting list whether they still want a place: as many statements for one as for hundreds."""
    facts = told.of_event(event) | {"until": due_at.isoformat()}
    outbox.withdraw(sa.select(Registration.id).where(Registration.id.in_([person.id for person in people])))
    drafts = [
        Draft(
            "still_interested",
            Recipient(person.email or "", person.name, person.language, event.contact_email),
            facts | told.of_person(person, ""),
            key=f"still_interested:{person.id}:{_second(due_at)}:{_second(at)}",
            about=f"registration:{person.id}",
            event_id=event.id,
            registration_id=person.id,
            due_at=at,
        )
        for person in people
    ]
    outbox.post_all(drafts, at=at)


def switched(registration: Registration, ticket_was: str, was: Mapping[str, Any], *, at: datetime) -> Message | None:
    """Tell somebody that they have another kind of ticket, what it costs where that is new, and invite them anew."""
    facts: dict[str, Any] = {"ticket_was": ticket_was}
    if was["fee_cents"] != registration.fee_cents:
        facts["fee_was"] = {"cents": was["fee_cents"], "currency": was["currency"]}
    if registration.has_seat:
        facts |= _with_invitation(registration)
    key = f"switched:{registration.id}:{registration.revision}"
    return _post("switched", registration, facts, key=key, at=at)


def link_resent(registration: Registration, *, at: datetime) -> Message | None:
    """Send somebody their link again; of its own, so that it takes no other letter's place.

    Whoever is still to prove their address is asked for that once more.
    """
    name = f"link_resent:{registration.id}"
    is_held = registration.is_to_prove and registration.state is State.OFFERED
    kind, facts = ("prove_address", _until(registration.offer_expires_at)) if is_held else ("link_resent", {})
    return _post(kind, registration, facts, key=f"{name}:{registration.revision}", at=at, about=name)


def address_changed(registration: Registration, left: str | None, *, has_entry: bool, at: datetime) -> Message | None:
    """Send a new address the link, and where there is something to invite to (`has_entry`) what `left` was sent."""
    name = f"address_changed:{registration.id}"
    facts = _with_invitation(registration) if has_entry else {}
    if has_entry and left:
        facts |= holdings.told(holding.of_one(registration, at=at).moved(registration, left=left))
    return _post("address_changed", registration, facts, key=f"{name}:{registration.revision}", at=at, about=name)


def address_left(registration: Registration, address: str, *, has_entry: bool, at: datetime) -> Message | None:
    """Tell an address that it is written to no more, and nothing of the person or of the new one.

    Its calendar is sent the end of its invitations, which count one less than those to the new address.
    """
    name = f"address_left:{registration.id}:{registration.revision}"
    facts = _with_invitation(registration, ahead=-1) if has_entry else {}
    if has_entry:
        facts |= holdings.told(holding.of_one(registration, at=at).endings(registration, address=address, ahead=-1))
    return _post("address_left", registration, facts | _NOBODY, key=name, at=at, about=name, address=address)


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
    return _post("choices_changed", registration, holdings.told(asked), key=key, at=at, about=about, is_held_back=True)


def session_seat(registration: Registration, item: Item, asked: Sequence[Ask], *, at: datetime) -> Message | None:
    """Tell somebody who waited for a seat in a session that they have one, and bring their calendar in line."""
    about = f"session:{registration.id}:{item.public_id}"
    session = snapshot(item, ("public_id", "title", "starts_at", "ends_at", "room"))
    facts = {"session": session} | holdings.told(asked)
    return _post("session_seat", registration, facts, key=f"{about}:{registration.revision}", at=at, about=about)


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
            told.of_event(event) | _NOBODY | {"state": registration.state.value, **holdings.told(asked)},
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
    return [{**own, "method": Method.CANCEL.value, "sequence": max(own["sequence"], held.asked) + 1}, *asked]


def questions_asked(lacking: Sequence[tuple[Registration, list[str]]], *, form: str, at: datetime) -> int:
    """Ask people who are registered what they have not answered; return how many letters that makes.

    `lacking` has them with the questions, `form` is the name of what is asked: for each form there is one letter.
    """
    if not lacking:
        return 0
    event = lacking[0][0].event
    keys = {f"questions_asked:{person.id}:{form}": (person, labels) for person, labels in lacking if person.email}
    laid = outbox.laid(event.id, "questions_asked")
    drafts = [_asking(key, person, labels, at) for key, (person, labels) in keys.items() if key not in laid]
    outbox.replace_all_waiting([draft.about for draft in drafts])
    outbox.post_all(drafts, at=at)
    return len(drafts)


def _asking(key: str, person: Registration, labels: list[str], at: datetime) -> Draft:
    event = person.event
    return Draft(
        "questions_asked",
        Recipient(person.email or "", person.name, person.language, event.contact_email),
        told.of(person) | {"questions": labels},
        key=key,
        about=f"questions:{person.id}",
        event_id=event.id,
        registration_id=person.id,
        due_at=at,
    )


def _post(
    kind: str,
    registration: Registration,
    facts: dict[str, Any],
    *,
    key: str,
    at: datetime,
    about: str | None = None,
    address: str | None = None,
    is_held_back: bool = False,
    is_first: bool | None = None,
) -> Message | None:
    """Lay the letter; there is none to somebody without an address, whom an organiser added by hand."""
    if not (address or registration.email):
        return None
    event = registration.event
    to = Recipient(
        address or registration.email or "",
        "" if address else registration.name,
        registration.language,
        event.contact_email,
    )
    return outbox.post(
        kind,
        to,
        told.of(registration) | facts,
        key=key,
        about=about or f"registration:{registration.id}",
        at=at,
        event_id=event.id,
        registration_id=registration.id,
        is_first=kind in _FIRST if is_first is None else is_first,
        is_held_back=is_held_back,
    )


def _with_invitation(registration: Registration, *, ahead: int = 0) -> dict[str, Any]:
    """Return the calendar entry as it stands, counted on for this person, and `ahead` of that."""
    invitation = entries.invitation_of(registration.event)
    if invitation is None:
        return {}
    counted = told.counted(invitation, registration)
    return {"invitation": counted | {"sequence": counted["sequence"] + ahead}}


def _until(moment: datetime | None) -> dict[str, Any]:
    return {"until": moment.isoformat()} if moment else {}


def _once(kind: str, registration: Registration) -> str:
    """Name a letter about this transition: a registration may come into a state more than once."""
    return f"{kind}:{registration.id}:{registration.revision}"


def _second(at: datetime) -> int:
    return int(at.timestamp())

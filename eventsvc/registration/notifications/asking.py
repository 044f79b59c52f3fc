"""What we ask people for: to come, to stay on the list, to answer; and what a group's contact is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from eventsvc import links, tokens
from eventsvc.events.models import Event
from eventsvc.mail import outbox
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Draft, Recipient
from eventsvc.registration import told
from eventsvc.registration.groups import Member
from eventsvc.registration.models import PersonalInvitation, Registration, RegistrationGroup
from eventsvc.registration.notifications import posting


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
            Draft(
                "personal_invitation", to, of_event | facts, f"{about}:{posting.second(at)}", about, event.id, None, at
            )
        )
    outbox.replace_all_waiting([draft.about for draft in drafts])
    outbox.post_all(drafts, at=at)


def group_registered(
    group: RegistrationGroup, event: Event, people: Sequence[Member], *, at: datetime
) -> Message | None:
    """Tell the contact of a group how each of its people stands, with the link to see that later."""
    if not group.contact_email or not group.link_sealed:
        return None
    address = links.absolute("registration.group", token=tokens.unseal(group.link_sealed), lang=group.language)
    facts = {
        "given_name": group.contact_name,
        "people": [[person.name, person.state.value if person.state else "asked"] for person in people],
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
            key=f"still_interested:{person.id}:{posting.second(due_at)}:{posting.second(at)}",
            about=f"registration:{person.id}",
            event_id=event.id,
            registration_id=person.id,
            due_at=at,
        )
        for person in people
    ]
    outbox.post_all(drafts, at=at)


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

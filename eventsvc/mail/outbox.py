"""The outbox: a letter is a row in the transaction of its cause, so that both happen or neither."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventsvc import links, tokens
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState

PAUSE = timedelta(minutes=10)
"""How long news are held back: an organiser who changes something once more within it has written one letter."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to, in which language, and who reads the answer."""

    address: str
    name: str
    language: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to be laid: see `post`; it is not sent before `due_at`."""

    kind: str
    to: Recipient
    facts: dict[str, Any]
    key: str
    about: str
    event_id: int | None
    registration_id: int | None
    due_at: datetime
    speaker_id: int | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A letter that will not be sent: what it would have told, and when."""

    id: int
    registration_id: int | None
    about: str
    kind: str
    facts: dict[str, Any]
    due_at: datetime


def post(
    kind: str,
    to: Recipient,
    facts: dict[str, Any],
    *,
    key: str,
    about: str,
    at: datetime,
    event_id: int | None = None,
    registration_id: int | None = None,
    speaker_id: int | None = None,
    is_first: bool = False,
    is_held_back: bool = False,
) -> Message:
    """Lay one letter in the caller's transaction.

    `kind` names the templates `mail/<kind>.txt` and `.html`. `facts` is a JSON snapshot without any personal link.
    `key` makes the same letter once (the caller looks; a unique constraint is the second wall). A letter `about` the
    same thing that still waits is replaced by this one; `is_first` spares the search where none can be there yet.
    `is_held_back` lets it wait for a while, as news do.
    """
    if not is_first:
        replace_waiting(about)
    due_at = at + PAUSE if is_held_back else at
    draft = Draft(kind, to, facts, key, about, event_id, registration_id, due_at, speaker_id)
    message = Message(**_columns(draft, at))
    db.session.add(message)
    return message


def post_all(drafts: Sequence[Draft], *, at: datetime) -> None:
    """Lay many letters with one statement; the caller has withdrawn those they take the place of."""
    if drafts:
        db.session.execute(sa.insert(Message), [_columns(draft, at) for draft in drafts])


def withdraw(registrations: sa.Select[int]) -> dict[int, Withdrawn]:
    """Take back the letters about many registrations that nobody has begun to send; return them by registration.

    One statement takes and tells, so that no worker can send what is returned.
    """
    taken = _taken(Message.registration_id.in_(registrations), Message.about.startswith("registration:"))
    return {letter.registration_id: letter for letter in taken if letter.registration_id is not None}


def withdraw_kinds(event_id: int, kinds: Collection[str]) -> dict[str, Withdrawn]:
    """Take back the letters of some kinds about an event in the same way; return them by what they are about."""
    return {letter.about: letter for letter in _taken(Message.event_id == event_id, Message.kind.in_(kinds))}


def replace_waiting(about: str) -> None:
    """Take back letters about a thing that nobody has begun to send."""
    db.session.execute(
        sa.update(Message)
        .where(Message.about == about, Message.state == MessageState.WAITING)
        .values(state=MessageState.REPLACED)
        .execution_options(synchronize_session=False)
    )


def has_reached(registration_id: int, address: str) -> bool:
    """Tell whether an address was sent a letter about a registration, or is being sent one."""
    gone = sa.select(Message.id).where(
        Message.registration_id == registration_id,
        Message.recipient == address,
        Message.state.in_((MessageState.SENT, MessageState.CLAIMED)),
    )
    return db.session.scalar(gone.limit(1)) is not None


def replace_all_waiting(abouts: Collection[str]) -> None:
    """Take back letters about many things in the same way."""
    db.session.execute(
        sa.update(Message)
        .where(Message.about.in_(abouts), Message.state == MessageState.WAITING)
        .values(state=MessageState.REPLACED)
        .execution_options(synchronize_session=False)
    )


def laid(event_id: int, kind: str) -> set[str]:
    """Return the keys of the letters of a kind that were laid about an event."""
    return set(db.session.scalars(sa.select(Message.key).where(Message.event_id == event_id, Message.kind == kind)))


def redirect(registration_id: int, address: str) -> None:
    """Let letters that nobody has begun to send go to a person's new address, but for those about the change."""
    db.session.execute(
        sa.update(Message)
        .where(
            Message.registration_id == registration_id,
            Message.state == MessageState.WAITING,
            Message.kind != "address_left",
        )
        .values(recipient=address)
        .execution_options(synchronize_session=False)
    )


def redirect_speaker(speaker_id: int, address: str) -> None:
    """Let letters to a speaker that were not sent go to their new address, as each opens their card; without one none.

    Those that failed too: whoever lets them go again is not asked where to.
    """
    theirs = sa.update(Message).where(
        Message.speaker_id == speaker_id,
        Message.state.in_((MessageState.WAITING, MessageState.FAILED)),
        Message.kind != "speaker_address_left",
    )
    values: dict[str, Any] = {"recipient": address} if address else {"state": MessageState.REPLACED}
    db.session.execute(theirs.values(values), execution_options={"synchronize_session": False})


def forget(registration_id: int) -> None:
    """Take a person out of the letters to them; that there were letters, and when, stays. Unsent ones are not sent."""
    _forget(Message.registration_id == registration_id)


def forget_about(abouts: Collection[str]) -> None:
    """Take people out of the letters about some things in the same way."""
    if abouts:
        _forget(Message.about.in_(abouts))


def forget_kinds(event_id: int, kinds: Collection[str]) -> None:
    """Take people out of all letters of some kinds about an event in the same way."""
    _forget(sa.and_(Message.event_id == event_id, Message.kind.in_(kinds)))


def forget_named(event_id: int, kinds: Collection[str], name: str) -> None:
    """Take a person out of the letters of some kinds about an event that name them to somebody else."""
    asked = sa.select(Message.id, Message.facts).where(Message.event_id == event_id, Message.kind.in_(kinds))
    named = [id for id, facts in db.session.execute(asked) if facts.get("other") == name]
    if named:
        _forget(Message.id.in_(named))


def forget_speaker(speaker_id: int) -> None:
    """Take a speaker out of the letters to them in the same way."""
    _forget(Message.speaker_id == speaker_id)


def forget_if_settled(message_id: int) -> None:
    """Take out of one letter to whom it went and what it said, once it was sent or has failed for good."""
    _forget(sa.and_(Message.id == message_id, Message.state.in_((MessageState.SENT, MessageState.FAILED))))


def _forget(which: sa.ColumnElement[bool]) -> None:
    theirs = sa.update(Message).where(which)
    alone = {"synchronize_session": False}
    db.session.execute(
        theirs.where(Message.state == MessageState.WAITING).values(state=MessageState.REPLACED),
        execution_options=alone,
    )
    db.session.execute(
        theirs.values(recipient="", recipient_name="", facts={}, sent_text="", answer=""), execution_options=alone
    )


def _columns(draft: Draft, at: datetime) -> dict[str, Any]:
    return {
        "key": draft.key,
        "about": draft.about,
        "kind": draft.kind,
        "language": draft.to.language,
        "recipient": draft.to.address,
        "recipient_name": draft.to.name,
        "reply_to": draft.to.reply_to,
        "event_id": draft.event_id,
        "registration_id": draft.registration_id,
        "speaker_id": draft.speaker_id,
        "facts": draft.facts,
        "created_at": at,
        "due_at": draft.due_at,
        "message_id": f"<{tokens.new()}@{links.public_host()}>",
    }


def _taken(*which: sa.ColumnElement[bool]) -> list[Withdrawn]:
    """Take back letters that nobody has begun to send, the oldest first."""
    taken = db.session.execute(
        sa.update(Message)
        .where(*which, Message.state == MessageState.WAITING)
        .values(state=MessageState.REPLACED)
        .returning(Message.id, Message.registration_id, Message.about, Message.kind, Message.facts, Message.due_at),
        execution_options={"synchronize_session": False},
    )
    return sorted((Withdrawn(*row) for row in taken), key=_number)


def _number(letter: Withdrawn) -> int:
    return letter.id

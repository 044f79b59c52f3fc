"""The outbox: a letter is a row in the transaction of its cause, so that both happen or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import links, tokens
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter goes to, in which language, and who reads the answer."""

    address: str
    name: str
    language: str
    reply_to: str = ""


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
    is_first: bool = False,
) -> Message:
    """Lay one letter in the caller's transaction.

    `kind` names the templates `mail/<kind>.txt` and `.html`. `facts` is a JSON snapshot without any personal link.
    `key` makes the same letter once (the caller looks; a unique constraint is the second wall). A letter `about` the
    same thing that still waits is replaced by this one; `is_first` spares the search where none can be there yet.
    """
    if not is_first:
        replace_waiting(about)
    message = Message(
        key=key,
        about=about,
        kind=kind,
        language=to.language,
        recipient=to.address,
        recipient_name=to.name,
        reply_to=to.reply_to,
        event_id=event_id,
        registration_id=registration_id,
        facts=facts,
        created_at=at,
        due_at=at,
        message_id=f"<{tokens.new()}@{links.public_host()}>",
    )
    db.session.add(message)
    return message


def replace_waiting(about: str) -> None:
    """Take back letters about a thing that nobody has begun to send."""
    db.session.execute(
        sa.update(Message)
        .where(Message.about == about, Message.state == MessageState.WAITING)
        .values(state=MessageState.REPLACED)
        .execution_options(synchronize_session=False)
    )


def redirect(registration_id: int, address: str) -> None:
    """Let letters that nobody has begun to send go to a person's new address."""
    db.session.execute(
        sa.update(Message)
        .where(Message.registration_id == registration_id, Message.state == MessageState.WAITING)
        .values(recipient=address)
        .execution_options(synchronize_session=False)
    )


def forget(registration_id: int) -> None:
    """Take a person out of the letters to them; that there were letters, and when, stays. Unsent ones are not sent."""
    theirs = sa.update(Message).where(Message.registration_id == registration_id)
    alone = {"synchronize_session": False}
    db.session.execute(
        theirs.where(Message.state == MessageState.WAITING).values(state=MessageState.REPLACED),
        execution_options=alone,
    )
    db.session.execute(
        theirs.values(recipient="", recipient_name="", facts={}, sent_text="", answer=""), execution_options=alone
    )

"""What an organiser does about a letter: send it again, or not wait for the next attempt."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.mail.errors import NewerLetter, NobodyToWriteTo, NotForSending
from eventsvc.mail.models import Message, MessageState
from eventsvc.mail.outbox import Recipient
from eventsvc.programme.models import Speaker
from eventsvc.registration.models import Registration

_UNSENT = (MessageState.FAILED, MessageState.WAITING)
SENDABLE = (*_UNSENT, MessageState.SENT)


def resend(message: Message, *, by: Actor, at: datetime) -> Message:
    """Send a letter (again) to the person's present address, and return the one that goes.

    One that failed or waits goes itself; one that was sent stays as it is, and another is laid with the same facts.
    Raises NewerLetter, NobodyToWriteTo, or NotForSending for one in any other state.
    """
    address, name = _present(message)
    if not address:
        raise NobodyToWriteTo
    if _has_newer(message):
        raise NewerLetter
    if message.state in _UNSENT:
        _wake(message, address, name, at)
    elif message.state is MessageState.SENT and (message.registration_id or message.speaker_id) is not None:
        message = _copied(message, Recipient(address, name, message.language, message.reply_to), at)
    else:
        raise NotForSending
    audit.record("resend letter", message, by=by, at=at, event_id=message.event_id, after={"kind": message.kind})
    return message


def retry_failed(event_id: int | None, *, by: Actor, at: datetime) -> int:
    """Let every failed letter go, of one event or of all, but for those a newer one has overtaken; count them."""
    newer = aliased(Message)
    overtaken = sa.exists().where(newer.about == Message.about, newer.id > Message.id)
    wanted = sa.select(Message).where(Message.state == MessageState.FAILED, Message.recipient != "", ~overtaken)
    if event_id is not None:
        wanted = wanted.where(Message.event_id == event_id)
    failed = db.session.scalars(wanted).all()
    for message in failed:
        message.state, message.due_at, message.attempts = MessageState.WAITING, at, 0
        audit.record("resend letter", message, by=by, at=at, event_id=message.event_id, after={"kind": message.kind})
    return len(failed)


def _present(message: Message) -> tuple[str, str]:
    """Return where a letter would go now: a corrected address is why it is sent again."""
    if message.recipient and message.speaker_id is not None:
        speaker = db.session.get(Speaker, message.speaker_id)
        return (speaker.email, speaker.name) if speaker else ("", "")
    if not message.recipient or message.registration_id is None:
        return message.recipient, message.recipient_name
    registration = db.session.get(Registration, message.registration_id)
    return (registration.email or "", registration.name) if registration else ("", "")


def _has_newer(message: Message) -> bool:
    newer = sa.exists().where(
        Message.about == message.about, Message.id > message.id, Message.state != MessageState.REPLACED
    )
    return bool(db.session.scalar(sa.select(newer)))


def _wake(message: Message, address: str, name: str, at: datetime) -> None:
    """Make a letter due, unless a worker took it a moment ago."""
    woken = db.session.execute(
        sa.update(Message)
        .where(Message.id == message.id, Message.state.in_(_UNSENT))
        .values(state=MessageState.WAITING, due_at=at, attempts=0, recipient=address, recipient_name=name)
        .returning(Message.id),
        execution_options={"synchronize_session": False},
    )
    if woken.first() is None:
        raise NotForSending
    db.session.refresh(message)


def _copied(message: Message, to: Recipient, at: datetime) -> Message:
    copy = outbox.post(
        message.kind,
        to,
        message.facts,
        key=f"again:{message.id}:{int(at.timestamp())}",
        about=message.about,
        at=at,
        event_id=message.event_id,
        registration_id=message.registration_id,
        speaker_id=message.speaker_id,
    )
    db.session.flush()
    return copy

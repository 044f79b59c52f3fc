"""What became of a letter, written beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState

# After so many attempts, so long until the next; then it has failed for good.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)


def sent(message_id: int, *, at: datetime, answer: str, subject: str, text: str) -> None:
    """Record that a letter was taken, with the server's answer and the words as they were sent."""
    said = _unless_forgotten(answer=answer, sent_subject=subject, sent_text=text)
    _settle(message_id, MessageState.SENT, sent_at=at, attempts=Message.attempts + 1, **said)


def recorded(message_id: int, *, at: datetime, subject: str, text: str) -> None:
    """Record the words of a letter that is never handed to a server."""
    said = _unless_forgotten(sent_subject=subject, sent_text=text)
    _settle(message_id, MessageState.RECORDED, sent_at=at, **said)


def failed(message_id: int, *, answer: str) -> None:
    """Record that a letter cannot be sent, and why."""
    _settle(message_id, MessageState.FAILED, attempts=Message.attempts + 1, **_unless_forgotten(answer=answer))


def replaced(message_id: int) -> None:
    """Record that a letter is not to be sent any more."""
    _settle(message_id, MessageState.REPLACED)


def postponed(message_id: int, *, attempts: int, at: datetime, answer: str) -> None:
    """Let a letter wait for its next attempt, unless it has had them all or a newer one about the same thing is there.

    `attempts` counts those before this one.
    """
    if attempts >= len(PAUSES):
        failed(message_id, answer=answer)
        return
    newer = aliased(Message)
    has_newer = sa.exists().where(newer.about == Message.about, newer.id > Message.id)
    state = sa.case((has_newer, MessageState.REPLACED.value), else_=MessageState.WAITING.value)
    _settle(
        message_id,
        sa.type_coerce(state, Message.state.type),
        due_at=at + PAUSES[attempts],
        attempts=attempts + 1,
        **_unless_forgotten(answer=answer),
    )


def _settle(message_id: int, state: Any, **values: Any) -> None:
    """Write a claimed letter's fate; one that was settled by somebody else stays as they left it."""
    db.session.execute(
        sa.update(Message)
        .where(Message.id == message_id, Message.state.in_((MessageState.CLAIMED, MessageState.WAITING)))
        .values(state=state, claimed_at=None, **values),
        execution_options={"synchronize_session": False},
    )


def _unless_forgotten(**texts: str) -> dict[str, Any]:
    """Keep words out of the record of somebody who was erased while their letter was on its way."""
    return {name: sa.case((Message.recipient != "", text), else_="") for name, text in texts.items()}

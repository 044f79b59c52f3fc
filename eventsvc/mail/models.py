"""The outbox's rows, and the worker's sign of life."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc.columns import JSON, UTCDateTime, enum_of
from eventsvc.extensions import db


class MessageState(enum.StrEnum):
    """`recorded`: written as sent, by the demo, and never handed to a server."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    REPLACED = "replaced"
    RECORDED = "recorded"


class Message(db.Model):
    """One letter to one person: what it is about, a snapshot of the facts, and what became of it.

    `key` makes the same letter once. `about` names the thing a newer letter replaces an unsent one about.
    `facts` never hold a link of the person's; `sent_text` has a mark in each such place.
    """

    __tablename__ = "messages"
    __table_args__ = (
        sa.Index("ix_messages_due", "state", "due_at"),
        sa.Index("ix_messages_about_state", "about", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    about: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(64))
    language: Mapped[str] = mapped_column(sa.String(8))
    recipient: Mapped[str] = mapped_column(sa.String(255))
    recipient_name: Mapped[str] = mapped_column(sa.String(255), default="")
    reply_to: Mapped[str] = mapped_column(sa.String(255), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id", ondelete="SET NULL"), index=True)
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="SET NULL"), index=True
    )
    speaker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("speakers.id", ondelete="SET NULL"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)

    state: Mapped[MessageState] = mapped_column(enum_of(MessageState), default=MessageState.WAITING)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    message_id: Mapped[str] = mapped_column(sa.String(255))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    sent_subject: Mapped[str] = mapped_column(sa.Text, default="")
    sent_text: Mapped[str] = mapped_column(sa.Text, default="")


class WorkerPulse(db.Model):
    """When a worker last looked; the desk and /readyz read it."""

    __tablename__ = "worker_pulses"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)

"""The sessions that people choose."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc.columns import UTCDateTime
from eventsvc.extensions import db


class Choice(db.Model):
    """A session that somebody put into their own programme.

    `is_waiting`: every seat of the session was taken, and they are on its own waiting list, ordered by `turn`.
    """

    __tablename__ = "choices"
    __table_args__ = (sa.Index("ix_choices_session_id_is_waiting_turn", "session_id", "is_waiting", "turn"),)

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_waiting: Mapped[bool] = mapped_column(default=False)
    turn: Mapped[int] = mapped_column(default=0)

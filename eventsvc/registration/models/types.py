"""The ways to take part that an event offers."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc.columns import UTCDateTime, enum_of, public_id
from eventsvc.events.models import Mode
from eventsvc.extensions import db


class Visibility(enum.StrEnum):
    """Who is offered a ticket type."""

    EVERYONE = "everyone"
    CODE = "access code"
    DOMAIN = "e-mail domain"
    INVITATION = "personal invitation"


class TicketType(db.Model):
    """A way to take part: "Student, on site". An event without any takes people as it takes place itself.

    `mode` is in person or online, never hybrid: it steers capacity, letter, calendar, check-in and certificate.
    `capacity` None: as many as the event has. `opens_at` and `closes_at` narrow the event's own window. `fee_cents` is
    what it costs, in hundredths of `currency` (ISO 4217); `fee_note` says how it is paid. `domains` are those of
    addresses it is for, one a line, of `Visibility.DOMAIN`. `is_retired`: offered no more, kept by those who have it.
    """

    __tablename__ = "ticket_types"
    __table_args__ = (
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),
        sa.CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR closes_at > opens_at", name="closes_after_it_opens"
        ),
        sa.UniqueConstraint("event_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    mode: Mapped[Mode] = mapped_column(enum_of(Mode), default=Mode.IN_PERSON)
    capacity: Mapped[int | None]
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fee_cents: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    fee_note: Mapped[str] = mapped_column(sa.String(500), default="")
    fee_due_days: Mapped[int | None]
    visibility: Mapped[Visibility] = mapped_column(enum_of(Visibility), default=Visibility.EVERYONE)
    domains: Mapped[str] = mapped_column(sa.Text, default="")
    is_retired: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}

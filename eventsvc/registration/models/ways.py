"""The ways in besides the open form: personal invitations, access codes, groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc.columns import JSON, UTCDateTime, public_id
from eventsvc.extensions import db


class PersonalInvitation(db.Model):
    """An invitation to one person to register, by a link of their own.

    `is_locked`: for this address alone. `skips_window`: also before registration opens and after it closes. Until
    `reserved_until` it holds a seat of its ticket type. It is used once: `registration_id` is what became of it.
    """

    __tablename__ = "personal_invitations"
    __table_args__ = (sa.Index("ix_personal_invitations_event_id_reserved_until", "event_id", "reserved_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ticket_types.id", ondelete="SET NULL"), index=True
    )
    given_name: Mapped[str] = mapped_column(sa.String(120), default="")
    family_name: Mapped[str] = mapped_column(sa.String(120), default="")
    email: Mapped[str | None] = mapped_column(sa.String(255))
    email_folded: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(8))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    is_locked: Mapped[bool] = mapped_column(default=True)
    skips_window: Mapped[bool] = mapped_column(default=False)
    reserved_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    link_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    link_sealed: Mapped[str | None] = mapped_column(sa.Text)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="SET NULL"), index=True
    )
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class AccessCode(db.Model):
    """A word that lets people at a ticket type, so many of them; `code` is folded. `uses` None: any number."""

    __tablename__ = "access_codes"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "code"),
        sa.CheckConstraint("uses IS NULL OR uses > 0", name="uses_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    ticket_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket_types.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(sa.String(64))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    uses: Mapped[int | None]
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_stopped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RegistrationGroup(db.Model):
    """Several people registered by one contact, each with a registration and links of their own.

    The contact's link shows who is in it and how each stands; `Registration.group_place` is their place in it, from 1.
    Where addresses are to be proven nobody is told that one is known: `known` has those whose address was registered
    already, each with the `id` of that registration, the `name` that the contact wrote, and the `place`.
    """

    __tablename__ = "registration_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    contact_name: Mapped[str] = mapped_column(sa.String(240), default="")
    contact_email: Mapped[str | None] = mapped_column(sa.String(255))
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submission_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    known: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    link_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    link_sealed: Mapped[str | None] = mapped_column(sa.Text)

"""Organisers, their roles, and the audit log."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import JSON, UTCDateTime, enum_of
from eventsvc.extensions import db

# Stands before the secret of an organiser's feed and in no other, so that a poll knows at once which table to ask.
FEED_MARK = "o."

_user_roles = sa.Table(
    "user_roles",
    db.metadata,
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class EventRole(enum.StrEnum):
    """What somebody may do at one event; `leave.MAY` says what each includes."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    DOOR = "door"


class Role(db.Model, RoleMixin):
    """A role for the whole site; there is one, `admin`."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    description: Mapped[str | None] = mapped_column(sa.String(255))
    permissions: Mapped[Any] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)


class User(db.Model, UserMixin):
    """An organiser's account. Flask-Security finds it by this name; the columns from `password` on are its own.

    `feed_*` open the calendar of their events: a digest to find the secret by, and the secret sealed to write it again.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str | None] = mapped_column(sa.String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    feed_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    feed_sealed: Mapped[str | None] = mapped_column(sa.Text)
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    # Of the last code that was taken: which half minute since 1970 it was made for.
    tf_last_counter: Mapped[int | None]
    tf_phone_number: Mapped[str | None] = mapped_column(sa.String(128))
    mf_recovery_codes: Mapped[Any] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)
    roles: Mapped[list[Role]] = relationship(secondary=_user_roles, lazy="selectin")  # type: ignore[assignment]
    memberships: Mapped[list[Membership]] = relationship(back_populates="user", cascade="all, delete-orphan")

    @property
    def is_admin(self) -> bool:
        return any(role.name == "admin" for role in self.roles)

    @property
    def shown_name(self) -> str:
        return self.name or self.email


class Membership(db.Model):
    """The role a user holds at one event."""

    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("user_id", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    role: Mapped[EventRole] = mapped_column(enum_of(EventRole))
    user: Mapped[User] = relationship(back_populates="memberships")


class AuditEntry(db.Model):
    """One act: who did what to which row, what it was before and after, and why."""

    __tablename__ = "audit_entries"
    __table_args__ = (sa.Index("ix_audit_entries_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    act: Mapped[str] = mapped_column(sa.String(64))
    actor: Mapped[str] = mapped_column(sa.String(16))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(32))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    user: Mapped[User | None] = relationship()

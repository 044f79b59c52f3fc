"""One row for each thing a calendar shows, and one counter for each event's calendar."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc.columns import JSON, UTCDateTime, enum_of
from eventsvc.extensions import db


class EntryKind(enum.StrEnum):
    EVENT = "event"
    SESSION = "session"


_is_event = sa.text("kind = 'event'")


class CalendarVersion(db.Model):
    """Counts the changes in what an event's calendar shows; it only rises, so that the sum over all events does too.

    A table of its own: a poll reads it without the event, and raising it is no edit of the event (`revision`).
    `listing` is what decides in which lists the event stands; a change in it is a new version, but no news in an entry.
    `buried_at` is when something last vanished: until its tombstone goes, the feed changes with the day.
    """

    __tablename__ = "calendar_versions"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    listing: Mapped[str] = mapped_column(sa.String(64), default="")
    buried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Entry(db.Model):
    """A VEVENT as a row: its random uid, its sequence, the facts it shows and the bytes they were written to.

    `body` is public; `entitled_body` is for people who hold a seat (it has the join link, and how to cancel), and NULL
    where the two are the same. `track`, `session_kind` and `room_ids` (public ids, each between spaces) are what feeds
    are narrowed by; what vanished keeps them. `facts` and `entitled_facts` are `ics.Showing` as JSON. `gone_at` marks
    a tombstone: written as CANCELLED until 30 days later. `writer` is the `ics.WRITER` that wrote the bytes.
    """

    __tablename__ = "entries"
    __table_args__ = (
        sa.Index("uq_entries_event", "event_id", unique=True, postgresql_where=_is_event, sqlite_where=_is_event),
        sa.Index("ix_entries_event_id_starts_at", "event_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[EntryKind] = mapped_column(enum_of(EntryKind))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    # A deleted session leaves its entry behind as a tombstone.
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sessions.id", ondelete="SET NULL"), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    timezone: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    writer: Mapped[str] = mapped_column(sa.String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    entitled_facts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    entitled_body: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    track: Mapped[str] = mapped_column(sa.String(120), default="")
    session_kind: Mapped[str] = mapped_column(sa.String(32), default="")
    room_ids: Mapped[str] = mapped_column(sa.Text, default="")

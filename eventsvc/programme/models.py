"""The programme of an event: sessions in slots, rooms, tracks, and the people who speak."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import UTCDateTime, enum_of, public_id
from eventsvc.events.models import Event
from eventsvc.extensions import db


class SessionKind(enum.StrEnum):
    TALK = "talk"
    KEYNOTE = "keynote"
    PANEL = "panel"
    WORKSHOP = "workshop"
    SOCIAL = "social"
    BREAK = "break"
    OTHER = "other"


class SessionStatus(enum.StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class SpeakerRole(enum.StrEnum):
    SPEAKER = "speaker"
    CHAIR = "chair"
    PANELLIST = "panellist"
    TUTOR = "tutor"


class Room(db.Model):
    __tablename__ = "rooms"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    capacity: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)


class Track(db.Model):
    """A thread through the programme; `colour` is 1 to 6, a track colour of the stylesheet."""

    __tablename__ = "tracks"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    colour: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)


class Session(db.Model):
    """An item of the programme. Its slot is `starts_at`, `ends_at` and the room; all three may wait to be set."""

    __tablename__ = "sessions"
    __table_args__ = (
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times_or_none"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_starts"),
        sa.Index("ix_sessions_event_id_starts_at", "event_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(sa.String(300))
    abstract: Mapped[str] = mapped_column(sa.Text, default="")
    kind: Mapped[SessionKind] = mapped_column(enum_of(SessionKind), default=SessionKind.TALK)
    status: Mapped[SessionStatus] = mapped_column(enum_of(SessionStatus), default=SessionStatus.PLANNED)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(sa.String(8))
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    room_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rooms.id", ondelete="SET NULL"), index=True)
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tracks.id", ondelete="SET NULL"), index=True)
    slides_url: Mapped[str] = mapped_column(sa.String(500), default="")
    recording_url: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    room: Mapped[Room | None] = relationship()
    track: Mapped[Track | None] = relationship()
    appearances: Mapped[list[Appearance]] = relationship(
        back_populates="session", order_by="Appearance.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}


class Speaker(db.Model):
    """A person who speaks, at any number of events."""

    __tablename__ = "speakers"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    name: Mapped[str] = mapped_column(sa.String(200))
    affiliation: Mapped[str] = mapped_column(sa.String(200), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    biography: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str] = mapped_column(sa.String(255), default="")


class Appearance(db.Model):
    """A speaker in a role in one session."""

    __tablename__ = "appearances"
    __table_args__ = (sa.UniqueConstraint("session_id", "speaker_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id", ondelete="CASCADE"))
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey("speakers.id", ondelete="CASCADE"), index=True)
    role: Mapped[SpeakerRole] = mapped_column(enum_of(SpeakerRole), default=SpeakerRole.SPEAKER)
    position: Mapped[int] = mapped_column(default=0)
    session: Mapped[Session] = relationship(back_populates="appearances")
    speaker: Mapped[Speaker] = relationship()

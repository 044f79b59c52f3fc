"""The programme of an event: sessions in slots, rooms, tracks, and the people who speak."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import JSON, UTCDateTime, enum_of, public_id
from eventsvc.events.models import Event
from eventsvc.extensions import db

# Stands before the secret of a speaker's feed and in no other, so that a poll knows at once which table to ask; secrets
# that were made before it do without, and cost one question more.
FEED_MARK = "s."


class SessionKind(enum.StrEnum):
    TALK = "talk"
    KEYNOTE = "keynote"
    PANEL = "panel"
    WORKSHOP = "workshop"
    SOCIAL = "social"
    BREAK = "break"
    BLOCK = "block"
    OTHER = "other"


class SessionStatus(enum.StrEnum):
    """`REMOVED`: taken out, while the published programme still has it; it goes with the next version."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class SpeakerRole(enum.StrEnum):
    SPEAKER = "speaker"
    CHAIR = "chair"
    PANELLIST = "panellist"
    TUTOR = "tutor"


class Answer(enum.StrEnum):
    """What somebody said to being asked to speak."""

    NOT_ASKED = "not asked"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


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
    """A thread through the programme; `colour` is one of `colours`, a track colour of the stylesheet."""

    __tablename__ = "tracks"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    colour: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)


session_rooms = sa.Table(
    "session_rooms",
    db.metadata,
    sa.Column("session_id", sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("room_id", sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Session(db.Model):
    """An item of the programme. Its slot is `starts_at`, `ends_at` and the room; all three may wait to be set.

    `further_rooms` are those it takes besides `room`. `parent` is the block that it is part of. `capacity` is how many
    people it has seats for, None: it has no limit of its own. `source_id` is its id in the file it was imported from.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times_or_none"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_starts"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        sa.UniqueConstraint("event_id", "source_id"),
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
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sessions.id", ondelete="SET NULL"), index=True)
    capacity: Mapped[int | None]
    source_id: Mapped[str | None] = mapped_column(sa.String(200))
    slides_url: Mapped[str] = mapped_column(sa.String(500), default="")
    recording_url: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    room: Mapped[Room | None] = relationship()
    further_rooms: Mapped[list[Room]] = relationship(secondary=session_rooms, order_by=(Room.position, Room.name))
    track: Mapped[Track | None] = relationship()
    parent: Mapped[Session | None] = relationship(remote_side=[id])
    appearances: Mapped[list[Appearance]] = relationship(
        back_populates="session", order_by="Appearance.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}

    @property
    def rooms(self) -> list[Room]:
        """All rooms it takes, the main one first."""
        return [*([self.room] if self.room else []), *self.further_rooms]


class Speaker(db.Model):
    """A person who speaks, at any number of events.

    `links` is a list of {label, url}. `photo_digest` names the picture that is kept. `link_*` open their own card,
    `feed_*` their calendar: a digest to find the secret by, and the secret sealed to write it again. `language` is
    that of letters to them. `erased_at`: when they took their card away; the name stays in programmes.
    """

    __tablename__ = "speakers"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    name: Mapped[str] = mapped_column(sa.String(200))
    affiliation: Mapped[str] = mapped_column(sa.String(200), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    biography: Mapped[str] = mapped_column(sa.Text, default="")
    email: Mapped[str] = mapped_column(sa.String(255), default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    orcid: Mapped[str] = mapped_column(sa.String(19), default="")
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    photo_digest: Mapped[str | None] = mapped_column(sa.String(64))
    link_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    link_sealed: Mapped[str | None] = mapped_column(sa.Text)
    feed_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    feed_sealed: Mapped[str | None] = mapped_column(sa.Text)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}


class FormerSpeaker(db.Model):
    """The public id of a card that was made one with another; its page leads to that one's."""

    __tablename__ = "former_speakers"

    public_id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey("speakers.id", ondelete="CASCADE"), index=True)


class Appearance(db.Model):
    """A speaker in a role in one session, and what they say to it; `note` is a sentence to their answer."""

    __tablename__ = "appearances"
    __table_args__ = (sa.UniqueConstraint("session_id", "speaker_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id", ondelete="CASCADE"))
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey("speakers.id", ondelete="CASCADE"), index=True)
    role: Mapped[SpeakerRole] = mapped_column(enum_of(SpeakerRole), default=SpeakerRole.SPEAKER)
    position: Mapped[int] = mapped_column(default=0)
    answer: Mapped[Answer] = mapped_column(enum_of(Answer), default=Answer.NOT_ASKED)
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    session: Mapped[Session] = relationship(back_populates="appearances")
    speaker: Mapped[Speaker] = relationship()


class FreeTime(db.Model):
    """When a speaker is free at an event, as they said; without any such row they are free all the time."""

    __tablename__ = "free_times"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        sa.Index("ix_free_times_event_id_speaker_id", "event_id", "speaker_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey("speakers.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Slides(db.Model):
    """A file that somebody uploaded for a session; `digest` (SHA-256) names where its bytes are kept."""

    __tablename__ = "slides"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    speaker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("speakers.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AcceptedClash(db.Model):
    """A clash that an organiser let stand; `key` tells it from others, `sentence` is how it was told to them."""

    __tablename__ = "accepted_clashes"
    __table_args__ = (sa.UniqueConstraint("event_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(200))
    sentence: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Version(db.Model):
    """A version of a programme that was published; the last one is what the public sees.

    `changes` is what differed from the one before, as `changes.Change.to_json` writes it. `is_quiet`: nobody was told.
    `stamp` counts what is shown beside the version and changes without a new one: slides and recordings.
    """

    __tablename__ = "programme_versions"
    __table_args__ = (sa.UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    is_quiet: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    stamp: Mapped[int] = mapped_column(default=0)


class PublishedSession(db.Model):
    """A session as the last published version shows it: `facts` is `published.facts_of`, in order of time."""

    __tablename__ = "published_sessions"
    __table_args__ = (sa.Index("ix_published_sessions_event_id_position", "event_id", "position"),)

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True)
    position: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class PublishedVoice(db.Model):
    """A speaker whom the published facts of a session name: what their own feed and their page look by."""

    __tablename__ = "published_voices"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    speaker_id: Mapped[int] = mapped_column(
        sa.ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True, index=True
    )

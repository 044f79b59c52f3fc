"""One row for each thing a calendar shows, and one counter for each event's calendar."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventsvc import clock
from eventsvc.columns import JSON, UTCDateTime, enum_of
from eventsvc.extensions import db


class EntryKind(enum.StrEnum):
    EVENT = "event"
    SESSION = "session"


_is_event = sa.text("kind = 'event'")


class CalendarVersion(db.Model):
    """Counts the changes in what an event's calendar shows; it only rises, so that the sum over all events does too.

    A table of its own: a poll reads it without the event, and raising it is no edit of the event (`revision`).
    `changed_at` is when it last rose, also for what vanished. `buried_at` is when something last vanished: until its
    tombstone goes, the feed changes with the day. `listing` is what decides in which lists the event stands; a change
    in it is a new version, but no news in an entry.
    """

    __tablename__ = "calendar_versions"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    listing: Mapped[str] = mapped_column(sa.String(64), default="")
    buried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Entry(db.Model):
    """A VEVENT as a row: its random uid, its sequence, the facts it shows and the bytes they were written to.

    `body` is public; `entitled_body` is for people who hold a seat (it has the join link, and how to cancel), and NULL
    where the two are the same. `track`, `track_id`, `session_kind` and `room_ids` (public ids, each between spaces) are
    what the feed of an event is narrowed by, `listed_as` what lists of events are (None: it stands in none); what
    vanished keeps them. `facts` and `entitled_facts` are `ics.Showing` as JSON. `gone_at` marks a tombstone: written as
    CANCELLED until 30 days later. `writer` is the `writing.writer()` that wrote the bytes.
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
    # A deleted session leaves its entry behind as a tombstone, which is found by the public id it had.
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sessions.id", ondelete="SET NULL"), unique=True)
    session_public_id: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
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
    track_id: Mapped[str] = mapped_column(sa.String(16), default="")
    session_kind: Mapped[str] = mapped_column(sa.String(32), default="")
    room_ids: Mapped[str] = mapped_column(sa.Text, default="")
    listed_as: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class FormerShelf(db.Model):
    """Where an entry stood until `left_at`: in the feed of another track, room or type, or in other lists of events.

    `body` is the entry as those feeds strike it out: the facts they showed last, as CANCELLED, until 30 days later.
    """

    __tablename__ = "former_shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    left_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    track: Mapped[str] = mapped_column(sa.String(120), default="")
    track_id: Mapped[str] = mapped_column(sa.String(16), default="")
    session_kind: Mapped[str] = mapped_column(sa.String(32), default="")
    room_ids: Mapped[str] = mapped_column(sa.Text, default="")
    listed_as: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)


class FormerTrack(db.Model):
    """A name that a track of an event had: whoever subscribed to it by that name goes on with the track."""

    __tablename__ = "former_tracks"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    track_id: Mapped[str] = mapped_column(sa.String(16))


class FormerSeat(db.Model):
    """Somebody had a session in their own programme until `left_at`: it was deleted, or they gave up their place."""

    __tablename__ = "former_seats"

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True)
    left_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FormerVoice(db.Model):
    """Somebody spoke in a session and left it, or came back, at `moved_at`.

    `offset` is added to the entry's sequence in their own feed, as `calendar_offset` is to that of an attendee: leaving
    and coming back are news for them alone. Each raises it by one, so it is odd for those who have left.
    """

    __tablename__ = "former_voices"

    speaker_id: Mapped[int] = mapped_column(sa.ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True, index=True)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    offset: Mapped[int] = mapped_column(default=1)


class Program(enum.StrEnum):
    """The families of calendar programs that people ask about."""

    GOOGLE = "google"
    APPLE = "apple"
    OUTLOOK = "outlook"
    THUNDERBIRD = "thunderbird"
    OTHER = "other"


class ListenerSalt(db.Model):
    """The secret of one day, by which its listeners' digests are made; deleted with them, the day after.

    Without it nobody can tell which address a digest was made from, or follow somebody from one day to the next.
    """

    __tablename__ = "listener_salts"

    on: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Listener(db.Model):
    """Somebody who asked for a feed today: a cut digest of who they are, and how often they asked.

    `address` is the public feed's path; of personal feeds it is empty, as all of an event's are counted together.
    `event_id` is NULL for feeds of many events.
    """

    __tablename__ = "listeners"
    __table_args__ = (sa.Index("ix_listeners_event_id", "event_id"),)

    on: Mapped[date] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    feed: Mapped[str] = mapped_column(sa.String(32))
    address: Mapped[str] = mapped_column(sa.String(200))
    program: Mapped[Program] = mapped_column(enum_of(Program))
    is_hosted: Mapped[bool]
    polls: Mapped[int]
    polled_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ListenersOfDay(db.Model):
    """How many listened on a day that is over: by feed and program, without anything that tells one from another.

    `fewest_polls` is how often the slowest of them asked.
    """

    __tablename__ = "listeners_of_days"
    __table_args__ = (sa.Index("ix_listeners_of_days_event_id_on", "event_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    feed: Mapped[str] = mapped_column(sa.String(32))
    address: Mapped[str] = mapped_column(sa.String(200))
    program: Mapped[Program] = mapped_column(enum_of(Program))
    is_hosted: Mapped[bool]
    listeners: Mapped[int]
    polls: Mapped[int]
    fewest_polls: Mapped[int]
    polled_at: Mapped[datetime] = mapped_column(UTCDateTime)

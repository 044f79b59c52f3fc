"""Registrations and the turnstile they pass."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import UTCDateTime, enum_of
from eventsvc.events.models import Event
from eventsvc.extensions import db


class State(enum.StrEnum):
    """Where a registration is in its life; see docs/concepts.md for the way from one to the next."""

    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE = (State.APPLIED, State.WAITLISTED, State.OFFERED, State.CONFIRMED)
SEATED = (State.OFFERED, State.CONFIRMED)


class Origin(enum.StrEnum):
    """The door a registration came in by."""

    PAGE = "page"
    DESK = "desk"
    IMPORT = "import"
    API = "api"


class TokenKind(enum.StrEnum):
    """What a link opens: a registration or its feed, a speaker's card or their feed."""

    MANAGE = "manage"
    FEED = "feed"
    CARD = "card"
    CARD_FEED = "card feed"


OF_REGISTRATION = (TokenKind.MANAGE, TokenKind.FEED)


class Turnstile(db.Model):
    """One narrow row per event: whoever updates it holds it, and nobody counts seats beside them.

    `turn` only rises; it is given under the lock and orders the waiting list.
    """

    __tablename__ = "turnstiles"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    turn: Mapped[int] = mapped_column(default=0)


_is_live = sa.text("state IN ('applied', 'waitlisted', 'offered', 'confirmed') AND email_folded IS NOT NULL")


class Registration(db.Model):
    """One person's registration for one event.

    Erased people keep their row with name, address and answers taken out, so that seat counts stay true.
    `calendar_offset` is added to an entry's sequence in this person's invitations and feed, as calendars ignore what
    does not count higher than what they were sent: giving up a seat raises it by one, and so does registering again
    after that; another address raises it by two, as its calendar takes over from the old one's. So it is odd for people
    who gave up a seat, and for nobody else. `is_feed_of_all` lets the personal feed show whatever else the same address
    is registered for; `feed_has_deadlines` puts offers and deadlines into it. `proven_digest` is that of a manage link
    that no page has shown: whoever opens it reads the address's letters.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        sa.Index(
            "uq_registrations_live_address",
            "event_id",
            "email_folded",
            unique=True,
            postgresql_where=_is_live,
            sqlite_where=_is_live,
        ),
        sa.UniqueConstraint("event_id", "reference"),
        sa.UniqueConstraint("event_id", "submission_key"),
        sa.Index("ix_registrations_event_id_state_turn", "event_id", "state", "turn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    reference: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[State] = mapped_column(enum_of(State))
    turn: Mapped[int]
    origin: Mapped[Origin] = mapped_column(enum_of(Origin))

    given_name: Mapped[str] = mapped_column(sa.String(120), default="")
    family_name: Mapped[str] = mapped_column(sa.String(120), default="")
    email: Mapped[str | None] = mapped_column(sa.String(255))
    email_folded: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    language: Mapped[str] = mapped_column(sa.String(8))

    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state_at: Mapped[datetime] = mapped_column(UTCDateTime)
    offer_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    consent_version: Mapped[str | None] = mapped_column(sa.String(32))
    consented_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    link_sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submission_key: Mapped[str | None] = mapped_column(sa.String(64))
    note: Mapped[str] = mapped_column(sa.Text, default="")

    manage_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    manage_sealed: Mapped[str | None] = mapped_column(sa.Text)
    feed_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    feed_sealed: Mapped[str | None] = mapped_column(sa.Text)
    calendar_offset: Mapped[int] = mapped_column(default=0)
    proven_digest: Mapped[str | None] = mapped_column(sa.String(64))
    is_feed_of_all: Mapped[bool] = mapped_column(default=False)
    feed_has_deadlines: Mapped[bool] = mapped_column(default=False)
    has_chosen: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    revision: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()

    __mapper_args__ = {"version_id_col": revision}

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_proven(self) -> bool:
        """Tell whether the link to the manage page came by letter alone."""
        return self.manage_digest is not None and self.manage_digest == self.proven_digest

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def has_seat(self) -> bool:
        return self.state in SEATED


class Choice(db.Model):
    """A session that somebody put into their own programme."""

    __tablename__ = "choices"

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RetiredToken(db.Model):
    """The digest of a link that was replaced or erased, so that it answers 410. Nothing of its owner is kept."""

    __tablename__ = "retired_tokens"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[TokenKind] = mapped_column(enum_of(TokenKind))
    retired_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_erased: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

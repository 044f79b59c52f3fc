"""Registrations, their life, and the turnstile they pass."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import UTCDateTime, enum_of
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.registration.models.types import TicketType


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


class OfferKind(enum.StrEnum):
    """What an offered seat waits for: somebody's yes, or the proof that their address is theirs."""

    SEAT = "seat"
    PROOF = "proof"


class Payment(enum.StrEnum):
    """Where the fee stands; it is kept by hand."""

    UNPAID = "unpaid"
    PAID = "paid"
    WAIVED = "waived"
    REFUNDED = "refunded"


class TokenKind(enum.StrEnum):
    """What a link opens: a registration or its feed, a speaker's card or their feed, an invitation, a group."""

    MANAGE = "manage"
    FEED = "feed"
    CARD = "card"
    CARD_FEED = "card feed"
    INVITATION = "invitation"
    GROUP = "group"


OF_REGISTRATION = (TokenKind.MANAGE, TokenKind.FEED)


class Turnstile(db.Model):
    """One narrow row per event: whoever updates it holds it, and nobody counts seats beside them.

    `turn` only rises; it is given under the lock and orders the waiting list. `form` names what the event asks as it is
    now: another name after each change, empty while it asks nothing.
    """

    __tablename__ = "turnstiles"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    turn: Mapped[int] = mapped_column(default=0)
    form: Mapped[str] = mapped_column(sa.String(16), default="")


_is_due = sa.text("state = 'offered' OR interest_due_at IS NOT NULL")
_is_live = sa.text("state IN ('applied', 'waitlisted', 'offered', 'confirmed') AND email_folded IS NOT NULL")
_is_wishing = sa.text("wants_type_id IS NOT NULL")


class Registration(db.Model):
    """One person's registration for one event.

    Erased people keep their row with name, address and answers taken out, so that seat counts stay true.
    `calendar_offset` is added to an entry's sequence in this person's invitations and feed, as calendars ignore what
    does not count higher than what they were sent: giving up a seat raises it by one, and so does registering again
    after that; another address raises it by two, as its calendar takes over from the old one's. So it is odd for people
    who gave up a seat, and for nobody else. `is_feed_of_all` lets the personal feed show whatever else the same address
    is registered for; `feed_has_deadlines` puts offers and deadlines into it. `proven_digest` is that of a manage link
    that no page has shown: whoever opens it reads the address's letters.

    `came_from` is the state before this one. The waiting list goes by `priority`, the higher first, then by `turn`.
    An offered seat is held until `offer_expires_at`; `offer_kind` is what it waits for, of somebody on the waiting list
    PROOF where their address is still to be proven. Until `interest_due_at` a
    waiting person has to say that they still want to come. `has_chosen`: they chose sessions at some time, so that an
    empty own programme is meant. `fee_cents` is what they agreed to pay, `payment` None: nothing. `paid_cents` is
    what was paid and not paid back; after a switch the fee may be higher or lower than that.

    Whoever has a seat and would rather have one of another ticket type keeps theirs until there is one: `wants_type_id`
    is that type, `wants_turn` the turn of the wish, by which it is served among those who wait, and `wants_code_id` the
    access code that came with it.
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
        # Holds all that seats are counted by, so that 50,000 people are counted without reading their rows.
        sa.Index("ix_registrations_seats", "event_id", "ticket_type_id", "state", "offer_expires_at"),
        sa.Index(
            "ix_registrations_wishes",
            "event_id",
            "wants_type_id",
            postgresql_where=_is_wishing,
            sqlite_where=_is_wishing,
        ),
        # Few are ever in it: the worker looks every minute for those whose time is over.
        sa.Index(
            "ix_registrations_due",
            "offer_expires_at",
            "interest_due_at",
            postgresql_where=_is_due,
            sqlite_where=_is_due,
        ),
        sa.CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        sa.CheckConstraint("(wants_type_id IS NULL) = (wants_turn IS NULL)", name="both_of_a_wish_or_none"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    reference: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[State] = mapped_column(enum_of(State))
    came_from: Mapped[State | None] = mapped_column(enum_of(State))
    turn: Mapped[int]
    priority: Mapped[int] = mapped_column(default=0)
    ticket_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket_types.id"), index=True)
    wants_type_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket_types.id"))
    wants_turn: Mapped[int | None]
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
    offer_kind: Mapped[OfferKind | None] = mapped_column(enum_of(OfferKind))
    interest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
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
    has_chosen: Mapped[bool] = mapped_column(default=False)

    access_code_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("access_codes.id", ondelete="SET NULL"), index=True
    )
    wants_code_id: Mapped[int | None] = mapped_column(sa.ForeignKey("access_codes.id", ondelete="SET NULL"), index=True)
    group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registration_groups.id", ondelete="SET NULL"), index=True
    )
    group_place: Mapped[int | None]
    fee_cents: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    paid_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    payment: Mapped[Payment | None] = mapped_column(enum_of(Payment))
    payment_reference: Mapped[str] = mapped_column(sa.String(80), default="")
    payment_due_on: Mapped[date | None]
    payment_marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    payment_marked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    ticket_type: Mapped[TicketType | None] = relationship(foreign_keys=[ticket_type_id])
    wants_type: Mapped[TicketType | None] = relationship(foreign_keys=[wants_type_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def mode(self) -> Mode:
        """How they take part: as their ticket type says, else as the event takes place."""
        return self.ticket_type.mode if self.ticket_type else self.event.mode

    @property
    def is_proven(self) -> bool:
        """Tell whether the link to the manage page came by letter alone."""
        return self.manage_digest is not None and self.manage_digest == self.proven_digest

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def has_seat(self) -> bool:
        """Whether a seat is held for them; an offered one is not theirs yet (`is_confirmed`)."""
        return self.state in SEATED

    @property
    def is_confirmed(self) -> bool:
        return self.state is State.CONFIRMED

    @property
    def is_to_prove(self) -> bool:
        """Whether they are still to prove that their address is theirs."""
        return self.offer_kind is OfferKind.PROOF and self.state in (State.OFFERED, State.WAITLISTED)


class RetiredToken(db.Model):
    """The digest of a link that was replaced or erased, so that it answers 410. Nothing of its owner is kept."""

    __tablename__ = "retired_tokens"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[TokenKind] = mapped_column(enum_of(TokenKind))
    retired_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_erased: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

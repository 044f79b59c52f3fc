"""Events, the series they belong to, where they are and with whom."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc import clock
from eventsvc.columns import UTCDateTime, enum_of
from eventsvc.extensions import db


class Kind(enum.StrEnum):
    SUMMER_SCHOOL = "summer school"
    WINTER_SCHOOL = "winter school"
    WEBINAR = "webinar"
    SYMPOSIUM = "symposium"
    CONFERENCE = "conference"
    FAIR = "fair"
    COMMUNITY_EVENT = "community event"
    COURSE = "course"


class Mode(enum.StrEnum):
    IN_PERSON = "in person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Status(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class PartnerRole(enum.StrEnum):
    HOST = "host"
    CO_ORGANISER = "co-organiser"
    CONSORTIUM = "consortium"
    CONSORTIUM_MEMBER = "consortium member"
    SPONSOR = "sponsor"
    EXHIBITOR = "exhibitor"
    PROMOTION = "promotion"


class LinkKind(enum.StrEnum):
    """What remains of an event, or belongs to it."""

    RECORDING = "recording"
    MATERIALS = "materials"
    ARTICLE = "article"
    OTHER = "other"


class Series(db.Model):
    """Editions that belong together."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    events: Mapped[list[Event]] = relationship(back_populates="series")


class Venue(db.Model):
    """A place people travel to."""

    __tablename__ = "venues"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postcode: Mapped[str] = mapped_column(sa.String(20), default="")
    city: Mapped[str] = mapped_column(sa.String(120), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="")
    map_url: Mapped[str] = mapped_column(sa.String(500), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Partner(db.Model):
    """An organisation that events are held with."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    url: Mapped[str] = mapped_column(sa.String(500), default="")


class Event(db.Model):
    """One event. `starts_at` and `ends_at` are both set or both not ("date to follow").

    `is_all_day`: the two are local midnights, the end exclusive. `capacity` None: no limit. A freed seat is offered
    for `offer_hours` to whoever is next; None: it is theirs at once. A newcomer's seat is held for `proof_hours` until
    they used the link in their letter; None: no proof is asked. Until `changes_close_at` people change what they
    registered by themselves; None: until the end.
    `revision` counts writes of this row.
    """

    __tablename__ = "events"
    __table_args__ = (
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times_or_none"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_starts"),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),
        sa.CheckConstraint(
            "registration_opens_at IS NULL OR registration_closes_at IS NULL "
            "OR registration_closes_at > registration_opens_at",
            name="closes_after_it_opens",
        ),
        sa.CheckConstraint("offer_hours IS NULL OR offer_hours > 0", name="offer_hours_positive"),
        sa.CheckConstraint("proof_hours IS NULL OR proof_hours > 0", name="proof_hours_positive"),
        sa.Index("ix_events_listing", "status", "is_unlisted", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.String(500), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    kind: Mapped[Kind] = mapped_column(enum_of(Kind))
    mode: Mapped[Mode] = mapped_column(enum_of(Mode), default=Mode.IN_PERSON)
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    status: Mapped[Status] = mapped_column(enum_of(Status), default=Status.DRAFT)
    is_unlisted: Mapped[bool] = mapped_column(default=False)
    palette: Mapped[str | None] = mapped_column(sa.String(16))

    timezone: Mapped[str] = mapped_column(sa.String(64), default=clock.home)
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_all_day: Mapped[bool] = mapped_column(default=False)

    room: Mapped[str] = mapped_column(sa.String(200), default="")
    join_url: Mapped[str] = mapped_column(sa.String(500), default="")
    costs: Mapped[str] = mapped_column(sa.String(200), default="")
    audience: Mapped[str] = mapped_column(sa.Text, default="")
    benefits: Mapped[str] = mapped_column(sa.Text, default="")
    accessibility: Mapped[str] = mapped_column(sa.Text, default="")
    contact_name: Mapped[str] = mapped_column(sa.String(200), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(255), default="")

    accepts_registrations: Mapped[bool] = mapped_column(default=True)
    registration_opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    capacity: Mapped[int | None]
    has_waiting_list: Mapped[bool] = mapped_column(default=True)
    is_list_stopped: Mapped[bool] = mapped_column(default=False)
    offer_hours: Mapped[int | None]
    proof_hours: Mapped[int | None]
    changes_close_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepts_groups: Mapped[bool] = mapped_column(default=False)
    retention_days: Mapped[int] = mapped_column(default=30)

    # What is told of editions from before this service kept their registrations.
    attendance_note: Mapped[str] = mapped_column(sa.String(200), default="")
    cancellation_note: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    preview_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    preview_sealed: Mapped[str | None] = mapped_column(sa.Text)
    revision: Mapped[int] = mapped_column(default=1)

    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("series.id", ondelete="SET NULL"), index=True)
    venue_id: Mapped[int | None] = mapped_column(sa.ForeignKey("venues.id", ondelete="SET NULL"), index=True)
    series: Mapped[Series | None] = relationship(back_populates="events")
    venue: Mapped[Venue | None] = relationship()
    partners: Mapped[list[EventPartner]] = relationship(
        back_populates="event", order_by="EventPartner.position", cascade="all, delete-orphan"
    )
    links: Mapped[list[EventLink]] = relationship(
        back_populates="event", order_by="EventLink.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}

    @property
    def is_public(self) -> bool:
        """Whether its page is there for everybody: everything but a draft."""
        return self.status is not Status.DRAFT

    @property
    def cover_seed(self) -> str:
        """The slug whose crc picks the palette, so that editions of a series look related."""
        return self.series.slug if self.series else self.slug


class FormerSlug(db.Model):
    """An address an event had before; it redirects to the one it has."""

    __tablename__ = "former_slugs"

    slug: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)


class EventPartner(db.Model):
    """A partner in its role at one event."""

    __tablename__ = "event_partners"
    __table_args__ = (sa.UniqueConstraint("event_id", "partner_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partners.id"), index=True)
    role: Mapped[PartnerRole] = mapped_column(enum_of(PartnerRole))
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship(back_populates="partners")
    partner: Mapped[Partner] = relationship()


class EventLink(db.Model):
    """A recording, materials, an article: what remains of an event."""

    __tablename__ = "event_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(enum_of(LinkKind))
    label: Mapped[str] = mapped_column(sa.String(200), default="")
    url: Mapped[str] = mapped_column(sa.String(500))
    language: Mapped[str | None] = mapped_column(sa.String(8))
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship(back_populates="links")

"""Finding one event: by its address, by the address it had before, by the link to its draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc import tokens
from eventsvc.calendars.models import Entry, EntryKind
from eventsvc.calendars.showings import Showing
from eventsvc.events.models import Event, EventLink, EventPartner, FormerSlug, LinkKind, Partner, PartnerRole, Status
from eventsvc.events.standing import Places, Standing
from eventsvc.extensions import db
from eventsvc.registration import standings

_LINK_KINDS = {kind.value: kind for kind in LinkKind}
_ROLES = {role.value: role for role in PartnerRole}


class Companion(NamedTuple):
    """A partner in its role."""

    name: str
    url: str
    role: PartnerRole


class Remains(NamedTuple):
    """A recording, materials, an article."""

    kind: LinkKind
    label: str
    url: str
    language: str | None


class Edition(NamedTuple):
    """Another event of the same series."""

    slug: str
    title: str
    status: Status
    starts_at: datetime | None
    ends_at: datetime | None
    timezone: str
    is_all_day: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An event with what its calendar entry shows, where it has one."""

    event: Event
    showing: Showing | None


# Statements are built once: building one costs as much as asking SQLite.
_any_event = (
    sa.select(Event, Entry.facts)
    .outerjoin(Entry, sa.and_(Entry.event_id == Event.id, Entry.kind == EntryKind.EVENT))
    .options(joinedload(Event.series), joinedload(Event.venue))
)
_by_slug = _any_event.where(Event.slug == sa.bindparam("slug"), Event.status != Status.DRAFT)
_by_preview = _any_event.where(Event.preview_digest == sa.bindparam("digest"))
_partners = (
    sa.select(
        sa.literal(0).label("is_link"),
        EventPartner.position,
        EventPartner.id,
        Partner.name,
        Partner.url,
        sa.cast(EventPartner.role, sa.String).label("kind"),
        sa.cast(sa.null(), sa.String).label("language"),
    )
    .join(Partner, Partner.id == EventPartner.partner_id)
    .where(EventPartner.event_id == sa.bindparam("event_id"))
)
_links = sa.select(
    sa.literal(1),
    EventLink.position,
    EventLink.id,
    EventLink.label,
    EventLink.url,
    sa.cast(EventLink.kind, sa.String),
    EventLink.language,
).where(EventLink.event_id == sa.bindparam("event_id"))
_companions: Any = sa.union_all(_partners, _links).order_by("is_link", "position", "id")
_editions = (
    sa.select(Event.slug, Event.title, Event.status, Event.starts_at, Event.ends_at, Event.timezone, Event.is_all_day)
    .where(
        Event.series_id == sa.bindparam("series_id"),
        Event.id != sa.bindparam("without"),
        Event.status != Status.DRAFT,
        Event.is_unlisted.is_(False),
    )
    .order_by(Event.starts_at.desc().nulls_first(), Event.id.desc())
)


def by_slug(slug: str) -> Found | None:
    """Find the event that has this address now, with its series and venue; drafts are not found."""
    return _found(_by_slug, slug=slug)


def by_preview(token: str) -> Found | None:
    """Find the event that a preview link opens, whatever its status."""
    return _found(_by_preview, digest=tokens.digest(token))


def moved_to(slug: str) -> str | None:
    """Return the address an event has now that had this one before; a draft's is not told."""
    return db.session.scalar(
        sa.select(Event.slug).join(FormerSlug).where(FormerSlug.slug == slug, Event.status != Status.DRAFT)
    )


def companions(event_id: int) -> tuple[tuple[Companion, ...], tuple[Remains, ...]]:
    """Return an event's partners and what remains of it, each in its order, in one query."""
    rows: Sequence[Any] = db.session.execute(_companions, {"event_id": event_id}).all()
    return (
        tuple(Companion(row.name, row.url, _ROLES[row.kind]) for row in rows if not row.is_link),
        tuple(Remains(_LINK_KINDS[row.kind], row.name, row.url, row.language) for row in rows if row.is_link),
    )


def editions(series_id: int, *, without: int) -> tuple[Edition, ...]:
    """Return the other listed editions of a series, the newest first and those without a date before them."""
    rows = db.session.execute(_editions, {"series_id": series_id, "without": without})
    return tuple(Edition(*row) for row in rows)


def next_edition(event: Event, others: Sequence[Edition], at: datetime) -> Edition | None:
    """Return the later edition to send people to: one that is open, else one that opens, else one without a date yet.

    Among equals the nearest; None where every later one is full, closed or cancelled.
    """
    after = max(event.starts_at or at, at)
    later = {
        each.slug: each
        for each in others
        if each.status is Status.PUBLISHED and (each.starts_at is None or each.starts_at > after)
    }
    if not later:
        return None
    events = list(db.session.scalars(sa.select(Event).where(Event.slug.in_(later))))
    there = standings.by_event(events, at)
    ranked = [(rank, each) for each in events if (rank := _rank(each, there[each.id])) is not None]
    best = min(ranked, key=lambda pair: (pair[0], pair[1].starts_at or at, pair[1].id), default=None)
    return later[best[1].slug] if best else None


def _rank(event: Event, there: Places) -> int | None:
    if there.is_open:
        return 1 if there.standing is Standing.WAITING else 0
    if there.standing is Standing.OPENS:
        return 2
    return 3 if event.starts_at is None else None


def _found(statement: sa.Select[Any], **values: str) -> Found | None:
    row = db.session.execute(statement, values).first()
    return Found(row[0], Showing.from_json(row[1]) if row[1] else None) if row else None

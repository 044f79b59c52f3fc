"""Public feeds: found by address, known by a version, written by joining rows.

A program polls for years and nearly always has what it asks for, so the version comes from one query that reads
counters, in AUTOCOMMIT: no transaction, no row of the event, no session of the ORM.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.calendars import writing
from eventsvc.calendars.models import CalendarVersion, Entry, FormerShelf
from eventsvc.events.models import Event, FormerSlug, Kind, Mode, Series, Status
from eventsvc.extensions import db
from eventsvc.programme.models import Room, SessionKind
from eventsvc.registration.models import RetiredToken, TokenKind

PAST_DAYS = 60
TOMBSTONE_DAYS = 30


class Detail(enum.StrEnum):
    """What an event is shown as: one entry over all of it, an entry for each session, or both."""

    EVENT = "event"
    SESSIONS = "sessions"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that exists: its version as an ETag without quotes, and what its body is made from.

    `changed_at` is when what it shows last changed, by the stamp beside the version's counter; None where no stamp
    tells.
    """

    version: str
    changed_at: datetime | None = None
    event_id: int | None = None
    timezone: str = "UTC"
    title: str = ""
    slug: str = ""
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a feed of many events is narrowed to."""

    kinds: tuple[Kind, ...] = ()
    modes: tuple[Mode, ...] = ()
    series: str = ""
    languages: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    detail: Detail = Detail.EVENT


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the feed of one event is narrowed to; empty is everything.

    Tracks go by their public ids, or by a name they have or had, rooms by their public ids.
    """

    tracks: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    kinds: tuple[SessionKind, ...] = ()
    detail: Detail | None = None

    @property
    def is_of_a_part(self) -> bool:
        """Tell whether it lets some sessions through and others not."""
        return bool(self.tracks or self.rooms or self.kinds)

    @property
    def shown(self) -> Detail:
        """Return what is shown: all of it, and of a part only the sessions, unless somebody says otherwise."""
        return self.detail or (Detail.SESSIONS if self.is_of_a_part else Detail.BOTH)


EVERYTHING = Narrowing()


event_columns = (
    Event.id,
    Event.title,
    Event.slug,
    Event.timezone,
    CalendarVersion.version,
    CalendarVersion.buried_at,
    CalendarVersion.changed_at,
)
_slug: sa.BindParameter[str] = sa.bindparam("slug")
# An address belongs to one event alone, whether it has it or had it.
_goes_by = Event.id.in_(
    sa.union_all(
        sa.select(Event.id).where(Event.slug == _slug), sa.select(FormerSlug.event_id).where(FormerSlug.slug == _slug)
    )
)
_by_slug = (
    sa.select(*event_columns)
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .where(_goes_by, Event.status != Status.DRAFT)
)
_by_session = (
    sa.select(*event_columns, Entry.id.label("entry_id"))
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .join(Entry, Entry.event_id == Event.id)
    .where(
        # The session itself may be deleted: its entry stays.
        Entry.session_public_id == sa.bindparam("public_id"),
        Event.status != Status.DRAFT,
        _goes_by,
        sa.or_(Entry.gone_at.is_(None), Entry.gone_at > sa.bindparam("since")),
    )
)
_among = sa.bindparam("among", type_=sa.String())
# A room that was taken away on the desk is in the published programme still, and in what is struck out of it.
_has_room = sa.or_(
    sa.exists().where(Room.event_id == Event.id, Room.public_id == sa.bindparam("room")),
    sa.exists().where(Entry.event_id == Event.id, Entry.room_ids.like(_among, escape="/")),
    sa.exists().where(
        Entry.event_id == Event.id, FormerShelf.entry_id == Entry.id, FormerShelf.room_ids.like(_among, escape="/")
    ),
)
_by_room = _by_slug.where(_has_room)
_was_one = sa.select(RetiredToken.kind).where(
    RetiredToken.digest == sa.bindparam("digest"), RetiredToken.kind.in_((TokenKind.FEED, TokenKind.CARD_FEED))
)
_counted = sa.func.coalesce(sa.func.sum(CalendarVersion.version), 0).label("version")
_latest = sa.func.max(CalendarVersion.changed_at).label("changed_at")
_total = sa.select(_counted, _latest)
_by_series = sa.select(
    Series.title,
    sa.select(_counted).scalar_subquery().label("version"),
    sa.select(_latest).scalar_subquery().label("changed_at"),
).where(Series.slug == sa.bindparam("slug"))


def of_event(slug: str, wanted: Narrowing = EVERYTHING, *, at: datetime) -> Found | None:
    """Find an event's feed, also by an address it had before: subscriptions outlive names.

    While a tombstone stands in it, its version has the day in it, as on some day that goes.
    """
    row = one(_by_slug, slug=slug)
    return row and found_by(row, at, wanted)


def of_room(slug: str, public_id: str, wanted: Narrowing = EVERYTHING, *, at: datetime) -> Found | None:
    """Find the feed of a room of an event: one that is there, or that the calendar of its programme knows."""
    plain = public_id.replace("/", "//").replace("%", "/%").replace("_", "/_")
    row = one(_by_room, slug=slug, room=public_id, among=f"% {plain} %")
    return row and found_by(row, at, replace(wanted, rooms=(public_id,)))


def of_session(slug: str, public_id: str, *, at: datetime) -> Found | None:
    """Find the one-entry file of a session of the event that has, or had, an address; while there is an entry."""
    row = one(_by_session, slug=slug, public_id=public_id, since=oldest_tombstone(at))
    return row and replace(found_by(row, at), entry_id=row.entry_id)


def of_series(slug: str, wanted: Filter, *, at: datetime) -> Found | None:
    """Find a series' feed."""
    row = one(_by_series, slug=slug)
    return row and replace(_of_many(row, wanted, at), title=row.title)


def of_site(wanted: Filter, *, at: datetime) -> Found:
    """Find the feed of all listed events. Its window moves, so its version has the day in it.

    Counters only rise and published events are never deleted, so equal sums mean that nothing changed, whatever the
    filter lets through.
    """
    return _of_many(one(_total), wanted, at)


def _of_many(counted: Any, wanted: Filter, at: datetime) -> Found:
    # The window moves at midnight, and so may what is shown.
    today = midnight(at)
    version = version_of(counted.version, f"{at:%Y%m%d}", _digest(wanted))
    return Found(version, changed_at=max(counted.changed_at or today, today))


def was_one(token: str) -> bool:
    """Tell whether a link opened somebody's feed once, and was replaced or stopped since."""
    return one(_was_one, digest=tokens.digest(token)) is not None


def ordered(query: Any, at: datetime) -> Any:
    """Order entries by time, and leave out tombstones that stood long enough."""
    fresh = sa.or_(Entry.gone_at.is_(None), Entry.gone_at > oldest_tombstone(at))
    return query.where(fresh).order_by(Entry.starts_at, Entry.id)


def oldest_tombstone(at: datetime) -> datetime:
    """Return since when something must have vanished to be shown still; it moves at midnight, as versions do."""
    return midnight(at) - timedelta(days=TOMBSTONE_DAYS)


def window(at: datetime) -> datetime:
    """Return since when something must have ended to be listed still; it moves at midnight too."""
    return midnight(at) - timedelta(days=PAST_DAYS)


def midnight(at: datetime) -> datetime:
    """Return when the day of a moment began, in UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def found_by(row: Any, at: datetime, wanted: Narrowing = EVERYTHING) -> Found:
    """Return an event's feed as its row tells it."""
    narrowed = _digest(wanted) if wanted != EVERYTHING else ""
    version = version_of(row.version, day_of(row.buried_at, at), narrowed)
    return Found(version, _changed_at(row, at), row.id, row.timezone, row.title, row.slug)


def _changed_at(row: Any, at: datetime) -> datetime:
    """Return when an event's feed last changed: its stamp, or each midnight until the last tombstone had gone."""
    moved = moved_at(row.buried_at, at)
    return max(row.changed_at, moved) if moved else row.changed_at


def moved_at(buried_at: datetime | None, at: datetime) -> datetime | None:
    """Return when the day last was in a version for a tombstone's sake: each midnight until it has gone."""
    if buried_at is None:
        return None
    return min(midnight(at), midnight(buried_at) + timedelta(days=TOMBSTONE_DAYS + 1))


def day_of(buried_at: datetime | None, at: datetime) -> str:
    """Return the day while a tombstone stands, and nothing else: it is a part of the version only as long."""
    return f"{at:%Y%m%d}" if buried_at and buried_at > oldest_tombstone(at) else ""


def version_of(*counters: object) -> str:
    """Join what a feed depends on into its version; how it is written belongs to it."""
    return ".".join(map(str, counters)) + f"-{writing.writer()}"


def one(statement: Any, **params: Any) -> Any:
    """Ask for one row in AUTOCOMMIT, which saves a poll the BEGIN and the ROLLBACK around its one SELECT."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.execute(statement, params).first()


def _digest(wanted: Filter | Narrowing) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:8]

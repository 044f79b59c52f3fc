"""Feeds: found by address or token, known by a version, written by joining rows.

A program polls for years and nearly always has what it asks for, so the version comes from one query that reads
counters, in AUTOCOMMIT: no transaction, no row of the event, no session of the ORM.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.calendars import ics
from eventsvc.calendars.models import CalendarVersion, Entry, EntryKind
from eventsvc.calendars.showings import Showing
from eventsvc.events.models import Event, FormerSlug, Kind, Mode, Series, Status
from eventsvc.extensions import db
from eventsvc.programme.models import Session
from eventsvc.registration.models import LIVE, SEATED, Choice, Registration, RetiredToken, State, TokenKind

PAST_DAYS = 60
TOMBSTONE_DAYS = 30


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
class Personal:
    """An attendee's feed; `offset` is added to each sequence, and `changed_at` is when their own news happened."""

    found: Found
    registration_id: int
    state: State
    offset: int
    changed_at: datetime
    language: str

    @property
    def has_left(self) -> bool:
        """Tell whether they had a seat, and gave it up; see Registration on `calendar_offset`."""
        return self.state not in LIVE and self.offset % 2 == 1


@dataclass(frozen=True, slots=True)
class Filter:
    """What a feed of many events is narrowed to."""

    kinds: tuple[Kind, ...] = ()
    modes: tuple[Mode, ...] = ()
    series: str = ""


class Gone(Exception):
    """The feed's link was replaced or stopped."""


_event_columns = (
    Event.id,
    Event.title,
    Event.slug,
    Event.timezone,
    CalendarVersion.version,
    CalendarVersion.changed_at,
)
_by_slug = (
    sa.select(*_event_columns)
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .where(Event.slug == sa.bindparam("slug"), Event.status != Status.DRAFT)
)
_by_former_slug = (
    sa.select(*_event_columns)
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .join(FormerSlug, FormerSlug.event_id == Event.id)
    .where(FormerSlug.slug == sa.bindparam("slug"), Event.status != Status.DRAFT)
)
_by_session = (
    sa.select(*_event_columns, Entry.id.label("entry_id"))
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .join(Entry, Entry.event_id == Event.id)
    .join(Session, Session.id == Entry.session_id)
    .where(
        Session.public_id == sa.bindparam("public_id"),
        Event.status != Status.DRAFT,
        sa.or_(
            Event.slug == sa.bindparam("slug"),
            sa.exists().where(FormerSlug.event_id == Event.id, FormerSlug.slug == sa.bindparam("slug")),
        ),
        sa.or_(Entry.gone_at.is_(None), Entry.gone_at > sa.bindparam("since")),
    )
)
_counted = sa.func.coalesce(sa.func.sum(CalendarVersion.version), 0).label("version")
_latest = sa.func.max(CalendarVersion.changed_at).label("changed_at")
_total = sa.select(_counted, _latest)
_by_series = sa.select(
    Series.title,
    sa.select(_counted).scalar_subquery().label("version"),
    sa.select(_latest).scalar_subquery().label("changed_at"),
).where(Series.slug == sa.bindparam("slug"))
_by_token = (
    sa.select(
        *_event_columns,
        Registration.id.label("registration_id"),
        Registration.revision,
        Registration.state,
        Registration.calendar_offset,
        Registration.state_at,
        Registration.language,
    )
    .join(Event, Event.id == Registration.event_id)
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .where(Registration.feed_digest == sa.bindparam("digest"), Event.status != Status.DRAFT)
)


def of_event(slug: str) -> Found | None:
    """Find an event's feed, also by an address it had before: subscriptions outlive names."""
    row = _one(_by_slug, slug=slug) or _one(_by_former_slug, slug=slug)
    return row and _found(row, str(row.version))


def of_session(slug: str, public_id: str, *, at: datetime) -> Found | None:
    """Find the one-entry file of a session of the event that has, or had, an address; while there is an entry."""
    row = _one(_by_session, slug=slug, public_id=public_id, since=_oldest_tombstone(at))
    return row and replace(_found(row, str(row.version)), entry_id=row.entry_id)


def of_series(slug: str, *, at: datetime) -> Found | None:
    """Find a series' feed."""
    row = _one(_by_series, slug=slug)
    return row and replace(_of_many(row, Filter(series=slug), at), title=row.title)


def of_site(wanted: Filter, *, at: datetime) -> Found:
    """Find the feed of all listed events. Its window moves, so its version has the day in it.

    Counters only rise and published events are never deleted, so equal sums mean that nothing changed, whatever the
    filter lets through.
    """
    return _of_many(_one(_total), wanted, at)


def _of_many(counted: Any, wanted: Filter, at: datetime) -> Found:
    filtered = hashlib.sha256(repr(wanted).encode()).hexdigest()[:8]
    # The window moves at midnight, and so may what is shown.
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return Found(
        version=_version(f"{counted.version}.{at:%Y%m%d}.{filtered}"),
        changed_at=max(counted.changed_at or today, today),
    )


def of_token(token: str) -> Personal | None:
    """Find an attendee's feed by its link. Raises Gone for a link that was replaced or stopped."""
    digest = tokens.digest(token)
    row = _one(_by_token, digest=digest)
    if row is None:
        if _one(sa.select(RetiredToken.kind).where(RetiredToken.digest == digest, RetiredToken.kind == TokenKind.FEED)):
            raise Gone
        return None
    # No stamp tells when they chose sessions, which is news in their feed too: it has a version, but no date.
    found = replace(_found(row, f"{row.version}.{row.revision}"), changed_at=None)
    return Personal(found, row.registration_id, row.state, row.calendar_offset, row.state_at, row.language)


def parts_of_event(found: Found, *, at: datetime) -> list[bytes]:
    """Return the written entries of one event, in order of time."""
    return list(db.session.scalars(_ordered(sa.select(Entry.body).where(Entry.event_id == found.event_id), at)))


def parts_of_site(wanted: Filter, *, at: datetime) -> list[bytes]:
    """Return the written entries of listed events, without their sessions."""
    query = (
        sa.select(Entry.body)
        .join(Event, Event.id == Entry.event_id)
        .where(
            Entry.kind == EntryKind.EVENT,
            Event.is_unlisted.is_(False),
            Event.status != Status.DRAFT,
            Entry.ends_at > at - timedelta(days=PAST_DAYS),
        )
    )
    if wanted.kinds:
        query = query.where(Event.kind.in_(wanted.kinds))
    if wanted.modes:
        query = query.where(Event.mode.in_(wanted.modes))
    if wanted.series:
        query = query.join(Series, Series.id == Event.series_id).where(Series.slug == wanted.series)
    return list(db.session.scalars(_ordered(query, at)))


def part_of_session(found: Found) -> bytes:
    """Return the one written entry of a session."""
    return db.session.scalars(sa.select(Entry.body).where(Entry.id == found.entry_id)).one()


def parts_of_person(person: Personal, *, at: datetime) -> list[bytes]:
    """Return what one attendee's calendar shows: with the join link while they have a seat, struck out once they left.

    Whoever chose sessions sees the event and those; choosing raises their registration's revision, and so the version.

    Whoever waits has no entry yet, and whoever left the waiting list never had one: a calendar that shows a place they
    do not have, or did not give up, would be a lie.
    """
    if person.state not in SEATED and not person.has_left:
        return []
    shown = sa.select(Entry).where(Entry.event_id == person.found.event_id, _chosen_by(person.registration_id))
    return [_personal(entry, person) for entry in db.session.scalars(_ordered(shown, at))]


def _chosen_by(registration_id: int) -> sa.ColumnElement[bool]:
    """Let through the event, what is gone from it, and the sessions somebody chose: all, for who chose none."""
    own = sa.select(Choice.session_id).where(Choice.registration_id == registration_id)
    return sa.or_(Entry.session_id.is_(None), ~own.exists(), Entry.session_id.in_(own))


def _personal(entry: Entry, person: Personal) -> bytes:
    if not person.offset:
        return entry.entitled_body or entry.body
    showing = Showing.from_json(entry.facts if person.has_left else entry.entitled_facts or entry.facts)
    if person.has_left:
        showing = replace(showing, status=ics.Status.CANCELLED)
    changed_at = max(entry.changed_at, person.changed_at)
    return ics.event(showing, sequence=entry.sequence + person.offset, changed_at=changed_at)


def _ordered(query: Any, at: datetime) -> Any:
    """Order entries by time, and leave out tombstones that stood long enough."""
    fresh = sa.or_(Entry.gone_at.is_(None), Entry.gone_at > _oldest_tombstone(at))
    return query.where(fresh).order_by(Entry.starts_at, Entry.id)


def _oldest_tombstone(at: datetime) -> datetime:
    return at - timedelta(days=TOMBSTONE_DAYS)


def _found(row: Any, version: str) -> Found:
    return Found(_version(version), row.changed_at, row.id, row.timezone, row.title, row.slug)


def _version(counters: str) -> str:
    return f"{counters}-{ics.WRITER}"


def _one(statement: Any, **params: Any) -> Any:
    # AUTOCOMMIT saves a poll the BEGIN and the ROLLBACK around its one SELECT.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.execute(statement, params).first()

"""What public feeds are made of: written entries, in order of time, and what is struck out where it stood before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.calendars import shelves
from eventsvc.calendars.feeds import EVERYTHING, Detail, Filter, Found, Narrowing, oldest_tombstone, ordered, window
from eventsvc.calendars.models import Entry, EntryKind, FormerShelf
from eventsvc.calendars.shelves import Shelf
from eventsvc.events.models import Event, EventPartner, Partner, Series, Status
from eventsvc.extensions import db

_WRITTEN = (Entry.starts_at, Entry.id, Entry.body)
_STRUCK = sa.select(FormerShelf).join(Entry, Entry.id == FormerShelf.entry_id)


def of_event(found: Found, wanted: Narrowing = EVERYTHING, *, at: datetime) -> list[bytes]:
    """Return the written entries of one event; what has left a part of it is struck out there."""
    query = sa.select(*_WRITTEN).where(Entry.event_id == found.event_id, _detailed(wanted.shown))
    is_whole = Entry.kind == EntryKind.EVENT
    tracks = shelves.tracks_meant(found.event_id, wanted.tracks) if wanted.tracks else frozenset[str]()
    if tracks:
        query = query.where(sa.or_(is_whole, Entry.track_id.in_(tracks), Entry.track.in_(tracks)))
    if wanted.kinds:
        query = query.where(sa.or_(is_whole, Entry.session_kind.in_([kind.value for kind in wanted.kinds])))
    if wanted.rooms:
        within = [Entry.room_ids.contains(f" {room} ", autoescape=True) for room in wanted.rooms]
        query = query.where(sa.or_(is_whole, *within))
    rows = db.session.execute(ordered(query, at)).all()
    if wanted.is_of_a_part and wanted.shown is not Detail.EVENT:
        struck = _STRUCK.where(Entry.event_id == found.event_id, Entry.kind == EntryKind.SESSION)
        return _joined(rows, struck, lambda shelf: _is_in_part(shelf, wanted, tracks), at)
    return [row.body for row in rows]


def of_site(wanted: Filter, *, at: datetime) -> list[bytes]:
    """Return the written entries of listed events; without their sessions, unless those are asked for.

    An event that has left the list is struck out in it, though not its sessions.
    """
    is_there = Event.status != Status.DRAFT, Entry.ends_at > window(at)
    query = sa.select(*_WRITTEN).join(Event, Event.id == Entry.event_id)
    query = query.where(detailed_of_many(wanted.detail), Event.is_unlisted.is_(False), *is_there)
    if wanted.kinds:
        query = query.where(Event.kind.in_(wanted.kinds))
    if wanted.modes:
        query = query.where(Event.mode.in_(wanted.modes))
    if wanted.languages:
        query = query.where(Event.language.in_(wanted.languages))
    if wanted.partners:
        query = query.where(Event.partners.any(EventPartner.partner.has(Partner.name.in_(wanted.partners))))
    if wanted.series:
        query = query.join(Series, Series.id == Event.series_id).where(Series.slug == wanted.series)
    rows = db.session.execute(ordered(query, at)).all()
    if wanted.detail is Detail.SESSIONS:
        return [row.body for row in rows]
    struck = _STRUCK.join(Event, Event.id == Entry.event_id).where(Entry.kind == EntryKind.EVENT, *is_there)
    return _joined(rows, struck, lambda shelf: _is_in_list(shelf, wanted), at)


def of_session(found: Found) -> bytes:
    """Return the one written entry of a session."""
    return db.session.scalars(sa.select(Entry.body).where(Entry.id == found.entry_id)).one()


def colour_of(found: Found) -> str:
    """Return the colour of an event as its entry has it."""
    asked = sa.select(Entry.facts).where(Entry.event_id == found.event_id, Entry.kind == EntryKind.EVENT)
    facts: Any = db.session.scalar(asked) or {}
    return str(facts.get("colour", ""))


def _joined(
    rows: Iterable[Any], struck: sa.Select[Any], was_there: Callable[[Shelf], bool], at: datetime
) -> list[bytes]:
    """Put what has left among what is there; of an entry that left twice, the last time counts."""
    found = {row.id: (row.starts_at, row.id, row.body) for row in rows}
    asked = struck.where(FormerShelf.left_at > oldest_tombstone(at)).order_by(FormerShelf.id.desc())
    for row in db.session.scalars(asked):
        if row.entry_id not in found and was_there(Shelf.of(row)):
            found[row.entry_id] = (row.starts_at, row.entry_id, row.body)
    return [body for _starts_at, _number, body in sorted(found.values())]


def _is_in_part(shelf: Shelf, wanted: Narrowing, tracks: frozenset[str]) -> bool:
    return (
        (not tracks or not tracks.isdisjoint((shelf.track, shelf.track_id)))
        and (not wanted.kinds or shelf.session_kind in {kind.value for kind in wanted.kinds})
        and (not wanted.rooms or not set(wanted.rooms).isdisjoint(shelf.room_ids.split()))
    )


def _is_in_list(shelf: Shelf, wanted: Filter) -> bool:
    listed = shelf.listed_as
    if listed is None:
        return False
    return (
        (not wanted.kinds or listed["kind"] in {kind.value for kind in wanted.kinds})
        and (not wanted.modes or listed["mode"] in {mode.value for mode in wanted.modes})
        and (not wanted.languages or listed["language"] in wanted.languages)
        and (not wanted.partners or not set(wanted.partners).isdisjoint(listed["partners"]))
        and (not wanted.series or listed["series"] == wanted.series)
    )


def _detailed(detail: Detail) -> sa.ColumnElement[bool]:
    if detail is Detail.BOTH:
        return sa.true()
    return Entry.kind == (EntryKind.EVENT if detail is Detail.EVENT else EntryKind.SESSION)


def detailed_of_many(detail: Detail) -> sa.ColumnElement[bool]:
    """Let through what is asked for; an event without a programme is an entry itself, or it would be nowhere."""
    if detail is not Detail.SESSIONS:
        return _detailed(detail)
    part = aliased(Entry)
    has_parts = sa.exists().where(
        part.event_id == Entry.event_id, part.kind == EntryKind.SESSION, part.gone_at.is_(None)
    )
    return sa.or_(_detailed(detail), ~has_parts)

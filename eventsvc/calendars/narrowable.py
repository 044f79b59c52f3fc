"""What feeds can be narrowed by, under the names the public knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc.calendars.feeds import Filter, Found
from eventsvc.calendars.models import Entry, EntryKind, FormerTrack
from eventsvc.events import words
from eventsvc.events.models import Event, EventPartner, Partner, Status
from eventsvc.extensions import db
from eventsvc.programme.models import PublishedSession


@dataclass(frozen=True, slots=True)
class Offered:
    """What the feed of an event can be narrowed by; tracks and rooms are names by public id.

    A track that has no id yet goes by its name.
    """

    tracks: dict[str, str]
    kinds: frozenset[str]
    rooms: dict[str, str]


def offered(found: Found) -> Offered:
    """Return what the feed of an event can be narrowed by, from what it shows."""
    asked = sa.select(Entry.track_id, Entry.track, Entry.session_kind).where(
        Entry.event_id == found.event_id, Entry.kind == EntryKind.SESSION, Entry.gone_at.is_(None)
    )
    rows = db.session.execute(asked.distinct()).all()
    published = sa.select(PublishedSession.facts["rooms"]).where(PublishedSession.event_id == found.event_id)
    rooms = {room["public_id"]: room["name"] for held in db.session.scalars(published) for room in held or ()}
    return Offered(
        dict(sorted(((row.track_id or row.track, row.track) for row in rows if row.track), key=lambda each: each[1])),
        frozenset(row.session_kind for row in rows),
        dict(sorted(rooms.items(), key=lambda room: room[1])),
    )


def tracks_called(found: Found, words: Collection[str]) -> dict[str, str]:
    """Return the names that the public knows tracks by now, by what they are called in an address, and in its order.

    What names no track is left as it is.
    """
    if not words:
        return {}
    return {word: name for word, (_track_id, name) in _tracks(found, words).items()}


def by_id(found: Found, words: Collection[str]) -> tuple[str, ...]:
    """Return the same tracks by their ids, which outlive their names; what names no track is left as it is."""
    return tuple(sorted({track_id for track_id, _name in _tracks(found, words).values()})) if words else ()


def _tracks(found: Found, words: Collection[str]) -> dict[str, tuple[str, str]]:
    former = sa.select(FormerTrack.name, FormerTrack.track_id).where(FormerTrack.event_id == found.event_id)
    aliases = {row.name: row.track_id for row in db.session.execute(former.where(FormerTrack.name.in_(words)))}
    shown = sa.select(Entry.track_id, Entry.track).where(Entry.event_id == found.event_id, Entry.track != "")
    # What is there stands after what is gone, and wins.
    rows = db.session.execute(shown.order_by(Entry.gone_at.is_(None), Entry.changed_at)).all()
    names = {row.track: (row.track_id or row.track, row.track) for row in rows}
    ids = {row.track_id: (row.track_id, row.track) for row in rows if row.track_id}
    return {word: ids.get(word) or names.get(word) or ids.get(aliases.get(word, ""), (word, word)) for word in words}


def partners_and_languages() -> tuple[list[str], list[str]]:
    """Return what the feed of many events can be narrowed by: names of partners and codes of languages, as listed."""
    listed = Event.status != Status.DRAFT, Event.is_unlisted.is_(False)
    partners = sa.select(Partner.name).join(EventPartner).join(Event).where(*listed).distinct().order_by(Partner.name)
    languages = sa.select(Event.language).where(*listed).distinct().order_by(Event.language)
    return list(db.session.scalars(partners)), list(db.session.scalars(languages))


def many_called(wanted: Filter, locale: str) -> list[str]:
    """Return what the feed of many events is narrowed to, as words, without its series."""
    languages = [words.language_name(code, locale) for code in wanted.languages]
    chosen = [
        [str(words.KINDS[kind]) for kind in wanted.kinds],
        [str(words.MODES[mode]) for mode in wanted.modes],
        wanted.partners,
        languages,
    ]
    return [", ".join(each) for each in chosen if each]


def standing(found: Found) -> Any:
    """Return how the event of a feed stands: `status`, `starts_at` and `ends_at`."""
    asked = sa.select(Event.status, Event.starts_at, Event.ends_at).where(Event.id == found.event_id)
    return db.session.execute(asked).one()


def session_called(found: Found) -> str:
    """Return the name under which the calendar of one session goes."""
    facts: Any = db.session.scalar(sa.select(Entry.facts).where(Entry.id == found.entry_id)) or {}
    return " \N{EN DASH} ".join(filter(None, (found.title, facts.get("summary", ""))))


def room_called(found: Found, public_id: str) -> str:
    """Return the name under which the published programme knows a room; empty when it does not."""
    asked = (
        sa.select(PublishedSession.facts)
        .join(Entry, Entry.session_id == PublishedSession.session_id)
        .where(Entry.event_id == found.event_id, Entry.room_ids.contains(f" {public_id} ", autoescape=True))
        .limit(1)
    )
    facts: Any = db.session.scalar(asked) or {"rooms": ()}
    return next((room["name"] for room in facts["rooms"] if room["public_id"] == public_id), "")

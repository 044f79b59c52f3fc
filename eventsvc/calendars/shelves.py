"""Where an entry stands: in the feed of which track, room and type, in which lists of events; and where it stood."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import sqlalchemy as sa

from eventsvc.calendars import ics
from eventsvc.calendars.models import Entry, FormerShelf, FormerTrack
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.reading import Item


@dataclass(frozen=True, slots=True)
class Shelf:
    """What feeds are narrowed by; the rooms are public ids, each between spaces, the lists of one that is in none None.

    Those of an event are its kind, mode, language, series and partners.
    """

    track: str = ""
    track_id: str = ""
    session_kind: str = ""
    room_ids: str = ""
    listed_as: dict[str, Any] | None = None

    @classmethod
    def of_event(cls, event: Event) -> Self:
        """Return where an event stands; the rows that it belongs to are at hand, as its version counts them too."""
        if event.is_unlisted or not event.is_public:
            return cls()
        facts = {"kind": event.kind.value, "mode": event.mode.value, "language": event.language}
        partners = sorted({each.partner.name for each in event.partners})
        return cls(listed_as={**facts, "series": event.series.slug if event.series else "", "partners": partners})

    @classmethod
    def of_session(cls, session: Item) -> Self:
        """Return where a session stands."""
        rooms = f" {' '.join(session.room_ids)} " if session.room_ids else ""
        return cls(session.track, session.track_id, session.kind.value, rooms)

    @classmethod
    def of(cls, row: Entry | FormerShelf) -> Self:
        """Return where an entry stands, or stood."""
        return cls(row.track, row.track_id, row.session_kind, row.room_ids, row.listed_as)

    def columns(self) -> dict[str, Any]:
        """Return it as the columns of a row."""
        return {
            "track": self.track,
            "track_id": self.track_id,
            "session_kind": self.session_kind,
            "room_ids": self.room_ids,
            "listed_as": self.listed_as,
        }

    def is_renamed(self, other: Shelf) -> bool:
        """Tell whether the track is the same, and has another name."""
        return bool(self.track_id) and self.track_id == other.track_id and self.track != other.track

    def has_lost(self, other: Shelf) -> bool:
        """Tell whether somebody who follows it here would miss it where it stands now."""
        return (
            (bool(self.track) and not self.is_renamed(other) and self.track != other.track)
            or (bool(self.session_kind) and self.session_kind != other.session_kind)
            or not set(self.room_ids.split()) <= set(other.room_ids.split())
            or (self.listed_as is not None and _has_left(self.listed_as, other.listed_as))
        )


def _has_left(was: dict[str, Any], now: dict[str, Any] | None) -> bool:
    if now is None or not set(was["partners"]) <= set(now["partners"]):
        return True
    return any(was[name] and was[name] != now[name] for name in ("kind", "mode", "language", "series"))


def rename_tracks(event_id: int, stood: Mapping[Any, Shelf], stands: Mapping[Any, Shelf]) -> None:
    """Let tracks go by the names they had too, unless another has the name now; both are shelves by their entries."""
    names = {shelf.track for shelf in stands.values() if shelf.track}
    both = ((was, stands[key]) for key, was in stood.items() if key in stands)
    aliases = {was.track: was.track_id for was, now in both if was.is_renamed(now) and was.track not in names}
    fresh = names - {shelf.track for shelf in stood.values()}
    if aliases or fresh:
        given = FormerTrack.event_id == event_id, FormerTrack.name.in_(fresh | set(aliases))
        db.session.execute(sa.delete(FormerTrack).where(*given), execution_options={"synchronize_session": False})
    if aliases:
        rows = [{"event_id": event_id, "name": name, "track_id": track_id} for name, track_id in aliases.items()]
        db.session.execute(sa.insert(FormerTrack), rows)


def tracks_meant(event_id: int | None, words: Collection[str]) -> frozenset[str]:
    """Return the names and ids of tracks that some words mean: ids, names, and names they had before."""
    asked = sa.select(FormerTrack.track_id).where(FormerTrack.event_id == event_id, FormerTrack.name.in_(words))
    return frozenset(words) | frozenset(db.session.scalars(asked))


def left(entry: Entry, at: datetime) -> FormerShelf:
    """Return what strikes an entry out where it stood until now; its sequence counts this already."""
    facts = replace(Showing.from_json(entry.facts), status=Status.CANCELLED)
    return FormerShelf(
        entry_id=entry.id,
        left_at=at,
        starts_at=entry.starts_at,
        body=ics.event(facts, sequence=entry.sequence, changed_at=at),
        **Shelf.of(entry).columns(),
    )

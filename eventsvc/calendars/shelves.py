"""Where an entry stands: in the feed of which track, room and type, in which lists of events; and where it stood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from eventsvc.calendars import ics
from eventsvc.calendars.models import Entry, FormerShelf
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events.models import Event
from eventsvc.programme.reading import Item


@dataclass(frozen=True, slots=True)
class Shelf:
    """What feeds are narrowed by; the rooms are public ids, each between spaces, the lists of one that is in none None.

    Those of an event are its kind, mode, language, series and partners.
    """

    track: str = ""
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
        return cls(session.track, session.kind.value, rooms)

    @classmethod
    def of(cls, row: Entry | FormerShelf) -> Self:
        """Return where an entry stands, or stood."""
        return cls(row.track, row.session_kind, row.room_ids, row.listed_as)

    def columns(self) -> dict[str, Any]:
        """Return it as the columns of a row."""
        return {
            "track": self.track,
            "session_kind": self.session_kind,
            "room_ids": self.room_ids,
            "listed_as": self.listed_as,
        }

    def has_lost(self, other: Shelf) -> bool:
        """Tell whether somebody who follows it here would miss it where it stands now."""
        return (
            (bool(self.track) and self.track != other.track)
            or (bool(self.session_kind) and self.session_kind != other.session_kind)
            or not set(self.room_ids.split()) <= set(other.room_ids.split())
            or (self.listed_as is not None and _has_left(self.listed_as, other.listed_as))
        )


def _has_left(was: dict[str, Any], now: dict[str, Any] | None) -> bool:
    if now is None or not set(was["partners"]) <= set(now["partners"]):
        return True
    return any(was[name] and was[name] != now[name] for name in ("kind", "mode", "language", "series"))


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

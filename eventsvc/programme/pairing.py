"""Which session of a file is which of a programme: by its id, else by title and time, else by a title there is once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from eventsvc.programme.formats.plan import Planned
from eventsvc.programme.models import Session, SessionStatus

Facts = tuple[str, datetime | None, tuple[str, ...]]


def paired(planned: Sequence[Planned], sessions: Sequence[Session]) -> list[tuple[Planned, Session | None]]:
    """Find for each session of a file the one it is in the programme, each at most once."""
    found: dict[int, Session] = {}
    free = dict.fromkeys(sessions)
    # What was taken out is found by its id alone.
    for is_same_id in (True, False):
        ids = {str(each.source_id if is_same_id else each.public_id): each for each in sessions}
        for place, each in enumerate(planned):
            session = ids.get(each.source_id or "")
            if place not in found and session in free:
                found[place] = session
                del free[session]
    for keys in (_exact_key, _time_key, _title_key):
        _pair_by(keys, planned, free, found)
    return [(each, found.get(place)) for place, each in enumerate(planned)]


def _pair_by(keys: Any, planned: Sequence[Planned], free: dict[Session, None], found: dict[int, Session]) -> None:
    """Pair what is still alone on both sides and has a key that is there once on each."""
    rest = {place: keys(*_facts(each)) for place, each in enumerate(planned) if place not in found}
    own = {session: keys(*_stored(session)) for session in free if is_open(session)}
    counted, counted_own = Counter(rest.values()), Counter(own.values())
    by_key = {key: session for session, key in own.items() if counted_own[key] == 1}
    for place, key in rest.items():
        session = by_key.get(key)
        if key is None or counted[key] != 1 or session is None:
            continue
        if planned[place].source_id and session.source_id:
            # Two ids of one file are two sessions, whatever they are called.
            continue
        found[place] = session
        del free[session]


def _facts(planned: Planned) -> Facts:
    said = planned.said
    return said["title"].lower(), said.get("starts_at"), tuple(room.lower() for room in said.get("rooms") or ())


def _stored(session: Session) -> Facts:
    return session.title.lower(), session.starts_at, tuple(room.name.lower() for room in session.rooms)


def _exact_key(title: str, starts_at: datetime | None, rooms: tuple[str, ...]) -> Any:
    return (title, starts_at, rooms) if starts_at else None


def _time_key(title: str, starts_at: datetime | None, _rooms: tuple[str, ...]) -> Any:
    return (title, starts_at) if starts_at else None


def _title_key(title: str, _starts_at: datetime | None, _rooms: tuple[str, ...]) -> Any:
    return title


def is_open(session: Session) -> bool:
    """Tell whether a session could be in a file: what is hidden or taken out is in none that we write."""
    return session.status is not SessionStatus.REMOVED and not session.is_hidden

"""What a look at a programme stands on: the versions of all that it read, to be compared once the turnstile is held.

To look takes a second for a thousand sessions, to compare the versions some milliseconds.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.models import AcceptedClash, Appearance, FreeTime, Room, Session, Speaker, Track

Footing = tuple[tuple[Any, ...], ...]

_session, _appearance, _speaker = (noun.__table__ for noun in (Session, Appearance, Speaker))
_voices = _appearance.join(_session, _session.c.id == _appearance.c.session_id)
# Built once, and over tables: rows are all that is wanted, and what the mapper would add to them costs as much again.
_asked = [
    sa.select(*(table.c[name] for name in names)).where(table.c[of] == sa.bindparam("event_id")).order_by(table.c.id)
    for table, of, names in (
        (Event.__table__, "id", ("revision",)),
        (_session, "event_id", ("id", "public_id", "revision")),
        (Room.__table__, "event_id", ("id", "name", "capacity", "position")),
        (Track.__table__, "event_id", ("id", "name", "colour", "position")),
        (FreeTime.__table__, "event_id", ("id", "speaker_id", "starts_at", "ends_at")),
        (AcceptedClash.__table__, "event_id", ("id", "key")),
    )
]
_asked.append(
    sa.select(
        *(_appearance.c[name] for name in ("id", "role", "answer", "position")), _speaker.c.id, _speaker.c.revision
    )
    .select_from(_voices.join(_speaker, _speaker.c.id == _appearance.c.speaker_id))
    .where(_session.c.event_id == sa.bindparam("event_id"))
    .order_by(_appearance.c.id)
)


def of(event_id: int) -> Footing:
    """Return the versions as they are now; two that are equal are of one programme."""
    return tuple(tuple(map(tuple, db.session.execute(asked, {"event_id": event_id}))) for asked in _asked)

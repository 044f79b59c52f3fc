"""Many sessions and people laid into a programme at once: a statement for each kind of row, however many there are.

The mapper would look after each row by itself, and take many times as long, while nobody else passes the turnstile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from eventsvc import columns
from eventsvc.extensions import db
from eventsvc.programme import contents
from eventsvc.programme.formats import words
from eventsvc.programme.formats.plan import Person, Planned
from eventsvc.programme.models import (
    Appearance,
    Room,
    Session,
    SessionStatus,
    Speaker,
    SpeakerRole,
    Track,
    session_rooms,
)

_AT_ONCE = 400
_SAID = ("title", "abstract", "kind", "language", "starts_at", "ends_at", "capacity")
_session, _speaker, _appearance = (noun.__table__ for noun in (Session, Speaker, Appearance))


class Who(NamedTuple):
    """Somebody who appears, as they are called on their card."""

    id: int
    name: str
    affiliation: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A session that was laid; it stands for the row, which is not read for it. `told` is what it was made with."""

    id: int
    public_id: str
    planned: Planned
    told: dict[str, Any]
    __tablename__ = Session.__tablename__


def people(wanted: Iterable[Person]) -> dict[tuple[str, str], Who]:
    """Make a card for each of these, and return them by their keys; who is named again may bring the address."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for person in wanted:
        row = rows.setdefault(
            person.key[:2],
            {
                "public_id": columns.public_id(),
                "name": person.name,
                "affiliation": person.affiliation or "",
                "biography": person.biography,
                "email": person.email,
            },
        )
        row["email"] = row["email"] or person.email
    ids = _inserted(_speaker, list(rows.values()))
    return {key: Who(ids[row["public_id"]], row["name"], row["affiliation"]) for key, row in rows.items()}


def sessions(
    event_id: int,
    new: Sequence[Planned],
    *,
    rooms: Mapping[str, Room],
    tracks: Mapping[str, Track],
    who: Callable[[Person], Who],
    at: datetime,
) -> list[Laid]:
    """Put new sessions into a programme, with their rooms and who is in them; what they are part of is bound later."""
    rows: list[dict[str, Any]] = []
    further: list[list[int]] = []
    voices: list[list[tuple[Who, SpeakerRole]]] = []
    for planned in new:
        taken = list(dict.fromkeys(rooms[name.lower()].id for name in planned.said.get("rooms") or ()))
        track = planned.said.get("track")
        where = {"room_id": next(iter(taken), None), "track_id": tracks[track.lower()].id if track else None}
        rows.append(_row(planned, event_id, at) | where)
        further.append(taken[1:])
        voices.append(_voices(planned.said.get("people") or (), who))
    ids = _inserted(_session, rows)
    laid = [
        Laid(ids[row["public_id"]], row["public_id"], planned, _told(row, more, those))
        for planned, row, more, those in zip(new, rows, further, voices, strict=True)
    ]
    _insert(
        session_rooms, [{"session_id": s.id, "room_id": n} for s, of in zip(laid, further, strict=True) for n in of]
    )
    _insert(
        _appearance,
        [
            {"session_id": each.id, "speaker_id": one.id, "role": role, "position": position}
            for each, of in zip(laid, voices, strict=True)
            for position, (one, role) in enumerate(of)
        ],
    )
    return laid


def bind(parts: Mapping[int, int]) -> None:
    """Let sessions that were laid be part of others, by the ids of both."""
    if parts:
        of = sa.update(_session).where(_session.c.id == sa.bindparam("part"))
        rows = [{"part": part, "block": block} for part, block in parts.items()]
        db.session.execute(of.values(parent_id=sa.bindparam("block")), rows)


def _row(planned: Planned, event_id: int, at: datetime) -> dict[str, Any]:
    said = planned.said
    status = SessionStatus.CANCELLED if said.get("is_cancelled") else SessionStatus.PLANNED
    plain = dict.fromkeys(_SAID) | {"abstract": "", "kind": words.kind_in(planned.title)}
    return {
        "public_id": columns.public_id(),
        "event_id": event_id,
        "source_id": planned.source_id,
        "status": status,
        "created_at": at,
        "updated_at": at,
        **plain,
        **{name: said[name] for name in _SAID if name in said},
    }


def _voices(named: Iterable[Person], who: Callable[[Person], Who]) -> list[tuple[Who, SpeakerRole]]:
    """Return who is in a session, each once in a role."""
    return list({(one.id, person.role): (one, person.role) for person in named for one in (who(person),)}.values())


def _told(row: Mapping[str, Any], further: Sequence[int], voices: Iterable[tuple[Who, SpeakerRole]]) -> dict[str, Any]:
    """Return what the audit log keeps of a new session, as `contents.of` reads it."""
    nothing = {"is_hidden": False, "parent_id": None, "slides_url": "", "recording_url": ""}
    said = columns.plain({name: ({**nothing, **row})[name] for name in (*contents.COLUMNS, "status")})
    speakers = [{"name": one.name, "affiliation": one.affiliation, "role": role.value} for one, role in voices]
    return said | {"further_rooms": sorted(further), "speakers": speakers, "revision": 1}


def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(table), rows)


def _inserted(table: Any, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Insert rows that have public ids, and return their own ids by these."""
    _insert(table, rows)
    found: dict[str, int] = {}
    for first in range(0, len(rows), _AT_ONCE):
        some = [row["public_id"] for row in rows[first : first + _AT_ONCE]]
        asked = sa.select(table.c.public_id, table.c.id).where(table.c.public_id.in_(some))
        found |= {row.public_id: row.id for row in db.session.execute(asked)}
    return found

"""Everything an organiser can say of a session, as plain values: for forms, for the audit log, for comparing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.extensions import db
from eventsvc.programme import acquainted, naming
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, Speaker, SpeakerRole

COLUMNS = (
    "title", "abstract", "kind", "is_hidden", "language", "starts_at", "ends_at", "room_id", "track_id", "parent_id",
    "capacity", "source_id", "slides_url", "recording_url",
)  # fmt: skip
ALL = (*COLUMNS, "further_rooms", "speakers")
MATERIALS = ("slides_url", "recording_url")
CARD = ("name", "affiliation", "country", "biography", "email", "language", "orcid", "links")


def of(session: Session, names: Collection[str] = ALL) -> dict[str, Any]:
    """Return what is stored, as JSON can hold it; with `names` only that, and nothing else is read for it.

    `speakers` is a list of (name, affiliation, role) in its order, `further_rooms` one of ids.
    """
    said = snapshot(session, tuple(name for name in COLUMNS if name in names))
    if "further_rooms" in names:
        said["further_rooms"] = sorted(room.id for room in session.further_rooms)
    if "speakers" in names:
        said["speakers"] = [
            {"name": a.speaker.name, "affiliation": a.speaker.affiliation, "role": a.role.value}
            for a in session.appearances
        ]
    return said


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody said of a session in the shape of `of`. Raises KeyError for a name that no session has."""
    unknown = set(said) - set(ALL)
    if unknown:
        raise KeyError(f"no session has {', '.join(sorted(unknown))}")
    shapes: dict[str, Callable[[Any], Any]] = {"speakers": _speakers, "further_rooms": sorted}
    return {name: shapes.get(name, _plain)(value) for name, value in said.items()}


def write(session: Session, said: Mapping[str, Any], *, by: Actor | None = None) -> None:
    """Write what somebody said to the session and to who appears in it; `by` tells whom a name may find elsewhere."""
    kinds: dict[str, Callable[[Any], Any]] = {"kind": SessionKind}
    room_id = session.room_id
    for name in COLUMNS:
        if name in said:
            setattr(session, name, kinds.get(name, _same)(said[name]))
    if session.room_id not in {None, room_id} and "further_rooms" not in said:
        # What becomes the main room is no further one any more.
        session.further_rooms = [room for room in session.further_rooms if room.id != session.room_id]
    if "further_rooms" in said:
        wanted = set(said["further_rooms"]) - {session.room_id}
        session.further_rooms = list(db.session.scalars(sa.select(Room).where(Room.id.in_(wanted))))
    if "speakers" in said:
        _write_speakers(session, _speakers(said["speakers"]), session.event.id, by)


def _write_speakers(session: Session, said: list[dict[str, Any]], event_id: int, by: Actor | None) -> None:
    known = {(*_key(a.speaker.name, a.speaker.affiliation), a.role): a for a in session.appearances}
    called = {key[:2]: a.speaker for key, a in known.items()}
    rows = []
    for position, person in enumerate(said):
        who, role = _key(person["name"], person["affiliation"]), SpeakerRole(person["role"])
        # The same person may be named again, in another role, on the next line.
        speaker = called.get(who) or called.setdefault(who, _speaker_called(person, event_id, by))
        row = known.get((*who, role)) or Appearance(speaker=speaker, role=role)
        row.position = position
        rows.append(row)
    session.appearances = rows


def _key(name: str, affiliation: str) -> tuple[str, str]:
    return name.casefold(), affiliation.casefold()


def _speaker_called(person: dict[str, Any], event_id: int, by: Actor | None) -> Speaker:
    """Find a person by name and affiliation, at this event or where `by` may edit all they speak at; or make them.

    Without an affiliation it is whoever has that name at this event: elsewhere the name alone may be somebody else's.
    """
    name, place = person["name"], person["affiliation"]
    here = acquainted.of_event(event_id)
    whom = sa.or_(here, acquainted.known_to(by)) if by and place else here
    asked = sa.select(Speaker).where(naming.may_be(Speaker.name, name), whom)
    called = db.session.scalars(asked.order_by(sa.case((here, 0), else_=1), Speaker.id))
    known = (
        each
        for each in called
        if naming.is_same(each.name, name) and (not place or naming.is_same(each.affiliation, place))
    )
    return next(known, None) or Speaker(name=name, affiliation=place)


def _speakers(said: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": person["name"],
            "affiliation": person.get("affiliation") or "",
            "role": SpeakerRole(person.get("role") or SpeakerRole.SPEAKER).value,
        }
        for person in said
    ]


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value

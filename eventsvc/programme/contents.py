"""Everything an organiser can say of a session, as plain values: for forms, for the audit log, for comparing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.columns import snapshot
from eventsvc.extensions import db
from eventsvc.programme import naming
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


def write(session: Session, said: Mapping[str, Any]) -> None:
    """Write what somebody said to the session and to who appears in it."""
    kinds: dict[str, Callable[[Any], Any]] = {"kind": SessionKind}
    for name in COLUMNS:
        if name in said:
            setattr(session, name, kinds.get(name, _same)(said[name]))
    if "further_rooms" in said:
        wanted = set(said["further_rooms"]) - {session.room_id}
        session.further_rooms = list(db.session.scalars(sa.select(Room).where(Room.id.in_(wanted))))
    if "speakers" in said:
        _write_speakers(session, _speakers(said["speakers"]), session.event.id)


def _write_speakers(session: Session, said: list[dict[str, Any]], event_id: int) -> None:
    known = {(*_key(a.speaker.name, a.speaker.affiliation), a.role): a for a in session.appearances}
    called = {key[:2]: a.speaker for key, a in known.items()}
    rows = []
    for position, person in enumerate(said):
        who, role = _key(person["name"], person["affiliation"]), SpeakerRole(person["role"])
        # The same person may be named again, in another role, on the next line.
        speaker = called.get(who) or called.setdefault(who, _speaker_called(person, event_id))
        row = known.get((*who, role)) or Appearance(speaker=speaker, role=role)
        row.position = position
        rows.append(row)
    session.appearances = rows


def _key(name: str, affiliation: str) -> tuple[str, str]:
    return name.casefold(), affiliation.casefold()


def _speaker_called(person: dict[str, Any], event_id: int) -> Speaker:
    """Find a person by name and affiliation, or make them.

    Without an affiliation it is whoever has that name at this event: elsewhere the name alone may be somebody else's.
    """
    name, place = person["name"], person["affiliation"]
    asked = sa.select(Speaker).where(naming.may_be(Speaker.name, name)).order_by(Speaker.id)
    called = [each for each in db.session.scalars(asked) if naming.is_same(each.name, name)]
    here = set[int]() if place else _appearing(event_id, called)
    known = (each for each in called if naming.is_same(each.affiliation, place) or each.id in here)
    return next(known, None) or Speaker(name=name, affiliation=place)


def _appearing(event_id: int, called: Collection[Speaker]) -> set[int]:
    """Return the ids of those who appear at an event."""
    if not called:
        return set()
    asked = sa.select(Appearance.speaker_id).join(Session).where(Session.event_id == event_id)
    return set(db.session.scalars(asked.where(Appearance.speaker_id.in_([each.id for each in called]))))


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

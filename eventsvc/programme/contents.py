"""Everything an organiser can say of a session, as plain values: for forms, for the audit log, for comparing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.columns import snapshot
from eventsvc.extensions import db
from eventsvc.programme.models import Appearance, Session, SessionKind, Speaker, SpeakerRole

COLUMNS = (
    "title", "abstract", "kind", "is_hidden", "language", "starts_at", "ends_at", "room_id", "track_id",
    "slides_url", "recording_url",
)  # fmt: skip
ALL = (*COLUMNS, "speakers")
PERSON = ("name", "affiliation", "country", "biography", "email")


def of(session: Session) -> dict[str, Any]:
    """Return what is stored, as JSON can hold it; `speakers` is a list of (name, affiliation, role) in its order."""
    return snapshot(session, COLUMNS) | {
        "speakers": [
            {"name": a.speaker.name, "affiliation": a.speaker.affiliation, "role": a.role.value}
            for a in session.appearances
        ],
    }


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody said of a session in the shape of `of`. Raises KeyError for a name that no session has."""
    unknown = set(said) - set(ALL)
    if unknown:
        raise KeyError(f"no session has {', '.join(sorted(unknown))}")
    return {name: _speakers(value) if name == "speakers" else _plain(value) for name, value in said.items()}


def write(session: Session, said: Mapping[str, Any]) -> None:
    """Write what somebody said to the session and to who appears in it."""
    kinds: dict[str, Callable[[Any], Any]] = {"kind": SessionKind}
    for name in COLUMNS:
        if name in said:
            setattr(session, name, kinds.get(name, _same)(said[name]))
    if "speakers" in said:
        _write_speakers(session, _speakers(said["speakers"]))


def speaker_called(name: str, affiliation: str = "", **more: str) -> Speaker:
    """Find the person of this name and affiliation, or make them; without an affiliation the name alone decides."""
    asked = sa.select(Speaker).where(sa.func.lower(Speaker.name) == name.lower())
    if affiliation:
        asked = asked.where(sa.func.lower(Speaker.affiliation) == affiliation.lower())
    known = db.session.scalar(asked.order_by(Speaker.id).limit(1))
    if known:
        return known
    speaker = Speaker(name=name, affiliation=affiliation, **more)
    db.session.add(speaker)
    # The same person may be named again, in another role, on the next line.
    db.session.flush([speaker])
    return speaker


def _write_speakers(session: Session, said: list[dict[str, Any]]) -> None:
    known = {(a.speaker_id, a.role): a for a in session.appearances}
    rows = []
    for position, person in enumerate(said):
        speaker, role = speaker_called(person["name"], person["affiliation"]), SpeakerRole(person["role"])
        row = known.get((speaker.id, role)) or Appearance(speaker=speaker, role=role)
        row.position = position
        rows.append(row)
    session.appearances = rows


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

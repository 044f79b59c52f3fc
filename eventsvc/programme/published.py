"""The published programme: what the public sees, kept beside what organisers are changing.

A version is published as a whole. Its sessions are rows of facts, so that a page reads one query and a calendar one;
of versions before it the changes are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from eventsvc.calendars import partings
from eventsvc.calendars.models import Entry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import changes
from eventsvc.programme.changes import Change
from eventsvc.programme.models import (
    Appearance,
    PublishedSession,
    PublishedVoice,
    Room,
    Session,
    SessionStatus,
    Speaker,
    Version,
)


def facts_of(session: Session) -> dict[str, Any]:
    """Return what the public is shown of a session, as JSON can hold it; moments are ISO 8601 in UTC.

    Slides and recordings are not among them: they come afterwards, and are shown as soon as they are there.
    """
    return {
        "title": session.title,
        "abstract": session.abstract,
        "kind": session.kind.value,
        "status": session.status.value,
        "language": session.language,
        "starts_at": _moment(session.starts_at),
        "ends_at": _moment(session.ends_at),
        "rooms": [{"public_id": room.public_id, "name": room.name} for room in session.rooms],
        "track": session.track.name if session.track else "",
        "track_id": session.track.public_id if session.track else "",
        "colour": session.track.colour if session.track else 1,
        "capacity": session.capacity,
        "parent": session.parent.public_id if session.parent else None,
        "speakers": [{**named(each.speaker), "role": each.role.value} for each in session.appearances],
    }


def named(speaker: Speaker) -> dict[str, str]:
    """Return what the facts of a session tell of a speaker; what is told on their own page alone is not among it."""
    photo = {"photo": speaker.photo_digest} if speaker.photo_digest else {}
    return {"public_id": speaker.public_id, "name": speaker.name, "affiliation": speaker.affiliation, **photo}


def drafted(event_id: int) -> list[Session]:
    """Return the sessions that the next version will show, in order of time: what is hidden or taken out is not."""
    return list(
        db.session.scalars(
            sa.select(Session)
            .outerjoin(Room, Room.id == Session.room_id)
            .where(
                Session.event_id == event_id,
                Session.is_hidden.is_(False),
                Session.status != SessionStatus.REMOVED,
            )
            .order_by(Session.starts_at.asc().nulls_last(), sa.func.coalesce(Room.position, 0), Session.id)
            .options(
                joinedload(Session.room),
                joinedload(Session.track),
                joinedload(Session.parent),
                selectinload(Session.further_rooms),
                selectinload(Session.appearances).joinedload(Appearance.speaker),
            )
        )
    )


def last(event_id: int) -> Version | None:
    """Return the version that the public sees, or None before the first."""
    asked = sa.select(Version).where(Version.event_id == event_id)
    return db.session.scalars(asked.order_by(Version.number.desc()).limit(1)).first()


# Built once: each view of a programme asks it.
_edition = (
    sa.select(Version.id, Version.stamp)
    .where(Version.event_id == sa.bindparam("event_id"))
    .order_by(Version.number.desc())
    .limit(1)
)


def edition(event_id: int) -> tuple[int, int] | None:
    """Return what tells one state of the published programme from every other; None before the first version."""
    row = db.session.execute(_edition, {"event_id": event_id}).first()
    return (row.id, row.stamp) if row else None


def pending(event_id: int, sessions: Iterable[Session] | None = None) -> tuple[Change, ...]:
    """Return what the next version would change; `sessions` are those it will show, where they are at hand."""
    return changes.between(_shown(event_id), _drafted(drafted(event_id) if sessions is None else sessions))


def digest(found: Iterable[Change]) -> str:
    """Return a digest of changes: what an organiser saw, told from what there is to publish by now."""
    said = [change.to_json() for change in found]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def bring(event: Event, *, at: datetime, name: str = "", is_quiet: bool = False) -> tuple[Version, tuple[Change, ...]]:
    """Let the public see the programme as it is now: write its facts and its version, and what changed by it.

    What was taken out goes. The caller holds the event's turnstile, and brings the calendar up to date afterwards.
    """
    sessions, before = drafted(event.id), last(event.id)
    found = changes.between(_shown(event.id), _drafted(sessions))
    _write(event.id, sessions, at)
    version = Version(
        event_id=event.id,
        number=before.number + 1 if before else 1,
        name=name,
        is_quiet=is_quiet,
        published_at=at,
        # Of a first version everything is new, and that need not be told.
        changes=[change.to_json() for change in found] if before else [],
    )
    db.session.add(version)
    db.session.flush()
    return version, found


# Built once: what tells of a speaker.
_TELLING = (
    sa.select(PublishedSession.session_id, PublishedSession.event_id, PublishedSession.facts)
    .join(PublishedVoice, PublishedVoice.session_id == PublishedSession.session_id)
    .where(PublishedVoice.speaker_id == sa.bindparam("speaker_id"))
    .order_by(PublishedSession.session_id)
)


# Counted by the database: what a version was read as before may be out of date.
_COUNTED = (
    sa.update(Version)
    .where(
        Version.id
        == sa.select(Version.id)
        .where(Version.event_id == sa.bindparam("of_event"))
        .order_by(Version.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    .values(stamp=Version.stamp + 1)
)


def touch(event_id: int) -> None:
    """Count a change in what is shown beside the version: slides, recordings, a speaker's card."""
    db.session.execute(_COUNTED, {"of_event": event_id}, execution_options={"synchronize_session": False})


def retell(speaker: Speaker, known_as: str | None = None) -> None:
    """Show of a speaker, in what is published, the photo that they have now, under the public id that they have now.

    `known_as` is the one they had there. Another name waits for the next version. The caller holds the turnstiles of
    the events at which they speak, so that no version is published meanwhile and then undone.
    """
    was, events = known_as or speaker.public_id, set()
    for session_id, event_id, facts in db.session.execute(_TELLING, {"speaker_id": speaker.id}).all():
        told = [_retold(voice, speaker) if voice["public_id"] == was else voice for voice in facts["speakers"]]
        told = list({(voice["public_id"], voice["role"]): voice for voice in told}.values())
        events.add(event_id)
        if told != facts["speakers"]:
            shown = sa.update(PublishedSession).where(PublishedSession.session_id == session_id)
            db.session.execute(
                shown.values(facts={**facts, "speakers": told}), execution_options={"synchronize_session": False}
            )
    for event_id in sorted(events):
        touch(event_id)


def _retold(voice: Mapping[str, str], speaker: Speaker) -> dict[str, str]:
    kept = {name: value for name, value in voice.items() if name != "photo"}
    return kept | {name: value for name, value in named(speaker).items() if name in {"public_id", "photo"}}


def _write(event_id: int, sessions: list[Session], at: datetime) -> None:
    db.session.flush()
    db.session.execute(
        sa.delete(PublishedSession).where(PublishedSession.event_id == event_id),
        execution_options={"synchronize_session": False},
    )
    rows = [
        {
            "session_id": session.id,
            "event_id": event_id,
            "public_id": session.public_id,
            "position": position,
            "facts": facts_of(session),
        }
        for position, session in enumerate(sessions)
    ]
    if rows:
        db.session.execute(sa.insert(PublishedSession), rows)
    _write_voices(event_id, sessions, at)
    asked = sa.select(Session).where(Session.event_id == event_id, Session.status == SessionStatus.REMOVED)
    removed = db.session.scalars(asked).all()
    partings.delete([session.id for session in removed], at=at)
    for session in removed:
        db.session.delete(session)


def _write_voices(event_id: int, sessions: list[Session], at: datetime) -> None:
    theirs = Entry.event_id == event_id
    before = partings.speaking(theirs)
    own = sa.select(Session.id).where(Session.event_id == event_id)
    db.session.execute(
        sa.delete(PublishedVoice).where(PublishedVoice.session_id.in_(own)),
        execution_options={"synchronize_session": False},
    )
    named = {(session.id, each.speaker_id) for session in sessions for each in session.appearances}
    if named:
        rows = [{"session_id": session_id, "speaker_id": speaker_id} for session_id, speaker_id in sorted(named)]
        db.session.execute(sa.insert(PublishedVoice), rows)
    partings.note_speakers(theirs, before, at=at)


def _shown(event_id: int) -> dict[str, Mapping[str, Any]]:
    asked = sa.select(PublishedSession.public_id, PublishedSession.facts).where(PublishedSession.event_id == event_id)
    return {row.public_id: row.facts for row in db.session.execute(asked.order_by(PublishedSession.position))}


def _drafted(sessions: Iterable[Session]) -> dict[str, Mapping[str, Any]]:
    return {session.public_id: facts_of(session) for session in sessions}


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None

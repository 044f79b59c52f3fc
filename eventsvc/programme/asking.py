"""Letters to those who are asked to speak: one each, about all that an event asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.mail import outbox
from eventsvc.mail.outbox import Draft, Recipient
from eventsvc.programme.models import Appearance, Speaker
from eventsvc.registration import told

People = Sequence[tuple[Speaker, list[Appearance]]]


def invited(event: Event, people: People, *, at: datetime) -> None:
    """Ask people whether they come."""
    _post("speaker_invited", event, people, at)


def reminded(event: Event, people: People, *, at: datetime) -> None:
    """Ask them once more."""
    _post("speaker_reminded", event, people, at)


def _post(kind: str, event: Event, people: People, at: datetime) -> None:
    """Lay all letters with one statement; a letter that still waits is replaced by the one that asks for more."""
    if not people:
        return
    facts = told.of_event(event) | {"is_public": event.is_public}
    outbox.replace_all_waiting([_about(event, speaker) for speaker, _rows in people])
    drafts = [
        Draft(
            kind,
            Recipient(speaker.email, speaker.name, speaker.language, event.contact_email),
            facts | {"name": speaker.name, "parts": _parts(rows)},
            key=f"{kind}:{event.id}:{speaker.id}:{at.timestamp()}",
            about=_about(event, speaker),
            event_id=event.id,
            registration_id=None,
            due_at=at,
            speaker_id=speaker.id,
        )
        for speaker, rows in people
    ]
    outbox.post_all(drafts, at=at)


def _about(event: Event, speaker: Speaker) -> str:
    return f"asking:{event.id}:speaker:{speaker.id}"


def _parts(rows: Iterable[Appearance]) -> list[dict[str, Any]]:
    """Return each session once, with all roles that somebody has in it."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        session = row.session
        said = snapshot(session, ("title", "starts_at", "ends_at"))
        said |= {"room": ", ".join(room.name for room in session.rooms), "roles": []}
        found.setdefault(row.session_id, said)["roles"].append(row.role.value)
    return list(found.values())

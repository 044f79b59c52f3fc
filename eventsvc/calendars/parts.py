"""The entries of sessions as letters carry them: by session, or by the uid that a calendar knows them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc.calendars import nouns
from eventsvc.calendars.models import Entry, EntryKind
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme.models import Session

_UIDS = (
    sa.select(Session.public_id, Entry.uid)
    .join(Entry, Entry.session_id == Session.id)
    .where(Session.event_id == sa.bindparam("event_id"))
)
_PARTS = (
    sa.select(
        Session.public_id,
        Entry.uid,
        Entry.facts,
        Entry.entitled_facts,
        Entry.sequence,
        Entry.session_id,
        Event.language,
    )
    .join(Event, Event.id == Entry.event_id)
    .outerjoin(Session, Session.id == Entry.session_id)
    .where(Entry.event_id == sa.bindparam("event_id"), Entry.kind == EntryKind.SESSION)
    .order_by(Entry.starts_at, Entry.id)
)


@dataclass(frozen=True, slots=True)
class Part:
    """A session's entry for a letter: what it shows to those who speak and to those who come, and its sequence.

    `facts` tell how to answer; `entitled_facts` how to cancel, and the link to join. `session_id` is None of a session
    that was deleted.
    """

    facts: dict[str, Any]
    entitled_facts: dict[str, Any]
    sequence: int
    session_id: int | None

    @property
    def is_off(self) -> bool:
        """Tell whether it says that the session is not."""
        return self.facts.get("status") == Status.CANCELLED


def uids_of_sessions(event_id: int) -> dict[str, str]:
    """Return the uid of each session that has an entry, by its public id: a deleted one is found by its uid only."""
    return {row.public_id: row.uid for row in db.session.execute(_UIDS, {"event_id": event_id})}


def by_session(event_id: int, public_ids: Iterable[str], uids: Mapping[str, str]) -> dict[str, Part]:
    """Return the entries of some sessions by public id; `uids` are of those that may be deleted by now."""
    wanted = set(public_ids)
    deleted = {uids[public_id]: public_id for public_id in wanted & set(uids)}
    which = sa.or_(Session.public_id.in_(wanted), Entry.uid.in_(deleted))
    return {
        row.public_id or deleted[row.uid]: _part(row)
        for row in db.session.execute(_PARTS.where(which), {"event_id": event_id})
    }


def by_uid(event_id: int, uids: Collection[str], *, after: datetime) -> dict[str, Part]:
    """Return the entries of sessions that have these uids and end after a moment, in order of time."""
    if not uids:
        return {}
    found = db.session.execute(_PARTS.where(Entry.uid.in_(uids), Entry.ends_at > after), {"event_id": event_id})
    return {row.uid: _part(row) for row in found}


def _part(row: Any) -> Part:
    showing = Showing.from_json(row.facts)
    with force_locale(row.language):
        to_speak = nouns.noted(showing, nouns.how_to_answer(showing.organiser_email)).to_json()
        to_come = row.entitled_facts or nouns.noted(showing, nouns.how_to_cancel(showing.organiser_email)).to_json()
    return Part(to_speak, to_come, row.sequence, row.session_id)

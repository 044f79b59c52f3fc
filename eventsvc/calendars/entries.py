"""What an event's calendar shows, kept as rows and written only when it differs."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc import clock
from eventsvc.calendars import ics, nouns, shelves, writing
from eventsvc.calendars.models import CalendarVersion, Entry, EntryKind
from eventsvc.calendars.shelves import Shelf
from eventsvc.calendars.showings import Showing, Status
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.models import PublishedSession, Session
from eventsvc.programme.reading import Item
from eventsvc.registration import seats

Key = tuple[EntryKind, int | None]

# Built once, as they are asked while others wait at the turnstile.
_WHOLE = sa.select(Entry.facts, Entry.entitled_facts, Entry.sequence).where(
    Entry.event_id == sa.bindparam("event_id"), Entry.kind == EntryKind.EVENT
)
_INVITATION = _WHOLE.where(Entry.gone_at.is_(None))
_TOMBSTONE = _WHOLE.where(Entry.gone_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as it should be, for everybody and for those who hold a seat (None: the same), and its shelf.

    `public_id` is that of the session it shows.
    """

    public: Showing
    entitled: Showing | None
    shelf: Shelf
    public_id: str | None = None

    def digest(self) -> str:
        """Return the digest of both, so that news in either is news."""
        return hashlib.sha256(f"{self.public.digest()}{self.entitled and self.entitled.digest()}".encode()).hexdigest()


def refresh(event: Event, *, at: datetime) -> int:
    """Bring an event's entries up to date in the caller's transaction; return how many were written.

    Ends every act that may change what a calendar shows. Only what differs is written; its `sequence` rises, and with
    it, once, the event's calendar version. What vanished stays as a tombstone that says CANCELLED. A draft shows
    nothing.
    """
    db.session.flush()
    if not event.is_public:
        return 0
    kept = _kept(event.id)
    with force_locale(event.language):
        shown = dict(_shown(event, kept))
    _rename_tracks(event.id, kept, shown)
    is_burial = any(_leaves(entry, shown.get(key)) for key, entry in kept.items())
    written = sum(_bring(shown.get(key), entry, at) for key, entry in kept.items())
    written += _lay([_fresh(event, key, each, at) for key, each in shown.items() if key not in kept])
    db.session.flush()
    _raise_version(event, is_news=written > 0, at=at, is_burial=is_burial)
    return written


def invitation_of(event: Event) -> dict[str, Any] | None:
    """Return a snapshot for a letter: `facts`, a Showing as JSON with the join link, and its `sequence`."""
    return _looked_up(_INVITATION, event)


def end_of(event: Event) -> dict[str, Any] | None:
    """Return the like of the tombstone of an event that had a date and has none any more."""
    return _looked_up(_TOMBSTONE, event)


def count_past(event: Event, counts: Mapping[str, int], *, at: datetime) -> None:
    """Let entries count higher than some calendars were told, of which nothing is known any more.

    No news, as nothing is shown otherwise; whoever comes back is sent an entry that counts.
    """
    behind = sa.select(Entry).where(Entry.event_id == event.id, Entry.uid.in_(counts))
    for entry in db.session.scalars(behind.execution_options(populate_existing=True)):
        if entry.sequence <= counts[entry.uid]:
            entry.sequence = counts[entry.uid] + 1
            _write(entry, _as_kept(entry), entry.digest, entry.changed_at)
    db.session.flush()
    _raise_version(event, is_news=True, at=at)


def rewrite_outdated(*, at: datetime, limit: int = 500) -> int:
    """Write again entries of one event that an older writer wrote; return how many.

    No news: neither sequence nor stamps change, although they show what the older writer did not know of. The version
    does, so that nobody keeps the old bytes under the new writer's name. The worker calls it until it answers 0; it
    holds the turnstile, as every act does that brings entries up to date.
    """
    event_id = db.session.scalar(sa.select(Entry.event_id).where(Entry.writer != writing.writer()).limit(1))
    if event_id is None:
        return 0
    seats.hold(event_id)
    event = db.session.get_one(Event, event_id, populate_existing=True)
    kept = _kept(event_id)
    with force_locale(event.language):
        shown = dict(_shown(event, kept)) if event.is_public else {}
    outdated = [(key, entry) for key, entry in kept.items() if entry.writer != writing.writer()][:limit]
    for key, entry in outdated:
        fresh = shown.get(key) if entry.gone_at is None else None
        _write(entry, fresh or _as_kept(entry), fresh.digest() if fresh else entry.digest, entry.changed_at)
    db.session.flush()
    _raise_version(event, is_news=True, at=at)
    return len(outdated)


def _as_kept(entry: Entry) -> Shown:
    return Shown(Showing.from_json(entry.facts), _full(entry.entitled_facts), Shelf.of(entry))


def _looked_up(asked: sa.Select[Any], event: Event) -> dict[str, Any] | None:
    # `refresh` leaves nothing unwritten, so nothing else need be written for this look's sake.
    with db.session.no_autoflush:
        row = db.session.execute(asked, {"event_id": event.id}).first()
    return {"facts": row.entitled_facts or row.facts, "sequence": row.sequence} if row else None


def _full(facts: dict[str, Any] | None) -> Showing | None:
    return Showing.from_json(facts) if facts else None


def _kept(event_id: int) -> dict[Key, Entry]:
    """Return the entries there are; one whose session was deleted goes by a number no session has."""
    entries = db.session.scalars(
        sa.select(Entry).where(Entry.event_id == event_id).execution_options(populate_existing=True)
    )
    return {(entry.kind, _number(entry)): entry for entry in entries}


def _number(entry: Entry) -> int | None:
    return None if entry.kind is EntryKind.EVENT else entry.session_id or -entry.id


def _shown(event: Event, kept: dict[Key, Entry]) -> Iterator[tuple[Key, Shown]]:
    """Yield each thing the calendar should show, under the uid its entry has or is to have."""
    if event.starts_at is None:
        return
    key: Key = (EntryKind.EVENT, None)
    whole = nouns.of_event(event, uid=_uid(kept.get(key)), created_at=event.created_at)
    yield key, Shown(whole, nouns.entitled(whole, event), Shelf.of_event(event))
    for session, created_at in _sessions(event.id):
        key = (EntryKind.SESSION, session.session_id)
        uid = _uid(kept.get(key))
        part = nouns.of_session(session, event, uid=uid, parent_uid=whole.uid, created_at=created_at)
        # How to cancel is written in when it is read: a second writing of thousands of sessions is no small thing.
        own = nouns.entitled(part, event) if event.join_url else None
        yield key, Shown(part, own, Shelf.of_session(session), session.public_id)


def _sessions(event_id: int) -> Iterator[tuple[Item, datetime]]:
    """Yield what a calendar shows of the published programme, and when it was made: what has a time, and no breaks."""
    wanted = (
        sa.select(PublishedSession.session_id, PublishedSession.public_id, PublishedSession.facts, Session.created_at)
        .join(Session, Session.id == PublishedSession.session_id)
        .where(PublishedSession.event_id == event_id)
        .order_by(PublishedSession.position)
    )
    for session_id, public_id, facts, created_at in db.session.execute(wanted):
        item = reading.item_of(session_id, public_id, facts)
        if item.starts_at is not None and not item.is_break:
            yield item, created_at


def _uid(entry: Entry | None) -> str:
    return entry.uid if entry else str(uuid.uuid4())


def _lay(rows: list[dict[str, Any]]) -> int:
    """Lay many new entries by one statement; return how many."""
    if rows:
        db.session.execute(sa.insert(Entry), rows)
    return len(rows)


def _fresh(event: Event, key: Key, shown: Shown, at: datetime) -> dict[str, Any]:
    """Return the columns of a new entry."""
    kind, session_id = key
    return {
        "kind": kind,
        "event_id": event.id,
        "session_id": session_id,
        "session_public_id": shown.public_id,
        "uid": shown.public.uid,
        "sequence": 0,
        "created_at": shown.public.created_at,
        **_columns(shown, shown.digest(), 0, at),
    }


def _bring(shown: Shown | None, entry: Entry, at: datetime) -> bool:
    """Rewrite or bury one entry; tell whether anything was written."""
    if shown is None:
        return entry.gone_at is None and _bury(entry, at)
    digest, shelf = shown.digest(), Shelf.of(entry)
    # Another shelf is news: where it stood it is struck out, and must count higher when it comes back there.
    if entry.digest != digest or entry.gone_at is not None or shelf != shown.shelf:
        entry.sequence += 1
    elif entry.writer == writing.writer():
        return False
    else:
        at = entry.changed_at
    at = max(at, entry.changed_at)
    if shelf.has_lost(shown.shelf):
        db.session.add(shelves.left(entry, at))
    entry.gone_at = None
    _write(entry, shown, digest, at)
    return True


def _rename_tracks(event_id: int, kept: Mapping[Key, Entry], shown: Mapping[Key, Shown]) -> None:
    stood = {key: Shelf.of(entry) for key, entry in kept.items()}
    stands = {key: each.shelf for key, each in shown.items()}
    shelves.rename_tracks(event_id, stood, stands)


def _leaves(entry: Entry, shown: Shown | None) -> bool:
    """Tell whether something will be struck out for an entry's sake."""
    return entry.gone_at is None if shown is None else Shelf.of(entry).has_lost(shown.shelf)


def _bury(entry: Entry, at: datetime) -> bool:
    """Turn an entry into a tombstone."""
    facts = replace(Showing.from_json(entry.facts), status=Status.CANCELLED)
    at = max(at, entry.changed_at)
    entry.sequence += 1
    entry.gone_at = at
    _write(entry, replace(_as_kept(entry), public=facts, entitled=None), entry.digest, at)
    return True


def _write(entry: Entry, shown: Shown, digest: str, at: datetime) -> None:
    for name, value in _columns(shown, digest, entry.sequence, at).items():
        setattr(entry, name, value)


def _columns(shown: Shown, digest: str, sequence: int, at: datetime) -> dict[str, Any]:
    """Return what an entry keeps of what it shows."""
    public, entitled, shelf = shown.public, shown.entitled, shown.shelf
    return {
        "digest": digest,
        "writer": writing.writer(),
        "changed_at": at,
        "starts_at": public.starts_at,
        "ends_at": public.ends_at,
        "timezone": public.timezone,
        "facts": public.to_json(),
        "body": ics.event(public, sequence=sequence, changed_at=at),
        "entitled_facts": entitled.to_json() if entitled else None,
        "entitled_body": ics.event(entitled, sequence=sequence, changed_at=at) if entitled else None,
        **shelf.columns(),
    }


def _raise_version(event: Event, *, is_news: bool, at: datetime, is_burial: bool = False) -> None:
    listing = _listing(event)
    # By the clock now, not by that of an act which waited at the turnstile: what is written later is stamped later.
    at = max(at, clock.now())
    changed = CalendarVersion.listing != listing if not is_news else sa.true()
    values: dict[str, Any] = {"version": CalendarVersion.version + 1, "listing": listing, "changed_at": at}
    db.session.execute(
        sa.update(CalendarVersion)
        .where(CalendarVersion.event_id == event.id, changed)
        .values(values | ({"buried_at": at} if is_burial else {}))
        .execution_options(synchronize_session=False)
    )


def _listing(event: Event) -> str:
    """Digest what decides where an event is listed, and under which names: it changes feeds, but no entry."""
    series = (event.series.slug, event.series.title) if event.series else ()
    partners = sorted(each.partner.name for each in event.partners)
    said = (event.slug, event.title, event.kind, event.mode, event.status, event.is_unlisted, event.timezone, *series)
    return hashlib.sha256(repr((*said, event.language, *partners)).encode()).hexdigest()

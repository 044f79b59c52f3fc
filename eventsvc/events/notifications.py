"""What happens to an event, told to everybody who holds or awaits a place: as many statements for one as for hundreds.

Call them when the calendar's entries say so already, as the letters carry these; and while the turnstile is held, so
that nobody comes or goes meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import holdings, outbox
from eventsvc.mail.outbox import PAUSE, Draft, Recipient, Withdrawn
from eventsvc.registration import told
from eventsvc.registration.holding import Calendars
from eventsvc.registration.models import LIVE, Registration

# What is as it was when a letter was laid, and not as it is now.
_FLEETING = ("invitation", "join_url", "entries", "asked", "let_go")


@dataclass(frozen=True, slots=True)
class _Edit:
    """What an edit changed, and whether people are to hear of it."""

    before: Mapping[str, Any]
    names: frozenset[str]
    is_told: bool
    at: datetime


class _Writing:
    """The letters about one event at one moment: what they have in common is looked up once."""

    def __init__(self, event: Event, at: datetime) -> None:
        self._event = event
        self._facts = told.of_event(event)
        self._invitation = entries.invitation_of(event)
        self._end = None if self._invitation else entries.end_of(event)
        self._calendars = Calendars(event.id, _live(event), at=at)

    def facts(self, to: Registration) -> dict[str, Any]:
        """Return what any letter to this person tells, with the invitations of whoever has a seat."""
        facts = self._facts | told.of_person(to, self._event.join_url)
        if to.is_confirmed and self._invitation:
            facts["invitation"] = told.counted(self._invitation, to)
        return facts | holdings.told(self._calendars.asks(to))

    def end(self, to: Registration) -> dict[str, Any]:
        """Return the end of an entry whose date was taken away, for whoever has a seat."""
        return {"ending": told.counted(self._end, to)} if to.is_confirmed and self._end else {}

    def draft(self, kind: str, to: Registration, facts: dict[str, Any], *, due_at: datetime) -> Draft:
        event = self._event
        return Draft(
            kind,
            Recipient(to.email or "", to.name, to.language, event.contact_email),
            facts,
            # Each act is a revision of its own.
            key=f"{kind}:{to.id}:{event.revision}",
            about=f"registration:{to.id}",
            event_id=event.id,
            registration_id=to.id,
            due_at=due_at,
        )


def cancelled(event: Event, *, sentence: str, at: datetime) -> int:
    """Tell everybody that the event will not be, in the organiser's words; return how many letters that makes."""
    return _to_all("event_cancelled", event, {"sentence": sentence}, at)


def reinstated(event: Event, *, at: datetime) -> int:
    """Tell everybody that the event takes place after all; return how many letters that makes."""
    return _to_all("event_reinstated", event, {}, at)


def changed(event: Event, before: Mapping[str, Any], *, is_told: bool, at: datetime) -> int:
    """Tell everybody what changed of the title, the time, the place or the link to join; return how many are told.

    `before` is what `contents.of` said. Letters that still wait tell the new facts in any case: one of this kind keeps
    what it would have said it was, and is not sent at all if that is so again.
    """
    writing = _Writing(event, at)
    was, now = told.stored(before), told.of_event(event)
    names = frozenset(told.changed({**was, "join_url": before["join_url"]}, {**now, "join_url": event.join_url}))
    if not names:
        return 0
    edit = _Edit(was | {"join_url": before["join_url"]}, names, is_told, at)
    waiting = outbox.withdraw(_live(event))
    drafts = [_news(writing, edit, person, waiting.get(person.id)) for person in _people(event)]
    letters = [draft for draft in drafts if draft is not None]
    outbox.post_all(letters, at=at)
    return len(letters) if is_told else 0


def reach(event: Event) -> int:
    """Count the people whom a letter to everybody would reach."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_reached(event).subquery())) or 0


def _to_all(kind: str, event: Event, more: dict[str, Any], at: datetime) -> int:
    writing = _Writing(event, at)
    outbox.withdraw(_live(event))
    drafts = [writing.draft(kind, to, writing.facts(to) | more, due_at=at) for to in _people(event)]
    outbox.post_all(drafts, at=at)
    return len(drafts)


def _news(writing: _Writing, edit: _Edit, to: Registration, held: Withdrawn | None) -> Draft | None:
    """Write what one person is to hear, in the place of the letter that was held back; None: there is nothing."""
    facts = writing.facts(to)
    if held is not None and held.kind != "event_changed":
        # Whoever was not told the old facts is told the new ones, not that they changed.
        kept = {name: value for name, value in held.facts.items() if name not in _FLEETING}
        return writing.draft(held.kind, to, kept | facts, due_at=held.due_at)
    was = held.facts["was"] if held else _seen_by(to, edit.before)
    names = (edit.names if edit.is_told else frozenset()) | set(held.facts["changed"] if held else ())
    changes = [name for name in told.changed(was, facts) if name in names]
    if not changes:
        return None
    facts |= {"was": was, "changed": changes} | (writing.end(to) if "when" in changes else {})
    return writing.draft("event_changed", to, facts, due_at=_due(edit, held))


def _due(edit: _Edit, held: Withdrawn | None) -> datetime:
    return edit.at + PAUSE if edit.is_told or held is None else held.due_at


def _seen_by(to: Registration, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts before an edit as this person knew them."""
    return {"event": before["event"], "venue": before["venue"]} | told.taking_part(to, before["join_url"])


def _live(event: Event) -> sa.Select[int]:
    return sa.select(Registration.id).where(Registration.event_id == event.id, Registration.state.in_(LIVE))


def _reached(event: Event) -> sa.Select[int]:
    return _live(event).where(Registration.email.is_not(None))


def _people(event: Event) -> list[Registration]:
    """Return everybody live who has an address: whom an organiser added by hand may have none."""
    asked = sa.select(Registration).where(Registration.id.in_(_reached(event))).order_by(Registration.turn)
    return list(db.session.scalars(asked.execution_options(populate_existing=True)))

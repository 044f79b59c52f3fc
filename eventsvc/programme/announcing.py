"""What happens to an event, told to those who speak at it; and the end of what their calendars hold of it.

As many statements for one as for hundreds. Called when the calendar's entries say so already, as the letters carry
these; and while the turnstile is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc.calendars import nouns, partings, parts
from eventsvc.calendars.parts import Part
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import holdings, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import PAUSE, Draft, Recipient, Withdrawn
from eventsvc.programme import keys, speaking
from eventsvc.programme.models import Speaker
from eventsvc.registration import told

KINDS = frozenset({"speaker_event_cancelled", "speaker_event_reinstated", "speaker_event_changed"})

# What speakers hear of; the link to join is not among it, as they get theirs from a person.
_NEWS = ("title", "when", "where")


def cancelled(event: Event, *, sentence: str, at: datetime) -> int:
    """Tell everybody who speaks that the event will not be; return how many letters that makes."""
    return _to_all("speaker_event_cancelled", event, {"sentence": sentence}, at)


def reinstated(event: Event, *, at: datetime) -> int:
    """Tell everybody who speaks that the event takes place after all; return how many letters that makes."""
    return _to_all("speaker_event_reinstated", event, {}, at)


def changed(event: Event, before: Mapping[str, Any], *, is_told: bool, at: datetime) -> int:
    """Tell everybody who speaks what changed of the title, the time or the place; return how many are told.

    `before` is what `contents.of` said. One that still waits keeps what it would have said it was, and is not sent at
    all if that is so again.
    """
    was, now = told.stored(before), told.of_event(event)
    names = [name for name in told.changed(was, now) if name in _NEWS]
    if not names:
        return 0
    writing, held = _Writing(event, at), outbox.withdraw_kinds(event.id, KINDS)
    drafts = [writing.news(to, was, names if is_told else [], held.get(_about(event, to))) for to in writing.people]
    letters = [draft for draft in drafts if draft is not None]
    outbox.post_all(letters, at=at)
    return len(letters) if is_told else 0


def answered(event: Event, speaker: Speaker, *, at: datetime) -> None:
    """Let somebody's calendar let go of what they said they do not come to, or hold it again.

    Only of what letters asked it to hold; the calendar they subscribed to follows by itself.
    """
    about = f"answered:{event.id}:speaker:{speaker.id}"
    outbox.replace_waiting(about)
    calendars = _Calendars(event, [speaker], at)
    asked = calendars.asks(speaker, is_whole=False)
    if not asked:
        return
    facts = _facts(event, speaker, []) | holdings.told(asked)
    draft = _draft("speaker_answered", event, speaker, facts, about, at + PAUSE, at)
    outbox.post_all([draft], at=at)


def reach(event: Event) -> int:
    """Count the people who speak and have an address."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(speaking.people(event).subquery())) or 0


class _Calendars:
    """What the calendars of some speakers hold of an event's sessions by our letters, and what they speak in."""

    def __init__(self, event: Event, people: Iterable[Speaker], at: datetime) -> None:
        numbers = [speaker.id for speaker in people]
        here = sa.and_(Message.speaker_id.in_(numbers), Message.event_id == event.id)
        self._holdings = holdings.of_speakers(here)
        self._parts = parts.by_uid(event.id, holdings.uids(self._holdings.values()), after=at)
        self._spoken = speaking.named(event.id) if self._parts else frozenset()
        with force_locale(event.language):
            self._parting = nouns.without_you()
        self._counts = partings.counts(event.id) if self._parts else {}

    def asks(self, to: Speaker, *, is_whole: bool = True) -> list[Ask]:
        """Return what a letter asks so that somebody's calendar holds what they speak in; it counts as their feed."""

        def is_wanted(part: Part) -> bool:
            return (to.id, part.session_id) in self._spoken

        def offset(uid: str) -> int:
            return self._counts.get((to.id, uid), 0)

        held = self._holdings.get((to.id, to.email), {})
        asked = holdings.asks(held, self._parts, is_wanted, offset=offset, is_whole=is_whole)
        return [holdings.parted(each, self._parting) for each in asked]


class _Writing:
    """The letters about one event at one moment: what they have in common is looked up once."""

    def __init__(self, event: Event, at: datetime) -> None:
        self._event, self._at = event, at
        asked = sa.select(Speaker).where(Speaker.id.in_(speaking.people(event))).order_by(Speaker.id)
        self.people = db.session.scalars(asked.execution_options(populate_existing=True)).all()
        for speaker in self.people:
            keys.see_to(speaker)
        self._calendars = _Calendars(event, self.people, at)
        self._parts = speaking.parts(event.id)

    def facts(self, to: Speaker) -> dict[str, Any]:
        """Return what any letter to this person tells, and asks of their calendar."""
        return _facts(self._event, to, self._parts.get(to.id, [])) | holdings.told(self._calendars.asks(to))

    def draft(self, kind: str, to: Speaker, facts: dict[str, Any], *, due_at: datetime) -> Draft:
        return _draft(kind, self._event, to, facts, _about(self._event, to), due_at, self._at)

    def news(self, to: Speaker, was: Mapping[str, Any], names: list[str], held: Withdrawn | None) -> Draft | None:
        """Write what one person is to hear, in the place of the letter that was held back; None: there is nothing."""
        facts = self.facts(to)
        if held is not None and held.kind != "speaker_event_changed":
            return self.draft(held.kind, to, {"sentence": held.facts.get("sentence", "")} | facts, due_at=held.due_at)
        first = held.facts["was"] if held else was
        wanted = {*names, *(held.facts["changed"] if held else ())}
        changes = [name for name in told.changed(first, facts) if name in wanted]
        if not changes:
            return None
        due_at = self._at + PAUSE if names or held is None else held.due_at
        return self.draft("speaker_event_changed", to, facts | {"was": first, "changed": changes}, due_at=due_at)


def _to_all(kind: str, event: Event, more: dict[str, Any], at: datetime) -> int:
    writing = _Writing(event, at)
    outbox.withdraw_kinds(event.id, KINDS)
    drafts = [writing.draft(kind, to, writing.facts(to) | more, due_at=at) for to in writing.people]
    outbox.post_all(drafts, at=at)
    return len(drafts)


def _draft(
    kind: str, event: Event, to: Speaker, facts: dict[str, Any], about: str, due_at: datetime, at: datetime
) -> Draft:
    return Draft(
        kind,
        Recipient(to.email, to.name, to.language, event.contact_email),
        facts,
        key=f"{kind}:{event.id}:{to.id}:{at.timestamp()}:{event.revision}",
        about=about,
        event_id=event.id,
        registration_id=None,
        due_at=due_at,
        speaker_id=to.id,
    )


def _facts(event: Event, to: Speaker, spoken: list[dict[str, Any]]) -> dict[str, Any]:
    return told.of_event(event) | {"is_public": event.is_public, "name": to.name, "parts": spoken}


def _about(event: Event, to: Speaker) -> str:
    return f"event:{event.id}:speaker:{to.id}"

"""The letters about a new version of a programme: one each, however many of their sessions changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc.calendars import nouns, partings, parts, showings
from eventsvc.calendars.ics import Method
from eventsvc.calendars.parts import Part
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.mail import holdings, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.invitations import OF_PROGRAMME
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import PAUSE, Draft, Recipient, Withdrawn
from eventsvc.programme import keys, news
from eventsvc.programme.changes import Change
from eventsvc.programme.models import Speaker, Version
from eventsvc.programme.notifications.whom import WAITS, Concerned, Found, Reach, concerned, speakers_with, tells
from eventsvc.registration import told
from eventsvc.registration.models import Registration


def published(event: Event, version: Version, people: Concerned, *, at: datetime) -> int:
    """Write to everybody concerned; letters that still wait take up what changed since, and keep what was first.

    A quiet version writes to nobody anew. Return how many letters wait now.
    """
    if not tells(event, at):
        return 0
    return _write(event, _Edition(_key(version), version.is_quiet), people, at)


def refreshed(event: Event, *, at: datetime) -> None:
    """Let letters that still wait say what is so of the event by now, and ask what its calendar shows by now."""
    waiting = sa.select(Message.id).where(Message.event_id == event.id, WAITS)
    if db.session.scalar(waiting.limit(1)) is not None:
        edition = _Edition(f"programme again:{event.id}.{event.revision}:", is_quiet=True)
        _write(event, edition, concerned(event, ()), at)


def laid(version: Version) -> Reach:
    """Count the letters that were laid with a version."""
    counted = sa.select(Message.kind, sa.func.count()).where(
        Message.event_id == version.event_id, Message.key.startswith(_key(version), autoescape=True)
    )
    letters = {row[0]: row[1] for row in db.session.execute(counted.group_by(Message.kind))}
    return Reach(letters.get("speaker_programme", 0), letters.get("programme_changed", 0))


Offset = Callable[[str], int]
"""How much higher an entry counts for one reader than for everybody, by its uid."""


@dataclass(frozen=True, slots=True)
class _Edition:
    """What letters are keyed by, and whether it tells anything of its own."""

    key: str
    is_quiet: bool


def _write(event: Event, edition: _Edition, people: Concerned, at: datetime) -> int:
    held = outbox.withdraw_kinds(event.id, OF_PROGRAMME)
    writing = _Writing(event, edition, people, held, at)
    speakers = speakers_with({*people.spoken, *_speaker_ids(held)})
    drafts = [*map(writing.to_attendee, people.attendees), *map(writing.to_speaker, speakers)]
    letters = [draft for draft in drafts if draft is not None]
    outbox.post_all(letters, at=at)
    return len(letters)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What an attendee is told of without having chosen it, and what they chose; of the former no calendar is asked."""

    told: Collection[str]
    chosen: Collection[str]

    def is_so(self, public_id: str, before: Mapping[str, Any] | None) -> bool:
        """Tell it of one session; `before` is what a letter that still waits says of it."""
        was = before is not None and before.get("is_beside", False)
        return public_id in self.told or (was and public_id not in self.chosen)


class _Writing:
    """The letters about one version: what they have in common is looked up once."""

    def __init__(
        self, event: Event, edition: _Edition, people: Concerned, held: Mapping[str, Withdrawn], at: datetime
    ) -> None:
        self._event, self._edition, self._people, self._held, self._at = event, edition, people, held, at
        self._facts = told.of_event(event)
        waiting = {each["public_id"] for letter in held.values() for each in letter.facts["sessions"]}
        changed = {change.public_id for change in people.found}
        self._parts = parts.by_session(event.id, waiting | changed, people.uids)
        with force_locale(event.language):
            self._parting = nouns.without_you()
        self._counts = partings.counts(event.id)
        self._goes_on = {change.public_id for change in people.found if change.now}

    def to_attendee(self, to: Registration) -> Draft | None:
        """Write to somebody who chose sessions; who has a seat is invited to them anew."""
        chosen = self._people.chosen.get(to.id, frozenset())
        is_bystander = to.id in self._people.bystanders
        found = [change for change in self._people.found if is_bystander or change.public_id in chosen]
        recipient = Recipient(to.email or "", to.name, to.language, self._event.contact_email)
        beside = frozenset(change.public_id for change in found) if is_bystander else frozenset()
        own = told.of_person(to, "")
        offset = partial(_same, to.calendar_offset) if to.is_confirmed else None
        return self._draft(
            "programme_changed", f"registration:{to.id}", recipient, found, own, offset, to.id, _Beside(beside, chosen)
        )

    def to_speaker(self, to: Speaker) -> Draft | None:
        """Write to somebody who speaks."""
        found = self._people.spoken.get(to.public_id, ())
        recipient = Recipient(to.email, to.name, to.language, self._event.contact_email)
        own = {"speaker": to.public_id}

        def offset(uid: str) -> int:
            return self._counts.get((to.id, uid), 0)

        draft = self._draft("speaker_programme", f"speaker:{to.id}", recipient, found, own, offset, None)
        if draft is None:
            return None
        keys.see_to(to)
        return replace(draft, speaker_id=to.id)

    def _draft(
        self,
        kind: str,
        whose: str,
        to: Recipient,
        found: Found,
        own: dict[str, Any],
        offset: Offset | None,
        registration_id: int | None,
        beside: _Beside | None = None,
    ) -> Draft | None:
        """Write one letter in the place of the one that was held back; None: there is nothing to tell."""
        about = f"programme:{self._event.id}:{whose}"
        held = self._held.get(about)
        before = {each["public_id"]: each for each in held.facts["sessions"]} if held else {}
        kept = [Change.from_json(each) for each in before.values()]
        changes = news.following(kept, found, is_quiet=self._edition.is_quiet)
        if not changes:
            return None
        is_held = held is not None and (self._edition.is_quiet or not any(change.is_news for change in found))
        sessions = [self._session(change, before.get(change.public_id), own, offset, beside) for change in changes]
        return Draft(
            kind,
            to,
            self._facts | own | {"sessions": sessions} | holdings.counts(_asked(sessions)),
            key=f"{self._edition.key}{whose}",
            about=about,
            event_id=self._event.id,
            registration_id=registration_id,
            due_at=held.due_at if held and is_held else self._at + PAUSE,
        )

    def _session(
        self,
        change: Change,
        before: Mapping[str, Any] | None,
        own: Mapping[str, Any],
        offset: Offset | None,
        beside: _Beside | None,
    ) -> dict[str, Any]:
        """Return what a letter tells of one session, and asks of the reader's calendar."""
        said = change.to_json() | {"goes_on": "speaker" in own and change.public_id in self._goes_on and not change.now}
        part = self._parts.get(change.public_id)
        if beside and beside.is_so(change.public_id, before):
            return said | {"is_beside": True}
        if part is not None and offset is not None:
            asked = _invitation(part, change, offset(part.facts["uid"]), own)
            return said | {"invitation": holdings.parted(asked, self._parting) if "speaker" in own else asked}
        # Whose session was deleted before the letter went has its end from then.
        kept = before.get("invitation") if before and part is None else None
        return said | ({"invitation": kept} if kept else {})


def _same(offset: int, _uid: str) -> int:
    return offset


def _invitation(part: Part, change: Change, offset: int, own: Mapping[str, Any]) -> dict[str, Any]:
    method = Method.CANCEL if part.is_off or not change.now else Method.REQUEST
    asked = holdings.ask(part, method, part.sequence + offset, is_entitled="speaker" not in own)
    if ticket := own.get("ticket"):
        facts = showings.narrowed(asked["facts"], is_online=Mode(ticket["mode"]) is Mode.ONLINE)
        return {**asked, "facts": facts}
    return asked


def _asked(sessions: Iterable[Mapping[str, Any]]) -> list[Ask]:
    return [each["invitation"] for each in sessions if "invitation" in each]


def _key(version: Version) -> str:
    return f"programme:{version.event_id}.{version.number}:"


def _speaker_ids(held: Mapping[str, Withdrawn]) -> set[str]:
    return {letter.facts["speaker"] for letter in held.values() if "speaker" in letter.facts}

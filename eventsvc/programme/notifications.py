"""A new version of a programme, told to whoever it concerns: those who speak, and those who chose a session.

Whoever is registered and chose nothing that changes, a bystander, is told of all of it where the organiser says so.

One letter each, however many of their sessions changed, and as many statements for one person as for hundreds. Called
while the turnstile is held, when calendars say so already; the words are written when a letter is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.calendars import parts, showings
from eventsvc.calendars.ics import Method
from eventsvc.calendars.parts import Part
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.mail import holdings, outbox
from eventsvc.mail.holdings import Ask
from eventsvc.mail.invitations import OF_PROGRAMME
from eventsvc.mail.models import Message, MessageState
from eventsvc.mail.outbox import PAUSE, Draft, Recipient, Withdrawn
from eventsvc.programme import keys, news
from eventsvc.programme.changes import Change
from eventsvc.programme.models import Answer, Appearance, Session, Speaker, Version
from eventsvc.registration import told
from eventsvc.registration.models import LIVE, Choice, Registration
from eventsvc.text import folded

Found = Sequence[Change]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people are told."""

    speakers: int = 0
    attendees: int = 0

    def __bool__(self) -> bool:
        return self.speakers + self.attendees > 0


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who holds and who speaks in what changed: looked up before the sessions that were taken out are gone.

    `attendees` are those who chose any of it, and those to whom an earlier letter still waits. `uids` names the
    calendar's entries of sessions, which outlive these.
    """

    found: Found
    attendees: Sequence[Registration]
    chosen: Mapping[int, frozenset[str]]
    spoken: Mapping[str, Found]
    uids: Mapping[str, str]
    bystanders: Collection[int] = frozenset()


def concerned(event: Event, found: Found, *, tells_all: bool = False) -> Concerned:
    """Look up whom a version would concern that changes so much; `tells_all`: bystanders too."""
    brief = [news.brief(change) for change in found]
    chosen, spoken = _chosen(event.id, brief), _spoken(event.id, brief)
    beside = _bystanders(event.id, brief) if tells_all else frozenset()
    attendees = _attendees(event.id, brief, beside)
    return Concerned(brief, attendees, chosen, spoken, parts.uids_of_sessions(event.id), beside)


def reach(event: Event, found: Found, *, at: datetime) -> Reach:
    """Count the people that publishing these changes would tell."""
    if not tells(event, at):
        return Reach()
    concerning = [change for change in found if change.is_news]
    spoken = _spoken(event.id, concerning)
    speaking = [each for each, seen in spoken.items() if any(change.is_news for change in seen)]
    return Reach(len(_speakers(speaking)), len(_chosen(event.id, concerning)))


def beside(event: Event, found: Found, *, at: datetime) -> int:
    """Count the bystanders of these changes: registered, with an address, and told nothing unless somebody says so."""
    concerning = [change for change in found if change.is_news]
    return len(_bystanders(event.id, concerning)) if concerning and tells(event, at) else 0


def first_reach(event: Event, found: Found) -> int:
    """Count the people who speak whom publishing a draft with these sessions would tell of theirs."""
    return len(_speakers(_spoken(event.id, found)))


def tells(event: Event, at: datetime) -> bool:
    """Tell whether an event is one whose news concern people: it will be, and is not over."""
    return event.status is Status.PUBLISHED and (event.ends_at is None or event.ends_at > at)


def published(event: Event, version: Version, people: Concerned, *, at: datetime) -> int:
    """Write to everybody concerned; letters that still wait take up what changed since, and keep what was first.

    A quiet version writes to nobody anew. Return how many letters wait now.
    """
    if not tells(event, at):
        return 0
    return _write(event, _Edition(_key(version), version.is_quiet), people, at)


def refreshed(event: Event, *, at: datetime) -> None:
    """Let letters that still wait say what is so of the event by now, and ask what its calendar shows by now."""
    waiting = sa.select(Message.id).where(Message.event_id == event.id, _WAITS)
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


_WAITS = sa.and_(Message.kind.in_(OF_PROGRAMME), Message.state == MessageState.WAITING)


@dataclass(frozen=True, slots=True)
class _Edition:
    """What letters are keyed by, and whether it tells anything of its own."""

    key: str
    is_quiet: bool


def _write(event: Event, edition: _Edition, people: Concerned, at: datetime) -> int:
    held = outbox.withdraw_kinds(event.id, OF_PROGRAMME)
    writing = _Writing(event, edition, people, held, at)
    speakers = _speakers({*people.spoken, *_speaker_ids(held)})
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
        self._goes_on = {change.public_id for change in people.found if change.now}

    def to_attendee(self, to: Registration) -> Draft | None:
        """Write to somebody who chose sessions; who has a seat is invited to them anew."""
        chosen = self._people.chosen.get(to.id, frozenset())
        is_bystander = to.id in self._people.bystanders
        found = [change for change in self._people.found if is_bystander or change.public_id in chosen]
        recipient = Recipient(to.email or "", to.name, to.language, self._event.contact_email)
        beside = frozenset(change.public_id for change in found) if is_bystander else frozenset()
        own = told.of_person(to, "")
        offset = to.calendar_offset if to.is_confirmed else None
        return self._draft(
            "programme_changed", f"registration:{to.id}", recipient, found, own, offset, to.id, _Beside(beside, chosen)
        )

    def to_speaker(self, to: Speaker) -> Draft | None:
        """Write to somebody who speaks."""
        found = self._people.spoken.get(to.public_id, ())
        recipient = Recipient(to.email, to.name, to.language, self._event.contact_email)
        own = {"speaker": to.public_id}
        draft = self._draft("speaker_programme", f"speaker:{to.id}", recipient, found, own, 0, None)
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
        offset: int | None,
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
        offset: int | None,
        beside: _Beside | None,
    ) -> dict[str, Any]:
        """Return what a letter tells of one session, and asks of the reader's calendar."""
        said = change.to_json() | {"goes_on": "speaker" in own and change.public_id in self._goes_on and not change.now}
        part = self._parts.get(change.public_id)
        if beside and beside.is_so(change.public_id, before):
            return said | {"is_beside": True}
        if part is not None and offset is not None:
            return said | {"invitation": _invitation(part, change, offset, own)}
        # Whose session was deleted before the letter went has its end from then.
        kept = before.get("invitation") if before and part is None else None
        return said | ({"invitation": kept} if kept else {})


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


def _spoken(event_id: int, found: Found) -> dict[str, list[Change]]:
    """Return what changes for each speaker, as they see it; whoever declined is told nothing more of that session."""
    spoken: dict[str, list[Change]] = defaultdict(list)
    declined = _declined(event_id)
    for change in found:
        for speaker_id in sorted(news.speakers_of(change)):
            seen = news.seen_by_speaker(change, speaker_id)
            if seen is not None and (speaker_id, change.public_id) not in declined:
                spoken[speaker_id].append(seen)
    return spoken


def _chosen(event_id: int, found: Found) -> dict[int, frozenset[str]]:
    """Return which changed sessions each attendee holds, of those who are live and have an address."""
    asked = sa.select(Choice.registration_id, Session.public_id).join(Session, Session.id == Choice.session_id)
    asked = asked.join(Registration, Registration.id == Choice.registration_id).where(_can_be_told())
    chosen: dict[int, set[str]] = defaultdict(set)
    for registration_id, public_id in db.session.execute(asked.where(_is_changed(event_id, found))):
        chosen[registration_id].add(public_id)
    return {number: frozenset(sessions) for number, sessions in chosen.items()}


def _bystanders(event_id: int, found: Found) -> frozenset[int]:
    """Return the ids of all who are registered and have an address, but for those who are written to anyway.

    Whoever chose any of it is, and so is who speaks in any of it, by whatever address of theirs is on their card.
    """
    spoken = [each for each, seen in _spoken(event_id, found).items() if any(change.is_news for change in seen)]
    speaking = {folded(speaker.email) for speaker in _speakers(spoken)}
    are_told = _choosing().where(_is_changed(event_id, [change for change in found if change.is_news]))
    asked = sa.select(Registration.id, Registration.email_folded).where(
        Registration.event_id == event_id, Registration.id.not_in(are_told), _can_be_told()
    )
    return frozenset(number for number, email in db.session.execute(asked) if email not in speaking)


def _attendees(event_id: int, found: Found, beside: Collection[int] = ()) -> Sequence[Registration]:
    waiting = sa.select(Message.registration_id).where(Message.event_id == event_id, _WAITS)
    is_concerned = sa.or_(
        Registration.id.in_(_choosing().where(_is_changed(event_id, found))),
        Registration.id.in_(waiting),
        Registration.id.in_(beside),
    )
    asked = sa.select(Registration).where(Registration.event_id == event_id, is_concerned, _can_be_told())
    return db.session.scalars(asked.order_by(Registration.turn).execution_options(populate_existing=True)).all()


def _choosing() -> sa.Select[int]:
    """Return the statement of who has a seat in sessions."""
    asked = sa.select(Choice.registration_id).join(Session, Session.id == Choice.session_id)
    return asked.where(Choice.is_waiting.is_(False))


def _declined(event_id: int) -> set[tuple[str, str]]:
    asked = (
        sa.select(Speaker.public_id, Session.public_id)
        .join(Appearance, Appearance.speaker_id == Speaker.id)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id, Appearance.answer == Answer.DECLINED)
    )
    return {(speaker_id, session_id) for speaker_id, session_id in db.session.execute(asked)}


def _speakers(public_ids: Iterable[str]) -> list[Speaker]:
    asked = sa.select(Speaker).where(Speaker.public_id.in_(set(public_ids)), Speaker.email != "")
    return list(db.session.scalars(asked.order_by(Speaker.id).execution_options(populate_existing=True)))


def _is_changed(event_id: int, found: Found) -> sa.ColumnElement[bool]:
    return sa.and_(Session.event_id == event_id, Session.public_id.in_([change.public_id for change in found]))


def _can_be_told() -> sa.ColumnElement[bool]:
    return sa.and_(Registration.state.in_(LIVE), Registration.email.is_not(None))


def _speaker_ids(held: Mapping[str, Withdrawn]) -> set[str]:
    return {letter.facts["speaker"] for letter in held.values() if "speaker" in letter.facts}

"""Whom a new version of a programme concerns: who speaks in what changes, who chose it, and who only stands by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventsvc.calendars import parts
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.invitations import OF_PROGRAMME
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import news
from eventsvc.programme.changes import Change
from eventsvc.programme.models import Answer, Appearance, Session, Speaker
from eventsvc.registration.models import LIVE, Choice, Registration
from eventsvc.text import folded

Found = Sequence[Change]
WAITS = sa.and_(Message.kind.in_(OF_PROGRAMME), Message.state == MessageState.WAITING)
"""Letters about a programme that have not left yet."""


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
    return Reach(len(speakers_with(speaking)), len(_chosen(event.id, concerning)))


def beside(event: Event, found: Found, *, at: datetime) -> int:
    """Count the bystanders of these changes: registered, with an address, and told nothing unless somebody says so."""
    concerning = [change for change in found if change.is_news]
    return len(_bystanders(event.id, concerning)) if concerning and tells(event, at) else 0


def first_reach(event: Event, found: Found) -> int:
    """Count the people who speak whom publishing a draft with these sessions would tell of theirs."""
    return len(speakers_with(_spoken(event.id, found)))


def tells(event: Event, at: datetime) -> bool:
    """Tell whether an event is one whose news concern people: it will be, and is not over."""
    return event.status is Status.PUBLISHED and (event.ends_at is None or event.ends_at > at)


def speakers_with(public_ids: Iterable[str]) -> list[Speaker]:
    """Return those of these speakers who have an address, as they are now."""
    asked = sa.select(Speaker).where(Speaker.public_id.in_(set(public_ids)), Speaker.email != "")
    return list(db.session.scalars(asked.order_by(Speaker.id).execution_options(populate_existing=True)))


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
    speaking = {folded(speaker.email) for speaker in speakers_with(spoken)}
    are_told = _choosing().where(_is_changed(event_id, [change for change in found if change.is_news]))
    asked = sa.select(Registration.id, Registration.email_folded).where(
        Registration.event_id == event_id, Registration.id.not_in(are_told), _can_be_told()
    )
    return frozenset(number for number, email in db.session.execute(asked) if email not in speaking)


def _attendees(event_id: int, found: Found, beside: Collection[int] = ()) -> Sequence[Registration]:
    waiting = sa.select(Message.registration_id).where(Message.event_id == event_id, WAITS)
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


def _is_changed(event_id: int, found: Found) -> sa.ColumnElement[bool]:
    return sa.and_(Session.event_id == event_id, Session.public_id.in_([change.public_id for change in found]))


def _can_be_told() -> sa.ColumnElement[bool]:
    return sa.and_(Registration.state.in_(LIVE), Registration.email.is_not(None))

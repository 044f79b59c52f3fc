"""Asking people to speak: the first letter, the reminder, and the link for whoever has no address."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import acquainted, asking, errors, keys
from eventsvc.programme.models import Answer, Appearance, Session, SessionStatus, Speaker
from eventsvc.registration import seats
from eventsvc.registration.models import TokenKind

_UNANSWERED = (Answer.NOT_ASKED, Answer.INVITED)
PAUSE = timedelta(days=1)
"""How long after a letter somebody is left in peace."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many people were written to, and the names of those whom no letter reaches."""

    letters: int
    unreachable: tuple[str, ...] = ()


def invite(event: Event, speakers: Collection[str] | None = None, *, by: Actor, at: datetime) -> Asked:
    """Ask those who were not asked yet, of these (public ids) or of all: one letter each, about all they are to do.

    What they were asked before and have not answered is told again: a letter about it that waits is replaced.
    """
    seats.hold(event.id)
    asked = _by_speaker(_open(event, at, _UNANSWERED, speakers))
    found = [(speaker, rows) for speaker, rows in asked if any(row.answer is Answer.NOT_ASKED for row in rows)]
    reached = [(speaker, rows) for speaker, rows in found if speaker.email]
    for speaker, rows in reached:
        keys.see_to(speaker)
        for row in rows:
            if row.answer is Answer.INVITED:
                row.reminded_at = at
            else:
                row.answer, row.invited_at = Answer.INVITED, at
        _record("speaker.invited", event, speaker, rows, by=by, at=at)
    db.session.flush()
    asking.invited(event, reached, at=at)
    return Asked(len(reached), tuple(speaker.name for speaker, _rows in found if not speaker.email))


def remind(event: Event, speakers: Collection[str] | None = None, *, by: Actor, at: datetime) -> Asked:
    """Ask those once more who were asked and have not answered, each at most once a day; of all they were asked."""
    seats.hold(event.id)
    asked = _by_speaker(_open(event, at, (Answer.INVITED,), speakers))
    found = [(speaker, rows) for speaker, rows in asked if any(is_to_be_reminded(row, at) for row in rows)]
    reached = [(speaker, own) for speaker, own in found if speaker.email]
    for speaker, own in reached:
        keys.see_to(speaker)
        for row in own:
            row.reminded_at = at
        _record("speaker.reminded", event, speaker, own, by=by, at=at)
    db.session.flush()
    asking.reminded(event, reached, at=at)
    return Asked(len(reached), tuple(speaker.name for speaker, _rows in found if not speaker.email))


def is_to_be_reminded(row: Appearance, at: datetime) -> bool:
    """Tell whether the last letter about an appearance is a day old."""
    last = max((moment for moment in (row.invited_at, row.reminded_at) if moment), default=None)
    return last is None or last <= at - PAUSE


def hand_link(event: Event, speaker: Speaker, *, by: Actor, at: datetime) -> str:
    """Return the token of somebody's own link, for an organiser to pass on; it is written down that they saw it.

    Raises LinkNotYours.
    """
    if acquainted.elsewhere([speaker.id], by):
        raise errors.LinkNotYours(speaker.name)
    keys.see_to(speaker)
    db.session.flush()
    audit.record("speaker.link_shown", speaker, by=by, at=at, event_id=event.id)
    return keys.token_of(speaker, TokenKind.CARD) or keys.replace(speaker, TokenKind.CARD, at=at)


def _open(
    event: Event, at: datetime, answers: tuple[Answer, ...], speakers: Collection[str] | None
) -> Iterable[Appearance]:
    """Return what there is to be asked about: sessions that take place and are not over."""
    asked = (
        sa.select(Appearance)
        .join(Session, Session.id == Appearance.session_id)
        .join(Speaker, Speaker.id == Appearance.speaker_id)
        .where(
            Session.event_id == event.id,
            Session.status == SessionStatus.PLANNED,
            sa.or_(Session.ends_at.is_(None), Session.ends_at > at),
            Appearance.answer.in_(answers),
        )
        .order_by(Speaker.name, Speaker.id, Session.starts_at.asc().nulls_last(), Session.id)
        .options(
            joinedload(Appearance.speaker),
            joinedload(Appearance.session).joinedload(Session.room),
            joinedload(Appearance.session).selectinload(Session.further_rooms),
        )
        .execution_options(populate_existing=True)
    )
    if speakers is not None:
        asked = asked.where(Speaker.public_id.in_(speakers))
    return db.session.scalars(asked).unique().all()


def _by_speaker(rows: Iterable[Appearance]) -> list[tuple[Speaker, list[Appearance]]]:
    found: dict[int, tuple[Speaker, list[Appearance]]] = {}
    for row in rows:
        found.setdefault(row.speaker_id, (row.speaker, []))[1].append(row)
    return list(found.values())


def _record(act: str, event: Event, speaker: Speaker, rows: list[Appearance], *, by: Actor, at: datetime) -> None:
    titles = list(dict.fromkeys(row.session.title for row in rows))
    audit.record(act, speaker, by=by, at=at, event_id=event.id, after={"name": speaker.name, "sessions": titles})

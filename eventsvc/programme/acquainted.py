"""Whose card an organiser may see and change: of people who speak at no event that is kept from them.

A card shows an address, and opens what somebody is to do everywhere; so it is found by name alone only where that tells
an organiser nothing new.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts import leave
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.leave import Act
from eventsvc.accounts.models import AuditEntry
from eventsvc.extensions import db
from eventsvc.programme import errors
from eventsvc.programme.models import Appearance, PublishedVoice, Session, Speaker

# Where somebody speaks: as it is planned, and as the public was told.
_SPOKEN: Any = sa.union_all(
    sa.select(Appearance.speaker_id, Session.event_id).join(Session, Session.id == Appearance.session_id),
    sa.select(PublishedVoice.speaker_id, Session.event_id).join(Session, Session.id == PublishedVoice.session_id),
).subquery("spoken")


def of_event(event_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a speaker is one of an event: speaks there, or did, and was asked or written to."""
    was = sa.select(AuditEntry.subject_id).where(
        AuditEntry.event_id == event_id, AuditEntry.subject == Speaker.__tablename__
    )
    return sa.or_(
        Speaker.id.in_(sa.select(_SPOKEN.c.speaker_id).where(_SPOKEN.c.event_id == event_id)), Speaker.id.in_(was)
    )


def known_to(by: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that a speaker speaks somewhere, and only where somebody may edit the event."""
    if leave.is_everywhere(by):
        return sa.true()
    spoken = sa.select(_SPOKEN.c.speaker_id)
    return sa.and_(Speaker.id.in_(spoken), Speaker.id.not_in(spoken.where(_kept_from(by))))


def elsewhere(speaker_ids: Collection[int], by: Actor) -> frozenset[int]:
    """Return those of some speakers who also speak at an event that somebody may not edit."""
    if leave.is_everywhere(by):
        return frozenset()
    asked = sa.select(_SPOKEN.c.speaker_id).where(_SPOKEN.c.speaker_id.in_(speaker_ids), _kept_from(by))
    return frozenset(db.session.scalars(asked.distinct()))


def check(by: Actor, *speakers: Speaker) -> None:
    """Raise CardNotYours for a speaker who also speaks at an event that somebody may not edit."""
    found = elsewhere([speaker.id for speaker in speakers], by)
    for speaker in speakers:
        if speaker.id in found:
            raise errors.CardNotYours(speaker.name)


def namesakes(speakers: Collection[Speaker], by: Actor) -> list[Speaker]:
    """Return other cards of the same names that somebody may see: perhaps they are the same people's."""
    same = sa.func.lower(Speaker.name).in_({speaker.name.lower() for speaker in speakers})
    asked = sa.select(Speaker).where(same, Speaker.id.not_in({speaker.id for speaker in speakers}), known_to(by))
    return list(db.session.scalars(asked.order_by(Speaker.id)))


def events_of(*speakers: Speaker) -> list[int]:
    """Return the ids of the events at which any of these speaks, in their order."""
    asked = sa.select(_SPOKEN.c.event_id).where(_SPOKEN.c.speaker_id.in_([speaker.id for speaker in speakers]))
    return sorted(set(db.session.scalars(asked)))


def _kept_from(by: Actor) -> sa.ColumnElement[bool]:
    own: sa.ColumnElement[bool] = _SPOKEN.c.event_id.not_in(leave.events_of(by, Act.EDIT))
    return own

"""Two cards of one person made into one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import acquainted, contents, errors, keys, published
from eventsvc.programme.models import Appearance, FormerSpeaker, FreeTime, PublishedVoice, Slides, Speaker
from eventsvc.programme.rules import writing
from eventsvc.registration.models import TokenKind
from eventsvc.text import folded

_FILLED = ("affiliation", "country", "biography", "email", "orcid", "links", "photo_digest")
_LINKS = (("link_digest", "link_sealed", TokenKind.CARD), ("feed_digest", "feed_sealed", TokenKind.CARD_FEED))


def merge(event: Event, kept: Speaker, other: Speaker, *, by: Actor, at: datetime) -> None:
    """Let one card stand for both, at every event: `other` goes, and what it alone had is taken over.

    A link of `other` goes on where `kept` has none, but for one to the card of somebody with another address: who has
    it is not let in to what was joined to theirs, perhaps by mistake. It has stopped then, and the next letter to the
    address of `kept` has a new one. The address of the public page leads to that of `kept`. Raises SamePerson,
    and CardNotYours for a card that speaks where `by` may not see it.
    """
    if kept.id == other.id:
        raise errors.SamePerson
    acquainted.check(by, kept, other)
    writing.hold_all((event.id, *acquainted.events_of(kept, other)))
    _read_again(kept, other)
    stored = (*contents.CARD, "photo_digest")
    before, gone = snapshot(kept, stored), snapshot(other, stored)
    known_as, number = other.public_id, other.id
    _take_over_letters(kept, other)
    _take_over_rows(kept.id, other.id)
    db.session.add(FormerSpeaker(public_id=known_as, speaker_id=kept.id))
    links = _links_for(kept, other, at)
    db.session.delete(other)
    db.session.flush()
    filled = {name: gone[name] for name in _FILLED if gone[name] and not getattr(kept, name)}
    for name, value in (links | filled).items():
        setattr(kept, name, value)
    db.session.flush()
    published.retell(kept, known_as)
    if kept.email:
        outbox.redirect_speaker(kept.id, kept.email)
    audit.forget(Speaker.__tablename__, number)
    # A number may be given again, and what was done to this card is no trace of another person.
    audit.hand_over(Speaker.__tablename__, number, to=kept.id)
    after = snapshot(kept, (*stored, "revision"))
    audit.record(
        "speaker.merged", kept, by=by, at=at, event_id=event.id, before=before, after=after | {"merged": known_as}
    )


def _read_again(*speakers: Speaker) -> None:
    """Read cards again after the wait. Raises SamePerson when one of them was made one with another meanwhile."""
    for speaker in speakers:
        if db.session.get(Speaker, speaker.id, populate_existing=True) is None:
            raise errors.SamePerson


def _links_for(kept: Speaker, other: Speaker, at: datetime) -> dict[str, str | None]:
    """Return the links that `kept` takes over, as it has none; those that it does not need stop."""
    taken: dict[str, str | None] = {}
    is_elsewhere = bool(kept.email) and folded(kept.email) != folded(other.email)
    for digest, sealed, kind in _LINKS:
        if getattr(kept, digest) is None and not (kind is TokenKind.CARD and is_elsewhere):
            taken |= {digest: getattr(other, digest), sealed: getattr(other, sealed)}
        else:
            keys.retire(other, kind, at=at)
    db.session.flush()
    return taken


def _take_over_letters(kept: Speaker, other: Speaker) -> None:
    """Let letters that wait be about the card that stays, so that what is told next takes their place.

    Where one about the same waits for both, each is sent by itself.
    """
    waiting = sa.select(Message).where(
        Message.speaker_id.in_((kept.id, other.id)), Message.state == MessageState.WAITING
    )
    letters = db.session.scalars(waiting.order_by(Message.id).execution_options(populate_existing=True)).all()
    taken = {letter.about for letter in letters if letter.speaker_id == kept.id}
    for letter in letters:
        about = letter.about.replace(f":speaker:{other.id}", f":speaker:{kept.id}")
        if letter.speaker_id == other.id and about not in taken:
            letter.about = about
            if letter.facts.get("speaker") == other.public_id:
                letter.facts = {**letter.facts, "speaker": kept.public_id}
    db.session.flush()


def _take_over_rows(kept: int, other: int) -> None:
    """Let all that hangs on one speaker hang on the other; what both have already, goes."""
    db.session.expire_all()
    alone = {"synchronize_session": False}
    twin = aliased(Appearance)
    twice = sa.exists().where(
        twin.session_id == Appearance.session_id, twin.role == Appearance.role, twin.speaker_id == kept
    )
    theirs = Appearance.speaker_id == other
    db.session.execute(sa.delete(Appearance).where(theirs, twice), execution_options=alone)
    db.session.execute(sa.update(Appearance).where(theirs).values(speaker_id=kept), execution_options=alone)
    voice = aliased(PublishedVoice)
    named = sa.exists().where(voice.session_id == PublishedVoice.session_id, voice.speaker_id == kept)
    spoken = PublishedVoice.speaker_id == other
    db.session.execute(sa.delete(PublishedVoice).where(spoken, named), execution_options=alone)
    for noun in (PublishedVoice, FreeTime, Slides, Message, FormerSpeaker):
        own = sa.update(noun).where(noun.speaker_id == other)
        db.session.execute(own.values(speaker_id=kept), execution_options=alone)

"""What a speaker does by their own link, and an organiser for them: their card, their answers, when they are free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventsvc import stores
from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor, ActorKind
from eventsvc.calendars import partings
from eventsvc.calendars.models import Entry
from eventsvc.columns import snapshot
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.programme import acquainted, announcing, contents, errors, keys, published, readdressing
from eventsvc.programme.models import Answer, Appearance, FreeTime, Session, SessionStatus, Slides, Speaker
from eventsvc.programme.rules import writing
from eventsvc.programme.slots import Slot
from eventsvc.registration import seats
from eventsvc.registration.models import TokenKind
from eventsvc.text import folded

MOST_SLIDES = 10
_STORED = (*contents.CARD, "photo_digest")
# What is shown of a speaker at once; a name and an affiliation wait for the next version of a programme.
_SHOWN_AT_ONCE = ("biography", "orcid", "links", "photo_digest", "country")
_TAKEN_AWAY: dict[str, Any] = {
    "country": "", "biography": "", "email": "", "orcid": "", "links": [], "photo_digest": None,
}  # fmt: skip


def edit_speaker(
    event: Event, speaker: Speaker, said: Mapping[str, Any], *, revision: int | None = None, by: Actor, at: datetime
) -> None:
    """Change what is told of a speaker at `event`, and so at every event where they speak.

    `said` has names of `contents.CARD` and `photo_digest`. Another address is sent a new link, and the old link stops:
    perhaps it went astray. Raises CardNotYours, and ChangedMeanwhile with the `revision` of a form that was open
    meanwhile.
    """
    acquainted.check(by, speaker)
    _edit(speaker, said, revision, event.id, by=by, at=at)


def edit_card(speaker: Speaker, said: Mapping[str, Any], *, revision: int, by: Actor, at: datetime) -> None:
    """Change one's own card; the link goes on, so that a slip in the address locks nobody out.

    Raises ChangedMeanwhile.
    """
    _edit(speaker, said, revision, None, by=by, at=at)


def answer(appearance: Appearance, *, comes: bool, note: str, by: Actor, at: datetime) -> None:
    """Say that one comes, or not, with a sentence to it; it may be said otherwise until it is over.

    Raises NothingToAnswer.
    """
    seats.hold(appearance.session.event_id)
    db.session.refresh(appearance)
    session = appearance.session
    if session.status is not SessionStatus.PLANNED or (session.ends_at and session.ends_at <= at):
        raise errors.NothingToAnswer
    before, theirs = appearance.answer, Entry.session_id == session.id
    spoke = partings.speaking(theirs)
    appearance.answer = Answer.CONFIRMED if comes else Answer.DECLINED
    appearance.answered_at, appearance.note = at, note
    db.session.flush()
    partings.note_speakers(theirs, spoke, at=at)
    told = {"name": appearance.speaker.name, "session": session.title}
    audit.record(
        "speaker.confirmed" if comes else "speaker.declined",
        appearance.speaker,
        by=by,
        at=at,
        event_id=session.event_id,
        before={"answer": before.value},
        after=told | {"answer": appearance.answer.value},
    )
    announcing.answered(session.event, appearance.speaker, at=at)


def set_free_times(speaker: Speaker, event: Event, times: Iterable[Slot], *, by: Actor, at: datetime) -> None:
    """Say when one is free at an event, in place of what one said before; no time means always."""
    seats.hold(event.id)
    own = sa.select(FreeTime).where(FreeTime.speaker_id == speaker.id, FreeTime.event_id == event.id)
    stored = list(db.session.scalars(own.order_by(FreeTime.starts_at)))
    before, wanted = [Slot(row.starts_at, row.ends_at) for row in stored], sorted(set(times))
    if before == wanted:
        return
    for row in stored:
        db.session.delete(row)
    db.session.add_all(
        [FreeTime(speaker_id=speaker.id, event_id=event.id, starts_at=t.starts_at, ends_at=t.ends_at) for t in wanted]
    )
    db.session.flush()
    seen = {"times": [_written(time) for time in before]}, {"times": [_written(time) for time in wanted]}
    audit.record("speaker.free", speaker, by=by, at=at, event_id=event.id, before=seen[0], after=seen[1])


def add_slides(
    session: Session, speaker: Speaker, *, name: str, media_type: str, size: int, digest: str, by: Actor, at: datetime
) -> Slides:
    """Put a file that was kept anew to a session; the public is shown it once the session is over.

    The same file of theirs once more is the one that is there, and the new one is not needed. Raises NotSpeaking,
    TooManyFiles.
    """
    seats.hold(session.event_id)
    check_speaks(session, speaker)
    own = sa.select(Slides).where(Slides.session_id == session.id)
    stored = list(db.session.scalars(own))
    same = next((row for row in stored if stores.is_same(row.digest, digest) and row.speaker_id == speaker.id), None)
    if same is not None:
        return same
    if len(stored) >= MOST_SLIDES:
        raise errors.TooManyFiles(MOST_SLIDES)
    slides = Slides(
        session_id=session.id,
        speaker_id=speaker.id,
        name=name,
        media_type=media_type,
        size=size,
        digest=digest,
        uploaded_at=at,
    )
    db.session.add(slides)
    _finish_slides("slides.added", slides, session, by=by, at=at)
    return slides


def check_speaks(session: Session, speaker: Speaker) -> None:
    """Raise NotSpeaking for somebody who is not in a session, or declined it, and for one that will not be."""
    asked = (
        sa.select(Appearance.id)
        .join(Session, Session.id == Appearance.session_id)
        .join(Event, Event.id == Session.event_id)
        .where(
            Appearance.session_id == session.id,
            Appearance.speaker_id == speaker.id,
            Appearance.answer != Answer.DECLINED,
            Session.status == SessionStatus.PLANNED,
            Event.status != Status.CANCELLED,
        )
    )
    if db.session.scalar(asked.limit(1)) is None:
        raise errors.NotSpeaking


def remove_slides(slides: Slides, *, by: Actor, at: datetime) -> None:
    """Take a file away from its session."""
    session = db.session.get_one(Session, slides.session_id)
    seats.hold(session.event_id)
    _finish_slides("slides.removed", slides, session, by=by, at=at)
    db.session.delete(slides)
    db.session.flush()


def replace_card_link(speaker: Speaker, *, by: Actor, at: datetime) -> str:
    """Let a new link open the card and return its token; the old one answers that it was replaced."""
    return _replace(speaker, TokenKind.CARD, by=by, at=at)


def replace_card_feed(speaker: Speaker, *, by: Actor, at: datetime) -> str:
    """Let a new link open the calendar and return its token; the old one answers that it was replaced."""
    return _replace(speaker, TokenKind.CARD_FEED, by=by, at=at)


def stop_card_feed(speaker: Speaker, *, by: Actor, at: datetime) -> None:
    """Let the calendar's link open nothing any more; there is no other before they ask for one."""
    if speaker.feed_digest is None:
        return
    keys.retire(speaker, TokenKind.CARD_FEED, at=at)
    db.session.flush()
    audit.record("speaker.card_feed_stopped", speaker, by=by, at=at)


def take_card_away(speaker: Speaker, *, by: Actor, at: datetime) -> tuple[list[Slides], str | None]:
    """Forget what is told of a speaker but the name in programmes; return the slides and the photo, which go too.

    Their links, the letters to them and what the audit log kept of their card go with it; their answers stay.
    """
    writing.hold_all(acquainted.events_of(speaker))
    db.session.refresh(speaker)
    photo = speaker.photo_digest
    theirs = list(db.session.scalars(sa.select(Slides).where(Slides.speaker_id == speaker.id)))
    for slides in theirs:
        db.session.delete(slides)
    for name, value in _TAKEN_AWAY.items():
        setattr(speaker, name, value)
    for kind in (TokenKind.CARD, TokenKind.CARD_FEED):
        keys.retire(speaker, kind, at=at)
    speaker.erased_at = at
    alone = {"synchronize_session": False}
    own = Appearance.speaker_id == speaker.id
    db.session.execute(sa.update(Appearance).where(own).values(note=""), execution_options=alone)
    db.session.execute(sa.delete(FreeTime).where(FreeTime.speaker_id == speaker.id), execution_options=alone)
    db.session.flush()
    outbox.forget_speaker(speaker.id)
    published.retell(speaker)
    audit.forget(Speaker.__tablename__, speaker.id)
    audit.record("speaker.taken_away", speaker, by=by, at=at)
    return theirs, photo


def _edit(
    speaker: Speaker, said: Mapping[str, Any], revision: int | None, event_id: int | None, *, by: Actor, at: datetime
) -> None:
    writing.hold_all(acquainted.events_of(speaker))
    db.session.refresh(speaker)
    before = snapshot(speaker, _STORED)
    if stores.is_same(said.get("photo_digest"), before["photo_digest"]):
        # The same photo sent twice, as by a double click, is no other photo.
        said = {**said, "photo_digest": before["photo_digest"]}
    if revision is not None:
        meanwhile.refuse_if_changed(speaker, revision, stored=before, yours=said)
    changed = {name for name, value in said.items() if before[name] != value}
    if not changed:
        return
    begun = before | {"revision": speaker.revision}
    for name in changed:
        setattr(speaker, name, said[name])
    is_moved = folded(before["email"]) not in {"", folded(speaker.email)}
    had_link = speaker.link_digest is not None
    if is_moved and by.kind is not ActorKind.SPEAKER:
        keys.retire(speaker, TokenKind.CARD, at=at)
    db.session.flush()
    if not changed.isdisjoint(_SHOWN_AT_ONCE):
        published.retell(speaker)
    after = snapshot(speaker, (*_STORED, "revision"))
    audit.record("speaker.edited", speaker, by=by, at=at, event_id=event_id, before=begun, after=after)
    if is_moved:
        readdressing.moved(speaker, before["email"], had_link=had_link, at=at)


def _finish_slides(act: str, slides: Slides, session: Session, *, by: Actor, at: datetime) -> None:
    db.session.flush()
    published.touch(session.event_id)
    told = {"name": slides.name, "session": session.title}
    audit.record(act, slides, by=by, at=at, event_id=session.event_id, after=told)


def _replace(speaker: Speaker, kind: TokenKind, *, by: Actor, at: datetime) -> str:
    token = keys.replace(speaker, kind, at=at)
    db.session.flush()
    audit.record(f"speaker.{kind.value}_replaced".replace(" ", "_"), speaker, by=by, at=at)
    return token


def _written(time: Slot) -> str:
    return f"{time.starts_at.isoformat()}/{time.ends_at.isoformat()}"

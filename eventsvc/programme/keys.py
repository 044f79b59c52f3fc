"""The two keys of a speaker: one opens their own card, the other their calendar."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc import tokens
from eventsvc.extensions import db
from eventsvc.programme.models import FEED_MARK, Speaker
from eventsvc.registration import keys
from eventsvc.registration.models import RetiredToken, TokenKind

_COLUMNS = {TokenKind.CARD: ("link_digest", "link_sealed"), TokenKind.CARD_FEED: ("feed_digest", "feed_sealed")}


def find(token: str) -> Speaker | None:
    """Return the speaker whose card a key opens."""
    return db.session.scalar(sa.select(Speaker).where(Speaker.link_digest == tokens.digest(token)))


def is_retired(token: str) -> bool:
    """Tell whether a key opened a card once."""
    row = db.session.get(RetiredToken, tokens.digest(token))
    return row is not None and row.kind is TokenKind.CARD


def token_of(speaker: Speaker, kind: TokenKind) -> str | None:
    """Write a key again; None where there is none or SECRET_KEY was lost."""
    sealed = getattr(speaker, _COLUMNS[kind][1])
    return tokens.unsealed(sealed) if sealed else None


def see_to(speaker: Speaker) -> None:
    """Cut the keys of a speaker who has none; whoever has the first without the other has stopped that."""
    if speaker.link_digest is not None:
        return
    for kind, (digest, _sealed) in _COLUMNS.items():
        if getattr(speaker, digest) is None:
            _fit(speaker, kind, _new(kind))


def replace(speaker: Speaker, kind: TokenKind, *, at: datetime) -> str:
    """Let a new key open what the old one did, and return it."""
    retire(speaker, kind, at=at)
    key = _new(kind)
    _fit(speaker, kind, key)
    return key.token


def retire(speaker: Speaker, kind: TokenKind, *, at: datetime) -> None:
    """Let a key open nothing any more; whoever has it is told that it was replaced or stopped."""
    digest, sealed = _COLUMNS[kind]
    if getattr(speaker, digest) is not None:
        db.session.add(RetiredToken(digest=getattr(speaker, digest), kind=kind, retired_at=at))
    setattr(speaker, digest, None)
    setattr(speaker, sealed, None)


def _new(kind: TokenKind) -> keys.Key:
    return keys.new(FEED_MARK if kind is TokenKind.CARD_FEED else "")


def _fit(speaker: Speaker, kind: TokenKind, key: keys.Key) -> None:
    digest, sealed = _COLUMNS[kind]
    setattr(speaker, digest, key.digest)
    setattr(speaker, sealed, key.sealed)

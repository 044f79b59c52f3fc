"""The two keys of a registration: one opens the manage page, the other the calendar feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc import tokens
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration, RetiredToken, TokenKind

_DIGESTS = {TokenKind.MANAGE: Registration.manage_digest, TokenKind.FEED: Registration.feed_digest}


@dataclass(frozen=True, slots=True)
class Key:
    """A secret in its three shapes: as it travels, as it is found, and as it is kept."""

    token: str
    digest: str
    sealed: str


def new(mark: str = "") -> Key:
    """Cut a new key; its secret begins with the `mark`."""
    token = mark + tokens.new()
    return Key(token, tokens.digest(token), tokens.seal(token))


def find(token: str, kind: TokenKind) -> Registration | None:
    """Return the registration that a key opens, with its event and venue, in one query."""
    return db.session.scalar(
        sa.select(Registration)
        .where(_DIGESTS[kind] == tokens.digest(token))
        .options(joinedload(Registration.event).joinedload(Event.venue))
    )


def retired(token: str) -> RetiredToken | None:
    """Return what is kept of a key that was one once."""
    return db.session.get(RetiredToken, tokens.digest(token))


def token_of(registration: Registration, kind: TokenKind) -> str:
    """Write a key again, for a page or a letter to its owner.

    Raises LookupError when the registration has none, as after erasure, and ValueError when SECRET_KEY was lost.
    """
    sealed = _sealed(registration, kind)
    if sealed is None:
        raise LookupError(f"registration {registration.id} has no {kind} key")
    return tokens.unseal(sealed)


def known_token_of(registration: Registration, kind: TokenKind) -> str | None:
    """Write a key again for a page that can do without; None where there is none or SECRET_KEY was lost."""
    sealed = _sealed(registration, kind)
    return tokens.unsealed(sealed) if sealed else None


def fit(registration: Registration, kind: TokenKind, key: Key) -> None:
    """Let `key` open a registration."""
    _put(registration, kind, key.digest, key.sealed)


def retire(registration: Registration, kind: TokenKind, *, at: datetime, is_erased: bool = False) -> None:
    """Let a registration's key open nothing any more; whoever has it is told that it was replaced, or erased."""
    digest = registration.manage_digest if kind is TokenKind.MANAGE else registration.feed_digest
    if digest is not None:
        db.session.add(RetiredToken(digest=digest, kind=kind, retired_at=at, is_erased=is_erased))
    _put(registration, kind, None, None)


def note_retired(digest: str, kind: TokenKind, at: datetime) -> None:
    """Remember that a link was one once."""
    db.session.add(RetiredToken(digest=digest, kind=kind, retired_at=at, is_erased=False))


def _sealed(registration: Registration, kind: TokenKind) -> str | None:
    return registration.manage_sealed if kind is TokenKind.MANAGE else registration.feed_sealed


def _put(registration: Registration, kind: TokenKind, digest: str | None, sealed: str | None) -> None:
    if kind is TokenKind.MANAGE:
        registration.manage_digest, registration.manage_sealed = digest, sealed
    else:
        registration.feed_digest, registration.feed_sealed = digest, sealed

"""The addresses of events: made from a title or given, each one event's alone, also the ones it had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from eventsvc.events import errors, wall
from eventsvc.events.models import Event, FormerSlug
from eventsvc.extensions import db
from eventsvc.text import slug_of

# What stands in the place of an event's address on the desk.
_RESERVED = frozenset({"new"})


def free_slug(said: Mapping[str, Any]) -> str:
    """Make an address from the title: with the year when the plain one is taken, then with a number."""
    plain, starts = slug_of(said["title"]), said.get("starts_at")
    year = f"{wall.clock(starts, said['timezone']):%Y}" if starts else ""
    stem = f"{plain}-{year}" if year and year not in plain else plain
    for slug in (plain, stem, *(f"{stem}-{number}" for number in range(2, 1000))):
        if slug not in _RESERVED and _holder(slug) is None:
            return slug
    raise errors.SlugTaken(stem)


def given_slug(typed: str, event_id: int | None) -> str:
    """Return an address as it was typed, made fit to be one. Raises SlugTaken where another event has or had it."""
    slug = slug_of(typed)
    if slug in _RESERVED or _holder(slug) not in {None, event_id}:
        raise errors.SlugTaken(slug)
    return slug


def move(event: Event, slug: str) -> None:
    """Give an event another address; one it had in public keeps leading to it."""
    if slug == event.slug:
        return
    taken_back = db.session.get(FormerSlug, slug)
    if taken_back is not None:
        db.session.delete(taken_back)
    if event.published_at is not None:
        db.session.add(FormerSlug(slug=event.slug, event_id=event.id))
    db.session.flush()


def flush_address(slug: str) -> None:
    """Write, and let the constraint decide between two who take one address in the same moment."""
    try:
        db.session.flush()
    except IntegrityError as refused:
        if "slug" not in str(refused.orig):
            raise
        raise errors.SlugTaken(slug) from None


def _holder(slug: str) -> int | None:
    """Return the id of the event that has this address, or had it."""
    has = sa.select(Event.id).where(Event.slug == slug)
    had = sa.select(FormerSlug.event_id).where(FormerSlug.slug == slug)
    return db.session.scalar(has.union_all(had).limit(1))

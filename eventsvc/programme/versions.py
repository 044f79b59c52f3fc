"""The published versions of a programme in words: for the change log, and for the line that leads to it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published, wording
from eventsvc.programme.changes import Change
from eventsvc.programme.models import PublishedSession, Version
from eventsvc.programme.wording import ToldDay


@dataclass(frozen=True, slots=True)
class Logged:
    """A version: its name and day, how much it changed, and what; a quiet one leaves its small corrections out."""

    number: int
    name: str
    summary: str
    days: tuple[ToldDay, ...]


def log(event: Event, locale: str) -> tuple[Logged, ...]:
    """Return all versions, the newest first."""
    asked = sa.select(Version).where(Version.event_id == event.id).order_by(Version.number.desc())
    return tuple(_logged(version, event, locale) for version in db.session.scalars(asked))


def line(event: Event, locale: str) -> str:
    """Say in one line what the public sees: `Version 3, “After the call”, 2 March 2027: 4 changes`.

    Empty before the first version, and while there is only that: nothing changed yet.
    """
    last = published.last(event.id)
    return _line(last, event, locale) if last and last.number > 1 else ""


def shown(event_id: int) -> frozenset[str]:
    """Return the public ids of the sessions that have a page now."""
    asked = sa.select(PublishedSession.public_id).where(PublishedSession.event_id == event_id)
    return frozenset(db.session.scalars(asked))


def _line(version: Version, event: Event, locale: str) -> str:
    named = wording.version(version.number, version.name, version.published_at, event.timezone, locale)
    summary = _summary(version)
    return _("%(version)s: %(changes)s", version=named, changes=summary) if summary else named


def _logged(version: Version, event: Event, locale: str) -> Logged:
    return Logged(
        version.number,
        wording.version(version.number, version.name, version.published_at, event.timezone, locale),
        _summary(version),
        wording.by_day(_told(version), event.timezone, locale),
    )


def _summary(version: Version) -> str:
    count = len(_told(version))
    if version.is_quiet and not count:
        return _("small corrections")
    return ngettext("one change", "%(num)s changes", count) if count else ""


def _told(version: Version) -> list[Change]:
    """Return what the log says of a version: all of it, of a quiet one whatever is no small correction."""
    found = [Change.from_json(said) for said in version.changes]
    return [change for change in found if change.is_news or not version.is_quiet]

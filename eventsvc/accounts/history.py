"""The audit log as people read it: when, who, what, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from eventsvc import tokens, when
from eventsvc.accounts import telling, words
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration

PAGE_LENGTH = 100
_QUIET = {"revision"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after; `before` None where the act says nothing of it."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One act; `subject` is the name of what it was done to, `person_id` the registration's where it was one."""

    at: str
    who: str
    act: str
    subject: str
    person_id: int | None
    event: Event | None
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the log asks for; `who` is the id of an organiser, or the kind of actor that has none."""

    event: Event | None = None
    act: str = ""
    who: str = ""
    before: int | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what keeps a query to this, but for the page."""
        kept = [AuditEntry.event_id == self.event.id] if self.event else []
        if self.act:
            kept.append(AuditEntry.act == self.act)
        if self.who.isdecimal() and len(self.who) < 10:
            kept.append(AuditEntry.user_id == int(self.who))
        elif self.who:
            kept.append(sa.and_(AuditEntry.user_id.is_(None), AuditEntry.actor == self.who))
        return kept


@dataclass(frozen=True, slots=True)
class Page:
    """Some acts, the last first; `older` is what to ask for the ones before them, None at the end.

    `acts` and `people` are what can be asked for: values and words.
    """

    lines: list[Line]
    older: int | None
    acts: list[tuple[str, str]]
    people: list[tuple[str, str]]


def page(asked: Asked, timezone: str, locale: str) -> Page:
    """Read a page of the log, of one event or of the whole site, from before an entry's id."""
    query = sa.select(AuditEntry, Event).outerjoin(Event, Event.id == AuditEntry.event_id).where(*asked.conditions())
    if asked.before is not None:
        query = query.where(AuditEntry.id < asked.before)
    query = query.options(joinedload(AuditEntry.user)).order_by(AuditEntry.id.desc()).limit(PAGE_LENGTH + 1)
    rows = [(entry, found) for entry, found in db.session.execute(query)]
    shown = rows[:PAGE_LENGTH]
    people = _people_of(entry for entry, _event in shown)
    lines = [_line(entry, found, people, timezone, locale) for entry, found in shown]
    scope = Asked(asked.event).conditions()
    return Page(lines, shown[-1][0].id if len(rows) > PAGE_LENGTH else None, _acts(scope), _actors(scope))


def _people_of(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """Return the names of the people whom these acts were about, by registration, in one query."""
    ids = {entry.subject_id for entry in entries if entry.subject == Registration.__tablename__}
    asked = sa.select(Registration).where(Registration.id.in_(ids))
    return {row.id: row.name or tokens.spaced(row.reference) for row in db.session.scalars(asked)} if ids else {}


def _acts(scope: list[sa.ColumnElement[bool]]) -> list[tuple[str, str]]:
    found = db.session.scalars(sa.select(AuditEntry.act).where(*scope).distinct())
    return sorted(((act, words.act(act)) for act in found), key=_by_words)


def _actors(scope: list[sa.ColumnElement[bool]]) -> list[tuple[str, str]]:
    asked = sa.select(AuditEntry.actor, User.id, User.name, User.email).outerjoin(User, User.id == AuditEntry.user_id)
    found = db.session.execute(asked.where(*scope).distinct())
    named = [(str(id or actor), name or email or words.actor(actor)) for actor, id, name, email in found]
    return sorted(set(named), key=_by_words)


def _by_words(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def _line(entry: AuditEntry, event: Event | None, people: dict[int, str], timezone: str, locale: str) -> Line:
    names = [name for name in dict.fromkeys((*entry.before, *entry.after)) if name not in _QUIET]
    person = people.get(entry.subject_id or 0) if entry.subject == Registration.__tablename__ else None

    def told(value: Any) -> str:
        return telling.value(value, timezone, locale)

    return Line(
        at=when.moment(entry.at, timezone, locale),
        who=entry.user.shown_name if entry.user else words.actor(entry.actor),
        act=words.act(entry.act),
        subject=person or _subject(entry),
        person_id=entry.subject_id if person else None,
        event=event,
        reason=entry.reason or "",
        changes=tuple(
            Change(
                words.field(name),
                told(entry.before[name]) if name in entry.before else None,
                told(entry.after.get(name)),
            )
            for name in names
        ),
    )


def _subject(entry: AuditEntry) -> str:
    said = {**entry.before, **entry.after}
    return str(said.get("title") or said.get("name") or said.get("email") or "")

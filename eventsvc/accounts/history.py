"""The audit log as people read it: when, who, what, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy.orm import joinedload

from eventsvc import when
from eventsvc.accounts import telling
from eventsvc.accounts.actors import ActorKind
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db

PAGE_LENGTH = 100
_QUIET = {"revision"}
_ACTS: dict[str, Any] = {
    "event.created": _l("Event made"),
    "event.edited": _l("Event edited"),
    "event.published": _l("Event published"),
    "event.cancelled": _l("Event cancelled"),
    "event.archived": _l("Event archived"),
    "event.deleted": _l("Draft deleted"),
    "event.shown": _l("Link to the draft made"),
    "event.hidden": _l("Link to the draft withdrawn"),
    "session.added": _l("Session added"),
    "session.edited": _l("Session edited"),
    "session.cancelled": _l("Session cancelled"),
    "session.restored": _l("Session restored"),
    "session.deleted": _l("Session deleted"),
    "room.added": _l("Room added"),
    "room.edited": _l("Room edited"),
    "room.removed": _l("Room removed"),
    "track.added": _l("Track added"),
    "track.edited": _l("Track edited"),
    "track.removed": _l("Track removed"),
    "programme.imported": _l("Programme imported"),
    "speaker.edited": _l("Speaker edited"),
    "account.created": _l("Account made"),
    "account.feed": _l("Calendar link replaced or stopped"),
    "account.role": _l("Site role changed"),
    "account.opened": _l("Account opened"),
    "account.closed": _l("Account closed"),
    "account.renamed": _l("Name changed"),
    "account.second_step_forgotten": _l("Second step of sign-in taken off"),
    "role.granted": _l("Role given"),
    "role.revoked": _l("Role taken away"),
    "confirm": _l("Registration confirmed"),
    "waitlist": _l("Put on the waiting list"),
    "cancel": _l("Registration cancelled"),
    "correct": _l("Registration corrected"),
    "erase": _l("Person erased"),
    "replace manage link": _l("Personal link replaced"),
    "replace feed link": _l("Calendar link replaced"),
    "stop feed link": _l("Calendar link stopped"),
    "change feed": _l("Calendar changed"),
    "export roster": _l("Roster exported"),
    "demo.loaded": _l("Demo loaded"),
}
_FIELDS: dict[str, Any] = {
    "abstract": _l("Abstract"),
    "accepts_registrations": _l("People register here"),
    "accessibility": _l("Accessibility"),
    "active": _l("Account open"),
    "affiliation": _l("Affiliation"),
    "attendance_note": _l("Who was there"),
    "audience": _l("Who it is for"),
    "benefits": _l("What people take home"),
    "biography": _l("Biography"),
    "cancellation_note": _l("Sentence to the people"),
    "cancelled_at": _l("Cancelled"),
    "capacity": _l("Places"),
    "colour": _l("Colour"),
    "contact_email": _l("E-mail address for questions"),
    "contact_name": _l("Who answers questions"),
    "costs": _l("Costs"),
    "country": _l("Country"),
    "description": _l("Description"),
    "email": _l("E-mail address"),
    "ends_at": _l("Ends"),
    "family_name": _l("Family name"),
    "given_name": _l("Given name"),
    "has_waiting_list": _l("Waiting list"),
    "is_admin": _l("Administrator"),
    "is_all_day": _l("Whole days"),
    "is_hidden": _l("Hidden"),
    "is_list_stopped": _l("Waiting list stopped"),
    "is_unlisted": _l("Unlisted"),
    "join_url": _l("Link to join"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "links": _l("What remains"),
    "mode": _l("On site or online"),
    "name": _l("Name"),
    "organisation": _l("Organisation"),
    "palette": _l("Colours of the cover"),
    "partners": _l("Partners"),
    "position": _l("Position"),
    "published_at": _l("Published"),
    "recording_url": _l("Recording"),
    "registration_closes_at": _l("Registration closes"),
    "registration_opens_at": _l("Registration opens"),
    "retention_days": _l("Days until data are deleted"),
    "role": _l("Role"),
    "room": _l("Room"),
    "room_id": _l("Room no."),
    "series": lazy_pgettext("one", "Series"),
    "slides_url": _l("Slides"),
    "slug": _l("Address"),
    "speakers": _l("Speakers"),
    "starts_at": _l("Begins"),
    "state": _l("State"),
    "status": _l("State"),
    "summary": _l("Summary"),
    "timezone": _l("Time zone"),
    "title": _l("Title"),
    "track_id": _l("Track no."),
    "venue": _l("Place"),
}
_ACTORS: dict[str, Any] = {
    ActorKind.ORGANISER.value: _l("An organiser"),
    ActorKind.ATTENDEE.value: _l("The attendee"),
    ActorKind.SYSTEM.value: _l("The service"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One act; `subject` is the address-free name of what it was done to."""

    at: str
    who: str
    act: str
    subject: str
    event: Event | None
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some acts, the last first; `older` is what to ask for the ones before them, None at the end."""

    lines: list[Line]
    older: int | None


def page(event: Event | None, before: int | None, timezone: str, locale: str) -> Page:
    """Read a page of the log, of one event or of the whole site, from before an entry's id."""
    asked = sa.select(AuditEntry, Event).outerjoin(Event, Event.id == AuditEntry.event_id)
    if event is not None:
        asked = asked.where(AuditEntry.event_id == event.id)
    if before is not None:
        asked = asked.where(AuditEntry.id < before)
    asked = asked.options(joinedload(AuditEntry.user)).order_by(AuditEntry.id.desc()).limit(PAGE_LENGTH + 1)
    rows = [(entry, found) for entry, found in db.session.execute(asked)]
    shown = rows[:PAGE_LENGTH]
    lines = [_line(entry, found, timezone, locale) for entry, found in shown]
    return Page(lines, shown[-1][0].id if len(rows) > PAGE_LENGTH else None)


def _line(entry: AuditEntry, event: Event | None, timezone: str, locale: str) -> Line:
    names = [name for name in dict.fromkeys((*entry.before, *entry.after)) if name not in _QUIET]
    return Line(
        at=when.moment(entry.at, timezone, locale),
        who=entry.user.shown_name if entry.user else str(_ACTORS.get(entry.actor, entry.actor)),
        act=str(_ACTS.get(entry.act) or _spaced(entry.act)),
        subject=_subject(entry),
        event=event,
        reason=entry.reason or "",
        changes=tuple(
            Change(
                str(_FIELDS.get(name) or _spaced(name)),
                telling.value(entry.before.get(name), timezone, locale),
                telling.value(entry.after.get(name), timezone, locale),
            )
            for name in names
        ),
    )


def _subject(entry: AuditEntry) -> str:
    said = {**entry.before, **entry.after}
    named = said.get("title") or said.get("name") or said.get("email")
    if named:
        return str(named)
    return _("no. %(number)s", number=entry.subject_id) if entry.subject == "registrations" else ""


def _spaced(name: str) -> str:
    """Write a name of ours with spaces where no word was given for it."""
    return name.replace("_", " ").replace(".", " ").removesuffix(" at").removesuffix(" id")

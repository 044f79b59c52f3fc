"""The audit log as people read it: when, who, what, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy.orm import joinedload

from eventsvc import tokens, when
from eventsvc.accounts import telling
from eventsvc.accounts.actors import ActorKind
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import Registration

PAGE_LENGTH = 100
_QUIET = {"revision"}
_ACTS: dict[str, Any] = {
    "forget guests": _l("Those invited forgotten"),
    "import": _l("Taken in from a list"),
    "invite": _l("Invited"),
    "invite again": _l("Invited once more"),
    "leave session list": _l("Left the waiting list of a session"),
    "register group": _l("Group registered"),
    "session seat": _l("Got a seat in a session"),
    "use invitation": _l("Invitation used"),
    "wait for session": _l("Waits for a seat in a session"),
    "withdraw invitation": _l("Invitation withdrawn"),
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
    "session.moved": _l("Session moved"),
    "session.carried": _l("Session moved with its block"),
    "session.unscheduled": _l("Session put back on the shelf"),
    "session.shifted": _l("Session shifted with others"),
    "session.swapped": _l("Session swapped"),
    "session.copied": _l("Session copied from another day"),
    "session.undone": _l("Session put back by undoing"),
    "room.added": _l("Room added"),
    "room.edited": _l("Room edited"),
    "room.removed": _l("Room removed"),
    "track.added": _l("Track added"),
    "track.edited": _l("Track edited"),
    "track.removed": _l("Track removed"),
    "programme.imported": _l("Programme imported"),
    "programme.published": _l("Programme published"),
    "clash.accepted": _l("Clash accepted"),
    "clash.reopened": _l("Clash open again"),
    "clash.gone": _l("Clash gone"),
    "choose session": _l("Session chosen"),
    "unchoose session": _l("Session taken out again"),
    "speaker.edited": _l("Speaker edited"),
    "speaker.merged": _l("Two speakers made one"),
    "speaker.invited": _l("Speaker invited"),
    "speaker.reminded": _l("Speaker reminded"),
    "speaker.confirmed": _l("Speaker comes"),
    "speaker.declined": _l("Speaker does not come"),
    "speaker.free": _l("Speaker said when they are free"),
    "speaker.link_shown": _l("Speaker's link shown"),
    "speaker.card_replaced": _l("Speaker's link replaced"),
    "speaker.card_feed_replaced": _l("Speaker's calendar link replaced"),
    "speaker.taken_away": _l("Speaker took their card away"),
    "slides.added": _l("Slides added"),
    "slides.removed": _l("Slides removed"),
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
    "offer": _l("Place offered"),
    "accept": _l("Offered place taken"),
    "prove address": _l("Address proven"),
    "expire": _l("Time ran out"),
    "cancel": _l("Registration cancelled"),
    "restore": _l("Cancellation undone"),
    "hand over": _l("Place handed on"),
    "take over": _l("Place taken over"),
    "prioritise": _l("Put elsewhere on the waiting list"),
    "ask who stays": _l("Waiting list asked who still wants a place"),
    "stay": _l("Still wants a place"),
    "correct": _l("Registration corrected"),
    "erase": _l("Person erased"),
    "replace manage link": _l("Personal link replaced"),
    "replace feed link": _l("Calendar link replaced"),
    "stop feed link": _l("Calendar link stopped"),
    "change feed": _l("Calendar changed"),
    "question.added": _l("Question added"),
    "question.edited": _l("Question edited"),
    "question.moved": _l("Question moved"),
    "question.retired": _l("Question asked no more"),
    "question.restored": _l("Question asked again"),
    "question.removed": _l("Question deleted"),
    "questions.asked": _l("Those registered asked"),
    "section.added": _l("Section of the form added"),
    "section.edited": _l("Section of the form changed"),
    "section.moved": _l("Section of the form moved"),
    "section.removed": _l("Heading of the form taken away"),
    "answers.forgotten": _l("Answers to a question forgotten"),
    "switch ticket": _l("Ticket changed"),
    "wish ticket": _l("Another ticket wished for"),
    "withdraw wish": _l("Wish for another ticket withdrawn"),
    "mark payment": _l("Payment marked"),
    "ticket.added": _l("Ticket type added"),
    "ticket.edited": _l("Ticket type edited"),
    "ticket.moved": _l("Ticket type moved"),
    "ticket.retired": _l("Ticket type retired"),
    "ticket.restored": _l("Ticket type offered again"),
    "ticket.deleted": _l("Ticket type deleted"),
    "code.made": _l("Access code made"),
    "code.stopped": _l("Access code stopped"),
    "code.restored": _l("Access code works again"),
    "export roster": _l("Roster exported"),
    "export files": _l("Files downloaded"),
    "demo.loaded": _l("Demo loaded"),
}
_FIELDS: dict[str, Any] = {
    "answers": _l("Answers"),
    "condition": _l("Asked after"),
    "condition_values": _l("The answers that bring it up"),
    "help": _l("Help"),
    "is_required": _l("Has to be answered"),
    "kept_days": _l("Days until answers are deleted"),
    "label": _l("Question"),
    "options": _l("To choose from"),
    "rules": _l("Limits"),
    "section": _l("Section"),
    "seen_by": _l("Who sees the answers"),
    "why": _l("Why it is asked"),
    "abstract": _l("Abstract"),
    "accepts_groups": _l("One person may register several"),
    "accepts_registrations": _l("People register here"),
    "accessibility": _l("Accessibility"),
    "active": _l("Account open"),
    "affiliation": _l("Affiliation"),
    "answer": _l("Answer"),
    "attendance_note": _l("Who was there"),
    "audience": _l("Who it is for"),
    "benefits": _l("What people take home"),
    "biography": _l("Biography"),
    "cancellation_note": _l("Sentence to the people"),
    "cancelled_at": _l("Cancelled"),
    "capacity": _l("Places"),
    "changes_close_at": _l("People change by themselves until"),
    "closes_at": _l("Closes"),
    "colour": _l("Colour"),
    "contact_email": _l("E-mail address for questions"),
    "contact_name": _l("Who answers questions"),
    "costs": _l("Costs"),
    "count": _l("Files"),
    "country": _l("Country"),
    "currency": _l("Currency"),
    "description": _l("Description"),
    "domains": _l("Domains"),
    "email": _l("E-mail address"),
    "ends_at": _l("Ends"),
    "family_name": _l("Family name"),
    "fee_cents": _l("Fee in cents"),
    "fee_due_days": _l("Days to pay in"),
    "fee_note": _l("How it is paid"),
    "given_name": _l("Given name"),
    "has_waiting_list": _l("Waiting list"),
    "interest_due_at": _l("Answer by"),
    "is_admin": _l("Administrator"),
    "is_all_day": _l("Whole days"),
    "is_hidden": _l("Hidden"),
    "is_list_stopped": _l("Waiting list stopped"),
    "is_retired": _l("Retired"),
    "is_unlisted": _l("Unlisted"),
    "join_url": _l("Link to join"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "letters": _l("Letters"),
    "links": _l("What remains"),
    "mode": _l("On site or online"),
    "name": _l("Name"),
    "note": _l("Note"),
    "offer_hours": _l("Hours to take an offered place"),
    "opens_at": _l("Opens"),
    "orcid": _l("ORCID iD"),
    "organisation": _l("Organisation"),
    "palette": _l("Colours of the cover"),
    "partners": _l("Partners"),
    "paid_cents": _l("Paid, in cents"),
    "payment": _l("Payment"),
    "payment_due_on": _l("To be paid by"),
    "payment_reference": _l("Payment reference"),
    "photo_digest": _l("Photo"),
    "position": _l("Position"),
    "priority": _l("Priority"),
    "proof_hours": _l("Hours to prove an address"),
    "published_at": _l("Published"),
    "recording_url": _l("Recording"),
    "registration_closes_at": _l("Registration closes"),
    "registration_opens_at": _l("Registration opens"),
    "retention_days": _l("Days until data are deleted"),
    "role": _l("Role"),
    "question": _l("Question"),
    "room": _l("Room"),
    "room_id": _l("Room no."),
    "series": lazy_pgettext("one", "Series"),
    "session": _l("Session"),
    "sessions": _l("Sessions"),
    "size": _l("Size"),
    "slides_url": _l("Slides"),
    "slug": _l("Address"),
    "speakers": _l("Speakers"),
    "starts_at": _l("Begins"),
    "state": _l("State"),
    "status": _l("State"),
    "summary": _l("Summary"),
    "ticket_type": _l("Ticket"),
    "times": lazy_pgettext("a person", "Free"),
    "timezone": _l("Time zone"),
    "title": _l("Title"),
    "track_id": _l("Track no."),
    "turn": _l("Turn"),
    "uses": _l("Uses"),
    "venue": _l("Place"),
    "visibility": _l("Who it is for"),
    "wants": _l("Wishes for"),
}
_ACTORS: dict[str, Any] = {
    ActorKind.ORGANISER.value: _l("An organiser"),
    ActorKind.ATTENDEE.value: _l("The attendee"),
    ActorKind.SPEAKER.value: _l("The speaker"),
    ActorKind.SYSTEM.value: _l("The service"),
}


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
    return sorted(((act, _act(act)) for act in found), key=_by_words)


def _actors(scope: list[sa.ColumnElement[bool]]) -> list[tuple[str, str]]:
    asked = sa.select(AuditEntry.actor, User.id, User.name, User.email).outerjoin(User, User.id == AuditEntry.user_id)
    found = db.session.execute(asked.where(*scope).distinct())
    named = [(str(id or actor), name or email or str(_ACTORS.get(actor, actor))) for actor, id, name, email in found]
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
        who=entry.user.shown_name if entry.user else str(_ACTORS.get(entry.actor, entry.actor)),
        act=_act(entry.act),
        subject=person or _subject(entry),
        person_id=entry.subject_id if person else None,
        event=event,
        reason=entry.reason or "",
        changes=tuple(
            Change(
                str(_FIELDS.get(name) or _spaced(name)),
                told(entry.before[name]) if name in entry.before else None,
                told(entry.after.get(name)),
            )
            for name in names
        ),
    )


def _subject(entry: AuditEntry) -> str:
    said = {**entry.before, **entry.after}
    return str(said.get("title") or said.get("name") or said.get("email") or "")


def _act(name: str) -> str:
    return str(_ACTS.get(name) or _spaced(name))


def _spaced(name: str) -> str:
    """Write a name of ours with spaces where no word was given for it."""
    return name.replace("_", " ").replace(".", " ").removesuffix(" at").removesuffix(" id")

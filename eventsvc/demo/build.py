"""Builds the demo by calling the rules, with the clock stopped at the moment each act was or will have been done."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

import config
from eventsvc import clock
from eventsvc.accounts import actors, audit
from eventsvc.accounts import rules as accounts
from eventsvc.accounts.actors import ATTENDEE, SPEAKER, SYSTEM, Actor
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.demo import asked, people
from eventsvc.demo.coming import coming
from eventsvc.demo.past import PAST
from eventsvc.demo.shapes import Edition, Talk
from eventsvc.demo.speakers import GUESTS
from eventsvc.events import rules as events
from eventsvc.events import wall
from eventsvc.events.models import Event, FormerSlug
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.programme import lineup
from eventsvc.programme import rules as programme
from eventsvc.registration import consent, offering
from eventsvc.registration import rules as registrations
from eventsvc.registration.models import Registration, TicketType
from eventsvc.registration.person import Person

ORGANISER = "olga@example.org"
PASSWORD_FILE = "demo_password"  # noqa: S105 (where it is, not what it is)
_HOME = "Europe/Amsterdam"
_LOADED = "demo.loaded"
# The office opened its books before the first of its events.
_ACCOUNT_MADE = datetime(2020, 1, 6, 9, tzinfo=UTC)
_BEFORE_OPENING = timedelta(days=7)
_ASKED = timedelta(days=2)


def load() -> int:
    """Build what is not there yet, and return how many events that were; each event is whole or not there at all."""
    now = clock.now()
    olga = _organiser()
    day = _loaded_on(olga, now)
    db.session.commit()
    editions = [edition for edition in (*PAST, *coming(wall.clock(day, _HOME).date())) if not _is_there(edition)]
    for edition in editions:
        _build(edition, actors.organiser(olga.id), now)
        db.session.commit()
    return len(editions)


def password_path() -> Path:
    """Return where the demo organiser's password is kept."""
    return Path(current_app.instance_path) / PASSWORD_FILE


def _organiser() -> User:
    known = accounts.account_of(ORGANISER)
    if known is not None:
        return known
    password = config.kept_secret(password_path())
    with clock.stopped(_ACCOUNT_MADE):
        return accounts.create_account(
            ORGANISER, name="Olga", password=password, is_admin=True, by=SYSTEM, at=_ACCOUNT_MADE
        )


def _loaded_on(olga: User, now: datetime) -> datetime:
    """Return when the demo was first loaded: what is next is reckoned from then, so that loading again adds nothing."""
    first = db.session.scalar(sa.select(sa.func.min(AuditEntry.at)).where(AuditEntry.act == _LOADED))
    if first is None:
        audit.record(_LOADED, olga, by=SYSTEM, at=now)
    return first or now


def _is_there(edition: Edition) -> bool:
    has = sa.select(Event.id).where(Event.slug == edition.slug)
    had = sa.select(FormerSlug.event_id).where(FormerSlug.slug == edition.slug)
    return db.session.scalar(has.union_all(had).limit(1)) is not None


def _build(edition: Edition, olga: Actor, now: datetime) -> None:
    made = min(_moment(edition.made, edition), now)
    with clock.stopped(made):
        event = events.create(_facts(edition), by=olga, at=made)
        _add_talks(event, edition.talks, by=olga, at=made)
        for said in edition.types:
            registrations.add_type(event, said, by=olga, at=made)
        _let_in(event, edition, by=olga, at=made)
        _introduce(event, by=olga, at=made)
    if edition.is_draft:
        with clock.stopped(made):
            events.preview_link(event, by=olga, at=made)
        return
    published = max(made, _moment(edition.opens, edition) - _BEFORE_OPENING) if edition.opens else made
    published = min(published, now)
    _ask(event, now, by=olga, at=published)
    with clock.stopped(published):
        events.publish(event, by=olga, at=published)
    _record(event, published)
    if edition.people:
        _register(event, edition, now)
    if edition.cancelled is not None:
        _cancel(event, *edition.cancelled, edition, by=olga)
    if edition.afterwards or edition.note:
        _look_back(event, edition, by=olga)


def _let_in(event: Event, edition: Edition, *, by: Actor, at: datetime) -> None:
    """Ask what its kind usually asks, and give out the code."""
    if edition.asks:
        registrations.start_form(event, by=by, at=at)
        asked.fit(event, by=by, at=at)
    if edition.code is not None:
        typed, uses = edition.code
        registrations.add_code(event, typed, note="For our partner universities", uses=uses, by=by, at=at)


def _facts(edition: Edition) -> dict[str, Any]:
    times = {
        "starts_at": edition.starts,
        "ends_at": edition.ends,
        "registration_opens_at": edition.opens,
        "registration_closes_at": edition.closes,
    }
    moments = {name: _moment(shown, edition) for name, shown in times.items() if shown is not None}
    said = {**edition.said, "description": _flowing(edition.said.get("description", ""))}
    return {"slug": edition.slug, **said, **moments}


def _flowing(text: str) -> str:
    """Join the lines of a paragraph: where its source ends a line, the page must not."""
    return re.sub(r"(?<=\S)\n(?=[^\W\d])", " ", text)


def _moment(shown: datetime, edition: Edition) -> datetime:
    return wall.moment(shown, edition.timezone)


def _add_talks(event: Event, talks: tuple[Talk, ...], *, by: Actor, at: datetime) -> None:
    rooms: dict[str, int] = {}
    tracks: dict[str, int] = {}
    for talk in talks:
        if talk.room and talk.room not in rooms:
            rooms[talk.room] = programme.add_room(event, talk.room, by=by, at=at).id
        if talk.track and talk.track not in tracks:
            tracks[talk.track] = programme.add_track(event, talk.track, by=by, at=at).id
        said = {
            "title": talk.title,
            "kind": talk.kind,
            "abstract": talk.abstract,
            "starts_at": _hour(event, talk.day, talk.starts),
            "ends_at": _hour(event, talk.day, talk.ends),
            "room_id": rooms.get(talk.room),
            "track_id": tracks.get(talk.track),
            "recording_url": talk.recording,
            "slides_url": talk.slides,
            "capacity": talk.seats,
            "speakers": [{"name": name, "affiliation": place, "role": role} for name, place, role in talk.speakers],
        }
        programme.add_session(event, said, by=by, at=at)


def _introduce(event: Event, *, by: Actor, at: datetime) -> None:
    """Write the cards of those who speak, as far as they are made up."""
    for place in lineup.at_event(event):
        guest = GUESTS.get(place.speaker.name)
        if guest is not None and not place.speaker.biography:
            card = {name: getattr(guest, name) for name in ("country", "biography", "email", "language")}
            programme.edit_speaker(event, place.speaker, card, by=by, at=at)


def _ask(event: Event, now: datetime, *, by: Actor, at: datetime) -> None:
    """Ask those who speak whether they come, before all the world reads that they do; most have answered since."""
    asked_at, answered_at = at - _ASKED, at - _ASKED / 2
    with clock.stopped(asked_at):
        programme.invite(event, by=by, at=asked_at)
    _record(event, asked_at)
    with clock.stopped(answered_at):
        for place in lineup.at_event(event):
            guest = GUESTS.get(place.speaker.name)
            # Whoever was there had said that they come.
            comes = True if events.is_over(event, now) else guest.comes if guest else None
            if guest is None or comes is None:
                continue
            for part in place.parts:
                programme.answer(part, comes=comes, note="" if comes else guest.note, by=SPEAKER, at=answered_at)


def _hour(event: Event, day: int, hour: str) -> datetime:
    if event.starts_at is None:
        raise ValueError("a talk needs an event with a date")
    first = wall.clock(event.starts_at, event.timezone)
    hours, minutes = hour.split(":")
    shown = first.replace(hour=int(hours), minute=int(minutes)) + timedelta(days=day)
    return wall.moment(shown, event.timezone)


def _register(event: Event, edition: Edition, now: datetime) -> None:
    """Let people in one by one, each at a moment of their own; then some think better of it."""
    last = min([now, *(m for m in (event.registration_closes_at, event.starts_at) if m is not None)])
    first = event.registration_opens_at or event.created_at
    times = people.moments(edition.slug, edition.people + edition.leave, first, last)
    types = itertools.cycle([each for each in offering.offered(event.id) if offering.is_seen(each, None)] or [None])
    minds = asked.Minds(event)
    came = [
        _come(event, person, language, ticket_type, minds, at)
        for (person, language), ticket_type, at in zip(people.somebody(edition.slug), types, times, strict=False)
    ]
    _record(event, times[-1])
    # Not the first who came, nor neighbours: as it happens.
    leaving = came[5 : 5 + 7 * edition.leave : 7]
    for registration, at in zip(leaving, people.moments(edition.slug, len(leaving), times[-1], last), strict=True):
        with clock.stopped(at):
            registrations.cancel(registration, by=ATTENDEE, at=at)
        _record(event, at)


def _come(
    event: Event, person: Person, language: str, ticket_type: TicketType | None, minds: asked.Minds, at: datetime
) -> Registration:
    with clock.stopped(at):
        registration = registrations.register(
            event.id,
            person,
            by=ATTENDEE,
            at=at,
            language=language,
            consent_version=consent.VERSION,
            answered=minds.answers(person, ticket_type.mode if ticket_type else event.mode),
            ticket_type_id=ticket_type.id if ticket_type else None,
        )
        for public_id in minds.sessions():
            registrations.choose(registration, public_id, or_waits=True, by=ATTENDEE, at=at)
    return registration


def _record(event: Event, at: datetime) -> None:
    """Keep the letters as they would have been sent; no server ever sees them."""
    with clock.stopped(at):
        delivery.record_waiting(event_ids=[event.id])


def _cancel(event: Event, shown: datetime, sentence: str, edition: Edition, *, by: Actor) -> None:
    at = _moment(shown, edition)
    with clock.stopped(at):
        events.cancel(event, sentence=sentence, by=by, at=at)
    _record(event, at)


def _look_back(event: Event, edition: Edition, *, by: Actor) -> None:
    if event.ends_at is None:
        raise ValueError("nothing remains of an event without a date")
    at = event.ends_at + timedelta(days=6)
    changes = {"links": list(edition.afterwards), "attendance_note": edition.note}
    with clock.stopped(at):
        events.edit(event, changes, revision=event.revision, by=by, at=at)

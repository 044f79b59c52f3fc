"""One person beside the roster: who they are, how they stand, what they were sent and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import get_locale

from eventsvc import clock, tokens, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import words as letters
from eventsvc.mail.models import Message
from eventsvc.registration import (
    answered,
    history,
    roster,
    seats,
    undoing,
)
from eventsvc.registration.desk import beside, files, questionlist
from eventsvc.registration.desk import words as told
from eventsvc.registration.desk.roster import asked_here, list_url, show
from eventsvc.registration.models import Registration, State


def found(event: Event, registration_id: int) -> Registration:
    """Return a person of an event's roster; one of another event is not found."""
    return web.not_found_unless(
        db.session.scalar(
            sa.select(Registration).where(Registration.id == registration_id, Registration.event_id == event.id)
        )
    )


def beside_list(event: Event, registration: Registration, **more: Any) -> str:
    """Draw the roster with one person beside it."""
    asked, at = asked_here(questionlist.seen(event)), clock.now()
    place = roster.place(registration, asked)
    deeds = history.deeds(registration)
    told_of_them = answered.told(registration.id, questionlist.seen(event), str(get_locale()))
    return show(
        event,
        has_side=True,
        person=registration,
        called=called(registration),
        reference=tokens.spaced(registration.reference),
        place=place,
        close_url=list_url(event, asked),
        answers=told_of_them,
        files=files.of_person(event, registration, told_of_them),
        letters=_letters(event, registration),
        deeds=[_deed(event, deed, registration if deed is deeds[-1] else None) for deed in deeds],
        since=when.near_day(registration.state_at, event.timezone, str(get_locale())),
        position=seats.position(registration, at) if registration.state is State.WAITLISTED else None,
        offered_until=_offered_until(event, registration),
        restored_until=_restored_until(event, registration, at),
        **beside.of(registration, **more),
    )


def called(registration: Registration) -> str:
    """Name a person; whoever was forgotten has a reference only."""
    return registration.name or tokens.spaced(registration.reference)


def _offered_until(event: Event, registration: Registration) -> str:
    until = registration.offer_expires_at if registration.state is State.OFFERED else None
    return _moment(event, until) if until else ""


def _restored_until(event: Event, registration: Registration, at: datetime) -> str:
    """Say until when a cancellation can be undone; nothing where it cannot."""
    if registration.state is not State.CANCELLED or at >= undoing.until(registration):
        return ""
    seating, by = seats.taken(event.id, at), access.me()
    back = undoing.state_to_come_back_to(registration, event, seating, by=by, at=at)
    return _moment(event, undoing.until(registration)) if back else ""


def _letters(event: Event, registration: Registration) -> list[dict[str, Any]]:
    may_read = access.may(Act.SEE_LETTERS, event)
    return [_letter(event, message, may_read) for message in history.letters(registration)]


def _letter(event: Event, message: Message, may_read: bool) -> dict[str, Any]:
    at = message.sent_at or message.created_at
    return {
        "url": url_for("mail_desk.letter", id=message.id) if may_read else "",
        "at": at,
        "when": _moment(event, at),
        "what": told.letter(message),
        "word": letters.state(message.state),
    }


def _deed(event: Event, deed: history.Deed, first_of: Registration | None) -> dict[str, Any]:
    return {
        "at": deed.at,
        "when": _moment(event, deed.at),
        "what": told.deed(deed, origin=first_of.origin if first_of else None),
        "by": told.by(deed),
        "reason": deed.reason,
    }


def _moment(event: Event, at: datetime) -> str:
    return when.near_moment(at, event.timezone, str(get_locale()))

"""Where addresses are proven: the page that says to look in one's letters, the same for every address."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import render_template
from werkzeug.wrappers import Response

from eventsvc import web, when
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.registration import deadlines, limits
from eventsvc.registration.pages import formpage
from eventsvc.registration.person import Person


def is_asked(event_id: int) -> bool:
    """Tell whether an event asks for proof of address."""
    return db.session.scalar(sa.select(Event.proof_hours).where(Event.id == event_id)) is not None


def look_in_letters(event_id: int, person: Person, at: datetime) -> Response:
    """Say that we wrote to an address: byte for byte the same whether it was known or not."""
    limits.count_registration(person.email_folded or "")
    event, locale = db.session.get_one(Event, event_id), web.language()
    page = render_template(
        "registration/look.html", lang=locale, event=event, address=person.email, until=_until(event, at, locale)
    )
    return formpage.answer(page, 200)


def _until(event: Event, at: datetime, locale: str) -> str:
    if event.proof_hours is None:
        return ""
    until = deadlines.answer_until(event, event.proof_hours, at)
    return f"{when.moment(until, event.timezone, locale)}, {zone_of(event, until, locale)}"

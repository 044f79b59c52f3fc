"""Sessions with seats of their own: how full each is, and who is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, stream_with_context, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, tables, tokens, web, when
from eventsvc.accounts import access, audit
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.programme.words import span
from eventsvc.registration import rules, session_roster
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.models import Registration
from eventsvc.registration.session_roster import Filled, Sitter


@blueprint.get("/workshops")
@access.signed_in
def workshops(slug: str) -> str:
    """List the sessions that people choose, with their seats."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    rows = [_row(each, event) for each in session_roster.filled(event.id)]
    return render_template("desk/registration/workshops.html", event=event, rows=rows)


@blueprint.get("/workshops/<public_id>")
@access.signed_in
def workshop(slug: str, public_id: str) -> str:
    """Show who has a seat in one session, and who waits."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    item = _item(event, public_id)
    locale = str(get_locale())
    return render_template(
        "desk/registration/workshop.html",
        event=event,
        item=item,
        when=span(item, event.timezone, locale),
        seated=session_roster.seated(item.session_id),
        waiting=session_roster.waiting(item.session_id),
        spaced=tokens.spaced,
        day=lambda at: when.near_day(at, event.timezone, locale),
        may_steer=access.may(Act.STEER_ROSTER, event),
        may_export=access.may(Act.EXPORT_ROSTER, event),
    )


@blueprint.get("/workshops/<public_id>.csv")
@access.signed_in
def workshop_file(slug: str, public_id: str) -> Response:
    """Hand over the roster of one session as a file; who took it is kept."""
    event, at = access.event_for(Act.EXPORT_ROSTER, slug), clock.now()
    item = _item(event, public_id)
    people = [*session_roster.seated(item.session_id), *session_roster.waiting(item.session_id)]
    said = {"kind": "csv", "session": item.title}
    audit.record("export roster", event, by=access.me(), at=at, event_id=event.id, after=said)
    db.session.commit()
    blocks = tables.csv_blocks(_head(event), _lines(people, ZoneInfo(event.timezone)))
    response = Response(stream_with_context(blocks), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-{item.public_id}.csv"'
    return response


@blueprint.post("/workshops/<public_id>/people/<int:id>/remove")
@access.signed_in
def leave_workshop(slug: str, public_id: str, id: int) -> AnyResponse:
    """Take somebody out of a session, or off its waiting list."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    registration = web.not_found_unless(db.session.get(Registration, id))
    web.not_found_unless(registration if registration.event_id == event.id else None)
    try:
        item = rules.unchoose(registration, public_id, by=access.me(), at=clock.now())
        db.session.commit()
        flash(_("%(name)s is not in “%(title)s” any more.", name=registration.name, title=item.title), "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".workshop", slug=event.slug, public_id=public_id), 303)


def _item(event: Event, public_id: str) -> Item:
    return web.not_found_unless(reading.item(event.id, public_id))


def _row(filled: Filled, event: Event) -> dict[str, Any]:
    item = filled.item
    return {
        "title": item.title,
        "when": span(item, event.timezone, str(get_locale())),
        "room": item.room,
        "is_cancelled": item.is_cancelled,
        "capacity": item.capacity,
        "seated": filled.seats.seated,
        "waiting": filled.seats.waiting,
        "url": url_for(".workshop", slug=event.slug, public_id=item.public_id),
    }


def _head(event: Event) -> list[str]:
    return [
        _("Reference"),
        _("Name"),
        _("E-mail"),
        _("Organisation"),
        _("Seat"),
        _("Chosen (%(zone)s)", zone=event.timezone),
    ]


def _lines(people: list[Sitter], zone: ZoneInfo) -> Iterator[list[tables.Cell]]:
    for each in people:
        seat = _("waits") if each.is_waiting else _("has a seat")
        chosen_at = each.chosen_at.astimezone(zone).replace(tzinfo=None)
        yield [each.reference, each.name, each.email or "", each.organisation, seat, chosen_at]

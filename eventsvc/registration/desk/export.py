"""The roster as a file: what the list shows, streamed, and noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, stream_with_context
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import clock, tables
from eventsvc.accounts import access, audit
from eventsvc.accounts.access import Act
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import answers, countries, offering, roster, spoken, words
from eventsvc.registration.desk import questionlist
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.roster import asked_here
from eventsvc.registration.models import Payment, State
from eventsvc.registration.questions import Prompt
from eventsvc.registration.roster import Asked

_LOOKED_FOR = "\N{HORIZONTAL ELLIPSIS}"
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/roster.<any(csv, xlsx):kind>")
@access.signed_in
def export(slug: str, kind: str) -> Response:
    """Hand over what the list shows as a file; who took it, when and how it was asked for is kept."""
    event, at = access.event_for(Act.EXPORT_ROSTER, slug), clock.now()
    asked = asked_here(questionlist.seen(event))
    said = {"kind": kind, **_unnamed(asked).args(number=1)}
    audit.record("export roster", event, by=access.me(), at=at, event_id=event.id, after=said)
    form = questionlist.answered_by(event)
    head, rows = [*_head(event), *map(_heading, form)], _rows(event, asked, form)
    title = f"{event.slug}-{at:%Y-%m-%d}"
    db.session.commit()
    blocks = tables.csv_blocks(head, rows) if kind == "csv" else tables.xlsx_blocks(head, rows, title=_("Roster"))
    response = Response(stream_with_context(blocks), content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{title}.{kind}"'
    return response


def _unnamed(asked: Asked) -> Asked:
    """Return what was asked for without the words that were looked for: they may name somebody, and the log stays."""
    words = tuple((question, _LOOKED_FOR) for question, _word in asked.words)
    return replace(asked, text=asked.text and _LOOKED_FOR, words=words)


def _head(event: Event) -> list[str]:
    """Name the columns; moments are in the event's zone, and the head says which that is."""
    zone = {"zone": event.timezone}
    return [
        _("Reference"),
        _("Given name"),
        _("Family name"),
        _("E-mail"),
        _("Organisation"),
        _("Country"),
        _("State"),
        _("Registered (%(zone)s)", **zone),
        _("In this state since (%(zone)s)", **zone),
        _("Came in by"),
        _("Language"),
        _("Ticket"),
        _("How they take part"),
        _("Fee"),
        _("Currency"),
        _("Paid"),
        _("Payment"),
        _("Payment reference"),
        _("To be paid by"),
    ]


def _heading(prompt: Prompt) -> str:
    return _("%(question)s (asked no more)", question=prompt.label) if prompt.is_retired else prompt.label


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every row is written by: read before the file is streamed, as by then the request is over."""

    zone: ZoneInfo
    locale: str
    countries: dict[str, str]
    states: dict[State, str]
    tickets: dict[int, tuple[str, str]]
    way: str


def _rows(event: Event, asked: Asked, form: list[Prompt]) -> Iterator[list[tables.Cell]]:
    locale = str(get_locale())
    scene = _Scene(
        zone=ZoneInfo(event.timezone),
        locale=locale,
        countries=countries.names(locale),
        states={state: words.state(state).word for state in State},
        tickets={each.id: (each.name, str(words.WAYS[each.mode])) for each in offering.every(event.id)},
        way=str(words.WAYS[event.mode]),
    )
    return _written(event.id, asked, form, scene)


def _written(event_id: int, asked: Asked, form: list[Prompt], scene: _Scene) -> Iterator[list[tables.Cell]]:
    for batch in roster.every(event_id, asked):
        ids = [row.id for row in batch]
        given, files = answers.of_many(ids, form), answers.named_files(ids, form)
        for row in batch:
            own = given.get(row.id, {})
            said = [spoken.cell(prompt, own.get(prompt.public_id), scene.locale, files) for prompt in form]
            yield [*_person(row, scene), *said]


def _person(row: Sequence[Any], scene: _Scene) -> list[tables.Cell]:
    _id, reference, given, family, email, organisation, country, state, registered_at, state_at = row[:10]
    origin, tongue, ticket_id, *fee = row[10:]
    name, way = scene.tickets.get(ticket_id, ("", scene.way))
    return [
        reference,
        given,
        family,
        email or "",
        organisation,
        scene.countries.get(country, country),
        scene.states[state],
        _local(registered_at, scene.zone),
        _local(state_at, scene.zone),
        origin.value,
        tongue,
        name,
        way,
        *_paid(*fee),
    ]


def _paid(
    cents: int, currency: str, paid: int, payment: Payment | None, reference: str, due_on: date | None
) -> list[tables.Cell]:
    if payment is None:
        return [None, "", None, "", "", ""]
    due = due_on.isoformat() if due_on else ""
    return [cents / 100, currency, paid / 100, str(words.PAYMENTS[payment]), reference, due]


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Write a moment as the clock on the event's wall shows it; spreadsheets know no zones."""
    return moment.astimezone(zone).replace(tzinfo=None)

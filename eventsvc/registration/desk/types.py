"""The desk's pages of ticket types: which there are and how full they are; made, changed, put in order, retired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, money, web, when
from eventsvc.accounts import access, meanwhile, telling
from eventsvc.accounts.access import Act
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event, Mode
from eventsvc.events.words import Word
from eventsvc.extensions import db
from eventsvc.registration import beginnings, offering, rules, seats, ticketing, words
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.typeforms import TypeForm
from eventsvc.registration.forms import ConfirmationForm
from eventsvc.registration.models import TicketType
from eventsvc.registration.seating import NOBODY, Seating


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket type in the list."""

    type: TicketType
    way: str
    word: Word
    seated: int
    waiting: int
    wishing: int
    window: str
    fee: str
    whom: str


@blueprint.get("/tickets")
@access.signed_in
def types(slug: str) -> str:
    """List the ticket types of an event."""
    event, at = access.event_for(Act.SEE, slug), clock.now()
    seating, found = seats.taken(event.id, at), offering.every(event.id)
    return render_template(
        "desk/registration/types.html",
        event=event,
        lines=[_line(event, each, seating) for each in found],
        beginnings=beginnings.offered(event) if not found else [],
        without=seating.held.get(None, NOBODY),
        ways=_ways(found, seating),
        may_edit=access.may(Act.EDIT, event),
        may_see_roster=access.may(Act.SEE_ROSTER, event),
    )


@blueprint.post("/tickets/begin")
@access.signed_in
def begin_types(slug: str) -> Response:
    """Make the ticket types that an event of its kind usually has."""
    event = access.event_for(Act.EDIT, slug)
    made = rules.begin_with(event, request.form.get("key", ""), by=access.me(), at=clock.now())
    return _done(event, _("They are made. Set their places and what they cost.") if made else _("Nothing was made."))


@blueprint.route("/tickets/new", methods=["GET", "POST"])
@access.signed_in
def new_type(slug: str) -> Any:
    """Ask for a ticket type, and make it."""
    event = access.event_for(Act.EDIT, slug)
    form = TypeForm(event)
    if not form.validate_on_submit():
        return _page(event, form), 422 if form.is_submitted() else 200
    try:
        made = rules.add_type(event, form.said(), by=access.me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(access.event_for(Act.EDIT, slug), form), refused.status
    return _done(event, _("“%(name)s” is offered from now on.", name=made.name))


@blueprint.route("/tickets/<public_id>", methods=["GET", "POST"])
@access.signed_in
def edit_type(slug: str, public_id: str) -> Any:
    """Show everything that can be said of a ticket type, and write what is changed."""
    event = access.event_for(Act.EDIT, slug)
    ticket_type = _found(event, public_id)
    form = TypeForm(event, ticket_type)
    if not form.validate_on_submit():
        return _page(event, form, ticket_type), 422 if form.is_submitted() else 200
    try:
        moved_up = rules.edit_type(
            ticket_type, form.said(), revision=form.revision.opened_at, by=access.me(), at=clock.now()
        )
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        event = access.event_for(Act.EDIT, slug)
        ticket_type = _found(event, public_id)
        theirs = []
        if isinstance(refused, ChangedMeanwhile):
            theirs = _side_by_side(form, refused, event)
            form.take_over(refused, event, ticket_type)
        return _page(event, form, ticket_type, theirs), refused.status
    told = ngettext(
        "One person moved up from the waiting list.",
        "%(num)s people moved up from the waiting list.",
        len(moved_up),
    )
    return _done(event, " ".join([_("Saved."), *([told] if moved_up else [])]))


@blueprint.post("/tickets/<public_id>/move")
@access.signed_in
def move_type(slug: str, public_id: str) -> Response:
    """Move a ticket type up or down the list."""
    event = access.event_for(Act.EDIT, slug)
    steps = {"up": -1, "down": 1}.get(request.form.get("to", ""), 0)
    rules.move_type(_found(event, public_id), steps, by=access.me(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".types", slug=event.slug, _anchor=public_id), 303)


@blueprint.post("/tickets/order")
@access.signed_in
def order_types(slug: str) -> Response:
    """Put the ticket types in the order they were dragged to."""
    event = access.event_for(Act.EDIT, slug)
    rules.order_types(event, request.form.get("order", "").split()[:200], by=access.me(), at=clock.now())
    return _done(event, _("The order is saved."))


@blueprint.post("/tickets/<public_id>/retire")
@access.signed_in
def retire_type(slug: str, public_id: str) -> Response:
    """Offer a ticket type to nobody any more, or again."""
    event = access.event_for(Act.EDIT, slug)
    ticket_type, is_retired = _found(event, public_id), request.form.get("retired") == "1"
    rules.retire_type(ticket_type, is_retired=is_retired, by=access.me(), at=clock.now())
    if is_retired:
        return _done(event, _("“%(name)s” is offered no more. Who has it keeps it.", name=ticket_type.name))
    return _done(event, _("“%(name)s” is offered again.", name=ticket_type.name))


@blueprint.route("/tickets/<public_id>/delete", methods=["GET", "POST"])
@access.signed_in
def delete_type(slug: str, public_id: str) -> Any:
    """Ask whether a ticket type is to be deleted, and delete it."""
    event = access.event_for(Act.EDIT, slug)
    ticket_type, form = _found(event, public_id), ConfirmationForm()
    if not form.validate_on_submit():
        return render_template("desk/registration/type_delete.html", event=event, type=ticket_type, form=form)
    name = ticket_type.name
    try:
        rules.delete_type(ticket_type, by=access.me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
        return redirect(url_for(".edit_type", slug=slug, public_id=public_id), 303)
    return _done(event, _("“%(name)s” is deleted.", name=name))


def _found(event: Event, public_id: str) -> TicketType:
    return web.not_found_unless(offering.named(event.id, public_id))


def _done(event: Event, told: str) -> Response:
    slug = event.slug
    db.session.commit()
    flash(told, "ok")
    return redirect(url_for(".types", slug=slug), 303)


def _line(event: Event, ticket_type: TicketType, seating: Seating) -> Line:
    locale, held = str(get_locale()), seating.held.get(ticket_type.id, NOBODY)
    return Line(
        ticket_type,
        str(words.WAYS[ticket_type.mode]),
        ticketing.word(event, ticket_type, seating, locale, clock.now()),
        held.seated,
        held.waiting,
        held.wishing,
        _window(event, ticket_type, locale),
        money.said(ticket_type.fee_cents, ticket_type.currency, locale) if ticket_type.fee_cents else _("Free"),
        _whom(ticket_type),
    )


def _window(event: Event, ticket_type: TicketType, locale: str) -> str:
    opens, closes = (
        when.near_moment(at, event.timezone, locale) if at else ""
        for at in (ticket_type.opens_at, ticket_type.closes_at)
    )
    if opens and closes:
        return _("%(opens)s to %(closes)s", opens=opens, closes=closes)
    if opens:
        return _("from %(opens)s", opens=opens)
    return _("until %(closes)s", closes=closes) if closes else ""


def _whom(ticket_type: TicketType) -> str:
    said = str(words.VISIBILITIES[ticket_type.visibility])
    domains = offering.domains(ticket_type)
    return f"{said}: {', '.join(domains)}" if domains and ticket_type.visibility.name == "DOMAIN" else said


def _ways(found: list[TicketType], seating: Seating) -> list[tuple[str, int]]:
    """Count the people with a seat by how they take part, where there is more than one way."""
    counts: dict[Mode, int] = {}
    for each in found:
        counts[each.mode] = counts.get(each.mode, 0) + seating.held.get(each.id, NOBODY).seated
    return [(str(words.WAYS[mode]), count) for mode, count in counts.items()] if len(counts) > 1 else []


def _page(
    event: Event, form: TypeForm, ticket_type: TicketType | None = None, theirs: list[dict[str, str]] | None = None
) -> str:
    return render_template(
        "desk/registration/type.html",
        event=event,
        form=form,
        type=ticket_type,
        theirs=theirs or [],
        is_used=ticket_type is not None and rules.is_used(ticket_type),
    )


def _side_by_side(form: TypeForm, refused: ChangedMeanwhile, event: Event) -> list[dict[str, str]]:
    def said(name: str, value: Any) -> str:
        if name == "fee_cents":
            return money.plain(value or 0)
        return telling.value(value, event.timezone, str(get_locale()))

    return meanwhile.side_by_side(
        refused,
        label=lambda name: str(form[name].label.text) if name in form else "",
        said=said,
        kept=_("You wrote nothing here; theirs is kept."),
    )

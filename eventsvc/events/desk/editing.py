"""The forms of an event: a new one, and everything that can be said of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc import clock, web
from eventsvc.accounts import meanwhile, telling
from eventsvc.accounts.access import Act, event_for, me, require, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events import rules
from eventsvc.events.desk.blueprint import blueprint
from eventsvc.events.desk.overview import ALL_OF_IT, reach
from eventsvc.events.forms import EventForm, NewEventForm
from eventsvc.events.models import Event, Kind, Series, Status
from eventsvc.extensions import db


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    """Begin an event from its kind."""
    require(Act.CREATE)
    asked = request.args.get("kind", "")
    kind = Kind(asked) if asked in list(Kind) else None
    form = NewEventForm(data={"timezone": clock.home(), "kind": kind})
    status = 200
    if form.validate_on_submit():
        try:
            event = rules.create(form.said(), by=me(), at=clock.now())
            db.session.commit()
            flash(_("The draft is made. Fill in the rest, then publish it."), "ok")
            return redirect(url_for(".edit", slug=event.slug), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
    if form.is_submitted():
        status = 422
    return render_template("desk/events/new.html", form=form), status


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str) -> Any:
    """Show everything that can be said of an event, and write what is changed."""
    event = event_for(Act.EDIT, slug, *ALL_OF_IT)
    form = EventForm(event)
    theirs: list[dict[str, str]] = []
    if _is_right(form):
        try:
            done = rules.edit(
                event,
                form.changes(),
                revision=form.revision.opened_at,
                by=me(),
                at=clock.now(),
                is_told=form.tells_people.data,
            )
            db.session.commit()
            flash(_saved(done), "ok")
            return redirect(url_for(".show", slug=event.slug), 303)
        except ChangedMeanwhile as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
            theirs = _side_by_side(form, refused, event)
            form.take_over(refused)
            return _form_page(form, event, theirs), refused.status
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
            return _form_page(form, event, theirs), refused.status
    return _form_page(form, event, theirs), 422 if form.is_submitted() else 200


def _form_page(form: EventForm, event: Event, theirs: list[dict[str, str]]) -> str:
    series = db.session.scalars(sa.select(Series.title).order_by(Series.title))
    return render_template(
        "desk/events/edit.html",
        form=form,
        event=event,
        theirs=theirs,
        series=list(series),
        reach=reach(event) if event.status is Status.PUBLISHED else 0,
        is_over=rules.is_over(event, clock.now()),
    )


def _is_right(form: EventForm) -> bool:
    """Tell whether what was sent can be saved; what the form and what the rule finds wrong stand there at once."""
    if not form.is_submitted():
        return False
    is_valid = form.validate()
    wrong = rules.wrong_times(form.times())
    for refused in wrong:
        web.refuse_on(form, refused)
    return is_valid and not wrong


def _side_by_side(form: EventForm, refused: ChangedMeanwhile, event: Event) -> list[dict[str, str]]:
    labels = {"venue": _("Place"), "partners": _("Partners"), "links": _("What remains")}
    return meanwhile.side_by_side(
        refused,
        label=lambda name: labels.get(name) or str(form[name].label.text),
        said=lambda _name, value: telling.value(value, event.timezone, str(get_locale())),
        kept=_("You wrote nothing here; theirs is kept."),
    )


def _saved(done: rules.Done) -> str:
    """Say what saving meant for people: who is told, and who moved up."""
    told = ngettext(
        "A letter to one person leaves in ten minutes, unless you change it again before.",
        "Letters to %(num)s people leave in ten minutes, unless you change it again before.",
        done.told,
    )
    moved_up = ngettext(
        "One person moved up from the waiting list.",
        "%(num)s people moved up from the waiting list.",
        len(done.moved_up),
    )
    return " ".join([_("Saved."), *([told] if done.told else []), *([moved_up] if done.moved_up else [])])

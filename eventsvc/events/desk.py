"""The desk's pages about events: the list, a new one, the overview with its acts, the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, links, web, when
from eventsvc.accounts import meanwhile, telling
from eventsvc.accounts.access import Act, event_for, me, require, signed_in, where_i_may
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events import errors, notifications, rules, words
from eventsvc.events.forms import CancelForm, EventForm, NewEventForm
from eventsvc.events.models import Event, EventPartner, Kind, Series, Status
from eventsvc.events.panel import zone_of
from eventsvc.events.standing import Places
from eventsvc.extensions import db
from eventsvc.programme import accepted, announcing, gathering, published
from eventsvc.programme import notifications as programmes
from eventsvc.registration import standings

blueprint = Blueprint("events_desk", __name__, url_prefix="/desk/events")

PAGE_LENGTH = 50
_ALL_OF_IT = (
    joinedload(Event.venue),
    joinedload(Event.series),
    selectinload(Event.partners).joinedload(EventPartner.partner),
    selectinload(Event.links),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of events."""

    event: Event
    date: str
    kind: str
    word: words.Word
    places: Places


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is shown."""

    number: int
    last: int
    show: str

    def url(self, number: int) -> str:
        return url_for("events_desk.index", show=self.show, page=number)


@blueprint.get("")
@signed_in
def index() -> str:
    """List the events I may see: those to come, drafts, or those that have been."""
    at, locale = clock.now(), str(get_locale())
    parts = _parts(at)
    show = request.args.get("show", "")
    show = show if show in parts else "coming"
    mine = where_i_may(Act.SEE)
    counts = {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(mine, part))
        for name, part in parts.items()
    }
    page = _page(show, counts[show] or 0)
    order = Event.starts_at.desc() if show == "past" else Event.starts_at.asc()
    asked = sa.select(Event).where(mine, parts[show]).order_by(Event.starts_at.is_(None), order, Event.id)
    events = list(db.session.scalars(asked.limit(PAGE_LENGTH).offset((page.number - 1) * PAGE_LENGTH)))
    there = standings.by_event(events, at)
    rows = [_row(event, there[event.id], locale, at) for event in events]
    titles = {"coming": _("To come"), "drafts": _("Drafts"), "past": _("Past")}
    tabs = [
        {"label": titles[name], "count": counts[name], "url": url_for(".index", show=name), "is_current": name == show}
        for name in parts
    ]
    return render_template("desk/events/index.html", rows=rows, tabs=tabs, page=page, kinds=words.KINDS)


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


@blueprint.get("/<slug>")
@signed_in
def show(slug: str) -> Any:
    """Show where an event stands, its addresses, and what can be done with it."""
    event = event_for(Act.SEE, slug, *_ALL_OF_IT)
    return _overview(event, CancelForm())


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str) -> Any:
    """Show everything that can be said of an event, and write what is changed."""
    event = event_for(Act.EDIT, slug, *_ALL_OF_IT)
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


@blueprint.post("/<slug>/publish")
@signed_in
def publish(slug: str) -> Any:
    """Let everybody see it."""
    event = event_for(Act.PUBLISH, slug)
    was_cancelled = event.status is Status.CANCELLED
    try:
        done = rules.publish(event, by=me(), at=clock.now())
    except errors.NotReady as refused:
        db.session.rollback()
        for sentence in refused.sentences:
            flash(sentence, "no")
        return redirect(url_for(".edit", slug=event.slug), 303)
    db.session.commit()
    flash(_reinstated(done.told) if was_cancelled else _published(done.told), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


@blueprint.post("/<slug>/cancel")
@signed_in
def cancel(slug: str) -> Any:
    """Ask once more, with the number of letters; then cancel it with a sentence to the people."""
    event, form = event_for(Act.PUBLISH, slug), CancelForm()
    if not form.validate():
        return _overview(event, form), 422
    if form.sentence.data and not form.is_sure.data and event.status is Status.PUBLISHED:
        form.is_sure.data = "1"
        return render_template("desk/events/cancel.html", event=event, form=form, reach=_reach(event))
    try:
        told = rules.cancel(event, sentence=form.sentence.data or "", by=me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _overview(event, form), refused.status
    db.session.commit()
    sentence = ngettext(
        "It is cancelled. A letter to one person is on its way.",
        "It is cancelled. Letters to %(num)s people are on their way.",
        told,
    )
    flash(sentence if told else _("It is cancelled. There was nobody to write to."), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


@blueprint.post("/<slug>/archive")
@signed_in
def archive(slug: str) -> AnyResponse:
    """Put it away."""
    event = event_for(Act.PUBLISH, slug)
    return _act(event, lambda: rules.archive(event, by=me(), at=clock.now()), _("It is archived."))


@blueprint.route("/<slug>/delete", methods=["GET", "POST"])
@signed_in
def delete(slug: str) -> Any:
    """Ask whether a draft is to be deleted, and delete it."""
    event = event_for(Act.DELETE, slug)
    if request.method == "GET":
        web.not_found_unless(event if rules.is_deletable(event) else None)
        return render_template("desk/events/delete.html", event=event, is_shown=bool(event.preview_digest))
    title = event.title
    try:
        rules.delete_draft(event, by=me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
        return redirect(url_for(".show", slug=slug), 303)
    db.session.commit()
    flash(_("The draft “%(title)s” is deleted.", title=title), "ok")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<slug>/preview")
@signed_in
def preview(slug: str) -> AnyResponse:
    """Make the link at which people without an account see the draft."""
    event = event_for(Act.EDIT, slug)
    return _act(event, lambda: rules.preview_link(event, by=me(), at=clock.now()), _("Whoever has the link sees it."))


@blueprint.post("/<slug>/stop-preview")
@signed_in
def stop_preview(slug: str) -> AnyResponse:
    """Let that link lead nowhere."""
    event = event_for(Act.EDIT, slug)
    return _act(event, lambda: rules.stop_preview(event, by=me(), at=clock.now()), _("The link leads nowhere now."))


def _act(event: Event, act: Any, done: str) -> AnyResponse:
    slug = event.slug
    try:
        act()
        db.session.commit()
        flash(done, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".show", slug=slug), 303)


def _parts(at: Any) -> dict[str, sa.ColumnElement[bool]]:
    is_over = sa.and_(Event.ends_at.is_not(None), Event.ends_at <= at)
    is_draft, is_archived = Event.status == Status.DRAFT, Event.status == Status.ARCHIVED
    return {
        "coming": sa.and_(~is_draft, ~is_archived, ~is_over),
        "drafts": is_draft,
        "past": sa.and_(~is_draft, sa.or_(is_archived, is_over)),
    }


def _page(show: str, count: int) -> Page:
    last = max(1, -(-count // PAGE_LENGTH))
    typed = request.args.get("page", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 6 else 1
    return Page(min(max(1, number), last), last, show)


def _row(event: Event, found: Places, locale: str, at: Any) -> Row:
    word = words.standing(event, found, locale, at)
    return Row(event, _date(event, locale), str(words.KINDS[event.kind]), word, found)


def _date(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("To follow")
    return when.dates(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)


def _overview(event: Event, form: CancelForm) -> str:
    at, locale = clock.now(), str(get_locale())
    address = links.absolute("events.show", slug=event.slug)
    row = _row(event, standings.of(event, at), locale, at)
    return render_template(
        "desk/events/show.html",
        event=event,
        row=row,
        form=form,
        address=address,
        qr=_code(address),
        preview=rules.known_preview_link(event),
        missing=rules.missing(event, at),
        is_deletable=rules.is_deletable(event),
        is_over=event.ends_at is not None and event.ends_at <= at,
        mode=words.MODES[event.mode],
        span=_span(event, locale),
        unpublished=len(published.pending(event.id)) if event.is_public else 0,
        tells=_tells(event, at),
        goes_along=_goes_along(event),
    )


def _goes_along(event: Event) -> tuple[int, int]:
    """Count the sessions that publishing an event shows with it, and their open clashes."""
    if event.status is not Status.DRAFT or not (count := len(published.drafted(event.id))):
        return 0, 0
    return count, len(accepted.sorted_out(event.id, gathering.gather(event))[0])


def _tells(event: Event, at: datetime) -> int:
    """Count the people whom publishing would write to."""
    if rules.is_over(event, at) or event.status not in {Status.DRAFT, Status.CANCELLED}:
        return 0
    is_first = event.status is Status.DRAFT
    return programmes.first_reach(event, published.pending(event.id)) if is_first else _reach(event)


def _span(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("Date to follow")
    span = when.span(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)
    return f"{span}, {zone_of(event, event.starts_at, locale)}"


def _code(address: str) -> Markup:
    drawn = segno.make_qr(address, error="m")
    written = drawn.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Markup(written)  # noqa: S704 - drawn from our own address


def _reach(event: Event) -> int:
    """Count the letters that news of an event would make."""
    return notifications.reach(event) + announcing.reach(event)


def _form_page(form: EventForm, event: Event, theirs: list[dict[str, str]]) -> str:
    series = db.session.scalars(sa.select(Series.title).order_by(Series.title))
    return render_template(
        "desk/events/edit.html",
        form=form,
        event=event,
        theirs=theirs,
        series=list(series),
        reach=_reach(event) if event.status is Status.PUBLISHED else 0,
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


def _published(told: int) -> str:
    speakers = ngettext(
        "A letter to one person who speaks leaves in ten minutes.",
        "Letters to %(num)s people who speak leave in ten minutes.",
        told,
    )
    return " ".join([_("It is published. Here is its address."), *([speakers] if told else [])])


def _reinstated(told: int) -> str:
    sentence = ngettext(
        "It takes place after all. A letter to one person is on its way.",
        "It takes place after all. Letters to %(num)s people are on their way.",
        told,
    )
    return sentence if told else _("It takes place after all. There was nobody to tell.")

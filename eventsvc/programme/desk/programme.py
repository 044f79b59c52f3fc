"""The desk's pages about a programme: plain forms for sessions, rooms, tracks and speakers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, blocks, gathering, published, rules, slots
from eventsvc.programme.forms import RoomForm, TrackForm
from eventsvc.programme.models import Appearance, Room, Session, SessionStatus, Track
from eventsvc.programme.words import SESSION_KINDS

blueprint = Blueprint("programme_desk", __name__, url_prefix="/desk/events/<slug>/programme")

PEOPLE = selectinload(Session.appearances).joinedload(Appearance.speaker)


@blueprint.get("")
@signed_in
def show(slug: str) -> str:
    """Show the programme by day, and the rooms, tracks and speakers it is made of."""
    event = event_for(Act.SEE, slug)
    return _page(event, RoomForm.empty())


@blueprint.post("/rooms")
@signed_in
def add_room(slug: str) -> Any:
    """Give the event a room."""
    event, form = event_for(Act.EDIT, slug), RoomForm.of(None)
    return _added(event, form, rules.add_room, lambda: _page(event, form))


@blueprint.route("/rooms/<int:room_id>", methods=["GET", "POST"])
@signed_in
def edit_room(slug: str, room_id: int) -> Any:
    """Change a room."""
    return _edited(slug, Room, room_id, RoomForm, rules.edit_room, url_for(".remove_room", slug=slug, room_id=room_id))


@blueprint.post("/rooms/<int:room_id>/remove")
@signed_in
def remove_room(slug: str, room_id: int) -> Response:
    """Take a room away that no session is in."""
    return _removed(slug, Room, room_id, _("The room is taken away."))


@blueprint.post("/tracks")
@signed_in
def add_track(slug: str) -> Any:
    """Give the event a track."""
    event, form = event_for(Act.EDIT, slug), TrackForm.of(None)
    return _added(event, form, rules.add_track, lambda: _page(event, RoomForm.empty(), form))


@blueprint.route("/tracks/<int:track_id>", methods=["GET", "POST"])
@signed_in
def edit_track(slug: str, track_id: int) -> Any:
    """Change a track."""
    remove_url = url_for(".remove_track", slug=slug, track_id=track_id)
    return _edited(slug, Track, track_id, TrackForm, rules.edit_track, remove_url)


@blueprint.post("/tracks/<int:track_id>/remove")
@signed_in
def remove_track(slug: str, track_id: int) -> Response:
    """Take a track away that no session is in."""
    return _removed(slug, Track, track_id, _("The track is taken away."))


def _page(event: Event, room_form: RoomForm, track_form: TrackForm | None = None) -> str:
    asked = sa.select(Session).where(Session.event_id == event.id)
    order = Session.starts_at.is_(None), Session.starts_at, Session.id
    options = (joinedload(Session.room), joinedload(Session.track), selectinload(Session.further_rooms), PEOPLE)
    sessions = list(db.session.scalars(asked.order_by(*order).options(*options)))
    there = [session for session in sessions if session.status is not SessionStatus.REMOVED]
    tracks = _things(Track, event)
    speakers = {a.speaker.id: a.speaker for session in there for a in session.appearances}
    return render_template(
        "desk/programme/show.html",
        event=event,
        days=_by_day(sessions, event),
        kinds=SESSION_KINDS,
        cancelled=SessionStatus.CANCELLED,
        removed=SessionStatus.REMOVED,
        hour=lambda at: when.hour(at, event.timezone),
        open_clashes=len(accepted.sorted_out(event.id, gathering.gather(event))[0]),
        rooms=_things(Room, event),
        tracks=tracks,
        speakers=sorted(speakers.values(), key=lambda speaker: speaker.name.lower()),
        room_form=room_form,
        track_form=track_form or TrackForm.beside(tracks),
        unpublished=len(published.pending(event.id)),
    )


def _by_day(sessions: list[Session], event: Event) -> dict[str, list[Session]]:
    days: dict[str, list[Session]] = {}
    for session in sessions:
        day = blocks.day_name(_day(session, event), event.timezone, str(get_locale()))
        days.setdefault(day, []).append(session)
    return days


def _day(session: Session, event: Event) -> date | None:
    return slots.day_of(session.starts_at, event.timezone) if session.starts_at else None


def _things(noun: type[Any], event: Event) -> list[Any]:
    asked = sa.select(noun).where(noun.event_id == event.id)
    return list(db.session.scalars(asked.order_by(noun.position, noun.name)))


def _own(noun: type[Any], event: Event, number: int) -> Any:
    asked = sa.select(noun).where(noun.event_id == event.id, noun.id == number)
    return web.not_found_unless(db.session.scalars(asked).first())


def _added(event: Event, form: Any, add: Callable[..., Any], again: Callable[[], str]) -> Any:
    if not form.validate():
        return again(), 422
    saved = _saved(event, form, lambda: add(event, **form.said(), by=me(), at=clock.now()))
    return saved if isinstance(saved, Response) else (again(), saved)


def _edited(slug: str, noun: type[Any], number: int, kind: Any, edit: Callable[..., Any], remove_url: str) -> Any:
    event = event_for(Act.EDIT, slug)
    thing = _own(noun, event, number)
    form, name, status = kind.of(thing), thing.name, 200
    if form.validate_on_submit():
        saved = _saved(event, form, lambda: edit(event, thing, **form.said(), by=me(), at=clock.now()))
        if isinstance(saved, Response):
            return saved
        status = saved
    elif form.is_submitted():
        status = 422
    page = render_template("desk/programme/thing.html", event=event, form=form, name=name, remove_url=remove_url)
    return page, status


def _removed(slug: str, noun: type[Any], number: int, told: str) -> Response:
    event = event_for(Act.EDIT, slug)
    thing = _own(noun, event, number)
    return done(event, lambda: rules.remove(event, thing, by=me(), at=clock.now()), told)


def _saved(event: Event, form: Any, act: Callable[[], Any]) -> Response | int:
    """Do it and lead back to the programme; of a no, put it on the form and return its status."""
    try:
        act()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return refused.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


def done(event: Event, act: Callable[[], Any], told: str) -> Response:
    slug = event.slug
    try:
        act()
        db.session.commit()
        flash(told, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".show", slug=slug), 303)

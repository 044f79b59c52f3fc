"""The desk's pages about a programme: plain forms for sessions, rooms, tracks and speakers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts import telling
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import rules
from eventsvc.programme.forms import RoomForm, SessionForm, SpeakerForm, TrackForm
from eventsvc.programme.models import Appearance, Room, Session, SessionStatus, Speaker, Track
from eventsvc.programme.words import SESSION_KINDS

blueprint = Blueprint("programme_desk", __name__, url_prefix="/desk/events/<slug>/programme")

_PEOPLE = selectinload(Session.appearances).joinedload(Appearance.speaker)


@blueprint.get("")
@signed_in
def show(slug: str) -> str:
    """Show the programme by day, and the rooms, tracks and speakers it is made of."""
    event = event_for(Act.SEE, slug)
    return _page(event, RoomForm.empty(), TrackForm.empty())


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def new_session(slug: str) -> Any:
    """Add a session; with `?after=` it begins where that one ends."""
    event = event_for(Act.EDIT, slug)
    after = request.args.get("after", "")
    like = db.session.scalars(
        sa.select(Session).where(Session.event_id == event.id, Session.public_id == after)
    ).first()
    form = SessionForm(event, like=like)
    if form.validate_on_submit():
        try:
            session = rules.add_session(event, form.said(), by=me(), at=clock.now())
            db.session.commit()
            flash(_("The session is in the programme."), "ok")
            if request.form.get("then") == "another":
                return redirect(url_for(".new_session", slug=event.slug, after=session.public_id), 303)
            return redirect(url_for(".show", slug=event.slug), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
    page = render_template("desk/programme/session.html", event=event, form=form, session=None, theirs=[])
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/sessions/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_session(slug: str, public_id: str) -> Any:
    """Change a session."""
    event = event_for(Act.EDIT, slug)
    session = _session(event, public_id)
    form, theirs, status = SessionForm(event, session), [], 200
    if form.validate_on_submit():
        try:
            rules.edit_session(session, form.said(), revision=form.opened_at(), by=me(), at=clock.now())
            db.session.commit()
            flash(_("Saved."), "ok")
            return redirect(url_for(".show", slug=event.slug), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
            status = refused.status
            if isinstance(refused, ChangedMeanwhile):
                theirs = _side_by_side(form, refused, event)
                form.take_over(refused, session)
    elif form.is_submitted():
        status = 422
    page = render_template("desk/programme/session.html", event=event, form=form, session=session, theirs=theirs)
    return page, status


@blueprint.post("/sessions/<public_id>/<any(cancel, restore, delete):act>")
@signed_in
def change_session(slug: str, public_id: str, act: str) -> Response:
    """Cancel a session, let it take place after all, or take it out."""
    event = event_for(Act.EDIT, slug)
    session, by, at = _session(event, public_id), me(), clock.now()
    acts: dict[str, tuple[Callable[[], None], str]] = {
        "cancel": (lambda: rules.cancel_session(session, by=by, at=at), _("The session is cancelled, and says so.")),
        "restore": (lambda: rules.restore_session(session, by=by, at=at), _("The session takes place after all.")),
        "delete": (lambda: rules.delete_session(session, by=by, at=at), _("The session is taken out.")),
    }
    return _done(event, *acts[act])


@blueprint.post("/rooms")
@signed_in
def add_room(slug: str) -> Any:
    """Give the event a room."""
    event, form = event_for(Act.EDIT, slug), RoomForm.of(None)
    return _added(
        event,
        form,
        lambda: rules.add_room(event, form.name.data, capacity=form.capacity.data, by=me(), at=clock.now()),
        lambda: _page(event, form, TrackForm.empty()),
    )


@blueprint.route("/rooms/<int:room_id>", methods=["GET", "POST"])
@signed_in
def edit_room(slug: str, room_id: int) -> Any:
    """Change a room."""
    event = event_for(Act.EDIT, slug)
    room = _own(Room, event, room_id)
    form = RoomForm.of(room)

    def write() -> None:
        rules.edit_room(event, room, name=form.name.data, capacity=form.capacity.data, by=me(), at=clock.now())

    return _edited(event, form, write, room.name, url_for(".remove_room", slug=event.slug, room_id=room.id))


@blueprint.post("/rooms/<int:room_id>/remove")
@signed_in
def remove_room(slug: str, room_id: int) -> Response:
    """Take a room away that no session is in."""
    event = event_for(Act.EDIT, slug)
    room = _own(Room, event, room_id)
    return _done(event, lambda: rules.remove(event, room, by=me(), at=clock.now()), _("The room is taken away."))


@blueprint.post("/tracks")
@signed_in
def add_track(slug: str) -> Any:
    """Give the event a track."""
    event, form = event_for(Act.EDIT, slug), TrackForm.of(None)
    return _added(
        event,
        form,
        lambda: rules.add_track(event, form.name.data, colour=form.colour.data, by=me(), at=clock.now()),
        lambda: _page(event, RoomForm.empty(), form),
    )


@blueprint.route("/tracks/<int:track_id>", methods=["GET", "POST"])
@signed_in
def edit_track(slug: str, track_id: int) -> Any:
    """Change a track."""
    event = event_for(Act.EDIT, slug)
    track = _own(Track, event, track_id)
    form = TrackForm.of(track)

    def write() -> None:
        rules.edit_track(event, track, name=form.name.data, colour=form.colour.data, by=me(), at=clock.now())

    return _edited(event, form, write, track.name, url_for(".remove_track", slug=event.slug, track_id=track.id))


@blueprint.post("/tracks/<int:track_id>/remove")
@signed_in
def remove_track(slug: str, track_id: int) -> Response:
    """Take a track away that no session is in."""
    event = event_for(Act.EDIT, slug)
    track = _own(Track, event, track_id)
    return _done(event, lambda: rules.remove(event, track, by=me(), at=clock.now()), _("The track is taken away."))


@blueprint.route("/speakers/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_speaker(slug: str, public_id: str) -> Any:
    """Change what is told of somebody who speaks at this event."""
    event = event_for(Act.EDIT, slug)
    here = sa.select(Appearance.speaker_id).join(Session).where(Session.event_id == event.id)
    asked = sa.select(Speaker).where(Speaker.public_id == public_id, Speaker.id.in_(here))
    speaker = web.not_found_unless(db.session.scalars(asked).first())
    form = SpeakerForm(speaker)

    def write() -> None:
        rules.edit_speaker(event, speaker, form.said(), by=me(), at=clock.now())

    return _edited(event, form, write, speaker.name, None)


def _page(event: Event, room_form: RoomForm, track_form: TrackForm) -> str:
    asked = sa.select(Session).where(Session.event_id == event.id)
    order = Session.starts_at.is_(None), Session.starts_at, Session.id
    options = (joinedload(Session.room), joinedload(Session.track), _PEOPLE)
    sessions = list(db.session.scalars(asked.order_by(*order).options(*options)))
    speakers = {a.speaker.id: a.speaker for session in sessions for a in session.appearances}
    return render_template(
        "desk/programme/show.html",
        event=event,
        days=_by_day(sessions, event),
        kinds=SESSION_KINDS,
        cancelled=SessionStatus.CANCELLED,
        hour=lambda at: when.hour(at, event.timezone),
        rooms=_things(Room, event),
        tracks=_things(Track, event),
        speakers=sorted(speakers.values(), key=lambda speaker: speaker.name.lower()),
        room_form=room_form,
        track_form=track_form,
    )


def _by_day(sessions: list[Session], event: Event) -> dict[str, list[Session]]:
    days: dict[str, list[Session]] = {}
    for session in sessions:
        day = when.day(session.starts_at, event.timezone, str(get_locale())) if session.starts_at else _("To follow")
        days.setdefault(day, []).append(session)
    return days


def _things(noun: type[Any], event: Event) -> list[Any]:
    asked = sa.select(noun).where(noun.event_id == event.id)
    return list(db.session.scalars(asked.order_by(noun.position, noun.name)))


def _session(event: Event, public_id: str) -> Session:
    asked = sa.select(Session).where(Session.event_id == event.id, Session.public_id == public_id).options(_PEOPLE)
    return web.not_found_unless(db.session.scalars(asked).first())


def _own(noun: type[Any], event: Event, number: int) -> Any:
    asked = sa.select(noun).where(noun.event_id == event.id, noun.id == number)
    return web.not_found_unless(db.session.scalars(asked).first())


def _added(event: Event, form: Any, act: Callable[[], Any], again: Callable[[], str]) -> Any:
    if not form.validate():
        return again(), 422
    try:
        act()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return again(), refused.status
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


def _edited(event: Event, form: Any, act: Callable[[], Any], name: str, remove_url: str | None) -> Any:
    if form.validate_on_submit():
        try:
            act()
            db.session.commit()
            flash(_("Saved."), "ok")
            return redirect(url_for(".show", slug=event.slug), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
    page = render_template("desk/programme/thing.html", event=event, form=form, name=name, remove_url=remove_url)
    return page, 422 if form.is_submitted() else 200


def _done(event: Event, act: Callable[[], Any], told: str) -> Response:
    slug = event.slug
    try:
        act()
        db.session.commit()
        flash(told, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".show", slug=slug), 303)


def _side_by_side(form: SessionForm, refused: ChangedMeanwhile, event: Event) -> list[dict[str, str]]:
    def said(name: str, value: Any) -> str:
        if name in {"room_id", "track_id"}:
            return next((str(choice.label) for choice in form[name].choices if choice.value == (value or 0)), "")
        return telling.value(value, event.timezone, str(get_locale()))

    kept = _("not changed; theirs is taken over")
    return [
        {
            "label": str(form[name].label.text),
            "theirs": said(name, value),
            "yours": said(name, refused.yours[name]) if name in refused.yours else kept,
        }
        for name, value in refused.theirs.items()
    ]

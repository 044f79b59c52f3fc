"""The desk's forms that move sessions: one to another slot, two in each other's place, all after one, a day again.

What the timetable's module drops is sent to the same addresses as the plain forms, and answered alike: a move leads
back to the day, and a no is a page with what stands in the way, from which the module takes that part alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from eventsvc import clock, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events.fields import number
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import rules, slots
from eventsvc.programme.desk import refusals, undo
from eventsvc.programme.desk.moveforms import CopyForm, Dropped, MoveForm, ShiftForm, SwapForm
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.desk.refusals import Refusal
from eventsvc.programme.errors import SlotConflict
from eventsvc.programme.models import Session, SessionKind
from eventsvc.programme.planned import Planned

Told = tuple[str, str]
"""A sentence about what was done, and its category."""


@blueprint.route("/sessions/<public_id>/move", methods=["GET", "POST"])
@signed_in
def move_session(slug: str, public_id: str) -> Any:
    """Give a session another time, room or length; `?slot=` is one that was offered, or dropped on."""
    session = _session_at(slug, public_id)
    dropped = Dropped.read(request.form, session.event.timezone) if request.method == "POST" else None
    if dropped is not None:
        return _moved(session, dropped)
    form = _form(session)
    if not form.is_submitted():
        return _page(session, form)
    if not form.validate():
        return _page(session, form), 422
    return _moved(session, form)


def _form(session: Session) -> MoveForm:
    """Return the form as it was sent: filled in, or with a slot that was offered."""
    form = MoveForm(session.event, session)
    said_slot = request.values.get("instead") or request.values.get("slot")
    if said_slot is not None:
        # A day that could be read has been: see `Dropped`.
        form.take_slot("" if "day" in request.form else said_slot)
    return form


def _moved(session: Session, said: MoveForm | Dropped) -> Any:
    event, url = session.event, url_for(".move_session", slug=session.event.slug, public_id=session.public_id)

    def act() -> Told:
        move = rules.move_block if session.kind is SessionKind.BLOCK else rules.move
        planned = move(session, **said.said(), accepts=_accepts(), by=me(), at=clock.now())
        rooms = planned.rooms if isinstance(planned, Planned) else session.rooms
        slot = _slot_words(session, ", ".join(room.name for room in rooms))
        return _("“%(title)s” is now %(slot)s.", title=session.title, slot=slot), "ok"

    def refused(no: Refused) -> Refusal | None:
        return refusals.of(no, session, url, said.carried())

    return _done(event, session, act, refused, lambda: said if isinstance(said, MoveForm) else _form(session))


@blueprint.post("/sessions/<public_id>/shelve")
@signed_in
def shelve_session(slug: str, public_id: str) -> Any:
    """Put a session back among those that have no time yet."""
    event = event_for(Act.EDIT, slug)
    session, revision = _session(event, public_id), request.form.get("revision", "")
    day = _day_of(session)

    def act() -> Told:
        rules.unschedule(session, revision=number(revision), by=me(), at=clock.now())
        return _("“%(title)s” is back among those not yet placed.", title=session.title), "ok"

    def refused(no: Refused) -> Refusal | None:
        return refusals.of(no, session, url_for(".shelve_session", slug=slug, public_id=public_id), ())

    return _done(event, session, act, refused, day=day)


@blueprint.post("/sessions/<public_id>/shift")
@signed_in
def shift_sessions(slug: str, public_id: str) -> Any:
    """Let everything after a session on its day begin later, or earlier."""
    event = event_for(Act.EDIT, slug)
    session, form = _session(event, public_id), ShiftForm()
    if not form.validate():
        return _page(session, shift=form), 422

    def act() -> Told:
        moved = rules.shift_after(
            session,
            minutes=form.minutes.data or 0,
            in_all_rooms=form.in_all_rooms.data,
            revision=form.revision.opened_at,
            accepts=_accepts(),
            by=me(),
            at=clock.now(),
        )
        told = str(ngettext("One session is shifted.", "%(num)s sessions are shifted.", len(moved)))
        return told, undo.JUST_DONE if moved else "ok"

    def refused(no: Refused) -> Refusal | None:
        return refusals.of(no, session, url_for(".shift_sessions", slug=slug, public_id=public_id), form.carried())

    return _done(event, session, act, refused, shift=form)


@blueprint.post("/sessions/<public_id>/swap")
@signed_in
def swap_sessions(slug: str, public_id: str) -> Any:
    """Let two sessions change places."""
    event = event_for(Act.EDIT, slug)
    session = _session(event, public_id)
    form = SwapForm(event, session)
    if not form.validate():
        return _page(session, swap=form), 422
    chosen, _colon, revision = str(form.other.data).partition(":")
    other = _session(event, chosen)

    def act() -> Told:
        revisions = form.revision.opened_at, number(revision)
        rules.swap(session, other, revisions=revisions, accepts=_accepts(), by=me(), at=clock.now())
        told = _("“%(one)s” and “%(other)s” have changed places.", one=session.title, other=other.title)
        return told, undo.JUST_DONE

    def refused(no: Refused) -> Refusal | None:
        url = url_for(".swap_sessions", slug=slug, public_id=public_id)
        carried = (("other", f"{chosen}:{other.revision}"),)
        return refusals.of(no, session, url, carried)

    return _done(event, session, act, refused, swap=form)


@blueprint.route("/timetable/copy", methods=["GET", "POST"])
@signed_in
def copy_day(slug: str) -> Any:
    """Have a day of the programme again on another one."""
    event = event_for(Act.EDIT, slug)
    form, refusal, status = CopyForm.of(request.args.get("day", "")), None, 200
    if form.validate_on_submit():
        days = form.from_day.data, form.to_day.data
        try:
            copies = rules.copy_day(
                event, *days, keeps_speakers=form.keeps_speakers.data, accepts=_accepts(), by=me(), at=clock.now()
            )
            told = ngettext("One session is copied.", "%(num)s sessions are copied.", len(copies))
            db.session.commit()
            flash(told, undo.JUST_DONE)
            return redirect(url_for(".show_timetable", slug=event.slug, day=days[1].isoformat()), 303)
        except SlotConflict as no:
            db.session.rollback()
            url = url_for(".copy_day", slug=slug)
            refusal = refusals.clashing(no, event, url, form.carried())
            status = no.status
        except Refused as no:
            db.session.rollback()
            web.refuse_on(form, no)
            status = no.status
    elif form.is_submitted():
        status = 422
    return render_template("desk/programme/copy.html", event=event, form=form, refusal=refusal), status


def _done(
    event: Event,
    session: Session,
    act: Callable[[], Told],
    refused: Callable[[Refused], Refusal | None],
    form: Callable[[], MoveForm] | None = None,
    *,
    day: str = "",
    **forms: Any,
) -> Any:
    """Do it and lead back to the day, or show why not on the page of the session, with what was typed."""
    slug, public_id = event.slug, session.public_id
    try:
        told = act()
        day = day or _day_of(session)
        db.session.commit()
    except Refused as no:
        db.session.rollback()
        refusal, typed = refused(no), form() if form else None
        shown = typed or next((each for each in forms.values() if each), None)
        if refusal is None and shown is not None:
            web.refuse_on(shown, no)
        if typed is not None:
            typed.reopen(session)
        return _page(session, typed, refusal, **forms), no.status
    flash(*told)
    # What several sessions can be put back by stands above the day.
    anchor = None if told[1] == undo.JUST_DONE else f"s-{public_id}"
    return redirect(url_for(".show_timetable", slug=slug, day=day or None, _anchor=anchor), 303)


def _page(
    session: Session,
    form: MoveForm | None = None,
    refusal: Refusal | None = None,
    *,
    shift: ShiftForm | None = None,
    swap: SwapForm | None = None,
) -> str:
    event = session.event
    return render_template(
        "desk/programme/move.html",
        event=event,
        session=session,
        form=form or MoveForm(event, session, is_fresh=True),
        shift=shift or ShiftForm(formdata=None, data={"revision": session.revision, "minutes": 15}),
        swap=swap or SwapForm(event, session, is_fresh=True),
        refusal=refusal,
        day=_day_of(session),
        now=_slot_words(session, ", ".join(room.name for room in session.rooms)),
    )


def _slot_words(session: Session, rooms: str) -> str:
    if session.starts_at is None or session.ends_at is None:
        return _("not yet placed")
    zone = session.event.timezone
    span = when.span(session.starts_at, session.ends_at, zone, str(get_locale()), has_year=False)
    return _("%(hours)s, %(room)s", hours=span, room=rooms) if rooms else span


def _day_of(session: Session) -> str:
    return slots.day_of(session.starts_at, session.event.timezone).isoformat() if session.starts_at else ""


# Built once: building a statement costs as much as asking SQLite.
_asked = (
    sa.select(Session, access.my_role(sa.bindparam("user_id")))
    .join(Session.event)
    .where(access.is_at(sa.bindparam("slug")), Session.public_id == sa.bindparam("public_id"))
    .options(contains_eager(Session.event))
)


def _session_at(slug: str, public_id: str) -> Session:
    """Return a session of an event that I may edit, both and my role there in one query."""
    wanted = {"slug": slug, "public_id": public_id, "user_id": access.my_account().id}
    session, role = db.session.execute(_asked, wanted).first() or (None, None)
    access.enter(Act.EDIT, session.event if session else None, role=role)
    assert session is not None
    return session


def _session(event: Event, public_id: str) -> Session:
    asked = sa.select(Session).where(Session.event_id == event.id, Session.public_id == public_id)
    return web.not_found_unless(db.session.scalars(asked).first())


def _accepts() -> frozenset[str]:
    return frozenset(request.form.get("accepts", "").split())

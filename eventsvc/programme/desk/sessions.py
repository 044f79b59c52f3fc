"""The desk's form for a session, what it clashes with, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import clock, web
from eventsvc.accounts import meanwhile
from eventsvc.accounts import telling as values
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import gathering, lineup, rules, telling, vacancies
from eventsvc.programme.desk import refusals
from eventsvc.programme.desk.programme import PEOPLE, blueprint, done
from eventsvc.programme.desk.speakers import file_row
from eventsvc.programme.errors import SlotConflict
from eventsvc.programme.forms import SessionForm, offered
from eventsvc.programme.models import PublishedSession, Session, SessionStatus


@dataclass(frozen=True, slots=True)
class Clashing:
    """What a form was refused for: sentences, slots that are free as (value, words), and the keys that accept it."""

    sentences: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]
    keys: str


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def new_session(slug: str) -> Any:
    """Add a session; with `?after=` it begins where that one ends."""
    event = event_for(Act.EDIT, slug)
    after = request.args.get("after", "")
    like = db.session.scalars(
        sa.select(Session).where(Session.event_id == event.id, Session.public_id == after)
    ).first()
    form, clashing, status = SessionForm(event, like=like), None, 200
    if request.method == "GET" and (day := _day(request.args.get("day", ""))):
        form.take_day(day)
    form.take_slot(request.values.get("slot", ""))
    if form.validate_on_submit():
        try:
            session = rules.add_session(event, form.said(), accepts=_accepts(), by=me(), at=clock.now())
            db.session.commit()
            flash(_("The session is in the programme."), "ok")
            if request.form.get("then") == "another":
                return redirect(
                    url_for(".new_session", slug=event.slug, after=session.public_id, back=_back_word()), 303
                )
            return redirect(_back(event), 303)
        except Refused as refused:
            clashing, status = _refused(form, refused, event), refused.status
    elif form.is_submitted():
        status = 422
    return _page(event, form, None, clashing), status


@blueprint.route("/sessions/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_session(slug: str, public_id: str) -> Any:
    """Change a session; with `?slot=` it is shown at a time that was offered."""
    event = event_for(Act.EDIT, slug)
    session = _session(event, public_id)
    form, theirs, clashing, status = SessionForm(event, session), [], None, 200
    form.take_slot(request.values.get("slot", ""))
    if form.validate_on_submit():
        try:
            rules.edit_session(
                session, form.said(), revision=form.revision.opened_at, accepts=_accepts(), by=me(), at=clock.now()
            )
            db.session.commit()
            flash(_("Saved."), "ok")
            return redirect(_back(event), 303)
        except Refused as refused:
            clashing, status = _refused(form, refused, event), refused.status
            if isinstance(refused, ChangedMeanwhile):
                theirs = _side_by_side(form, refused, event)
                form.take_over(refused, session)
    elif form.is_submitted():
        status = 422
    return _page(event, form, session, clashing, theirs), status


@blueprint.get("/sessions/<public_id>/<any(cancel, delete):act>")
@signed_in
def ask_to_change(slug: str, public_id: str, act: str) -> str:
    """Ask whether a session is really to be cancelled, or taken out."""
    event = event_for(Act.EDIT, slug)
    session = _session(event, public_id)
    is_undone = act == "delete" and session.status is SessionStatus.REMOVED
    web.not_found_unless(session if not is_undone else None)
    shown = sa.select(PublishedSession.session_id).where(PublishedSession.session_id == session.id)
    is_shown = db.session.scalar(shown) is not None
    return render_template("desk/programme/sure.html", event=event, session=session, act=act, is_shown=is_shown)


@blueprint.post("/sessions/<public_id>/<any(cancel, restore, delete):act>")
@signed_in
def change_session(slug: str, public_id: str, act: str) -> Any:
    """Cancel a session, let it take place after all, or take it out."""
    if act == "restore":
        return _restore(slug, public_id)
    event = event_for(Act.EDIT, slug)
    session, by, at = _session(event, public_id), me(), clock.now()
    acts: dict[str, tuple[Callable[[], None], str]] = {
        "cancel": (lambda: rules.cancel_session(session, by=by, at=at), _("The session is cancelled, and says so.")),
        "delete": (lambda: rules.delete_session(session, by=by, at=at), _("The session is taken out.")),
    }
    return done(event, *acts[act])


def _restore(slug: str, public_id: str) -> Any:
    """Put a session back; where it would clash, say with what, and let whoever wants it so have it all the same."""
    event = event_for(Act.EDIT, slug)
    session = _session(event, public_id)
    try:
        rules.restore_session(session, accepts=_accepts(), by=me(), at=clock.now())
        is_planned = session.status is SessionStatus.PLANNED
        db.session.commit()
    except SlotConflict as no:
        db.session.rollback()
        url = url_for(".change_session", slug=slug, public_id=public_id, act="restore")
        refusal = replace(refusals.clashing(no, event, url, ()), offers=())
        back = url_for(".edit_session", slug=slug, public_id=public_id)
        page = render_template("desk/programme/restore.html", event=event, session=session, refusal=refusal, back=back)
        return page, no.status
    told = _("The session takes place after all.") if is_planned else _("The session is back, cancelled as it was.")
    flash(told, "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


def _page(
    event: Event,
    form: SessionForm,
    session: Session | None,
    clashing: Clashing | None,
    theirs: list[dict[str, str]] | None = None,
) -> str:
    return render_template(
        "desk/programme/session.html",
        event=event,
        form=form,
        session=session,
        clashing=clashing,
        is_anyway=clashing is not None and "accepts" in request.form,
        theirs=theirs or [],
        back=_back(event),
        files=[file_row(slides, event) for slides in lineup.slides_of([session.id])] if session else [],
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _back_word() -> str | None:
    return request.args.get("back")


def _back(event: Event) -> str:
    """Return where somebody came from: the list, or with `?back=` a day of the timetable."""
    day = _back_word()
    return url_for(".show_timetable", slug=event.slug, day=day) if day else url_for(".show", slug=event.slug)


def _accepts() -> frozenset[str]:
    """Return the keys that "Move anyway" carries: of what was shown, and of nothing that came since."""
    return frozenset(request.form.get("accepts", "").split())


def _refused(form: SessionForm, refused: Refused, event: Event) -> Clashing | None:
    """Say a rule's no on the form; of clashes, with the slots in which there would be none."""
    db.session.rollback()
    if not isinstance(refused, SlotConflict):
        web.refuse_on(form, refused)
        return None
    planned = refused.session
    offers: tuple[tuple[str, str], ...] = ()
    # For a block with its parts no one slot is looked for.
    if planned is not None:
        free = vacancies.suggestions(gathering.gather_with(event, planned), planned.public_id)
        offers = tuple((offered(each), telling.vacancy(each, event, planned.slot)) for each in free)
    return Clashing(refused.sentences, offers, " ".join(sorted(refused.keys)))


def _side_by_side(form: SessionForm, refused: ChangedMeanwhile, event: Event) -> list[dict[str, str]]:
    def said(name: str, value: Any) -> str:
        if name in {"room_id", "track_id"}:
            return next((str(choice.label) for choice in form[name].choices if choice.value == (value or 0)), "")
        return values.value(value, event.timezone, str(get_locale()))

    return meanwhile.side_by_side(
        refused,
        label=lambda name: str(form[name].label.text),
        said=said,
        kept=_("not changed; theirs is taken over"),
    )


def _session(event: Event, public_id: str) -> Session:
    asked = sa.select(Session).where(Session.event_id == event.id, Session.public_id == public_id).options(PEOPLE)
    return web.not_found_unless(db.session.scalars(asked).first())

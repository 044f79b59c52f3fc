"""The way back from one's last act on the timetable: a press that sends a move back, or undoes an act on several."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc import clock, when
from eventsvc.accounts.access import Act, event_for, me, my_account, signed_in
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import blocks, rules, undoing
from eventsvc.programme.desk import refusals
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.errors import SlotConflict
from eventsvc.programme.models import Session
from eventsvc.programme.undoing import LastAct

JUST_DONE = "done"
"""The category of a sentence about an act on several sessions: the way back stands beside it."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A press that undoes: its words, where it is sent and what with; `is_of_many` beside the sentence on the act."""

    told: str
    url: str
    fields: tuple[tuple[str, str], ...]
    is_of_many: bool = False


def offer(event: Event, on: date) -> Undo | None:
    """Return the way back from my last act on the sessions of an event, for whoever looks at a day."""
    act = undoing.last_act(event.id, my_account().id)
    if act is None:
        return None
    is_of_one = act.act == undoing.MOVED or (act.act == undoing.UNSCHEDULED and len(act.entries) == 1)
    session = db.session.get(Session, act.about[0].subject_id)
    if act.act in {undoing.MOVED, undoing.UNSCHEDULED} and session is None:
        return None
    if is_of_one and session is not None:
        return _back(session, act.entries[0], event)
    fields = (("number", str(act.number)), ("day", on.isoformat()))
    return Undo(_words(act, session, event), url_for(".undo_act", slug=event.slug), fields, is_of_many=True)


@blueprint.post("/timetable/undo")
@signed_in
def undo_act(slug: str) -> Any:
    """Undo an act on several sessions, and come back to the day."""
    event = event_for(Act.EDIT, slug)
    number, day = request.form.get("number", ""), request.form.get("day", "")
    back = url_for(".show_timetable", slug=slug, day=day or None)
    accepts = frozenset(request.form.get("accepts", "").split())
    try:
        sessions = rules.undo(event, _number(number), accepts=accepts, by=me(), at=clock.now())
        db.session.commit()
        flash(_told(len(sessions)), "ok")
    except SlotConflict as no:
        db.session.rollback()
        url = url_for(".undo_act", slug=slug)
        refusal = refusals.clashing(no, event, url, (("number", number), ("day", day)))
        return render_template("desk/programme/undo.html", event=event, refusal=refusal, back=back), no.status
    except Refused as no:
        db.session.rollback()
        flash(no.sentence, "no")
    return redirect(back, 303)


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _told(count: int) -> str:
    if not count:
        return _("The copies are taken out again.")
    return str(ngettext("One session is back where it was.", "%(num)s sessions are back where they were.", count))


def _words(act: LastAct, session: Session | None, event: Event) -> str:
    count = len(act.about)
    if act.act == undoing.SWAPPED:
        return _("Undo: swap the two back")
    if act.act == undoing.COPIED:
        return str(ngettext("Undo: take the copy out again", "Undo: take the %(num)s copies out again", count))
    if act.act == undoing.SHIFTED:
        return str(ngettext("Undo: shift the session back", "Undo: shift the %(num)s sessions back", count))
    assert session is not None
    return _put_back(session, _moment(act.about[0].before["starts_at"]), event)


def _back(session: Session, entry: AuditEntry, event: Event) -> Undo:
    """Return the way back of one session: a move as any other, so that it is refused as any other."""
    before = entry.before
    now = {"starts_at": session.starts_at, "ends_at": session.ends_at, "room_id": session.room_id}
    was = now | {name: before[name] for name in now if name in before}
    starts_at, ends_at = (_moment(was[name]) for name in ("starts_at", "ends_at"))
    further = before.get("further_rooms", [room.id for room in session.further_rooms])
    fields = (
        ("revision", str(entry.after["revision"])),
        ("says_rooms", "1"),
        *(("further_rooms", str(number)) for number in further),
    )
    told = _put_back(session, starts_at, event)
    if starts_at is None or ends_at is None:
        return Undo(told, url_for(".shelve_session", slug=event.slug, public_id=session.public_id), fields)
    slot = f"{blocks.iso(starts_at)}/{blocks.iso(ends_at)},{was['room_id'] or 0}"
    url = url_for(".move_session", slug=event.slug, public_id=session.public_id)
    return Undo(told, url, (*fields, ("slot", slot)))


def _put_back(session: Session, starts_at: datetime | None, event: Event) -> str:
    if starts_at is None:
        return _("Undo: put “%(title)s” back on the shelf", title=session.title)
    time = when.near_moment(starts_at, event.timezone, str(get_locale()))
    return _("Undo: put “%(title)s” back to %(time)s", title=session.title, time=time)


def _moment(said: Any) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else said

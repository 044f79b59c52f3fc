"""Paste to programme: a table or a file, what it would do, and then taking it.

It is done within the request: 138 sessions take a third of a second, and the most that are allowed some seconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from eventsvc import clock, web, when
from eventsvc.accounts import telling
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import exporting, importing, portraits, prospect, slots
from eventsvc.programme.comparing import Comparison, Difference, Fate, Match
from eventsvc.programme.desk.forms import ImportForm
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Reading
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.formats.plan import Person, Planned
from eventsvc.programme.formats.words import Column
from eventsvc.programme.models import SessionKind, SessionStatus, SpeakerRole
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES
from eventsvc.tableforms import MOST_SENT, MOST_TYPED
from eventsvc.tables import MOST_BYTES

_ENDPOINT, _CARD = "programme_desk.take_file", "programme_desk.edit_speaker"
_MOST = {_ENDPOINT: MOST_BYTES, _CARD: portraits.MOST_BYTES}
_NAMED = 3
_COLUMNS: dict[Column, Any] = {
    Column.ID: _l("Id"),
    Column.TITLE: _l("Title"),
    Column.DATE: _l("Date"),
    Column.START: _l("Begins, or from–until"),
    Column.END: _l("Ends"),
    Column.DURATION: _l("Duration"),
    Column.ROOM: _l("Room"),
    Column.TRACK: _l("Track"),
    Column.KIND: _l("Kind"),
    Column.LANGUAGE: _l("Language"),
    Column.ABSTRACT: _l("Abstract"),
    Column.SPEAKERS: _l("Speakers"),
    Column.AFFILIATIONS: _l("Affiliation"),
    Column.ROLES: _l("Role"),
    Column.EMAIL: _l("E-mail address"),
    Column.SEATS: _l("Seats"),
    Column.PARENT: _l("Part of"),
    Column.STATUS: _l("State"),
}
_FIELDS: dict[str, Any] = {
    "title": _l("Title"),
    "abstract": _l("Abstract"),
    "kind": _l("Kind"),
    "language": _l("Language"),
    "starts_at": _l("Begins"),
    "ends_at": _l("Ends"),
    "capacity": _l("Seats"),
    "rooms": _l("Room"),
    "track": _l("Track"),
    "people": _l("Speakers"),
    "parent": _l("Part of"),
    "status": _l("State"),
}
_STATES: dict[str, Any] = {
    SessionStatus.PLANNED.value: _l("takes place"),
    SessionStatus.CANCELLED.value: _l("cancelled"),
    SessionStatus.REMOVED.value: _l("taken out"),
}


@blueprint.url_value_preprocessor
def let_files_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let organisers send more here than elsewhere, before anything reads the form."""
    if endpoint == _ENDPOINT and current_user.is_authenticated:
        web.let_files_in(most=MOST_SENT, text=MOST_TYPED)
    if endpoint == _CARD and current_user.is_authenticated:
        web.let_files_in(most=portraits.MOST_BYTES + 1024 * 1024)


@blueprint.errorhandler(RequestEntityTooLarge)
def refuse_unread(_error: RequestEntityTooLarge) -> Any:
    """Say how large a file may be to whoever sent one that was not even read."""
    if request.endpoint not in _MOST:
        return web.error_page(413)
    most = _MOST[request.endpoint] // 1024 // 1024
    sentence = _("A file may have %(most)s MB. Yours has more and was not read, so nothing was changed.", most=most)
    return web.error_page(413, sentence=sentence)


@blueprint.route("/import", methods=["GET", "POST"])
@signed_in
def take_file(slug: str) -> Any:
    """Ask for a table or a file, show what it would do, and take it."""
    event, form = event_for(Act.EDIT, slug), ImportForm()
    if not form.validate_on_submit():
        return _page(event, form), 422 if form.is_submitted() else 200
    read: Reading | None = None
    try:
        read = _read(event, form)
        if request.form.get("then") == "take":
            found = _take(event, form, read)
            db.session.commit()
            flash(_done(found, len(form.agreed_to()), takes_out=form.takes_out.data), "ok")
            return redirect(url_for(".show", slug=slug), 303)
    except Refused as refused:
        db.session.rollback()
        if read is None:
            form.give_back()
        web.refuse_on(form, refused)
        return _page(event_for(Act.EDIT, slug), form, read), refused.status
    return _page(event, form, read)


def _read(event: Event, form: ImportForm) -> Reading:
    setting, text = exporting.setting_of(event), form.sent()
    columns = form.columns(files.table(text, setting))
    return files.read(text, setting, columns)


def _take(event: Event, form: ImportForm, read: Reading) -> Comparison:
    return importing.take(
        event,
        read.plan,
        seen=form.seen.data,
        leaves_out=form.leaves_out.data,
        takes_out=form.takes_out.data,
        accepts=form.agreed_to(),
        by=me(),
        at=clock.now(),
    )


def _page(event: Event, form: ImportForm, read: Reading | None = None) -> str:
    coming = importing.preview(event, read.plan, takes_out=form.takes_out.data, by=me()) if read else None
    found, laid = coming.found if coming else None, read.layout if read else _unread(event, form)
    form.show(laid, coming)
    return render_template(
        "desk/programme/import.html",
        event=event,
        form=form,
        columns=laid.shown() if laid else [],
        choices=_COLUMNS,
        found=found,
        sentences=_summary(found, event) if found else [],
        clashes=prospect.told(coming, event) if coming else (),
        new=[_row(match.planned, event) for match in found.of(Fate.NEW) if match.planned] if found else [],
        changed=[_changed(match, event) for match in found.of(Fate.CHANGED)] if found else [],
        missing=[_missing(match, event) for match in found.of(Fate.MISSING)] if found else [],
    )


def _unread(event: Event, form: ImportForm) -> Layout | None:
    """Return the columns of a table that could not be read: perhaps one of them was taken for another."""
    text, setting = str(form.text.data or ""), exporting.setting_of(event)
    laid = files.table(text, setting) if text else None
    return laid.with_columns(form.columns(laid), Column) if laid else None


def _row(planned: Planned, event: Event) -> dict[str, Any]:
    said = planned.said
    return {
        "line": planned.line,
        "title": planned.title,
        "when": _span(said.get("starts_at"), said.get("ends_at"), event),
        "rooms": ", ".join(said.get("rooms") or ()),
        "track": said.get("track") or "",
        "people": ", ".join(_person(each) for each in said.get("people") or ()),
        "kind": SESSION_KINDS[said["kind"]] if said.get("kind") else "",
        "is_cancelled": said.get("is_cancelled"),
    }


def _person(person: Person) -> str:
    role = "" if person.role is SpeakerRole.SPEAKER else str(SPEAKER_ROLES[person.role])
    beside = ", ".join(filter(None, (person.affiliation, role, person.email)))
    return f"{person.name} ({beside})" if beside else person.name


def _span(starts_at: datetime | None, ends_at: datetime | None, event: Event) -> str:
    if starts_at is None or ends_at is None:
        return _("Time to follow")
    # Of another year than the event it is probably the wrong file, and that should be seen.
    is_plain = event.starts_at is not None and event.starts_at.year == starts_at.year
    return when.span(starts_at, ends_at, event.timezone, str(get_locale()), has_year=not is_plain)


def _changed(match: Match, event: Event) -> dict[str, Any]:
    return {"title": match.title, "differences": [_difference(each, event) for each in match.differences]}


def _difference(each: Difference, event: Event) -> dict[str, Any]:
    was, now = (_told(each.name, value, event) for value in (each.was, each.now))
    return {"label": _FIELDS[each.name], "was": was, "now": now}


def _told(name: str, value: Any, event: Event) -> str:
    if name == "kind":
        return str(SESSION_KINDS[SessionKind(value)])
    if name == "status":
        return str(_STATES[value])
    return telling.value(value, event.timezone, str(get_locale()))


def _missing(match: Match, event: Event) -> dict[str, Any]:
    session = match.session
    assert session is not None
    return {"title": session.title, "when": _span(session.starts_at, session.ends_at, event)}


def _summary(found: Comparison, event: Event) -> list[str]:
    """Say in a few sentences what taking it would do."""
    counts = found.counts
    parts = [
        ngettext("one new session", "%(num)s new sessions", counts["new"]) if counts["new"] else "",
        ngettext("one that changes", "%(num)s that change", counts["changed"]) if counts["changed"] else "",
        ngettext("one that stays as it is", "%(num)s that stay as they are", counts["unchanged"])
        if counts["unchanged"]
        else "",
        ngettext("one that cannot be read", "%(num)s that cannot be read", len(found.problems))
        if found.problems
        else "",
    ]
    rooms, tracks = (" · ".join(names) for names in (found.rooms, found.tracks))
    more = [
        ngettext("One room is new: %(names)s.", "%(num)s rooms are new: %(names)s.", counts["rooms"], names=rooms),
        ngettext("One track is new: %(names)s.", "%(num)s tracks are new: %(names)s.", counts["tracks"], names=tracks),
        ngettext("One person is new.", "%(num)s people are new.", counts["people"]),
        ngettext("One card gets an e-mail address.", "%(num)s cards get an e-mail address.", counts["addresses"]),
    ]
    is_any = (rooms, tracks, counts["people"], counts["addresses"])
    told = [said for said, is_told in zip(more, is_any, strict=True) if is_told]
    if outside := _outside(found, event):
        told.append(_told_outside(outside, event))
    whole = [_("In it: %(what)s.", what=", ".join(filter(None, parts))), " ".join(told)]
    return list(filter(None, whole))


def _outside(found: Comparison, event: Event) -> list[Planned]:
    """Return the sessions of the file on days that the event does not have."""
    setting = exporting.setting_of(event)
    if setting.first is None or setting.last is None:
        return []
    timed = [match.planned for match in found.matches if match.planned and match.planned.said.get("starts_at")]
    days = [slots.day_of(each.said["starts_at"], event.timezone) for each in timed]
    return [each for each, day in zip(timed, days, strict=True) if not setting.first <= day <= setting.last]


def _told_outside(outside: list[Planned], event: Event) -> str:
    """Name the first of them with their days, so that whoever reads it finds the slip."""
    named = [
        _("“%(title)s”, %(time)s", title=each.title, time=_span(each.said["starts_at"], each.said["ends_at"], event))
        for each in outside[:_NAMED]
    ]
    more = ngettext("one more", "%(num)s more", len(outside) - _NAMED) if len(outside) > _NAMED else ""
    return ngettext(
        "One lies outside the days of the event: %(names)s.",
        "%(num)s lie outside the days of the event: %(names)s.",
        len(outside),
        names="; ".join(filter(None, (*named, more))),
    )


def _done(found: Comparison, clashes: int, *, takes_out: bool) -> str:
    counts = found.counts
    gone = counts["missing"] if takes_out else 0
    if not (found.changes_anything or gone):
        return _("The programme is what the file says already. Nothing was changed.")
    told = _("Taken into the draft: %(new)s new, %(changed)s changed.", new=counts["new"], changed=counts["changed"])
    more = [
        ngettext("One was taken out.", "%(num)s were taken out.", gone) if gone else "",
        ngettext("One card got an e-mail address.", "%(num)s cards got an e-mail address.", counts["addresses"])
        if counts["addresses"]
        else "",
        ngettext("One clash may stand.", "%(num)s clashes may stand.", clashes) if clashes else "",
    ]
    return " ".join(filter(None, (told, *more)))

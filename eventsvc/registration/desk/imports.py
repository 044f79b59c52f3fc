"""A roster from a list: pasted or as a file, what it would do, and then taking it.

It is done within the request: five thousand people take some seconds.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_security import current_user
from wtforms import BooleanField, TextAreaField

from eventsvc import clock, web
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import listed, rules
from eventsvc.registration.desk.blueprint import UNREAD, blueprint
from eventsvc.registration.listed import Column, Layout, Reading
from eventsvc.tableforms import MOST_SENT, MOST_TYPED, TableForm
from eventsvc.tables import MOST_BYTES

_ENDPOINT = "registration_desk.take_list"
_SHOWN = 100
_COLUMNS: dict[Column, Any] = {
    Column.GIVEN: _l("Given name"),
    Column.FAMILY: _l("Family name"),
    Column.NAME: _l("Whole name"),
    Column.EMAIL: _l("E-mail"),
    Column.ORGANISATION: _l("Organisation"),
    Column.COUNTRY: _l("Country"),
    Column.TYPE: _l("Ticket type"),
    Column.LANGUAGE: _l("Language"),
}


class ListForm(TableForm):
    """People who come as a list, and whether they are written to."""

    text = TextAreaField(_l("List"))
    leaves_out = BooleanField(_l("Leave out what cannot be taken, and take the rest"))
    is_silent = BooleanField(_l("Write to nobody; they know already"))

    def text_of(self, data: bytes) -> str:
        return listed.text_of(data)


def _unread() -> str:
    most = MOST_BYTES // 1024 // 1024
    return _("A file may have %(most)s MB. Yours has more and was not read, so nothing was changed.", most=most)


UNREAD[_ENDPOINT] = _unread


@blueprint.url_value_preprocessor
def let_lists_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let organisers send more here than elsewhere, before anything reads the form."""
    if endpoint == _ENDPOINT and current_user.is_authenticated:
        web.let_files_in(most=MOST_SENT, text=MOST_TYPED)


@blueprint.route("/roster/import", methods=["GET", "POST"], endpoint="take_list")
@access.signed_in
def take_list(slug: str) -> Any:
    """Ask for a list, show what it would do, and take it."""
    event, form = access.event_for(Act.STEER_ROSTER, slug), ListForm()
    if not form.validate_on_submit():
        return _page(event, form), 422 if form.is_submitted() else 200
    read, laid = None, None
    try:
        rows = listed.rows(form.sent())
        laid = listed.layout(rows)
        laid = laid.with_columns(form.columns(laid), Column)
        read = listed.read(rows, laid, listed.setting_of(event))
        if request.form.get("then") == "take":
            found = rules.take_list(
                event.id,
                read,
                leaves_out=form.leaves_out.data,
                tells=not form.is_silent.data,
                by=access.me(),
                at=clock.now(),
            )
            db.session.commit()
            flash(_done(found), "ok")
            return redirect(url_for(".roster", slug=slug), 303)
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(access.event_for(Act.STEER_ROSTER, slug), form, read, laid), refused.status
    return _page(event, form, read, laid)


def _page(event: Event, form: ListForm, read: Reading | None = None, laid: Layout | None = None) -> str:
    found = rules.look(event, read, at=clock.now()) if read else None
    form.keep(laid)
    return render_template(
        "desk/registration/import.html",
        event=event,
        form=form,
        columns=laid.shown() if laid else [],
        choices=_COLUMNS,
        found=found,
        sentences=_summary(found) if found else [],
        shown=found.placed[:_SHOWN] if found else (),
        more=max(0, len(found.placed) - _SHOWN) if found else 0,
    )


def _summary(found: rules.Look) -> list[str]:
    """Say in a few sentences what taking it would do."""
    told = [
        ngettext("One person gets a place.", "%(num)s people get a place.", found.seated) if found.seated else "",
        ngettext("One goes on the waiting list.", "%(num)s go on the waiting list.", found.waiting)
        if found.waiting
        else "",
        ngettext(
            "One is registered already and stays as they are.",
            "%(num)s are registered already and stay as they are.",
            len(found.known),
        )
        if found.known
        else "",
        ngettext("One row cannot be taken.", "%(num)s rows cannot be taken.", len(found.problems))
        if found.problems
        else "",
    ]
    return [" ".join(filter(None, told)) or _("There is nobody in it who is not registered already.")]


def _done(found: rules.Look) -> str:
    if not found.placed:
        return _("Everybody in it was registered already, so nothing was changed.")
    return ngettext("One person was taken in.", "%(num)s people were taken in.", len(found.placed)) + (
        f" {waiting}" if (waiting := _waiting(found)) else ""
    )


def _waiting(found: rules.Look) -> str:
    count = found.waiting
    told = ngettext("One of them is on the waiting list.", "%(num)s of them are on the waiting list.", count)
    return str(told) if count else ""

"""The desk's page of access codes: made, given out, counted, stopped."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, links, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import codes as opening
from eventsvc.registration import offering, rules
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.typeforms import CodeForm
from eventsvc.registration.models import AccessCode, TicketType, Visibility


@blueprint.route("/codes", methods=["GET", "POST"])
@access.signed_in
def codes(slug: str) -> Any:
    """List the access codes of an event, and make one."""
    event = access.event_for(Act.EDIT, slug)
    form = CodeForm(event, _by_code(event))
    if not form.validate_on_submit():
        return _page(event, form), 422 if form.is_submitted() else 200
    ticket_type = offering.named(event.id, form.ticket_type.data) if form.ticket_type.data else None
    try:
        made = rules.add_code(
            event,
            form.code.data or "",
            ticket_type=ticket_type,
            note=form.note.data or "",
            uses=form.uses.data,
            closes_at=form.until(),
            by=access.me(),
            at=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(access.event_for(Act.EDIT, slug), form), refused.status
    db.session.commit()
    flash(_("The code %(code)s is made.", code=made.code), "ok")
    return redirect(url_for(".codes", slug=slug), 303)


@blueprint.post("/codes/<public_id>/stop")
@access.signed_in
def stop_code(slug: str, public_id: str) -> Response:
    """Let a code open nothing any more, or again."""
    event = access.event_for(Act.EDIT, slug)
    asked = sa.select(AccessCode).where(AccessCode.event_id == event.id, AccessCode.public_id == public_id)
    code = web.not_found_unless(db.session.scalar(asked))
    is_stopped = request.form.get("stopped") == "1"
    rules.stop_code(code, is_stopped=is_stopped, by=access.me(), at=clock.now())
    db.session.commit()
    flash(_("The code opens nothing any more.") if is_stopped else _("The code works again."), "ok")
    return redirect(url_for(".codes", slug=event.slug), 303)


def _by_code(event: Event) -> list[TicketType]:
    return [each for each in offering.offered(event.id) if each.visibility is Visibility.CODE]


def _page(event: Event, form: CodeForm) -> str:
    asked = sa.select(AccessCode).where(AccessCode.event_id == event.id).order_by(AccessCode.id.desc())
    found = list(db.session.scalars(asked))
    names = {each.id: each.name for each in offering.every(event.id)}
    return render_template(
        "desk/registration/codes.html",
        event=event,
        form=form,
        codes=[_line(event, each, names) for each in found],
        used=opening.used([each.id for each in found]),
        has_types=bool(_by_code(event)),
    )


def _line(event: Event, code: AccessCode, names: dict[int, str]) -> dict[str, Any]:
    at = code.closes_at
    return {
        "code": code,
        "opens": names.get(code.ticket_type_id or 0) or _("Every type that needs a code"),
        "until": when.near_moment(at, event.timezone, str(get_locale())) if at else "",
        "is_over": at is not None and at <= clock.now(),
        "url": links.absolute("registration.register", slug=event.slug, code=code.code),
    }

"""Somebody's own programme: the event's, with the sessions they chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, text, web, when
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.events.models import Status
from eventsvc.extensions import db
from eventsvc.programme import layout, published
from eventsvc.programme.blocks import Scene
from eventsvc.programme.shown import shown
from eventsvc.registration import choices, deadlines, rules, unchosen
from eventsvc.registration.forms import ConfirmationForm
from eventsvc.registration.models import Registration
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.visit import is_confirmed, opened


@blueprint.get("/registrations/<token>/programme")
@web.private
def programme(token: str) -> str:
    """Show the programme to somebody who is registered; `?mine=1` shows what they chose alone."""
    registration = opened(token)
    # A draft's programme is not known yet, also to whoever had registered before.
    web.not_found_unless(registration if registration.event.is_public else None)
    return _draw(registration, token)


@blueprint.post("/registrations/<token>/programme")
@web.private
def choose(token: str) -> AnyResponse:
    """Change one's own programme: `choose` a session, `wait` for a seat, `unchoose` one, `undo` it, `carry` some."""
    registration = opened(token)
    public_id = _said("choose") or _said("wait") or _said("unchoose") or _said("undo")
    if not is_confirmed(ConfirmationForm()):
        flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
        return _back(token, f"s-{public_id}" if public_id else None)
    try:
        _act(registration)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "warn")
    is_undoable = _said("unchoose") and any(
        each["public_id"] == public_id for each in left_of(registration, clock.now())
    )
    return _back(token, "left" if is_undoable else f"s-{public_id}" if public_id else None)


def _act(registration: Registration) -> None:
    at = clock.now()
    if public_id := _said("choose"):
        rules.choose(registration, public_id, by=ATTENDEE, at=at)
    elif public_id := _said("wait"):
        _item, is_there = rules.choose(registration, public_id, or_waits=True, by=ATTENDEE, at=at)
        if not is_there:
            flash(_("You are on its waiting list. When a seat is yours, it is in your programme, and we write to you."))
    elif public_id := _said("unchoose"):
        rules.unchoose(registration, public_id, by=ATTENDEE, at=at)
    elif public_id := _said("undo"):
        item = rules.undo_unchoose(registration, public_id, by=ATTENDEE, at=at)
        flash(_("It is undone: “%(title)s” is as it was.", title=item.title), "ok")
    else:
        rules.carry_over(registration, _said("carry").split(), by=ATTENDEE, at=at)


def _said(name: str) -> str:
    """Return what a button says; null bytes are none of ours, and PostgreSQL compares none."""
    return text.one_line(request.form.get(name, ""))


def _back(token: str, anchor: str | None) -> AnyResponse:
    """Lead back to where the button was, or to what can be undone."""
    words: dict[str, Any] = {**layout.asked(request.args).words()}
    return redirect(url_for("registration.programme", token=token, _anchor=anchor, **words), 303)


def left_of(registration: Registration, at: datetime) -> list[dict[str, Any]]:
    """Return the sessions that somebody left within the hour and may have back, and until when."""
    if not _has_choice(registration, at) or not deadlines.may_change(registration.event, at):
        return []
    zone, locale = registration.event.timezone, web.language()
    return [
        {
            "public_id": each.item.public_id,
            "title": each.item.title,
            "was_waiting": each.was_waiting,
            "until": when.moment(each.until, zone, locale),
        }
        for each in unchosen.of(registration, by=ATTENDEE, at=at)
    ]


def _has_choice(registration: Registration, at: datetime) -> bool:
    event = registration.event
    is_over = event.ends_at is not None and event.ends_at <= at
    return registration.is_live and event.status is Status.PUBLISHED and not is_over


def _draw(registration: Registration, token: str) -> str:
    event, at = registration.event, clock.now()
    programme, own = shown(event, published.edition(event.id)), choices.own(registration.id)
    scene = Scene(
        address=url_for("programme.session", slug=event.slug, public_id="~"),
        timezone=event.timezone,
        language=event.language,
        locale=web.language(),
        at=at,
        rooms=layout.rooms(event.id),
        taken=choices.taken(event.id),
        chosen=[item for item in programme.items if item.session_id in own.chosen],
        awaited=frozenset(item.public_id for item in programme.items if item.session_id in own.waiting),
        has_choice=_has_choice(registration, at),
        can_wait=True,
    )

    def address(**said: Any) -> str:
        return url_for("registration.programme", token=token, **said)

    asked = layout.asked(request.args)
    words = programme.words if asked.wanted.text else None
    made = layout.page(event, programme.items, asked, scene, address, words)
    return render_template(
        "registration/programme.html",
        lang=web.language(),
        registration=registration,
        token=token,
        action=address(**asked.words()),
        left=left_of(registration, at),
        chosen_ids=" ".join(item.public_id for item in scene.chosen),
        **made,
    )

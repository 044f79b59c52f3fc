"""The desk's list of clashes: those that are open, with a slot that is free, and those that somebody let stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.accounts.models import User
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, conflicts, gathering, rules, telling, vacancies
from eventsvc.programme.conflicts import Clash
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.forms import offered
from eventsvc.programme.models import AcceptedClash
from eventsvc.programme.planned import Plan, Planned

_SUGGESTED = 20
"""For how many clashes a free slot is looked for; further down nobody has got to them yet."""
_LONGEST = 300
"""How long a reason may be, in characters."""


@dataclass(frozen=True, slots=True)
class Open:
    """A clash that needs somebody: the session to move, when it is, what it clashes with, and where it could go."""

    key: str
    session: Planned
    time: str
    sentence: str
    offer: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A clash that somebody accepted: who, when, why if they said so, and how it was told to them."""

    id: int
    sentence: str
    reason: str
    who: str
    at: str


@blueprint.get("/clashes")
@signed_in
def show_clashes(slug: str) -> str:
    """List what clashes."""
    event = event_for(Act.SEE, slug)
    plan = gathering.gather(event)
    waiting, let_stand = accepted.sorted_out(event.id, plan)
    names, reasons = _names(let_stand), accepted.reasons(let_stand)
    return render_template(
        "desk/programme/clashes.html",
        event=event,
        waiting=[_open(clash, plan, event, number) for number, clash in enumerate(waiting)],
        standing=[_standing(row, names, reasons.get(row.id, ""), event) for row in let_stand],
        longest=_LONGEST,
    )


@blueprint.post("/clashes/accept")
@signed_in
def accept_clash(slug: str) -> Response:
    """Let a clash stand."""
    event = event_for(Act.EDIT, slug)
    key = request.form.get("key", "")
    return _done(event, lambda: _let_stand(rules.accept_clashes(event, {key}, by=me(), at=clock.now())))


@blueprint.post("/clashes/accept-many")
@signed_in
def accept_clashes(slug: str) -> Response:
    """Let the clashes stand that are ticked, or all that were shown, for one reason."""
    event = event_for(Act.EDIT, slug)
    is_all = "all" in request.form
    keys = frozenset(request.form.get("shown", "").split()) if is_all else frozenset(request.form.getlist("key"))
    reason = request.form.get("reason", "")[:_LONGEST]
    if not keys:
        flash(_("Tick the clashes that may stand, then press again."), "no")
        return redirect(url_for(".show_clashes", slug=slug), 303)

    def act() -> str:
        count = rules.accept_clashes(event, keys, reason=reason, by=me(), at=clock.now())
        return _let_stand(count)

    return _done(event, act)


@blueprint.post("/clashes/<int:clash_id>/withdraw")
@signed_in
def withdraw_acceptance(slug: str, clash_id: int) -> Response:
    """Let a clash be open again."""
    event = event_for(Act.EDIT, slug)
    asked = sa.select(AcceptedClash).where(AcceptedClash.event_id == event.id, AcceptedClash.id == clash_id)
    row = web.not_found_unless(db.session.scalars(asked).first())

    def act() -> str:
        rules.withdraw_acceptance(event, row, by=me(), at=clock.now())
        return _("The clash is open again.")

    return _done(event, act)


def _open(clash: Clash, plan: Plan, event: Event, number: int) -> Open:
    moved = conflicts.mover(clash)
    free = vacancies.suggestions(plan, moved.public_id, limit=1) if number < _SUGGESTED else ()
    return Open(
        key=clash.key,
        session=moved,
        time=_moment(moved.slot.starts_at, event) if moved.slot else "",
        sentence=telling.sentence(clash, event, moved.public_id),
        offer=next(((offered(each), telling.vacancy(each, event, moved.slot)) for each in free), None),
    )


def _standing(row: AcceptedClash, names: dict[int | None, str], reason: str, event: Event) -> Standing:
    at = when.moment(row.accepted_at, event.timezone, str(get_locale()))
    return Standing(row.id, row.sentence, reason, names.get(row.user_id) or _("Somebody"), at)


def _names(rows: list[AcceptedClash]) -> dict[int | None, str]:
    asked = sa.select(User).where(User.id.in_({row.user_id for row in rows if row.user_id is not None}))
    return {user.id: user.shown_name for user in db.session.scalars(asked)}


def _moment(at: datetime, event: Event) -> str:
    return when.near_moment(at, event.timezone, str(get_locale()))


def _let_stand(count: int) -> str:
    return str(
        ngettext(
            "The clash may stand, and is on the list of those that were accepted.",
            "%(num)s clashes may stand, and are on the list of those that were accepted.",
            count,
        )
    )


def _done(event: Event, act: Callable[[], str]) -> Response:
    slug = event.slug
    try:
        told = act()
        db.session.commit()
        flash(told, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    # The timetable says on which of its days the clash was shown.
    day = request.form.get("day")
    return redirect(url_for(".show_timetable", slug=slug, day=day) if day else url_for(".show_clashes", slug=slug), 303)

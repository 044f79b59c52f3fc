"""The desk's pages about people: accounts, roles at an event, my own account, and the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts import history, rules, signin
from eventsvc.accounts.access import Act, event_for, me, my_account, require, signed_in
from eventsvc.accounts.forms import ROLES, GrantForm, InviteForm, NameForm
from eventsvc.accounts.models import Membership, User
from eventsvc.errors import Refused
from eventsvc.events import wall
from eventsvc.events.models import Event
from eventsvc.extensions import db

blueprint = Blueprint("accounts_desk", __name__, url_prefix="/desk")


@blueprint.route("/people", methods=["GET", "POST"])
@signed_in
def people() -> Any:
    """List accounts and their roles, and invite somebody."""
    require(Act.MANAGE_PEOPLE)
    form = InviteForm()
    if form.validate_on_submit():
        at = clock.now()
        try:
            user = rules.create_account(
                form.email.data or "", name=form.name.data or "", is_admin=form.is_admin.data, by=me(), at=at
            )
            signin.invite(user, by=my_account(), at=at)
            db.session.commit()
            flash(
                _("%(name)s has an account. A letter with a link to set the password is on its way.", name=user.name),
                "ok",
            )
            return redirect(url_for(".people"), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
    return _people(form), 422 if form.is_submitted() else 200


@blueprint.post("/people/<int:user_id>/<act>")
@signed_in
def change(user_id: int, act: str) -> Response:
    """Invite again, make administrator or not, close or open, or forget the second step of somebody's sign-in."""
    require(Act.MANAGE_PEOPLE)
    user, by, at = web.not_found_unless(db.session.get(User, user_id)), me(), clock.now()
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "invite": (
            lambda: signin.invite(user, by=my_account(), at=at),
            _("A new letter is on its way."),
        ),
        "make-admin": (lambda: rules.set_admin(user, True, by=by, at=at), _("Now an administrator.")),
        "unmake-admin": (lambda: rules.set_admin(user, False, by=by, at=at), _("No longer an administrator.")),
        "close": (lambda: rules.set_active(user, False, by=by, at=at), _("The account is closed.")),
        "open": (lambda: rules.set_active(user, True, by=by, at=at), _("The account is open again.")),
        "forget-code": (
            lambda: rules.forget_second_step(user, by=by, at=at),
            _("Signing in asks for the password alone now."),
        ),
    }
    return _done(*web.not_found_unless(acts.get(act)), to=url_for(".people"))


@blueprint.route("/events/<slug>/roles", methods=["GET", "POST"])
@signed_in
def roles(slug: str) -> Any:
    """List who holds a role at an event, and give one."""
    event = event_for(Act.GRANT, slug)
    form = GrantForm()
    if form.validate_on_submit():
        try:
            rules.grant(event, form.email.data or "", form.role.data, by=me(), at=clock.now())
            db.session.commit()
            flash(_("Saved."), "ok")
            return redirect(url_for(".roles", slug=event.slug), 303)
        except Refused as refused:
            db.session.rollback()
            web.refuse_on(form, refused)
    asked = sa.select(Membership).where(Membership.event_id == event.id).options(joinedload(Membership.user))
    members = sorted(db.session.scalars(asked), key=lambda member: member.user.shown_name.lower())
    page = render_template("desk/accounts/roles.html", event=event, form=form, members=members, roles=ROLES)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/events/<slug>/roles/<int:user_id>/revoke")
@signed_in
def revoke(slug: str, user_id: int) -> Response:
    """Take a role away."""
    event = event_for(Act.GRANT, slug)
    user, by, at = web.not_found_unless(db.session.get(User, user_id)), me(), clock.now()
    to = url_for(".roles", slug=event.slug)
    return _done(lambda: rules.revoke(event, user, by=by, at=at), _("The role is taken away."), to=to)


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def mine() -> Any:
    """My own name, password and second step."""
    user = my_account()
    form = NameForm(obj=user)
    if form.validate_on_submit():
        rules.rename(user, form.name.data or "", by=me(), at=clock.now())
        db.session.commit()
        flash(_("Saved."), "ok")
        return redirect(url_for(".mine"), 303)
    return render_template("desk/accounts/mine.html", form=form, user=user), 422 if form.is_submitted() else 200


@blueprint.get("/audit")
@signed_in
def audit() -> str:
    """Show every act on the site, the last first."""
    require(Act.SEE_SITE)
    return _log(None, clock.home())


@blueprint.get("/events/<slug>/audit")
@signed_in
def event_audit(slug: str) -> str:
    """Show every act at one event, the last first."""
    event = event_for(Act.SEE_AUDIT, slug)
    return _log(event, event.timezone)


def _log(event: Event | None, timezone: str) -> str:
    typed = request.args.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 16 else None
    asked = history.Asked(event, request.args.get("act", ""), request.args.get("who", ""), before)
    page = history.page(asked, timezone, str(get_locale()))
    return render_template("desk/accounts/audit.html", page=page, asked=asked, event=event)


def _people(form: InviteForm) -> str:
    asked = sa.select(User).order_by(User.name, User.email).options(selectinload(User.memberships))
    accounts = list(db.session.scalars(asked))
    return render_template(
        "desk/accounts/people.html",
        form=form,
        accounts=accounts,
        titles=_titles(),
        roles=ROLES,
        own=my_account().id,
    )


def _titles() -> dict[int, tuple[str, str]]:
    """Return each event's address and title, with its year: editions often share a title."""
    rows = db.session.execute(sa.select(Event.id, Event.slug, Event.title, Event.starts_at, Event.timezone))
    return {event_id: (slug, _dated(title, starts_at, zone)) for event_id, slug, title, starts_at, zone in rows}


def _dated(title: str, starts_at: datetime | None, timezone: str) -> str:
    year = f"{wall.clock(starts_at, timezone):%Y}" if starts_at else ""
    return f"{title} ({year})" if year and year not in title else title


def _done(act: Callable[[], Any], told: str, *, to: str) -> Response:
    try:
        act()
        db.session.commit()
        flash(told, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(to, 303)

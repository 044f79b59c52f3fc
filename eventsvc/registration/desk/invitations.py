"""The desk's page of personal invitations: who was invited and who came by it; inviting one person or a list."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, links, tokens, web, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import invitees, listed, offering, rules
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.inviteforms import InviteForm
from eventsvc.registration.models import PersonalInvitation
from eventsvc.tables import Problem


@blueprint.route("/invitations", methods=["GET", "POST"])
@access.signed_in
def invitations(slug: str) -> Any:
    """List who was invited, and invite more people."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    form = InviteForm(event, offering.offered(event.id))
    if not form.validate_on_submit():
        return _page(event, form), 422 if form.is_submitted() else 200
    try:
        people, problems = listed.addressed(form.people.data or "", listed.setting_of(event))
        if problems and not form.leaves_out.data:
            return _page(event, form, problems), 422
        made = rules.invite(
            event.id,
            [each.person for each in people],
            form.terms(),
            language=form.language.data,
            by=access.me(),
            at=clock.now(),
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _page(access.event_for(Act.STEER_ROSTER, slug), form), refused.status
    flash(_done(len(made), len(people) - len(made)), "ok" if made else "warn")
    return redirect(url_for(".invitations", slug=slug), 303)


@blueprint.post("/invitations/<public_id>/<any(again, withdraw):act>")
@access.signed_in
def change_invitation(slug: str, public_id: str, act: str) -> Response:
    """Write an invitation once more, or withdraw it."""
    event = access.event_for(Act.STEER_ROSTER, slug)
    asked = sa.select(PersonalInvitation).where(
        PersonalInvitation.event_id == event.id, PersonalInvitation.public_id == public_id
    )
    invitation = web.not_found_unless(db.session.scalar(asked))
    try:
        if act == "again":
            rules.invite_again(invitation, by=access.me(), at=clock.now())
            told = _("The invitation is on its way once more.")
        else:
            rules.withdraw_invitation(invitation, by=access.me(), at=clock.now())
            told = _("The invitation opens nothing any more.")
        db.session.commit()
        flash(told, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".invitations", slug=slug), 303)


def _page(event: Event, form: InviteForm, problems: tuple[Problem, ...] = ()) -> str:
    typed = request.args.get("page", "")
    number = max(1, int(typed)) if typed.isdecimal() and len(typed) < 6 else 1
    found, total = invitees.of_event(event.id, number)
    names = {each.id: each.name for each in offering.every(event.id)}
    return render_template(
        "desk/registration/invitations.html",
        event=event,
        form=form,
        problems=problems,
        rows=[_row(each, event, names) for each in found],
        total=total,
        number=number,
        last=max(1, -(-total // invitees.PAGE_SIZE)),
    )


def _row(invitation: PersonalInvitation, event: Event, names: dict[int, str]) -> dict[str, Any]:
    locale = str(get_locale())
    until = invitation.reserved_until
    token = tokens.unsealed(invitation.link_sealed) if invitation.link_sealed else None
    is_open = invitees.is_open(invitation)
    return {
        "public_id": invitation.public_id,
        "name": f"{invitation.given_name} {invitation.family_name}".strip() or invitation.email,
        "email": invitation.email,
        "ticket": names.get(invitation.ticket_type_id or 0, ""),
        "when": when.near_day(invitation.invited_at, event.timezone, locale),
        "until": when.near_moment(until, event.timezone, locale) if until else "",
        "keeps": invitees.holds_seat(invitation, clock.now()),
        "is_open": is_open,
        "is_used": invitation.used_at is not None,
        "person_id": invitation.registration_id,
        "url": links.absolute("registration.invited", token=token) if is_open and token else "",
    }


def _done(made: int, passed_over: int) -> str:
    told = ngettext("One invitation is on its way.", "%(num)s invitations are on their way.", made) if made else ""
    known = ngettext("One is registered or invited already.", "%(num)s are registered or invited already.", passed_over)
    return " ".join(filter(None, (told, known if passed_over else "")))

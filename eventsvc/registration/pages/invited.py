"""Registering by a personal invitation: the same form, filled in as far as it is known."""

from __future__ import annotations

from datetime import datetime

from flask import request, url_for
from werkzeug.wrappers import Response

from eventsvc import clock, tokens, web, when
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.registration import boxes, invitees, keys, stamps
from eventsvc.registration.errors import InvitationUsed
from eventsvc.registration.forms import RegistrationForm
from eventsvc.registration.models import PersonalInvitation, TicketType, Turnstile
from eventsvc.registration.pages import asking, formpage, register, tickets
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.pages.ways import Way


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@web.private
def invited(token: str) -> Response:
    """Offer the form to whoever was invited, and take in whoever sends it."""
    invitation, at = _opened(token), clock.now()
    event = invitees.event_of(invitation)
    web.not_found_unless(event if event.status is not Status.DRAFT else None)
    if "lang" not in request.args:
        web.speak(invitation.language)
    way = _way(invitation, event, token, at)
    asks = db.session.get_one(Turnstile, event.id).form
    if request.method == "POST":
        return register.receive(event.id, register.sent(event.id, asks, event.mode), at, way)
    there, choice = formpage.stands(event, "", at, way)
    form = _filled(invitation, event, choice, at, asks if choice.is_open(there) else None)
    return formpage.answer(formpage.drawn(event, form, there, choice, at, way), 200)


def _opened(token: str) -> PersonalInvitation:
    found = invitees.found(token)
    if found is None and keys.retired(token):
        raise InvitationUsed
    invitation = web.not_found_unless(found)
    if not invitees.is_open(invitation):
        raise InvitationUsed
    return invitation


def _way(invitation: PersonalInvitation, event: Event, token: str, at: datetime) -> Way:
    until = invitation.reserved_until
    is_kept = invitees.holds_seat(invitation, at) and until is not None
    return Way(
        action=url_for("registration.invited", token=token),
        invitation_id=invitation.id,
        locked_email=(invitation.email or "") if invitation.is_locked else "",
        reserved=when.near_moment(until, event.timezone, web.language()) if is_kept and until else "",
        invitation=invitation,
        ticket_type=db.session.get(TicketType, invitation.ticket_type_id) if invitation.ticket_type_id else None,
    )


def _filled(
    invitation: PersonalInvitation, event: Event, choice: tickets.Choice, at: datetime, asks: str | None
) -> RegistrationForm:
    """Return the form with what the invitation knows of the person; `asks` is None where there is nothing to ask."""
    mode = choice.mode(event) if choice.cards else event.mode or Mode.HYBRID
    asked = asking.empty(event.id, asks, mode) if asks is not None else boxes.NONE
    form = formpage.fresh(stamps.stamp(at), tokens.new(), asked)
    for name in ("given_name", "family_name", "email", "organisation"):
        form[name].data = getattr(invitation, name)
    form.ticket_type.data = choice.chosen
    return form

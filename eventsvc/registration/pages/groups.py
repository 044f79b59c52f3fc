"""Registering a group, and the contact's page that says how each of its people stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, FormField, HiddenField, StringField
from wtforms.validators import DataRequired, Optional, ValidationError

from eventsvc import clock, tokens, web
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.errors import Refused
from eventsvc.events.fields import Lines
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import consent, groups, limits, rules, stamps, words
from eventsvc.registration.forms import PersonForm, RegistrationForm, can_be_seen, is_forged, mailbox, mailbox_slip
from eventsvc.registration.pages import formpage, guards, tickets
from eventsvc.registration.pages.blueprint import blueprint
from eventsvc.registration.person import Person
from eventsvc.text import folded, one_line

_LINES = 5


class _Line(FlaskForm):
    """One person of a group; a line in which nothing is written is nobody."""

    class Meta(PersonForm.Meta):
        csrf = False

    given_name = StringField(_l("Given name"), filters=[lambda text: one_line(text or "")])
    family_name = StringField(_l("Family name"), filters=[lambda text: one_line(text or "")])
    email = EmailField(_l("E-mail"), filters=[lambda text: one_line(text or "")])

    @property
    def is_written(self) -> bool:
        return any((self.given_name.data, self.family_name.data, self.email.data))

    def slip(self) -> str:
        """Say what is wrong with a person that was written."""
        if not self.given_name.data or not self.family_name.data:
            return str(_("Please write given name and family name."))
        if not can_be_seen(self.given_name.data) or not can_be_seen(self.family_name.data):
            return str(_("Please write a name that can be seen."))
        if len(self.given_name.data) > 120 or len(self.family_name.data) > 120:
            return str(_("This name is too long."))
        return str(mailbox_slip(self.email.data or "") or "")


class GroupForm(FlaskForm):
    """Who registers the group, and who comes. `homepage` is a trap, as on the form for one person."""

    class Meta(PersonForm.Meta):
        pass

    contact_name = StringField(
        _l("Your name"),
        filters=[lambda text: one_line(text or "")[:240]],
        validators=[DataRequired(_l("Please write your name."))],
    )
    contact_email = EmailField(
        _l("Your e-mail"),
        filters=[lambda text: one_line(text or "")],
        validators=[DataRequired(_l("Please write your e-mail address."))],
    )
    organisation = StringField(
        _l("Organisation"), filters=[lambda text: one_line(text or "")[:200]], validators=[Optional()]
    )
    people = Lines(FormField(_Line), min_entries=_LINES, max_entries=groups.MOST)
    ticket_type = RegistrationForm.ticket_type
    code = RegistrationForm.code
    consent = RegistrationForm.consent
    homepage = RegistrationForm.homepage
    opened = HiddenField()
    submission_key = HiddenField()

    def validate_contact_email(self, field: Any) -> None:
        if wrong := mailbox_slip(field.data or ""):
            raise ValidationError(wrong)

    def check_people(self) -> bool:
        """Look over the lines that are written, and say at each what is wrong with it."""
        written = [(number, line.form) for number, line in enumerate(self.people, 1) if line.form.is_written]
        slips = [(number, line.slip()) for number, line in written]
        told = [_("Person %(number)s: %(sentence)s", number=number, sentence=said) for number, said in slips if said]
        addresses = [line.email.data.casefold() for _number, line in written if line.email.data]
        if len(set(addresses)) < len(addresses):
            told.append(_("The same address stands there twice: each person needs one of their own."))
        if not written:
            told.append(_("Write down at least one person."))
        self.people.errors = told
        return not told

    def persons(self) -> list[Person]:
        """Return who comes, each from the contact's organisation."""
        place = self.organisation.data or ""
        lines = [line.form for line in self.people if line.form.is_written]
        return [Person(line.given_name.data, line.family_name.data, mailbox(line.email.data), place) for line in lines]


@blueprint.route("/events/<slug>/register/group", methods=["GET", "POST"])
def register_group(slug: str) -> Response:
    """Offer the form for several people, and take them in."""
    at = clock.now()
    asked = sa.select(Event).where(Event.slug == slug, Event.status != Status.DRAFT, Event.accepts_groups)
    event = web.not_found_unless(db.session.scalar(asked.options(joinedload(Event.venue))))
    form = GroupForm()
    if request.method != "POST":
        form.opened.data, form.submission_key.data = stamps.stamp(at), tokens.new()
        return _page(event, form, at)
    if request.form.get("act") == "more":
        for _number in range(min(_LINES, groups.MOST - len(form.people))):
            form.people.append_entry()
        return _page(event, form, at)
    if not limits.may_post(request.remote_addr or ""):
        return _wait(event, form, at)
    if request.form.get("act") == "code" and not is_forged(form):
        return _show_by_code(event, form, at)
    is_right = form.validate()
    if not form.check_people() or not is_right:
        return _refuse(event, form, at, 400 if is_forged(form) else 422)
    if guards.stumbled(form):
        return _refuse(event, form, at, 422)
    if guards.was_quick(form, at):
        return _page(event, form, at)
    return _take_in(event, form, at)


@blueprint.get("/groups/<token>")
@web.private
def group(token: str) -> Response:
    """Show the contact how each of their people stands."""
    found = web.not_found_unless(groups.found(token))
    web.speak(found.language)
    event = db.session.get_one(Event, found.event_id)
    people = [{"name": each.name, "word": words.member(each.state)} for each in groups.members(found)]
    page = render_template("registration/group.html", lang=web.language(), event=event, group=found, people=people)
    return formpage.answer(page, 200)


def _take_in(event: Event, form: GroupForm, at: datetime) -> Response:
    event_id = event.id
    people = form.persons()
    if form.code.data and not limits.may_try_code(request.remote_addr or "", event_id):
        return _wait(event, form, at)
    # The contact is sent a letter too, so theirs is an address that nobody may flood this way.
    addresses = {folded(form.contact_email.data or ""), *(person.email_folded or "" for person in people)}
    if not all(map(limits.may_register, addresses)):
        form.form_errors = [_("One of these addresses was registered several times within the hour. Try again later.")]
        return _page(event, form, at, 429)
    try:
        _group, token = rules.register_group(
            event_id,
            rules.Contact(form.contact_name.data or "", form.contact_email.data or "", form.organisation.data or ""),
            people,
            by=ATTENDEE,
            at=at,
            language=web.language(),
            ticket_type_id=tickets.asked(event_id, form),
            code=form.code.data,
            submission_key=guards.own_key(form),
            consent_version=consent.VERSION,
        )
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return _refuse(db.session.get_one(Event, event_id), form, at, refused.status)
    for address in addresses:
        limits.count_registration(address)
    response = redirect(url_for("registration.group", token=token), 303)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _show_by_code(event: Event, form: GroupForm, at: datetime) -> Response:
    """Show the form again, as filled in, with the ticket types that the code in it opens."""
    tickets.look_up(form, event.id, at)
    return _page(event, form, at, 422 if form.code.errors else 200)


def _refuse(event: Event, form: GroupForm, at: datetime, status: int) -> Response:
    return _page(event, form, at, status) if guards.may_be_refused(event.id) else _wait(event, form, at)


def _wait(event: Event, form: GroupForm, at: datetime) -> Response:
    guards.ask_to_wait(form)
    return guards.waiting(_page(event, form, at, 429))


def _page(event: Event, form: GroupForm, at: datetime, status: int = 200) -> Response:
    there, choice = formpage.stands(event, form.ticket_type.data or "", at, code=tickets.by_typed(form, event.id, at))
    page = render_template(
        "registration/register_group.html",
        lang=web.language(),
        event=event,
        form=form,
        choice=choice,
        is_open=choice.is_open(there),
        most=groups.MOST,
        consent=consent.text(current_app.config["SITE_NAME"]),
    )
    return formpage.answer(page, status)

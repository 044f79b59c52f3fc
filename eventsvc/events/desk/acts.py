"""What is done with an event: publishing, cancelling, putting away, deleting, and the link to its draft."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, web
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events import errors, rules
from eventsvc.events.desk.blueprint import blueprint
from eventsvc.events.desk.overview import overview, reach
from eventsvc.events.forms import CancelForm
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db


@blueprint.post("/<slug>/publish")
@signed_in
def publish(slug: str) -> Any:
    """Let everybody see it."""
    event = event_for(Act.PUBLISH, slug)
    was_cancelled = event.status is Status.CANCELLED
    try:
        done = rules.publish(event, by=me(), at=clock.now())
    except errors.NotReady as refused:
        db.session.rollback()
        for sentence in refused.sentences:
            flash(sentence, "no")
        return redirect(url_for(".edit", slug=event.slug), 303)
    db.session.commit()
    flash(_reinstated(done.told) if was_cancelled else _published(done.told), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


@blueprint.post("/<slug>/cancel")
@signed_in
def cancel(slug: str) -> Any:
    """Ask once more, with the number of letters; then cancel it with a sentence to the people."""
    event, form = event_for(Act.PUBLISH, slug), CancelForm()
    if not form.validate():
        return overview(event, form), 422
    if form.sentence.data and not form.is_sure.data and event.status is Status.PUBLISHED:
        form.is_sure.data = "1"
        return render_template("desk/events/cancel.html", event=event, form=form, reach=reach(event))
    try:
        told = rules.cancel(event, sentence=form.sentence.data or "", by=me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        return overview(event, form), refused.status
    db.session.commit()
    sentence = ngettext(
        "It is cancelled. A letter to one person is on its way.",
        "It is cancelled. Letters to %(num)s people are on their way.",
        told,
    )
    flash(sentence if told else _("It is cancelled. There was nobody to write to."), "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


@blueprint.post("/<slug>/archive")
@signed_in
def archive(slug: str) -> AnyResponse:
    """Put it away."""
    event = event_for(Act.PUBLISH, slug)
    return _act(event, lambda: rules.archive(event, by=me(), at=clock.now()), _("It is archived."))


@blueprint.route("/<slug>/delete", methods=["GET", "POST"])
@signed_in
def delete(slug: str) -> Any:
    """Ask whether a draft is to be deleted, and delete it."""
    event = event_for(Act.DELETE, slug)
    if request.method == "GET":
        web.not_found_unless(event if rules.is_deletable(event) else None)
        return render_template("desk/events/delete.html", event=event, is_shown=bool(event.preview_digest))
    title = event.title
    try:
        rules.delete_draft(event, by=me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
        return redirect(url_for(".show", slug=slug), 303)
    db.session.commit()
    flash(_("The draft “%(title)s” is deleted.", title=title), "ok")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<slug>/preview")
@signed_in
def preview(slug: str) -> AnyResponse:
    """Make the link at which people without an account see the draft."""
    event = event_for(Act.EDIT, slug)
    return _act(event, lambda: rules.preview_link(event, by=me(), at=clock.now()), _("Whoever has the link sees it."))


@blueprint.post("/<slug>/stop-preview")
@signed_in
def stop_preview(slug: str) -> AnyResponse:
    """Let that link lead nowhere."""
    event = event_for(Act.EDIT, slug)
    return _act(event, lambda: rules.stop_preview(event, by=me(), at=clock.now()), _("The link leads nowhere now."))


def _act(event: Event, act: Any, done: str) -> AnyResponse:
    slug = event.slug
    try:
        act()
        db.session.commit()
        flash(done, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
    return redirect(url_for(".show", slug=slug), 303)


def _published(told: int) -> str:
    speakers = ngettext(
        "A letter to one person who speaks leaves in ten minutes.",
        "Letters to %(num)s people who speak leave in ten minutes.",
        told,
    )
    return " ".join([_("It is published. Here is its address."), *([speakers] if told else [])])


def _reinstated(told: int) -> str:
    sentence = ngettext(
        "It takes place after all. A letter to one person is on its way.",
        "It takes place after all. Letters to %(num)s people are on their way.",
        told,
    )
    return sentence if told else _("It takes place after all. There was nobody to tell.")

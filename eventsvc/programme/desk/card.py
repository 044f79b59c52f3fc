"""One speaker at the desk: their card, and two cards of one person made into one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import acquainted, portraits, rules
from eventsvc.programme.cardforms import SpeakerForm, side_by_side
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.desk.speakers import speaker_at
from eventsvc.programme.errors import CardNotYours
from eventsvc.programme.models import Appearance, Session, Speaker
from eventsvc.registration import countries


@blueprint.route("/speakers/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_speaker(slug: str, public_id: str) -> Any:
    """Change what is told of somebody who speaks at this event."""
    event = event_for(Act.EDIT, slug)
    speaker = speaker_at(event, public_id)
    if no := _kept_from_me(event, speaker):
        return no
    form = SpeakerForm(speaker)
    if not form.validate_on_submit():
        return _page(event, speaker, form), 422 if form.is_submitted() else 200
    before, photo = speaker.photo_digest, None
    try:
        said = form.said()
        if sent := form.sent_photo():
            photo = said["photo_digest"] = portraits.kept(sent)
        rules.edit_speaker(event, speaker, said, revision=form.revision.opened_at, by=me(), at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        portraits.forget(photo)
        web.refuse_on(form, refused)
        theirs: list[dict[str, str]] = []
        if isinstance(refused, ChangedMeanwhile):
            theirs = side_by_side(form, refused)
            form.take_over(refused, speaker)
        return _page(event, speaker, form, theirs), refused.status
    portraits.forget(before, photo)
    flash(_("Saved."), "ok")
    return redirect(url_for(".speakers", slug=event.slug), 303)


@blueprint.route("/speakers/<public_id>/merge", methods=["GET", "POST"])
@signed_in
def merge_speakers(slug: str, public_id: str) -> Any:
    """Choose the other card of one person, see both, and make them one."""
    event = event_for(Act.EDIT, slug)
    kept = speaker_at(event, public_id)
    if no := _kept_from_me(event, kept):
        return no
    chosen = request.values.get("other", "")
    other = _other(event, kept, chosen) if chosen else None
    if other is not None and (no := _kept_from_me(event, other)):
        return no
    if request.method == "POST" and other is not None:
        photo = other.photo_digest
        try:
            rules.merge(event, kept, other, by=me(), at=clock.now())
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(refused.sentence, "no")
            return redirect(url_for(".merge_speakers", slug=event.slug, public_id=public_id), 303)
        portraits.forget(photo)
        flash(_("The two cards are one now."), "ok")
        return redirect(url_for(".speakers", slug=event.slug), 303)
    return render_template(
        "desk/programme/merge.html",
        event=event,
        kept=kept,
        other=other if other is not kept else None,
        others=_others(event, kept),
        lines=_lines(kept, other) if other is not None and other is not kept else [],
    )


def _page(event: Event, speaker: Speaker, form: SpeakerForm, theirs: list[dict[str, str]] | None = None) -> str:
    return render_template("desk/programme/speaker.html", event=event, speaker=speaker, form=form, theirs=theirs or [])


def _kept_from_me(event: Event, speaker: Speaker) -> Response | None:
    """Lead back with a sentence where a card says something of events that I may not see."""
    if not acquainted.elsewhere([speaker.id], me()):
        return None
    flash(CardNotYours(speaker.name).sentence, "no")
    return redirect(url_for(".speakers", slug=event.slug), 303)


def _others(event: Event, but: Speaker) -> list[Speaker]:
    """Return whose card may be the same person's: others at this event, and namesakes at others of mine."""
    here = sa.select(Appearance.speaker_id).join(Session).where(Session.event_id == event.id)
    asked = sa.select(Speaker).where(Speaker.id.in_(here), Speaker.id != but.id)
    found = list(db.session.scalars(asked.order_by(sa.func.lower(Speaker.name), Speaker.id)))
    kept_from_me = acquainted.elsewhere([each.id for each in found], me())
    mine = [each for each in found if each.id not in kept_from_me]
    return [*mine, *(each for each in acquainted.namesakes([but], me()) if each not in mine)]


def _other(event: Event, kept: Speaker, public_id: str) -> Speaker:
    """Return the other card that was chosen; 404 for one that is not among those to choose from."""
    namesakes = {each.public_id: each for each in acquainted.namesakes([kept], me())}
    return namesakes.get(public_id) or speaker_at(event, public_id)


def _lines(kept: Speaker, other: Speaker) -> list[tuple[str, str, str]]:
    """Return what the two cards say, beside each other."""
    names = countries.names(str(get_locale()))
    labels = {
        "name": _("Name"),
        "affiliation": _("Affiliation"),
        "country": _("Country"),
        "email": _("E-mail address"),
        "orcid": _("ORCID iD"),
        "biography": _("Biography"),
    }

    def said(speaker: Speaker, name: str) -> str:
        value = str(getattr(speaker, name))
        return names.get(value, value) if name == "country" else value

    return [(label, said(kept, name), said(other, name)) for name, label in labels.items()]

"""One speaker at the desk: their card, and two cards of one person made into one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import clock, stores, web
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import lineup, portraits, rules
from eventsvc.programme.cardforms import SpeakerForm, side_by_side
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.desk.speakers import speaker_at
from eventsvc.programme.models import Appearance, Session, Speaker
from eventsvc.registration import countries


@blueprint.route("/speakers/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_speaker(slug: str, public_id: str) -> Any:
    """Change what is told of somebody who speaks at this event."""
    event = event_for(Act.EDIT, slug)
    speaker = speaker_at(event, public_id)
    form = SpeakerForm(speaker)
    if not form.validate_on_submit():
        return _page(event, speaker, form), 422 if form.is_submitted() else 200
    before = speaker.photo_digest
    try:
        said = form.said()
        if sent := form.sent_photo():
            said["photo_digest"] = stores.keep(stores.PHOTOS, portraits.drawn(sent))
        rules.edit_speaker(event, speaker, said, revision=form.opened_at(), by=me(), at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        theirs: list[dict[str, str]] = []
        if isinstance(refused, ChangedMeanwhile):
            theirs = side_by_side(form, refused)
            form.take_over(refused, speaker)
        return _page(event, speaker, form, theirs), refused.status
    if before and before != speaker.photo_digest and not lineup.is_kept(before, photo=True):
        stores.drop(stores.PHOTOS, before)
    flash(_("Saved."), "ok")
    return redirect(url_for(".speakers", slug=event.slug), 303)


@blueprint.route("/speakers/<public_id>/merge", methods=["GET", "POST"])
@signed_in
def merge_speakers(slug: str, public_id: str) -> Any:
    """Choose the other card of one person, see both, and make them one."""
    event = event_for(Act.EDIT, slug)
    kept = speaker_at(event, public_id)
    chosen = request.values.get("other", "")
    other = speaker_at(event, chosen) if chosen else None
    if request.method == "POST" and other is not None:
        photo = other.photo_digest
        try:
            rules.merge(event, kept, other, by=me(), at=clock.now())
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(refused.sentence, "no")
            return redirect(url_for(".merge_speakers", slug=event.slug, public_id=public_id), 303)
        if photo and not lineup.is_kept(photo, photo=True):
            stores.drop(stores.PHOTOS, photo)
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


def _others(event: Event, but: Speaker) -> list[Speaker]:
    here = sa.select(Appearance.speaker_id).join(Session).where(Session.event_id == event.id)
    asked = sa.select(Speaker).where(Speaker.id.in_(here), Speaker.id != but.id)
    return list(db.session.scalars(asked.order_by(sa.func.lower(Speaker.name), Speaker.id)))


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

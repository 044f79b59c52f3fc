"""The desk's page of speakers: who is asked, who answered, what is missing, and the letters that ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, downloads, links, stores, uploads, web, when
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import acquainted, lineup, rules
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.lineup import Place
from eventsvc.programme.models import Answer, Appearance, Session, SessionStatus, Slides, Speaker
from eventsvc.programme.words import SPEAKER_ROLES, answer, session_span


@blueprint.get("/speakers")
@signed_in
def speakers(slug: str) -> str:
    """Show everybody who is to speak."""
    event = event_for(Act.EDIT, slug)
    places = lineup.at_event(event)
    parts = [part for place in places for part in place.parts if part.session.status is SessionStatus.PLANNED]
    at, here = clock.now(), [place.speaker for place in places]
    elsewhere = acquainted.elsewhere([speaker.id for speaker in here], me())
    names = {each.name.lower(): each for each in acquainted.namesakes(here, me())}
    # Buttons count those whom a letter would reach.
    with_address = {place.speaker.id for place in places if place.speaker.email}
    open_parts = [
        part
        for part in parts
        if part.speaker_id in with_address and (not part.session.ends_at or part.session.ends_at > at)
    ]
    reminded = {p.speaker_id for p in open_parts if p.answer is Answer.INVITED and rules.is_to_be_reminded(p, at)}
    return render_template(
        "desk/programme/speakers.html",
        event=event,
        people=[
            _person(place, event, is_mine=place.speaker.id not in elsewhere)
            | {"namesake": names.get(place.speaker.name.lower())}
            for place in places
        ],
        counts=[(answer(each), len({p.speaker_id for p in parts if p.answer is each})) for each in Answer],
        not_asked=len({part.speaker_id for part in open_parts if part.answer is Answer.NOT_ASKED}),
        to_remind=len(reminded),
    )


@blueprint.post("/speakers/invite")
@signed_in
def invite_speakers(slug: str) -> Response:
    """Ask those who are ticked, or everybody who was not asked yet."""
    return _write(
        slug,
        rules.invite,
        lambda count: ngettext("One invitation is on its way.", "%(num)s invitations are on their way.", count),
        _("Nobody was written to: whoever you chose was asked already. Remind them instead."),
    )


@blueprint.post("/speakers/remind")
@signed_in
def remind_speakers(slug: str) -> Response:
    """Ask once more, those who are ticked or everybody who has not answered."""
    return _write(
        slug,
        rules.remind,
        lambda count: ngettext("One reminder is on its way.", "%(num)s reminders are on their way.", count),
        _("Nobody was written to: they have answered, were not asked yet, or had a letter within the day."),
    )


@blueprint.post("/speakers/<public_id>/link")
@signed_in
def show_link(slug: str, public_id: str) -> Any:
    """Show somebody's own link to an organiser who may see all that it opens."""
    event = event_for(Act.EDIT, slug)
    speaker = speaker_at(event, public_id)
    try:
        token = rules.hand_link(event, speaker, by=me(), at=clock.now())
    except Refused as refused:
        flash(refused.sentence, "no")
        return redirect(url_for(".speakers", slug=event.slug), 303)
    db.session.commit()
    link = links.absolute("speakers.show", token=token, lang=speaker.language)
    return render_template("desk/programme/link.html", event=event, speaker=speaker, link=link)


@blueprint.get("/slides/<public_id>")
@signed_in
def download_slides(slug: str, public_id: str) -> Response:
    """Send a file that a speaker uploaded."""
    event = event_for(Act.EDIT, slug)
    found = _slides(event, public_id)
    file = web.not_found_unless(stores.found(stores.FILES, found.digest))
    return downloads.attachment(file, found.media_type, found.name)


@blueprint.post("/slides/<public_id>/remove")
@signed_in
def remove_slides(slug: str, public_id: str) -> Response:
    """Take such a file away."""
    event = event_for(Act.EDIT, slug)
    found = _slides(event, public_id)
    digest, address = found.digest, url_for(".speakers", slug=event.slug)
    if public_id_of := request.form.get("back"):
        address = url_for(".edit_session", slug=event.slug, public_id=public_id_of)
    rules.remove_slides(found, by=me(), at=clock.now())
    db.session.commit()
    if not lineup.is_kept(digest, photo=False):
        stores.drop(stores.FILES, digest)
    flash(_("The file is taken away."), "ok")
    return redirect(address, 303)


def speaker_at(event: Event, public_id: str) -> Speaker:
    """Return somebody who speaks at an event; 404 for anybody else."""
    here = sa.select(Appearance.speaker_id).join(Session).where(Session.event_id == event.id)
    asked = sa.select(Speaker).where(Speaker.public_id == public_id, Speaker.id.in_(here))
    return web.not_found_unless(db.session.scalars(asked).first())


def _write(
    slug: str,
    ask: Callable[..., rules.Asked],
    told: Callable[[int], str],
    nobody: str,
) -> Response:
    """Write to those who are ticked, or to all; say to how many, and whom no letter reaches."""
    event = event_for(Act.EDIT, slug)
    chosen = None if request.form.get("whom") == "all" else request.form.getlist("speaker")
    slug = event.slug
    if chosen == []:
        flash(_("Tick somebody first."), "warn")
        return redirect(url_for(".speakers", slug=slug), 303)
    try:
        asked = ask(event, chosen, by=me(), at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "no")
        return redirect(url_for(".speakers", slug=slug), 303)
    if asked.letters:
        flash(told(asked.letters), "ok")
    elif not asked.unreachable:
        flash(nobody, "warn")
    if asked.unreachable:
        names = ", ".join(asked.unreachable)
        flash(_("No letter reaches these people, as we have no address of theirs: %(names)s.", names=names), "warn")
    return redirect(url_for(".speakers", slug=slug), 303)


def _person(place: Place, event: Event, *, is_mine: bool) -> dict[str, Any]:
    speaker, locale = place.speaker, str(get_locale())
    lacking = [(speaker.photo_digest, _("photo")), (speaker.biography, _("biography")), (speaker.email, _("address"))]
    return {
        "public_id": speaker.public_id,
        "name": speaker.name,
        "affiliation": speaker.affiliation,
        "email": speaker.email if is_mine else "",
        "is_mine": is_mine,
        "is_gone": speaker.erased_at is not None and not speaker.email,
        "lacking": ", ".join(word for value, word in lacking if not value),
        "asked": when.near_moment(place.invited_at, event.timezone, locale) if place.invited_at else "",
        "free": [when.span(t.starts_at, t.ends_at, event.timezone, locale, has_year=False) for t in place.free],
        "parts": [_part(part, place, event) for part in place.parts],
    }


def _part(part: Appearance, place: Place, event: Event) -> dict[str, Any]:
    session = part.session
    return {
        "title": session.title,
        "url": url_for(".edit_session", slug=event.slug, public_id=session.public_id),
        "role": SPEAKER_ROLES[part.role],
        "when": session_span(session, event.timezone, str(get_locale()), has_year=False),
        "is_off": session.status is SessionStatus.CANCELLED,
        "answer": answer(part.answer),
        "note": part.note,
        "slides": [file_row(slides, event) for slides in place.slides[part.session_id]],
    }


def file_row(slides: Slides, event: Event) -> dict[str, str]:
    """Return how a file is listed, and where it is had and taken away."""
    return {
        "name": slides.name,
        "about": f"{uploads.word(slides.media_type)}, {uploads.size(slides.size)}",
        "url": url_for(".download_slides", slug=event.slug, public_id=slides.public_id),
        "remove_url": url_for(".remove_slides", slug=event.slug, public_id=slides.public_id),
    }


def _slides(event: Event, public_id: str) -> Slides:
    asked = sa.select(Slides).join(Session, Session.id == Slides.session_id)
    found = asked.where(Session.event_id == event.id, Slides.public_id == public_id)
    return web.not_found_unless(db.session.scalars(found).first())

"""What a speaker sees first: what they are asked, their sessions and slides, their card, their calendar."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, covers, links, stores, text, uploads, web, when
from eventsvc.accounts.actors import SPEAKER
from eventsvc.calendars.links import ways
from eventsvc.errors import Refused
from eventsvc.events.models import Event, Status
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.programme import keys, lineup, portraits, rules
from eventsvc.programme.lineup import Place
from eventsvc.programme.models import Answer, Appearance, SessionStatus, Slides, Speaker
from eventsvc.programme.pages.own.blueprint import blueprint, is_pressed, opened
from eventsvc.programme.words import SPEAKER_ROLES, answer, session_span
from eventsvc.registration.forms import ConfirmationForm
from eventsvc.registration.models import TokenKind

LONGEST_NOTE = 500
Wrong = dict[int, str]


@blueprint.get("/<token>")
@web.private
def show(token: str) -> Response:
    """Show a speaker their own page."""
    return page(opened(token), token)


@blueprint.post("/<token>/answers/<int:number>")
@web.private
def answer_(token: str, number: int) -> Response:
    """Say that one comes, or not."""
    speaker = opened(token)
    parts = {part.id: part for place in lineup.of_speaker(speaker) for part in place.parts}
    part = web.not_found_unless(parts.get(number))
    note, form = text.cleaned(request.form.get("note", "")), ConfirmationForm()
    if not is_pressed(form):
        return page(speaker, token, {number: form.form_errors[0]}, status=400)
    if len(note) > LONGEST_NOTE:
        return page(
            speaker, token, {number: _("Write this in at most %(max)s characters.", max=LONGEST_NOTE)}, status=422
        )
    comes = request.form.get("answer") == "yes"
    try:
        rules.answer(part, comes=comes, note=note, by=SPEAKER, at=clock.now())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return page(speaker, token, {number: refused.sentence}, status=refused.status)
    return done(
        token, _("Thank you, we count on you.") if comes else _("Thank you for telling us. We look for somebody else.")
    )


@blueprint.post("/<token>/feed")
@web.private
def replace_feed(token: str) -> Response:
    """Make the calendar's link anew, for whoever gave the old one away."""
    speaker = opened(token)
    if not is_pressed(ConfirmationForm()):
        return _bad_button(speaker, token)
    rules.replace_card_feed(speaker, by=SPEAKER, at=clock.now())
    db.session.commit()
    return done(token, _("Your calendar has a new link. Subscribe again with it; the old one has stopped."))


@blueprint.post("/<token>/feed/stop")
@web.private
def stop_feed(token: str) -> Response:
    """Let the calendar's link open nothing any more."""
    speaker = opened(token)
    if not is_pressed(ConfirmationForm()):
        return _bad_button(speaker, token)
    rules.stop_card_feed(speaker, by=SPEAKER, at=clock.now())
    db.session.commit()
    return done(token, _("The link has stopped. Take the calendar out of your program; it would not change any more."))


@blueprint.post("/<token>/link")
@web.private
def replace_link(token: str) -> Response:
    """Make the link of this page anew, for whoever gave the old one away."""
    speaker = opened(token)
    if not is_pressed(ConfirmationForm()):
        return _bad_button(speaker, token)
    fresh = rules.replace_card_link(speaker, by=SPEAKER, at=clock.now())
    db.session.commit()
    return done(fresh, _("This page has a new link, and our next letter will carry it. The old one has stopped."))


@blueprint.route("/<token>/take-away", methods=["GET", "POST"])
@web.private
def take_away(token: str) -> Response:
    """Say what it means to take one's card away, and do it."""
    speaker, form = opened(token), ConfirmationForm()
    if not is_pressed(form):
        shown = render_template(
            "programme/own/take_away.html", lang=web.language(), speaker=speaker, form=form, token=token
        )
        return make_response(shown, 400 if form.form_errors else 200)
    gone, photo = rules.take_card_away(speaker, by=SPEAKER, at=clock.now())
    files = [slides.digest for slides in gone]
    db.session.commit()
    drop_unnamed(files)
    portraits.forget(photo)
    return make_response(render_template("programme/own/taken_away.html", lang=web.language()))


def done(token: str, sentence: str, tone: str = "ok", anchor: str | None = None) -> Response:
    """Lead back to the page and say there what was done."""
    flash(sentence, tone)
    return redirect(url_for("speakers.show", token=token, _anchor=anchor), 303)


def drop_unnamed(files: list[str]) -> None:
    """Forget files that no row names, once that is certain: taken away, or sent and not needed."""
    for digest in files:
        if not lineup.is_kept(digest, photo=False):
            stores.drop(stores.FILES, digest)


def page(
    speaker: Speaker,
    token: str,
    wrong: Wrong | None = None,
    *,
    wrong_files: Wrong | None = None,
    status: int = 200,
) -> Response:
    """Draw the page; `wrong` and `wrong_files` have a sentence by the appearance whose form it belongs to."""
    at = clock.now()
    places = [_place(place, token) for place in lineup.of_speaker(speaker)]
    feed = keys.token_of(speaker, TokenKind.CARD_FEED)
    address = links.absolute("calendars.personal", token=feed) if feed else None
    shown = render_template(
        "programme/own/page.html",
        lang=web.language(),
        speaker=speaker,
        token=token,
        cover=covers.svg(speaker.name, covers.palette_of(speaker.public_id), 3, 3),
        biography=text.to_html(speaker.biography),
        coming=[place for place in places if not place["place"].is_over(at)],
        past=[place for place in reversed(places) if place["place"].is_over(at)],
        waiting=sum(part["is_waiting"] for place in places for part in place["parts"]),
        ways=ways(address, _("%(name)s: sessions", name=speaker.name)) if address else None,
        wrong=wrong or {},
        wrong_files=wrong_files or {},
        typed=text.cleaned(request.form.get("note", "")),
        accept=uploads.ACCEPT,
    )
    return make_response(shown, status)


def _place(place: Place, token: str) -> dict[str, Any]:
    event, locale = place.event, web.language()
    span = ""
    if event.starts_at and event.ends_at:
        span = when.span(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)
    return {
        "place": place,
        "title": event.title,
        "url": url_for("events.show", slug=event.slug) if event.is_public else "",
        "when": span,
        "zone": zone_of(event, event.starts_at, locale) if event.starts_at else "",
        "is_draft": event.status is Status.DRAFT,
        "is_cancelled": event.status is Status.CANCELLED,
        "free": len(place.free),
        "times_url": url_for("speakers.times", token=token, slug=event.slug),
        "parts": [_part(part, place, token) for part in place.parts],
    }


def _part(part: Appearance, place: Place, token: str) -> dict[str, Any]:
    session, event, at = place.shown.get(part.session_id) or part.session, place.event, clock.now()
    is_off = session.status is SessionStatus.CANCELLED or event.status is Status.CANCELLED
    is_over = bool(session.ends_at and session.ends_at <= at) or place.is_over(at)
    rooms = [room if isinstance(room, str) else room.name for room in session.rooms]
    can_answer = not is_off and not is_over
    return {
        "id": part.id,
        "public_id": session.public_id,
        "title": session.title,
        "when": session_span(session, event.timezone, web.language()),
        "room": ", ".join(rooms),
        "role": SPEAKER_ROLES[part.role],
        # Whoever was never asked is not asked afterwards.
        "answer": answer(part.answer, own=True) if can_answer or part.answered_at else None,
        "note": part.note,
        "comes": part.answer is Answer.CONFIRMED,
        "declined": part.answer is Answer.DECLINED,
        "is_off": is_off,
        "can_answer": can_answer,
        "is_waiting": can_answer and part.answer in {Answer.NOT_ASKED, Answer.INVITED},
        "can_upload": not is_off and part.answer is not Answer.DECLINED,
        "slides": [_slides(slides, event, token) for slides in place.slides[part.session_id]],
    }


def _slides(slides: Slides, event: Event, token: str) -> dict[str, Any]:
    return {
        "name": slides.name,
        "about": f"{uploads.word(slides.media_type)}, {uploads.size(slides.size)}",
        "at": when.moment(slides.uploaded_at, event.timezone, web.language()),
        "url": url_for("speakers.slides", token=token, public_id=slides.public_id),
        "remove_url": url_for("speakers.remove_slides", token=token, public_id=slides.public_id),
    }


def _bad_button(speaker: Speaker, token: str) -> Response:
    flash(_("That button did not work from where it was pressed. Please press it once more."), "warn")
    return page(speaker, token, status=400)

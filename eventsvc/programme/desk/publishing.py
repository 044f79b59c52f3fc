"""Publishing a programme: what the public does not see yet, who will be told, and how it will look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField

from eventsvc import clock, web, when
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import Refused
from eventsvc.events.fields import line
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.extensions import db
from eventsvc.programme import errors, notifications, published, reading, rules, versions, wording
from eventsvc.programme.changes import Change, Difference
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.models import Answer, Appearance, Session, SessionStatus, Speaker, Version
from eventsvc.programme.notifications import Reach
from eventsvc.programme.reading import Day
from eventsvc.programme.words import SESSION_KINDS

Found = tuple[Change, ...]
_QUIETLY = "quietly"
# In the order in which they are counted: what is new, what will not be, what is at another time or place.
_COUNTED = (
    {Difference.NEW},
    {Difference.CANCELLED, Difference.REMOVED},
    {Difference.TIME, Difference.LENGTH, Difference.ROOM},
)


class PublishForm(FlaskForm):
    """A version's name, and whether people hear of it; `seen` is the list of changes that stood above the form."""

    name = line(_l("Name of this version"), 120)
    is_quiet = BooleanField(_l("Small corrections: tell nobody"))
    tells_all = BooleanField()
    seen = HiddenField()

    @classmethod
    def beginning(cls, found: Found) -> PublishForm:
        """Begin a form about these changes; what moves nobody is a small correction."""
        is_quiet = not any(change.is_news for change in found)
        return cls(formdata=None, data={"is_quiet": is_quiet, "seen": published.digest(found)})


@blueprint.route("/publish", methods=["GET", "POST"])
@signed_in
def publish(slug: str) -> Any:
    """Show what the public does not see yet, and let it be seen."""
    event = event_for(Act.PUBLISH, slug)
    form = PublishForm()
    if not form.is_submitted():
        found = published.pending(event.id)
        return _page(event, found, PublishForm.beginning(found))
    if not form.validate():
        return _page(event, published.pending(event.id), form), 422
    if form.is_quiet.data and request.form.get("then") != _QUIETLY:
        found = published.pending(event.id)
        if form.seen.data == published.digest(found) and any(change.is_news for change in found):
            form.form_errors.append(_not_small(found))
            return _page(event, found, form, offers_silence=True), 422
    said: dict[str, Any] = {"name": form.name.data or "", "is_quiet": form.is_quiet.data, "seen": form.seen.data}
    said["tells_all"] = form.tells_all.data
    try:
        version = rules.publish(event, **said, by=me(), at=clock.now())
        sentence = _published(version)
        db.session.commit()
    except errors.OthersChanged as refused:
        db.session.rollback()
        web.refuse_on(form, refused)
        found = published.pending(event.id)
        form.seen.data = published.digest(found)
        return _page(event, found, form), refused.status
    except Refused as refused:
        db.session.rollback()
        flash(refused.sentence, "warn")
        return redirect(url_for(".publish", slug=slug), 303)
    flash(sentence, "ok")
    return redirect(url_for(".show", slug=event.slug), 303)


@blueprint.get("/preview")
@signed_in
def preview(slug: str) -> str:
    """Show the programme as the public will see it, with what is changed in it."""
    event = event_for(Act.SEE, slug)
    changed = {change.public_id: change for change in published.pending(event.id)}
    locale = str(get_locale())
    told = {each: wording.told(change, event.timezone, locale) for each, change in changed.items()}
    return render_template(
        "desk/programme/preview.html",
        event=event,
        days=[(_day(day, locale), day.items) for day in reading.by_day(reading.drafted(event.id), event.timezone)],
        told=told,
        kinds=SESSION_KINDS,
        hour=lambda at: when.plain_hour(at, event.timezone),
        zone=_zone(event, locale),
    )


def _page(event: Event, found: Found, form: PublishForm, *, offers_silence: bool = False) -> str:
    at, locale = clock.now(), str(get_locale())
    beside = notifications.beside(event, found, at=at)
    form.tells_all.label.text = _("Also tell everybody who is registered (%(num)s)", num=beside)
    return render_template(
        "desk/programme/publish.html",
        event=event,
        form=form,
        count=len(found),
        beside=beside,
        unsure=_unsure(event) if found else [],
        quietly=_QUIETLY if offers_silence else None,
        days=wording.by_day(found, event.timezone, locale),
        tells=_tells(event, found, at),
        versions=versions.log(event, locale),
        zone=_zone(event, locale),
    )


def _unsure(event: Event) -> list[str]:
    """Say who would be shown in which sessions though they declined, or were never asked."""
    asked = (
        sa.select(Speaker.name, Session.title, Appearance.answer)
        .join(Appearance, Appearance.speaker_id == Speaker.id)
        .join(Session, Session.id == Appearance.session_id)
        .where(
            Session.event_id == event.id,
            Session.status == SessionStatus.PLANNED,
            Session.is_hidden.is_(False),
            Appearance.answer.in_((Answer.DECLINED, Answer.NOT_ASKED)),
        )
    )
    rows = db.session.execute(asked.order_by(Appearance.answer, sa.func.lower(Speaker.name), Session.id))
    return [
        _("%(name)s declined: “%(title)s”.", name=name, title=title)
        if answer is Answer.DECLINED
        else _("%(name)s was not asked: “%(title)s”.", name=name, title=title)
        for name, title, answer in rows
    ]


def _not_small(found: Found) -> str:
    """Count what is no correction, to somebody who would tell nobody of it."""
    news = [change for change in found if change.is_news]
    new, gone, moved = (sum(not kinds.isdisjoint(change.differences) for change in news) for kinds in _COUNTED)
    counted = [
        ngettext("one new session", "%(num)s new sessions", new) if new else "",
        ngettext("one that moves", "%(num)s that move", moved) if moved else "",
        ngettext("one that is cancelled or taken out", "%(num)s that are cancelled or taken out", gone) if gone else "",
    ]
    told = ", ".join(filter(None, counted)) or _("who speaks, or what takes place after all")
    return ngettext(
        "One change is no small correction: %(what)s. People who mean to be there would not hear of it.",
        "%(num)s changes are no small corrections: %(what)s. People who mean to be there would not hear of them.",
        len(news),
        what=told,
    )


def _tells(event: Event, found: Found, at: datetime) -> str:
    """Say who will be told, before it is done."""
    if not notifications.tells(event, at):
        return _("Nobody is written to: the event is over, or does not take place.")
    if not any(change.is_news for change in found):
        return _("Nobody is written to: nothing moves.")
    reach = notifications.reach(event, found, at=at)
    if not reach:
        return _("Nobody is written to: nobody with an address speaks in these sessions or chose them.")
    return _("Unless you tick that, letters go to %(people)s.", people=_people(reach))


def _published(version: Version) -> str:
    """Say what publishing meant for people."""
    reach = notifications.laid(version)
    sentence = _("Version %(number)s is published.", number=version.number)
    if not reach:
        nobody = _("Nobody is written to.")
        return f"{sentence} {nobody}"
    told = _(
        "Letters to %(people)s leave in ten minutes, unless you publish it again before.",
        people=_people(reach),
    )
    return f"{sentence} {told}"


def _people(reach: Reach) -> str:
    speakers = ngettext("one speaker", "%(num)s speakers", reach.speakers)
    attendees = ngettext("one attendee", "%(num)s attendees", reach.attendees)
    if reach.speakers and reach.attendees:
        return _("%(speakers)s and %(attendees)s", speakers=speakers, attendees=attendees)
    return speakers if reach.speakers else attendees


def _day(day: Day, locale: str) -> str:
    return when.on(day.on, locale) if day.on else _("Time to follow")


def _zone(event: Event, locale: str) -> str:
    return zone_of(event, event.starts_at or clock.now(), locale)

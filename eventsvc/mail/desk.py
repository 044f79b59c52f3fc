"""The door for organisers: what waits, what failed and why, and each letter as it was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.access import Act, event_for, may, me, require, signed_in
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import claims, letters, listing, queue, rules, words
from eventsvc.mail.listing import Page
from eventsvc.mail.models import Message, MessageState

blueprint = Blueprint("mail_desk", __name__, url_prefix="/desk")

# Tabs that stand there even when no letter is in them.
_ALWAYS = (MessageState.WAITING, MessageState.SENT, MessageState.FAILED)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of letters and the addresses around it."""

    event: Event | None
    state: MessageState | None
    page: Page

    @property
    def number(self) -> int:
        return self.page.number

    @property
    def last(self) -> int:
        return self.page.last

    def url(self, number: int = 1) -> str:
        """Return the address of another page of this list."""
        return _list_url(self.event, state=self.state, page=number if number > 1 else None)

    def tabs(self) -> list[dict[str, Any]]:
        """Return a tab for all letters, and one for each state that occurs."""
        counts = self.page.counts
        states = [state for state in MessageState if state in counts or state in _ALWAYS]
        named = [(state, words.state(state).word, counts.get(state, 0)) for state in states]
        return [
            {
                "label": label,
                "count": count,
                "url": _list_url(self.event, state=state),
                "is_current": self.state is state,
            }
            for state, label, count in [(None, _("All"), self.page.total), *named]
        ]


@blueprint.get("/letters", endpoint="letters")
@signed_in
def site_letters() -> str:
    """Show the letters of the whole site."""
    require(Act.SEE_SITE)
    return _list(None)


@blueprint.get("/events/<slug>/letters")
@signed_in
def event_letters(slug: str) -> str:
    """Show the letters about one event."""
    return _list(event_for(Act.SEE_LETTERS, slug))


@blueprint.post("/letters/retry")
@signed_in
def retry() -> Response:
    """Let all failed letters go, of the site or of the event named in the form."""
    slug = request.form.get("event")
    event = event_for(Act.SEND_LETTERS, slug) if slug else None
    if event is None:
        require(Act.SEE_SITE)
    count = rules.retry_failed(event.id if event else None, by=me(), at=clock.now())
    db.session.commit()
    flash(ngettext("One letter goes again.", "%(num)s letters go again.", count), "ok" if count else "warn")
    return redirect(_list_url(event), 303)


@blueprint.get("/letters/<int:id>")
@signed_in
def letter(id: int) -> str:
    """Show one letter as it was sent, or as it would be now."""
    message, event = _found(Act.SEE_LETTERS, id)
    return _letter(message, event)


@blueprint.post("/letters/<int:id>/resend")
@signed_in
def resend(id: int) -> Response | tuple[str, int]:
    """Send one letter again."""
    message, event = _found(Act.SEND_LETTERS, id)
    try:
        going = rules.resend(message, by=me(), at=clock.now())
    except Refused as refused:
        db.session.rollback()
        message, event = _found(Act.SEND_LETTERS, id)
        return _letter(message, event, refusal=refused.sentence), refused.status
    db.session.commit()
    flash(_("The letter is on its way."), "ok")
    return redirect(url_for(".letter", id=going.id), 303)


def _list(event: Event | None) -> str:
    state = _asked_state()
    page = listing.page(event.id if event else None, state=state, number=request.args.get("page", 1, type=int))
    at = clock.now()
    return render_template(
        "desk/mail/letters.html",
        event=event,
        listing=Listing(event, state, page),
        rows=page.rows,
        failed=page.counts.get(MessageState.FAILED, 0),
        kind=words.kind,
        word=words.state,
        moment=_moments(event),
        may_send=may(Act.SEND_LETTERS, event) if event else may(Act.SEE_SITE),
        **_post_office(at),
    )


def _letter(message: Message, event: Event | None, **more: Any) -> str:
    at = clock.now()
    subject, text = _said(message, at)
    return render_template(
        "desk/mail/letter.html",
        event=event,
        message=message,
        subject=subject or words.kind(message.kind),
        text=text,
        word=words.state(message.state),
        moment=_moments(event),
        back_url=_list_url(event),
        may_send=_may(Act.SEND_LETTERS, event) and message.state in rules.SENDABLE,
        **_post_office(at),
        **more,
    )


def _post_office(at: datetime) -> dict[str, Any]:
    """Return what is told above every list: whether a worker looks, and whether there is a server to send to."""
    looked = queue.look(at)
    return {"queue": looked, "is_stale": looked.is_stale(at), "has_server": bool(current_app.config["MAIL_SERVER"])}


def _found(act: Act, message_id: int) -> tuple[Message, Event | None]:
    """Return a letter if I may do `act` at its event; those about accounts are the site's own."""
    message = web.not_found_unless(db.session.get(Message, message_id))
    event = db.session.get(Event, message.event_id) if message.event_id is not None else None
    if event is None:
        require(Act.SEE_SITE)
        return message, None
    return message, event_for(act, event.slug)


def _may(act: Act, event: Event | None) -> bool:
    return may(act, event) if event else may(Act.SEE_SITE)


def _said(message: Message, at: datetime) -> tuple[str, str]:
    """Return a letter's subject and text: as recorded, or as it would be said now where it still waits."""
    if message.sent_text or not message.recipient or message.state is MessageState.REPLACED:
        return message.sent_subject, message.sent_text
    (due,) = claims.read([message.id])
    try:
        written = letters.written(due, at=at)
    except (LookupError, TypeError, ValueError):
        # The worker says the same in the letter's own record.
        return "", ""
    return written.subject, written.record


def _asked_state() -> MessageState | None:
    asked = request.args.get("state", "")
    return MessageState(asked) if asked in set(MessageState) else None


def _moments(event: Event | None) -> Callable[[datetime], str]:
    """Write moments on the event's clock, or on the site's."""
    timezone = event.timezone if event else clock.home()
    return lambda at: when.moment(at, timezone, str(get_locale()))


def _list_url(event: Event | None, *, state: MessageState | None = None, page: int | None = None) -> str:
    asked: dict[str, Any] = {"state": state.value if state else None, "page": page}
    if event is None:
        return url_for(".letters", **asked)
    return url_for(".event_letters", slug=event.slug, **asked)

"""Letters from rows: the facts of a message, worded and laid out by its kind's pair of templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from eventsvc.calendars import ics
from eventsvc.calendars.ics import Method
from eventsvc.calendars.showings import Showing
from eventsvc.mail import wording
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import Letter
from eventsvc.mail.wording import AccountWords, Words
from eventsvc.text import folded, one_line

# Which letters ask a calendar to hold the event, and which to let it go.
METHODS = {
    "registered": Method.REQUEST,
    "promoted": Method.REQUEST,
    "address_changed": Method.REQUEST,
    "event_changed": Method.REQUEST,
    "event_reinstated": Method.REQUEST,
    "address_left": Method.CANCEL,
    "cancelled": Method.CANCEL,
    "event_cancelled": Method.CANCEL,
}
_GAPS = re.compile(r"\n{3,}")


def written(due: Due, *, at: datetime, was_invited: bool, cover: bytes | None = None) -> Letter:
    """Write one letter in its reader's language.

    `was_invited`: this address was sent an invitation before, so that there is something to cancel. `cover`: a PNG to
    stand above it. Any error says that the row cannot be read; the caller holds it to this letter.
    """
    language = due.language if due.language in current_app.config["LANGUAGES"] else current_app.config["SITE_LANGUAGE"]
    name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    method = method_of(due)
    if method is Method.CANCEL and not was_invited:
        method = None
    calendar = _calendar(due, method, sender, at) if method else None
    with force_locale(language):
        words = _words(due, language, has_invitation=calendar is not None)
        subject, text = _text(due.kind, words)
        page = _rendered(
            f"mail/{due.kind}.html", words, subject=subject, lang=language, cover="cid:cover" if cover else ""
        )
        record = _without(words.own_links, text)
    return Letter(
        message_id=due.message_id,
        sender=sender,
        sender_name=name or current_app.config["SITE_NAME"],
        recipient=due.recipient,
        recipient_name=due.recipient_name,
        reply_to=due.reply_to,
        at=at,
        language=language,
        subject=subject,
        text=text,
        html=page,
        record=record,
        calendar=calendar,
        method=method if calendar else None,
        cover=cover,
    )


def method_of(due: Due) -> Method | None:
    """Tell what a letter asks of a calendar that was sent an invitation: an event without a date is let go."""
    if due.facts.get("ending"):
        return Method.CANCEL
    return METHODS.get(due.kind) if due.facts.get("invitation") else None


def _calendar(due: Due, method: Method, sender: str, at: datetime) -> bytes | None:
    """Write the calendar part; None where the reader would be their own organiser, which calendars misread.

    Where the event's contact has no address or is the reader, the site itself stands as the organiser.
    """
    invitation = due.facts.get("ending") or due.facts["invitation"]
    showing = Showing.from_json(invitation["facts"])
    reader = folded(due.recipient)
    if folded(showing.organiser_email) in {"", reader}:
        showing = replace(showing, organiser_email=sender, organiser_name=current_app.config["SITE_NAME"])
    if folded(showing.organiser_email) == reader:
        return None
    return ics.invitation(
        showing,
        method=method,
        sequence=invitation["sequence"],
        at=at,
        attendee_name=due.recipient_name,
        attendee_email=due.recipient,
    )


def _words(due: Due, language: str, *, has_invitation: bool) -> Words | AccountWords:
    if due.registration_id is None:
        return wording.of_account(due)
    return wording.of_registration(due, language, has_invitation=has_invitation)


def _text(kind: str, words: Words | AccountWords) -> tuple[str, str]:
    """Render the plain text; its first line is the subject."""
    rendered = _rendered(f"mail/{kind}.txt", words).strip()
    subject, _line_end, text = rendered.partition("\n")
    return one_line(subject), _GAPS.sub("\n\n", text).strip() + "\n"


def _rendered(template: str, words: Words | AccountWords, **said: Any) -> str:
    """Render outside of any request: straight from the environment, which keeps its templates compiled."""
    found = current_app.jinja_env.get_template(template)
    return found.render(letter=words, block=words.block, config=current_app.config, **said)


def _without(secrets: Iterable[str], text: str) -> str:
    """Put a mark where each of the person's own links stands."""
    for link in sorted(secrets, key=len, reverse=True):
        text = text.replace(link, _("[your link]"))
    return text

"""Letters from rows: the facts of a message, worded and laid out by its kind's pair of templates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from eventsvc.mail import accounts, invitations, inviting, programmes, registrations, speakers
from eventsvc.mail.accounts import AccountWords
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import Letter
from eventsvc.mail.inviting import InvitedWords
from eventsvc.mail.programmes import ProgrammeWords
from eventsvc.mail.registrations import Words
from eventsvc.mail.speakers import SpeakerWords
from eventsvc.text import one_line

AnyWords = Words | AccountWords | ProgrammeWords | SpeakerWords | InvitedWords

_OF_ACCOUNT = frozenset({"account_reset", "account_invited", "account_changed"})
_GAPS = re.compile(r"\n{3,}")


def written(due: Due, *, at: datetime, invited: Collection[str] = (), cover: bytes | None = None) -> Letter:
    """Write one letter in its reader's language.

    `invited`: the uids that this address was asked to hold before, so that they can be let go. `cover`: a PNG to stand
    above it. Any error says that the row cannot be read; the caller holds it to this letter.
    """
    language = _language(due)
    name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    calendars = invitations.written(due, sender, at, invited)
    with force_locale(language):
        words = _words(due, language, invited=len(calendars))
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
        calendars=calendars,
        cover=cover,
    )


def recorded(due: Due, *, at: datetime) -> tuple[str, str]:
    """Word a letter as it is kept, without its page: its subject, and its text without the reader's links."""
    language = _language(due)
    _name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    calendars = invitations.written(due, sender, at, ())
    with force_locale(language):
        words = _words(due, language, invited=len(calendars))
        subject, text = _text(due.kind, words)
        return subject, _without(words.own_links, text)


def _language(due: Due) -> str:
    """Return the reader's language, or the site's where theirs is none that we speak."""
    spoken = current_app.config["LANGUAGES"]
    return due.language if due.language in spoken else str(current_app.config["SITE_LANGUAGE"])


def _words(due: Due, language: str, *, invited: int) -> AnyWords:
    """Word a letter by what it is about: an account, a programme, being asked to speak, or else a registration."""
    if due.kind in _OF_ACCOUNT:
        return accounts.words(due)
    if due.kind in invitations.OF_PROGRAMME:
        return programmes.words(due, language, invitations=invited)
    if due.kind in inviting.KINDS:
        return inviting.words(due, language)
    if due.kind in speakers.KINDS:
        return speakers.words(due, language, invitations=invited)
    return registrations.words(due, language, invitations=invited)


def _text(kind: str, words: AnyWords) -> tuple[str, str]:
    """Render the plain text; its first line is the subject."""
    rendered = _rendered(f"mail/{kind}.txt", words).strip()
    subject, _line_end, text = rendered.partition("\n")
    return one_line(subject), _GAPS.sub("\n\n", text).strip() + "\n"


def _rendered(template: str, words: AnyWords, **said: Any) -> str:
    """Render outside of any request: straight from the environment, which keeps its templates compiled."""
    found = current_app.jinja_env.get_template(template)
    return found.render(letter=words, block=words.block, config=current_app.config, **said)


def _without(secrets: Iterable[str], text: str) -> str:
    """Put a mark where each of the person's own links stands."""
    for link in sorted(secrets, key=len, reverse=True):
        text = text.replace(link, _("[your link]"))
    return text

"""What kinds of session and roles of speakers are called where people read them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc import when
from eventsvc.events.words import Word
from eventsvc.programme.models import Answer, Session, SessionKind, SpeakerRole
from eventsvc.programme.reading import Item

SESSION_KINDS: dict[SessionKind, Any] = {
    SessionKind.TALK: _l("Talk"),
    SessionKind.KEYNOTE: _l("Keynote"),
    SessionKind.PANEL: _l("Panel"),
    SessionKind.WORKSHOP: _l("Workshop"),
    SessionKind.SOCIAL: _l("Social"),
    SessionKind.BREAK: _l("Break"),
    SessionKind.BLOCK: _l("Block"),
    SessionKind.OTHER: _l("Session"),
}
SPEAKER_ROLES: dict[SpeakerRole, Any] = {
    SpeakerRole.SPEAKER: _l("Speaker"),
    SpeakerRole.CHAIR: _l("Chair"),
    SpeakerRole.PANELLIST: _l("Panellist"),
    SpeakerRole.TUTOR: _l("Tutor"),
}


def span(item: Item, timezone: str, locale: str) -> str:
    """Say when a session is: "Sun 30 May 2027, 09:30 to 10:30"."""
    if item.starts_at is None or item.ends_at is None:
        return _("Time to follow")
    return when.span(item.starts_at, item.ends_at, timezone, locale)


_ANSWERS: dict[Answer, tuple[str, Any, Any, str]] = {
    Answer.NOT_ASKED: ("opens", _l("Not asked yet"), _l("Do you come?"), "ink2"),
    Answer.INVITED: ("offered", _l("No answer yet"), _l("Waits for your answer"), "warn"),
    Answer.CONFIRMED: ("confirmed", _l("Comes"), _l("You come"), "ok"),
    Answer.DECLINED: ("declined", _l("Does not come"), _l("You do not come"), "no"),
}


def answer(of: Answer, *, own: bool = False) -> Word:
    """Say what somebody answered, to their organisers or to themself."""
    mark, word, to_themself, tone = _ANSWERS[of]
    return Word(mark, str(to_themself if own else word), tone)


def session_span(session: Session | Item, timezone: str, locale: str, *, has_year: bool | None = None) -> str:
    """Say when a session is planned."""
    if session.starts_at is None or session.ends_at is None:
        return _("Time to follow")
    return when.span(session.starts_at, session.ends_at, timezone, locale, has_year=has_year)

"""What letters to somebody who speaks say: what they are asked, when and where, what becomes of the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from eventsvc import links, tokens, when
from eventsvc.events.places import Where
from eventsvc.mail import changes, whereabouts
from eventsvc.mail.changes import Change, News
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import inert
from eventsvc.mail.wording import Held, greeted, held
from eventsvc.programme.models import SpeakerRole
from eventsvc.programme.words import SPEAKER_ROLES
from eventsvc.text import cleaned

KINDS = frozenset(
    {
        "speaker_invited",
        "speaker_reminded",
        "speaker_address_changed",
        "speaker_address_left",
        "speaker_answered",
        "speaker_event_cancelled",
        "speaker_event_changed",
        "speaker_event_reinstated",
    }
)
_OFF = frozenset({"speaker_event_cancelled"})


@dataclass(frozen=True, slots=True)
class OnePart:
    """A session in a letter: what somebody is to be in it, when it is, and where."""

    title: str
    role: str
    when: str
    room: str


@dataclass(frozen=True, slots=True)
class SpeakerWords(News):
    """What the templates of a letter to a speaker read; what is unknown is empty.

    `invitations` counts what it asks of a calendar, about `sessions`.
    """

    name: str
    title: str
    subject: str
    changes: list[Change]
    sentence: str
    is_off: bool
    invitations: int
    sessions: list[Held]
    parts: list[OnePart]
    block: when.Block | None
    when: str
    zone: str
    where: Where
    card_url: str
    event_url: str
    contact_name: str
    office: str
    own_links: tuple[str, ...]


def words(due: Due, language: str, *, invitations: int) -> SpeakerWords:
    """Word a letter. Raises KeyError or ValueError for facts that cannot be read, and for a card without a link."""
    facts, event = due.facts, due.facts["event"]
    card_url = _card_url(due, language)
    time, title, changed = whereabouts.time(facts, language), inert(event["title"]), changes.of(facts, language)
    return SpeakerWords(
        name=greeted(facts["name"]),
        title=title,
        subject=changes.subject(changed, title) if changed else title,
        changes=changed,
        sentence=cleaned(facts.get("sentence", "")),
        is_off=due.kind in _OFF,
        invitations=invitations,
        sessions=held(facts, language),
        parts=[_part(each, event["timezone"], language) for each in facts["parts"]],
        block=time.block,
        when=time.when,
        zone=time.zone,
        where=whereabouts.where(facts, language),
        card_url=card_url,
        event_url=links.absolute("events.show", slug=event["slug"], lang=language) if facts["is_public"] else "",
        contact_name=inert(event["contact_name"]),
        office=current_app.config["SITE_NAME"],
        own_links=tuple(filter(None, (card_url,))),
    )


def _card_url(due: Due, language: str) -> str:
    """Return the address of somebody's own page, which an address that was left is not told."""
    if due.kind == "speaker_address_left":
        return ""
    if not due.card_sealed:
        raise ValueError("this speaker has no link")
    return links.absolute("speakers.show", token=tokens.unseal(due.card_sealed), lang=language)


def _part(said: Mapping[str, Any], timezone: str, language: str) -> OnePart:
    return OnePart(
        title=inert(said["title"]),
        role=", ".join(str(SPEAKER_ROLES[SpeakerRole(role)]) for role in said["roles"]),
        when=_when(said, timezone, language),
        room=inert(said["room"]),
    )


def _when(said: Mapping[str, Any], timezone: str, language: str) -> str:
    if not said["starts_at"] or not said["ends_at"]:
        return str(_("Time to follow"))
    starts_at, ends_at = (datetime.fromisoformat(said[name]) for name in ("starts_at", "ends_at"))
    return when.span(starts_at, ends_at, timezone, language)

"""What a letter about a programme says: each of the reader's sessions as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsvc import links, tokens, when
from eventsvc.mail import whereabouts
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import inert
from eventsvc.programme import wording
from eventsvc.programme.changes import Change, Difference


@dataclass(frozen=True, slots=True)
class OneSession:
    """A session in a letter: what happens to it in a word, what it was and is, and what else differs of it."""

    title: str
    word: str
    was: str
    now: str
    more: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class ProgrammeWords:
    """What the templates of a letter about a programme read; what is unknown is empty.

    `invitations` counts what the letter asks of a calendar. `is_beside`: the reader chose not all of it.
    `own_links` are the person's secrets among the addresses.
    """

    title: str
    subject: str
    sessions: list[OneSession]
    block: when.Block | None
    zone: str
    invitations: int
    programme_url: str
    manage_url: str
    card_url: str
    reference: str
    contact_name: str
    office: str
    own_links: tuple[str, ...]
    is_beside: bool = False

    @property
    def takes_place(self) -> bool:
        """Tell whether any of the sessions takes place, with the reader."""
        return any(session.now for session in self.sessions)


def words(due: Due, language: str, *, invitations: int) -> ProgrammeWords:
    """Word a letter to an attendee or a speaker. Raises KeyError or ValueError for facts that cannot be read."""
    facts, event = due.facts, due.facts["event"]
    title, time = inert(event["title"]), whereabouts.time(facts, language)
    found = [(Change.from_json(each), each.get("goes_on", False)) for each in facts["sessions"]]
    is_beside = any(each.get("is_beside") for each in facts["sessions"])
    token = tokens.unseal(due.manage_sealed) if due.manage_sealed else ""
    manage_url = links.absolute("registration.manage", token=token, lang=language) if token else ""
    # News are news also to a speaker whose link was lost with the key that sealed it.
    card = tokens.unsealed(due.card_sealed) if due.card_sealed else None
    card_url = links.absolute("speakers.show", token=card, lang=language) if card else ""
    return ProgrammeWords(
        title=title,
        subject=_subject(found, title, is_beside=is_beside),
        is_beside=is_beside,
        sessions=[_session(change, event, language, goes_on=goes_on) for change, goes_on in found],
        block=time.block,
        zone=time.zone,
        invitations=invitations,
        programme_url=links.absolute("programme.show", slug=event["slug"], lang=language),
        manage_url=manage_url,
        card_url=card_url,
        reference=tokens.spaced(facts["reference"]) if facts.get("reference") else "",
        contact_name=inert(event["contact_name"]),
        office=current_app.config["SITE_NAME"],
        own_links=tuple(link for link in (manage_url, card_url) if link),
    )


def _subject(found: list[tuple[Change, bool]], title: str, *, is_beside: bool) -> str:
    """Name what happens, as people read no further than the subject."""
    if len(found) > 1 and is_beside:
        return _("Changes in the programme: %(title)s", title=title)
    if len(found) > 1 and all(Difference.NEW in change.differences for change, _goes_on in found):
        return _("Your sessions: %(title)s", title=title)
    if len(found) > 1:
        return ngettext(
            "%(num)s of your sessions has changed: %(title)s",
            "%(num)s of your sessions have changed: %(title)s",
            len(found),
            title=title,
        )
    ((change, goes_on),) = found
    said, differences = {"session": inert(change.title), "title": title}, set(change.differences)
    if goes_on:
        return _("You no longer speak in: %(session)s (%(title)s)", **said)
    if Difference.NEW in differences:
        return _("New session: %(session)s (%(title)s)", **said)
    if {Difference.REMOVED, Difference.CANCELLED} & differences:
        return _("Session cancelled: %(session)s (%(title)s)", **said)
    if Difference.REINSTATED in differences:
        return _("Session takes place after all: %(session)s (%(title)s)", **said)
    if {Difference.TIME, Difference.LENGTH} & differences:
        return _("New time of a session: %(session)s (%(title)s)", **said)
    if Difference.ROOM in differences:
        return _("New room of a session: %(session)s (%(title)s)", **said)
    return _("Session changed: %(session)s (%(title)s)", **said)


def _session(change: Change, event: Mapping[str, Any], language: str, *, goes_on: bool) -> OneSession:
    """Word one session; `goes_on`: the reader spoke in it, and it takes place without them."""
    told = wording.told(change, event["timezone"], language)
    address = links.absolute("programme.session", slug=event["slug"], public_id=change.public_id, lang=language)
    return OneSession(
        title=inert(told.title),
        word=_("Without you") if goes_on else told.word.word,
        was=inert(told.was),
        now=inert(told.now),
        more=tuple(inert(each) for each in told.more),
        url=address if told.is_there else "",
    )

"""What changed of an event, as a letter says it: each thing as it was and as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from eventsvc.mail import whereabouts
from eventsvc.mail.envelopes import inert


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; `url` leads to what it is now, where there is such an address."""

    name: str
    label: str
    was: str
    now: str
    url: str = ""


class News:
    """What is said of itself by the words of a letter that tells news, with the organiser's own sentence."""

    __slots__ = ()

    changes: list[Change]
    sentence: str

    @property
    def changed(self) -> set[str]:
        """The names of what changed."""
        return {change.name for change in self.changes}

    @property
    def paragraphs(self) -> list[str]:
        """The organiser's own words, by paragraph."""
        return [part for part in self.sentence.splitlines() if part.strip()]


def of(facts: Mapping[str, Any], language: str) -> list[Change]:
    """Word the changes of a letter, in their order; none for a letter of another kind."""
    return [_WORDED[name](facts["was"], facts, language) for name in facts.get("changed", ()) if name in _WORDED]


def subject(changes: list[Change], title: str) -> str:
    """Name what changed, as people read no further than the subject."""
    only = changes[0].name if len(changes) == 1 else ""
    if only == "title":
        return _("New name: %(title)s", title=title)
    if only == "when":
        return _("New time: %(title)s", title=title)
    if only == "where":
        return _("New place: %(title)s", title=title)
    if only == "join":
        return _("New link: %(title)s", title=title)
    return _("Changed: %(title)s", title=title)


def _title(was: Mapping[str, Any], now: Mapping[str, Any], _language: str) -> Change:
    return Change("title", _("What"), inert(was["event"]["title"]), inert(now["event"]["title"]))


def _when(was: Mapping[str, Any], now: Mapping[str, Any], language: str) -> Change:
    return Change("when", _("When"), _time(was, language), _time(now, language))


def _time(facts: Mapping[str, Any], language: str) -> str:
    time = whereabouts.time(facts, language)
    return ", ".join(part for part in (time.when, time.zone) if part) or _("Date to follow")


def _where(was: Mapping[str, Any], now: Mapping[str, Any], language: str) -> Change:
    there = whereabouts.where(now, language)
    return Change("where", _("Where"), _place(was, language), _place(now, language), there.map_url)


def _place(facts: Mapping[str, Any], language: str) -> str:
    where = whereabouts.where(facts, language)
    return ", ".join(part for part in (where.line, where.detail) if part)


def _join(was: Mapping[str, Any], now: Mapping[str, Any], _language: str) -> Change:
    before, address = (whereabouts.web_address(facts.get("join_url", "")) for facts in (was, now))
    return Change("join", _("Join"), before or _("no link"), address or _("no link"), address)


_WORDED: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], Change]] = {
    "title": _title,
    "when": _when,
    "where": _where,
    "join": _join,
}

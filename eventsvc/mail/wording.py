"""What letters of every kind say alike: whom they greet, and what they ask of a calendar besides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventsvc import when
from eventsvc.calendars.ics import Method
from eventsvc.calendars.showings import Showing
from eventsvc.mail.envelopes import inert

# A name that mail programs would turn into a link is not written: registering a stranger must not send them one.
_LINKLIKE = re.compile(r"://|www\.|@|\w{2,}\.\w{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Held:
    """A session that a letter lets a calendar go of, or hold again."""

    title: str
    when: str
    is_kept: bool


def greeted(name: str) -> str:
    """Return a name as a letter greets by it, or nothing for what mail programs would turn into a link."""
    # The sentence it closes brings its own full stop.
    return "" if _LINKLIKE.search(name) else inert(name).rstrip(".")


def held(facts: Mapping[str, Any], language: str) -> list[Held]:
    """Word the sessions that a letter asks something about beside what it is about."""
    return [_held(each, language) for each in facts.get("entries", ()) if "parent_uid" in each["facts"]]


def _held(asked: Mapping[str, Any], language: str) -> Held:
    showing = Showing.from_json(dict(asked["facts"]))
    span = when.span(showing.starts_at, showing.ends_at, showing.timezone, language)
    return Held(inert(showing.summary), span, asked["method"] == Method.REQUEST.value)

"""When and where an event is, from a letter's facts: in the language and zone they are said in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc import when
from eventsvc.events import places
from eventsvc.events.models import Event, Mode, Venue
from eventsvc.events.places import Where
from eventsvc.mail.envelopes import inert
from eventsvc.registration import told

Span = tuple[datetime, datetime, str, bool]


@dataclass(frozen=True, slots=True)
class Time:
    """A span in words with the name of its zone, and as a date set large; empty while the date is to follow."""

    block: when.Block | None = None
    when: str = ""
    zone: str = ""


def time(facts: Mapping[str, Any], language: str) -> Time:
    """Say when it is."""
    known = span(facts["event"])
    if known is None:
        return Time()
    starts_at, ends_at, timezone, is_all_day = known
    return Time(
        when.block(starts_at, ends_at, timezone, language, is_all_day),
        when.span(starts_at, ends_at, timezone, language, is_all_day),
        "" if is_all_day else zone(facts, starts_at, language),
    )


def zone(facts: Mapping[str, Any], at: datetime, language: str) -> str:
    """Name the event's zone as it stands at a moment, by the town the event is in."""
    timezone = facts["event"]["timezone"]
    city = (facts["venue"] or {}).get("city") if "/" in timezone else None
    return when.zone_name(timezone, at, language, inert(city or "") or None)


def span(event: Mapping[str, Any]) -> Span | None:
    """Return when an event is, with its zone and whether it lasts whole days."""
    if not event["starts_at"] or not event["ends_at"]:
        return None
    ends = datetime.fromisoformat(event["starts_at"]), datetime.fromisoformat(event["ends_at"])
    return *ends, event["timezone"], event["is_all_day"]


def where(facts: Mapping[str, Any], language: str, *, is_to_follow: bool = False) -> Where:
    """Say where it is, by the event's own rule; of an online event the link itself stands beside it."""
    mode = told.mode_in(facts)
    if mode is Mode.ONLINE:
        return Where(_("Online"), _("We send the link before it begins.") if is_to_follow else "")
    venue = Venue(**facts["venue"]) if facts["venue"] else None
    found = places.where(Event(mode=mode, room=facts["event"]["room"], venue=venue), language)
    return Where(inert(found.line), inert(found.detail), web_address(found.map_url))


def web_address(url: str) -> str:
    """Return an address that leads somewhere, or nothing."""
    return url if url.startswith(("https://", "http://")) and not url.split()[1:] else ""

"""What letters about a registration tell: facts of one moment, as values that JSON can hold, and which of them changed.

The person's own links are never among them: delivery puts them in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventsvc.calendars import showings
from eventsvc.columns import snapshot
from eventsvc.events.models import Event, Mode
from eventsvc.registration import fees, retention
from eventsvc.registration.models import Registration, State

_EVENT = (
    "slug",
    "title",
    "mode",
    "timezone",
    "starts_at",
    "ends_at",
    "is_all_day",
    "room",
    "costs",
    "contact_name",
    "contact_email",
)
_VENUE = ("name", "street", "postcode", "city", "country", "map_url")


def of(registration: Registration) -> dict[str, Any]:
    """Return what every letter about a registration tells."""
    return of_event(registration.event) | of_person(registration, registration.event.join_url)


def of_event(event: Event) -> dict[str, Any]:
    """Return what is the same in the letters to everybody."""
    last_day = retention.last_day(event)
    return {
        "event": snapshot(event, _EVENT),
        "venue": snapshot(event.venue, _VENUE) if event.venue else None,
        "deleted_on": last_day.isoformat() if last_day else None,
    }


def of_person(registration: Registration, join_url: str) -> dict[str, Any]:
    """Return what is one person's own; the link to join is for people with a seat."""
    own = {
        "given_name": registration.given_name,
        "reference": registration.reference,
        "state": registration.state.value,
    }
    fee = fees.told(registration)
    return own | ({"fee": fee} if fee else {}) | taking_part(registration, join_url)


def taking_part(registration: Registration, join_url: str) -> dict[str, Any]:
    """Return the ticket somebody has, which says where they are, and the link to join.

    That is for people with a seat who do not come to the place.
    """
    ticket = registration.ticket_type
    is_joining = join_url and registration.state is State.CONFIRMED and not (ticket and ticket.mode is Mode.IN_PERSON)
    own: dict[str, Any] = {"ticket": {"name": ticket.name, "mode": ticket.mode.value}} if ticket else {}
    return own | ({"join_url": join_url} if is_joining else {})


def counted(invitation: Mapping[str, Any], registration: Registration) -> dict[str, Any]:
    """Return a calendar entry as one person takes part, and counted on: their own news are counted too."""
    facts = invitation["facts"]
    if registration.ticket_type:
        facts = showings.narrowed(facts, is_online=registration.ticket_type.mode is Mode.ONLINE)
    return {**invitation, "facts": facts, "sequence": invitation["sequence"] + registration.calendar_offset}


def mode_in(facts: Mapping[str, Any]) -> Mode:
    """Return how the reader of a letter takes part: as their ticket says, else as the event takes place."""
    return Mode((facts.get("ticket") or facts["event"])["mode"])


def stored(contents: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts from how an event was stored (`events.contents.of`), for `changed`; without the link to join."""
    venue = contents["venue"]
    return {
        "event": {name: contents[name] for name in _EVENT},
        "venue": {name: venue[name] for name in _VENUE} if venue else None,
    }


def changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name what people must hear of that differs between two tellings: `title`, `when`, `where`, `join`."""
    return [name for name, seen in _SEEN.items() if seen(was) != seen(now)]


def _title(facts: Mapping[str, Any]) -> Any:
    return facts["event"]["title"]


def _time(facts: Mapping[str, Any]) -> Any:
    event = facts["event"]
    return event["starts_at"] and tuple(event[name] for name in ("starts_at", "ends_at", "timezone", "is_all_day"))


def _place(facts: Mapping[str, Any]) -> Any:
    """Return what people would find their way by; another link to the map is no other place."""
    event, venue, mode = facts["event"], facts["venue"] or {}, mode_in(facts)
    if mode is Mode.ONLINE:
        return mode
    return mode, event["room"], [venue.get(name) or "" for name in _VENUE if name != "map_url"]


def _join(facts: Mapping[str, Any]) -> Any:
    return facts.get("join_url", "")


_SEEN: dict[str, Callable[[Mapping[str, Any]], Any]] = {"title": _title, "when": _time, "where": _place, "join": _join}

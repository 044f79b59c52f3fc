"""An event as schema.org's `Event`, for search engines.

Google's reading of it: developers.google.com/search/docs/appearance/structured-data/event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventsvc import links, money, text
from eventsvc.events.finding import Companion
from eventsvc.events.models import Event, Mode, PartnerRole, Status
from eventsvc.registration.ticketing import Card

_STATUS = {Status.CANCELLED: "https://schema.org/EventCancelled"}
_SCHEDULED = "https://schema.org/EventScheduled"
_MODES = {
    Mode.IN_PERSON: "https://schema.org/OfflineEventAttendanceMode",
    Mode.ONLINE: "https://schema.org/OnlineEventAttendanceMode",
    Mode.HYBRID: "https://schema.org/MixedEventAttendanceMode",
}
# By the mark of a ticket's state; whoever can only wait finds it sold out.
_AVAILABLE = {
    "open": "https://schema.org/InStock",
    "filling": "https://schema.org/LimitedAvailability",
    "opens": "https://schema.org/PreOrder",
}
_ORGANISERS = {PartnerRole.HOST, PartnerRole.CO_ORGANISER}


def of_event(
    event: Event, companions: Sequence[Companion], tickets: Sequence[Card] = (), *, image: str, organiser: str
) -> dict[str, Any] | None:
    """Describe an event with a date; one without is not an Event to schema.org, and None.

    The place of an online event is its page: the link to join is for registered people.
    """
    if event.starts_at is None or event.ends_at is None:
        return None
    hosts = [partner for partner in companions if partner.role in _ORGANISERS]
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary or text.to_plain(event.description)[:500],
        "startDate": _start(event),
        "endDate": _end(event),
        "eventStatus": _STATUS.get(event.status, _SCHEDULED),
        "eventAttendanceMode": _MODES[event.mode],
        "location": _location(event),
        "url": _page(event),
        "image": [image],
        "inLanguage": event.language,
        "organizer": [_organisation(host) for host in hosts] or [{"@type": "Organization", "name": organiser}],
        "isAccessibleForFree": _is_free(event, tickets),
        "offers": [_offer(event, ticket) for ticket in tickets] or "",
    }
    return {name: value for name, value in described.items() if value not in ("", None)}


def _is_free(event: Event, tickets: Sequence[Card]) -> bool | None:
    """Tell whether it costs nothing; what is said of costs in words alone, no program can tell."""
    if tickets:
        return not any(ticket.cents for ticket in tickets)
    return None if event.costs else True


def _page(event: Event) -> str:
    return links.absolute("events.show", slug=event.slug)


def _offer(event: Event, ticket: Card) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": ticket.name,
        "price": money.plain(ticket.cents),
        "priceCurrency": ticket.currency,
        "availability": _AVAILABLE.get(ticket.word.mark, "https://schema.org/SoldOut"),
        "url": links.absolute("registration.register", slug=event.slug, ticket=ticket.public_id),
    }


def _start(event: Event) -> str:
    local = event.starts_at.astimezone(ZoneInfo(event.timezone)) if event.starts_at else None
    return "" if local is None else local.date().isoformat() if event.is_all_day else local.isoformat()


def _end(event: Event) -> str:
    if event.ends_at is None:
        return ""
    zone = ZoneInfo(event.timezone)
    if event.is_all_day:
        # Ours is exclusive, schema.org's is the last day itself.
        return (event.ends_at - timedelta(microseconds=1)).astimezone(zone).date().isoformat()
    return event.ends_at.astimezone(zone).isoformat()


def _location(event: Event) -> Any:
    online = {"@type": "VirtualLocation", "url": _page(event)}
    if event.mode is Mode.ONLINE:
        return online
    place = _place(event)
    return [place, online] if event.mode is Mode.HYBRID else place


def _place(event: Event) -> dict[str, Any]:
    venue = event.venue
    if venue is None:
        return {"@type": "Place", "name": event.title}
    said = {
        "streetAddress": venue.street,
        "postalCode": venue.postcode,
        "addressLocality": venue.city,
        "addressCountry": venue.country,
    }
    address = {name: value for name, value in said.items() if value}
    return {"@type": "Place", "name": venue.name or venue.city, "address": {"@type": "PostalAddress", **address}}


def _organisation(companion: Companion) -> dict[str, str]:
    said = {"@type": "Organization", "name": companion.name}
    return said | ({"url": companion.url} if companion.url else {})

"""Where an event is, as people need it: the building and its town, the way there, or that there is a link."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask_babel import gettext as _

from eventsvc.events.models import Event, Mode, Venue
from eventsvc.events.words import country_name


@dataclass(frozen=True, slots=True)
class Where:
    """A line of its own, a second line below it, and the address of a map; each may be empty."""

    line: str
    detail: str = ""
    map_url: str = ""


def where(event: Event, locale: str, *, is_over: bool = False, mode: Mode | None = None) -> Where:
    """Say where an event is, or is for whoever takes part in one `mode`.

    The link to join is for registered people only and is never in it.
    """
    mode = mode or event.mode
    if mode is Mode.ONLINE:
        return Where(_("Online") if is_over else _("Online, link after registration"))
    found = _on_site(event, locale)
    if mode is Mode.HYBRID:
        line = _("%(place)s, and online", place=found.line) if event.venue else _("On site and online")
        return Where(line, found.detail, found.map_url)
    return found


def short(event: Event, locale: str) -> str:
    """Say where an event is in a list: "Leiden, Netherlands", "Online, link after registration"."""
    if event.mode is Mode.ONLINE:
        return _("Online, link after registration")
    venue = event.venue
    return _joined(venue.name, venue.city, _country(venue, locale)) if venue else ""


def _on_site(event: Event, locale: str) -> Where:
    venue = event.venue
    if venue is None:
        return Where(_("Place to follow"), event.room)
    line = _joined(venue.name, venue.city, _country(venue, locale))
    detail = _joined(event.room, venue.street, f"{venue.postcode} {venue.city}".strip() if venue.street else "")
    return Where(line or _("Place to follow"), detail, _map(venue))


def _map(venue: Venue) -> str:
    """Return the organiser's own map, else one that is made from what is known of the place."""
    if venue.map_url.startswith(("https://", "http://")):
        return venue.map_url
    if venue.latitude is not None and venue.longitude is not None:
        pin = f"{venue.latitude:.5f}", f"{venue.longitude:.5f}"
        return f"https://www.openstreetmap.org/?{urlencode({'mlat': pin[0], 'mlon': pin[1]})}#map=17/{pin[0]}/{pin[1]}"
    asked = _joined(venue.street, venue.postcode, venue.city, venue.country) if venue.street and venue.city else ""
    return f"https://www.openstreetmap.org/search?{urlencode({'query': asked})}" if asked else ""


def _country(venue: Venue, locale: str) -> str:
    return country_name(venue.country, locale) if venue.country else ""


def _joined(*parts: str) -> str:
    """Join what is known, and say nothing twice: a venue may be named after its town."""
    return ", ".join(dict.fromkeys(part for part in parts if part))

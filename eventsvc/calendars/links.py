"""Addresses that open a filled-in entry in a calendar on the web, and those that subscribe to a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import segno
from markupsafe import Markup

from eventsvc.calendars.showings import Showing, address, clean, one_line

LONGEST = 1_999

_TITLE, _PLACE, _LINK = 450, 350, 300
_GOOGLE = "https://calendar.google.com/calendar/render"
_OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
_OFFICE = "https://outlook.office.com/calendar/0/deeplink/compose"


def google(showing: Showing) -> str:
    """Return the address that opens Google Calendar with a new entry; times in UTC, days with an exclusive end."""
    if showing.is_all_day:
        dates = "/".join(f"{day:%Y%m%d}" for day in showing.days())
    else:
        dates = "/".join(f"{moment:%Y%m%dT%H%M%SZ}" for moment in _moments(showing))
    said = {"action": "TEMPLATE", "dates": dates, "text": _title(showing), "location": _place(showing)}
    return _filled(_GOOGLE, said, "details", showing)


def outlook(showing: Showing) -> str:
    """Return the address that opens Outlook.com with a new entry."""
    return _microsoft(_OUTLOOK, showing)


def office365(showing: Showing) -> str:
    """Return the address that opens Outlook of a work or school account with a new entry."""
    return _microsoft(_OFFICE, showing)


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to subscribe to a feed: its address, and what opens the programs people have with it.

    `qr` is empty for an address that is too long to be drawn.
    """

    address: str
    webcal: str
    google: str
    outlook: str
    office365: str
    qr: Markup


def ways(url: str, name: str) -> Ways:
    """Return the ways to subscribe to the feed at an address; Google's refuses `https:`."""
    opened = webcal(url)
    subscribed = f"addfromweb?{urlencode({'url': url, 'name': name}, quote_via=quote)}"
    return Ways(
        address=url,
        webcal=opened,
        google=f"https://calendar.google.com/calendar/r?{urlencode({'cid': opened}, quote_via=quote)}",
        outlook=f"https://outlook.live.com/calendar/0/{subscribed}",
        office365=f"https://outlook.office.com/calendar/0/{subscribed}",
        qr=_drawn(opened),
    )


def _drawn(address: str) -> Markup:
    """Draw an address as a code to point a camera at; one that is too long for that has none."""
    try:
        code = segno.make(address, error="m")
    except segno.DataOverflowError:
        return Markup("")
    # What segno draws is a picture, without a letter of the address in it.
    return Markup(code.svg_inline(scale=4, border=4, omitsize=True))  # noqa: S704


def webcal(url: str) -> str:
    """Return a feed's address as `webcal:`, which Apple, Thunderbird and classic Outlook open as a subscription.

    Not `webcals:`, which fails on iOS.
    """
    scheme, mark, rest = url.partition("://")
    if scheme not in {"http", "https"} or not mark:
        raise ValueError(f"not the address of a feed: {url!r}")
    return f"webcal://{rest}"


def _microsoft(base: str, showing: Showing) -> str:
    if showing.is_all_day:
        start, end = (day.isoformat() for day in showing.days())
    else:
        # Outlook misreads offsets, so times end in Z.
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in _moments(showing))
    said = {"path": "/calendar/action/compose", "rru": "addevent", "startdt": start, "enddt": end}
    said |= {"allday": "true"} if showing.is_all_day else {}
    return _filled(base, {**said, "subject": _title(showing), "location": _place(showing)}, "body", showing)


def _moments(showing: Showing) -> tuple[datetime, datetime]:
    return showing.starts_at.astimezone(UTC), showing.ends_at.astimezone(UTC)


def _title(showing: Showing) -> str:
    return _cut(showing.title(), _TITLE)


def _place(showing: Showing) -> str:
    return _cut(one_line(showing.location), _PLACE) or _whole(showing.join_url)


def _filled(base: str, said: dict[str, str], last: str, showing: Showing) -> str:
    """Write an address with the notes last, cut to what room there is; the links below them stay whole."""
    # Spaces as %20: Outlook shows a plus as a plus.
    start = f"{base}?{urlencode({name: text for name, text in said.items() if text}, quote_via=quote, safe='')}"
    links = "\n".join(link for link in (_whole(showing.join_url), _whole(showing.url)) if link)
    text = clean(showing.description).strip()
    below = f"\n\n{links}" if text and links else links
    notes = _cut(text, LONGEST - len(start) - len(f"&{last}=") - len(quote(below, safe=""))) + below
    return f"{start}&{last}={quote(notes, safe='')}" if notes else start


def _whole(link: str) -> str:
    """Return a link, or nothing when it is too long: half a link leads nowhere."""
    written = address(link)
    return written if len(quote(written, safe="")) <= _LINK else ""


def _cut(text: str, room: int) -> str:
    """Cut text so that its percent-encoding takes at most `room` characters, the last an ellipsis where it was cut."""
    if len(quote(text, safe="")) <= room:
        return text
    ellipsis = "\N{HORIZONTAL ELLIPSIS}"
    left = room - len(quote(ellipsis, safe=""))
    kept = []
    for letter in text:
        left -= len(quote(letter, safe=""))
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + ellipsis

"""The one writer of iCalendar: for pages, letters and feeds. Equal facts give equal bytes; no clock is read here."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from icalendar import Parameters, vCalAddress, vDate, vDuration, vInt, vText, vUri
from icalendar.prop import vInline

from eventsvc.calendars import zones
from eventsvc.calendars.showings import Showing, Status, address, clean, one_line, zone

__all__ = [
    "PRODID",
    "WRITER",
    "Head",
    "Method",
    "Showing",
    "Status",
    "calendar",
    "clean",
    "event",
    "invitation",
    "noted",
    "one",
]

# Raised when the writing changes. The zone data belongs to it: with new data the same facts may be written otherwise.
WRITER = f"4.{zones.DATA_VERSION}"
PRODID = "-//eventsvc//eventsvc//EN"

_NOTICE = timedelta(minutes=15)
_ROOM = 75
_ESCAPES = b"\\^"
# Between properties only: a folded line of somebody's description begins with a space.
_TZID = re.compile(rb"\r\nDTSTART;TZID=([^:\r]+):")


class Method(enum.StrEnum):
    """What an invitation asks of the reader's calendar (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Value(Protocol):
    """What icalendar's value types have in common."""

    params: Parameters

    def to_ical(self) -> bytes:
        """Return the value as it stands behind the colon."""


Line = tuple[str, Value]


class Text(vText):
    r"""TEXT with the escapes of RFC 5545 section 3.3.11 and no others: vText makes a line break of a typed `\N`."""

    def to_ical(self) -> bytes:
        """Return the escaped text in UTF-8."""
        return self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").encode()


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself; `source` is its own address, None for a personal feed, whose address is a secret."""

    name: str
    timezone: str
    description: str = ""
    url: str = ""
    source: str | None = None
    refresh: timedelta = timedelta(hours=6)
    colour: str = ""


def event(showing: Showing, *, sequence: int, changed_at: datetime) -> bytes:
    """Write one VEVENT, to be kept and joined; its stamps come from the row, so that a second writing is equal."""
    return _component("VEVENT", _facts(showing, showing.status, sequence, changed_at))


def noted(part: bytes, note: str) -> bytes:
    """Write a note to one reader into a written VEVENT, below what it tells and above its link.

    The bytes are those of a showing that has the note in its description, in a tenth of the time. What is cancelled
    needs none.
    """
    lines = part.replace(b"\r\n ", b"").split(b"\r\n")
    if b"STATUS:CANCELLED" in lines:
        return part
    link = next((line.removeprefix(b"URL:") for line in lines if line.startswith(b"URL:")), b"")
    told = (_noted(line, link, note) if line.startswith(b"DESCRIPTION:") else line for line in lines)
    return b"\r\n".join(map(_folded, told))


def _noted(line: bytes, link: bytes, note: str) -> bytes:
    gap = b"\\n\\n"
    told = line.removesuffix(gap + Text(link.decode()).to_ical())
    return told + gap + Text(note).to_ical() + line[len(told) :]


def calendar(head: Head, parts: Iterable[bytes]) -> bytes:
    """Join written VEVENTs below a feed's head and the definitions of the zones they name."""
    return _whole(_introduction(head), b"".join(parts))


def one(showing: Showing, *, sequence: int, changed_at: datetime) -> bytes:
    """Write a file of one event for download."""
    return file(event(showing, sequence=sequence, changed_at=changed_at))


def file(part: bytes) -> bytes:
    """Put a written VEVENT into a file of its own; without a name, of which Outlook would make a new calendar."""
    return _whole((), part)


def invitation(
    showing: Showing, *, method: Method, sequence: int, at: datetime, attendee_name: str, attendee_email: str
) -> bytes:
    """Write the calendar part of a letter to one attendee, who said yes by registering (RFC 5546, RFC 6047).

    The MIME part's `method` must be the same word. Raises ValueError without the organiser's or the attendee's address:
    iTIP demands both.
    """
    if not showing.organiser_email or not attendee_email:
        raise ValueError(f"an invitation needs an organiser and an attendee: {showing.uid}")
    status = Status.CANCELLED if method is Method.CANCEL else showing.status
    said = {"CUTYPE": "INDIVIDUAL", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"}
    lines = [*_facts(showing, status, sequence, at), ("ATTENDEE", _person(attendee_name, attendee_email, said))]
    has_alarm = method is Method.REQUEST and status is not Status.CANCELLED and not showing.is_all_day
    return _whole([("METHOD", Text(method))], _component("VEVENT", lines, _alarm(showing) if has_alarm else b""))


def _introduction(head: Head) -> Iterator[Line]:
    # Readers disagree on how to unescape an X- property, so the name holds nothing to escape.
    name = Text(re.sub(r"\s*[,;\\]\s*", " \N{EN DASH} ", one_line(head.name)))
    yield "NAME", name
    yield "X-WR-CALNAME", name
    if description := Text(one_line(head.description)):
        yield "DESCRIPTION", description
        yield "X-WR-CALDESC", description
    yield "X-WR-TIMEZONE", Text(head.timezone)
    if head.url:
        yield "URL", vUri(address(head.url))
    if head.source:
        yield "SOURCE", vUri(address(head.source), params={"VALUE": "URI"})
    if head.colour:
        yield "COLOR", Text(one_line(head.colour))
    yield "REFRESH-INTERVAL", vDuration(head.refresh, params={"VALUE": "DURATION"})
    yield "X-PUBLISHED-TTL", vDuration(head.refresh)


def _facts(showing: Showing, status: Status, sequence: int, changed_at: datetime) -> Iterator[Line]:
    yield "UID", Text(one_line(showing.uid))
    yield "SEQUENCE", vInt(sequence)
    changed = _in_utc(changed_at)
    yield "DTSTAMP", changed
    yield "CREATED", _in_utc(showing.created_at)
    yield "LAST-MODIFIED", changed
    yield from _times(showing)
    yield "STATUS", Text(status)
    yield "SUMMARY", Text(showing.title(status))
    yield from _words(showing)
    yield from _links(showing)
    is_busy = showing.is_busy and not showing.is_all_day and status is not Status.CANCELLED
    yield "TRANSP", Text("OPAQUE" if is_busy else "TRANSPARENT")
    if not is_busy:
        yield "X-MICROSOFT-CDO-BUSYSTATUS", Text("FREE")
    if showing.organiser_email:
        yield "ORGANIZER", _person(showing.organiser_name, showing.organiser_email, {})


def _times(showing: Showing) -> Iterator[Line]:
    if showing.is_all_day:
        first, after = (vDate(day, params={"VALUE": "DATE"}) for day in showing.days())
        yield from (("DTSTART", first), ("DTEND", after))
        return
    start, end = _moments(showing)
    yield "DTSTART", start
    # Nothing ends when it starts (RFC 5545 section 3.8.2.2): without an end it is a moment.
    if showing.ends_at > showing.starts_at:
        yield "DTEND", end


def _moments(showing: Showing) -> list[vInline]:
    """Write both ends on the zone's clock if every reader will read them right, else both in UTC."""
    moments = [showing.starts_at, showing.ends_at]
    if zones.definition(showing.timezone, *moments):
        local = [moment.astimezone(zone(showing.timezone)) for moment in moments]
        # Readers take the repeated hour of autumn for the first or the second, as they please.
        if all(moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset() for moment in local):
            return [vInline(f"{moment:%Y%m%dT%H%M%S}", params={"TZID": showing.timezone}) for moment in local]
    return [_in_utc(moment) for moment in moments]


def _in_utc(moment: datetime) -> vInline:
    # The library's own value looks for the names of the zone each time, which takes a quarter of the writing.
    return vInline(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _words(showing: Showing) -> Iterator[Line]:
    if notes := showing.notes():
        yield "DESCRIPTION", Text(notes)
    if place := showing.place():
        yield "LOCATION", Text(place)
    if showing.latitude is not None and showing.longitude is not None:
        yield "GEO", vInline(f"{showing.latitude:.6f};{showing.longitude:.6f}")
    if kinds := [Text(kind).to_ical().decode() for kind in map(one_line, showing.categories) if kind]:
        yield "CATEGORIES", vInline(",".join(kinds))


def _links(showing: Showing) -> Iterator[Line]:
    # There is room for one (RFC 5545 section 3.8.4.6): whoever may join taps it to join; the page is in the notes.
    if url := address(showing.join_url) or address(showing.url):
        yield "URL", vUri(url)
    if showing.join_url:
        # VALUE is last and unquoted: ical.js 1.5 refuses the feed for a quoted parameter before an address with "=".
        yield "CONFERENCE", vUri(address(showing.join_url), params={"FEATURE": ["AUDIO", "VIDEO"], "VALUE": "URI"})
    if showing.colour:
        yield "COLOR", Text(one_line(showing.colour))
    if showing.image_url:
        said = {"DISPLAY": "BADGE", "FMTTYPE": "image/png", "VALUE": "URI"}
        yield "IMAGE", vUri(address(showing.image_url), params=said)
    if showing.parent_uid:
        yield "RELATED-TO", Text(one_line(showing.parent_uid), params={"RELTYPE": "PARENT"})


def _person(name: str, email: str, said: dict[str, str]) -> vCalAddress:
    named = {"CN": one_line(name)} if one_line(name) else {}
    return vCalAddress(f"mailto:{address(email)}", params={**named, **said})


def _alarm(showing: Showing) -> bytes:
    lines: list[Line] = [("ACTION", Text("DISPLAY")), ("DESCRIPTION", Text(showing.title()))]
    return _component("VALARM", [*lines, ("TRIGGER", vDuration(-_NOTICE))])


def _whole(introduction: Iterable[Line], body: bytes) -> bytes:
    """Write a VCALENDAR; the zones are read from the body, so that none can be missing."""
    lines = [("VERSION", Text("2.0")), ("PRODID", Text(PRODID)), ("CALSCALE", Text("GREGORIAN")), *introduction]
    named = sorted({match.decode() for match in _TZID.findall(body)})
    for timezone in named:
        if not zones.has_rule(timezone):
            body = _without_zone(body, timezone)
    return _component(
        "VCALENDAR", lines, b"".join(zones.vtimezone(each) for each in named if zones.has_rule(each)) + body
    )


def _without_zone(body: bytes, timezone: str) -> bytes:
    """Write the times of a zone in UTC: one that has lost its yearly rule since the body was written has no definition.

    The worker writes such entries anew soon after newer zone data has come; until then this is as true.
    """

    def moved(match: re.Match[bytes]) -> bytes:
        local = datetime.strptime(match[2].decode(), "%Y%m%dT%H%M%S").replace(tzinfo=zone(timezone))
        return b"%s:%s" % (match[1], local.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").encode())

    return re.sub(rb"(\r\n[A-Z-]+);TZID=%s:(\d{8}T\d{6})" % re.escape(timezone.encode()), moved, body)


def _component(name: str, lines: Iterable[Line], inner: bytes = b"") -> bytes:
    written = b"".join(_written(*line) for line in lines)
    return b"BEGIN:%b\r\n%b%bEND:%b\r\n" % (name.encode(), written, inner, name.encode())


def _written(name: str, value: Value) -> bytes:
    said = b";" + value.params.to_ical() if value.params else b""
    return _folded(name.encode() + said + b":" + value.to_ical()) + b"\r\n"


def _folded(line: bytes) -> bytes:
    """Fold at 75 octets (RFC 5545 section 3.1), neither inside a character nor inside an escape.

    Slices of the encoded line, as the library's folding by character takes half of its writing time.
    """
    pieces, start, room = [], 0, _ROOM
    while len(line) - start > room:
        cut = start + room
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        piece = line[start:cut]
        if piece[-1] in _ESCAPES and (len(piece) - len(piece.rstrip(piece[-1:]))) % 2:
            cut -= 1
        pieces.append(line[start:cut])
        start, room = cut, _ROOM - 1
    return b"\r\n ".join([*pieces, line[start:]])

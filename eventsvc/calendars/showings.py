"""What a calendar shows of one thing, as plain facts, and how its text is made safe to write."""

from __future__ import annotations

import enum
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventsvc.calendars import zones

_DAY = timedelta(days=1)
_PLACE = ("location", "latitude", "longitude")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class Status(enum.StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Showing:
    """The facts a calendar shows of one thing.

    Moments are aware; an all-day showing runs from local midnight to the local midnight after its last day. `join_url`
    is for those entitled to it only. `colour` is a CSS3 colour's name, as RFC 7986 section 5.9 demands. Raises
    ValueError for naive moments and for an end before the start.
    """

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    created_at: datetime
    status: Status = Status.CONFIRMED
    description: str = ""
    location: str = ""
    url: str = ""
    latitude: float | None = None
    longitude: float | None = None
    categories: tuple[str, ...] = ()
    is_all_day: bool = False
    is_busy: bool = True
    join_url: str = ""
    parent_uid: str = ""
    organiser_name: str = ""
    organiser_email: str = ""
    cancelled_prefix: str = "Cancelled: "
    colour: str = ""
    image_url: str = ""

    def __post_init__(self) -> None:
        if not all(moment.tzinfo for moment in (self.starts_at, self.ends_at, self.created_at)):
            raise ValueError(f"a showing needs aware moments: {self.uid}")
        if self.ends_at < self.starts_at:
            raise ValueError(f"a showing cannot end before it starts: {self.uid}")

    def title(self, status: Status | None = None) -> str:
        """Return the summary in one line; it says so when the thing is cancelled, as many readers ignore the status."""
        return one_line(f"{self.cancelled_prefix if (status or self.status) is Status.CANCELLED else ''}{self.summary}")

    def place(self) -> str:
        """Return where it is, or else where to join."""
        return one_line(self.location) or address(self.join_url)

    def notes(self) -> str:
        """Return the description and, below it, the links it lacks: few readers show a link's own property."""
        text = clean(self.description).strip()
        links = [link for link in (address(self.join_url), address(self.url)) if link and link not in text]
        return "\n\n".join(part for part in (text, "\n".join(links)) if part)

    def days(self) -> tuple[date, date]:
        """Return the first local day and the day after the last."""
        local = zone(self.timezone)
        first = self.starts_at.astimezone(local).date()
        return first, max((self.ends_at - timedelta(microseconds=1)).astimezone(local).date(), first) + _DAY

    def digest(self) -> str:
        """Return a SHA-256 over the facts; a field added later changes it only where it is used."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the facts that differ from their defaults as values JSON can hold."""
        said = ((field, getattr(self, field.name)) for field in fields(self))
        return {field.name: _plain(value) for field, value in said if value != field.default}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        """Read back what `to_json` made, also by an older writer; unknown names are passed over."""
        return cls(**{field.name: _full(field.name, facts[field.name]) for field in fields(cls) if field.name in facts})


def narrowed(facts: Mapping[str, Any], *, is_online: bool) -> dict[str, Any]:
    """Return the facts of a showing for whoever takes part in one way: online without the place, else without a link.

    Also of one that both ways lead to, as a hybrid event's.
    """
    others = _PLACE if is_online else ("join_url",)
    return {name: value for name, value in facts.items() if name not in others}


def parted(facts: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the facts of a showing for whoever alone has it no more: it goes on without them, and `prefix` says so.

    What is cancelled for everybody stays in those words.
    """
    return dict(facts) if facts.get("status") == Status.CANCELLED else {**facts, "cancelled_prefix": prefix}


def clean(text: str) -> str:
    """Take out what no calendar may carry: control characters and lone surrogates; every kind of line break is one."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """Clean text for a line of its own."""
    return " ".join(clean(text).split())


def address(url: str) -> str:
    """Write an address in ASCII without white space, as the URI type demands."""
    return quote("".join(clean(url).split()), safe="%/:?#[]@!$&'()*+,;=~")


def zone(timezone: str) -> ZoneInfo:
    """Return a zone, or UTC for a name nobody knows: one bad row must not stop a feed."""
    try:
        return zones.zone(timezone)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value


def _full(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name == "status":
        return Status(value)
    return tuple(value) if name == "categories" else value

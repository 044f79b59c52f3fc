"""What the demo says of an event, in one value: contents for the rules, and what happened to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from eventsvc.events.models import LinkKind, PartnerRole

# A line end that is there for the sake of the source: no paragraph, item or heading begins after it.
_WRAPPED = re.compile(r"(?<=\S)\n(?=\S)(?!- |#|\d+\. )")


@dataclass(frozen=True, slots=True)
class Talk:
    """An item of the programme; `day` counts from 0, `starts` and `ends` are hours on the event's clock.

    `speakers` are (name, affiliation, role); `room` and `track` are made when first named. `seats` are its own, if any.
    `recording` and `slides` are addresses of what remains of it.
    """

    day: int
    starts: str
    ends: str
    title: str
    kind: str = "talk"
    room: str = ""
    track: str = ""
    abstract: str = ""
    speakers: tuple[tuple[str, str, str], ...] = ()
    seats: int | None = None
    recording: str = ""
    slides: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """One event of the demo. All times are naive, on the event's own clock.

    `said` has names of `events.contents.ALL` without times. `made` is when its draft was begun. `people` come in after
    registration `opens`, as many as there will be, and `leave` more who think better of it; of ticket `types` (what the
    rules are told of each) they take one after the other, of those for everybody; `code` opens the others, so many
    times. `asks`: it asks what events of its kind usually do. `afterwards` are links put on the page when it is over,
    `note` what is told then. `cancelled` is when, and the sentence to the people.
    """

    slug: str
    said: dict[str, Any]
    starts: datetime | None
    ends: datetime | None
    made: datetime
    opens: datetime | None = None
    closes: datetime | None = None
    people: int = 0
    leave: int = 0
    talks: tuple[Talk, ...] = ()
    types: tuple[dict[str, Any], ...] = ()
    code: tuple[str, int] | None = None
    asks: bool = False
    afterwards: tuple[dict[str, Any], ...] = ()
    note: str = ""
    cancelled: tuple[datetime, str] | None = None
    is_draft: bool = False

    @property
    def timezone(self) -> str:
        return str(self.said.get("timezone", "Europe/Amsterdam"))


@dataclass(frozen=True, slots=True)
class Year:
    """The usual course of an edition: made, opened and closed so long before it begins."""

    made: timedelta = timedelta(days=120)
    opens: timedelta = timedelta(days=90)
    closes: timedelta = timedelta(days=14)


USUAL = Year()
# These people are made up: the rosters of past editions are there to be looked at.
_FOR_EVER = 36_500
SHORT = Year(timedelta(days=50), timedelta(days=35), timedelta(hours=1))


def held(
    slug: str,
    first: str,
    last: str,
    *,
    people: int,
    course: Year = USUAL,
    said: dict[str, Any],
    talks: tuple[Talk, ...] = (),
    afterwards: tuple[dict[str, Any], ...] = (),
    note: str = "",
) -> Edition:
    """Describe an edition that is over, from `first` to `last` (ISO 8601): made, opened and closed in its course."""
    starts, ends = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return Edition(
        slug=slug,
        said={**said, "retention_days": _FOR_EVER},
        starts=starts,
        ends=ends,
        made=starts - course.made,
        opens=starts - course.opens,
        closes=starts - course.closes,
        people=people,
        leave=people // 25,
        talks=talks,
        afterwards=afterwards,
        note=note,
    )


def partners(*hosts: str, **others: list[str]) -> list[dict[str, Any]]:
    """Name hosts, then others by role: `co_organiser=[…]`, `consortium_member=[…]`."""
    named: list[dict[str, Any]] = [{"name": name, "role": PartnerRole.HOST} for name in hosts]
    for role, names in others.items():
        named += [{"name": name, "role": PartnerRole[role.upper()]} for name in names]
    return named


def recording(url: str, label: str = "") -> dict[str, Any]:
    """A recording to be watched afterwards."""
    return {"kind": LinkKind.RECORDING, "url": url, "label": label}


def article(url: str, label: str, language: str) -> dict[str, Any]:
    """An article about the event."""
    return {"kind": LinkKind.ARTICLE, "url": url, "label": label, "language": language}


def prose(written: str) -> str:
    """Write each paragraph as one line, as people type it: pages keep a line end that somebody typed."""
    return _WRAPPED.sub(" ", written)

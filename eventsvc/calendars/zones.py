"""Time zones as calendars need them: each written as the one yearly rule that every reader understands."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import metadata, resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DATA_VERSION = metadata.version("tzdata")

_NAME = re.compile(r"[A-Za-z][\w+-]*(?:/[\w+-]+)*", re.ASCII)
_LABEL = r"(<[-+\w]+>|[A-Za-z]+)"
_OFFSET = r"([-+]?\d+(?::\d+){0,2})"
_DAY = rf"M(\d+)\.(\d)\.(\d)(?:/{_OFFSET})?"
# The last line of a TZif file (RFC 9636 section 3.3): a POSIX TZ string such as CET-1CEST,M3.5.0,M10.5.0/3.
_FOOTER = re.compile(rf"{_LABEL}{_OFFSET}(?:{_LABEL}{_OFFSET}?,{_DAY},{_DAY})?")
_HEADER = struct.Struct(">4sc15x6l")
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_HOUR, _SECOND = timedelta(hours=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Onset:
    """The moment in every year at which an offset begins.

    `week` is 1 to 5, and 5 means the last; `weekday` counts from Sunday as 0; `time` is on the clock before the change.
    """

    name: str
    before: timedelta
    after: timedelta
    month: int
    week: int
    weekday: int
    time: timedelta

    def local(self, year: int) -> datetime:
        """Return the naive moment on the clock before the change."""
        first = datetime(year, self.month, 1)  # noqa: DTZ001 the clock on the wall, which has no zone
        days = (self.weekday - first.isoweekday()) % 7 + 7 * (self.week - 1)
        if (first + timedelta(days=days)).month != self.month:
            days -= 7
        return first + timedelta(days=days) + self.time

    def instant(self, year: int) -> datetime:
        """Return the moment itself, aware, in UTC."""
        return (self.local(year) - self.before).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a zone does every year from now on: one offset, or two that take turns.

    `daylight` is the greater offset, whatever the law calls it: Dublin's winter is a negative saving in the data, and
    readers expect summer to be the exception.
    """

    name: str
    offset: timedelta
    standard: Onset | None = None
    daylight: Onset | None = None

    def offset_at(self, instant: datetime) -> timedelta:
        """Return the offset from UTC at an aware moment."""
        onsets = [onset for year in (instant.year - 1, instant.year) for onset in self.onsets(year)]
        return max((moment, after) for moment, after in onsets if moment <= instant)[1] if onsets else self.offset

    def onsets(self, year: int) -> Iterator[tuple[datetime, timedelta]]:
        """Yield each change of a year: the moment in UTC and the offset that begins there."""
        for onset in (self.standard, self.daylight):
            if onset:
                yield onset.instant(year), onset.after


@cache
def offered() -> tuple[str, ...]:
    """Return the names to choose from, sorted: the cities of zone.tab, without abbreviations and old links, and UTC."""
    rows = (row.split("\t") for row in _file("zone.tab").decode().splitlines() if not row.startswith("#"))
    return tuple(sorted({row[2] for row in rows} | {"UTC"}))


@cache
def zone(timezone: str) -> ZoneInfo:
    """Return a zone as the pinned tzdata knows it, never as the system does, which may be years behind.

    Raises ZoneInfoNotFoundError for a name that is not there.
    """
    if not _NAME.fullmatch(timezone):
        raise ZoneInfoNotFoundError(timezone)
    try:
        with (resources.files("tzdata") / "zoneinfo" / timezone).open("rb") as file:
            return ZoneInfo.from_file(file, key=timezone)
    except (OSError, ValueError) as missing:
        raise ZoneInfoNotFoundError(timezone) from missing


def definition(timezone: str, first: datetime, last: datetime) -> bytes | None:
    """Write the VTIMEZONE that holds for every moment in the calendar years from `first` to `last`, both aware.

    None where one yearly rule cannot say it (an hour outside the day, a rule that changed in those years, an unknown
    name) and for UTC, which needs none: such times are written in UTC.
    """
    return _definition(timezone, first.astimezone(UTC).year, last.astimezone(UTC).year)


# Whole years, so that a thousand sessions ask the same few questions.
@lru_cache(maxsize=4096)
def _definition(timezone: str, first: int, last: int) -> bytes | None:
    try:
        rule = _rule(timezone)
    except ZoneInfoNotFoundError:
        return None
    return vtimezone(timezone) if rule and rule.name != "UTC" and _holds(rule, timezone, first, last) else None


def _holds(rule: Rule, timezone: str, first: int, last: int) -> bool:
    """Compare a rule with the zone on both sides of every change of either; between two changes both stand still."""
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    changes = {moment for year in range(first, last + 1) for moment, _after in rule.onsets(year)}
    changes |= {
        datetime.fromtimestamp(at, UTC) for at in _changes(timezone) if start.timestamp() < at < end.timestamp()
    }
    moments = {start, *changes, *(moment - _SECOND for moment in changes)}
    return all(rule.offset_at(moment) == moment.astimezone(zone(timezone)).utcoffset() for moment in moments)


def has_rule(timezone: str) -> bool:
    """Tell whether one yearly rule says all of a zone from now on, so that `vtimezone` can write it."""
    return _rule(timezone) is not None


@cache
def vtimezone(timezone: str) -> bytes:
    """Write a zone's yearly rule as a VTIMEZONE, for a name that `definition` gave one for.

    RFC 5545 section 3.6.5; one STANDARD and at most one DAYLIGHT, both by RRULE from 1970, because Exchange reads no
    more than that. Raises ValueError where there is no such rule.
    """
    rule = _rule(timezone)
    if rule is None:
        raise ValueError(f"{timezone} has no yearly rule")
    lines = ["BEGIN:VTIMEZONE", f"TZID:{timezone}"]
    if rule.daylight and rule.standard:
        lines += [*_observance("DAYLIGHT", rule.daylight), *_observance("STANDARD", rule.standard)]
    else:
        lines += ["BEGIN:STANDARD", f"TZNAME:{rule.name}", "DTSTART:19700101T000000"]
        lines += [f"TZOFFSETFROM:{_signed(rule.offset)}", f"TZOFFSETTO:{_signed(rule.offset)}", "END:STANDARD"]
    return "\r\n".join([*lines, "END:VTIMEZONE", ""]).encode()


def _observance(kind: str, onset: Onset) -> Iterator[str]:
    yield f"BEGIN:{kind}"
    yield f"TZNAME:{onset.name}"
    yield f"DTSTART:{onset.local(1970):%Y%m%dT%H%M%S}"
    week = -1 if onset.week == 5 else onset.week
    yield f"RRULE:FREQ=YEARLY;BYMONTH={onset.month};BYDAY={week}{_WEEKDAYS[onset.weekday]}"
    yield f"TZOFFSETFROM:{_signed(onset.before)}"
    yield f"TZOFFSETTO:{_signed(onset.after)}"
    yield f"END:{kind}"


def _signed(offset: timedelta) -> str:
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"


@cache
def _rule(timezone: str) -> Rule | None:
    """Read the rule in a zone's footer; None where an RRULE cannot say it."""
    zone(timezone)
    found = _FOOTER.fullmatch(_file(timezone).rstrip(b"\n").rpartition(b"\n")[2].decode())
    if not found:
        return None
    name, west, other, other_west, *days = found.groups()
    offset = -_span(west)
    if other is None:
        return Rule(name.strip("<>"), offset)
    other_offset = -_span(other_west) if other_west else offset + _HOUR
    there = _onset(other, offset, other_offset, days[:4])
    back = _onset(name, other_offset, offset, days[4:])
    if not all(timedelta() <= onset.time < 24 * _HOUR for onset in (there, back)):
        return None
    standard, daylight = (back, there) if other_offset > offset else (there, back)
    return Rule(standard.name, standard.after, standard, daylight)


def _onset(name: str, before: timedelta, after: timedelta, day: list[str | None]) -> Onset:
    month, week, weekday = (int(part or 0) for part in day[:3])
    return Onset(name.strip("<>"), before, after, month, week, weekday, _span(day[3]) if day[3] else 2 * _HOUR)


def _span(text: str) -> timedelta:
    hours, minutes, seconds = (*text.lstrip("+-").split(":"), "0", "0")[:3]
    span = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -span if text.startswith("-") else span


@cache
def _changes(timezone: str) -> tuple[int, ...]:
    """Read the changes a TZif file lists, in seconds since 1970 (RFC 9636 section 3: a short block, then a long)."""
    data = _file(timezone)
    _magic, _version, utc, std, leaps, times, types, letters = _HEADER.unpack_from(data)
    second = _HEADER.size + 5 * times + 6 * types + letters + 8 * leaps + std + utc
    count = _HEADER.unpack_from(data, second)[5]
    return struct.unpack_from(f">{count}q", data, second + _HEADER.size)


@cache
def _file(name: str) -> bytes:
    return (resources.files("tzdata") / "zoneinfo" / name).read_bytes()

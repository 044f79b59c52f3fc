"""Moments and spans of time, written for people in a zone and a language.

Moments are aware and in UTC; `timezone` is an IANA name, `locale` a language such as `en` or `nl`. An all-day span runs
from local midnight to the local midnight after its last day. All is pure, and kept: pages write the same moments often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names, get_month_names, get_timezone_location

_KEPT = 4096
_TO = {"en": "to", "nl": "tot"}
_THROUGH = {"en": "to", "nl": "t/m"}
_ZONE = {"en": "{city} time", "nl": "tijd in {city}"}
# Where the tz name lost its accents and CLDR does not give them back in English.
_CITIES = {"America/Sao_Paulo": "São Paulo", "America/Bogota": "Bogotá", "America/Asuncion": "Asunción"}
# An evening that ends before this hour belongs to the day on which it began.
_SMALL_HOURS = time(6)


@dataclass(frozen=True, slots=True)
class Block:
    """A date set large: `4–8`, `July 2022`, `Monday to Friday`. `is_long`: the days name their months."""

    days: str
    month: str
    weekday: str
    iso: str
    is_long: bool


@lru_cache(_KEPT)
def block(starts_at: datetime, ends_at: datetime, timezone: str, locale: str, is_all_day: bool = False) -> Block:
    """Set a span as a date block."""
    first, last = _days(starts_at, ends_at, timezone, is_all_day)
    weekday = _weekday(first, locale, "wide")
    if last != first:
        weekday = f"{weekday} {_word(_THROUGH, locale)} {_weekday(last, locale, 'wide')}"
    is_long = (first.year, first.month) != (last.year, last.month)
    if is_long:
        days = f"{_day_and_month(first, locale)}–{_day_and_month(last, locale)}"
        month = str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    else:
        days = str(first.day) if first == last else f"{first.day}–{last.day}"
        month = f"{_month(first, locale)} {first.year}"
    return Block(days, month, weekday, first.isoformat(), is_long)


@lru_cache(_KEPT)
def span(
    starts_at: datetime,
    ends_at: datetime,
    timezone: str,
    locale: str,
    is_all_day: bool = False,
    *,
    has_year: bool | None = None,
) -> str:
    """Write a span in words: `Mon 30 May 2022, 09:30 to 17:00`, `Mon 4 July 09:00 to Fri 8 July 16:00`.

    `has_year` None: several days with hours name their years only where these differ, all else does.
    """
    first, last = _days(starts_at, ends_at, timezone, is_all_day)
    if is_all_day:
        return _span_of_days(first, last, locale, has_year is not False)
    from_hour, to_hour = hour(starts_at, timezone), hour(ends_at, timezone)
    to = _word(_TO, locale)
    last = _local(ends_at, timezone).date()
    if first == last:
        return f"{_short(first, locale, has_year is not False)}, {from_hour} {to} {to_hour}"
    years = first.year != last.year if has_year is None else has_year
    return f"{_short(first, locale, years)} {from_hour} {to} {_short(last, locale, years)} {to_hour}"


@lru_cache(_KEPT)
def dates(starts_at: datetime, ends_at: datetime, timezone: str, locale: str, is_all_day: bool = False) -> str:
    """Write the days of a span in one short line: `30 May 2022`, `4–8 July 2022`, `30 May–3 June 2022`."""
    written = block(starts_at, ends_at, timezone, locale, is_all_day)
    return f"{written.days} {written.month}"


@lru_cache(_KEPT)
def day(at: datetime, timezone: str, locale: str) -> str:
    """Write a day: `Mon 30 May 2022`."""
    return _short(_local(at, timezone).date(), locale, True)


@lru_cache(_KEPT)
def days(starts_at: datetime, ends_at: datetime, timezone: str, locale: str, is_all_day: bool = False) -> str:
    """Write the days of a span: `Mon 30 May 2022`, `Mon 4 to Fri 8 July 2022`."""
    first, last = _days(starts_at, ends_at, timezone, is_all_day)
    return _span_of_days(first, last, locale, True)


def on(date_: date, locale: str) -> str:
    """Write a date that has no hour: `Mon 30 May 2022`."""
    return _short(date_, locale, True)


@lru_cache(_KEPT)
def near_day(at: datetime, timezone: str, locale: str, *, has_weekday: bool = False) -> str:
    """Write a day of a year that is plain from its surroundings: `30 May`, `Mon 30 May`."""
    local = _local(at, timezone).date()
    return _short(local, locale, False) if has_weekday else _day_and_month(local, locale)


@lru_cache(_KEPT)
def moment(at: datetime, timezone: str, locale: str) -> str:
    """Write a moment: `Mon 9 May 2022, 23:59`."""
    return f"{day(at, timezone, locale)}, {hour(at, timezone)}"


@lru_cache(_KEPT)
def near_moment(at: datetime, timezone: str, locale: str) -> str:
    """Write a moment of a year that is plain from its surroundings: `4 May, 09:00`."""
    return f"{near_day(at, timezone, locale)}, {hour(at, timezone)}"


@lru_cache(_KEPT)
def hour(at: datetime, timezone: str) -> str:
    """Write the hour of a moment: `09:30`."""
    return _local(at, timezone).strftime("%H:%M")


@lru_cache(_KEPT)
def plain_hour(at: datetime, timezone: str) -> str:
    """Write the hour of a moment, with the zone's letters where the clock shows that hour twice: `02:30 CET`."""
    local = _local(at, timezone)
    is_repeated = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{hour(at, timezone)} {_abbreviation(local)}" if is_repeated else hour(at, timezone)


@lru_cache(_KEPT)
def zone_name(timezone: str, at: datetime, locale: str, city: str | None = None) -> str:
    """Name a zone as it stands at a moment: `Leiden time (CEST)`, `Kathmandu time (UTC+5:45)`.

    `city` names it otherwise than by the zone's own city.
    """
    short = _abbreviation(_local(at, timezone))
    if not city and ("/" not in timezone or timezone.startswith("Etc/")):
        return short
    name = city or zone_city(timezone, locale)
    return f"{_word(_ZONE, locale).format(city=name)} ({short})"


@lru_cache(_KEPT)
def zone_city(timezone: str, locale: str) -> str:
    """Name the city a zone is known by: `Kathmandu`."""
    return _CITIES.get(timezone) or get_timezone_location(ZoneInfo(timezone), locale=locale, return_city=True)


@lru_cache(_KEPT)
def is_same_clock(timezone: str, other: str, at: datetime) -> bool:
    """Tell whether two zones show the same hour at a moment."""
    return _local(at, timezone).utcoffset() == _local(at, other).utcoffset()


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))


def _days(starts_at: datetime, ends_at: datetime, timezone: str, is_all_day: bool) -> tuple[date, date]:
    """Return the first and the last day that people would name."""
    first, end = _local(starts_at, timezone), _local(ends_at, timezone)
    last = end.date()
    # Midnight ends the day before it, and so do the small hours after an evening.
    reaches_over = end.time() == time(0) or (end.time() < _SMALL_HOURS and not is_all_day)
    if reaches_over and last > first.date():
        last -= timedelta(days=1)
    return first.date(), last


def _span_of_days(first: date, last: date, locale: str, has_year: bool) -> str:
    if first == last:
        return _short(first, locale, has_year)
    through = _word(_THROUGH, locale)
    if (first.year, first.month) == (last.year, last.month):
        begin = f"{_weekday(first, locale, 'abbreviated')} {first.day}"
    else:
        begin = _short(first, locale, has_year and first.year != last.year)
    return f"{begin} {through} {_short(last, locale, has_year)}"


def _short(on: date, locale: str, has_year: bool) -> str:
    written = f"{_weekday(on, locale, 'abbreviated')} {_day_and_month(on, locale)}"
    return f"{written} {on.year}" if has_year else written


def _day_and_month(on: date, locale: str) -> str:
    return f"{on.day} {_month(on, locale)}"


def _weekday(on: date, locale: str, width: str) -> str:
    return _weekdays(locale, width)[on.weekday()]


@lru_cache(64)
def _weekdays(locale: str, width: str) -> tuple[str, ...]:
    names = get_day_names(width, "format", locale=Locale.parse(locale))  # type: ignore[arg-type]
    return tuple(names[n] for n in range(7))


def _month(on: date, locale: str) -> str:
    return _months(locale)[on.month - 1]


@lru_cache(64)
def _months(locale: str) -> tuple[str, ...]:
    names = get_month_names("wide", "format", locale=Locale.parse(locale))
    return tuple(names[n] for n in range(1, 13))


def _abbreviation(local: datetime) -> str:
    """Return the zone's letters where it has some, else its distance from UTC (tz names many zones by digits only)."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _word(words: dict[str, str], locale: str) -> str:
    return words.get(locale[:2], words["en"])

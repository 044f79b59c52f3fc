"""Dates, times and lengths in the ways people write them in tables, in English and Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NoReturn

from flask_babel import gettext as _

from eventsvc.events import wall
from eventsvc.events.fields import FIRST_YEAR, LAST_YEAR
from eventsvc.programme.formats.plan import Setting
from eventsvc.programme.slots import DAY_BEGINS

_MONTH_NAMES = (
    "january januari jan", "february februari feb", "march maart mar mrt", "april apr", "may mei", "june juni jun",
    "july juli jul", "august augustus aug", "september sept sep", "october oktober oct okt", "november nov",
    "december dec",
)  # fmt: skip
_DAY_NAMES = (
    "monday maandag mon ma", "tuesday dinsdag tue tues di", "wednesday woensdag wed wo",
    "thursday donderdag thu thur thurs do", "friday vrijdag fri vr", "saturday zaterdag sat za", "sunday zondag sun zo",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_WEEKDAYS = {name: number for number, names in enumerate(_DAY_NAMES) for name in names.split()}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = re.compile(r"(" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b\.?,?\s*", re.IGNORECASE)
_END = r"(?![\d:]|\.\d)"
_DATES = tuple(
    re.compile(pattern + _END, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<year>\d{4}|\d{2})",
        rf"(?P<d>\d{{1,2}})(st|nd|rd|th|e)?[.\s-]+(of\s+)?{_MONTH}([\s,-]+(?P<year>\d{{4}}))?",
        rf"{_MONTH}\s+(?P<d>\d{{1,2}})(st|nd|rd|th)?(,?\s+(?P<year>\d{{4}}))?(?!\s*[ap]\.?m\b)",
        r"(?P<d>\d{1,2})/(?P<m>\d{1,2})",
    )
)
_DAY_AND_MONTH = re.compile(r"(?P<d>\d{1,2})[-.](?P<m>\d{1,2})\.?")
_NUMBERED = re.compile(r"(day|dag)\s+(?P<number>\d{1,2})\b", re.IGNORECASE)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(\s*([:.]|u|h|uur)\s*(?P<minute>\d{2})(:\d{2})?)?\s*(?P<half>[ap])?(?(half)\.?m\.?)"
    r"\s*(uur|u|h|hrs|hours?|o'?clock)?",
    re.IGNORECASE,
)
_FOUR = re.compile(r"(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)\s*(uur|u|h|hrs)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[-–—−]+|\b(?:to|tot|until|till|t/m)\b)\s*", re.IGNORECASE)
_FILLERS = re.compile(r"^[\s,;|@]*(?:\b(?:at|om|van|from|between|tussen)\b)?[\s,:]*|[\s,;]+$", re.IGNORECASE)
_LENGTHS = (
    re.compile(r"(?P<hours>\d{1,3})\s*[:hu]\s*(?P<minutes>\d{2})\s*(m|min)?\.?", re.IGNORECASE),
    re.compile(r"(?P<hours>\d{1,3}([.,]\d+)?)\s*(uur|uren|u|h|hrs?|hours?)\.?", re.IGNORECASE),
    re.compile(r"(?P<minutes>\d{1,5})\s*('|′|m|min|mins|minutes?|minuten|minuut)?\.?", re.IGNORECASE),
)


_LONGEST = 200


class Puzzle(Exception):
    """Something cannot be read; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class When:
    """What a cell tells of time: a day, an hour, the hour after it; or `at`, a moment with its own zone."""

    on: date | None = None
    begins: time | None = None
    ends: time | None = None
    at: datetime | None = None


def read(text: str, setting: Setting) -> When:
    """Read a cell with a date, a time, both, or a time and the one it lasts until. Raises Puzzle."""
    said = _folded(text)
    if exact := _exact(said):
        return exact
    on, rest = _take_date(said, setting)
    rest = _FILLERS.sub("", rest)
    if not rest:
        return When(on)
    begins, ends = _hours(rest, text)
    return When(on, begins, ends)


def read_date(text: str, setting: Setting) -> date:
    """Read a cell of a column of dates. Raises Puzzle."""
    said = _folded(text)
    if exact := _exact(said):
        return exact.on or _never(text)
    on, rest = _take_date(said, setting)
    if on is None:
        weekday, rest = _take_weekday(said)
        found = _DAY_AND_MONTH.fullmatch(rest)
        if not found:
            _never(text)
        on, rest = _dated(int(found["d"]), int(found["m"]), None, weekday, setting), ""
    if _FILLERS.sub("", rest):
        _never(text)
    return on


def read_length(text: str) -> timedelta:
    """Read how long something lasts: 45, 45 min, 1:30, 1u30, 1.5 hours. Raises Puzzle."""
    said = _folded(text)
    for pattern in _LENGTHS:
        if found := pattern.fullmatch(said):
            parts = found.groupdict()
            hours = float((parts.get("hours") or "0").replace(",", "."))
            length = timedelta(minutes=round(hours * 60) + int(parts.get("minutes") or 0))
            if timedelta(0) < length < timedelta(days=60):
                return length
    raise Puzzle(_("“%(said)s” is no length. Write minutes, as 45, or hours, as 1:30.", said=said))


def moment(on: date, at: time, setting: Setting) -> datetime:
    """Return the moment of an hour on a day of the programme: before five it is the night after that day.

    Raises SkippedHour, and Puzzle for a year that no event is in.
    """
    _check_year(on)
    day = on + timedelta(days=1) if at < DAY_BEGINS else on
    return exactly(datetime.combine(day, at), setting)


def exactly(shown: datetime, setting: Setting) -> datetime:
    """Return the moment that a clock at the event shows; one with a zone of its own stays.

    Raises SkippedHour, and Puzzle for a year that no event is in.
    """
    _check_year(shown)
    return shown if shown.tzinfo else wall.moment(shown, setting.timezone)


def _check_year(on: date) -> None:
    """Raise Puzzle for what a calendar has no days beside: the first year, the last."""
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Puzzle(_("Is this the right year?"))


def _folded(text: str) -> str:
    if len(text) > _LONGEST:
        _never(text)
    return " ".join(text.split())


def _exact(said: str) -> When | None:
    """Read ISO 8601, as files and spreadsheets write it: such a moment is meant as it stands."""
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d", said):
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return When(at.date(), at=at)


def _take_date(said: str, setting: Setting) -> tuple[date | None, str]:
    weekday, rest = _take_weekday(said)
    for pattern in _DATES:
        if found := pattern.match(rest):
            parts = found.groupdict()
            month = _MONTHS[parts["month"].lower().rstrip(".")] if parts.get("month") else int(parts["m"])
            on = _dated(int(parts["d"]), month, parts.get("year"), weekday, setting)
            return on, rest[found.end() :]
    if found := _NUMBERED.match(rest):
        return _day_number(int(found["number"]), setting), rest[found.end() :]
    if weekday is not None:
        return _next_weekday(weekday, setting), rest
    return None, said


def _take_weekday(said: str) -> tuple[int | None, str]:
    found = _WEEKDAY.match(said)
    return (_WEEKDAYS[found[1].lower()], said[found.end() :]) if found else (None, said)


def _dated(day: int, month: int, year: str | None, weekday: int | None, setting: Setting) -> date:
    if month > 12 >= day:
        day, month = month, day
    try:
        if year:
            on = date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        else:
            on = _nearest(day, month, setting)
    except ValueError:
        raise Puzzle(_("There is no day %(day)s-%(month)s.", day=day, month=month)) from None
    if weekday is not None and on.weekday() != weekday:
        raise Puzzle(_("%(date)s is another day of the week than the one written beside it.", date=on.isoformat()))
    return on


def _nearest(day: int, month: int, setting: Setting) -> date:
    """Give a day and month the year that brings them closest to the event."""
    if setting.first is None:
        raise Puzzle(_("The event has no date yet, so write the year too."))
    first = setting.first
    years = [year for year in range(first.year - 1, first.year + 2) if _exists(year, month, day)]
    if not years:
        raise ValueError
    return min((date(year, month, day) for year in years), key=lambda on: abs(on - first))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day_number(number: int, setting: Setting) -> date:
    if setting.first is None:
        raise Puzzle(_("The event has no date yet, so write the date itself."))
    return setting.first + timedelta(days=number - 1)


def _next_weekday(weekday: int, setting: Setting) -> date:
    if setting.first is None:
        raise Puzzle(_("The event has no date yet, so write the date itself."))
    return setting.first + timedelta(days=(weekday - setting.first.weekday()) % 7)


def _hours(rest: str, text: str) -> tuple[time, time | None]:
    pieces = [piece for piece in _BETWEEN.split(rest) if piece]
    if not 1 <= len(pieces) <= 2:
        _never(text)
    found = [_TIME.fullmatch(piece) or _FOUR.fullmatch(piece) or _never(text) for piece in pieces]
    times = list(_times(found, text))
    return times[0], times[1] if len(times) == 2 else None


def _times(found: list[re.Match[str]], text: str) -> Iterator[time]:
    last = found[-1]
    for each in found:
        parts = each.groupdict()
        hour, minute, half = int(parts["hour"]), int(parts["minute"] or 0), parts.get("half")
        # "2-3 pm" is meant as both; "10-1 pm" is not.
        if not half and last.groupdict().get("half") and hour % 12 <= int(last["hour"]) % 12:
            half = last["half"]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half.lower() == "p" else 0)
        if hour == 24 and minute == 0:
            hour = 0
        if hour > 23 or minute > 59:
            _never(text)
        yield time(hour, minute)


def _never(text: str) -> NoReturn:
    said = " ".join(text[:_LONGEST].split())[:60]
    raise Puzzle(_("“%(said)s” is no date or time that we can read.", said=said))

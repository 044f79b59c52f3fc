"""What the two schedule formats share: moments, lengths, and the days that sessions stand under."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from flask_babel import gettext as _

from eventsvc.events.errors import SkippedHour
from eventsvc.programme import slots
from eventsvc.programme.formats import times
from eventsvc.programme.formats.plan import Planned, Setting
from eventsvc.programme.formats.times import Puzzle

_LENGTH = re.compile(r"((?P<days>\d{1,3}):)?(?P<hours>\d{1,3}):(?P<minutes>\d\d)(:\d\d)?")


def span(
    moment: str, day: date | None, start: str, length: str, setting: Setting
) -> tuple[datetime, datetime] | tuple[None, None]:
    """Read when a session is: from its own moment, else from the day it stands under and its hour. Raises Puzzle."""
    try:
        begins = _begins(moment, day, start, setting)
    except SkippedHour as refused:
        raise Puzzle(str(refused.sentence)) from None
    if begins is None:
        return None, None
    return begins, begins + _read_length(length)


def _begins(moment: str, day: date | None, start: str, setting: Setting) -> datetime | None:
    if "T" in moment or " " in moment.strip():
        found = times.read(moment, setting)
        if found.at is None:
            raise Puzzle(_("“%(said)s” is no date or time that we can read.", said=moment[:60]))
        return times.exactly(found.at, setting)
    if not start:
        return None
    on = times.read_date(moment, setting) if moment else day
    hour = times.read(start, setting)
    if hour.begins is None or on is None:
        raise Puzzle(_("“%(said)s” is no date or time that we can read.", said=f"{moment} {start}"[:60]))
    return times.moment(on, hour.begins, setting)


def _read_length(written: str) -> timedelta:
    found = _LENGTH.fullmatch(written.strip())
    if not found:
        return times.read_length(written)
    length = timedelta(days=int(found["days"] or 0), hours=int(found["hours"]), minutes=int(found["minutes"]))
    if not length:
        raise Puzzle(_("It lasts no time at all."))
    return length


def length(planned: Planned) -> str:
    """Write how long a session lasts: 01:30."""
    minutes = round((planned.said["ends_at"] - planned.said["starts_at"]) / timedelta(minutes=1))
    return f"{minutes // 60:02}:{minutes % 60:02}"


def by_day(sessions: Iterable[Planned], timezone: str) -> Iterator[tuple[date, list[Planned]]]:
    """Sort the sessions that have a time into days of the programme."""
    timed = sorted((each for each in sessions if each.said.get("starts_at")), key=lambda each: each.said["starts_at"])
    for on, found in groupby(timed, lambda each: slots.day_of(each.said["starts_at"], timezone)):
        yield on, list(found)


def by_room(sessions: Iterable[Planned]) -> dict[str, list[Planned]]:
    """Sort sessions by their main room, "" for none."""
    found: dict[str, list[Planned]] = {}
    for each in sessions:
        found.setdefault(next(iter(each.said.get("rooms") or ()), ""), []).append(each)
    return found


def number(source_id: str | None) -> int:
    """Make the number that readers of schedules want beside an id: always the same for the same one."""
    return zlib.crc32((source_id or "").encode())

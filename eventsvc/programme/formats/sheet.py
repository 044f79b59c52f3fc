"""Rows of cells as a programme, and a programme as rows of cells."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from eventsvc.calendars import zones
from eventsvc.events.errors import SkippedHour
from eventsvc.programme import slots
from eventsvc.programme.formats import layouts, people, times, words
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.formats.plan import Gathering, Plan, Planned, Setting
from eventsvc.programme.formats.times import Puzzle, When
from eventsvc.programme.formats.words import Column
from eventsvc.tables import Cell, Row, Unreadable, headings

HEAD = (
    "ID", "Title", "Start", "End", "Room", "Track", "Kind", "Language", "Abstract", "Speakers", "Affiliations", "Roles",
    "Seats", "Part of", "Status",
)  # fmt: skip


def read(rows: Sequence[Row], laid: Layout, setting: Setting) -> Plan:
    """Read the sessions of a table. Raises Unreadable for one without titles."""
    if Column.TITLE not in laid.columns:
        raise Unreadable(_("No column holds titles. Say which one does."), line=laid.head)
    if not laid.is_sure:
        told = _(
            "There are neither headings nor times in it that we know. Say what the columns hold, if it is a table."
        )
        raise Unreadable(told)
    gathering = Gathering()
    lines = list(_lines(rows, laid, setting))
    ends = _followers(lines)
    for line in lines:
        line.add_to(gathering, ends.get(line.number), setting)
    return gathering.plan()


def write(planned: Iterable[Planned], timezone: str) -> Iterator[list[Cell]]:
    """Write sessions as rows below `HEAD`; hours as the clock at the event shows them."""
    for each in planned:
        said = each.said
        names, places, roles = people.write(said.get("people") or ())
        yield [
            each.source_id,
            each.title,
            _shown(said.get("starts_at"), timezone),
            _shown(said.get("ends_at"), timezone),
            "\n".join(said.get("rooms") or ()),
            said.get("track") or "",
            said["kind"].value if said.get("kind") else "",
            said.get("language") or "",
            said.get("abstract") or "",
            names,
            places,
            roles,
            said.get("capacity"),
            said.get("parent") or "",
            "cancelled" if said.get("is_cancelled") else "planned",
        ]


# What is longer and ends by an hour of the next day is a slip.
_LONGEST_NIGHT = timedelta(hours=12)


class _Line:
    """One row on its way to a session: its cells by what they hold, and the day it stands under."""

    def __init__(self, number: int, cells: dict[Column, str], day: date | None, setting: Setting) -> None:
        self.number, self.cells, self.day = number, cells, day
        self.puzzle: str | None = None
        self.starts_at: datetime | None = None
        self.ends_at: datetime | None = None
        try:
            self._tell_time(setting)
        except (Puzzle, SkippedHour) as puzzle:
            self.puzzle = str(puzzle.sentence)

    @property
    def place(self) -> str:
        """The room, "" for none, as it is compared."""
        return headings.plain(self.cells.get(Column.ROOM, ""))

    @property
    def has_start(self) -> bool:
        return bool(self.cells.get(Column.START))

    def _tell_time(self, setting: Setting) -> None:
        begins = times.read(self.cells.get(Column.START, ""), setting) if self.has_start else When()
        self.day = begins.on or self.day
        self.starts_at = self._moment(begins, setting)
        if self.starts_at is None:
            return
        if begins.ends:
            self.ends_at = self._after(When(begins=begins.ends), setting)
        elif written := self.cells.get(Column.END):
            self.ends_at = self._after(times.read(written, setting), setting)
        elif written := self.cells.get(Column.DURATION):
            self.ends_at = self.starts_at + times.read_length(written)

    def _moment(self, when: When, setting: Setting) -> datetime | None:
        if when.at:
            return times.exactly(when.at, setting)
        if when.begins is None:
            return None
        day = when.on or self.day
        if day is None:
            raise Puzzle(_("No date stands here or above, and the event has none yet."))
        return times.moment(day, when.begins, setting)

    def _after(self, when: When, setting: Setting) -> datetime | None:
        """Return the moment of an end; an hour before the beginning is of the next day. Raises Puzzle for a slip."""
        found = self._moment(when, setting)
        if found and when.at is None and when.on is None and self.starts_at and found <= self.starts_at:
            found = slots.on_another_day(found, 1, setting.timezone)
            if found - self.starts_at > _LONGEST_NIGHT:
                raise Puzzle(_("It would end before it begins."))
        return found

    def add_to(self, gathering: Gathering, follower: datetime | None, setting: Setting) -> None:
        """Hand the session over, or say why it cannot be read."""
        title = self.cells.get(Column.TITLE, "")
        ends_at = self.ends_at or follower
        if self.puzzle is None and self.starts_at and ends_at is None:
            self.puzzle = _("It has a beginning, no end and no length, and nothing follows it that day.")
        try:
            said = _said(self.cells)
        except Puzzle as puzzle:
            said, self.puzzle = {}, self.puzzle or puzzle.sentence
        if self.puzzle:
            gathering.problem(self.number, title or " ".join(self.cells.values()), self.puzzle)
            return
        if Column.START in self.cells:
            said |= {"starts_at": self.starts_at, "ends_at": ends_at if self.starts_at else None}
        gathering.add(self.number, self.cells.get(Column.ID), said)


def _lines(rows: Sequence[Row], laid: Layout, setting: Setting) -> Iterator[_Line]:
    """Read the rows below the headings, and carry down a date that is given once."""
    # An event of one day needs no dates.
    day = setting.first if setting.first == setting.last else None
    for row in rows:
        if laid.head is not None and (row.line <= laid.head or _is_head(row, laid)):
            above = row.cells if row.line < laid.head else ()
            day = next(filter(None, (layouts.date_in(cell, setting) for cell in above if cell)), day)
            continue
        cells = {column: cell for column, cell in zip(laid.columns, row.cells, strict=False) if column}
        for column in laid.columns:
            if column:
                cells.setdefault(column, "")
        filled = [cell for cell in row.cells if cell]
        if len(filled) == 1 and (alone := layouts.date_in(filled[0], setting)):
            day = alone
            continue
        written, puzzle = cells.get(Column.DATE), None
        if written:
            try:
                day = times.read_date(written, setting)
            except Puzzle as wrong:
                puzzle = wrong.sentence
        line = _Line(row.line, cells, day, setting)
        line.puzzle = puzzle or line.puzzle
        day = line.day or day
        yield line


def _is_head(row: Row, laid: Layout) -> bool:
    """Tell whether the headings stand here again, as above each day of a table in parts."""
    return [cell for cell in row.cells if cell] == [cell for cell in laid.headings if cell]


def _followers(lines: Sequence[_Line]) -> dict[int, datetime]:
    """Return when each line that has only a beginning ends: when the next one begins, in its room if it names one."""
    begun: dict[tuple[date | None, str], list[datetime]] = {}
    for line in lines:
        if line.starts_at:
            for place in {"", line.place}:
                begun.setdefault((line.day, place), []).append(line.starts_at)
    for moments in begun.values():
        moments.sort()
    found = ((line, _next(line, begun)) for line in lines if line.starts_at and line.ends_at is None)
    return {line.number: moment for line, moment in found if moment}


def _next(line: _Line, begun: dict[tuple[date | None, str], list[datetime]]) -> datetime | None:
    """Return the first beginning after a line's own: in its room, else anywhere that day."""
    assert line.starts_at is not None
    for place in (line.place, ""):
        moments = begun[line.day, place]
        after = bisect_right(moments, line.starts_at)
        if after < len(moments):
            return moments[after]
    return None


def _said(cells: dict[Column, str]) -> dict[str, Any]:
    """Return what the cells say besides the time; an empty cell says that there is none. Raises Puzzle."""
    said: dict[str, Any] = {"title": cells.get(Column.TITLE, "")}
    if Column.ABSTRACT in cells:
        said["abstract"] = cells[Column.ABSTRACT]
    if Column.ROOM in cells:
        said["rooms"] = tuple(re.split(r"\n|;|\s\+\s", cells[Column.ROOM]))
    if Column.TRACK in cells:
        said["track"] = cells[Column.TRACK]
    if kind := words.kind(cells.get(Column.KIND, "")):
        said["kind"] = kind
    if Column.LANGUAGE in cells:
        said["language"] = _language(cells[Column.LANGUAGE])
    if Column.SPEAKERS in cells:
        roles, places = cells.get(Column.ROLES), cells.get(Column.AFFILIATIONS)
        said["people"] = people.read(cells[Column.SPEAKERS], places, roles, cells.get(Column.EMAIL))
    if Column.SEATS in cells:
        said["capacity"] = _seats(cells[Column.SEATS])
    if Column.PARENT in cells:
        said["parent"] = cells[Column.PARENT].strip() or None
    if cells.get(Column.STATUS):
        said["is_cancelled"] = words.is_cancelled(cells[Column.STATUS])
    return said


def _language(written: str) -> str | None:
    if not written.strip():
        return None
    code = words.language(written)
    if code is None:
        raise Puzzle(_("“%(said)s” is no language that we know. Write its code, as en or nl.", said=written.strip()))
    return code


def _seats(written: str) -> int | None:
    if not written.strip():
        return None
    digits = re.sub(r"[\s.,]", "", written)
    if not digits.isdecimal() or not 1 <= int(digits[:9]) <= 100_000:
        raise Puzzle(_("“%(said)s” is no number of seats.", said=written.strip()[:60]))
    return int(digits)


def _shown(at: datetime | None, timezone: str) -> Cell:
    """Write a moment as a spreadsheet knows it; with its distance from UTC in the hour that autumn has twice."""
    if at is None:
        return ""
    local = at.astimezone(zones.zone(timezone))
    is_plain = local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset()
    if is_plain and not (local.second or local.microsecond):
        return local.replace(tzinfo=None)
    return local.isoformat(" ")

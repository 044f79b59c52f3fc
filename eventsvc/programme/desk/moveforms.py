"""The forms that move sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField

from eventsvc import when
from eventsvc.events import wall
from eventsvc.events.errors import SkippedHour
from eventsvc.events.fields import FIRST_YEAR, LAST_YEAR, Day, Revision, WallTime, Whole, choices, naive, number, take
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import blocks, slots, timetable
from eventsvc.programme.models import Room, Session, SessionStatus
from eventsvc.programme.slots import Slot

_WEEK = 7 * 24 * 60
_LONGEST = timedelta(minutes=_WEEK)


class MoveForm(FlaskForm):
    """Where a session goes: from when, how long, and in which rooms; the beginning as the clock at the event shows it.

    A slot that was dropped on or offered wins over what is typed, and leaves further rooms as they are unless these
    were sent along.
    """

    revision = Revision()
    starts_at = WallTime(_l("Begins"))
    minutes = Whole(_l("Minutes"), 1, _WEEK)
    room_id = SelectField(_l("Room"), coerce=int)
    further_rooms = SelectMultipleField(_l("Further rooms"), coerce=int)

    def __init__(self, event: Event, session: Session, *, is_fresh: bool = False) -> None:
        self._event = event
        self._slot: Slot | None = None
        self._is_unread = False
        shown = (
            {}
            if self._is_dropped() and not is_fresh
            else {
                "revision": session.revision,
                "starts_at": naive(wall.clock(session.starts_at, event.timezone)) if session.starts_at else None,
                "minutes": _minutes(session),
                "room_id": session.room_id or 0,
                "further_rooms": [room.id for room in session.further_rooms],
            }
        )
        super().__init__(**({"formdata": None} if is_fresh else {}), data=shown)
        asked = sa.select(Room.id, Room.name).where(Room.event_id == event.id).order_by(Room.position, Room.name)
        rooms = [(number, name) for number, name in db.session.execute(asked)]
        self.room_id.choices = choices([(0, _l("to follow")), *rooms])
        self.further_rooms.choices = choices(rooms)

    @staticmethod
    def _is_dropped() -> bool:
        """Tell whether a slot alone was sent, as the timetable does: what the session has need not be read for it."""
        return "slot" in request.form and "says_rooms" not in request.form

    def place(self) -> str:
        """Name the room that is chosen."""
        return next((str(choice.label) for choice in self.room_id.choices if choice.value == self.room_id.data), "")

    def take_slot(self, said: str) -> None:
        """Fill in a slot, as `forms.offered` writes it; one that cannot be read is refused."""
        moments, _comma, room = said.rpartition(",")
        slot = _slot(moments, self._event.timezone)
        self._is_unread = slot is None
        if slot is None:
            return
        self._slot = slot
        take(self.starts_at, naive(wall.clock(slot.starts_at, self._event.timezone)))
        take(self.minutes, int(slot.length / timedelta(minutes=1)))
        if _is_number(room):
            take(self.room_id, int(room))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        if self._is_unread:
            self.starts_at.errors, is_valid = [_("That slot cannot be read. Write when it begins.")], False
        for box, sentence in ((self.starts_at, _("Say when it begins.")), (self.minutes, _("Say how long it lasts."))):
            if box.data is None and not box.errors:
                box.errors, is_valid = [sentence], False
        return self._read() and is_valid

    def reopen(self, session: Session) -> None:
        """Let the form be sent again after a no, now that whoever sent it is shown what came meanwhile."""
        take(self.revision, session.revision)
        if not self._says_rooms():
            take(self.further_rooms, [room.id for room in session.further_rooms])

    def said(self) -> dict[str, Any]:
        """Return what the rule is told."""
        assert self._slot is not None
        further = sorted(set(self.further_rooms.data or ()) - {self.room_id.data}) if self._says_rooms() else None
        return {
            "starts_at": self._slot.starts_at,
            "ends_at": self._slot.ends_at,
            "room_id": self.room_id.data or None,
            "further_rooms": further,
            "revision": self.revision.opened_at,
        }

    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return what is sent again with another slot, or with leave to clash."""
        if self._slot is None:
            return ()
        slot = _written(self._slot, self.room_id.data or 0)
        rooms = [("further_rooms", str(number)) for number in self.further_rooms.data or ()]
        return (("slot", slot), *((("says_rooms", "1"), *rooms) if self._says_rooms() else ()))

    def _says_rooms(self) -> bool:
        return "starts_at" in request.form or "says_rooms" in request.form

    def _read(self) -> bool:
        if self._slot is not None or self.starts_at.errors or self.minutes.errors:
            return self._slot is not None
        try:
            begins = wall.moment(self.starts_at.data, self._event.timezone)
            self._slot = Slot(begins, begins + timedelta(minutes=self.minutes.data or 0))
        except SkippedHour as refused:
            self.starts_at.errors = [refused.sentence]
            return False
        return True


@dataclass(frozen=True, slots=True)
class Dropped:
    """A slot that was dropped on, as the timetable sends it, read without drawing a form; what MoveForm says of one."""

    slot: Slot
    room: str
    revision: str

    @classmethod
    def read(cls, sent: Mapping[str, str], timezone: str) -> Dropped | None:
        """Return what was dropped; None for anything that a form is to look at, and to tell what is wrong with it.

        `day` is where it goes when that is another day than the slot's: at the same hour of the clock there.
        """
        moments, _comma, room = sent.get("slot", "").rpartition(",")
        if "says_rooms" in sent or "starts_at" in sent or "instead" in sent or not _is_number(room):
            return None
        slot = _slot(moments, timezone)
        if slot is not None and "day" in sent:
            slot = _on_day(slot, sent["day"], timezone)
        return cls(slot, room, sent.get("revision", "")) if slot is not None and _is_plain(slot) else None

    def said(self) -> dict[str, Any]:
        """As MoveForm's."""
        slot = {"starts_at": self.slot.starts_at, "ends_at": self.slot.ends_at}
        return slot | {"room_id": int(self.room) or None, "further_rooms": None, "revision": number(self.revision)}

    def carried(self) -> tuple[tuple[str, str], ...]:
        """As MoveForm's."""
        return (("slot", _written(self.slot, int(self.room))),)


def _slot(said: str, timezone: str) -> Slot | None:
    """Read a slot as `forms.offered` writes it, without its room; None for one that no clock of the zone shows."""
    try:
        slot = Slot(*(datetime.fromisoformat(moment) for moment in said.split("/")))
        wall.clock(slot.starts_at, timezone), wall.clock(slot.ends_at, timezone)
        return slot
    except (TypeError, ValueError, OverflowError):
        return None


def _is_plain(slot: Slot) -> bool:
    """Tell whether the form would take it as it is: whole minutes, not too many, in a year that events have."""
    is_whole = not slot.starts_at.second and not slot.length % timedelta(minutes=1)
    return is_whole and slot.length <= _LONGEST and FIRST_YEAR <= slot.starts_at.year <= LAST_YEAR


def _on_day(slot: Slot, said: str, timezone: str) -> Slot | None:
    """Return a slot at the same hour of the clock on another day of the programme; None for what is no such day."""
    try:
        days = (date.fromisoformat(said) - slots.day_of(slot.starts_at, timezone)).days
        return slot.beginning(slots.on_another_day(slot.starts_at, days, timezone))
    except (ValueError, OverflowError):
        return None


def _written(slot: Slot, room: int) -> str:
    return f"{blocks.iso(slot.starts_at)}/{blocks.iso(slot.ends_at)},{room}"


def _is_number(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 10


class ShiftForm(FlaskForm):
    """By how much everything after a session moves; less than nothing is earlier."""

    revision = Revision()
    minutes = Whole(_l("By how many minutes"), -_WEEK, _WEEK, id="shift-minutes")
    in_all_rooms = BooleanField(_l("In all rooms, not only in its own"))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        if is_valid and not self.minutes.data:
            self.minutes.errors, is_valid = [_("Say by how many minutes; −15 is a quarter of an hour earlier.")], False
        return is_valid

    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return what is sent again with leave to clash."""
        all_rooms = (("in_all_rooms", "1"),) if self.in_all_rooms.data else ()
        return (("minutes", str(self.minutes.data)), *all_rooms)


class SwapForm(FlaskForm):
    """The session to change places with, and the revision it was seen at."""

    revision = Revision()
    other = SelectField(_l("Swap with"), validate_choice=False)

    def __init__(self, event: Event, session: Session, *, is_fresh: bool = False) -> None:
        data = {"revision": session.revision}
        super().__init__(**({"formdata": None} if is_fresh else {}), data=data)
        asked = (
            sa.select(Session.public_id, Session.revision, Session.title, Session.starts_at)
            .where(Session.event_id == event.id, Session.id != session.id, Session.status == SessionStatus.PLANNED)
            .order_by(Session.starts_at.asc().nulls_last(), Session.id)
        )
        others = [(f"{row.public_id}:{row.revision}", self._words(row, event)) for row in db.session.execute(asked)]
        self.other.choices = choices([("", _l("Choose")), *others])

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        if not self.other.data or self.other.data == "None":
            self.other.errors, is_valid = [_("Choose the session to swap with.")], False
        return is_valid

    @staticmethod
    def _words(row: Any, event: Event) -> str:
        if row.starts_at is None:
            return _("%(title)s (not yet placed)", title=row.title)
        return f"{when.near_moment(row.starts_at, event.timezone, str(get_locale()))}: {row.title}"


class CopyForm(FlaskForm):
    """Which day to have again, and on which."""

    from_day = Day(_l("Copy the day"))
    to_day = Day(_l("To"))
    keeps_speakers = BooleanField(_l("With its speakers"), default=True)

    @classmethod
    def of(cls, day: str) -> CopyForm:
        """Return the form as it was sent, or about a day."""
        try:
            return cls(data={"from_day": date.fromisoformat(day)}) if day else cls()
        except ValueError:
            return cls()

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        for box in (self.from_day, self.to_day):
            if box.data is None and not box.errors:
                box.errors, is_valid = [_("Say which day.")], False
        return is_valid

    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return what is sent again with leave to clash."""
        days = (("from_day", str(self.from_day.data)), ("to_day", str(self.to_day.data)))
        return (*days, *((("keeps_speakers", "1"),) if self.keeps_speakers.data else ()))


def _minutes(session: Session) -> int:
    if session.starts_at and session.ends_at:
        return int((session.ends_at - session.starts_at) / timedelta(minutes=1))
    return timetable.LENGTH

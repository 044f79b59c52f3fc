"""Clashes in sentences: what is in the way, from when until when, and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc import when
from eventsvc.events.models import Event
from eventsvc.programme import conflicts, slots
from eventsvc.programme.conflicts import Clash, ClashKind
from eventsvc.programme.models import SessionKind
from eventsvc.programme.planned import Planned
from eventsvc.programme.slots import Slot
from eventsvc.programme.vacancies import Vacancy


def sentence(clash: Clash, event: Event, of: str) -> str:
    """Say what one session (`of`, its public id) clashes with, to whoever is placing it."""
    mine = next((session for session in clash.sessions if session.public_id == of), clash.sessions[0])
    other = next((session for session in clash.sessions if session is not mine), mine)
    tellers: dict[ClashKind, Callable[[Clash, Planned, Planned, Event], str]] = {
        ClashKind.ROOM: _room,
        ClashKind.PERSON: _person,
        ClashKind.AWAY: _away,
        ClashKind.SIZE: _size,
        ClashKind.OUTSIDE: _outside,
        ClashKind.BREAK: _break,
        ClashKind.CHOICE: _choice,
    }
    return tellers[clash.kind](clash, mine, other, event)


def whole(clash: Clash, event: Event, of: str) -> str:
    """Say it where the session in hand is not named beside it."""
    title = next(session.title for session in clash.sessions if session.public_id == of)
    return _("“%(title)s”: %(sentence)s", title=title, sentence=sentence(clash, event, of))


def word(clash: Clash) -> str:
    """Name what clashes as shortly as can be: the room, the person, or what is wrong."""
    words = {
        ClashKind.SIZE: _("too few seats"),
        ClashKind.OUTSIDE: _("outside the event"),
        ClashKind.BREAK: _("a break"),
    }
    named = clash.person or clash.room
    return words.get(clash.kind) or (named.name if named else _("the same time"))


def vacancy(free: Vacancy, event: Event, own: Slot | None) -> str:
    """Name a slot that is free: its hours, its rooms, and its day where that is another."""
    hours = (
        _hours(free.slot, event) if own and _is_same_day(free.slot, own, event) else _day_and_hours(free.slot, event)
    )
    rooms = ", ".join(room.name for room in free.rooms)
    return _("%(hours)s, %(room)s", hours=hours, room=rooms) if rooms else hours


def _room(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    room = clash.room.name if clash.room else ""
    return _("%(room)s is taken %(hours)s by “%(title)s”.", room=room, hours=_from(other, event), title=other.title)


def _person(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    name, hours = clash.person.name if clash.person else "", _from(other, event)
    if other.event is not None:
        if not other.event:
            return _("%(name)s is at another event %(hours)s.", name=name, hours=hours)
        return _("%(name)s is at “%(event)s” %(hours)s.", name=name, hours=hours, event=other.event)
    rooms = ", ".join(room.name for room in other.rooms)
    if not rooms:
        return _("%(name)s is in “%(title)s” %(hours)s.", name=name, title=other.title, hours=hours)
    return _("%(name)s is in “%(title)s” %(hours)s, %(room)s.", name=name, title=other.title, hours=hours, room=rooms)


def _away(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    name, free = (clash.person.name, clash.person.free) if clash.person else ("", ())
    given = "; ".join(_day_and_hours(time, event) for time in free)
    return _("%(name)s is not free then. The times they gave: %(times)s.", name=name, times=given)


def _size(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    rooms, seats = ", ".join(room.name for room in mine.rooms), conflicts.seats_in(mine.rooms) or 0
    told = ngettext(
        "There is %(num)s seat in %(room)s, and “%(title)s” needs %(needed)s.",
        "There are %(num)s seats in %(room)s, and “%(title)s” needs %(needed)s.",
        seats,
        room=rooms,
        title=mine.title,
        needed=mine.seats,
    )
    return str(told)


def _outside(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    if event.starts_at is None or event.ends_at is None:
        return ""
    span = when.span(event.starts_at, event.ends_at, event.timezone, str(get_locale()), event.is_all_day)
    return _("It is outside the event, which is %(span)s.", span=span)


def _break(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    hours = _from(other, event)
    if mine.kind is SessionKind.BREAK:
        return _("“%(title)s” runs into this break: it is %(hours)s.", title=other.title, hours=hours)
    if clash.room:
        return _("%(room)s has “%(title)s” %(hours)s.", room=clash.room.name, title=other.title, hours=hours)
    return _("“%(title)s” is for everybody %(hours)s.", title=other.title, hours=hours)


def _choice(clash: Clash, mine: Planned, other: Planned, event: Event) -> str:
    return _("“%(title)s” is at the same time, %(hours)s.", title=other.title, hours=_from(other, event))


def _from(session: Planned, event: Event) -> str:
    """Write "from 10:00 to 11:00"; with days for what lasts longer than one."""
    if session.slot is None:
        return ""
    starts_at, ends_at = session.slot.starts_at, session.slot.ends_at
    zone, locale = event.timezone, str(get_locale())
    if session.slot.length < timedelta(days=1):
        return _("from %(begin)s to %(end)s", begin=when.hour(starts_at, zone), end=when.hour(ends_at, zone))
    begin, end = when.moment(starts_at, zone, locale), when.moment(ends_at, zone, locale)
    return _("from %(begin)s to %(end)s", begin=begin, end=end)


def _hours(slot: Slot, event: Event) -> str:
    begin, end = when.hour(slot.starts_at, event.timezone), when.hour(slot.ends_at, event.timezone)
    return _("%(begin)s to %(end)s", begin=begin, end=end)


def _day_and_hours(slot: Slot, event: Event) -> str:
    return when.span(slot.starts_at, slot.ends_at, event.timezone, str(get_locale()), has_year=False)


def _is_same_day(one: Slot, other: Slot, event: Event) -> bool:
    return slots.day_of(one.starts_at, event.timezone) == slots.day_of(other.starts_at, event.timezone)

"""What a page of the programme is made of: the days asked for, the ways to the others, and what narrows them.

The public page and an attendee's own are the same but for their addresses and for what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from eventsvc.events import words
from eventsvc.events.models import Event
from eventsvc.events.panel import city_of, zone_of
from eventsvc.extensions import db
from eventsvc.programme import agenda, blocks, filters, models, slots
from eventsvc.programme.agenda import Agenda
from eventsvc.programme.blocks import Room, Scene
from eventsvc.programme.filters import Wanted, Words
from eventsvc.programme.reading import Item
from eventsvc.programme.words import SESSION_KINDS

ALL = "all"
_STEP = timedelta(minutes=5)
_rooms = sa.select(models.Room.public_id, models.Room.position, models.Room.capacity).where(
    models.Room.event_id == sa.bindparam("event_id")
)
Address = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for; `day` is a date, `all` or empty."""

    wanted: Wanted
    day: str
    is_mine: bool

    def words(self, **over: str) -> dict[str, str]:
        """Return the words of the same address with something changed."""
        said = {**self.wanted.words(), "day": self.day, "mine": "1" if self.is_mine else "", **over}
        return {name: value for name, value in said.items() if value}


def asked(args: Mapping[str, str]) -> Asked:
    """Read an address."""
    return Asked(filters.wanted(args), args.get("day", ""), bool(args.get("mine")))


def rooms(event_id: int) -> dict[str, Room]:
    """Return an event's rooms by their ids, in one query."""
    return {
        row.public_id: Room(row.position, row.capacity) for row in db.session.execute(_rooms, {"event_id": event_id})
    }


def drawn_at(event: Event, at: datetime) -> datetime:
    """Round a moment to what a page still differs by: five minutes around the event, else the day."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if event.starts_at is None or event.ends_at is None:
        return day
    a_day = timedelta(days=1)
    if not event.starts_at - a_day <= at <= event.ends_at + a_day:
        return day
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)


def page(
    event: Event, items: Sequence[Item], asked: Asked, scene: Scene, address: Address, said: Words | None = None
) -> dict[str, Any]:
    """Return what `programme/agenda.html` shows; `address` writes that of the same page with other words.

    `said` are the words of the sessions, folded, where they are at hand.
    """
    language = event.language
    own = [item for item in items if item.public_id in scene.mine] if asked.is_mine else items
    every = agenda.agendas(items, event.timezone)
    found = agenda.agendas(filters.narrowed(own, asked.wanted, language, said), event.timezone)
    chosen = _chosen(found, asked, slots.day_of(scene.at, event.timezone))
    zone = zone_of(event, event.starts_at or scene.at, scene.locale)
    is_one = len([day for day in every if day.on]) < 2
    return {
        "event": event,
        "asked": asked,
        "days": blocks.days(chosen, scene),
        "now": blocks.on_now(chosen, scene),
        "tabs": [] if is_one else _tabs(every, chosen, asked, scene, address),
        "tracks": _tracks(items),
        "offers": _offers(items, asked, language, scene.locale),
        "clear_url": address(**asked.words(track="", kind="", language="", q="", mine="")),
        "mine_url": address(**asked.words(mine="" if asked.is_mine else "1", day="")),
        "zone": zone,
        "city": city_of(event, scene.locale),
        "clock_name": zone.partition(" (")[0],
        "chosen_count": len(scene.chosen),
        "has_choice": scene.has_choice,
        "is_empty": not items,
        "written": scene.written(language),
    }


def _chosen(found: Sequence[Agenda], asked: Asked, today: date) -> tuple[Agenda, ...]:
    """Choose what is asked for, a day or all; else today while the event is on, else the first.

    What has no time yet stands below each.
    """
    undated = tuple(day for day in found if day.on is None)
    dated = {day.on.isoformat(): day for day in found if day.on}
    is_every = asked.day == ALL or (not asked.day and (asked.wanted.is_narrowed or asked.is_mine))
    if is_every or (len(dated) < 2 and asked.day not in dated):
        return tuple(found)
    return (dated.get(asked.day) or dated.get(today.isoformat()) or next(iter(dated.values())), *undated)


def _tabs(
    every: Sequence[Agenda], chosen: Sequence[Agenda], asked: Asked, scene: Scene, address: Address
) -> list[dict[str, Any]]:
    shown = {day.on for day in chosen if day.on}
    tabs = [
        {
            "label": blocks.day_name(day.on, scene.timezone, scene.locale),
            "url": address(**asked.words(day=day.on.isoformat())),
            "is_current": shown == {day.on},
        }
        for day in every
        if day.on
    ]
    is_all = not any(tab["is_current"] for tab in tabs)
    return [*tabs, {"label": _("All days"), "url": address(**asked.words(day=ALL)), "is_current": is_all}]


def _tracks(items: Sequence[Item]) -> list[dict[str, Any]]:
    found = dict.fromkeys((item.colour, item.track) for item in items if item.track)
    return [{"number": colour, "name": name} for colour, name in sorted(found)]


def _offers(items: Sequence[Item], asked: Asked, language: str, locale: str) -> list[dict[str, Any]]:
    """Return what can be narrowed by: each with its name in the address, and its choices where there are several."""
    offered, wanted = filters.offered(items, language), asked.wanted
    lists = [
        ("track", _("Track"), _("All tracks"), wanted.track, [(name, name) for name in offered.tracks]),
        ("kind", _("Kind"), _("All kinds"), wanted.kind, [(each.value, SESSION_KINDS[each]) for each in offered.kinds]),
        (
            "language",
            _("Language"),
            _("All languages"),
            wanted.language,
            [(code, words.language_name(code, locale)) for code in offered.languages],
        ),
    ]
    return [
        {"name": name, "label": label, "any": any_, "value": value, "choices": choices}
        for name, label, any_, value, choices in lists
        if len(choices) > 1 or value
    ]

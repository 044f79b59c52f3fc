"""What a page says of each session, in words: the blocks of an agenda, laid by day and by the hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc import when
from eventsvc.events import words
from eventsvc.events.standing import FILLING_FROM, Standing
from eventsvc.events.words import Word
from eventsvc.programme import agenda, grid, slots
from eventsvc.programme.agenda import Agenda
from eventsvc.programme.grid import Grid
from eventsvc.programme.models import SessionKind, SpeakerRole
from eventsvc.programme.reading import Item, Voice
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES

CANCELLED = Word("cancelled", _l("Cancelled"), "no")
_UNSAID = {SessionKind.TALK, SessionKind.BREAK, SessionKind.BLOCK, SessionKind.OTHER}


@dataclass(frozen=True, slots=True)
class Room:
    """Where a room stands among the others, and how many people it holds."""

    position: int
    capacity: int | None


@dataclass(frozen=True)
class Scene:
    """Whose programme it is, when and in which language it is read, and what is known besides the sessions.

    `address` is a session's with a tilde in its id's place. `taken` counts who chose a session with seats of its own.
    `chosen` are the reader's own; of those `awaited`, by public id, they wait for a seat. `can_wait`: where all are
    taken they may.
    """

    address: str
    timezone: str
    language: str
    locale: str
    at: datetime
    rooms: Mapping[str, Room] = field(default_factory=dict)
    taken: Mapping[int, int] = field(default_factory=dict)
    chosen: Sequence[Item] = ()
    awaited: frozenset[str] = frozenset()
    has_choice: bool = False
    can_wait: bool = False

    @cached_property
    def order(self) -> dict[str, int]:
        return {room_id: room.position for room_id, room in self.rooms.items()}

    @cached_property
    def mine(self) -> frozenset[str]:
        return frozenset(item.public_id for item in self.chosen)

    def hour(self, moment: datetime) -> dict[str, str]:
        return {"iso": iso(moment), "text": when.hour(moment, self.timezone)}

    def written(self, language: str | None) -> str:
        """Name the language of a text where it is not the page's."""
        said = language or self.language
        return said if said != self.locale else ""


def days(agendas: Sequence[Agenda], scene: Scene) -> list[dict[str, Any]]:
    """Return days as `parts/programme.html` lays them: by the hour in the source, by room where there is space."""
    titles = {item.public_id: item.title for each in agendas for item in each.everything()}
    return [_day(each, scene, titles) for each in agendas]


def on_now(agendas: Sequence[Agenda], scene: Scene) -> dict[str, Any] | None:
    """Return what is on and what comes next today; None on other days, and after the last session."""
    day = slots.day_of(scene.at, scene.timezone)
    today = [item for each in agendas if each.on == day for item in each.items if not item.is_cancelled]
    running = [item for item in today if item.starts_at and item.ends_at and item.starts_at <= scene.at < item.ends_at]
    coming = [item for item in today if item.starts_at and item.starts_at > scene.at]
    following = [item for item in coming if item.starts_at == coming[0].starts_at]
    if not running and not following:
        return None
    return {
        "now": [_pointer(item) for item in running],
        "next": [_pointer(item) for item in following],
        "hour": scene.hour(following[0].starts_at or scene.at) if following else None,
    }


def day_name(on: date | None, timezone: str, locale: str) -> str:
    """Name a day: `Mon 30 May`."""
    if on is None:
        return _("Time to follow")
    return when.near_day(datetime.combine(on, time(12), ZoneInfo(timezone)), timezone, locale, has_weekday=True)


def names(voices: Sequence[Voice]) -> str:
    """Name those who speak, and what they are where they do not just speak."""
    return ", ".join(
        voice.name if voice.role is SpeakerRole.SPEAKER else f"{voice.name} ({SPEAKER_ROLES[voice.role]})"
        for voice in voices
    )


def length(minutes: int) -> str:
    """Write a length: "1 h 30", "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min", minutes=rest) if rest else ""
    return _("%(hours)d h %(minutes)02d", hours=hours, minutes=rest) if rest else _("%(hours)d h", hours=hours)


def seats_word(item: Item, scene: Scene) -> Word | None:
    """Say whether there is room in a session that has seats of its own and is still to come."""
    if item.capacity is None or item.is_cancelled or (item.ends_at and item.ends_at <= scene.at):
        return None
    taken = scene.taken.get(item.session_id, 0)
    if taken >= item.capacity:
        return words.word(Standing.FULL)
    return words.word(Standing.FILLING if taken >= item.capacity * FILLING_FROM else Standing.OPEN)


def iso(moment: datetime) -> str:
    """Write a moment for programs: `2027-05-30T07:30Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _day(day: Agenda, scene: Scene, titles: Mapping[str, str]) -> dict[str, Any]:
    laid = grid.laid(day.items, scene.order, scene.timezone) if day.on else None
    blocks = {item.public_id: _block(item, day, scene, titles) for item in day.items}
    bounds = slots.day_bounds(day.on, scene.timezone) if day.on else None
    return {
        "label": day_name(day.on, scene.timezone, scene.locale),
        "iso": day.on.isoformat() if day.on else "",
        "begins": iso(bounds.starts_at) if bounds else "",
        "ends": iso(bounds.ends_at) if bounds else "",
        "hours": list(_hours(day, blocks, scene)),
        "throughout": [_long(item, day, scene, titles) for item in day.throughout],
        "grid": _grid(laid, blocks, scene) if laid else None,
    }


def _hours(day: Agenda, blocks: Mapping[str, dict[str, Any]], scene: Scene) -> Iterator[dict[str, Any]]:
    for at, items in groupby(day.items, lambda item: item.starts_at):
        held = list(items)
        if at is None:
            yield {"hour": None, "note": "", "is_now": False, "blocks": [blocks[item.public_id] for item in held]}
            continue
        local = at.astimezone(ZoneInfo(scene.timezone)).date()
        yield {
            "hour": scene.hour(at),
            # What begins after midnight belongs to the evening, and is on the next date all the same.
            "note": day_name(local, scene.timezone, scene.locale) if local != day.on else "",
            "is_now": any(blocks[item.public_id]["is_now"] for item in held),
            "blocks": [blocks[item.public_id] for item in held],
        }


def _grid(laid: Grid, blocks: Mapping[str, dict[str, Any]], scene: Scene) -> dict[str, Any]:
    echoes = []
    for place in laid.places:
        where = f"at-{place.at} for-{place.rows} col-{place.col} over-{place.over}"
        block = blocks[place.item.public_id]
        if place.is_echo:
            echoes.append({"place": where, "title": place.item.title, "track": block["track"]})
        else:
            block |= {"place": where, "is_brief": place.rows <= grid.BRIEF}
    now = laid.row_of(scene.at)
    return {
        "first": iso(laid.first),
        "rows": laid.rows,
        "columns": laid.columns,
        "is_many": laid.is_many,
        "is_dense": laid.is_dense,
        "heads": [_head(head, scene) for head in laid.heads] if any(head.name for head in laid.heads) else [],
        "hours": [{"at": row, **scene.hour(moment)} for row, moment in laid.hours],
        "echoes": echoes,
        "now": {"at": now, **scene.hour(scene.at)} if now else None,
    }


def _head(head: grid.Head, scene: Scene) -> dict[str, Any]:
    capacity = scene.rooms[head.room_id].capacity if head.room_id in scene.rooms else None
    name = head.name or _("Elsewhere")
    return {"name": name, "capacity": capacity, "place": f"col-{head.col} over-{head.over}"}


def _long(item: Item, day: Agenda, scene: Scene, titles: Mapping[str, str]) -> dict[str, Any]:
    block = _block(item, day, scene, titles)
    assert item.starts_at is not None
    assert item.ends_at is not None
    return block | {"whole": when.span(item.starts_at, item.ends_at, scene.timezone, scene.locale, has_year=False)}


def _block(item: Item, day: Agenda, scene: Scene, titles: Mapping[str, str]) -> dict[str, Any]:
    parts = day.parts.get(item.public_id, ())
    return _said(item, scene) | {
        "parts": [_said(part, scene) for part in parts],
        "part_of": titles.get(item.parent or "", "") if item.parent else "",
    }


def _said(item: Item, scene: Scene) -> dict[str, Any]:
    is_other = item.language not in {None, scene.language}
    is_mine, state = item.public_id in scene.mine, CANCELLED if item.is_cancelled else seats_word(item, scene)
    same = agenda.same_time(item, scene.chosen) if scene.chosen else None
    can_choose = scene.has_choice and not item.is_break and not item.is_cancelled
    address = scene.address.replace("~", item.public_id)
    is_full, is_awaited = state is not None and state.mark == "full", item.public_id in scene.awaited
    return {
        "id": item.public_id,
        "title": item.title,
        "lang": scene.written(item.language),
        "url": None if item.is_break else address,
        "starts": scene.hour(item.starts_at) if item.starts_at else None,
        "ends": scene.hour(item.ends_at) if item.ends_at else None,
        "length": length(item.minutes),
        "room": item.room,
        "is_several": item.is_several,
        "who": names(item.voices),
        "kind": "" if item.kind in _UNSAID else SESSION_KINDS[item.kind],
        "language": words.language_name(item.language, scene.locale) if is_other and item.language else "",
        "track": item.colour if item.track else None,
        "track_name": item.track,
        "parent": item.parent or "",
        "state": state,
        "recording": item.recording_url,
        "slides": item.slides_url or (f"{address}#slides" if item.shows_files(scene.at) else ""),
        "is_break": item.is_break,
        "is_cancelled": item.is_cancelled,
        "is_now": bool(item.starts_at and item.ends_at and item.starts_at <= scene.at < item.ends_at),
        "is_mine": is_mine,
        "is_clash": is_mine and same is not None,
        "same": same.title if same else "",
        "is_awaited": is_awaited,
        "can_choose": can_choose and (is_mine or not is_full) and not is_awaited,
        "can_wait": can_choose and scene.can_wait and not is_mine and (is_full or is_awaited),
    }


def _pointer(item: Item) -> dict[str, str]:
    return {"id": item.public_id, "title": item.title, "room": item.room}

"""The timetable that organisers build: a day of the draft by room and by the hour, and what is not yet placed.

The draft is laid flat: a block, and what is part of it, stand beside each other, so that each can be moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from eventsvc import when
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import agenda, blocks, grid, published, reading, slots
from eventsvc.programme.grid import Grid
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, SessionStatus
from eventsvc.programme.reading import Item
from eventsvc.programme.slots import Slot
from eventsvc.programme.words import SESSION_KINDS

MOST_DAYS = 60
LENGTH = 30
"""How many minutes a session is given where the programme has none of its kind to go by."""
_MARGIN = timedelta(hours=1)
_OPENS, _CLOSES = time(8), time(18)
_UNSAID = {SessionKind.TALK, SessionKind.BREAK, SessionKind.OTHER}


@dataclass(frozen=True, slots=True)
class Draft:
    """A session as the draft has it: what it shows, and what an act on it must know."""

    item: Item
    revision: int
    is_hidden: bool
    rooms: tuple[int, ...]
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """An event's draft, its rooms in their order, and what is said of sessions that clash, by their public ids."""

    event: Event
    drafts: tuple[Draft, ...]
    rooms: tuple[Room, ...]
    clashing: Mapping[str, Sequence[dict[str, str]]]
    locale: str

    @property
    def days(self) -> list[date]:
        """The days of the event, and those with sessions."""
        held = {_day(draft.item.slot, self.event) for draft in self.drafts if draft.item.slot}
        return sorted(held.union(_days_of(self.event)))[:MOST_DAYS]

    def hour(self, moment: datetime) -> dict[str, str]:
        return {"iso": blocks.iso(moment), "text": when.hour(moment, self.event.timezone)}


def sessions(event_id: int) -> list[Session]:
    """Return all sessions of an event but those taken out, hidden ones too, in order of time."""
    asked = (
        sa.select(Session)
        .where(Session.event_id == event_id, Session.status != SessionStatus.REMOVED)
        .order_by(Session.starts_at.asc().nulls_last(), Session.id)
        .options(
            joinedload(Session.room),
            joinedload(Session.track),
            joinedload(Session.parent),
            selectinload(Session.further_rooms),
            selectinload(Session.appearances).joinedload(Appearance.speaker),
        )
    )
    return list(db.session.scalars(asked))


def drafted(held: Iterable[Session]) -> tuple[Draft, ...]:
    """Return sessions as plain values."""
    return tuple(
        Draft(
            item=reading.item_of(session.id, session.public_id, published.facts_of(session)),
            revision=session.revision,
            is_hidden=session.is_hidden,
            rooms=tuple(room.id for room in session.rooms),
            people=tuple(dict.fromkeys(each.speaker_id for each in session.appearances)),
        )
        for session in held
    )


def rooms(event_id: int) -> tuple[Room, ...]:
    """Return an event's rooms in their order."""
    asked = sa.select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.name)
    return tuple(db.session.scalars(asked))


def day(board: Board, on: date) -> dict[str, Any]:
    """Return a day as its page lays it: by the hour in the source, and by room where there is space."""
    bounds = slots.day_bounds(on, board.event.timezone)
    held = [draft for draft in board.drafts if draft.item.slot and draft.item.slot.overlaps(bounds)]
    long = [draft for draft in held if _is_long(draft.item.slot, bounds)]
    own = [draft for draft in held if draft not in long]
    order = {room.public_id: number for number, room in enumerate(board.rooms)}
    laid = grid.laid([draft.item for draft in own], order, board.event.timezone, _hours_of(on, own, board))
    titles = {draft.item.public_id: draft.item.title for draft in board.drafts}
    told = {draft.item.public_id: _block(draft, board, titles) for draft in own}
    return {
        "iso": on.isoformat(),
        "label": blocks.day_name(on, board.event.timezone, board.locale),
        "grid": _grid(laid, told, board) if laid else None,
        "hours": list(_by_hour(own, told, on, board)),
        "throughout": [_block(draft, board, titles) | {"whole": _whole(draft, board)} for draft in long],
    }


def shelf(board: Board) -> list[dict[str, Any]]:
    """Return what has no time yet, each with the length that is usual for its kind."""
    titles = {draft.item.public_id: draft.item.title for draft in board.drafts}
    return [_block(draft, board, titles) for draft in board.drafts if draft.item.slot is None]


def usual_length(kind: SessionKind, items: Iterable[Item]) -> int:
    """Return how many minutes most sessions of a kind last; what is in one slot for a day counts for nothing."""
    lengths = Counter(item.minutes for item in items if item.kind is kind and 0 < item.minutes <= 12 * 60)
    return lengths.most_common(1)[0][0] if lengths else LENGTH


def _days_of(event: Event) -> Iterator[date]:
    if event.starts_at is None or event.ends_at is None:
        return
    on, last = (_date(moment, event) for moment in (event.starts_at, event.ends_at - timedelta(microseconds=1)))
    for number in range(min((last - on).days + 1, MOST_DAYS)):
        yield on + timedelta(days=number)


def _date(moment: datetime, event: Event) -> date:
    """Return the day a moment of the event belongs to; one that lasts whole days begins at midnight, not at five."""
    if event.is_all_day:
        return moment.astimezone(ZoneInfo(event.timezone)).date()
    return slots.day_of(moment, event.timezone)


def _day(slot: Slot, event: Event) -> date:
    return slots.day_of(slot.starts_at, event.timezone)


def _is_long(slot: Slot | None, bounds: Slot) -> bool:
    """Tell whether a session goes on all day, or over several, and so stands above the hours."""
    return slot is not None and (slot.length >= agenda.ALL_DAY or not bounds.holds(slot))


def _hours_of(on: date, own: Sequence[Draft], board: Board) -> Slot:
    """Return the hours to build in: those of what is there, one to spare; where that is few, the event's or work's."""
    bounds, zone, event = slots.day_bounds(on, board.event.timezone), ZoneInfo(board.event.timezone), board.event
    taken = [draft.item.slot for draft in own if draft.item.slot]
    hours = Slot(datetime.combine(on, _OPENS, zone), datetime.combine(on, _CLOSES, zone))
    if event.starts_at and event.ends_at and not event.is_all_day:
        span = Slot(event.starts_at, event.ends_at)
        if bounds.holds(span):
            taken, hours = [*taken, span], Slot(span.starts_at - _MARGIN, span.ends_at + _MARGIN)
    begins = min([slot.starts_at - _MARGIN for slot in taken], default=hours.starts_at)
    ends = max([slot.ends_at + _MARGIN for slot in taken], default=hours.ends_at)
    if ends - begins < hours.length:
        begins, ends = min(begins, hours.starts_at), max(ends, hours.ends_at)
    return Slot(max(begins, bounds.starts_at), min(ends, bounds.ends_at))


def _by_hour(
    own: Sequence[Draft], told: Mapping[str, dict[str, Any]], on: date, board: Board
) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(board.event.timezone)
    for at, held in groupby(own, lambda draft: draft.item.starts_at):
        assert at is not None
        local = at.astimezone(zone).date()
        note = blocks.day_name(local, board.event.timezone, board.locale) if local != on else ""
        yield {"hour": board.hour(at), "note": note, "blocks": [told[draft.item.public_id] for draft in held]}


def _grid(laid: Grid, told: Mapping[str, dict[str, Any]], board: Board) -> dict[str, Any]:
    echoes = []
    for place in laid.places:
        block = told[place.item.public_id]
        where = f"at-{place.at} for-{place.rows} col-{place.col} over-{place.over}"
        if place.is_echo:
            echoes.append({"place": where, "title": place.item.title, "track": block["track"], "id": block["id"]})
        else:
            is_for_all = place.item.is_break and not place.item.room_ids
            block |= {"place": where, "at": place.at, "rows": place.rows, "is_for_all": is_for_all}
            block["is_brief"] = place.rows <= grid.BRIEF
    by_id = {room.public_id: room for room in board.rooms}
    return {
        "first": blocks.iso(laid.first),
        "rows": laid.rows,
        "columns": laid.columns,
        "is_dense": laid.is_dense,
        "heads": [_head(head, by_id.get(head.room_id)) for head in laid.heads],
        "hours": [{"at": row, **board.hour(moment)} for row, moment in laid.hours],
        "echoes": echoes,
        "row_of": laid.row_of,
        "column_of": {by_id[head.room_id].id: head for head in laid.heads if head.room_id in by_id},
    }


def _head(head: grid.Head, room: Room | None) -> dict[str, Any]:
    return {
        "room_id": room.id if room else 0,
        "name": room.name if room else _("Room to follow"),
        "capacity": room.capacity if room else None,
        "col": head.col,
        "over": head.over,
        "place": f"col-{head.col} over-{head.over}",
    }


def _block(draft: Draft, board: Board, titles: Mapping[str, str]) -> dict[str, Any]:
    item = draft.item
    usual = usual_length(item.kind, (each.item for each in board.drafts)) if item.slot is None else 0
    minutes = item.minutes or usual
    return {
        "id": item.public_id,
        "title": item.title,
        "revision": draft.revision,
        "starts": board.hour(item.starts_at) if item.starts_at else None,
        "ends": board.hour(item.ends_at) if item.ends_at else None,
        "minutes": minutes,
        "length": blocks.length(minutes),
        "room": item.room,
        "rooms": draft.rooms,
        "people": draft.people,
        "is_several": item.is_several,
        "who": blocks.names(item.voices),
        "kind": "" if item.kind in _UNSAID else SESSION_KINDS[item.kind],
        "kind_value": item.kind.value,
        "track": item.colour if item.track else None,
        "track_name": item.track,
        "parent": item.parent or "",
        "part_of": titles.get(item.parent or "", ""),
        "capacity": item.capacity,
        "is_break": item.is_break,
        "is_cancelled": item.is_cancelled,
        "is_hidden": draft.is_hidden,
        "clashes": board.clashing.get(item.public_id, ()),
    }


def _whole(draft: Draft, board: Board) -> str:
    slot = draft.item.slot
    assert slot is not None
    return when.span(slot.starts_at, slot.ends_at, board.event.timezone, board.locale, has_year=False)

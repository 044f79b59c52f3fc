"""The programme as a PDF to print: landscape, a day on a page, a column for each room."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from eventsvc import drawings, when
from eventsvc.events.models import Event, Status
from eventsvc.events.panel import zone_of
from eventsvc.programme import agenda, blocks, grid
from eventsvc.programme.agenda import Agenda
from eventsvc.programme.blocks import Room, Scene
from eventsvc.programme.grid import Grid, Place
from eventsvc.programme.reading import Item

# Raised when the sheet looks otherwise, so that it is drawn anew.
DRAWING = "1"
DIGEST_LENGTH = 16

_SHEET = Path(__file__).with_name("sheet.typ").read_text()


def kept(
    event: Event,
    edition: tuple[int, int],
    scene: Scene,
    items: Callable[[], Sequence[Item]],
    rooms: Callable[[], Mapping[str, Room]],
) -> Path:
    """Return the file of the sheet that shows an edition; the sessions are read only when it must be drawn."""
    seen = (DRAWING, edition, _head(event, scene), scene.timezone, scene.language)
    digest = hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()[:DIGEST_LENGTH]
    name = f"{event.id}-{scene.locale}"
    return drawings.kept("programmes", name, digest, "pdf", lambda: draw(event, items(), rooms(), scene))


def draw(event: Event, items: Sequence[Item], rooms: Mapping[str, Room], scene: Scene) -> bytes:
    """Draw the sheet; takes a second or two. Raises CalledProcessError when typst cannot."""
    order = {room_id: room.position for room_id, room in rooms.items()}
    days = [_day(day, order, scene) for day in agenda.agendas(items, event.timezone)]
    said = {**_head(event, scene), "days": days}
    return drawings.compiled(_SHEET, {"said": json.dumps(said)}, format="pdf")


def _head(event: Event, scene: Scene) -> dict[str, str]:
    zone = zone_of(event, event.starts_at or scene.at, scene.locale)
    times = _("All times in %(zone)s.", zone=zone)
    cancelled = _("This event is cancelled") + ". " if event.status is Status.CANCELLED else ""
    return {
        "title": event.title,
        "lang": scene.locale,
        "foot": f"{current_app.config['SITE_NAME']}  ·  {cancelled}{times}",
        "cancelled": _("cancelled"),
    }


def _day(day: Agenda, order: Mapping[str, int], scene: Scene) -> dict[str, Any]:
    laid = grid.laid(day.items, order, scene.timezone) if day.on else None
    shown = {place.item.public_id for place in laid.places} if laid else set()
    return {
        "label": blocks.day_name(day.on, scene.timezone, scene.locale),
        "throughout": [_said(item, day, scene) | {"time": _whole(item, scene)} for item in day.throughout],
        "rest": [_said(item, day, scene) for item in day.items if item.public_id not in shown],
        **(_table(laid, day, scene) if laid else {"columns": 0}),
    }


def _table(laid: Grid, day: Agenda, scene: Scene) -> dict[str, Any]:
    """Return a grid with one row for each stretch between two changes; row 0 holds the rooms, column 0 the hours."""
    edges = sorted({place.at for place in laid.places} | {place.at + place.rows for place in laid.places})
    row = {edge: number for number, edge in enumerate(edges, start=1)}
    begins = sorted({place.at for place in laid.places})
    return {
        "columns": laid.columns,
        "heads": [{"x": head.col, "over": head.over, "name": head.name} for head in laid.heads],
        "hours": [{"y": row[at], "text": when.hour(laid.first + (at - 1) * grid.ROW, scene.timezone)} for at in begins],
        "cells": [_cell(place, row, day, scene) for place in laid.places],
    }


def _cell(place: Place, row: Mapping[int, int], day: Agenda, scene: Scene) -> dict[str, Any]:
    top, bottom = row[place.at], row[place.at + place.rows]
    said = _said(place.item, day, scene)
    where = said["where"] if place.item.is_several else ""
    return said | {"x": place.col, "y": top, "over": place.over, "rows": bottom - top, "where": where}


def _said(item: Item, day: Agenda, scene: Scene) -> dict[str, Any]:
    return {
        "time": _time(item, scene),
        "title": item.title,
        "who": blocks.names(item.voices),
        "where": item.room,
        "track": item.colour if item.track else 0,
        "is_break": item.is_break,
        "is_cancelled": item.is_cancelled,
        "parts": [
            {"time": _time(part, scene), "title": part.title, "who": blocks.names(part.voices)}
            for part in day.parts.get(item.public_id, ())
        ],
    }


def _time(item: Item, scene: Scene) -> str:
    if item.starts_at is None or item.ends_at is None:
        return ""
    return f"{when.hour(item.starts_at, scene.timezone)}–{when.hour(item.ends_at, scene.timezone)}"


def _whole(item: Item, scene: Scene) -> str:
    assert item.starts_at is not None
    assert item.ends_at is not None
    return when.span(item.starts_at, item.ends_at, scene.timezone, scene.locale, has_year=False)

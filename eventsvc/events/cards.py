"""The social picture of an event: its cover, its date and its title, drawn once and kept.

What people typed reaches typst only through `sys_inputs`, as text; it is never read as markup.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app

from eventsvc import covers, drawings, when
from eventsvc.events.models import Event
from eventsvc.events.places import short

# Raised when the picture looks otherwise, so that every address changes.
DRAWING = "1"
DIGEST_LENGTH = 16

# 1200 × 630 pixels at one pixel a point, the size that social sites ask for.
_PICTURE = """
#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: rgb("#fbfbf8"))
#set text(font: ("Charter", "Charis SIL", "Noto Serif", "Libertinus Serif"), fill: rgb("#16211f"), lang: "en")
#let said = sys.inputs
#image(bytes(said.cover), width: 1200pt, height: 210pt, fit: "cover")
#place(top + left, dx: 64pt, dy: 250pt, block(width: 300pt, {
  if said.days != "" { text(size: 92pt, said.days); v(-62pt) }
  text(size: 34pt, said.month)
}))
#place(top + left, dx: 392pt, dy: 254pt, block(width: 744pt, height: 270pt, clip: true)[
  #set par(leading: 0.45em)
  #text(size: 26pt, fill: rgb("#505d59"))[#said.place]
  #v(-6pt)
  #text(size: if said.title.len() > 120 { 35pt } else if said.title.len() > 70 { 44pt } else { 58pt })[#said.title]
])
#place(bottom + left, dx: 64pt, dy: -42pt, text(size: 26pt)[#said.site])
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture shows."""

    title: str
    days: str
    month: str
    place: str
    site: str
    cover: str

    @property
    def digest(self) -> str:
        """Name the picture after its facts, so that a changed event has another address."""
        said = json.dumps([DRAWING, asdict(self)], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:DIGEST_LENGTH]


def card(event: Event) -> Card:
    """Return what an event's picture shows, in the event's own language."""
    palette = event.palette or covers.palette_of(event.cover_seed)
    block = (
        when.block(event.starts_at, event.ends_at, event.timezone, event.language, event.is_all_day)
        if event.starts_at and event.ends_at
        else None
    )
    return Card(
        title=event.title,
        days=block.days if block and not block.is_long else "",
        month=_month(block),
        place=short(event, event.language),
        site=current_app.config["SITE_NAME"],
        cover=palette,
    )


def _month(block: when.Block | None) -> str:
    if block is None:
        return ""
    return f"{block.days} {block.month}" if block.is_long else block.month


def picture(event_id: int, card: Card) -> Path:
    """Return the file of a picture, drawn now if it is not kept."""
    return drawings.kept("cards", str(event_id), card.digest, "png", lambda: draw(card))


def draw(card: Card) -> bytes:
    """Draw a picture as PNG; takes about a second. Raises CalledProcessError when typst cannot."""
    cover = covers.svg_file(card.title, card.cover, 40, 7)
    return drawings.compiled(_PICTURE, {**asdict(card), "cover": cover}, format="png", ppi=72.0)

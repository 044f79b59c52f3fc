"""The social picture of an event: its cover, its date and its title, drawn once and kept.

What people typed reaches typst only through `sys_inputs`, as text; it is never read as markup.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app

from eventsvc import covers, when
from eventsvc.events.models import Event
from eventsvc.events.places import short

# Raised when the picture looks otherwise, so that every address changes.
DRAWING = "1"
DIGEST_LENGTH = 16
LONGEST_DRAWING = 30

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

_DRAW = """
import json, sys, typst
said = json.load(sys.stdin)
drawn = typst.compile(said["picture"].encode(), format="png", ppi=72.0, sys_inputs=said["inputs"])
sys.stdout.buffer.write(drawn)
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
    """Return the file of a picture; the first to ask draws it, and all who ask meanwhile wait for that one."""
    folder = Path(current_app.instance_path) / "cards"
    file = folder / f"{event_id}-{card.digest}.png"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / f"{event_id}.lock"):
            if not file.exists():
                _keep(file, draw(card))
                _drop_older(folder, event_id, file)
    return file


def draw(card: Card) -> bytes:
    """Draw a picture as PNG; takes about a second. Raises CalledProcessError when typst cannot."""
    cover = covers.svg_file(card.title, card.cover, 40, 7)
    inputs = {**asdict(card), "cover": cover}
    # A process of its own: the fonts it reads are 60 MB that must not stay in a web worker.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _DRAW],
        input=json.dumps({"picture": _PICTURE, "inputs": inputs}).encode(),
        capture_output=True,
        timeout=LONGEST_DRAWING,
        check=True,
    )
    return done.stdout


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, draws under the same lock."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(file: Path, drawn: bytes) -> None:
    # Renamed into place, so that nobody is sent half a picture.
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(drawn)
    fresh.replace(file)


def _drop_older(folder: Path, event_id: int, kept: Path) -> None:
    for file in folder.glob(f"{event_id}-*.png"):
        if file != kept:
            file.unlink(missing_ok=True)

"""The strip of cover above a letter, drawn once for each event and kept; a letter is complete without it."""

from __future__ import annotations

import hashlib
import logging
import subprocess
from functools import lru_cache

from flask import current_app

from eventsvc import covers, drawings

_log = logging.getLogger(__name__)

# 1200 × 180 pixels: twice what a letter shows, for fine screens.
_PICTURE = """
#set page(width: 600pt, height: 90pt, margin: 0pt)
#image(bytes(sys.inputs.cover), width: 600pt, height: 90pt, fit: "cover")
"""


def strip(title: str, palette: str) -> bytes | None:
    """Return the strip of a title as PNG, or None where none can be drawn."""
    return _kept(current_app.instance_path, title, palette)


@lru_cache(maxsize=64)
def _kept(_instance: str, title: str, palette: str) -> bytes | None:
    """Return what is kept, else draw it; a fault is told in the log once, and no letter waits for it."""
    svg = covers.svg_file(title, palette, 20, 3)
    try:
        name, digest = _digest(f"{title} {palette}"), _digest(_PICTURE + svg)
        return drawings.kept("letter-covers", name, digest, "png", lambda: _draw(svg)).read_bytes()
    except (OSError, subprocess.SubprocessError):
        _log.exception("no cover for letters")
        return None


def _draw(svg: str) -> bytes:
    # No letter stands in a cover, and going through this machine's fonts took four fifths of the time.
    return drawings.compiled(_PICTURE, {"cover": svg}, format="png", ppi=144.0, ignore_system_fonts=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""The strip of cover above a letter, drawn once for each event and kept; a letter is complete without it."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from flask import current_app

from eventsvc import covers

LONGEST_DRAWING = 30
_log = logging.getLogger(__name__)

# 1200 × 180 pixels: twice what a letter shows, for fine screens.
_PICTURE = """
#set page(width: 600pt, height: 90pt, margin: 0pt)
#image(bytes(sys.inputs.cover), width: 600pt, height: 90pt, fit: "cover")
"""
_DRAW = """
import json, sys, typst
said = json.load(sys.stdin)
options = {"format": "png", "ppi": 144.0, "ignore_system_fonts": True}
sys.stdout.buffer.write(typst.compile(said["picture"].encode(), sys_inputs=said["inputs"], **options))
"""


def strip(title: str, palette: str) -> bytes | None:
    """Return the strip of a title as PNG, or None where none can be drawn."""
    return _kept(Path(current_app.instance_path) / "letter-covers", title, palette)


@lru_cache(maxsize=64)
def _kept(folder: Path, title: str, palette: str) -> bytes | None:
    """Return what lies in the folder, else draw it; a fault is told in the log once, and no letter waits for it."""
    svg = covers.svg_file(title, palette, 20, 3)
    file = folder / f"{hashlib.sha256(f'{_PICTURE}{svg}'.encode()).hexdigest()[:32]}.png"
    try:
        return file.read_bytes() if file.exists() else _keep(file, _draw(svg))
    except (OSError, subprocess.SubprocessError):
        _log.exception("no cover for letters")
        return None


def _draw(svg: str) -> bytes:
    # A process of its own: what it takes must not stay in the worker. No letter stands in a cover, and going through
    # this machine's fonts took four fifths of the time.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _DRAW],
        input=json.dumps({"picture": _PICTURE, "inputs": {"cover": svg}}).encode(),
        capture_output=True,
        timeout=LONGEST_DRAWING,
        check=True,
    )
    return done.stdout


def _keep(file: Path, drawn: bytes) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_bytes(drawn)
    fresh.replace(file)
    return drawn

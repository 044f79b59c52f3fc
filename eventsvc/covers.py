"""Covers woven letter by letter from a name, so that no event looks empty and no two look the same.

A name is written row by row into a grid of tiles, four units wide; each letter has a tile, and each repeat turns it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import product
from zlib import crc32

from markupsafe import Markup

PALETTES: dict[str, tuple[str, str, str, str, str]] = {
    "petrol": ("#0b5c63", "#3a8583", "#a4cbc3", "#f0e6cf", "#084a50"),
    "brick": ("#9c4228", "#c0704c", "#e5b293", "#f5e7d6", "#7f321d"),
    "moss": ("#48631f", "#768d41", "#bdca8f", "#f0edd4", "#384f17"),
    "plum": ("#6d3560", "#95628a", "#d0adc6", "#f3e5e4", "#57284c"),
    "slate": ("#3b4f70", "#687d9e", "#b2c1d5", "#efeadd", "#2e3f5b"),
    "ochre": ("#a8741b", "#c8994a", "#e9cf93", "#faf0da", "#885c12"),
}

SIDE = 4
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_CONSONANT_TONES = (1, 2, 1, 2, 3)
_VOWEL_TONES = {"a": 2, "o": 2, "y": 2, "e": 3, "i": 3, "u": 3}

# Each tile by quarter turns, as a path that begins at "mx y" in its cell; what fills it runs clockwise, what is cut
# out runs against it.
_QUARTER = ("m0 0h4a4 4 0 01-4 4z", "m4 0v4a4 4 0 01-4-4z", "m4 4h-4a4 4 0 014-4z",
            "m0 4v-4a4 4 0 014 4z")  # fmt: skip
_ARC = ("m2 0h2a4 4 0 01-4 4v-2a2 2 0 002-2z", "m4 2v2a4 4 0 01-4-4h2a2 2 0 002 2z",
        "m2 4h-2a4 4 0 014-4v2a2 2 0 00-2 2z", "m0 2v-2a4 4 0 014 4h-2a2 2 0 00-2-2z")  # fmt: skip
_TRIANGLE = ("m0 0h4l-4 4z", "m0 0h4v4z", "m4 0v4h-4z", "m0 0l4 4h-4z")
_HALF = ("m0 0h4a2 2 0 01-4 0z", "m4 0v4a2 2 0 010-4z", "m4 4h-4a2 2 0 014 0z",
         "m0 4v-4a2 2 0 010 4z")  # fmt: skip
_BARS = ("m0 0h4v1h-4zm0 2h4v1h-4z", "m3 0h1v4h-1zm-2 0h1v4h-1z",
         "m0 1h4v1h-4zm0 2h4v1h-4z", "m2 0h1v4h-1zm-2 0h1v4h-1z")  # fmt: skip
_CORNERS = ("m0 0h2a2 2 0 01-2 2zm4 4h-2a2 2 0 012-2z", "m4 0v2a2 2 0 01-2-2zm-4 4v-2a2 2 0 012 2z") * 2
_LEAF = ("m0 0a4 4 0 014 4a4 4 0 01-4-4z", "m4 0a4 4 0 01-4 4a4 4 0 014-4z") * 2
_BLOCK = ("m0 0h4v2h-4z", "m2 0h2v4h-2z", "m0 2h4v2h-4z", "m0 0h2v4h-2z")
_DISC = ("m0 2a2 2 0 014 0a2 2 0 01-4 0z",) * 4
_DOT = ("m1 2a1 1 0 012 0a1 1 0 01-2 0z",) * 4
_RING = ("m0 2a2 2 0 014 0a2 2 0 01-4 0zm1 0a1 1 0 002 0a1 1 0 00-2 0z",) * 4
_LOZENGE = ("m2 0l2 2l-2 2l-2-2z",) * 4
# Filled cells reach a little into their neighbours, so that no seam shows.
_CELL = "m0 0h4.02v4.02h-4.02z"

_VOWELS = {"a": _LEAF, "e": _DISC, "i": _DOT, "o": _RING, "u": _HALF, "y": _LOZENGE}
_TILES = (_QUARTER, _ARC, _TRIANGLE, _HALF, _BARS, _QUARTER, _CORNERS, _LEAF, _ARC, _BLOCK)


def palette_of(slug: str) -> str:
    """Name the palette of a series' or an event's slug: the same for ever, and for all editions of a series."""
    return tuple(PALETTES)[crc32(slug.encode()) % len(PALETTES)]


@lru_cache(maxsize=512)
def svg(name: str, palette: str, columns: int, rows: int, *, is_strip: bool = False) -> Markup:
    """Draw the cover of `name` for a page; colours come by class from the stylesheet.

    `is_strip`: drawn across the page rather than as a picture of its own. Raises KeyError for an unknown palette.
    """
    PALETTES[palette]
    shape = "cover cover-strip" if is_strip else "cover"
    paths = "".join(f'<path class="c{tone}" d="{path}"/>' for tone, path in _paths(name, columns, rows))
    # All that comes from the name is geometry: no letter of it is written into the page.
    return Markup(  # noqa: S704
        f'<svg class="{shape} cover-{palette}" viewBox="0 0 {columns * SIDE} {rows * SIDE}" '
        f'preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">{paths}</svg>'
    )


@lru_cache(maxsize=512)
def svg_file(name: str, palette: str, columns: int, rows: int) -> str:
    """Draw the same cover as a picture that stands alone, with its colours in it."""
    tones = PALETTES[palette]
    width, height = columns * SIDE, rows * SIDE
    paths = "".join(f'<path fill="{tones[tone]}" d="{path}"/>' for tone, path in _paths(name, columns, rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{paths}</svg>"
    )


def letters(name: str) -> str:
    """Fold a name to what can be drawn: a to z, 0 to 9 and single spaces, with one space at the end."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    return " ".join("".join(c if c in _DRAWN else " " for c in plain).split()) + " "


_DRAWN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def _paths(name: str, columns: int, rows: int) -> list[tuple[int, str]]:
    """Return one path for each tone used, in the order of painting: the ground first, what lies under tiles next."""
    parts: dict[int, list[str]] = {0: [f"M0 0h{columns * SIDE}v{rows * SIDE}H0z"], 4: [], 1: [], 2: [], 3: []}
    written = letters(name)
    slip = 3 if len(written) % columns == 0 or columns % len(written) == 0 else 0
    for row, column in product(range(rows), range(columns)):
        turn, place = divmod(row * (columns + slip) + column, len(written))
        for tone, x, y, shape in _tile(written[place], turn):
            parts[tone].append(f"M{column * SIDE + x} {row * SIDE + y}{shape}")
    return [(tone, "".join(path)) for tone, path in parts.items() if path]


@lru_cache(maxsize=2048)
def _tile(letter: str, turn: int) -> tuple[tuple[int, int, int, str], ...]:
    """Return what one cell shows, from below: tone, where its path begins in the cell, and the path from there."""
    return tuple((tone, int(path[1]), int(path[3]), path[4:]) for tone, path in _shapes(letter, turn))


def _shapes(letter: str, turn: int) -> list[tuple[int, str]]:
    if letter == " ":
        return []
    if letter.isdigit():
        return [(3, _BARS[int(letter) % 2])]
    if letter in _VOWELS:
        shape = (_VOWEL_TONES[letter], _VOWELS[letter][(ord(letter) + turn) % 4])
        return [(1, _CELL), shape] if letter in "eu" else [shape]
    n = _CONSONANTS.index(letter)
    shape = (_CONSONANT_TONES[(n + turn) % 5], _TILES[n % 10][(n + turn) % 4])
    return [(4, _CELL), shape] if n % 5 == 2 else [shape]

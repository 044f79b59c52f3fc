"""A partner's colours for what stands on their site: three words in an address, made to rules that stay legible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")
_PAPER = {"light": (251, 251, 248), "dark": (16, 23, 22)}
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
# WCAG 2.2, 1.4.3: text on its ground.
_CONTRAST = 4.5

# As most sites are; whoever follows the reader's system says so, as a dark box on a white page helps nobody.
GROUNDS = ("light", "dark", "auto")
SIZES = ("small", "normal", "large")

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """An accent as six digits (empty: ours), the ground it stands on, the size of the type."""

    accent: str = ""
    ground: str = "light"
    size: str = "normal"

    def words(self) -> dict[str, str]:
        """Return what of it is not as usual, as it stands in an address."""
        usual = Look()
        said = {"accent": self.accent, "ground": self.ground, "size": self.size}
        return {name: word for name, word in said.items() if word != getattr(usual, name)}

    def sheet(self) -> str:
        """Write the accent as a style sheet, lighter or darker where it could not be read; nothing for ours."""
        if not self.accent:
            return ""
        light, dark = (_rule(_legible(self.accent, _PAPER[ground])) for ground in ("light", "dark"))
        if self.ground != "auto":
            return f":root[data-bs-theme] {light if self.ground == 'light' else dark}\n"
        return f":root {light}\n@media (prefers-color-scheme: dark) {{ :root:not([data-bs-theme]) {dark} }}\n"


def look(said: Mapping[str, str]) -> Look:
    """Read a look from an address; words that are none of these are passed over, so nothing else reaches a sheet."""
    accent = _COLOUR.fullmatch(said.get("accent", ""))
    ground, size = said.get("ground", ""), said.get("size", "")
    return Look(
        accent=accent[1].lower() if accent else "",
        ground=ground if ground in GROUNDS else "light",
        size=size if size in SIZES else "normal",
    )


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _legible(accent: str, paper: Colour) -> Colour:
    """Move an accent towards black or white, away from its paper, until text in it can be read there."""
    colour = int(accent[:2], 16), int(accent[2:4], 16), int(accent[4:], 16)
    end = _BLACK if _luminance(paper) > 0.5 else _WHITE
    for step in range(21):
        moved = _between(colour, end, step / 20)
        if contrast(moved, paper) >= _CONTRAST:
            return moved
    return end


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rule(accent: Colour) -> str:
    on = max((_WHITE, _BLACK), key=lambda colour: contrast(colour, accent))
    return f"{{ --accent: {_hex(accent)}; --accent-strong: {_hex(accent)}; --on-accent: {_hex(on)}; }}"


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

"""ORCID iDs: sixteen characters, the last of which checks the others (ISO 7064, MOD 11-2)."""

from __future__ import annotations

import re

ADDRESS = "https://orcid.org/"
_TYPED = re.compile(r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?([0-9]{15}[0-9X])", re.IGNORECASE)


def read(typed: str) -> str | None:
    """Return an iD as it is written (`0000-0002-1825-0097`), from itself or its address; None for what is none."""
    found = _TYPED.fullmatch("".join(typed.split()).replace("-", ""))
    if found is None:
        return None
    digits = found[1].upper()
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4)) if digits[-1] == check(digits[:-1]) else None


def check(digits: str) -> str:
    """Return the character that checks fifteen digits."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)

"""What a browser without scripts does with a page: it reads what the form carries unseen, and keeps the cookie."""

from __future__ import annotations

import re

from bench import client

_HIDDEN = re.compile(rb"<input\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"\b(name|value|type)=\"([^\"]*)\"")


def hidden(body: bytes) -> dict[str, str]:
    """Read what the form carries unseen; what is empty (the trap) stays empty."""
    found = {}
    for tag in _HIDDEN.findall(body):
        said = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}
        if said.get("type") == "hidden" and "name" in said:
            found[said["name"]] = said.get("value", "")
    return found


def cookie(answer: client.Answer) -> dict[str, str]:
    """Return the header that hands the answer's cookie back."""
    return {"Cookie": (answer.header("Set-Cookie") or "").split(";")[0]}

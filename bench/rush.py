"""The rush: many people at once, each opens the form and sends it; and sixteen who want the last seat."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench import client

PEOPLE, SEATS, AT_ONCE = 300, 200, 16
_HIDDEN = re.compile(rb"<input\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"\b(name|value|type)=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Registered:
    """One person's two answers."""

    status: int
    form_seconds: float
    post_seconds: float


def register(port: int, slug: str, number: int) -> Registered:
    """Open the form and send it, as a browser without scripts does."""
    path = f"/events/{slug}/register"
    form = client.get(port, path)
    fields = _hidden(form.body) | {
        "given_name": "Ada",
        "family_name": f"Voorbeeld {number}",
        "email": f"ada{number}@example.org",
        "organisation": "Example University",
        "country": "NL",
        "consent": "y",
    }
    cookie = (form.header("Set-Cookie") or "").split(";")[0]
    sent = client.post(port, path, fields, {"Cookie": cookie})
    return Registered(sent.status, form.seconds, sent.seconds)


def run(port: int, slug: str, people: int = PEOPLE) -> client.Load:
    """Let all of them come, sixteen at a time."""
    return client.together(lambda number: register(port, slug, number), range(people), at_once=AT_ONCE)


def _hidden(body: bytes) -> dict[str, str]:
    """Read what the form carries unseen; what is empty (the trap) stays empty."""
    found = {}
    for tag in _HIDDEN.findall(body):
        said = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}
        if said.get("type") == "hidden" and "name" in said:
            found[said["name"]] = said.get("value", "")
    return found

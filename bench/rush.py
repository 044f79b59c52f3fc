"""The rush: many people at once, each opens the form and sends it; and sixteen who want the last seat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import client, forms

PEOPLE, SEATS, AT_ONCE = 300, 200, 16


@dataclass(frozen=True, slots=True)
class Registered:
    """One person's two answers."""

    status: int
    form_seconds: float
    post_seconds: float


def register(port: int, slug: str, number: int, more: Mapping[str, str]) -> Registered:
    """Open the form and send it, with `more` filled in, as a browser without scripts does."""
    path = f"/events/{slug}/register"
    form = client.get(port, path)
    fields = forms.hidden(form.body) | {
        "given_name": "Ada",
        "family_name": f"Voorbeeld {number}",
        "email": f"ada{number}@example.org",
        "organisation": "Example University",
        "country": "NL",
        "consent": "y",
        **more,
    }
    sent = client.post(port, path, fields, forms.cookie(form))
    return Registered(sent.status, form.seconds, sent.seconds)


def run(port: int, slug: str, people: int = PEOPLE, forms: Sequence[Mapping[str, str]] = ({},)) -> client.Load:
    """Let all of them come, sixteen at a time; each fills in the next of `forms`."""
    return client.together(
        lambda number: register(port, slug, number, forms[number % len(forms)]), range(people), at_once=AT_ONCE
    )

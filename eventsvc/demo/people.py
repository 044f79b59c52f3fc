"""The people of the demo: made up, at example.org, called "example" in their languages, and always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from eventsvc.registration.person import Person
from eventsvc.text import slug_of

_GIVEN_NAMES = """
Ada Amina Ana Anna Carlos Chiara Daan Dee Elif Emma Fatima Femke Finn Giulia Hanna Ines Jan Jonas Joris Julia Katarzyna
Lars Léa Li Lotte Luca Luis Maja Maria Marie Mei Mila Minna Noor Nora Olivia Omar Pieter Pim Rosa Sam Sanne Sara Sofia
Stefan Tariq Thomas Tim Veerle Wei Yara Zeynep
"""
_GIVEN = tuple(_GIVEN_NAMES.split())
# "Example" in the language of the country, and a university there.
_FAMILIES = (
    ("Voorbeeld", "NL", "Voorbeeld Universiteit"),
    ("Beispiel", "DE", "Institut für Beispiele"),
    ("Ejemplo", "ES", "Universidad Ejemplo"),
    ("Exemple", "FR", "Université Exemple"),
    ("Esempio", "IT", "Università Esempio"),
    ("Exemplo", "BR", "Universidade Federal Exemplo"),
    ("Esimerkki", "FI", "University of Examples"),
    ("Exempel", "SE", "Example University"),
    ("Przykład", "PL", "Example Medical University"),
    ("Příkladová", "CZ", "Academy of Examples"),
    ("Örnek", "TR", "Örnek Üniversitesi"),
    ("Mfano", "KE", "Example University of Nairobi"),
    ("Contoh", "ID", "Universitas Contoh"),
    ("Shili", "CN", "Example Medical University"),
)
# So many of those who register are from here and read Dutch.
_DUTCH = 0.4


def somebody(event_slug: str) -> Iterator[tuple[Person, str]]:
    """Make up one person after the other for an event, with the language they read; the same each time."""
    chance = random.Random(event_slug)  # noqa: S311 (nothing is secret about them)
    number = 0
    while True:
        number += 1
        family, country, university = _FAMILIES[0] if chance.random() < _DUTCH else chance.choice(_FAMILIES)
        given = chance.choice(_GIVEN)
        address = f"{slug_of(given)}.{slug_of(family)}.{number}@example.org"
        yield Person(given, family, address, university, country), "nl" if country == "NL" else "en"


def moments(event_slug: str, count: int, first: datetime, last: datetime) -> list[datetime]:
    """Spread so many moments over a span, in order: most people come soon after the doors open."""
    chance = random.Random(f"{event_slug} moments")  # noqa: S311
    span = (last - first) - timedelta(minutes=1)
    return sorted(first + timedelta(seconds=round(span.total_seconds() * chance.random() ** 2)) for _ in range(count))

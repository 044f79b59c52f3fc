"""What of a programme is wanted, as the address says it: a track, a kind, a language, a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventsvc.programme.models import SessionKind
from eventsvc.programme.reading import Item

LONGEST = 100
Words = Mapping[str, str]
"""What sessions say, folded, by their public ids."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty words let everything through. `language` is a code, `kind` a value of SessionKind."""

    track: str = ""
    kind: str = ""
    language: str = ""
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.track or self.kind or self.language or self.text)

    def words(self) -> dict[str, str]:
        """Return what stands in the address."""
        said = {"track": self.track, "kind": self.kind, "language": self.language, "q": self.text}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from, each in the order of the programme."""

    tracks: tuple[str, ...]
    kinds: tuple[SessionKind, ...]
    languages: tuple[str, ...]


def wanted(args: Mapping[str, str]) -> Wanted:
    """Read what is wanted from the words of an address."""
    track, kind, language, text = (args.get(name, "").strip()[:LONGEST] for name in ("track", "kind", "language", "q"))
    return Wanted(track, kind, language, text)


def offered(items: Sequence[Item], language: str) -> Offered:
    """Return what these sessions can be told apart by; `language` is that of those that say none."""
    return Offered(
        tracks=tuple(dict.fromkeys(item.track for item in items if item.track)),
        kinds=tuple(dict.fromkeys(item.kind for item in items if not item.is_break)),
        languages=tuple(dict.fromkeys(item.language or language for item in items if not item.is_break)),
    )


def narrowed(items: Sequence[Item], wanted: Wanted, language: str, words: Words | None = None) -> tuple[Item, ...]:
    """Return the sessions that are wanted, and with each part the block it stands in.

    `words` are those of the sessions, folded, where they are at hand.
    """
    if not wanted.is_narrowed:
        return tuple(items)
    asked = folded(wanted.text).split()
    found = {item.public_id for item in items if _fits(item, wanted, language) and _says(item, asked, words or {})}
    found |= {item.parent for item in items if item.public_id in found and item.parent}
    return tuple(item for item in items if item.public_id in found)


def words_of(item: Item) -> str:
    """Return all that a text is looked for in, folded."""
    people = (f"{voice.name} {voice.affiliation}" for voice in item.voices)
    return folded(" ".join([item.title, item.abstract, item.room, item.track, *people]))


def folded(text: str) -> str:
    """Fold case and take accents off, so that Sao finds São."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isascii() or not unicodedata.combining(letter))


def _fits(item: Item, wanted: Wanted, language: str) -> bool:
    return (
        (not wanted.track or item.track == wanted.track)
        and (not wanted.kind or item.kind.value == wanted.kind)
        and (not wanted.language or (item.language or language) == wanted.language)
    )


def _says(item: Item, asked: Sequence[str], words: Words) -> bool:
    if not asked:
        return True
    said = words[item.public_id] if item.public_id in words else words_of(item)
    return all(word in said for word in asked)

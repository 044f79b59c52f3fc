"""What of a programme is wanted, as the address says it: a track, a kind, a language, a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventsvc.programme.models import SessionKind
from eventsvc.programme.reading import Item

LONGEST = 100


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


def narrowed(items: Sequence[Item], wanted: Wanted, language: str) -> tuple[Item, ...]:
    """Return the sessions that are wanted, and with each part the block it stands in."""
    if not wanted.is_narrowed:
        return tuple(items)
    found = {item.public_id for item in items if _fits(item, wanted, language)}
    found |= {item.parent for item in items if item.public_id in found and item.parent}
    return tuple(item for item in items if item.public_id in found)


def _fits(item: Item, wanted: Wanted, language: str) -> bool:
    return (
        (not wanted.track or item.track == wanted.track)
        and (not wanted.kind or item.kind.value == wanted.kind)
        and (not wanted.language or (item.language or language) == wanted.language)
        and (not wanted.text or _says(item, wanted.text))
    )


def _says(item: Item, text: str) -> bool:
    people = (f"{voice.name} {voice.affiliation}" for voice in item.voices)
    said = _plain(" ".join([item.title, item.abstract, item.room, item.track, *people]))
    return all(word in said for word in _plain(text).split())


def _plain(text: str) -> str:
    """Fold case and take accents off, so that Sao finds São."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))

"""What a feed is narrowed to, read from its address and written into one.

Words nobody knows are passed over, as a feed must outlive them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import request

from eventsvc.calendars.feeds import Detail, Filter, Narrowing
from eventsvc.events import listing
from eventsvc.programme.models import SessionKind

MOST = 20
LONGEST = 200
W = TypeVar("W", bound=StrEnum)


def narrowed() -> Filter:
    """Read what the feed of many events is narrowed to."""
    return Filter(
        kinds=listing.kinds(request.args.getlist("kind")),
        modes=listing.modes(request.args.getlist("mode")),
        series=request.args.get("series", "")[:120],
        languages=_texts("language"),
        partners=_texts("partner"),
        detail=detail() or Detail.EVENT,
    )


def narrowing() -> Narrowing:
    """Read what the feed of one event is narrowed to."""
    return Narrowing(tracks=_texts("track"), rooms=_texts("room"), kinds=_words("kind", SessionKind), detail=detail())


def said(wanted: Narrowing) -> dict[str, str | list[str]]:
    """Write it into an address again, each word once and in one order."""
    words: dict[str, str | list[str]] = {
        "track": list(wanted.tracks),
        "room": list(wanted.rooms),
        "kind": [kind.value for kind in wanted.kinds],
        "detail": wanted.detail.value if wanted.detail else "",
    }
    return {name: value for name, value in words.items() if value}


def said_of_many(wanted: Filter) -> dict[str, str | list[str]]:
    """Write the narrowing of many events into an address again."""
    words: dict[str, str | list[str]] = {
        "kind": [kind.value for kind in wanted.kinds],
        "mode": [mode.value for mode in wanted.modes],
        "series": wanted.series,
        "language": list(wanted.languages),
        "partner": list(wanted.partners),
        "detail": wanted.detail.value if wanted.detail is not Detail.EVENT else "",
    }
    return {name: value for name, value in words.items() if value}


def detail() -> Detail | None:
    """Read as what events are to be shown; None where nothing known is said."""
    word = request.args.get("detail", "")
    return Detail(word) if word in set(Detail) else None


def _texts(name: str) -> tuple[str, ...]:
    return tuple(sorted({text[:LONGEST] for text in request.args.getlist(name)[:MOST] if text}))


def _words(name: str, words: type[W]) -> tuple[W, ...]:
    return tuple(sorted({words(text) for text in request.args.getlist(name) if text in set(words)}))

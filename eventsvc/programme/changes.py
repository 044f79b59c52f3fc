"""What differs between two versions of a programme. Pure: it compares facts as `published.facts_of` writes them."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

Facts = Mapping[str, Any]


class Difference(enum.StrEnum):
    """What may differ of one session. The first eight concern whoever means to be there; the rest is correction."""

    NEW = "new"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    TIME = "time"
    LENGTH = "length"
    ROOM = "room"
    SPEAKERS = "speakers"
    TITLE = "title"
    TEXT = "text"


NEWS = frozenset(
    {
        Difference.NEW,
        Difference.REMOVED,
        Difference.CANCELLED,
        Difference.REINSTATED,
        Difference.TIME,
        Difference.LENGTH,
        Difference.ROOM,
        Difference.SPEAKERS,
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs of one session; `was` is empty for a new one, `now` for one that is gone."""

    public_id: str
    differences: tuple[Difference, ...]
    was: Facts = field(default_factory=dict)
    now: Facts = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str((self.now or self.was)["title"])

    @property
    def is_news(self) -> bool:
        """Tell whether it concerns people who mean to be there."""
        return not NEWS.isdisjoint(self.differences)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "public_id": self.public_id,
            "differences": [each.value for each in self.differences],
            "was": dict(self.was),
            "now": dict(self.now),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        differences = tuple(Difference(each) for each in said["differences"])
        return cls(said["public_id"], differences, said["was"], said["now"])


def between(was: Mapping[str, Facts], now: Mapping[str, Facts]) -> tuple[Change, ...]:
    """Compare two programmes, each the facts of its sessions by public id; in the order of now, what is gone last."""
    found = [_change(public_id, was.get(public_id, {}), facts) for public_id, facts in now.items()]
    gone = [Change(public_id, (Difference.REMOVED,), facts) for public_id, facts in was.items() if public_id not in now]
    return tuple(change for change in (*found, *gone) if change.differences)


def _change(public_id: str, was: Facts, now: Facts) -> Change:
    differences = tuple(_differences(was, now)) if was else (Difference.NEW,)
    return Change(public_id, differences, was, now)


def _differences(was: Facts, now: Facts) -> Iterator[Difference]:
    if was["status"] != now["status"]:
        yield Difference.CANCELLED if now["status"] == "cancelled" else Difference.REINSTATED
    if was["starts_at"] != now["starts_at"]:
        yield Difference.TIME
    if length(was) != length(now):
        yield Difference.LENGTH
    if _ids(was["rooms"]) != _ids(now["rooms"]):
        yield Difference.ROOM
    if _people(was) != _people(now):
        yield Difference.SPEAKERS
    if was["title"] != now["title"]:
        yield Difference.TITLE
    if _rest(was) != _rest(now):
        yield Difference.TEXT


def length(facts: Facts) -> float | None:
    """Return how many seconds a session lasts, or None while it has no time."""
    if not facts["starts_at"] or not facts["ends_at"]:
        return None
    return (datetime.fromisoformat(facts["ends_at"]) - datetime.fromisoformat(facts["starts_at"])).total_seconds()


def _ids(things: list[dict[str, str]]) -> list[str]:
    return [thing["public_id"] for thing in things]


def _people(facts: Facts) -> list[tuple[str, str]]:
    return [(voice["public_id"], voice["role"]) for voice in facts["speakers"]]


def _rest(facts: Facts) -> dict[str, Any]:
    """Return what is left: texts, and names of what is itself the same."""
    # A track that was made again under its name is another one to calendars alone.
    seen = {"status", "starts_at", "ends_at", "title", "track_id"}
    return {name: value for name, value in facts.items() if name not in seen}

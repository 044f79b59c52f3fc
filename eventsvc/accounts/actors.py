"""Who acts: an organiser, the attendee or the speaker themself, or the system."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ActorKind(enum.StrEnum):
    ORGANISER = "organiser"
    ATTENDEE = "attendee"
    SPEAKER = "speaker"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The `by` of every rule; `user_id` is set for an organiser only."""

    kind: ActorKind
    user_id: int | None = None

    @property
    def is_organiser(self) -> bool:
        return self.kind is ActorKind.ORGANISER


ATTENDEE = Actor(ActorKind.ATTENDEE)
SPEAKER = Actor(ActorKind.SPEAKER)
SYSTEM = Actor(ActorKind.SYSTEM)


def organiser(user_id: int) -> Actor:
    """Name the organiser with this account as the one who acts."""
    return Actor(ActorKind.ORGANISER, user_id)

"""How long it takes to find the clashes of a large programme.

Run as a program in the server's environment: `python -m bench.programme`; prints seconds as JSON.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from eventsvc import create_app
from eventsvc.programme import conflicts
from eventsvc.programme.planned import Person, Place, Plan, Planned
from eventsvc.programme.slots import Slot

TIMES = 60


def clashes(count: int = 1000) -> float:
    """Return the median seconds of `conflicts.found` over a five-day programme of sessions placed at random."""
    plan = _crowded(count)
    return _median(lambda: conflicts.found(plan))


def _crowded(count: int) -> Plan:
    chance = random.Random(1)  # noqa: S311 (the same programme every time)
    begins = datetime(2027, 5, 30, 7, tzinfo=UTC)
    rooms = [Place(number, f"Room {number}", 100) for number in range(12)]
    people = [Person(number, f"Speaker {number}") for number in range(count // 3 + 2)]

    def session(number: int) -> Planned:
        starts_at = begins + timedelta(days=chance.randrange(5), minutes=15 * chance.randrange(40))
        slot = Slot(starts_at, starts_at + timedelta(minutes=chance.choice((30, 45, 60))))
        return Planned(
            f"s{number}",
            f"Session {number}",
            slot=slot,
            rooms=(chance.choice(rooms),),
            people=tuple(chance.sample(people, 2)),
            seats=50,
        )

    span = Slot(begins, begins + timedelta(days=5))
    return Plan(tuple(map(session, range(count))), rooms=tuple(rooms), timezone="Europe/Amsterdam", span=span)


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return median(taken)


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps({"seconds": clashes()}))

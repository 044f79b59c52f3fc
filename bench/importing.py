"""Taking a schedule of 138 sessions into an empty event: the size of a real congress, four days in four rooms.

`seconds(environment)` measures in a process of its own; run as a program in the server's environment it prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench import rows, server
from eventsvc import clock, create_app
from eventsvc.accounts.actors import SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import exporting, importing, rules
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.formats.plan import Head, Person, Planned
from eventsvc.programme.models import SessionKind

SESSIONS, PEOPLE, ROOMS, TRACKS = 138, 197, 4, 8
AIM = 3.0
_A_DAY = 36


def seconds(environment: dict[str, str]) -> float:
    """Return how long it takes to read the file, take it in and commit."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing"],
        cwd=server.ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def measure() -> dict[str, float]:
    """Import the schedule into an event of its own. Raises AssertionError where not all of it arrived."""
    rows.event("imported")
    event = db.session.scalars(sa.select(Event).where(Event.slug == "imported")).one()
    data = schedule(event)
    began = time.perf_counter()
    plan = files.read_file(data, exporting.setting_of(event)).plan
    found = importing.take(event, plan, accepts=rules.ANYWAY, by=SYSTEM, at=clock.now())
    db.session.commit()
    taken = time.perf_counter() - began
    counts = found.counts
    arrived = counts["new"], counts["people"], counts["rooms"], counts["tracks"]
    assert arrived == (SESSIONS, PEOPLE, ROOMS, TRACKS), arrived
    return {"seconds": taken}


def schedule(event: Event) -> bytes:
    """Write the schedule as frab writes it."""
    assert event.starts_at is not None
    head = Head("imported", event.title, event.timezone, "https://example.org/", "1", clock.now())
    sessions = tuple(_session(number, event.starts_at) for number in range(SESSIONS))
    return b"".join(files.write(Format.XML, head, sessions))


def _session(number: int, begins: datetime) -> Planned:
    day, place = divmod(number, _A_DAY)
    starts_at = begins + timedelta(days=day, minutes=75 * (place // ROOMS))
    return Planned(
        number + 1,
        f"guid-{number}",
        {
            "title": f"Session {number}: what we owe one another",
            "abstract": "What we owe one another, with cases from four countries. " * 40,
            "kind": SessionKind.TALK,
            "language": "en",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=1),
            "rooms": (f"Hall {number % ROOMS}",),
            "track": f"Track {number % TRACKS}",
            "people": tuple(Person(f"Speaker {(2 * number + each) % PEOPLE}") for each in range(2)),
        },
    )


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(measure()))

"""How long a feed of two thousand sessions takes, how much memory, and how long its entries take to be written afresh.

Run as a program in the server's environment, `lay` first and `read` in a process of its own, whose peak is then that
of reading alone: `python -m bench.calendars WHAT`; prints figures as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import sqlalchemy as sa

from bench import rows
from eventsvc import clock, create_app
from eventsvc.calendars import entries
from eventsvc.calendars.models import Entry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published

SESSIONS = 2_000
SLUG = "calendar"
TIMES = 15


def lay() -> dict[str, float]:
    """Lay an event of two thousand sessions; return the seconds in which all its entries are written."""
    rows.event(SLUG, sessions=SESSIONS)
    event = db.session.scalars(sa.select(Event).where(Event.slug == SLUG)).one()
    published.bring(event, at=clock.now())
    db.session.execute(sa.delete(Entry).where(Entry.event_id == event.id))
    db.session.commit()
    began = time.perf_counter()
    written = entries.refresh(event, at=clock.now())
    db.session.commit()
    return {"entries": written, "seconds": time.perf_counter() - began}


def read() -> dict[str, float]:
    """Return the median milliseconds of the whole feed and of its 304, its MiB, and by how many the process grew."""
    client = create_app().test_client()
    client.get("/healthz")
    idle = _peak()
    path = f"/events/{SLUG}/calendar.ics"
    answer = client.get(path)
    tag = {"If-None-Match": answer.headers["ETag"]}
    return {
        "milliseconds": _median(lambda: client.get(path).data),
        "milliseconds_of_304": _median(lambda: client.get(path, headers=tag).data),
        "mebibytes_of_it": len(answer.data) / 2**20,
        "mebibytes_above_idle": _peak() - idle,
    }


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _time in range(TIMES):
        began = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WHAT: dict[str, Callable[[], dict[str, float]]] = {"lay": lay, "read": read}

if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(WHAT[sys.argv[1]]()))

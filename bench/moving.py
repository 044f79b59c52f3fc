"""The desk's move, as a drop on the timetable sends it: one of 138 sessions goes to and fro between two free slots.

Run as a program in the server's environment: `python -m bench.moving SLUG`; lays the programme, prints what to send.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench import client, rows
from eventsvc import create_app
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import blocks
from eventsvc.programme.models import Session

SESSIONS = 138
"""As many as the conference has whose programme is imported whole."""
TIMES = 100
# Enough that in each of the processes the server has planned each statement once and for all.
_WARMING = 80
_HALF_AN_HOUR = timedelta(minutes=30)


def seconds(port: int, who: dict[str, str], laid: dict[str, Any]) -> float:
    """Return the median time of a move over HTTP, one after the other: the answer that leads back to the day."""
    board = client.get(port, f"/desk/events/{laid['slug']}/programme/timetable", who)
    token, revision = re.search(rb'data-csrf="([^"]+)"', board.body), int(laid["revision"])
    if token is None:
        raise RuntimeError(f"the timetable answered {board.status}")
    taken = []
    for number in range(_WARMING + TIMES):
        said = {"csrf_token": token[1].decode(), "revision": str(revision + number), "slot": laid["slots"][number % 2]}
        answer = client.post(port, _path(laid), said, who)
        if answer.status != 303:
            raise RuntimeError(f"a move answered {answer.status}")
        taken.append(answer.seconds)
    return median(taken[_WARMING:])


def lay(slug: str) -> dict[str, Any]:
    """Lay the programme; return which session goes, at which revision, and the two slots."""
    rows.event(slug, sessions=SESSIONS)
    asked = sa.select(Session).join(Event).where(Event.slug == slug).order_by(Session.id.desc())
    session = db.session.scalars(asked.limit(1)).one()
    assert session.event.starts_at is not None
    begins = [session.event.starts_at + timedelta(hours=hours) for hours in (40, 41)]
    return {
        "slug": slug,
        "public_id": session.public_id,
        "revision": session.revision,
        "slots": [f"{blocks.iso(at)}/{blocks.iso(at + _HALF_AN_HOUR)},{session.room_id}" for at in begins],
    }


def _path(laid: dict[str, Any]) -> str:
    return f"/desk/events/{laid['slug']}/programme/sessions/{laid['public_id']}/move"


if __name__ == "__main__":
    with create_app().app_context():
        print(json.dumps(lay(sys.argv[1])))

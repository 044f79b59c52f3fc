"""The desk's move, as a drop on the timetable sends it: one of 138 sessions goes to and fro between two free slots.

Run as a program in the server's environment: `python -m bench.moving SLUG` lays the programme and prints what to send,
`python -m bench.moving SLUG PORT` moves by the rule, beside a bare application at that port, and prints seconds.
"""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench import client, rows
from eventsvc import clock, create_app
from eventsvc.accounts.actors import SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import blocks, rules
from eventsvc.programme.models import Session

SESSIONS = 138
"""As many as the conference has whose programme is imported whole."""
TIMES = 100
# Enough that in each of the processes the server has planned each statement once and for all.
_WARMING = 80
_HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Beside:
    """How long something takes, and a bare response asked in turn with it, so that a busy machine slows both alike."""

    seconds: float
    bare: float

    @property
    def share(self) -> float:
        """How many bare responses it costs."""
        return self.seconds / self.bare


def over_http(port: int, bare: int, who: dict[str, str], laid: dict[str, Any]) -> Beside:
    """Measure a move over HTTP, one after the other: the answer that leads back to the day."""
    board = client.get(port, f"/desk/events/{laid['slug']}/programme/timetable", who)
    token, revision = re.search(rb'data-csrf="([^"]+)"', board.body), int(laid["revision"])
    if token is None:
        raise RuntimeError(f"the timetable answered {board.status}")
    taken, beside = [], []
    for number in range(_WARMING + TIMES):
        said = {"csrf_token": token[1].decode(), "revision": str(revision + number), "slot": laid["slots"][number % 2]}
        answer = client.post(port, _path(laid), said, who)
        if answer.status != 303:
            raise RuntimeError(f"a move answered {answer.status}")
        taken.append(answer.seconds)
        beside.append(client.get(bare, "/").seconds)
    return Beside(median(taken[_WARMING:]), median(beside[_WARMING:]))


def by_rule(slug: str, bare: int) -> Beside:
    """Measure the rule behind it, the commit included."""
    laid = lay(slug)
    slots = [[datetime.fromisoformat(at) for at in said.partition(",")[0].split("/")] for said in laid["slots"]]
    asked = sa.select(Session).where(Session.public_id == laid["public_id"])
    taken, beside = [], []
    for number in range(_WARMING + TIMES):
        dragged = db.session.scalars(asked).one()
        starts_at, ends_at = slots[number % 2]
        began = time.perf_counter()
        rules.move(
            dragged,
            starts_at=starts_at,
            ends_at=ends_at,
            room_id=dragged.room_id,
            revision=dragged.revision,
            by=SYSTEM,
            at=clock.now(),
        )
        db.session.commit()
        taken.append(time.perf_counter() - began)
        beside.append(client.get(bare, "/").seconds)
    return Beside(median(taken[_WARMING:]), median(beside[_WARMING:]))


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


def main(slug: str, bare: str = "") -> dict[str, Any]:
    """Do what the command line asks."""
    with create_app().app_context():
        return asdict(by_rule(slug, int(bare))) if bare else lay(slug)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

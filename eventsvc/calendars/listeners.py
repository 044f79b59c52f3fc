"""Who is listening to a feed: how many, by program, counted without keeping anybody's address.

A poll is noted in the process's memory, at the price of a look into a dictionary. Now and then what was noted is
written in one statement: of each listener a digest, made with a secret of the day and cut to 96 bits. On the day after,
digests and secret are deleted, and what stays is how many there were. So nobody can be followed from one day to the
next, and how many listened in a month is told as the most on one day of it. What a process had noted and not written
when it ended is lost, and nothing rests on it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from eventsvc.calendars.models import Listener, ListenerSalt, ListenersOfDay, Program
from eventsvc.extensions import db

EVERY = timedelta(minutes=1)
DAYS = 30

_MOST_NOTED = 5_000
_AT_ONCE = 500
# How long to wait for another writer; the second is what `extensions` opens a connection with.
_PATIENCE_MS, _USUAL_PATIENCE_MS = 200, 20_000


@dataclass(frozen=True, slots=True)
class Poll:
    """One program's question for one feed; `who` is known to this process only, and written as a digest."""

    feed: str
    address: str
    event_id: int | None
    program: Program
    is_hosted: bool
    who: str


@dataclass(slots=True)
class Notes:
    """What a process noted since it last wrote."""

    polls: dict[Poll, tuple[int, datetime]] = field(default_factory=dict)
    written_at: datetime | None = None

    def note(self, poll: Poll, at: datetime) -> None:
        """Note a poll; in a flood beyond all measure, further listeners are left out."""
        count, _before = self.polls.get(poll, (0, at))
        if count or len(self.polls) < _MOST_NOTED:
            self.polls[poll] = (count + 1, at)

    def is_due(self, at: datetime) -> bool:
        """Tell whether it is time to write: at once after a rest, else a minute after the last time."""
        return bool(self.polls) and (self.written_at is None or not timedelta() <= at - self.written_at < EVERY)

    def take(self, at: datetime) -> dict[Poll, tuple[int, datetime]]:
        """Return what was noted, and begin anew."""
        noted, self.polls, self.written_at = self.polls, {}, at
        return noted


def write(noted: Mapping[Poll, tuple[int, datetime]], connection: sa.Connection) -> None:
    """Add what was noted to the day's listeners, in the caller's transaction.

    Raises OperationalError when SQLite's one pen is in somebody's hand for longer than a blink.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        _add(noted, connection)
    finally:
        if is_sqlite:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_USUAL_PATIENCE_MS}")


def fold(*, at: datetime) -> int:
    """Turn the listeners of days that are over into counts, forget them and their secrets; return how many days.

    Counts older than the month that is told are deleted.
    """
    today = at.date()
    named = (Listener.on, Listener.event_id, Listener.feed, Listener.address, Listener.program, Listener.is_hosted)
    names = [*(column.key for column in named), "listeners", "polls", "fewest_polls", "polled_at"]
    polls = (sa.func.sum(Listener.polls), sa.func.min(Listener.polls), sa.func.max(Listener.polled_at))
    over = list(db.session.scalars(sa.select(ListenerSalt.on).where(ListenerSalt.on < today)))
    for on in over:
        summed = sa.select(*named, sa.func.count(), *polls).where(Listener.on == on).group_by(*named)
        db.session.execute(sa.insert(ListenersOfDay).from_select(names, summed))
        db.session.execute(sa.delete(Listener).where(Listener.on == on))
        db.session.execute(sa.delete(ListenerSalt).where(ListenerSalt.on == on))
    if over:
        db.session.execute(sa.delete(ListenersOfDay).where(ListenersOfDay.on < today - timedelta(days=DAYS)))
    return len(over)


@dataclass(frozen=True, slots=True)
class Heard:
    """Who listens to one feed by one program: the most on one day of the month, and the last time any of them asked.

    `slowest_hours` is how long a change may take to reach the slowest: by how seldom they asked on a day, or by the
    longest time between two days on which they did; None while nobody can tell. Where `is_hosted`, a company's servers
    ask for everybody, and nobody can tell for how many.
    """

    feed: str
    address: str
    program: Program
    is_hosted: bool
    listeners: int
    polled_at: datetime
    slowest_hours: int | None


def heard(event_id: int | None, *, at: datetime) -> list[Heard]:
    """Return who listened to the feeds of an event in the last 30 days, or for None to those of many events."""
    since = at.date() - timedelta(days=DAYS)
    days = sa.select(
        *(ListenersOfDay.feed, ListenersOfDay.address, ListenersOfDay.program, ListenersOfDay.is_hosted),
        ListenersOfDay.listeners,
        ListenersOfDay.polled_at,
        ListenersOfDay.fewest_polls,
        ListenersOfDay.on,
    ).where(ListenersOfDay.event_id == event_id, ListenersOfDay.on >= since)
    named = (Listener.feed, Listener.address, Listener.program, Listener.is_hosted)
    # A day that is not over tells nothing yet about how seldom somebody asks.
    today = (
        sa.select(*named, sa.func.count(), sa.func.max(Listener.polled_at), sa.null(), Listener.on)
        .where(Listener.event_id == event_id)
        .group_by(Listener.on, *named)
    )
    rows = [*db.session.execute(days), *db.session.execute(today)]
    return sorted(_summed(rows), key=lambda one: (one.feed, one.address, -one.listeners, one.program))


def _summed(rows: Iterable[Any]) -> Iterator[Heard]:
    groups: dict[tuple[str, str, Program, bool], list[Any]] = {}
    for feed, address, program, is_hosted, *day in rows:
        groups.setdefault((feed, address, program, is_hosted), []).append(day)
    for (feed, address, program, is_hosted), days in groups.items():
        counts, moments, fewest, dates = zip(*days, strict=True)
        yield Heard(feed, address, program, is_hosted, max(counts), max(moments), _slowest(fewest, dates))


def _slowest(fewest: Iterable[int | None], dates: Iterable[date]) -> int | None:
    """Return the hours between two questions of the slowest: a day without any is one that they let pass."""
    told = [polls for polls in fewest if polls]
    if not told:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(sorted(dates))]
    return max(-(-24 // min(told)), *(24 * gap for gap in gaps if gap > 1), 0)


def _add(noted: Mapping[Poll, tuple[int, datetime]], connection: sa.Connection) -> None:
    salts = {on: _salt(connection, on) for on in sorted({at.date() for _count, at in noted.values()})}
    rows = [_row(poll, count, at, salts[at.date()]) for poll, (count, at) in noted.items()]
    # In one order, so that two processes never wait for each other.
    rows.sort(key=lambda row: (row["on"], row["digest"]))
    for start in range(0, len(rows), _AT_ONCE):
        adding = _insert(connection)(Listener).values(rows[start : start + _AT_ONCE])
        more = {"polls": Listener.polls + adding.excluded.polls, "polled_at": adding.excluded.polled_at}
        connection.execute(adding.on_conflict_do_update(index_elements=["on", "digest"], set_=more))


def _insert(connection: sa.Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _salt(connection: sa.Connection, on: date) -> bytes:
    """Return the secret of a day; the first process to ask makes it."""
    asked = sa.select(ListenerSalt.salt).where(ListenerSalt.on == on)
    if (salt := connection.scalar(asked)) is None:
        made = _insert(connection)(ListenerSalt).values(on=on, salt=secrets.token_bytes(16))
        connection.execute(made.on_conflict_do_nothing())
        salt = connection.scalar(asked)
    return bytes(salt or b"")


def _row(poll: Poll, count: int, at: datetime, salt: bytes) -> dict[str, Any]:
    said = "\0".join((poll.feed, poll.address, str(poll.event_id), poll.program, poll.who))
    return {
        "on": at.date(),
        "digest": hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=salt, digest_size=12).digest(),
        "event_id": poll.event_id,
        "feed": poll.feed,
        "address": poll.address,
        "program": poll.program,
        "is_hosted": poll.is_hosted,
        "polls": count,
        "polled_at": at,
    }

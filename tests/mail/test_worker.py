"""The worker as a process of its own, against a real mail server, and killed as machines kill."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from eventsvc import clock as our_clock
from eventsvc import worker
from eventsvc.extensions import db
from eventsvc.mail import queue
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState, WorkerPulse
from eventsvc.registration import notifications
from eventsvc.registration.models import State
from tests import people
from tests.conftest import QUIET, Clock
from tests.databases import Database
from tests.mail.examples import ada, an_event
from tests.people import NOW
from tests.registration import acts
from tests.smtp import PostOffice

ROOT = Path(__file__).resolve().parents[2]
MANY = 25
PATIENCE = 40


@pytest.fixture
def running_clock(app: Flask) -> Iterator[None]:
    """Time as other processes see it."""
    our_clock.go()
    yield
    our_clock.stop(NOW)


@pytest.fixture
def slow_office(smtp: PostOffice, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """A mail server that takes its time over each letter, so that a worker can be met in the midst of a batch."""
    really = PostOffice.handle_DATA

    async def slowly(self: PostOffice, *told: Any) -> str:
        await asyncio.sleep(0.05)
        return await really(self, *told)

    monkeypatch.setattr(PostOffice, "handle_DATA", slowly)
    return smtp


@pytest.fixture
def start(app: Flask, database: Database, smtp: PostOffice) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start workers on the test's rows and mail server; those that still run at the end are ended."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": database.url,
        "SECRET_KEY": str(QUIET["SECRET_KEY"]),
        "PUBLIC_URL": str(QUIET["PUBLIC_URL"]),
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": str(smtp.port),
    }

    def started_worker(*options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield started_worker
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def posted(count: int) -> list[str]:
    """Lay letters to so many people, and return their Message-IDs."""
    event = an_event()
    messages = [notifications.registered(ada(event), at=our_clock.now()) for _number in range(count)]
    db.session.commit()
    return [message.message_id for message in messages if message is not None]


def arrived(office: PostOffice) -> list[str]:
    return [str(letter.message["Message-ID"]) for letter in office.letters]


def until(is_so: Callable[[], bool]) -> None:
    """Wait for other processes."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def counted(state: MessageState) -> int:
    db.session.rollback()
    return db.session.query(Message).filter_by(state=state).count()


def test_a_worker_killed_in_the_midst_of_a_batch_loses_no_letter(
    running_clock: None, slow_office: PostOffice, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    identities = posted(MANY)

    first = start()
    until(lambda: len(slow_office.letters) >= 5)
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    left = counted(MessageState.CLAIMED)
    # Ten minutes pass.
    for message in db.session.query(Message).filter_by(state=MessageState.CLAIMED):
        assert message.claimed_at is not None
        message.claimed_at -= timedelta(minutes=10)
    db.session.commit()
    second = start("--once")

    assert second.wait(PATIENCE) == 0
    assert 0 < left < MANY
    assert counted(MessageState.SENT) == MANY
    assert set(arrived(slow_office)) == set(identities)
    # The one letter in hand when the worker died may have come twice, with the same Message-ID; no other.
    assert len(arrived(slow_office)) - MANY <= 1


def test_a_worker_asked_to_stop_finishes_its_letter_and_leaves_none_claimed(
    running_clock: None, slow_office: PostOffice, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    posted(MANY)

    process = start()
    until(lambda: len(slow_office.letters) >= 3)
    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 0
    assert counted(MessageState.CLAIMED) == 0
    assert counted(MessageState.SENT) == len(slow_office.letters)
    assert counted(MessageState.WAITING) == MANY - len(slow_office.letters)


def test_two_workers_send_no_letter_twice(
    running_clock: None, slow_office: PostOffice, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    identities = posted(60)

    workers = [start("--once"), start("--once")]

    assert [process.wait(PATIENCE) for process in workers] == [0, 0]
    assert sorted(arrived(slow_office)) == sorted(identities)


def test_a_worker_tells_that_it_looks(office: PostOffice, clock: Clock) -> None:
    assert queue.look(NOW).worker_looked_at is None

    worker.drain(ToServer())

    assert queue.look(clock.forward(timedelta(minutes=3))).worker_looked_at == NOW


def test_the_sign_of_life_is_written_now_and_then_only(office: PostOffice, clock: Clock) -> None:
    pulse = worker.Pulse("one")
    pulse.beat()

    clock.forward(worker.PULSE - timedelta(seconds=1))
    pulse.beat()
    before = db.session.get_one(WorkerPulse, "one").looked_at
    clock.forward(timedelta(seconds=1))
    pulse.beat()

    assert before == NOW
    assert db.session.get_one(WorkerPulse, "one").looked_at == NOW + worker.PULSE


def test_workers_long_gone_are_forgotten(office: PostOffice, clock: Clock) -> None:
    worker.Pulse("gone").beat()

    clock.forward(timedelta(days=2))
    worker.Pulse("here").beat()

    assert [pulse.name for pulse in db.session.query(WorkerPulse)] == ["here"]


def test_a_worker_passes_on_places_that_nobody_took(app: Flask, clock: Clock) -> None:
    event = people.an_event(capacity=1, offer_hours=24)
    ada, bob, cia = (acts.come(event, person) for person in (acts.ADA, acts.BOB, acts.CIA))
    acts.leave(ada)
    clock.forward(timedelta(hours=24))

    worker.settle()
    db.session.rollback()

    assert (bob.state, cia.state) == (State.EXPIRED, State.OFFERED)


def test_a_worker_that_finds_nothing_due_takes_no_lock(
    app: Flask, clock: Clock, count_queries: Callable[[], Any]
) -> None:
    event = people.an_event(capacity=1, offer_hours=24)
    ada, _bob = acts.come(event, acts.ADA), acts.come(event, acts.BOB)
    acts.leave(ada)
    db.session.rollback()

    with count_queries() as queries:
        worker.settle()

    assert queries.count == 1
    assert queries.statements[0].startswith("SELECT")

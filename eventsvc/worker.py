"""The worker: one loop that asks what is due now, and does it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from eventsvc import clock
from eventsvc.accounts.actors import SYSTEM
from eventsvc.calendars import entries, listeners, partings
from eventsvc.extensions import db
from eventsvc.mail import carriers, delivery
from eventsvc.mail.carriers import Carrier
from eventsvc.mail.models import WorkerPulse
from eventsvc.programme import sweeping
from eventsvc.registration import files, retention, rules

POLL = 1.0
PULSE = timedelta(seconds=30)
TIDY = timedelta(minutes=10)
SETTLE = timedelta(minutes=1)
_FORGOTTEN = timedelta(days=1)
_log = logging.getLogger(__name__)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Send letters as they fall due, pass on places nobody took, forget people as promised, until told to stop."""
    stop = threading.Event()
    _listen(stop)
    if once:
        settle(has_to_stop=stop.is_set)
        tidy(has_to_stop=stop.is_set)
        drain(carriers.chosen(), has_to_stop=stop.is_set)
        return
    _log.info("worker looks for letters")
    run(carriers.chosen(), stop)
    _log.info("worker stopped")


def run(carrier: Carrier, stop: threading.Event) -> None:
    """Look once a second until told to stop; a database that is away is waited for."""
    pulse, tidied_at, settled_at = Pulse(f"{socket.gethostname()}:{os.getpid()}"), None, None
    while not stop.is_set():
        try:
            pulse.beat()
            if settled_at is None or clock.now() - settled_at >= SETTLE:
                settled_at = clock.now()
                _try(settle, stop)
            if tidied_at is None or clock.now() - tidied_at >= TIDY:
                tidied_at = clock.now()
                _try(tidy, stop)
            busy = delivery.deliver(carrier, cover=delivery.cover_of, has_to_stop=stop.is_set) > 0
        except SQLAlchemyError:
            _log.exception("the database does not answer")
            db.session.rollback()
            busy = False
        if not busy:
            carrier.rest()
            # Sessions keep nothing from one look to the next.
            db.session.remove()
            stop.wait(POLL)
    carrier.rest()


def drain(carrier: Carrier, *, has_to_stop: Callable[[], bool] = lambda: False) -> int:
    """Deliver until nothing is due, and return how many letters there were."""
    pulse, count = Pulse(f"{socket.gethostname()}:{os.getpid()}"), 0
    try:
        while not has_to_stop():
            pulse.beat()
            batch = delivery.deliver(carrier, cover=delivery.cover_of, has_to_stop=has_to_stop)
            if not batch:
                break
            count += batch
    finally:
        carrier.rest()
    return count


def settle(*, has_to_stop: Callable[[], bool] = lambda: False) -> None:
    """Pass on the places that nobody took in time, event by event; a look that finds nothing takes no lock."""
    for event_id in rules.due_events(at=clock.now()):
        if has_to_stop():
            return
        rules.settle_and_serve(event_id, at=clock.now())
        db.session.commit()


def tidy(*, has_to_stop: Callable[[], bool] = lambda: False) -> None:
    """Forget people, answers and old entries in time, count who listened, write entries again, drop unnamed files."""
    while not has_to_stop() and (people := retention.due(at=clock.now())):
        for registration in people:
            rules.erase(registration, by=SYSTEM, at=clock.now())
            db.session.commit()
    if not has_to_stop():
        for event, question in retention.answers_due(at=clock.now()):
            rules.forget_answers(event.id, question, by=SYSTEM, at=clock.now())
            db.session.commit()
        for event_id in retention.guests_due(at=clock.now()):
            rules.forget_guests(event_id, by=SYSTEM, at=clock.now())
            db.session.commit()
    if listeners.fold(at=clock.now()):
        db.session.commit()
    if partings.sweep(at=clock.now()):
        db.session.commit()
    while not has_to_stop() and entries.rewrite_outdated(at=clock.now()):
        db.session.commit()
    if not has_to_stop():
        files.expire(at=clock.now())
        db.session.commit()
        files.sweep(at=clock.now())
        sweeping.sweep(at=clock.now())


def _try(work: Callable[..., None], stop: threading.Event) -> None:
    """Do what is due besides letters; what goes wrong there is told in the log and must not keep letters waiting."""
    try:
        work(has_to_stop=stop.is_set)
    except Exception:  # noqa: BLE001 - whatever it is, letters go
        _log.exception("could not %s", work.__name__)
        db.session.rollback()


class Pulse:
    """The worker's sign of life: a row of its own, written now and then."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._beat_at: datetime | None = None

    def beat(self) -> None:
        """Write that this worker looks, unless it did so a moment ago; workers long gone are forgotten."""
        now = clock.now()
        if self._beat_at is not None and now - self._beat_at < PULSE:
            return
        db.session.execute(sa.delete(WorkerPulse).where(WorkerPulse.looked_at < now - _FORGOTTEN))
        db.session.merge(WorkerPulse(name=self._name, looked_at=now))
        db.session.commit()
        self._beat_at = now


def _listen(stop: threading.Event) -> None:
    def hear(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)

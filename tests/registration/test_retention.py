"""What the forms promise: data that deletes itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from eventsvc import worker
from eventsvc.calendars import entries, writing
from eventsvc.calendars.models import Entry
from eventsvc.extensions import db
from eventsvc.registration import retention, seats
from tests.conftest import Clock
from tests.people import a_registration, an_event

# The symposium of `an_event` ends on 30 May 2027 in Leiden, and is kept for 30 days.
LAST_DAY = datetime(2027, 6, 29, 21, 59, tzinfo=UTC)


def test_people_are_kept_to_the_end_of_the_last_day_in_the_events_zone(app: Flask) -> None:
    ada = a_registration(an_event())

    assert retention.due(at=LAST_DAY) == []
    assert retention.due(at=LAST_DAY + timedelta(minutes=1)) == [ada]


def test_the_worker_forgets_people_whose_time_has_come_and_nobody_else(app: Flask, clock: Clock) -> None:
    past, coming = an_event(), an_event(retention_days=60)
    ada, sam = a_registration(past), a_registration(coming)
    clock.at(LAST_DAY + timedelta(minutes=1))

    worker.tidy()

    db.session.expire_all()
    assert (ada.email, ada.given_name, ada.manage_digest) == (None, "", None)
    assert sam.email is not None
    assert seats.taken(past.id, LAST_DAY).seated == 1
    assert retention.due(at=clock.now) == []


def test_an_event_that_has_not_ended_forgets_nobody(app: Flask) -> None:
    a_registration(an_event(retention_days=0))

    assert retention.due(at=datetime(2027, 5, 30, 14, 0, tzinfo=UTC)) == []


def test_the_worker_writes_entries_of_an_older_writer_again(app: Flask, clock: Clock) -> None:
    entries.refresh(an_event(), at=clock.now)
    db.session.execute(sa.update(Entry).values(writer="0"))
    db.session.commit()

    worker.tidy()

    assert db.session.scalars(sa.select(Entry.writer)).all() == [writing.writer()]

"""Many at once for few seats: with threads on SQLite, with processes on PostgreSQL, and without the turnstile."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import ATTENDEE
from eventsvc.extensions import db
from eventsvc.registration import answers, errors, questionnaires, questions, rules, seats
from eventsvc.registration.models import Registration, State
from eventsvc.registration.person import Person
from eventsvc.registration.seating import Seating
from tests.people import NOW, a_question, an_event

CROWD = 16
LONGEST_WAIT = 60


def come(app: Flask, event_id: int, number: int) -> None:
    """Register one person in a session of their own, as a request does."""
    person = Person("Ada", f"Number {number}", f"ada{number}@example.org")
    with app.app_context():
        rules.register(event_id, person, by=ATTENDEE, at=NOW, language="en")
        db.session.commit()


def leave(app: Flask, event_id: int, number: int) -> None:
    """Cancel one person's registration in a session of its own."""
    with app.app_context():
        theirs = sa.select(Registration).where(Registration.email == f"ada{number}@example.org")
        rules.cancel(db.session.scalars(theirs).one(), by=ATTENDEE, at=NOW)
        db.session.commit()


def in_threads(acts: list[Callable[[], None]]) -> None:
    """Let all acts begin in the same moment, and wait for them; a failure in one is a failure."""
    start = threading.Barrier(len(acts))

    def begin(act: Callable[[], None]) -> None:
        start.wait(LONGEST_WAIT)
        act()

    with ThreadPoolExecutor(len(acts)) as threads:
        for running in [threads.submit(begin, act) for act in acts]:
            running.result(LONGEST_WAIT)


def in_processes(app: Flask, acts: list[Callable[[], None]]) -> None:
    """Let each act run in a process of its own, with a connection of its own."""
    forking = multiprocessing.get_context("fork")
    start = forking.Barrier(len(acts))

    def begin(act: Callable[[], None]) -> None:
        code = 1
        try:
            with app.app_context():
                db.engine.dispose(close=False)
            start.wait(LONGEST_WAIT)
            act()
            code = 0
        finally:
            # Whatever else this process inherited is the test's, and not for it to tidy up.
            os._exit(code)

    processes = [forking.Process(target=begin, args=(act,)) for act in acts]
    for process in processes:
        process.start()
    for process in processes:
        process.join(LONGEST_WAIT)
    assert [process.exitcode for process in processes] == [0] * len(acts)


def at_once(app: Flask, acts: list[Callable[[], None]]) -> None:
    """Run acts side by side: threads where one file is the database, else processes."""
    if db.engine.dialect.name == "sqlite":
        in_threads(acts)
    else:
        in_processes(app, acts)
    db.session.rollback()


def crowd(app: Flask, event_id: int) -> list[Callable[[], None]]:
    return [lambda number=number: come(app, event_id, number) for number in range(CROWD)]  # type: ignore[misc]


def states(event_id: int) -> list[tuple[int, State]]:
    """Everybody's turn and state, by turn."""
    found = sa.select(Registration.turn, Registration.state).where(Registration.event_id == event_id)
    return [(turn, state) for turn, state in db.session.execute(found.order_by(Registration.turn))]


def seated(event_id: int) -> int:
    return sum(state is State.CONFIRMED for _turn, state in states(event_id))


@pytest.fixture
def slow_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody think for a moment between counting and writing: that is when others could come between."""
    think(monkeypatch, 0.01)


def think(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    count = seats.taken

    def slowly(event_id: int, at: datetime) -> Seating:
        found = count(event_id, at)
        time.sleep(seconds)
        return found

    monkeypatch.setattr(seats, "taken", slowly)


@pytest.mark.usefixtures("slow_look")
class TestTheLastSeat:
    def test_sixteen_at_once_for_the_last_seat_and_one_has_it(self, app: Flask) -> None:
        event_id = an_event(capacity=1).id
        db.session.rollback()

        at_once(app, crowd(app, event_id))

        everybody = states(event_id)
        assert [turn for turn, _state in everybody] == list(range(1, CROWD + 1))
        assert [state for _turn, state in everybody] == [State.CONFIRMED] + [State.WAITLISTED] * (CROWD - 1)

    def test_the_control_without_the_turnstile_the_same_seat_is_sold_again(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turns = itertools.count(1)
        monkeypatch.setattr(seats, "hold", lambda _event_id, **_more: next(turns))
        # Long enough for a second one to count on the busiest of machines.
        think(monkeypatch, 0.3)
        event_id = an_event(capacity=1).id
        db.session.rollback()

        at_once(app, crowd(app, event_id))

        assert seated(event_id) > 1


def test_coming_and_going_at_once_keeps_every_promise(app: Flask) -> None:
    event_id, capacity = an_event(capacity=7).id, 7
    db.session.rollback()

    def come_and_go(first: int) -> None:
        for number in range(first, first + 4):
            come(app, event_id, number)
        leave(app, event_id, first + 1)

    acts: list[Any] = [lambda first=first: come_and_go(first) for first in range(0, 32, 4)]
    at_once(app, acts)

    live = [(turn, state) for turn, state in states(event_id) if state is not State.CANCELLED]
    assert len(live) == 24
    assert [state for _turn, state in live] == [State.CONFIRMED] * capacity + [State.WAITLISTED] * (24 - capacity)


def test_one_address_at_once_is_one_registration(app: Flask) -> None:
    event_id = an_event().id
    db.session.rollback()

    def press() -> None:
        with suppress(errors.AlreadyRegistered):
            come(app, event_id, 1)

    at_once(app, [press] * 4)

    assert len(states(event_id)) == 1


def test_sixteen_at_once_for_the_last_place_in_a_choice_and_one_has_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event()
    workshop = a_question(event, "A", "B", label="Workshop", limits={"A": 1})
    wanted, event_id = workshop.options[0].public_id, event.id
    form = questionnaires.of(event_id)
    answered = questions.checked(form, {workshop.public_id: [wanted]}, event.mode, locale="en").answered
    db.session.rollback()
    counted = answers._taken

    def slowly(*asked: Any) -> dict[int, int]:
        found = counted(*asked)
        time.sleep(0.01)
        return found

    monkeypatch.setattr(answers, "_taken", slowly)

    def choose(number: int) -> None:
        person = Person("Ada", f"Number {number}", f"ada{number}@example.org")
        with app.app_context(), suppress(errors.OptionFull):
            rules.register(event_id, person, by=ATTENDEE, at=NOW, language="en", answered=answered)
            db.session.commit()

    at_once(app, [lambda number=number: choose(number) for number in range(CROWD)])  # type: ignore[misc]

    assert answers.left(form) == {wanted: 0}
    assert len(states(event_id)) == 1

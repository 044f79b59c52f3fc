"""Many at once over one offered seat: taken or run out, undone or sold again, answered once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from flask import Flask

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from eventsvc.registration.models import SEATED, Registration, State
from eventsvc.registration.person import Person
from tests.people import NOW, an_event
from tests.registration.acts import ADA, BOB, CIA, come, leave
from tests.registration.test_race import at_once

HOURS = timedelta(hours=24)
ROUNDS = 4


def of(app: Flask, registration_id: int, act: Callable[[Registration], object]) -> Callable[[], None]:
    """An act on one registration in a session of its own, as a request does it; a refusal is an answer too."""

    def run() -> None:
        with app.app_context(), suppress(Refused):
            act(db.session.get_one(Registration, registration_id))
            db.session.commit()

    return run


def seated(event_id: int) -> int:
    db.session.rollback()
    return db.session.query(Registration).filter_by(event_id=event_id).filter(Registration.state.in_(SEATED)).count()


def accept(at: datetime) -> Callable[[Registration], object]:
    return lambda registration: rules.accept(registration, by=ATTENDEE, at=at)


def test_an_offer_taken_while_it_runs_out_is_taken_or_passed_on_and_never_both(app: Flask) -> None:
    for _round in range(ROUNDS):
        event = an_event(capacity=1, offer_hours=24)
        ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
        leave(ada)
        ids = event.id, bob.id, cia.id
        db.session.rollback()

        run_out = of(app, ids[1], lambda bob: rules.settle_and_serve(bob.event_id, at=NOW + HOURS))
        at_once(app, [of(app, ids[1], accept(NOW + HOURS - timedelta(seconds=1))), run_out, run_out])

        assert seated(ids[0]) == 1
        states = [db.session.get_one(Registration, person).state for person in ids[1:]]
        assert states in ([State.CONFIRMED, State.WAITLISTED], [State.EXPIRED, State.OFFERED])


def test_two_who_press_for_one_seat_cannot_both_have_it(app: Flask) -> None:
    event = an_event(capacity=1, offer_hours=24)
    ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
    leave(ada)
    ids = event.id, bob.id, cia.id
    db.session.rollback()

    at_once(app, [of(app, person, accept(NOW)) for person in ids[1:] for _press in range(3)])

    assert seated(ids[0]) == 1
    assert [db.session.get_one(Registration, person).state for person in ids[1:]] == [
        State.CONFIRMED, State.WAITLISTED,
    ]  # fmt: skip
    # However often it was pressed, there is one letter.
    assert db.session.query(Message).filter_by(registration_id=ids[1], kind="registered").count() == 1


def test_undoing_against_newcomers_leaves_one_person_with_the_seat(app: Flask) -> None:
    for number in range(ROUNDS):
        event = an_event(capacity=1)
        ada = come(event, ADA)
        leave(ada)
        ids = event.id, ada.id
        db.session.rollback()

        def newcomer(name: str, event_id: int = ids[0]) -> Callable[[Registration], object]:
            person = Person(name, "Voorbeeld", f"{name}@example.org")
            return lambda _ada: rules.register(event_id, person, by=ATTENDEE, at=NOW, language="en")

        undo = of(app, ids[1], lambda ada: rules.undo_cancel(ada, by=ATTENDEE, at=NOW))
        at_once(app, [undo, of(app, ids[1], newcomer(f"eve{number}")), of(app, ids[1], newcomer(f"dan{number}")), undo])

        assert seated(ids[0]) == 1


def test_a_place_handed_on_while_it_is_given_up_goes_one_way(app: Flask) -> None:
    for _round in range(ROUNDS):
        event = an_event(capacity=1)
        ada, cia = come(event, ADA), come(event, CIA)
        ids = event.id, ada.id, cia.id
        db.session.rollback()

        hand = of(app, ids[1], lambda ada: rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW))
        at_once(app, [hand, of(app, ids[1], lambda ada: rules.cancel(ada, by=ATTENDEE, at=NOW)), hand])

        assert seated(ids[0]) == 1
        has_bob = db.session.query(Registration).filter_by(event_id=ids[0], email=BOB.email).count()
        cia_now = db.session.get_one(Registration, ids[2]).state
        assert (has_bob, cia_now) in ((1, State.WAITLISTED), (0, State.CONFIRMED))


def test_a_seat_that_runs_out_among_newcomers_goes_to_who_waited(app: Flask) -> None:
    event = an_event(capacity=1, offer_hours=24)
    ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
    leave(ada)
    ids = event.id, bob.id, cia.id
    db.session.rollback()

    def newcomer(number: int) -> Callable[[], None]:
        person = Person("Eve", f"Number {number}", f"eve{number}@example.org")
        return of(app, ids[1], lambda _bob: rules.register(ids[0], person, by=ATTENDEE, at=NOW + HOURS, language="en"))

    at_once(app, [newcomer(number) for number in range(6)])

    assert seated(ids[0]) == 1
    assert db.session.get_one(Registration, ids[2]).state is State.OFFERED


def test_the_list_asked_twice_at_once_is_asked_and_everybody_may_answer(app: Flask) -> None:
    event = an_event(capacity=1)
    ada, bob = come(event, ADA), come(event, BOB)
    ids = event.id, ada.id, bob.id
    db.session.rollback()

    ask = of(app, ids[1], lambda ada: rules.ask_who_stays(ada.event, hours=24, by=SYSTEM, at=NOW))
    at_once(app, [ask, of(app, ids[2], lambda bob: rules.stay(bob, by=ATTENDEE, at=NOW)), ask])

    waiting = db.session.query(Message).filter_by(registration_id=ids[2], kind="still_interested", state="waiting")
    assert waiting.count() == 1

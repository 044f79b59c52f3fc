"""Who gets which seat where an event offers several ticket types."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import errors, rules, seats
from eventsvc.registration.models import PersonalInvitation, Registration, State, TicketType
from eventsvc.registration.person import Person
from eventsvc.registration.seating import Held, Seating
from tests.people import NOW, a_registration, an_event


def a_type(event: Event, name: str, **over: Any) -> TicketType:
    ticket_type = TicketType(event_id=event.id, name=name, **over)
    db.session.add(ticket_type)
    db.session.commit()
    return ticket_type


def comes(event: Event, name: str, ticket_type: TicketType | None, **over: Any) -> Registration:
    registration = rules.register(
        event.id,
        Person(name, "Voorbeeld", f"{name.lower()}@example.org"),
        by=ATTENDEE,
        at=NOW,
        language="en",
        ticket_type_id=ticket_type.id if ticket_type else None,
        **over,
    )
    db.session.commit()
    return registration


def waiting(event: Event) -> list[str]:
    found = sa.select(Registration.given_name).where(
        Registration.event_id == event.id, Registration.state == State.WAITLISTED
    )
    return list(db.session.scalars(found.order_by(Registration.turn)))


def test_a_full_type_waits_while_another_has_seats(app: Flask) -> None:
    event = an_event(capacity=3)
    on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online")

    states = [comes(event, name, kind).state for name, kind in (("Ada", on_site), ("Sam", on_site), ("Eve", online))]

    assert states == [State.CONFIRMED, State.WAITLISTED, State.CONFIRMED]


def test_a_newcomer_never_passes_somebody_who_waits_for_the_event(app: Flask) -> None:
    event = an_event(capacity=1, is_list_stopped=False)
    on_site, online = a_type(event, "On site", capacity=5), a_type(event, "Online")
    ada, _sam = comes(event, "Ada", online), comes(event, "Sam", on_site)
    event.is_list_stopped = True
    db.session.commit()

    rules.cancel(ada, by=ATTENDEE, at=NOW)
    db.session.commit()

    with pytest.raises(errors.EventFull):
        comes(event, "Eve", online)


def test_a_freed_seat_goes_to_whoever_it_fits(app: Flask) -> None:
    event = an_event(capacity=2)
    on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online")
    comes(event, "Ada", on_site)
    sam = comes(event, "Sam", online)
    for name, kind in (("Dee", on_site), ("Rev", on_site), ("Eve", online)):
        comes(event, name, kind)

    rules.cancel(sam, by=ATTENDEE, at=NOW)
    db.session.commit()

    assert waiting(event) == ["Dee", "Rev"]


def test_a_raised_limit_of_one_type_seats_those_who_wait_for_it_in_order(app: Flask) -> None:
    event = an_event()
    on_site = a_type(event, "On site", capacity=1)
    for name in ("Ada", "Sam", "Dee", "Rev"):
        comes(event, name, on_site)
    on_site.capacity = 3

    served = rules.serve_list(event, by=SYSTEM, at=NOW)

    assert [each.given_name for each in served] == ["Sam", "Dee"]
    assert waiting(event) == ["Rev"]


def test_whoever_has_priority_is_next_and_the_others_keep_their_order(app: Flask) -> None:
    event = an_event(capacity=0)
    for name in ("Ada", "Sam", "Dee"):
        comes(event, name, None)
    db.session.execute(sa.update(Registration).where(Registration.given_name == "Dee").values(priority=1))
    event.capacity = 2
    db.session.commit()

    served = rules.serve_list(event, by=SYSTEM, at=NOW)

    assert [each.given_name for each in served] == ["Dee", "Ada"]


def test_a_reserved_seat_is_held_until_its_day(app: Flask) -> None:
    event = an_event(capacity=1)
    kept = PersonalInvitation(event_id=event.id, language="en", invited_at=NOW, reserved_until=event.starts_at)
    db.session.add(kept)
    db.session.commit()

    while_reserved = comes(event, "Ada", None).state
    kept.withdrawn_at = NOW
    db.session.commit()
    served = rules.serve_list(event, by=SYSTEM, at=NOW)

    assert while_reserved is State.WAITLISTED
    assert [each.given_name for each in served] == ["Ada"]


def test_somebody_waiting_for_a_full_type_is_behind_those_of_the_same_type_alone(app: Flask) -> None:
    event = an_event(capacity=1)
    on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")
    comes(event, "Ada", online)
    comes(event, "Sam", online)
    dee, rev = comes(event, "Dee", on_site), comes(event, "Rev", online)

    assert (seats.position(dee, NOW), seats.position(rev, NOW)) == (1, 3)


def test_a_type_of_another_event_is_refused(app: Flask) -> None:
    event, other = an_event(), an_event()
    elsewhere = a_type(other, "On site")

    with pytest.raises(errors.TicketTypeGone):
        comes(event, "Ada", elsewhere)


def test_people_without_a_type_count_against_the_event_alone(app: Flask) -> None:
    event = an_event(capacity=2)
    a_registration(event)
    on_site = a_type(event, "On site", capacity=5)

    states = [comes(event, name, on_site).state for name in ("Sam", "Dee")]

    assert states == [State.CONFIRMED, State.WAITLISTED]


@pytest.mark.parametrize(
    ("capacity", "limits", "held", "left"),
    [
        (None, {}, {}, None),
        (3, {}, {None: Held(1)}, 2),
        (3, {1: 5}, {1: Held(2)}, 1),
        (None, {1: 5}, {1: Held(2)}, 3),
        (3, {1: 1}, {1: Held(2)}, 0),
        (1, {}, {None: Held(3)}, 0),
    ],
)
def test_the_least_of_the_limits_counts(
    capacity: int | None, limits: dict[int | None, int], held: dict[int | None, Held], left: int | None
) -> None:
    assert Seating(held, limits).left(capacity, 1) == left

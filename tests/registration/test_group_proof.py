"""A group where addresses are to be proven: each proves their own, and the contact learns of no address that it is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import groups, keys, rules
from eventsvc.registration.models import Registration, RegistrationGroup, State, TokenKind
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event
from tests.registration.acts import BOB
from tests.registration.test_ways import GROUP, written

UNPROVEN = "Address not yet proven"


@pytest.fixture
def event(client: FlaskClient) -> Event:
    return an_event(slug="symposium", accepts_groups=True, proof_hours=24)


def sends(client: FlaskClient, **over: str) -> str:
    """Register Ada and Sam, and return the address of the contact's page."""
    done = client.post("/events/symposium/register/group", data=GROUP | over)
    assert done.status_code == 303
    return done.location


def named(name: str) -> Registration:
    return db.session.query(Registration).filter_by(given_name=name).order_by(Registration.id.desc()).first()  # type: ignore[return-value]


def stand(client: FlaskClient, page: str) -> list[tuple[str, str]]:
    """How each stands, by the contact's page."""
    rows = re.findall(r"<li class=\"has-act\"><div><b>(.*?)</b></div>(.*?)</li>", client.get(page).text, re.DOTALL)
    return [(name.split()[0], re.sub("<[^>]+>", "", said).strip()) for name, said in rows]


def letters() -> list[tuple[str, str]]:
    return [(each.kind, each.recipient) for each in db.session.query(Message).order_by(Message.id)]


def test_the_form_is_offered_and_says_what_follows(event: Event, client: FlaskClient) -> None:
    assert "Register a group" in client.get("/events/symposium/register").text
    form = client.get("/events/symposium/register/group").text

    assert "hold a place for 24 hours" in form


def test_each_is_asked_by_letter_and_holds_a_seat_meanwhile(event: Event, client: FlaskClient) -> None:
    event.capacity = 1
    db.session.commit()

    page = sends(client)

    assert (named("Ada").state, named("Sam").state) == (State.OFFERED, State.WAITLISTED)
    assert named("Ada").offer_expires_at == NOW + timedelta(hours=24)
    assert ("prove_address", "ada@example.org") in letters()
    assert stand(client, page) == [("Ada", UNPROVEN), ("Sam", UNPROVEN)]
    letter = written(db.session.query(Message).filter_by(kind="group_registered").one())
    assert letter.text.count("is asked whether the address is theirs") == 2


def test_who_proves_it_is_told_of(event: Event, client: FlaskClient) -> None:
    event.capacity = 1
    db.session.commit()
    page = sends(client)

    for name in ("Ada", "Sam"):
        link = keys.token_of(named(name), TokenKind.MANAGE)
        client.post(f"/registrations/{link}/accept")

    assert stand(client, page) == [("Ada", "Confirmed"), ("Sam", "Waiting list")]


def test_a_known_address_looks_as_any_other(event: Event, client: FlaskClient, clock: Clock) -> None:
    bob = a_registration(event, given_name="Robert", email="sam@example.org")
    people = {
        "people-2-given_name": "Cia",
        "people-2-family_name": "Beispiel",
        "people-2-email": "cia@example.org",
    }

    page = sends(client, **people)
    first = stand(client, page)
    clock.forward(timedelta(hours=25))
    rules.settle_and_serve(event.id, at=clock.now)
    db.session.commit()

    assert first == stand(client, page) == [("Ada", UNPROVEN), ("Sam", UNPROVEN), ("Cia", UNPROVEN)]
    assert [each.state for each in (named("Ada"), named("Cia"), bob)] == [State.EXPIRED, State.EXPIRED, State.CONFIRMED]
    letter = written(db.session.query(Message).filter_by(kind="group_registered").one())
    assert letter.text.count("is asked whether the address is theirs") == 3
    assert ("link_resent", "sam@example.org") in letters()
    assert db.session.query(Registration).filter_by(email="sam@example.org").count() == 1


def test_a_seat_that_is_offered_to_who_waits_unproven_tells_nothing(event: Event, client: FlaskClient) -> None:
    event.capacity = 1
    db.session.commit()
    page = sends(client)
    rules.cancel(named("Ada"), by=ATTENDEE, at=NOW)
    db.session.commit()

    assert named("Sam").state is State.OFFERED
    assert stand(client, page)[1] == ("Sam", UNPROVEN)


def test_who_comes_back_stands_where_they_were(event: Event, client: FlaskClient, clock: Clock) -> None:
    page = sends(client)
    clock.forward(timedelta(hours=25))
    rules.settle_and_serve(event.id, at=clock.now)
    fresh = rules.rejoin(named("Ada"), by=ATTENDEE, at=clock.now)
    rules.accept(fresh, by=ATTENDEE, at=clock.now)
    db.session.commit()

    assert stand(client, page) == [("Ada", "Confirmed"), ("Sam", UNPROVEN)]


def test_who_is_erased_leaves_every_group_they_were_written_into(event: Event, client: FlaskClient) -> None:
    a_registration(event, given_name="Robert", email="sam@example.org")
    page = sends(client)

    rules.erase(named("Robert"), by=ATTENDEE, at=NOW)
    db.session.commit()

    assert stand(client, page) == [("Ada", UNPROVEN)]
    assert db.session.query(RegistrationGroup).one().known == []
    assert "Sam" not in str(db.session.query(Message).filter_by(kind="group_registered").one().facts)


def test_after_the_event_nobody_is_named_in_it(event: Event, client: FlaskClient) -> None:
    a_registration(event, email="sam@example.org")
    sends(client)

    groups.forget_contacts(event.id)
    db.session.commit()
    db.session.expire_all()

    assert db.session.query(RegistrationGroup).one().known == []


def test_without_proof_a_known_address_is_told_by_its_line(client: FlaskClient) -> None:
    event = an_event(slug="symposium", accepts_groups=True)
    a_registration(event, email="sam@example.org")

    refused = client.post("/events/symposium/register/group", data=GROUP)

    assert (refused.status_code, "Person 2" in refused.text) == (409, True)
    assert db.session.query(RegistrationGroup).count() == 0


def test_a_place_that_is_handed_on_stays_in_the_group(event: Event, client: FlaskClient) -> None:
    page = sends(client)
    rules.accept(named("Ada"), by=SYSTEM, at=NOW)
    rules.hand_over(named("Ada"), BOB, by=ATTENDEE, at=NOW)
    db.session.commit()

    assert stand(client, page) == [("Bob", "Confirmed"), ("Sam", UNPROVEN)]


def test_three_cost_as_many_queries_as_two(event: Event, client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    counts: list[int] = []
    for over in ({}, {"people-2-given_name": "C", "people-2-family_name": "D", "people-2-email": "c@example.org"}):
        addresses = {f"people-{each}-email": f"{each}{len(counts)}@example.org" for each in range(2)}
        page = sends(client, **addresses, **over, submission_key=str(len(counts)))
        client.get(page)
        with count_queries() as queries:
            client.get(page)
        counts.append(queries.count)

    assert counts[0] == counts[1]

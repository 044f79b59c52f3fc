"""What letters and calendars say of a ticket: where its holder is to be, what it costs, and that it changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.events import rules as events
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from eventsvc.registration.models import Registration, TicketType
from eventsvc.registration.person import Person
from tests.mail.examples import an_event, calendars, delivered
from tests.people import NOW, a_registration
from tests.registration.test_seating import a_type
from tests.smtp import PostOffice


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(mode=Mode.HYBRID, join_url="https://video.example.org/1", room="Aula")


def comes(event: Event, ticket_type: TicketType) -> Registration:
    return rules.register(
        event.id,
        Person("Ada", "Voorbeeld", "ada@example.org"),
        by=ATTENDEE,
        at=NOW,
        language="en",
        ticket_type_id=ticket_type.id,
    )


def test_whoever_is_online_gets_the_link_and_no_street(event: Event, office: PostOffice) -> None:
    comes(event, a_type(event, "Online", mode=Mode.ONLINE))

    letter = delivered(office)

    entry = calendars(letter.message)[0].events[0]
    assert "https://video.example.org/1" in letter.body()
    assert "Where: Online" in letter.body() and "Main building" not in letter.body()
    assert "Example street" not in str(entry.get("LOCATION", "")) and "CONFERENCE" in entry


def test_whoever_is_in_the_room_gets_the_place_and_no_link(event: Event, office: PostOffice) -> None:
    comes(event, a_type(event, "On site", fee_cents=2500, fee_note="To NL00 BANK 0123", fee_due_days=14))

    letter = delivered(office)

    entry = calendars(letter.message)[0].events[0]
    body = letter.body()
    assert "video.example.org" not in body and "Main building" in body
    assert "Ticket: On site" in body and "€25" in body
    assert "To be paid by" in body and "16 March 2027" in body and "To NL00 BANK 0123" in body
    assert "Aula" in str(entry["LOCATION"]) and "CONFERENCE" not in entry


def test_a_switch_is_told_with_the_new_fee_and_an_invitation_that_counts_higher(
    event: Event, office: PostOffice
) -> None:
    on_site = a_type(event, "On site", fee_cents=2500)
    online = a_type(event, "Online", mode=Mode.ONLINE, fee_cents=1000)
    ada = comes(event, on_site)
    first = delivered(office)
    rules.switch(ada, online.id, by=ATTENDEE, at=NOW)

    letter = delivered(office)

    before, after = (calendars(each.message)[0].events[0] for each in (first, letter))
    assert "Your ticket is “Online” now, Ada." in letter.body() and "before, it was €25" in letter.body()
    assert before["UID"] == after["UID"] and int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert "LOCATION" not in after or "Aula" not in str(after["LOCATION"])


def test_the_own_feed_shows_it_as_one_takes_part(client: FlaskClient, event: Event) -> None:
    online = a_type(event, "Online", mode=Mode.ONLINE)
    on_site = a_type(event, "On site")
    feeds = [
        client.get(f"/calendars/{a_registration(event, ticket_type_id=each.id).feed_token}.ics")  # type: ignore[attr-defined]
        for each in (online, on_site)
    ]

    there, here = (each.text.replace("\r\n ", "") for each in feeds)

    assert "CONFERENCE" in there and "Example street" not in there
    assert "CONFERENCE" not in here and "Example street" in here


def test_a_new_link_is_news_to_those_online_alone(event: Event) -> None:
    from_room = a_registration(event, ticket_type_id=a_type(event, "On site").id)
    online = a_registration(event, ticket_type_id=a_type(event, "Online", mode=Mode.ONLINE).id)

    changes = {"join_url": "https://video.example.org/2"}
    events.edit(event, changes, revision=event.revision, by=SYSTEM, at=NOW)
    db.session.commit()

    told = db.session.scalars(sa.select(Message.registration_id).where(Message.kind == "event_changed")).all()
    assert (told, from_room.id in told) == ([online.id], False)

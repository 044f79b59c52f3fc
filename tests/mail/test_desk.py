"""The mail log: seen by whom it concerns, and what is done there is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import delivery, outbox
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState, WorkerPulse
from eventsvc.registration import notifications
from eventsvc.registration.models import Registration
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.people import NOW, an_organiser
from tests.smtp import PostOffice

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium", title="Symposium of the year")


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    """Olga's browser; she owns the event."""
    return sign_in(an_organiser("Olga", owns=event))


def posted(event: Event, state: MessageState = MessageState.WAITING, **over: Any) -> Message:
    """Lay a letter to Ada in some state."""
    message = notifications.registered(ada(event), at=NOW)
    assert message is not None
    for name, value in {"state": state, **over}.items():
        setattr(message, name, value)
    db.session.commit()
    return message


def an_account_letter() -> Message:
    to = outbox.Recipient("olga@example.org", "Olga", "en")
    message = outbox.post("account_changed", to, {"name": "Olga"}, key="one", about="account:1", at=NOW)
    db.session.commit()
    return message


def send_all() -> None:
    carrier = ToServer()
    delivery.deliver(carrier)
    carrier.rest()
    db.session.expire_all()


# Who may


def test_eve_and_strangers_find_no_letters(event: Event, client: FlaskClient, sign_in: SignIn) -> None:
    message = posted(event)
    eve = sign_in(an_organiser("Eve", owns=an_event()))

    for address in ("/desk/events/symposium/letters", f"/desk/letters/{message.id}", "/desk/letters"):
        assert client.get(address).status_code == 302
        assert eve.get(address).status_code == 404


def test_eve_sends_nothing_by_direct_post(event: Event, sign_in: SignIn) -> None:
    message = posted(event, MessageState.FAILED)
    eve = sign_in(an_organiser("Eve", owns=an_event()))

    assert eve.post(f"/desk/letters/{message.id}/resend").status_code == 404
    assert eve.post("/desk/letters/retry", data={"event": "symposium"}).status_code == 404
    assert eve.post("/desk/letters/retry").status_code == 404
    assert message.state is MessageState.FAILED


def test_rev_reads_letters_but_sends_none(event: Event, sign_in: SignIn) -> None:
    rev, message = an_organiser("Rev"), posted(event, MessageState.FAILED)
    db.session.add(Membership(user_id=rev.id, event_id=event.id, role=EventRole.REVIEWER))
    db.session.commit()
    desk = sign_in(rev)

    page = desk.get(f"/desk/letters/{message.id}")

    assert page.status_code == 200
    assert "Send now" not in page.text
    assert desk.post(f"/desk/letters/{message.id}/resend").status_code == 404


def test_letters_to_accounts_are_the_administrators_own(desk: FlaskClient, sign_in: SignIn) -> None:
    message = an_account_letter()

    assert desk.get(f"/desk/letters/{message.id}").status_code == 404
    assert sign_in(an_organiser("Admin", is_admin=True)).get(f"/desk/letters/{message.id}").status_code == 200


# What is seen


def test_the_log_tells_of_each_letter_what_became_of_it_and_why(event: Event, desk: FlaskClient) -> None:
    posted(event, MessageState.FAILED, answer="550 5.1.1 No such person here", recipient="wrong@example.org")
    posted(event, attempts=2, due_at=NOW + timedelta(minutes=5), answer="451 Greylisted")

    page = desk.get("/desk/events/symposium/letters").text

    assert "wrong@example.org" in page
    assert "550 5.1.1 No such person here" in page
    assert "Tried 2 times, next at Tue 2 March 2027, 10:05." in page
    assert "451 Greylisted" in page


def test_the_tabs_count_and_choose_states(event: Event, desk: FlaskClient) -> None:
    posted(event, MessageState.FAILED, recipient="failed@example.org")
    posted(event, recipient="waiting@example.org")

    page = desk.get("/desk/events/symposium/letters?state=failed").text

    assert "failed@example.org" in page
    assert "waiting@example.org" not in page
    assert desk.get("/desk/events/symposium/letters?state=nonsense&page=x").status_code == 200


def test_the_log_of_an_event_shows_no_other_events_letters(event: Event, desk: FlaskClient, sign_in: SignIn) -> None:
    posted(an_event(title="Another one"), recipient="elsewhere@example.org")
    posted(event)

    admin = sign_in(an_organiser("Admin", is_admin=True)).get("/desk/letters").text

    assert "elsewhere@example.org" not in desk.get("/desk/events/symposium/letters").text
    assert "elsewhere@example.org" in admin
    assert "Symposium of the year" in admin


def test_the_log_asks_as_much_for_three_letters_as_for_one(
    event: Event, desk: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for more in (1, 2):
        for _number in range(more):
            posted(event)
        with count_queries() as queries:
            desk.get("/desk/events/symposium/letters")
        counts.append(queries.count)

    assert counts[0] == counts[1]


def test_long_logs_have_pages(event: Event, desk: FlaskClient) -> None:
    for _number in range(51):
        posted(event)

    first = desk.get("/desk/events/symposium/letters").text
    second = desk.get("/desk/events/symposium/letters?page=2").text

    assert "page=2" in first
    assert second.count('<th scope="row">') == 1
    assert desk.get("/desk/events/symposium/letters?page=99").text.count('<th scope="row">') == 1


def test_a_letter_is_shown_as_it_was_sent_without_the_persons_link(
    event: Event, desk: FlaskClient, office: PostOffice
) -> None:
    message = posted(event)
    send_all()

    page = desk.get(f"/desk/letters/{message.id}").text

    token = office.letters[0].body().partition("/registrations/")[2].partition("?")[0]
    assert len(token) == 22
    assert "Your place: Symposium of the year" in page
    assert "You have a place, Ada." in page
    assert "[your link]" in page
    assert token not in page


def test_a_waiting_letter_is_shown_as_it_would_be_sent(event: Event, desk: FlaskClient) -> None:
    page = desk.get(f"/desk/letters/{posted(event).id}").text

    assert "As it would be sent now." in page
    assert "[your link]" in page


def test_a_letter_nobody_can_write_still_has_a_page(event: Event, desk: FlaskClient) -> None:
    message = posted(event, MessageState.FAILED, facts={}, answer="could not be written: KeyError")

    page = desk.get(f"/desk/letters/{message.id}")

    assert page.status_code == 200
    assert "could not be written: KeyError" in page.text


def test_the_letters_of_somebody_forgotten_stand_there_without_them(event: Event, desk: FlaskClient) -> None:
    message = posted(event, MessageState.SENT)
    outbox.forget(message.registration_id)  # type: ignore[arg-type]
    db.session.commit()

    assert "Forgotten person" in desk.get("/desk/events/symposium/letters").text
    assert "Forgotten person" in desk.get(f"/desk/letters/{message.id}").text


def test_typed_names_are_shown_as_text(event: Event, desk: FlaskClient) -> None:
    message = posted(
        event, recipient_name="<script>alert(1)</script>", answer="550 <b>no</b>", state=MessageState.FAILED
    )

    for address in ("/desk/events/symposium/letters", f"/desk/letters/{message.id}"):
        page = desk.get(address).text
        assert "<script>alert" not in page
        assert "<b>no</b>" not in page


# The banners


def test_a_worker_that_sleeps_is_announced_while_letters_wait(event: Event, desk: FlaskClient, clock: Clock) -> None:
    address, told = "/desk/events/symposium/letters", "No worker is sending letters."
    db.session.add(WorkerPulse(name="one", looked_at=NOW))
    db.session.commit()
    clock.forward(timedelta(minutes=3))

    assert told not in desk.get(address).text
    posted(event)
    assert told in desk.get(address).text
    db.session.get_one(WorkerPulse, "one").looked_at = clock.now
    db.session.commit()
    assert told not in desk.get(address).text


def test_without_a_server_the_log_says_that_letters_are_files(
    event: Event, desk: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(event, MessageState.SENT, answer="20270302T090000-abc.eml")

    page = desk.get("/desk/events/symposium/letters").text
    monkeypatch.setitem(app.config, "MAIL_SERVER", "mail.example.org")

    assert "No mail server is set." in page
    assert "20270302T090000-abc.eml" in page
    assert "No mail server is set." not in desk.get("/desk/events/symposium/letters").text


# Sending again


def test_a_failed_letter_is_sent_again_to_the_corrected_address(
    event: Event, desk: FlaskClient, office: PostOffice
) -> None:
    message = posted(event, MessageState.FAILED, attempts=6, answer="550 No such person")
    db.session.get_one(Registration, message.registration_id).email = "right@example.org"
    db.session.commit()

    response = desk.post(f"/desk/letters/{message.id}/resend")
    send_all()

    assert response.status_code == 303
    assert office.letters[0].recipients == ("right@example.org",)
    assert message.state is MessageState.SENT
    assert db.session.query(AuditEntry).filter_by(act="resend letter", event_id=event.id).count() == 1


def test_a_sent_letter_is_sent_again_as_a_second_one(event: Event, desk: FlaskClient, office: PostOffice) -> None:
    message = posted(event)
    send_all()

    desk.post(f"/desk/letters/{message.id}/resend")
    send_all()

    first, second = office.letters
    assert first.message["Subject"] == second.message["Subject"]
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert message.state is MessageState.SENT


def test_pressing_twice_sends_a_letter_again_once(event: Event, desk: FlaskClient, office: PostOffice) -> None:
    message = posted(event)
    send_all()

    answers = [desk.post(f"/desk/letters/{message.id}/resend").status_code for _press in range(2)]
    send_all()

    assert answers == [303, 422]
    assert len(office.letters) == 2


def test_a_letter_that_is_no_longer_so_is_not_sent_again(event: Event, desk: FlaskClient) -> None:
    message = posted(event, MessageState.FAILED)
    registration = db.session.get_one(Registration, message.registration_id)
    notifications.cancelled(registration, at=NOW, had_seat=True)
    db.session.commit()

    response = desk.post(f"/desk/letters/{message.id}/resend")

    assert response.status_code == 422
    assert "There is a newer letter about the same thing" in response.text
    assert message.state is MessageState.FAILED


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.REPLACED, MessageState.RECORDED])
def test_letters_in_other_states_are_not_sent_again(event: Event, desk: FlaskClient, state: MessageState) -> None:
    message = posted(event, state)

    assert desk.post(f"/desk/letters/{message.id}/resend").status_code == 422
    assert message.state is state


def test_nobody_forgotten_is_written_to_again(event: Event, desk: FlaskClient) -> None:
    message = posted(event, MessageState.FAILED)
    outbox.forget(message.registration_id)  # type: ignore[arg-type]
    db.session.commit()

    assert desk.post(f"/desk/letters/{message.id}/resend").status_code == 422


def test_all_failed_letters_of_an_event_go_again_with_one_press(event: Event, desk: FlaskClient) -> None:
    mine = [posted(event, MessageState.FAILED, attempts=6) for _number in range(2)]
    others = posted(an_event(), MessageState.FAILED)

    response = desk.post("/desk/letters/retry", data={"event": "symposium"})

    assert response.status_code == 303
    assert [(message.state, message.attempts) for message in mine] == [(MessageState.WAITING, 0)] * 2
    assert others.state is MessageState.FAILED

"""What becomes of letters when servers, rows and workers fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc import tokens
from eventsvc.extensions import db
from eventsvc.mail import carriers, claims, delivery, letters, outbox
from eventsvc.mail.carriers import Carrier, ToFiles, ToServer
from eventsvc.mail.envelopes import Letter
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import notifications
from eventsvc.registration.models import Registration, State
from tests.conftest import Clock
from tests.mail.examples import ada, an_event, calendars
from tests.people import NOW
from tests.smtp import PostOffice

MINUTE = timedelta(minutes=1)


def posted(count: int = 1, **over: Any) -> list[Message]:
    """Lay letters to so many people of one event."""
    event = an_event()
    messages = [notifications.registered(ada(event, **over), at=NOW) for _number in range(count)]
    db.session.commit()
    return [message for message in messages if message is not None]


def deliver(carrier: Carrier | None = None, **over: Any) -> int:
    """Deliver one batch over a connection of its own, and see what others see."""
    own = carrier or ToServer()
    count = delivery.deliver(own, **over)
    own.rest()
    db.session.expire_all()
    return count


def states(*messages: Message) -> list[MessageState]:
    return [message.state for message in messages]


class Explodes:
    """A carrier that breaks in a way nobody thought of, as a killed process does."""

    def carry(self, letter: Letter) -> str:
        raise KeyboardInterrupt

    def rest(self) -> None:
        """Hold nothing."""


def test_a_letter_that_was_taken_is_recorded_with_the_servers_answer(office: PostOffice) -> None:
    (message,) = posted()

    deliver()

    assert message.state is MessageState.SENT
    assert message.sent_at == NOW
    assert message.answer.startswith("250 ")
    assert message.attempts == 1
    assert message.claimed_at is None


def test_a_batch_goes_over_one_connection(office: PostOffice) -> None:
    messages = posted(5)

    deliver()

    assert states(*messages) == [MessageState.SENT] * 5
    assert office.connections == 1


def test_a_delayed_letter_is_tried_again_after_each_pause_and_then_has_failed(office: PostOffice, clock: Clock) -> None:
    (message,) = posted()
    office.refuse(answer="451 4.7.1 Greylisted, come back later")

    for minutes in (1, 5, 30, 120, 720):
        assert deliver() == 1
        assert message.state is MessageState.WAITING
        clock.forward(minutes * MINUTE - timedelta(seconds=1))
        assert deliver() == 0
        clock.forward(timedelta(seconds=1))
    deliver()

    assert message.state is MessageState.FAILED
    assert message.attempts == 6
    assert message.answer == "451 4.7.1 Greylisted, come back later"
    clock.forward(timedelta(days=9))
    assert deliver() == 0


def test_a_delayed_letter_goes_when_the_server_takes_it(office: PostOffice, clock: Clock) -> None:
    (message,) = posted()
    office.refuse(answer="451 4.7.1 Greylisted")
    deliver()
    office.behave()

    clock.forward(MINUTE)
    deliver()

    assert message.state is MessageState.SENT
    assert office.letters[0].message["Message-ID"] == message.message_id


def test_a_refused_recipient_is_final_at_once_and_holds_nobody_else(office: PostOffice) -> None:
    first, second, third = posted(3)
    office.refuse(second.recipient)

    deliver()

    assert states(first, second, third) == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]
    assert second.answer == "550 5.1.1 No such person here"


def test_a_lost_connection_delays_its_letter_and_the_next_one_goes(office: PostOffice, clock: Clock) -> None:
    first, second, third = posted(3)
    office.drop_after(1)

    deliver()

    assert states(first, second, third) == [MessageState.SENT, MessageState.WAITING, MessageState.WAITING]
    office.behave()
    clock.forward(MINUTE)
    deliver()
    assert states(first, second, third) == [MessageState.SENT] * 3


def test_a_server_that_is_away_delays_all_with_one_call(app: Flask, smtp: PostOffice, clock: Clock) -> None:
    state = app.extensions["mail"]
    state.server, state.port = "127.0.0.1", 9
    messages = posted(3)

    deliver()

    assert states(*messages) == [MessageState.WAITING] * 3
    assert {message.due_at for message in messages} == {NOW + MINUTE}
    assert all("refused" in message.answer for message in messages)


def test_the_servers_refusal_of_our_own_address_is_no_fault_of_the_letter(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_args: Any) -> str:
        return "550 5.7.1 We do not relay for you"

    monkeypatch.setattr(PostOffice, "handle_MAIL", refuse, raising=False)
    (message,) = posted()

    deliver()

    assert message.state is MessageState.WAITING
    assert message.answer == "550 5.7.1 We do not relay for you"


def test_a_letter_that_cannot_be_written_fails_alone(office: PostOffice) -> None:
    first, broken, third = posted(3)
    broken.facts = {"given_name": "Ada"}
    db.session.commit()

    deliver()

    assert states(first, broken, third) == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]
    assert broken.answer.startswith("could not be written: KeyError")


@pytest.mark.parametrize("address", ["ada", "a da@example.org", "åsa@example.org", "ada@\u202e.example"])
def test_an_address_no_header_can_hold_fails_alone(office: PostOffice, address: str) -> None:
    wrong, right = posted(2)
    wrong.recipient = address
    db.session.commit()

    deliver()

    assert states(wrong, right) == [MessageState.FAILED, MessageState.SENT]


def test_a_domain_of_other_letters_is_written_as_mail_servers_know_it(office: PostOffice) -> None:
    posted(email="ada@bücher.example")

    deliver()

    assert office.letters[0].recipients == ("ada@xn--bcher-kva.example",)


def test_a_fault_nobody_thought_of_while_sending_fails_its_letter_alone(office: PostOffice) -> None:
    first, broken, third = posted(3)

    class Stumbles(ToServer):
        def carry(self, letter: Letter) -> str:
            if letter.recipient == broken.recipient:
                raise RuntimeError("with what somebody typed")
            return super().carry(letter)

    deliver(Stumbles())

    assert states(first, broken, third) == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]
    assert broken.answer.startswith("could not be sent: RuntimeError in carry")


def test_a_folder_that_cannot_be_written_delays_letters(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    messages = posted(2)

    deliver(ToFiles(tmp_path / "mail"))

    assert states(*messages) == [MessageState.WAITING] * 2


def test_what_a_dead_worker_claimed_is_claimed_again_after_ten_minutes(office: PostOffice, clock: Clock) -> None:
    messages = posted(3)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(Explodes())
    db.session.rollback()
    identities = {message.message_id for message in messages}

    assert deliver() == 0
    clock.forward(10 * MINUTE)
    assert deliver() == 3

    assert states(*messages) == [MessageState.SENT] * 3
    assert {letter.message["Message-ID"] for letter in office.letters} == identities


def test_a_worker_told_to_stop_gives_back_what_it_has_not_begun(office: PostOffice) -> None:
    messages = posted(3)
    told = iter([False, True, True])

    deliver(has_to_stop=lambda: next(told))

    assert states(*messages) == [MessageState.SENT, MessageState.WAITING, MessageState.WAITING]
    assert deliver() == 2


def test_what_is_left_of_a_slow_batch_is_given_back_before_others_take_it(office: PostOffice, clock: Clock) -> None:
    messages = posted(3)

    class Slow(ToServer):
        def carry(self, letter: Letter) -> str:
            clock.forward(6 * MINUTE)
            return super().carry(letter)

    deliver(Slow())

    assert states(*messages) == [MessageState.SENT, MessageState.WAITING, MessageState.WAITING]


def test_an_idle_look_takes_no_write_lock(office: PostOffice, count_queries: Callable[[], Any]) -> None:
    with count_queries() as queries:
        deliver()

    assert [statement[:6] for statement in queries.statements] == ["SELECT"]


def test_each_letter_of_a_batch_costs_one_statement(office: PostOffice, count_queries: Callable[[], Any]) -> None:
    posted(1)
    with count_queries() as one:
        delivery.deliver(carrier := ToServer())
    posted(11)
    with count_queries() as eleven:
        delivery.deliver(carrier)
    carrier.rest()

    assert eleven.count - one.count == 10


def test_two_workers_share_what_is_due(office: PostOffice) -> None:
    posted(6)

    first = claims.claim(NOW, limit=4)
    second = claims.claim(NOW, limit=4)

    assert len(first) == 4
    assert len(second) == 2
    assert not set(first) & set(second)


def test_a_newer_letter_waits_while_an_older_one_about_the_same_thing_is_on_its_way(
    office: PostOffice, clock: Clock
) -> None:
    event = an_event()
    registration = ada(event)
    notifications.registered(registration, at=NOW)
    db.session.commit()
    (under_way,) = claims.claim(NOW)
    db.session.commit()
    registration.state = State.CANCELLED
    notifications.cancelled(registration, at=NOW, had_seat=True)
    db.session.commit()

    assert deliver() == 0
    claims.release([under_way])
    db.session.commit()
    deliver()

    subjects = [letter.message["Subject"].partition(":")[0] for letter in office.letters]
    assert subjects == ["Your place", "Your registration is cancelled"]
    assert calendars(office.letters[1].message)[0]["METHOD"] == "CANCEL"


def test_a_delayed_letter_gives_way_to_a_newer_one_about_the_same_thing(office: PostOffice, clock: Clock) -> None:
    registration = ada(an_event())
    first = notifications.registered(registration, at=NOW)
    db.session.commit()

    class Meanwhile(ToServer):
        def carry(self, letter: Letter) -> str:
            notifications.cancelled(registration, at=NOW, had_seat=True)
            raise carriers.Delayed("451 later")

    deliver(Meanwhile())
    deliver()

    assert first is not None
    assert first.state is MessageState.REPLACED
    assert [letter.message["Subject"].partition(":")[0] for letter in office.letters] == [
        "Your registration is cancelled"
    ]


def test_somebody_who_was_erased_is_sent_nothing_more(office: PostOffice) -> None:
    waiting, claimed = posted(2)
    claims.claim(NOW, limit=2)
    db.session.execute(sa.update(Message).where(Message.id == waiting.id).values(state=MessageState.WAITING))
    for message in (waiting, claimed):
        outbox.forget(message.registration_id)  # type: ignore[arg-type]
    db.session.commit()
    claims.release([claimed.id])
    db.session.commit()

    deliver()

    assert office.letters == []
    assert states(waiting, claimed) == [MessageState.REPLACED, MessageState.REPLACED]


def test_somebody_erased_while_their_letter_is_on_its_way_leaves_no_words_in_its_record(office: PostOffice) -> None:
    (message,) = posted()

    class Erases(ToServer):
        def carry(self, letter: Letter) -> str:
            answer = super().carry(letter)
            outbox.forget(message.registration_id)  # type: ignore[arg-type]
            return answer

    deliver(Erases())

    assert message.state is MessageState.SENT
    assert (message.sent_text, message.sent_subject, message.answer, message.recipient) == ("", "", "", "")


def test_without_a_server_letters_are_files_that_mail_programs_open(app: Flask, tmp_path: Path) -> None:
    (message,) = posted()

    deliver(ToFiles(tmp_path / "mail"))

    (file,) = (tmp_path / "mail").iterdir()
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message.state is MessageState.SENT
    assert message.answer == file.name
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    assert read["Message-ID"] == message.message_id
    assert read["To"] == f"Ada Voorbeeld <{message.recipient}>"


def test_the_settings_choose_between_server_and_files(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(carriers.chosen(), ToFiles)
    monkeypatch.setitem(app.config, "MAIL_SERVER", "mail.example.org")
    assert isinstance(carriers.chosen(), ToServer)


def test_demo_letters_are_recorded_as_written_and_never_sent(office: PostOffice) -> None:
    event, other = an_event(), an_event()
    demo = notifications.registered(ada(event), at=NOW)
    real = notifications.registered(ada(other), at=NOW)

    assert delivery.record_waiting(event_ids=[event.id]) == 1
    db.session.commit()
    deliver()

    assert demo is not None
    assert real is not None
    assert demo.state is MessageState.RECORDED
    assert "You have a place, Ada." in demo.sent_text
    assert [letter.recipients for letter in office.letters] == [(real.recipient,)]


@pytest.mark.parametrize("language", ["en", "nl", "tlh"])
def test_what_is_recorded_of_a_letter_is_word_for_word_what_is_kept_of_one_that_is_sent(
    app: Flask, language: str
) -> None:
    posted = notifications.registered(ada(an_event(), language=language), at=NOW)
    db.session.commit()
    assert posted is not None
    (due,) = claims.read([posted.id])

    subject, text = letters.recorded(due, at=NOW)

    sent = letters.written(due, at=NOW)
    assert (subject, text) == (sent.subject, sent.record)
    assert sent.text != text


def test_letters_of_one_person_stay_in_order_when_more_is_due_than_a_batch(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = posted(5)
    monkeypatch.setattr(claims.claim, "__defaults__", (2,))

    carrier = ToServer()
    counts = [delivery.deliver(carrier) for _round in range(4)]
    carrier.rest()

    assert counts == [2, 2, 1, 0]
    assert [letter.message["Message-ID"] for letter in office.letters] == [message.message_id for message in messages]


def test_a_sealed_link_to_an_account_reaches_its_owner_and_no_record(app: Flask, office: PostOffice) -> None:
    link = "http://localhost/desk/reset/abc"
    to_olga = outbox.Recipient("olga@example.org", "Olga", "en")
    facts = {"name": "Olga", "sealed_link": tokens.seal(link)}
    message = outbox.post("account_reset", to_olga, facts, key="one", about="account:1", at=NOW)
    db.session.commit()

    deliver()

    assert link in office.letters[0].body()
    assert link in office.letters[0].body("html")
    assert message.sent_subject == "Set a new password"
    assert link not in message.sent_text


def test_a_letter_whose_link_no_key_opens_fails_and_says_so(office: PostOffice) -> None:
    (message,) = posted()
    registration = db.session.get_one(Registration, message.registration_id)
    registration.manage_sealed = "sealed with another key"
    db.session.commit()

    deliver()

    assert message.state is MessageState.FAILED
    assert message.answer.startswith("could not be written: ValueError in unseal")

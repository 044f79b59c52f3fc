"""Changing one's mind: undoing a cancellation, handing a place on, changing until a moment that is set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eventsvc.accounts.actors import ATTENDEE, organiser
from eventsvc.calendars import entries
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme.models import Session
from eventsvc.registration import choices, errors, keys, rules, seats
from eventsvc.registration.models import (
    Answer,
    AnswerOption,
    Choice,
    Payment,
    Question,
    QuestionKind,
    QuestionOption,
    Registration,
    State,
    TicketType,
    TokenKind,
    Visibility,
)
from eventsvc.registration.person import Person
from tests.people import NOW, a_question, a_registration, a_session, an_event, an_organiser
from tests.registration.acts import ADA, BOB, CIA, acts, come, last_letter, leave, letters

pytestmark = pytest.mark.usefixtures("app")
SOON = NOW + timedelta(minutes=59)


def shown(event: Event) -> Event:
    """An event with an entry to invite people to."""
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def sequence(registration: Registration) -> int:
    return int(last_letter(registration).facts["invitation"]["sequence"])


class TestUndoing:
    def test_the_same_registration_comes_back_with_its_turn_and_counts_on(self) -> None:
        ada = come(shown(an_event(capacity=1)), ADA)
        turn, reference, first = ada.turn, ada.reference, sequence(ada)
        leave(ada, reason="I am ill")
        ended = sequence(ada)

        rules.undo_cancel(ada, by=ATTENDEE, at=SOON)
        db.session.commit()

        assert (ada.state, ada.turn, ada.reference) == (State.CONFIRMED, turn, reference)
        assert letters(ada) == ["registered", "cancelled", "restored"]
        assert acts(ada) == [("confirm", "attendee"), ("cancel", "attendee"), ("restore", "attendee")]
        assert first < ended < sequence(ada)

    def test_undoing_twice_is_harmless(self) -> None:
        ada = come(an_event(), ADA)
        leave(ada)
        for _press in range(2):
            rules.undo_cancel(ada, by=ATTENDEE, at=SOON)
            db.session.commit()

        assert letters(ada) == ["registered", "cancelled", "restored"]

    @pytest.mark.parametrize("capacity", [1, 0])
    def test_it_stays_cancelled_once_others_took_what_was_chosen(self, capacity: int) -> None:
        event = an_event(capacity=capacity)
        bob = come(event, BOB)
        option = a_choice(event, 1)
        chosen(bob, option)
        leave(bob)
        event.capacity = 2
        db.session.commit()
        chosen(come(event, CIA), option)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(bob, by=ATTENDEE, at=SOON)

    def test_after_an_hour_it_stays_cancelled(self) -> None:
        ada = come(an_event(), ADA)
        leave(ada)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW + timedelta(hours=1))

    def test_it_stays_cancelled_once_somebody_was_served(self) -> None:
        event = an_event(capacity=1)
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)
        assert bob.state is State.CONFIRMED

    def test_it_stays_cancelled_while_somebody_waits_for_the_seat(self) -> None:
        event = an_event(capacity=1)
        ada, bob = come(event, ADA), come(event, BOB)
        event.is_list_stopped = True
        db.session.commit()
        leave(ada)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)
        assert bob.state is State.WAITLISTED

    def test_a_newcomer_who_was_quicker_keeps_the_seat(self) -> None:
        event = an_event(capacity=1)
        ada = come(event, ADA)
        leave(ada)
        come(event, BOB)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    def test_a_seat_of_a_full_type_does_not_come_back_though_the_event_has_room(self) -> None:
        event = an_event(capacity=5)
        hall = TicketType(event_id=event.id, name="Hall", capacity=1)
        db.session.add(hall)
        db.session.commit()
        ada = come(event, ADA, ticket_type_id=hall.id)
        leave(ada)
        come(event, BOB, ticket_type_id=hall.id)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    def test_whoever_left_the_list_gets_their_turn_back(self) -> None:
        event = an_event(capacity=1)
        come(event, ADA)
        bob, cia = come(event, BOB), come(event, CIA)
        leave(bob)

        rules.undo_cancel(bob, by=ATTENDEE, at=SOON)
        db.session.commit()

        assert [seats.position(person, SOON) for person in (bob, cia)] == [1, 2]
        assert letters(bob) == ["waitlisted", "cancelled", "restored"]

    def test_an_offer_that_was_left_comes_back_while_it_would_still_be_held(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)
        until = bob.offer_expires_at
        leave(bob)

        rules.undo_cancel(bob, by=ATTENDEE, at=SOON)
        db.session.commit()

        assert (bob.state, bob.offer_expires_at) == (State.OFFERED, until)
        assert last_letter(bob).facts["until"]

    def test_an_attendee_undoes_their_own_act_alone_and_an_organiser_any(self) -> None:
        event, olga = an_event(), organiser(an_organiser().id)
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada, by=olga)
        leave(bob)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)
        db.session.rollback()
        for person in (ada, bob):
            rules.undo_cancel(person, by=olga, at=NOW)

        assert {ada.state, bob.state} == {State.CONFIRMED}

    def test_whoever_registered_again_meanwhile_has_that_registration(self) -> None:
        event = an_event()
        ada = come(event, ADA)
        leave(ada)
        come(event, ADA)

        with pytest.raises(errors.AlreadyRegistered):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    @pytest.mark.parametrize("status", [Status.CANCELLED, Status.ARCHIVED])
    def test_nothing_comes_back_to_what_will_not_be(self, status: Status) -> None:
        ada = come(an_event(), ADA)
        leave(ada)
        ada.event.status = status
        db.session.commit()

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    def test_whoever_was_erased_does_not_come_back(self) -> None:
        ada = come(an_event(), ADA)
        rules.erase(ada, by=ATTENDEE, at=NOW)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

    def test_a_choice_that_others_took_up_to_its_limit_keeps_them_out(self) -> None:
        event = an_event()
        ada = come(event, ADA)
        dinner = a_choice(event, capacity=1)
        chosen(ada, dinner)
        leave(ada)
        chosen(come(event, BOB), dinner)

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=ATTENDEE, at=NOW)


def a_choice(event: Event, capacity: int | None = None) -> QuestionOption:
    question = Question(event_id=event.id, kind=QuestionKind.CHOICE, label="Dinner?")
    question.options = [QuestionOption(label="Yes", capacity=capacity)]
    db.session.add(question)
    db.session.commit()
    return question.options[0]


def chosen(registration: Registration, option: QuestionOption) -> None:
    db.session.add_all(
        [
            Answer(
                registration_id=registration.id,
                question_id=option.question_id,
                version=1,
                value=[option.public_id],
                answered_at=NOW,
            ),
            AnswerOption(registration_id=registration.id, option_id=option.id),
        ]
    )
    db.session.commit()


def answered(registration: Registration) -> int:
    return db.session.query(Answer).filter_by(registration_id=registration.id).count()


class TestAnswersComeAlong:
    @pytest.mark.parametrize(("capacity", "kept"), [(None, 1), (2, 1), (1, 0)])
    def test_back_on_the_list_answers_are_there_but_for_what_is_full(self, capacity: int | None, kept: int) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        option = a_choice(event, capacity)
        chosen(bob, option)
        leave(ada)
        rules.settle_and_serve(event.id, at=NOW + timedelta(hours=24))
        db.session.commit()
        chosen(come(event, CIA), option)

        again = rules.rejoin(bob, by=ATTENDEE, at=NOW + timedelta(hours=24))
        db.session.commit()

        assert (answered(again), answered(bob)) == (kept, 0)

    def test_of_several_choices_the_one_that_is_full_goes_and_the_rest_stays(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        days = a_question(event, "Mon", "Tue", kind=QuestionKind.CHOICES, limits={"Mon": 1})
        monday, tuesday = days.options
        chosen(bob, monday)
        answer = db.session.query(Answer).filter_by(registration_id=bob.id).one()
        answer.value = [monday.public_id, tuesday.public_id]
        db.session.add(AnswerOption(registration_id=bob.id, option_id=tuesday.id))
        leave(ada)
        rules.settle_and_serve(event.id, at=NOW + timedelta(hours=24))
        db.session.commit()
        chosen(come(event, CIA), monday)

        again = rules.rejoin(bob, by=ATTENDEE, at=NOW + timedelta(hours=24))
        db.session.commit()

        kept = db.session.query(Answer).filter_by(registration_id=again.id).one()
        assert kept.value == [tuesday.public_id]
        assert [each.option_id for each in db.session.query(AnswerOption).filter_by(registration_id=again.id)] == [
            tuesday.id
        ]


class TestSessionsComeAlong:
    def workshop(self, event: Event) -> Session:
        session = a_session(event, capacity=1)
        db.session.commit()
        return session

    def test_back_on_the_list_they_wait_for_the_sessions_they_had_chosen(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        workshop, talk = self.workshop(event), a_session(event)
        rules.choose(bob, workshop.public_id, or_waits=True, by=ATTENDEE, at=NOW)
        rules.choose(bob, talk.public_id, by=ATTENDEE, at=NOW)
        leave(ada)
        late = NOW + timedelta(hours=24)

        again = rules.rejoin(bob, by=ATTENDEE, at=late)
        db.session.commit()

        assert again.state is State.CONFIRMED
        theirs = choices.own(again.id)
        assert theirs.chosen == {workshop.id, talk.id}

    def test_an_offered_place_has_no_seat_in_a_session_before_it_is_taken(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        workshop = self.workshop(event)
        rules.choose(bob, workshop.public_id, or_waits=True, by=ATTENDEE, at=NOW)
        leave(ada)

        assert (choices.own(bob.id).chosen, letters(bob)) == (frozenset(), ["waitlisted", "offered"])
        rules.accept(bob, by=ATTENDEE, at=NOW)
        assert choices.own(bob.id).chosen == {workshop.id}

    def test_undone_in_time_the_seat_in_a_session_is_there_again_and_else_they_wait_for_it(self) -> None:
        event = an_event()
        ada, bob = come(event, ADA), come(event, BOB)
        workshop = self.workshop(event)
        rules.choose(ada, workshop.public_id, by=ATTENDEE, at=NOW)
        leave(ada)
        rules.undo_cancel(ada, by=ATTENDEE, at=NOW)
        assert choices.own(ada.id).chosen == {workshop.id}

        leave(ada)
        rules.choose(bob, workshop.public_id, by=ATTENDEE, at=NOW)
        rules.undo_cancel(ada, by=ATTENDEE, at=NOW)

        assert choices.own(ada.id) == choices.Own(frozenset(), frozenset({workshop.id}))

    def test_a_place_handed_on_keeps_its_seat_though_others_wait_for_it(self) -> None:
        event = an_event()
        ada, cia = come(event, ADA), come(event, CIA)
        workshop = self.workshop(event)
        rules.choose(ada, workshop.public_id, by=ATTENDEE, at=NOW)
        rules.choose(cia, workshop.public_id, or_waits=True, by=ATTENDEE, at=NOW)

        bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert choices.own(bob.id).chosen == {workshop.id}
        assert choices.own(cia.id).waiting == {workshop.id}


class TestHandingOn:
    def test_the_colleague_has_the_seat_and_links_of_their_own(self) -> None:
        event = shown(an_event(capacity=1))
        ada, cia = come(event, ADA), come(event, CIA)

        bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert (ada.state, bob.state, cia.state) == (State.CANCELLED, State.CONFIRMED, State.WAITLISTED)
        assert (bob.turn, bob.email) == (ada.turn, BOB.email)
        assert bob.reference != ada.reference
        assert keys.token_of(bob, TokenKind.MANAGE) != keys.token_of(ada, TokenKind.MANAGE)
        assert bob.is_proven

    @pytest.mark.parametrize("is_receiver", [True, False])
    def test_whoever_is_erased_is_named_in_no_letter_to_the_other(self, is_receiver: bool) -> None:
        ada = come(an_event(), ADA)
        bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()
        gone, name = (bob, bob.name) if is_receiver else (ada, ada.name)

        rules.erase(gone, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert all(name not in str(letter.facts) for letter in db.session.query(Message))

    def test_each_gets_one_letter_and_one_entry_in_the_log(self) -> None:
        ada = come(shown(an_event(capacity=1)), ADA)

        bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert letters(ada) == ["registered", "handed_over"]
        assert letters(bob) == ["taken_over"]
        assert last_letter(ada).facts["invitation"]["sequence"] == 1
        assert last_letter(bob).facts["invitation"]["sequence"] == 0
        assert acts(ada)[-1] == ("hand over", "attendee")
        assert acts(bob) == [("take over", "attendee")]

    def test_type_payment_and_sessions_go_along_and_answers_do_not(self) -> None:
        event = an_event()
        hall = TicketType(event_id=event.id, name="Hall", capacity=1, fee_cents=5000)
        db.session.add(hall)
        db.session.commit()
        ada = come(event, ADA, ticket_type_id=hall.id)
        ada.fee_cents, ada.payment, ada.payment_reference = 5000, Payment.PAID, "2027-17"
        ada.paid_cents = 4000
        chosen(ada, a_choice(event))
        talk = a_session(event)
        rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)
        db.session.commit()

        bob = rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert (bob.ticket_type_id, bob.fee_cents, bob.paid_cents, bob.payment, bob.payment_reference) == (
            hall.id, 5000, 4000, Payment.PAID, "2027-17",
        )  # fmt: skip
        db.session.expire_all()
        left: tuple[Any, ...] = (ada.fee_cents, ada.paid_cents, ada.payment, ada.payment_reference)
        assert left == (0, 0, None, "")
        assert [choice.registration_id for choice in db.session.query(Choice)] == [bob.id]
        assert (answered(ada), answered(bob)) == (1, 0)

    def test_a_ticket_for_a_domain_stays_within_it(self) -> None:
        event = an_event()
        staff = TicketType(event_id=event.id, name="Staff", visibility=Visibility.DOMAIN, domains="example.org")
        db.session.add(staff)
        db.session.commit()
        ada = come(event, ADA, ticket_type_id=staff.id)

        with pytest.raises(errors.DomainNeeded):
            rules.hand_over(ada, Person("Eve", "Elsewhere", "eve@elsewhere.example"), by=ATTENDEE, at=NOW)
        db.session.rollback()
        assert rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW).ticket_type_id == staff.id

    @pytest.mark.parametrize("state", [State.WAITLISTED, State.OFFERED, State.EXPIRED, State.CANCELLED])
    def test_only_a_confirmed_place_is_handed_on(self, state: State) -> None:
        ada = a_registration(an_event(), state=state)

        with pytest.raises(errors.NotConfirmed):
            rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)

    def test_neither_to_oneself_nor_to_who_has_a_place(self) -> None:
        event = an_event()
        ada = come(event, ADA)
        come(event, BOB)

        with pytest.raises(errors.SameAddress):
            rules.hand_over(ada, Person("Ada", "Other", "ADA@example.org"), by=ATTENDEE, at=NOW)
        with pytest.raises(errors.AlreadyRegistered):
            rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)

    def test_what_was_handed_on_cannot_be_undone(self) -> None:
        ada = come(an_event(), ADA)
        rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        db.session.commit()

        with pytest.raises(errors.UndoOver):
            rules.undo_cancel(ada, by=organiser(an_organiser().id), at=NOW)

    def test_neither_after_changes_close_nor_at_what_is_over(self) -> None:
        event = an_event(changes_close_at=NOW)
        ada = come(event, ADA)

        with pytest.raises(errors.ChangesClosed):
            rules.hand_over(ada, BOB, by=ATTENDEE, at=NOW)
        with pytest.raises(errors.EventOver):
            rules.hand_over(ada, BOB, by=organiser(an_organiser().id), at=event.ends_at)  # type: ignore[arg-type]


class TestChangesClosed:
    def test_details_and_sessions_are_left_as_they_are_and_the_contact_is_named(self) -> None:
        event = an_event(changes_close_at=NOW)
        ada, talk = come(event, ADA, at=NOW - timedelta(hours=1)), a_session(event)
        person = Person("Ada", "Nieuw", "ada@example.org", "", "NL")

        with pytest.raises(errors.ChangesClosed) as refused:
            rules.correct(ada, person, revision=ada.revision, by=ATTENDEE, at=NOW)
        assert "olga@example.org" in refused.value.sentence
        with pytest.raises(errors.ChangesClosed):
            rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)
        with pytest.raises(errors.ChangesClosed):
            rules.unchoose(ada, talk.public_id, by=ATTENDEE, at=NOW)

    def test_an_organiser_still_corrects(self) -> None:
        ada = come(an_event(changes_close_at=NOW), ADA)

        person = Person("Ada", "Nieuw", "ada@example.org", "", "NL")
        rules.correct(ada, person, revision=ada.revision, by=organiser(an_organiser().id), at=NOW)

        assert ada.family_name == "Nieuw"

    def test_a_place_can_be_given_up_all_the_same(self) -> None:
        ada = come(an_event(changes_close_at=NOW), ADA)

        leave(ada)

        assert ada.state is State.CANCELLED

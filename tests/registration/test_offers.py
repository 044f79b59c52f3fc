"""Offered places and proof of address: taken, left, run out, and who is next; by the rules, with real rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventsvc.accounts.actors import ATTENDEE, SYSTEM, organiser
from eventsvc.events.models import Status
from eventsvc.extensions import db
from eventsvc.registration import deadlines, errors, keys, rules, seats
from eventsvc.registration.models import (
    OfferKind,
    Registration,
    State,
    TicketType,
    TokenKind,
)
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.acts import ADA, BOB, CIA, acts, come, last_letter, leave, letters

pytestmark = pytest.mark.usefixtures("app")
HOURS = timedelta(hours=24)


def offered_to_bob() -> tuple[Registration, Registration, Registration]:
    """One seat that Ada gave up and that is offered to Bob until tomorrow; Cia waits behind him."""
    event = an_event(capacity=1, offer_hours=24)
    ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
    leave(ada)
    return ada, bob, cia


class TestOffering:
    def test_a_freed_seat_is_offered_to_who_is_next_and_held_for_them(self) -> None:
        _ada, bob, cia = offered_to_bob()

        assert (bob.state, bob.offer_kind, bob.offer_expires_at) == (State.OFFERED, OfferKind.SEAT, NOW + HOURS)
        assert cia.state is State.WAITLISTED
        assert seats.taken(bob.event_id, NOW).left(1, None) == 0
        assert letters(bob) == ["waitlisted", "offered"]
        assert "invitation" not in last_letter(bob).facts
        assert acts(bob) == [("waitlist", "attendee"), ("offer", "system")]

    def test_whoever_takes_it_is_confirmed_and_invited(self) -> None:
        _ada, bob, _cia = offered_to_bob()

        assert rules.accept(bob, by=ATTENDEE, at=NOW + timedelta(hours=1)) is True
        db.session.commit()

        assert (bob.state, bob.offer_expires_at, bob.calendar_offset) == (State.CONFIRMED, None, 0)
        assert letters(bob)[-1] == "registered"
        assert acts(bob)[-1] == ("accept", "attendee")

    def test_taking_it_twice_is_harmless(self) -> None:
        _ada, bob, _cia = offered_to_bob()
        for _press in range(2):
            assert rules.accept(bob, by=ATTENDEE, at=NOW) is True
            db.session.commit()

        assert letters(bob) == ["waitlisted", "offered", "registered"]
        assert len(acts(bob)) == 3

    def test_whoever_leaves_it_lets_the_next_person_have_it_at_once(self) -> None:
        _ada, bob, cia = offered_to_bob()

        leave(bob)

        assert (bob.state, cia.state) == (State.CANCELLED, State.OFFERED)
        assert last_letter(bob).facts["had_offer"] is True
        # They never had a place, so no calendar is told that it ends.
        assert (bob.calendar_offset, "invitation" in last_letter(bob).facts) == (0, False)

    def test_what_nobody_took_runs_out_and_is_offered_to_the_next(self) -> None:
        _ada, bob, cia = offered_to_bob()

        rules.settle_and_serve(bob.event_id, at=NOW + HOURS)
        db.session.commit()

        assert (bob.state, cia.state, cia.offer_expires_at) == (State.EXPIRED, State.OFFERED, NOW + 2 * HOURS)
        assert letters(bob)[-1] == "offer_expired"
        assert acts(bob)[-1] == ("expire", "system")

    def test_a_moment_earlier_it_is_still_theirs(self) -> None:
        _ada, bob, _cia = offered_to_bob()

        rules.settle_and_serve(bob.event_id, at=NOW + HOURS - timedelta(seconds=1))

        assert bob.state is State.OFFERED

    def test_too_late_is_too_late_though_no_worker_ran(self) -> None:
        _ada, bob, cia = offered_to_bob()

        assert rules.accept(bob, by=ATTENDEE, at=NOW + HOURS) is False
        db.session.commit()

        assert (bob.state, cia.state) == (State.EXPIRED, State.OFFERED)

    def test_a_newcomer_moves_what_is_due_so_that_a_sleeping_worker_blocks_no_seat(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        leave(ada)

        cia = come(event, CIA, at=NOW + HOURS)

        assert (bob.state, cia.state) == (State.EXPIRED, State.CONFIRMED)

    def test_a_newcomer_does_not_overtake_who_waits_when_an_offer_runs_out(self) -> None:
        _ada, bob, cia = offered_to_bob()

        dan = come(bob.event, ADA, at=NOW + HOURS)

        assert [person.state for person in (bob, cia, dan)] == [State.EXPIRED, State.OFFERED, State.WAITLISTED]

    def test_several_freed_seats_are_offered_to_several_in_turn(self) -> None:
        event = an_event(capacity=1, offer_hours=24)
        _ada, bob, cia = come(event, ADA), come(event, BOB), come(event, CIA)
        event.capacity = 3
        db.session.commit()

        served = rules.serve_list(event, by=SYSTEM, at=NOW)

        assert [person.id for person in served] == [bob.id, cia.id]
        assert {bob.state, cia.state} == {State.OFFERED}

    def test_while_the_event_is_cancelled_nothing_runs_out_and_nothing_is_taken(self) -> None:
        _ada, bob, _cia = offered_to_bob()
        bob.event.status = Status.CANCELLED
        db.session.commit()

        rules.settle_and_serve(bob.event_id, at=NOW + HOURS)

        assert bob.state is State.OFFERED
        assert rules.due_events(at=NOW + HOURS) == []
        with pytest.raises(errors.EventCancelled):
            rules.accept(bob, by=ATTENDEE, at=NOW)

    def test_the_worker_looks_for_events_where_something_is_due(self) -> None:
        _ada, bob, _cia = offered_to_bob()

        assert rules.due_events(at=NOW + HOURS - timedelta(seconds=1)) == []
        assert rules.due_events(at=NOW + HOURS) == [bob.event_id]

    def test_nothing_is_offered_to_who_was_not(self) -> None:
        ada, bob, cia = offered_to_bob()

        with pytest.raises(errors.NotOffered):
            rules.accept(ada, by=ATTENDEE, at=NOW)
        # Whoever waits has nothing to take, and loses nothing by pressing.
        assert rules.accept(cia, by=ATTENDEE, at=NOW) is True
        assert (cia.state, bob.state) == (State.WAITLISTED, State.OFFERED)

    def test_the_type_that_ran_out_serves_whoever_waits_for_it(self) -> None:
        event = an_event(capacity=2, offer_hours=24)
        hall, stage = (TicketType(event_id=event.id, name=name, capacity=1) for name in ("Hall", "Stage"))
        db.session.add_all([hall, stage])
        db.session.commit()
        ada = come(event, ADA, ticket_type_id=hall.id)
        come(event, BOB, ticket_type_id=stage.id)
        cia = come(event, CIA, ticket_type_id=hall.id)
        leave(ada)

        rules.accept(cia, by=ATTENDEE, at=NOW)

        assert cia.state is State.CONFIRMED


class TestByHand:
    def test_an_organiser_offers_a_seat_out_of_turn_or_gives_it_outright(self) -> None:
        event = an_event(capacity=3, offer_hours=24, is_list_stopped=True)
        ada, bob, cia = (a_registration(event, state=State.WAITLISTED) for _person in range(3))
        olga = organiser(an_organiser().id)

        rules.promote(cia, by=olga, at=NOW)
        rules.promote(bob, by=olga, at=NOW, is_outright=True)
        db.session.commit()

        assert [person.state for person in (ada, bob, cia)] == [State.WAITLISTED, State.CONFIRMED, State.OFFERED]
        assert (letters(bob), letters(cia)) == (["promoted"], ["offered"])

    def test_an_organiser_takes_an_offer_for_somebody_who_called(self) -> None:
        _ada, bob, _cia = offered_to_bob()

        rules.accept(bob, by=organiser(an_organiser().id), at=NOW)

        assert (bob.state, acts(bob)[-1]) == (State.CONFIRMED, ("accept", "organiser"))


class TestProof:
    def test_a_newcomers_seat_is_held_until_their_address_is_proven(self) -> None:
        event = an_event(capacity=1, proof_hours=24)

        ada = come(event, ADA)

        assert (ada.state, ada.offer_kind, ada.offer_expires_at) == (State.OFFERED, OfferKind.PROOF, NOW + HOURS)
        assert ada.is_proven
        assert letters(ada) == ["prove_address"]
        assert come(event, BOB).state is State.WAITLISTED

    def test_the_link_proves_it_and_the_seat_is_theirs(self) -> None:
        ada = come(an_event(capacity=1, proof_hours=24), ADA)

        assert rules.accept(ada, by=ATTENDEE, at=NOW) is True
        db.session.commit()

        assert (ada.state, ada.offer_kind) == (State.CONFIRMED, None)
        assert letters(ada) == ["prove_address", "registered"]
        assert acts(ada) == [("offer", "attendee"), ("prove address", "attendee")]

    def test_an_address_nobody_proved_frees_the_seat(self) -> None:
        event = an_event(capacity=1, proof_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)

        rules.settle_and_serve(event.id, at=NOW + HOURS)
        db.session.commit()

        assert (ada.state, last_letter(ada).facts["was_proof"]) == (State.EXPIRED, True)
        # Bob has not proven his either, so his turn asks it of him.
        assert (bob.state, bob.offer_kind, letters(bob)) == (State.OFFERED, OfferKind.SEAT, ["waitlisted", "offered"])

    def test_whoever_proves_it_while_they_wait_has_the_place_at_once_in_their_turn(self) -> None:
        event = an_event(capacity=1, proof_hours=24)
        ada, bob = come(event, ADA), come(event, BOB)
        rules.accept(ada, by=ATTENDEE, at=NOW)
        rules.accept(bob, by=ATTENDEE, at=NOW)
        db.session.commit()

        leave(ada)

        assert (bob.state, letters(bob)) == (State.CONFIRMED, ["waitlisted", "promoted"])
        assert ("prove address", "attendee") in acts(bob)

    def test_whom_an_organiser_writes_down_proves_nothing(self) -> None:
        event = an_event(proof_hours=24)

        assert come(event, ADA, by=organiser(an_organiser().id)).state is State.CONFIRMED

    def test_a_full_event_without_a_list_refuses_known_and_unknown_alike(self) -> None:
        event = an_event(capacity=1, proof_hours=24, has_waiting_list=False)
        come(event, ADA)

        for person in (ADA, BOB):
            with pytest.raises(errors.EventFull):
                come(event, person)

    def test_asking_again_sends_the_same_question_at_most_once_an_hour(self) -> None:
        event = an_event(capacity=1, proof_hours=24)
        ada = come(event, ADA)

        sent = [rules.remind(event.id, ADA.email, at=NOW + timedelta(minutes=past)) for past in (59, 60)]
        db.session.commit()

        assert (sent, letters(ada)) == ([False, True], ["prove_address", "prove_address"])


class TestComingBack:
    def test_one_press_joins_the_list_at_its_end_with_links_of_its_own(self) -> None:
        _ada, bob, cia = offered_to_bob()
        rules.settle_and_serve(bob.event_id, at=NOW + HOURS)

        again = rules.rejoin(bob, by=ATTENDEE, at=NOW + HOURS)
        db.session.commit()

        assert (again.state, again.email, bob.state) == (State.WAITLISTED, BOB.email, State.EXPIRED)
        assert again.turn > cia.turn
        assert again.reference != bob.reference
        assert keys.token_of(again, TokenKind.MANAGE) != keys.token_of(bob, TokenKind.MANAGE)

    def test_pressed_twice_it_is_one_registration(self) -> None:
        _ada, bob, _cia = offered_to_bob()
        rules.settle_and_serve(bob.event_id, at=NOW + HOURS)

        first, second = (rules.rejoin(bob, by=ATTENDEE, at=NOW + HOURS) for _press in range(2))

        assert first.id == second.id

    def test_closed_registration_does_not_stop_it_but_the_start_does(self) -> None:
        _ada, bob, _cia = offered_to_bob()
        event = bob.event
        rules.settle_and_serve(event.id, at=NOW + HOURS)
        event.registration_closes_at = NOW + HOURS
        db.session.commit()

        with pytest.raises(errors.RegistrationClosed):
            rules.rejoin(bob, by=ATTENDEE, at=event.starts_at)  # type: ignore[arg-type]
        db.session.rollback()
        assert rules.rejoin(bob, by=ATTENDEE, at=NOW + HOURS).state is State.WAITLISTED

    def test_whoever_came_by_the_letter_alone_has_proven_their_address(self) -> None:
        event = an_event(capacity=1, proof_hours=24)
        ada = come(event, ADA)
        rules.settle_and_serve(event.id, at=NOW + HOURS)
        db.session.commit()

        assert rules.rejoin(ada, by=ATTENDEE, at=NOW + HOURS).state is State.CONFIRMED

    def test_only_what_ran_out_is_renewed(self) -> None:
        ada, bob, _cia = offered_to_bob()

        for person in (ada, bob):
            with pytest.raises(errors.NotExpired):
                rules.rejoin(person, by=ATTENDEE, at=NOW)


def test_an_offer_is_due_as_the_deadlines_say() -> None:
    event = an_event(capacity=1, offer_hours=72)
    late = event.starts_at - timedelta(hours=30)  # type: ignore[operator]
    ada, bob = come(event, ADA, at=late), come(event, BOB, at=late)

    leave(ada, at=late)

    assert bob.offer_expires_at == deadlines.answer_until(event, 72, late) < late + timedelta(hours=11)

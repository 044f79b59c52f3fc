"""The rules of a registration, each alone, with real rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc import tokens
from eventsvc.accounts.actors import ATTENDEE, SYSTEM, organiser
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import errors, keys, known, rules
from eventsvc.registration.models import Origin, Registration, RetiredToken, State, TokenKind, Turnstile
from eventsvc.registration.person import Person
from tests.people import NOW, a_registration, an_event, an_organiser

ADA = Person("Ada", "Voorbeeld", "ada@example.org", "Example University", "NL")
BOB = Person("Bob", "Ejemplo", "bob@example.org", "", "ES")
CIA = Person("Cia", "Beispiel", "cia@example.org", "", "DE")

pytestmark = pytest.mark.usefixtures("app")


def register(event: Event, person: Person = ADA, **over: Any) -> Registration:
    """Register somebody as the public page does, and commit as a door does."""
    asked: dict[str, Any] = {"by": ATTENDEE, "at": NOW, "language": "en"}
    made = rules.register(event.id, person, **(asked | over))
    db.session.commit()
    return made


def letters(registration: Registration) -> list[str]:
    """The kinds of letters laid for somebody, in order."""
    found = sa.select(Message.kind).where(Message.registration_id == registration.id).order_by(Message.id)
    return list(db.session.scalars(found))


def acts(registration: Registration) -> list[tuple[str, str]]:
    """What the audit log tells of a registration, in order: the act and who acted."""
    found = sa.select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.subject_id == registration.id)
    return [tuple(row) for row in db.session.execute(found.order_by(AuditEntry.id))]  # type: ignore[misc]


class TestRegistering:
    def test_whoever_comes_while_there_are_seats_is_confirmed_and_told(self) -> None:
        ada = register(an_event(capacity=1), consent_version="2026-11")

        assert (ada.state, ada.turn, ada.origin) == (State.CONFIRMED, 1, Origin.PAGE)
        assert (ada.consent_version, ada.consented_at, ada.registered_at) == ("2026-11", NOW, NOW)
        assert letters(ada) == ["registered"]
        assert acts(ada) == [("confirm", "attendee")]

    def test_an_event_without_a_limit_confirms_everybody(self) -> None:
        event = an_event(capacity=None)

        assert {register(event, person).state for person in (ADA, BOB, CIA)} == {State.CONFIRMED}

    def test_whoever_comes_after_the_last_seat_waits_in_turn(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)

        bob, cia = register(event, BOB), register(event, CIA)

        assert [bob.state, cia.state] == [State.WAITLISTED, State.WAITLISTED]
        assert bob.turn < cia.turn
        assert letters(bob) == ["waitlisted"]

    def test_no_newcomer_is_seated_while_somebody_waits(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)
        register(event, BOB)
        event.capacity = 3
        db.session.commit()

        assert register(event, CIA).state is State.WAITLISTED

    def test_a_stopped_list_lets_no_newcomer_overtake_those_who_wait(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)
        register(event, BOB)
        event.capacity, event.is_list_stopped = 3, True
        db.session.commit()

        with pytest.raises(errors.EventFull):
            register(event, CIA)

    def test_without_a_waiting_list_a_full_event_refuses(self) -> None:
        event = an_event(capacity=1, has_waiting_list=False)
        register(event, ADA)

        with pytest.raises(errors.EventFull):
            register(event, BOB)

    @pytest.mark.parametrize(
        ("over", "refusal"),
        [
            ({"registration_opens_at": NOW + timedelta(minutes=1)}, errors.RegistrationNotOpenYet),
            ({"registration_closes_at": NOW}, errors.RegistrationClosed),
            ({"accepts_registrations": False}, errors.NoRegistration),
            ({"starts_at": NOW, "ends_at": NOW + timedelta(hours=2)}, errors.RegistrationClosed),
            ({"starts_at": None, "ends_at": None}, errors.DateToFollow),
            ({"status": Status.CANCELLED}, errors.EventCancelled),
            ({"status": Status.ARCHIVED}, errors.EventEnded),
            ({"status": Status.DRAFT}, errors.RegistrationClosed),
        ],
        ids=[
            "before opening",
            "after closing",
            "switched off",
            "at the start",
            "undated",
            "cancelled",
            "archived",
            "draft",
        ],
    )
    def test_a_closed_door_refuses_and_writes_nothing(self, over: dict[str, Any], refusal: type[Exception]) -> None:
        event = an_event(**over)

        with pytest.raises(refusal):
            register(event)

        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count(Registration.id))) == 0
        assert db.session.get_one(Turnstile, event.id).turn == 0

    def test_registration_closes_at_the_start_at_the_latest(self) -> None:
        event = an_event(starts_at=NOW, ends_at=NOW + timedelta(hours=1), registration_closes_at=NOW + timedelta(1))

        with pytest.raises(errors.RegistrationClosed):
            register(event)

    def test_what_was_decided_during_the_wait_counts_not_what_was_read_before_it(self, app: Flask) -> None:
        event = an_event(capacity=5)
        assert event.status is Status.PUBLISHED
        with app.app_context():
            db.session.execute(sa.update(Event).values(status=Status.CANCELLED))
            db.session.commit()

        with pytest.raises(errors.EventCancelled):
            register(event)

    def test_an_organiser_may_let_in_people_outside_the_hours_but_not_past_the_limit(self) -> None:
        event = an_event(capacity=1, registration_closes_at=NOW - timedelta(days=1))
        olga = organiser(an_organiser("Olga", owns=event).id)

        first = register(event, ADA, by=olga, origin=Origin.DESK)
        second = register(event, BOB, by=olga, origin=Origin.DESK)

        assert (first.state, second.state) == (State.CONFIRMED, State.WAITLISTED)

    def test_an_organiser_too_cannot_let_people_into_a_cancelled_event(self) -> None:
        event = an_event(status=Status.CANCELLED)

        with pytest.raises(errors.EventCancelled):
            register(event, by=organiser(an_organiser().id))

    def test_a_person_without_an_address_gets_a_seat_and_no_letter(self) -> None:
        event = an_event()
        nameless = Person("Ada", "Without", "")

        first, second = register(event, nameless, by=SYSTEM), register(event, nameless, by=SYSTEM)

        assert first.id != second.id
        assert first.email is None
        assert letters(first) == []


class TestRegisteringTwice:
    def test_the_same_address_is_refused_whatever_its_capitals(self) -> None:
        event = an_event()
        register(event)

        with pytest.raises(errors.AlreadyRegistered):
            register(event, Person("Eve", "Else", "ADA@Example.org"))

    def test_the_same_address_may_come_to_another_event(self) -> None:
        register(an_event())

        assert register(an_event()).state is State.CONFIRMED

    def test_a_double_click_is_one_registration(self) -> None:
        event = an_event(capacity=1)

        first = register(event, submission_key="one form")
        second = register(event, submission_key="one form")

        assert first.id == second.id
        assert letters(first) == ["registered"]

    def test_going_back_to_register_a_colleague_is_no_double_click(self) -> None:
        event = an_event()

        ada = register(event, ADA, submission_key="one form")
        bob = register(event, BOB, submission_key="one form")

        assert ada.id != bob.id

    def test_the_same_form_sent_again_after_cancelling_is_a_new_registration(self) -> None:
        event = an_event()
        first = register(event, submission_key="one form")
        rules.cancel(first, by=ATTENDEE, at=NOW)
        db.session.commit()

        again = register(event, submission_key="one form")

        assert again.id != first.id
        assert again.reference != first.reference
        assert keys.token_of(again, TokenKind.MANAGE) != keys.token_of(first, TokenKind.MANAGE)

    def test_invitations_count_on_where_the_address_was_left(self) -> None:
        event = an_event()
        offsets = []
        for _time in range(3):
            made = register(event)
            offsets.append(made.calendar_offset)
            rules.cancel(made, by=ATTENDEE, at=NOW)
            offsets.append(made.calendar_offset)
            db.session.commit()

        assert offsets == [0, 1, 2, 3, 4, 5]

    def test_who_only_waited_and_left_was_sent_nothing_to_count_on_from(self) -> None:
        event = an_event(capacity=1)
        offsets = []
        for _time in range(2):
            ada = register(event, ADA)
            rules.cancel(ada, by=ATTENDEE, at=NOW)
        register(event, BOB)
        for _time in range(2):
            waiting = register(event, ADA)
            rules.cancel(waiting, by=ATTENDEE, at=NOW)
            offsets.append((waiting.state, waiting.calendar_offset))
            db.session.commit()

        assert ada.calendar_offset == 3
        assert offsets == [(State.CANCELLED, 4), (State.CANCELLED, 4)]

    def test_the_unique_index_is_the_second_wall(self, monkeypatch: pytest.MonkeyPatch) -> None:
        event = an_event()
        register(event)
        monkeypatch.setattr(known, "look", lambda *_a: known.Known(None, False, 0, tokens.reference()))

        with pytest.raises(errors.AlreadyRegistered):
            register(event)

    def test_a_reference_that_is_taken_is_not_given_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        event = an_event()
        first = register(event)
        offered = iter([first.reference, first.reference, "FREE34"])
        monkeypatch.setattr(tokens, "reference", lambda: next(offered))

        assert register(event, BOB).reference == "FREE34"


class TestTheWaitingList:
    def test_a_freed_seat_passes_to_who_has_waited_longest_in_the_same_transaction(self) -> None:
        event = an_event(capacity=1)
        ada, bob, cia = register(event, ADA), register(event, BOB), register(event, CIA)

        rules.cancel(ada, by=ATTENDEE, at=NOW, reason="ill")
        db.session.commit()

        assert [ada.state, bob.state, cia.state] == [State.CANCELLED, State.CONFIRMED, State.WAITLISTED]
        assert letters(ada) == ["registered", "cancelled"] and letters(bob) == ["waitlisted", "promoted"]
        assert acts(bob) == [("waitlist", "attendee"), ("confirm", "system")]

    def test_who_leaves_the_list_frees_no_seat(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)
        bob, cia = register(event, BOB), register(event, CIA)

        rules.cancel(bob, by=ATTENDEE, at=NOW)

        assert cia.state is State.WAITLISTED

    def test_cancelling_twice_is_harmless(self) -> None:
        ada = register(an_event())

        rules.cancel(ada, by=ATTENDEE, at=NOW)
        rules.cancel(ada, by=ATTENDEE, at=NOW)

        assert letters(ada) == ["registered", "cancelled"]
        assert ada.calendar_offset == 1

    def test_a_raised_limit_serves_several_by_turn(self) -> None:
        event = an_event(capacity=0)
        waiting = [register(event, person) for person in (ADA, BOB, CIA)]
        event.capacity = 2

        served = rules.serve_list(event, by=SYSTEM, at=NOW)

        assert served == waiting[:2]
        assert waiting[2].state is State.WAITLISTED

    def test_a_limit_taken_away_serves_everybody(self) -> None:
        event = an_event(capacity=0)
        for person in (ADA, BOB, CIA):
            register(event, person)
        event.capacity = None

        assert len(rules.serve_list(event, by=SYSTEM, at=NOW)) == 3

    @pytest.mark.parametrize(
        "over",
        [
            {"status": Status.CANCELLED},
            {"status": Status.DRAFT},
            {"status": Status.ARCHIVED},
            {"is_list_stopped": True},
            {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)},
        ],
        ids=["cancelled", "draft", "archived", "stopped", "started"],
    )
    def test_nobody_moves_up_when_there_is_nothing_to_move_up_to(self, over: dict[str, Any]) -> None:
        event = an_event(capacity=1)
        ada, bob = register(event, ADA), register(event, BOB)
        for name, value in over.items():
            setattr(event, name, value)
        db.session.commit()

        rules.cancel(ada, by=ATTENDEE, at=NOW)

        assert bob.state is State.WAITLISTED

    def test_closed_registration_does_not_stop_the_list(self) -> None:
        event = an_event(capacity=1)
        ada, bob = register(event, ADA), register(event, BOB)
        event.accepts_registrations = False
        db.session.commit()

        rules.cancel(ada, by=ATTENDEE, at=NOW)

        assert bob.state is State.CONFIRMED

    def test_an_attendee_cannot_give_up_a_place_at_what_is_over(self) -> None:
        event = an_event(capacity=1)
        ada = register(event)

        assert event.ends_at
        with pytest.raises(errors.EventOver):
            rules.cancel(ada, by=ATTENDEE, at=event.ends_at)


class TestPromoting:
    def test_an_organiser_promotes_out_of_turn_even_on_a_stopped_list(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)
        _bob, cia = register(event, BOB), register(event, CIA)
        event.capacity, event.is_list_stopped = 2, True
        db.session.commit()

        rules.promote(cia, by=organiser(an_organiser().id), at=NOW, reason="speaker")

        assert cia.state is State.CONFIRMED
        assert letters(cia) == ["waitlisted", "promoted"]

    def test_nobody_is_promoted_past_the_limit(self) -> None:
        event = an_event(capacity=1)
        register(event, ADA)
        bob = register(event, BOB)

        with pytest.raises(errors.NoSeatLeft):
            rules.promote(bob, by=organiser(an_organiser().id), at=NOW)

    def test_only_waiting_people_are_promoted_and_not_after_the_start(self) -> None:
        event = an_event(capacity=1)
        ada, bob = register(event, ADA), register(event, BOB)

        with pytest.raises(errors.NotWaiting):
            rules.promote(ada, by=SYSTEM, at=NOW)
        assert event.starts_at
        with pytest.raises(errors.PromotionOver):
            rules.promote(bob, by=SYSTEM, at=event.starts_at)


class TestCorrecting:
    def test_a_name_is_corrected_without_a_letter(self) -> None:
        ada = register(an_event())

        rules.correct(ada, Person("Ada", "Nieuw", "ada@example.org"), revision=ada.revision, by=ATTENDEE, at=NOW)

        assert ada.family_name == "Nieuw"
        assert letters(ada) == ["registered"]
        assert acts(ada)[-1] == ("correct", "attendee")

    def test_a_new_address_is_written_to_at_once_and_the_old_one_only_where_a_letter_had_gone(self) -> None:
        ada = register(an_event())

        rules.correct(ada, Person("Ada", "Voorbeeld", "new@example.org"), revision=ada.revision, by=ATTENDEE, at=NOW)
        db.session.commit()

        laid = [(row.kind, row.recipient) for row in db.session.scalars(sa.select(Message).order_by(Message.id))]
        assert laid == [("registered", "new@example.org"), ("address_changed", "new@example.org")]

    def test_an_address_that_had_letters_is_told_that_they_stop_and_not_where_they_go(self) -> None:
        ada = register(an_event())
        db.session.scalars(sa.select(Message)).one().state = MessageState.SENT
        db.session.commit()

        rules.correct(ada, Person("Ada", "Voorbeeld", "new@example.org"), revision=ada.revision, by=ATTENDEE, at=NOW)
        db.session.commit()

        left = db.session.scalars(sa.select(Message).where(Message.kind == "address_left")).one()
        assert (left.recipient, left.recipient_name, left.state) == ("ada@example.org", "", MessageState.WAITING)
        assert "new@example.org" not in repr(left.facts) and "Ada" not in repr(left.facts)
        assert letters(ada) == ["registered", "address_left", "address_changed"]

    def test_the_link_in_letters_to_the_old_address_still_opens_the_page(self) -> None:
        ada = register(an_event())
        token = keys.token_of(ada, TokenKind.MANAGE)

        rules.correct(ada, Person("Ada", "Voorbeeld", "new@example.org"), revision=ada.revision, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert keys.find(token, TokenKind.MANAGE) is ada

    def test_nothing_new_writes_nothing(self) -> None:
        ada = register(an_event())
        revision = ada.revision

        rules.correct(ada, ADA, revision=revision, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert ada.revision == revision

    def test_an_address_of_somebody_else_at_the_event_is_refused(self) -> None:
        event = an_event()
        register(event, BOB)
        ada = register(event, ADA)

        with pytest.raises(errors.AlreadyRegistered):
            rules.correct(ada, BOB, revision=ada.revision, by=ATTENDEE, at=NOW)

    def test_the_second_of_two_who_had_it_open_is_told_what_the_first_saved(self) -> None:
        ada = register(an_event())
        opened = ada.revision
        rules.correct(ada, Person("Ada", "First", "ada@example.org"), revision=opened, by=ATTENDEE, at=NOW)
        db.session.commit()

        with pytest.raises(ChangedMeanwhile) as refused:
            rules.correct(ada, Person("Ada", "Second", "ada@example.org"), revision=opened, by=ATTENDEE, at=NOW)

        assert refused.value.theirs["family_name"] == "First"
        assert refused.value.yours["family_name"] == "Second"

    def test_what_has_ended_is_not_corrected(self) -> None:
        ada = a_registration(an_event(), state=State.CANCELLED)

        with pytest.raises(errors.RegistrationOver):
            rules.correct(ada, BOB, revision=ada.revision, by=ATTENDEE, at=NOW)


class TestErasing:
    def test_nothing_of_the_person_is_left_anywhere(self, app: Flask) -> None:
        event = an_event(capacity=1)
        ada = register(event, Person("Adelheid", "Voorbeeldsdottir", "adelheid@example.org", "Uppsala", "SE"))
        rules.correct(
            ada, Person("Adelheid", "Zweitname", "adelheid@example.org"), revision=ada.revision, by=ATTENDEE, at=NOW
        )
        message = db.session.scalars(sa.select(Message)).one()
        message.sent_text, message.answer = "Dear Adelheid", "550 adelheid@example.org"
        db.session.commit()

        rules.erase(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        left = "".join(
            repr(tuple(row)) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table))
        ).lower()
        for trace in ("adelheid", "voorbeeldsdottir", "zweitname", "uppsala"):
            assert trace not in left
        assert (ada.state, ada.erased_at, ada.email_folded) == (State.CANCELLED, NOW, None)

    def test_the_seat_passes_on_and_the_acts_stay(self) -> None:
        event = an_event(capacity=1)
        ada, bob = register(event, ADA), register(event, BOB)

        rules.erase(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert bob.state is State.CONFIRMED
        assert acts(ada) == [("confirm", "attendee"), ("cancel", "attendee"), ("erase", "attendee")]
        assert letters(ada) == ["registered"]
        unsent = db.session.scalars(sa.select(Message).where(Message.registration_id == ada.id)).one()
        assert unsent.state is MessageState.REPLACED

    def test_whoever_had_cancelled_and_come_back_is_forgotten_whole(self) -> None:
        event = an_event()
        first, elsewhere = register(event), register(an_event())
        rules.cancel(first, by=ATTENDEE, at=NOW)
        again, bob = register(event), register(event, BOB)
        old = keys.token_of(first, TokenKind.MANAGE)

        rules.erase(again, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert [row.erased_at for row in (first, again, bob, elsewhere)] == [NOW, NOW, None, None]
        assert (first.name, first.email_folded, first.organisation) == ("", None, "")
        assert acts(first)[-1] == acts(again)[-1] == ("erase", "attendee")
        assert keys.retired(old)
        assert {
            row.recipient for row in db.session.scalars(sa.select(Message).where(Message.registration_id == first.id))
        } == {""}

    def test_two_people_without_an_address_are_two(self) -> None:
        event = an_event()
        olga = organiser(an_organiser().id)
        one = register(event, Person("Ada", "Voorbeeld", ""), by=olga)
        other = register(event, Person("Bob", "Ejemplo", ""), by=olga)

        rules.erase(one, by=olga, at=NOW)

        assert other.erased_at is None

    def test_what_is_over_keeps_its_count(self) -> None:
        event = an_event()
        ada = register(event)
        assert event.ends_at

        rules.erase(ada, by=ATTENDEE, at=event.ends_at)
        rules.erase(ada, by=ATTENDEE, at=event.ends_at)

        assert ada.state is State.CONFIRMED
        assert ada.name == ""

    def test_both_links_are_retired(self) -> None:
        ada = register(an_event())
        manage, feed = (keys.token_of(ada, kind) for kind in (TokenKind.MANAGE, TokenKind.FEED))

        rules.erase(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert keys.find(manage, TokenKind.MANAGE) is None
        assert [row.is_erased for row in map(keys.retired, (manage, feed)) if row] == [True, True]


class TestLinks:
    def test_the_link_is_sent_at_most_once_an_hour(self) -> None:
        ada = register(an_event())

        first = rules.send_link(ada, by=ATTENDEE, at=NOW)
        soon = rules.send_link(ada, by=ATTENDEE, at=NOW + timedelta(minutes=59))
        later = rules.send_link(ada, by=ATTENDEE, at=NOW + timedelta(hours=1))

        assert (first, soon, later) == (True, False, True)

    def test_reminding_writes_to_who_has_the_address_and_to_nobody_else(self) -> None:
        event = an_event()
        ada = register(event)

        assert rules.remind(event.id, "Ada@example.org", at=NOW)
        assert not rules.remind(event.id, "eve@example.org", at=NOW)
        assert letters(ada)[-1] == "link_resent"

    def test_a_replaced_link_stops_and_the_new_one_opens(self) -> None:
        ada = register(an_event())
        old = keys.token_of(ada, TokenKind.MANAGE)

        new = rules.replace_manage_link(ada, by=ATTENDEE, at=NOW)
        feed = rules.replace_feed_link(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert keys.find(new, TokenKind.MANAGE) is ada and keys.find(feed, TokenKind.FEED) is ada
        stopped = keys.retired(old)
        assert keys.find(old, TokenKind.MANAGE) is None and stopped and not stopped.is_erased
        assert letters(ada)[-1] == "link_resent"
        assert {row.kind for row in db.session.scalars(sa.select(RetiredToken))} == {TokenKind.MANAGE, TokenKind.FEED}

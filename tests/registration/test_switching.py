"""Moving to another ticket type: nobody loses the seat they have before the other is certain, nobody is passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import answers, codes, errors, questionnaires, rules, seats
from eventsvc.registration.models import Payment, Registration, State, TicketType, Visibility
from eventsvc.registration.rules import Switched
from tests.people import NOW, a_question, a_registration, an_event, an_organiser
from tests.registration.acts import last_letter
from tests.registration.test_answers import answered
from tests.registration.test_race import at_once
from tests.registration.test_seating import a_type, comes, waiting
from tests.registration.test_types import a_code


def switches(registration: Registration, to: TicketType, **over: Any) -> Switched:
    done = rules.switch(registration, to.id, **({"by": ATTENDEE, "at": NOW} | over))
    db.session.commit()
    return done


def leaves(registration: Registration) -> None:
    rules.cancel(registration, by=ATTENDEE, at=NOW)
    db.session.commit()


def has(*registrations: Registration) -> list[tuple[str, State]]:
    """What each has: the name of their ticket, and whether it is a place."""
    return [(each.ticket_type.name if each.ticket_type else "", each.state) for each in registrations]


def on_its_way(registration: Registration) -> list[str]:
    asked = sa.select(Message.kind).where(
        Message.registration_id == registration.id, Message.state == MessageState.WAITING
    )
    return list(db.session.scalars(asked))


@pytest.fixture
def event(app: Flask) -> Event:
    """A hybrid event with a room for one and any number online."""
    return an_event(mode=Mode.HYBRID)


class TestWhatIsNotAskedAnyMore:
    def test_a_seat_at_dinner_comes_free_with_the_ticket_for_it_and_the_letter_says_so(self, event: Event) -> None:
        on_site, online = a_type(event, "On site"), a_type(event, "Online", mode=Mode.ONLINE)
        dinner = a_question(event, "Yes", "No", label="Dinner", limits={"Yes": 1}, mode=Mode.IN_PERSON)
        yes = dinner.options[0]
        a_question(event, label="Diet", condition_id=dinner.id, condition_values=[yes.public_id])
        a_question(event, label="Why")
        said = answered(event, Dinner="Yes", Diet="Vegan", Why="because")
        ada = comes(event, "Ada", on_site, answered=said)

        switches(ada, online)

        form = questionnaires.of(event.id)
        assert [prompt.label for prompt in form if prompt.public_id in answers.of(ada.id, form)] == ["Why"]
        assert answers.chosen([yes.id]) == {}
        assert last_letter(ada).facts["questions"] == ["Dinner", "Diet"]
        assert db.session.query(AuditEntry).filter_by(act="switch ticket").one().after["dropped"] == ["Dinner", "Diet"]
        comes(event, "Sam", on_site, answered=answered(event, Dinner="Yes"))

    def test_between_two_tickets_of_one_kind_everything_stays(self, event: Event) -> None:
        on_site, other = a_type(event, "On site"), a_type(event, "Student")
        a_question(event, "Yes", "No", label="Dinner", mode=Mode.IN_PERSON)
        ada = comes(event, "Ada", on_site, answered=answered(event, Dinner="Yes"))

        switches(ada, other)

        form = questionnaires.of(event.id)
        assert answers.of(ada.id, form) and "questions" not in last_letter(ada).facts


class TestAtOnce:
    def test_somebody_moves_where_there_is_room_and_what_they_leave_goes_to_the_next(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online", mode=Mode.ONLINE)
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", on_site)

        done = switches(ada, online)

        assert done is Switched.DONE
        assert has(ada, sam) == [("Online", State.CONFIRMED), ("On site", State.CONFIRMED)]

    def test_it_counts_higher_in_calendars_and_is_told_once(self, event: Event) -> None:
        on_site, online = a_type(event, "On site"), a_type(event, "Online", mode=Mode.ONLINE)
        ada = comes(event, "Ada", on_site)
        before = ada.calendar_offset

        switches(ada, online)

        assert ada.calendar_offset == before + 2
        assert on_its_way(ada) == ["switched"]
        acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.act == "switch ticket")).all()
        assert len(acts) == 1

    def test_at_a_full_event_two_types_with_room_may_be_exchanged(self, app: Flask) -> None:
        event = an_event(capacity=1)
        on_site, online = a_type(event, "On site"), a_type(event, "Online")
        ada = comes(event, "Ada", on_site)

        assert switches(ada, online) is Switched.DONE

    def test_room_that_somebody_waits_for_is_theirs(self, app: Flask) -> None:
        event = an_event(capacity=1)
        on_site, online = a_type(event, "On site"), a_type(event, "Online", capacity=1)
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", online)

        done = switches(ada, online)

        assert done is Switched.WISHED
        assert has(ada, sam) == [("On site", State.CONFIRMED), ("Online", State.WAITLISTED)]

    @pytest.mark.parametrize(
        ("payment", "fee", "then"),
        [
            (Payment.UNPAID, 5000, Payment.UNPAID),
            (Payment.PAID, 5000, Payment.UNPAID),
            (Payment.PAID, 2500, Payment.PAID),
            (Payment.PAID, 1000, Payment.PAID),
            (Payment.PAID, 0, Payment.PAID),
            (Payment.UNPAID, 0, None),
            (Payment.WAIVED, 5000, Payment.WAIVED),
        ],
    )
    def test_the_fee_is_that_of_the_new_ticket(
        self, event: Event, payment: Payment, fee: int, then: Payment | None
    ) -> None:
        one, other = a_type(event, "One", fee_cents=2500), a_type(event, "Other", fee_cents=fee)
        ada = comes(event, "Ada", one)
        rules.mark_payment(ada, payment, reference="", due_on=None, revision=ada.revision, by=SYSTEM, at=NOW)
        db.session.commit()

        switches(ada, other)

        assert (ada.fee_cents, ada.payment) == (fee, then)

    def test_an_organiser_gives_a_ticket_to_whoever_had_none(self, event: Event) -> None:
        on_site = a_type(event, "On site", visibility=Visibility.INVITATION)
        ada = a_registration(event)

        switches(ada, on_site, by=actors.organiser(an_organiser().id))

        assert has(ada) == [("On site", State.CONFIRMED)]


class TestTheWish:
    def test_whoever_wishes_keeps_the_seat_until_the_other_is_free(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online", mode=Mode.ONLINE)
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", online)

        done = switches(sam, on_site)
        before = has(sam)
        leaves(ada)

        assert done is Switched.WISHED
        assert before == [("Online", State.CONFIRMED)]
        assert has(sam) == [("On site", State.CONFIRMED)]
        assert (sam.wants_type, sam.wants_turn) == (None, None)

    def test_a_wish_takes_its_turn_among_those_who_wait(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online")
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", online)
        dee = comes(event, "Dee", on_site)
        switches(sam, on_site)
        rev = comes(event, "Rev", on_site)
        place = seats.position_of_wish(sam)

        leaves(ada)
        first = has(dee, sam, rev)
        leaves(dee)

        assert place == 2
        assert first == [("On site", State.CONFIRMED), ("Online", State.CONFIRMED), ("On site", State.WAITLISTED)]
        assert has(sam, rev) == [("On site", State.CONFIRMED), ("On site", State.WAITLISTED)]

    def test_what_a_wish_leaves_behind_goes_to_the_next(self, app: Flask) -> None:
        event = an_event()
        one, two = a_type(event, "One", capacity=1), a_type(event, "Two", capacity=1)
        ada, sam, dee = comes(event, "Ada", one), comes(event, "Sam", two), comes(event, "Dee", two)
        switches(sam, one)

        leaves(ada)

        assert has(sam, dee) == [("One", State.CONFIRMED), ("Two", State.CONFIRMED)]

    def test_a_chain_of_wishes_is_served_to_its_end(self, app: Flask) -> None:
        event = an_event()
        one, two, three = (a_type(event, name, capacity=1) for name in ("One", "Two", "Three"))
        ada, sam, dee = comes(event, "Ada", one), comes(event, "Sam", two), comes(event, "Dee", three)
        switches(dee, two)
        switches(sam, one)

        leaves(ada)

        assert has(sam, dee) == [("One", State.CONFIRMED), ("Two", State.CONFIRMED)]

    def test_two_who_wish_for_each_others_exchange(self, app: Flask) -> None:
        event = an_event(capacity=2)
        one, two = a_type(event, "One", capacity=1), a_type(event, "Two", capacity=1)
        ada, sam = comes(event, "Ada", one), comes(event, "Sam", two)
        switches(ada, two)

        switches(sam, one)

        assert has(ada, sam) == [("Two", State.CONFIRMED), ("One", State.CONFIRMED)]

    def test_an_exchange_passes_nobody_who_waited_before(self, app: Flask) -> None:
        event = an_event(capacity=2)
        one, two = a_type(event, "One", capacity=1), a_type(event, "Two", capacity=1)
        ada, sam, dee = comes(event, "Ada", one), comes(event, "Sam", two), comes(event, "Dee", two)
        switches(ada, two)

        switches(sam, one)

        assert has(ada, sam, dee) == [("One", State.CONFIRMED), ("Two", State.CONFIRMED), ("Two", State.WAITLISTED)]

    def test_no_newcomer_takes_what_somebody_wishes_for(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=1), a_type(event, "Online")
        ada, sam = comes(event, "Ada", on_site), comes(event, "Sam", online)
        switches(sam, on_site)
        event.is_list_stopped = True
        db.session.commit()
        leaves(ada)

        with pytest.raises(errors.TicketTypeFull):
            comes(event, "Eve", on_site)

    def test_asking_twice_keeps_the_first_turn(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")
        ada, sam = comes(event, "Ada", online), comes(event, "Sam", online)
        switches(ada, on_site)
        switches(sam, on_site)

        switches(ada, on_site)

        assert (seats.position_of_wish(ada), seats.position_of_wish(sam)) == (1, 2)

    def test_a_wish_is_withdrawn_and_goes_with_the_seat(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")
        ada, sam = comes(event, "Ada", online), comes(event, "Sam", online)
        switches(ada, on_site)
        switches(sam, on_site)

        rules.withdraw_wish(ada, by=ATTENDEE, at=NOW)
        leaves(sam)

        assert (ada.wants_type_id, sam.wants_type_id) == (None, None)
        assert seats.taken(event.id, NOW).wished == []

    def test_a_raised_limit_serves_the_wish(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")
        ada = comes(event, "Ada", online)
        switches(ada, on_site)

        rules.edit_type(on_site, {"capacity": 1}, revision=on_site.revision, by=SYSTEM, at=NOW)

        assert has(ada) == [("On site", State.CONFIRMED)]

    def test_a_wish_for_what_needs_a_code_uses_it_once(self, event: Event) -> None:
        press = a_type(event, "Press", capacity=0, visibility=Visibility.CODE)
        online = a_type(event, "Online")
        code = a_code(event, "PRESS27", press, uses=1)
        ada, sam = comes(event, "Ada", online), comes(event, "Sam", online)
        switches(ada, press, code="press27")

        with pytest.raises(errors.CodeUsedUp):
            switches(sam, press, code="press27")
        db.session.rollback()
        rules.edit_type(press, {"capacity": 1}, revision=press.revision, by=SYSTEM, at=NOW)

        assert has(ada) == [("Press", State.CONFIRMED)]
        assert ada.access_code_id == code.id


class TestCodes:
    def two_by_code(self, event: Event) -> tuple[TicketType, TicketType]:
        return a_type(event, "A", visibility=Visibility.CODE), a_type(
            event, "B", visibility=Visibility.CODE, capacity=0
        )

    def test_a_wish_leaves_the_code_somebody_came_by_used(self, event: Event) -> None:
        one, other = self.two_by_code(event)
        own, wished = a_code(event, "codeaaaa", one, uses=1), a_code(event, "codebbbb", other)
        ada = comes(event, "Ada", one, code="codeaaaa")
        switches(ada, other, code="codebbbb")

        with pytest.raises(errors.CodeUsedUp):
            comes(event, "Sam", one, code="codeaaaa")
        db.session.rollback()

        assert (ada.access_code_id, ada.wants_code_id) == (own.id, wished.id)
        assert codes.used([own.id, wished.id]) == {own.id: 1, wished.id: 1}

    def test_without_the_wish_everything_is_as_it_was(self, event: Event) -> None:
        one, other = self.two_by_code(event)
        own, wished = a_code(event, "codeaaaa", one, uses=1), a_code(event, "codebbbb", other)
        ada = comes(event, "Ada", one, code="codeaaaa")
        switches(ada, other, code="codebbbb")

        rules.withdraw_wish(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert (ada.access_code_id, ada.wants_code_id) == (own.id, None)
        assert codes.used([own.id, wished.id]) == {own.id: 1}

    def test_whoever_came_by_a_code_for_all_of_them_switches_by_it(self, event: Event) -> None:
        one, other = self.two_by_code(event)
        code = a_code(event, "codeaaaa", uses=1)
        ada = comes(event, "Ada", one, code="codeaaaa")

        done = switches(ada, other, code="codeaaaa")
        used = codes.used([code.id])
        rules.edit_type(other, {"capacity": 1}, revision=other.revision, by=SYSTEM, at=NOW)

        assert (done, used) == (Switched.WISHED, {code.id: 1})
        assert has(ada) == [("B", State.CONFIRMED)] and ada.access_code_id == code.id
        with pytest.raises(errors.CodeUsedUp):
            comes(event, "Sam", one, code="codeaaaa")


class TestOnTheList:
    def test_whoever_waits_gets_a_free_seat_of_another_type_at_once(self, event: Event) -> None:
        on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")
        ada = comes(event, "Ada", on_site)

        done = switches(ada, online)

        assert done is Switched.DONE
        assert has(ada) == [("Online", State.CONFIRMED)]
        assert on_its_way(ada) == ["promoted"]

    def test_whoever_waits_for_another_type_is_the_last_of_its_list(self, app: Flask) -> None:
        event = an_event()
        one, two = a_type(event, "One", capacity=0), a_type(event, "Two", capacity=0)
        ada, _sam = comes(event, "Ada", one), comes(event, "Sam", two)

        done = switches(ada, two)

        assert done is Switched.WAITING
        assert waiting(event) == ["Sam", "Ada"]
        assert seats.position(ada, NOW) == 2


class TestRefusals:
    def test_the_same_ticket_is_no_change(self, event: Event) -> None:
        on_site = a_type(event, "On site")
        a_type(event, "Online")

        with pytest.raises(errors.SameTicket):
            switches(comes(event, "Ada", on_site), on_site)

    def test_after_the_deadline_the_organiser_alone_changes_it(self, event: Event) -> None:
        on_site, online = a_type(event, "On site"), a_type(event, "Online")
        ada = comes(event, "Ada", on_site)
        event.changes_close_at = NOW
        db.session.commit()

        with pytest.raises(errors.ChangesClosed):
            switches(ada, online)
        db.session.rollback()

        assert switches(ada, online, by=actors.organiser(an_organiser().id)) is Switched.DONE

    @pytest.mark.parametrize(
        "over", [{"status": Status.CANCELLED}, {"ends_at": NOW, "starts_at": NOW - timedelta(hours=1)}]
    )
    def test_nobody_moves_at_what_is_cancelled_or_over(self, event: Event, over: dict[str, Any]) -> None:
        on_site, online = a_type(event, "On site"), a_type(event, "Online")
        ada = comes(event, "Ada", on_site)
        for name, value in over.items():
            setattr(event, name, value)
        db.session.commit()

        with pytest.raises(errors.NotToSwitch):
            switches(ada, online)

    def test_a_registration_that_ended_stays_as_it_was(self, event: Event) -> None:
        on_site, online = a_type(event, "On site"), a_type(event, "Online")
        ada = comes(event, "Ada", on_site)
        leaves(ada)

        with pytest.raises(errors.RegistrationOver):
            switches(ada, online)

    def test_a_type_one_may_not_have_is_refused_as_it_is_on_the_form(self, event: Event) -> None:
        online = a_type(event, "Online")
        staff = a_type(event, "Staff", visibility=Visibility.DOMAIN, domains="lumc.nl")
        late = a_type(event, "Late", opens_at=NOW + timedelta(days=1))
        ada = comes(event, "Ada", online)

        for ticket_type, refused in ((staff, errors.DomainNeeded), (late, errors.TicketTypeNotOpenYet)):
            with pytest.raises(refused):
                switches(ada, ticket_type)
            db.session.rollback()

        assert has(ada) == [("Online", State.CONFIRMED)]

    def test_where_there_is_no_list_nobody_wishes(self, app: Flask) -> None:
        event = an_event(has_waiting_list=False)
        on_site, online = a_type(event, "On site", capacity=0), a_type(event, "Online")

        with pytest.raises(errors.TicketTypeFull):
            switches(comes(event, "Ada", online), on_site)


CROWD = 8


def test_of_many_who_switch_at_once_only_as_many_move_as_there_is_room_for(app: Flask) -> None:
    event = an_event()
    on_site, online = a_type(event, "On site", capacity=3), a_type(event, "Online")
    ids = [comes(event, f"Ada{number}", online).id for number in range(CROWD)]
    to = on_site.id

    def one(registration_id: int) -> Callable[[], None]:
        def act() -> None:
            with app.app_context():
                rules.switch(db.session.get_one(Registration, registration_id), to, by=ATTENDEE, at=NOW)
                db.session.commit()

        return act

    at_once(app, [one(number) for number in ids])

    rows = db.session.scalars(sa.select(Registration).order_by(Registration.id)).all()
    assert all(each.state is State.CONFIRMED for each in rows)
    assert sum(each.ticket_type_id == to for each in rows) == 3
    assert sum(each.wants_type_id == to for each in rows) == CROWD - 3


def test_newcomers_and_those_who_switch_never_pass_a_limit_together(app: Flask) -> None:
    event = an_event()
    on_site, online = a_type(event, "On site", capacity=2), a_type(event, "Online")
    ids = [comes(event, f"Ada{number}", online).id for number in range(CROWD // 2)]
    event_id, to = event.id, on_site.id

    def switch(registration_id: int) -> Callable[[], None]:
        def act() -> None:
            with app.app_context():
                rules.switch(db.session.get_one(Registration, registration_id), to, by=ATTENDEE, at=NOW)
                db.session.commit()

        return act

    def come(number: int) -> Callable[[], None]:
        def act() -> None:
            with app.app_context():
                fresh = db.session.get_one(Event, event_id)
                comes(fresh, f"Sam{number}", db.session.get_one(TicketType, to))

        return act

    at_once(app, [*map(switch, ids), *map(come, range(CROWD // 2))])

    seating = seats.taken(event_id, NOW)
    there = seating.held[to]
    assert there.seated == 2
    assert there.waiting + there.wishing == CROWD - 2

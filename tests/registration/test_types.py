"""Ticket types and access codes: who may have which, what they cost, and what an organiser may do to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from eventsvc.accounts import actors
from eventsvc.accounts.actors import ATTENDEE, Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Kind, Mode
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from eventsvc.money import Fees
from eventsvc.registration import codes, errors, offering, rules, seats, standings
from eventsvc.registration.models import (
    AccessCode,
    Payment,
    PersonalInvitation,
    Registration,
    State,
    TicketType,
    Visibility,
)
from eventsvc.registration.person import Person
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.test_seating import a_type

HOUR = timedelta(hours=1)


def comes(event: Event, ticket_type: TicketType | None, name: str = "Ada", **over: Any) -> Registration:
    said: dict[str, Any] = {"by": ATTENDEE, "at": NOW, "language": "en"} | over
    person = Person(name, "Voorbeeld", said.pop("email", f"{name.lower()}@example.org"))
    registration = rules.register(event.id, person, ticket_type_id=ticket_type.id if ticket_type else None, **said)
    db.session.commit()
    return registration


def olga(event: Event) -> Actor:
    return actors.organiser(an_organiser(owns=event).id)


def a_code(event: Event, typed: str, ticket_type: TicketType | None = None, **over: Any) -> AccessCode:
    code = AccessCode(
        event_id=event.id,
        ticket_type_id=ticket_type.id if ticket_type else None,
        code=codes.folded(typed),
        created_at=NOW,
        **over,
    )
    db.session.add(code)
    db.session.commit()
    return code


class TestAnAddressWrittenLater:
    def test_a_ticket_for_a_domain_is_not_kept_at_another_address(self, app: Flask) -> None:
        event = an_event()
        staff = a_type(event, "Staff", visibility=Visibility.DOMAIN, domains="lumc.nl")
        ada = comes(event, staff, email="ada@lumc.nl")
        elsewhere = Person("Ada", "Voorbeeld", "ada@example.org")

        with pytest.raises(errors.DomainNeeded):
            rules.correct(ada, elsewhere, revision=ada.revision, by=ATTENDEE, at=NOW)
        db.session.rollback()
        rules.correct(ada, elsewhere, revision=ada.revision, by=olga(event), at=NOW)

        assert ada.email == "ada@example.org"

    def test_nor_is_a_wish_for_one(self, app: Flask) -> None:
        event = an_event()
        public = a_type(event, "Public")
        staff = a_type(event, "Staff", visibility=Visibility.DOMAIN, domains="lumc.nl", capacity=0)
        ada = comes(event, public, email="ada@lumc.nl")
        rules.switch(ada, staff.id, by=ATTENDEE, at=NOW)

        with pytest.raises(errors.DomainNeeded):
            elsewhere = Person("Ada", "Voorbeeld", "ada@example.org")
            rules.correct(ada, elsewhere, revision=ada.revision, by=ATTENDEE, at=NOW)


class TestWhoMayHaveWhich:
    def test_where_there_is_one_type_it_is_meant_without_a_word(self, app: Flask) -> None:
        event = an_event()
        only = a_type(event, "Everybody")

        assert comes(event, None).ticket_type == only

    def test_where_there_are_two_one_is_to_be_chosen(self, app: Flask) -> None:
        event = an_event()
        a_type(event, "On site")
        a_type(event, "Online")

        with pytest.raises(errors.TicketTypeNeeded):
            comes(event, None)

    def test_where_all_are_retired_nobody_comes_in_for_nothing(self, app: Flask) -> None:
        event = an_event()
        a_type(event, "Paid", fee_cents=5000, capacity=1, is_retired=True)

        for by in (ATTENDEE, olga(event)):
            with pytest.raises(errors.TicketsWithdrawn):
                comes(event, None, by=by)
        assert standings.of(event, NOW).standing is Standing.CLOSED

    def test_a_retired_type_is_gone_for_newcomers(self, app: Flask) -> None:
        event = an_event()
        old = a_type(event, "Early bird", is_retired=True)
        a_type(event, "Regular")

        with pytest.raises(errors.TicketTypeGone):
            comes(event, old)

    @pytest.mark.parametrize(
        ("window", "refused"),
        [
            ({"opens_at": NOW + HOUR}, errors.TicketTypeNotOpenYet),
            ({"closes_at": NOW}, errors.TicketTypeClosed),
            ({"opens_at": NOW, "closes_at": NOW + HOUR}, None),
        ],
        ids=["not yet", "no more", "now"],
    )
    def test_a_type_has_a_window_of_its_own(self, app: Flask, window: dict[str, Any], refused: Any) -> None:
        event = an_event()
        early = a_type(event, "Early bird", **window)

        if refused is None:
            assert comes(event, early).state is State.CONFIRMED
        else:
            with pytest.raises(refused):
                comes(event, early)

    def test_an_organiser_is_not_bound_by_windows_codes_or_domains(self, app: Flask) -> None:
        event = an_event()
        staff = a_type(event, "Staff", visibility=Visibility.DOMAIN, domains="lumc.nl", closes_at=NOW)

        assert comes(event, staff, by=olga(event)).state is State.CONFIRMED

    @pytest.mark.parametrize(
        ("address", "is_let_in"),
        [
            ("ada@lumc.nl", True),
            ("ada@LUMC.nl", True),
            ("ada@students.lumc.nl", True),
            ("ada@notlumc.nl", False),
            ("ada@lumc.nl.example.org", False),
        ],
    )
    def test_a_domain_lets_in_its_own_addresses_and_those_below(
        self, app: Flask, address: str, is_let_in: bool
    ) -> None:
        event = an_event()
        staff = a_type(event, "Staff", visibility=Visibility.DOMAIN, domains="LUMC.nl\nexample.com")

        if is_let_in:
            assert comes(event, staff, email=address).state is State.CONFIRMED
        else:
            with pytest.raises(errors.DomainNeeded) as refused:
                comes(event, staff, email=address)
            assert refused.value.field == "email" and "LUMC.nl or example.com" in refused.value.sentence

    def test_what_is_by_invitation_is_not_there_for_others(self, app: Flask) -> None:
        event = an_event()
        guests = a_type(event, "Guests", visibility=Visibility.INVITATION)

        with pytest.raises(errors.TicketTypeGone):
            comes(event, guests)

    def test_a_full_type_without_a_list_is_told_beside_the_choice(self, app: Flask) -> None:
        event = an_event(has_waiting_list=False)
        on_site = a_type(event, "On site", capacity=0)
        a_type(event, "Online")

        with pytest.raises(errors.TicketTypeFull) as refused:
            comes(event, on_site)
        assert refused.value.field == "ticket_type"


class TestCodes:
    def test_a_code_opens_its_type_as_people_type_it(self, app: Flask) -> None:
        event = an_event()
        partner = a_type(event, "Partner", visibility=Visibility.CODE)
        code = a_code(event, "LUMC-2027", partner)

        ada = comes(event, partner, code=" lumc 2027 ")

        assert (ada.ticket_type, ada.access_code_id) == (partner, code.id)

    @pytest.mark.parametrize(
        ("typed", "over", "refused"),
        [
            (None, {}, errors.CodeNeeded),
            ("", {}, errors.CodeNeeded),
            ("LUMC2028", {}, errors.CodeNotKnown),
            ("LUMC2027", {"is_stopped": True}, errors.CodeNotKnown),
            ("LUMC2027", {"closes_at": NOW}, errors.CodeOver),
            ("💥" * 90, {}, errors.CodeNotKnown),
        ],
    )
    def test_a_code_that_opens_nothing_says_why_beside_its_field(
        self, app: Flask, typed: str | None, over: dict[str, Any], refused: Any
    ) -> None:
        event = an_event()
        partner = a_type(event, "Partner", visibility=Visibility.CODE)
        a_code(event, "LUMC2027", partner, **over)

        with pytest.raises(refused) as no:
            comes(event, partner, code=typed)
        assert no.value.field == "code"

    def test_a_code_of_one_type_does_not_open_another(self, app: Flask) -> None:
        event = an_event()
        partner, press = (a_type(event, name, visibility=Visibility.CODE) for name in ("Partner", "Press"))
        a_code(event, "LUMC2027", press)

        with pytest.raises(errors.CodeElsewhere):
            comes(event, partner, code="LUMC2027")

    def test_a_code_without_a_type_opens_all_that_need_one_but_no_other_event(self, app: Flask) -> None:
        event, other = an_event(), an_event()
        a_code(event, "LUMC2027")
        here, there = (a_type(each, "Partner", visibility=Visibility.CODE) for each in (event, other))

        assert comes(event, here, code="LUMC2027").state is State.CONFIRMED
        with pytest.raises(errors.CodeNotKnown):
            comes(other, there, code="LUMC2027")

    def test_uses_are_counted_from_those_who_still_come(self, app: Flask) -> None:
        event = an_event()
        partner = a_type(event, "Partner", visibility=Visibility.CODE)
        a_code(event, "LUMC2027", partner, uses=1)
        ada = comes(event, partner, code="LUMC2027")
        with pytest.raises(errors.CodeUsedUp):
            comes(event, partner, "Sam", code="LUMC2027")
        db.session.rollback()

        rules.cancel(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert comes(event, partner, "Dee", code="LUMC2027").state is State.CONFIRMED

    def test_a_code_is_not_used_up_by_those_who_need_none(self, app: Flask) -> None:
        event = an_event()
        regular = a_type(event, "Regular")
        a_code(event, "LUMC2027", uses=1)

        assert comes(event, regular, code="LUMC2027").access_code_id is None

    def test_a_code_is_made_for_whoever_writes_none_and_stands_in_no_log(self, app: Flask) -> None:
        event = an_event()
        by = olga(event)

        made = rules.add_code(event, "", note="For Delft", uses=3, by=by, at=NOW)
        rules.stop_code(made, is_stopped=True, by=by, at=NOW)
        db.session.commit()

        said = [(entry.act, str(entry.after)) for entry in db.session.scalars(sa.select(AuditEntry))]
        assert [act for act, _after in said] == ["code.made", "code.stopped"]
        assert len(made.code) >= 6 and all(made.code not in after for _act, after in said)

    @pytest.mark.parametrize(
        ("typed", "refused"),
        [("abc", errors.CodeTooShort), ("a-b-c", errors.CodeTooShort), ("lumc 2027", errors.CodeTaken)],
    )
    def test_a_code_is_not_short_and_not_there_twice(self, app: Flask, typed: str, refused: Any) -> None:
        event = an_event()
        a_code(event, "LUMC2027")

        with pytest.raises(refused):
            rules.add_code(event, typed, by=olga(event), at=NOW)


class TestFees:
    def test_the_fee_is_stated_when_somebody_registers(self, app: Flask) -> None:
        event = an_event()
        paying = a_type(event, "Regular", fee_cents=2500, fee_due_days=14)

        ada = comes(event, paying)
        paying.fee_cents = 4000
        db.session.commit()

        assert (ada.fee_cents, ada.currency, ada.payment) == (2500, "EUR", Payment.UNPAID)
        assert ada.payment_due_on == date(2027, 3, 16)

    def test_nothing_is_due_before_there_is_a_place(self, app: Flask) -> None:
        event = an_event(capacity=1)
        paying = a_type(event, "Regular", fee_cents=2500, fee_due_days=14)
        ada, sam = comes(event, paying), comes(event, paying, "Sam")
        before = sam.payment_due_on

        rules.cancel(ada, by=ATTENDEE, at=NOW + timedelta(days=10))
        db.session.commit()

        assert (before, sam.payment_due_on) == (None, date(2027, 3, 26))

    def test_what_is_free_owes_nothing_and_cannot_be_marked(self, app: Flask) -> None:
        event = an_event()
        ada = comes(event, a_type(event, "Regular"))

        with pytest.raises(errors.NothingOwed):
            rules.mark_payment(
                ada, Payment.PAID, reference="", due_on=None, revision=ada.revision, by=olga(event), at=NOW
            )
        assert ada.payment is None

    def test_a_payment_is_marked_with_who_and_when(self, app: Flask) -> None:
        event = an_event()
        ada, by = comes(event, a_type(event, "Regular", fee_cents=2500)), olga(event)

        rules.mark_payment(
            ada, Payment.PAID, reference="F-12", due_on=None, revision=ada.revision, by=by, at=NOW + HOUR
        )
        db.session.commit()

        assert (ada.payment, ada.payment_reference, ada.payment_marked_by) == (Payment.PAID, "F-12", by.user_id)
        assert ada.payment_marked_at == NOW + HOUR
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "mark payment")).one()
        assert (entry.before["payment"], entry.after["payment"]) == ("unpaid", "paid")

    def test_a_payment_marked_meanwhile_is_not_overwritten(self, app: Flask) -> None:
        event = an_event()
        ada, by = comes(event, a_type(event, "Regular", fee_cents=2500)), olga(event)
        opened_at = ada.revision
        rules.mark_payment(ada, Payment.WAIVED, reference="", due_on=None, revision=opened_at, by=by, at=NOW)
        db.session.commit()

        with pytest.raises(ChangedMeanwhile) as refused:
            rules.mark_payment(ada, Payment.PAID, reference="", due_on=None, revision=opened_at, by=by, at=NOW)
        assert refused.value.theirs["payment"] == "waived"

    def test_many_are_marked_at_once_and_each_is_in_the_log(self, app: Flask) -> None:
        event, other = an_event(), an_event()
        paying, free = a_type(event, "Regular", fee_cents=2500), a_type(event, "Student")
        ada, sam, dee = comes(event, paying), comes(event, paying, "Sam"), comes(event, free, "Dee")
        rev = comes(other, a_type(other, "Regular", fee_cents=2500), "Rev")
        by = olga(event)
        rules.mark_payments(event.id, [ada.id], Payment.PAID, by=by, at=NOW)
        db.session.commit()
        ids = [each.id for each in (ada, sam, dee, rev)]

        weighed = rules.weigh(event.id, ids, Payment.PAID)
        marked = rules.mark_payments(event.id, ids, Payment.PAID, by=by, at=NOW)
        db.session.commit()

        assert weighed == marked == rules.Marked(changed=1, same=1, without=1)
        assert [each.payment for each in (ada, sam, dee, rev)] == [Payment.PAID, Payment.PAID, None, Payment.UNPAID]


class TestMakingThem:
    def test_a_hybrid_event_starts_with_the_room_and_the_stream(self, app: Flask) -> None:
        event = an_event(mode=Mode.HYBRID, language="nl")

        made = rules.begin_with(event, "hybrid", by=olga(event), at=NOW)
        again = rules.begin_with(event, "hybrid", by=olga(event), at=NOW)

        assert [each.mode for each in made] == [Mode.IN_PERSON, Mode.ONLINE]
        assert [each.position for each in made] == [0, 1]
        assert again == []

    @pytest.mark.parametrize("kind", [Kind.SUMMER_SCHOOL, Kind.FAIR])
    def test_a_school_and_a_fair_start_with_a_type_by_code(self, app: Flask, kind: Kind) -> None:
        event = an_event(kind=kind)

        made = rules.begin_with(event, kind.value.rpartition(" ")[2], by=olga(event), at=NOW)

        assert [each.visibility for each in made] == [Visibility.EVERYONE, Visibility.CODE]

    @pytest.mark.parametrize(
        ("said", "refused"),
        [
            ({"name": "ONLINE"}, errors.TypeNameTaken),
            ({"name": "Press", "opens_at": NOW, "closes_at": NOW}, errors.TypeClosesFirst),
            ({"name": "Press", "fee_cents": 100, "currency": "USD"}, errors.OtherCurrency),
            ({"name": "Staff", "visibility": Visibility.DOMAIN, "domains": " \n"}, errors.DomainsMissing),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(self, app: Flask, said: dict[str, Any], refused: Any) -> None:
        event = an_event()
        a_type(event, "Online", fee_cents=100)

        with pytest.raises(refused) as no:
            rules.add_type(event, said, by=olga(event), at=NOW)
        assert no.value.field in said

    def test_a_raised_limit_serves_the_list(self, app: Flask) -> None:
        event = an_event()
        on_site = a_type(event, "On site", capacity=1)
        for name in ("Ada", "Sam", "Dee"):
            comes(event, on_site, name)

        moved_up = rules.edit_type(on_site, {"capacity": 2}, revision=on_site.revision, by=olga(event), at=NOW)

        assert [each.given_name for each in moved_up] == ["Sam"]

    def test_two_organisers_who_change_one_thing_are_told_both_versions(self, app: Flask) -> None:
        event = an_event()
        on_site, by = a_type(event, "On site", capacity=10), olga(event)
        opened_at = on_site.revision
        rules.edit_type(on_site, {"capacity": 20, "name": "On site"}, revision=opened_at, by=by, at=NOW)
        db.session.commit()

        with pytest.raises(ChangedMeanwhile) as refused:
            rules.edit_type(on_site, {"capacity": 30, "name": "On site"}, revision=opened_at, by=by, at=NOW)
        rules.edit_type(on_site, {"description": "The room"}, revision=opened_at, by=by, at=NOW)

        assert (refused.value.theirs, refused.value.yours) == ({"capacity": 20}, {"capacity": 30})
        assert (on_site.capacity, on_site.description) == (20, "The room")

    def test_how_people_take_part_cannot_change_under_them(self, app: Flask) -> None:
        event = an_event(mode=Mode.HYBRID)
        on_site = a_type(event, "On site")
        comes(event, on_site)

        with pytest.raises(errors.ModeTaken):
            rules.edit_type(on_site, {"mode": Mode.ONLINE}, revision=on_site.revision, by=olga(event), at=NOW)

    def test_they_are_put_in_order(self, app: Flask) -> None:
        event = an_event()
        one, two, three = (a_type(event, name, position=place) for place, name in enumerate(("One", "Two", "Three")))
        by = olga(event)

        rules.move_type(three, -1, by=by, at=NOW)
        rules.order_types(event, [three.public_id, "elsewhere"], by=by, at=NOW)
        rules.move_type(one, -5, by=by, at=NOW)

        assert offering.every(event.id) == [one, three, two]

    @pytest.mark.parametrize("how", ["had", "had once", "invited", "wished for"])
    def test_what_somebody_has_is_not_deleted_but_retired(self, app: Flask, how: str) -> None:
        event = an_event()
        on_site = a_type(event, "On site")
        match how:
            case "had":
                comes(event, on_site)
            case "had once":
                rules.cancel(comes(event, on_site), by=ATTENDEE, at=NOW)
            case "invited":
                db.session.add(
                    PersonalInvitation(event_id=event.id, ticket_type_id=on_site.id, language="en", invited_at=NOW)
                )
            case "wished for":
                a_registration(event, wants_type_id=on_site.id, wants_turn=1)
        by = olga(event)

        with pytest.raises(errors.TypeInUse):
            rules.delete_type(on_site, by=by, at=NOW)
        rules.retire_type(on_site, is_retired=True, by=by, at=NOW)

        assert on_site.is_retired

    def test_what_nobody_had_is_deleted_with_its_codes(self, app: Flask) -> None:
        event = an_event()
        partner = a_type(event, "Partner", visibility=Visibility.CODE)
        a_code(event, "LUMC2027", partner)

        rules.delete_type(partner, by=olga(event), at=NOW)
        db.session.commit()

        assert db.session.scalars(sa.select(AccessCode)).all() == []


class TestTheStanding:
    @pytest.mark.parametrize(
        ("types", "standing"),
        [
            ([{"capacity": 0}, {}], Standing.OPEN),
            ([{"capacity": 0}, {"capacity": 0}], Standing.WAITING),
            ([{"opens_at": NOW + HOUR}, {"closes_at": NOW}], Standing.OPENS),
            ([{"closes_at": NOW}], Standing.CLOSED),
            ([{"visibility": Visibility.CODE}], Standing.OPEN),
            ([{"visibility": Visibility.CODE}, {"capacity": 0}], Standing.WAITING),
            ([{"visibility": Visibility.INVITATION}], Standing.CLOSED),
            ([{"is_retired": True, "capacity": 0}], Standing.CLOSED),
        ],
    )
    def test_an_event_stands_as_the_best_of_what_everybody_may_have(
        self, app: Flask, types: list[dict[str, Any]], standing: Standing
    ) -> None:
        event = an_event()
        for number, over in enumerate(types):
            a_type(event, f"Type {number}", **over)

        assert standings.of(event, NOW).standing is standing

    def test_without_a_list_it_is_full_when_all_its_types_are(self, app: Flask) -> None:
        event = an_event(has_waiting_list=False)
        a_type(event, "On site", capacity=0)

        assert standings.of(event, NOW).standing is Standing.FULL

    def test_places_are_those_of_the_types_that_are_open(self, app: Flask) -> None:
        event = an_event(capacity=100)
        a_type(event, "On site", capacity=20)
        comes(event, a_type(event, "Online", capacity=30))
        a_type(event, "Early bird", closes_at=NOW)

        there = standings.of(event, NOW)

        assert (there.left, there.capacity) == (49, 50)

    def test_it_tells_when_the_first_opens_and_the_last_closes_and_what_they_cost(self, app: Flask) -> None:
        event = an_event(registration_closes_at=NOW + 9 * HOUR)
        a_type(event, "One", opens_at=NOW + 2 * HOUR, closes_at=NOW + 3 * HOUR, fee_cents=1000)
        a_type(event, "Two", opens_at=NOW + HOUR, closes_at=NOW + 4 * HOUR, fee_cents=2500)
        a_type(event, "Three", visibility=Visibility.CODE, fee_cents=0)

        there = standings.of(event, NOW)

        assert (there.opens_at, there.closes_at) == (NOW + HOUR, NOW + 4 * HOUR)
        assert there.fees == Fees(1000, 2500, "EUR")

    def test_one_query_counts_however_many_events_and_types(self, app: Flask, count_queries: Any) -> None:
        def counted(number: int) -> int:
            events = [an_event(capacity=5) for _event in range(number)]
            for event in events:
                for place in range(number):
                    comes(event, a_type(event, f"Type {place}"), f"Ada{place}")
            ids = [event.id for event in events]
            with count_queries() as queries:
                seats.taken_by_event(ids, NOW)
            return int(queries.count)

        assert counted(1) == counted(3) == 1


@pytest.mark.parametrize(
    ("fees", "said", "gezegd"),
    [
        (Fees(0, 0, "EUR"), "Free", "Gratis"),
        (Fees(2500, 2500, "EUR"), "€25", "€ 25"),
        (Fees(1000, 2550, "EUR"), "from €10", ""),
        (Fees(0, 1250, "EUR"), "Free to €12.50", ""),
    ],
)
def test_fees_are_said_in_few_words(app: Flask, fees: Fees, said: str, gezegd: str) -> None:
    with force_locale("en"):
        assert fees.said("en") == said
    if gezegd:
        with force_locale("nl"):
            assert fees.said("nl").replace("\xa0", " ") == gezegd

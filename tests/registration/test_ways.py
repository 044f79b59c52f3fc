"""The ways in besides the open form: personal invitations and groups, through the same seats."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import tokens, worker
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail import claims, letters
from eventsvc.mail.models import Message
from eventsvc.registration import errors, groups, listed, rules, seats
from eventsvc.registration.listed import Setting
from eventsvc.registration.models import (
    PersonalInvitation,
    Registration,
    RegistrationGroup,
    State,
    TicketType,
    Visibility,
)
from eventsvc.registration.person import Person
from eventsvc.registration.rules import Terms
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.acts import BOB, CIA, come
from tests.registration.test_seating import a_type
from tests.registration.test_types import a_code

ADA = Person("Ada", "Byron", "ada@example.org")
SAM = Person("Sam", "Smit", "sam@example.org")
FORM = {"given_name": "Ada", "family_name": "Byron", "email": "ada@example.org", "country": "NL", "consent": "y"}


def invite(event: Event, *people: Person, **over: Any) -> list[PersonalInvitation]:
    made = rules.invite(event.id, people or (ADA,), Terms(**over), language="en", by=SYSTEM, at=NOW)
    db.session.commit()
    return made


def link(invitation: PersonalInvitation) -> str:
    return f"/invitations/{tokens.unseal(invitation.link_sealed or '')}"


def states() -> list[tuple[str, str]]:
    return [(each.given_name, each.state.value) for each in db.session.query(Registration).order_by(Registration.id)]


class TestInvitations:
    def test_a_letter_with_a_link_of_their_own_opens_the_form_filled_in(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event(), note="We would love to see you.")

        page = client.get(link(invitation))

        letter = db.session.query(Message).one()
        assert (letter.kind, letter.recipient) == ("personal_invitation", "ada@example.org")
        assert "We would love to see you." in letter.facts["sentence"]
        assert link(invitation) not in str(letter.facts)
        assert page.status_code == 200 and 'value="ada@example.org"' in page.text and "You are invited." in page.text
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"

    def test_using_it_registers_and_it_works_once(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event())

        done = client.post(link(invitation), data=FORM)
        again = client.get(link(invitation))

        assert done.status_code == 303 and states() == [("Ada", "confirmed")]
        assert again.status_code == 410
        assert invitation.registration_id == db.session.query(Registration).one().id
        assert "use invitation" in [entry.act for entry in db.session.query(AuditEntry)]

    def test_a_locked_one_is_for_its_address_alone(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event())

        answer = client.post(link(invitation), data=FORM | {"email": "eve@example.org"})

        assert answer.status_code == 409 and "This invitation is for the address it was sent to" in answer.text
        assert 'value="eve@example.org"' in answer.text and states() == []

    def test_one_that_is_not_locked_is_for_whoever_has_it(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event(), is_locked=False)

        assert client.post(link(invitation), data=FORM | {"email": "eve@example.org"}).status_code == 303

    @pytest.mark.parametrize(("skips", "status"), [(True, 303), (False, 409)])
    def test_some_skip_the_window(self, client: FlaskClient, skips: bool, status: int) -> None:
        event = an_event(registration_opens_at=NOW + timedelta(days=3))
        [invitation] = invite(event, skips_window=skips)

        assert client.post(link(invitation), data=FORM).status_code == status

    def test_a_kept_seat_is_nobody_elses_until_its_day(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(capacity=1)
        [invitation] = invite(event, reserved_until=NOW + timedelta(days=1))

        eve = client.post(
            f"/events/{event.slug}/register", data=FORM | {"email": "eve@example.org", "given_name": "Eve"}
        )
        ada = client.post(link(invitation), data=FORM)

        assert (eve.status_code, ada.status_code) == (303, 303)
        assert states() == [("Eve", "waitlisted"), ("Ada", "confirmed")]

    def test_a_seat_kept_too_long_is_given_to_whoever_waits(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(capacity=1)
        [invitation] = invite(event, reserved_until=NOW + timedelta(hours=1))
        clock.at(NOW + timedelta(hours=2))

        client.post(f"/events/{event.slug}/register", data=FORM | {"email": "eve@example.org", "given_name": "Eve"})
        client.post(link(invitation), data=FORM)

        assert states() == [("Eve", "confirmed"), ("Ada", "waitlisted")]

    def test_a_seat_kept_too_long_passes_to_whoever_has_waited_longest(self, app: Flask, clock: Clock) -> None:
        event = an_event(capacity=1)
        invite(event, reserved_until=NOW + timedelta(hours=1))
        bob = come(event, BOB)
        late = NOW + timedelta(hours=1)
        clock.at(late)

        asked = rules.due_events(at=late)
        worker.settle()

        assert (asked, rules.due_events(at=late)) == ([event.id], [])
        db.session.refresh(bob)
        assert bob.state is State.CONFIRMED
        told = db.session.query(AuditEntry).filter_by(act="release seat").one()
        assert told.before == {"reserved_until": late.isoformat()}

    def test_a_newcomer_after_that_finds_it_given_though_the_worker_sleeps(self, app: Flask) -> None:
        event = an_event(capacity=1)
        invite(event, reserved_until=NOW + timedelta(hours=1))
        bob = come(event, BOB)

        cia = come(event, CIA, at=NOW + timedelta(hours=2))

        assert (bob.state, cia.state) == (State.CONFIRMED, State.WAITLISTED)

    def test_what_is_not_published_or_over_loses_no_kept_seat(self, app: Flask) -> None:
        for over in ({"status": Status.CANCELLED}, {"ends_at": NOW + timedelta(minutes=90)}):
            event = an_event(starts_at=NOW + timedelta(minutes=80), ends_at=NOW + timedelta(hours=3))
            invite(event, reserved_until=NOW + timedelta(hours=1))
            for name, value in over.items():
                setattr(event, name, value)
            db.session.commit()

            assert rules.due_events(at=NOW + timedelta(hours=2)) == []

    def test_erasing_the_person_gives_the_seat_on(self, app: Flask) -> None:
        event = an_event(capacity=1)
        ada = a_registration(event, email="ada@example.org", state=State.CANCELLED)
        invite(event, reserved_until=NOW + timedelta(days=1))
        bob = come(event, BOB)

        rules.erase(ada, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert bob.state is State.CONFIRMED

    def test_withdrawing_gives_the_seat_to_the_list_and_the_link_says_so(self, client: FlaskClient) -> None:
        event = an_event(capacity=1)
        [invitation] = invite(event, reserved_until=NOW + timedelta(days=1))
        opened = link(invitation)
        sam = a_registration(event, state=State.WAITLISTED)

        rules.withdraw_invitation(invitation, by=SYSTEM, at=NOW)
        db.session.commit()

        assert sam.state is State.CONFIRMED and client.get(opened).status_code == 410

    def test_no_more_seats_are_kept_than_there_are(self, app: Flask) -> None:
        event = an_event(capacity=1)

        with pytest.raises(errors.NoSeatsToKeep):
            invite(event, ADA, SAM, reserved_until=NOW + timedelta(days=1))
        db.session.rollback()

        assert db.session.query(PersonalInvitation).count() == 0
        assert seats.taken(event.id, NOW).seated == 0

    @pytest.mark.parametrize(
        ("visibility", "status"),
        [
            (Visibility.EVERYONE, 303),
            (Visibility.DOMAIN, 409),
            (Visibility.CODE, 409),
            (Visibility.INVITATION, 409),
        ],
    )
    def test_one_that_names_no_type_opens_what_everybody_may_have(
        self, client: FlaskClient, visibility: Visibility, status: int
    ) -> None:
        event = an_event()
        a_type(event, "Public")
        wanted = a_type(event, "Other", visibility=visibility, domains="lumc.nl")
        [invitation] = invite(event)

        assert client.post(link(invitation), data=FORM | {"ticket_type": wanted.public_id}).status_code == status

    def test_a_kept_seat_is_not_used_up_by_a_place_on_the_list(self, client: FlaskClient) -> None:
        event = an_event(capacity=5)
        full, other = a_type(event, "Full", capacity=1), a_type(event, "Other")
        come(event, BOB, ticket_type_id=full.id)
        [invitation] = invite(event, reserved_until=NOW + timedelta(days=1))

        refused = client.post(link(invitation), data=FORM | {"ticket_type": full.public_id})
        taken = client.post(link(invitation), data=FORM | {"ticket_type": other.public_id})

        assert (refused.status_code, taken.status_code) == (409, 303)
        assert "may be of another kind" in refused.text
        assert states() == [("Bob", "confirmed"), ("Ada", "confirmed")]

    def test_whoever_has_a_seat_by_another_door_keeps_no_second(self, app: Flask) -> None:
        event = an_event(capacity=2)
        [invitation] = invite(event, BOB, reserved_until=NOW + timedelta(days=1))

        bob, cia = come(event, BOB), come(event, CIA)

        assert (bob.state, cia.state) == (State.CONFIRMED, State.CONFIRMED)
        assert invitation.registration_id == bob.id

    def test_nor_does_whoever_proves_their_address_and_nobody_before(self, app: Flask) -> None:
        event = an_event(capacity=2, proof_hours=24)
        [invitation] = invite(event, BOB, reserved_until=NOW + timedelta(days=1))
        bob, cia = come(event, BOB), come(event, CIA)

        before = invitation.used_at
        rules.accept(bob, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert (before, invitation.used_at) == (None, NOW)
        assert cia.state is State.OFFERED

    def test_a_type_that_is_retired_keeps_no_seat_and_its_invitations_say_so(self, client: FlaskClient) -> None:
        event = an_event(capacity=1)
        board = a_type(event, "Board", visibility=Visibility.INVITATION)
        other = a_type(event, "Other")
        [invitation] = invite(event, ticket_type=board, reserved_until=NOW + timedelta(days=9))
        bob = come(event, BOB, ticket_type_id=other.id)

        rules.retire_type(board, is_retired=True, by=SYSTEM, at=NOW)
        db.session.commit()

        assert bob.state is State.CONFIRMED
        page = client.get(link(invitation)).text
        assert 'name="given_name"' not in page and "that you were invited to is not offered any more" in page

    def test_inviting_the_same_people_again_changes_nothing(self, app: Flask) -> None:
        event = an_event()
        a_registration(event, email="sam@example.org")
        invite(event, ADA, SAM)

        assert invite(event, ADA, SAM) == [] and db.session.query(PersonalInvitation).count() == 1

    def test_a_type_for_the_invited_is_open_to_them_alone(self, client: FlaskClient) -> None:
        event = an_event()
        board = TicketType(event_id=event.id, name="Board", visibility=Visibility.INVITATION)
        db.session.add(board)
        db.session.commit()
        [invitation] = invite(event, ticket_type=board)

        stranger = client.post(
            f"/events/{event.slug}/register", data=FORM | {"ticket_type": board.public_id, "email": "eve@example.org"}
        )
        page = client.get(link(invitation)).text
        guest = client.post(link(invitation), data=FORM | {"ticket_type": board.public_id})

        assert stranger.status_code == 409 and "Board" in page and guest.status_code == 303
        assert db.session.query(Registration).one().ticket_type_id == board.id

    def test_unknown_and_cut_links_are_not_found(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event())

        assert client.get("/invitations/unknown").status_code == 404
        assert client.get(link(invitation)[:-1]).status_code == 404

    @pytest.mark.parametrize("language", ["en", "nl"])
    def test_the_letter_is_written_in_both_languages(self, app: Flask, language: str) -> None:
        rules.invite(an_event().id, [ADA], Terms(note="Come!"), language=language, by=SYSTEM, at=NOW)
        db.session.commit()

        letter = written(db.session.query(Message).one())

        assert "/invitations/" in letter.text and "Come!" in letter.html
        assert "/invitations/" not in letter.record

    def test_the_form_is_offered_and_taken_with_its_token_of_ours(self, client: FlaskClient, csrf: None) -> None:
        [invitation] = invite(an_event())

        page = client.get(link(invitation)).text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
        without = client.post(link(invitation), data=FORM)
        done = client.post(link(invitation), data=FORM | {"csrf_token": token})

        assert (without.status_code, done.status_code) == (400, 303)

    def test_erasing_oneself_erases_the_invitation_too(self, client: FlaskClient) -> None:
        [invitation] = invite(an_event(), note="For you")
        client.post(link(invitation), data=FORM)

        rules.erase(db.session.query(Registration).one(), by=ATTENDEE, at=NOW)
        db.session.commit()

        assert (invitation.email, invitation.given_name, invitation.note, invitation.link_digest) == (
            None,
            "",
            "",
            None,
        )
        assert "ada@example.org" not in [letter.recipient for letter in db.session.query(Message)]

    def test_whoever_never_answered_is_forgotten_when_the_time_comes(self, client: FlaskClient, clock: Clock) -> None:
        event = an_event(accepts_groups=True)
        [invitation] = invite(event, SAM)
        client.post(f"/events/{event.slug}/register/group", data=GROUP | {"people-1-email": "dee@example.org"})
        assert event.ends_at is not None
        clock.at(event.ends_at + timedelta(days=event.retention_days + 1))

        worker.tidy()

        group = db.session.query(RegistrationGroup).one()
        db.session.expire_all()
        assert (invitation.email, group.contact_email, group.contact_name) == (None, None, "")
        assert {letter.recipient for letter in db.session.query(Message)} == {""}


class TestTheListOfAddresses:
    @pytest.mark.parametrize(
        ("text", "people"),
        [
            ("ada@example.org", [("", "", "ada@example.org")]),
            (
                "Ada Byron <ada@example.org>\nsam@example.org,",
                [("Ada", "Byron", "ada@example.org"), ("", "", "sam@example.org")],
            ),
            ("Name;E-mail\nAda Byron;ada@example.org", [("Ada", "Byron", "ada@example.org")]),
        ],
    )
    def test_addresses_and_tables_are_read(self, text: str, people: list[tuple[str, str, str]]) -> None:
        found, problems = listed.addressed(text, Setting({}, ["en"]))

        assert [(p.person.given_name, p.person.family_name, p.person.email) for p in found] == people and not problems

    @pytest.mark.parametrize("broken", ["sam@@example.org", "broken line", "Hans hans@example.org"])
    def test_a_broken_one_is_told_by_its_line(self, broken: str) -> None:
        found, problems = listed.addressed(f"Ada Byron <ada@example.org>\n{broken}\n", Setting({}, ["en"]))

        assert [problem.line for problem in problems] == [2] and len(found) == 1


class TestTheDesk:
    def test_people_are_invited_and_withdrawn(self, client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
        event = an_event()
        olga = sign_in(an_organiser("Olga", owns=event))
        url = f"/desk/events/{event.slug}/invitations"

        done = olga.post(
            url,
            data={"people": "Ada Byron <ada@example.org>\nsam@example.org", "is_locked": "y", "language": "en"},
            follow_redirects=True,
        ).text
        [first, _second] = db.session.query(PersonalInvitation).order_by(PersonalInvitation.id)
        gone = olga.post(f"{url}/{first.public_id}/withdraw", follow_redirects=True).text

        assert "2 invitations are on their way." in done and "Ada Byron" in done
        assert "The invitation opens nothing any more." in gone and "Withdrawn" in gone

    def test_what_cannot_be_read_is_told_and_nothing_typed_is_lost(
        self, client: FlaskClient, sign_in: Callable[..., FlaskClient]
    ) -> None:
        event = an_event()
        olga = sign_in(an_organiser("Olga", owns=event))

        answer = olga.post(
            f"/desk/events/{event.slug}/invitations",
            data={"people": "ada@example.org\nsam@@example.org", "language": "en"},
        )

        assert answer.status_code == 422 and "Line 2" in answer.text and "sam@@example.org" in answer.text
        assert db.session.query(PersonalInvitation).count() == 0

    def test_eve_sees_none_of_it(self, client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
        event = an_event()

        assert sign_in(an_organiser("Eve")).get(f"/desk/events/{event.slug}/invitations").status_code == 404

    def test_three_are_listed_with_as_many_questions_as_one(
        self, client: FlaskClient, sign_in: Callable[..., FlaskClient], count_queries: Callable[[], Any]
    ) -> None:
        event, counts = an_event(), []
        olga = sign_in(an_organiser("Olga", owns=event))
        for number in range(3):
            invite(event, Person("Ada", "Byron", f"ada{number}@example.org"))
            with count_queries() as queries:
                olga.get(f"/desk/events/{event.slug}/invitations")
            counts.append(queries.count)

        assert len(set(counts)) == 1


GROUP = {
    "contact_name": "Olga",
    "contact_email": "olga@example.org",
    "organisation": "LUMC",
    "consent": "y",
    "submission_key": "k",
    "people-0-given_name": "Ada",
    "people-0-family_name": "Byron",
    "people-0-email": "ada@example.org",
    "people-1-given_name": "Sam",
    "people-1-family_name": "Smit",
    "people-1-email": "sam@example.org",
}


def test_the_page_of_invitations_is_one_line_of_the_desk(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event()

    page = sign_in(an_organiser(owns=event)).get(f"/desk/events/{event.slug}/invitations").text

    assert re.findall(r'aria-current="page">([^<]+)<', page) == ["Invitations"]
    assert "&lt;ada@example.org&gt;" in page


class TestWhatInvitationsRefuse:
    def test_a_draft_invites_nobody(self, app: Flask) -> None:
        with pytest.raises(errors.InvitedTooEarly):
            invite(an_event(status=Status.DRAFT))

    def test_no_seat_is_kept_until_a_moment_that_is_over(self, app: Flask) -> None:
        with pytest.raises(errors.KeptTooShort):
            invite(an_event(), reserved_until=NOW)

    def test_a_withdrawn_invitation_that_waits_to_be_sent_is_not_sent(self, app: Flask) -> None:
        [invitation] = invite(an_event())

        rules.withdraw_invitation(invitation, by=SYSTEM, at=NOW)
        db.session.commit()

        assert claims.claim(NOW) == []

    def test_the_same_address_twice_is_one_invitation(self, app: Flask) -> None:
        again = Person("Ada", "King", "ADA@example.org")

        assert [each.family_name for each in invite(an_event(), ADA, again, SAM)] == ["Byron", "Smit"]

    def test_pasted_lines_are_looked_over_as_a_table_is(self, app: Flask) -> None:
        long, twice = f"{'x' * 400} <x@example.org>", "ada@example.org\nADA@example.org"

        people, problems = listed.addressed(f"{long}\n{twice}", Setting({}, ["en"]))

        assert [each.line for each in people] == [2]
        assert [(each.line, each.why) for each in problems] == [
            (1, "One of its cells is too long."),
            (3, "The same address stands on line 2."),
        ]

    def test_one_mailbox_in_two_spellings_is_one_person(self, app: Flask) -> None:
        people, problems = listed.addressed("ada@xn--mnchen-3ya.example\nada@münchen.example", Setting({}, ["en"]))

        assert len(people) == len(problems) == 1


class TestGroups:
    @pytest.mark.parametrize("key", [None, "", "k"])
    def test_no_key_leads_to_anothers_group(self, client: FlaskClient, key: str | None) -> None:
        event = an_event(accepts_groups=True)
        typed = {name: value for name, value in (GROUP | {"submission_key": key}).items() if value is not None}
        other = {"contact_email": "eve@x.example", "people-0-email": "eve@x.example", "people-1-email": "dee@x.example"}

        pia = client.post(f"/events/{event.slug}/register/group", data=typed)
        eve = client.post(f"/events/{event.slug}/register/group", data=typed | other)

        assert (pia.status_code, eve.status_code) == (303, 303)
        assert pia.location != eve.location
        assert db.session.query(RegistrationGroup).count() == 2

    def test_each_gets_a_registration_and_a_letter_and_the_contact_one_of_their_own(self, client: FlaskClient) -> None:
        event = an_event(capacity=1, accepts_groups=True)

        done = client.post(f"/events/{event.slug}/register/group", data=GROUP)
        page = client.get(done.location).text

        assert done.status_code == 303 and states() == [("Ada", "confirmed"), ("Sam", "waitlisted")]
        letters_of = {letter.kind: letter.recipient for letter in db.session.query(Message)}
        assert letters_of == {
            "registered": "ada@example.org",
            "waitlisted": "sam@example.org",
            "group_registered": "olga@example.org",
        }
        assert "Ada Byron" in page and "Sam Smit" in page and "@example.org" not in page

    def test_the_same_form_sent_twice_is_one_group(self, client: FlaskClient) -> None:
        event = an_event(accepts_groups=True)

        first, again = (client.post(f"/events/{event.slug}/register/group", data=GROUP) for _click in range(2))

        assert first.location == again.location and db.session.query(RegistrationGroup).count() == 1
        assert len(states()) == 2

    def test_one_who_is_registered_already_holds_up_all_and_is_named_by_line(self, client: FlaskClient) -> None:
        event = an_event(accepts_groups=True)
        a_registration(event, email="sam@example.org")

        answer = client.post(f"/events/{event.slug}/register/group", data=GROUP)

        assert answer.status_code == 409 and "Person 2: This address is already registered" in answer.text
        assert 'value="ada@example.org"' in answer.text and len(states()) == 1

    @pytest.mark.parametrize(
        ("over", "told"),
        [
            ({"people-1-email": "sam"}, "Person 2: An e-mail address has an @ in it"),
            ({"people-1-family_name": ""}, "Person 2: Please write given name and family name."),
            ({"people-1-email": "ADA@example.org"}, "The same address stands there twice"),
            ({"contact_email": "olga"}, "An e-mail address has an @ in it"),
        ],
    )
    def test_bad_input_is_told_and_nothing_is_lost(self, client: FlaskClient, over: dict[str, str], told: str) -> None:
        event = an_event(accepts_groups=True)

        answer = client.post(f"/events/{event.slug}/register/group", data=GROUP | over)

        assert answer.status_code == 422 and told in answer.text and 'value="Byron"' in answer.text and states() == []

    def test_who_is_too_fast_sees_the_form_again_and_the_next_try_passes(
        self, make_app: Callable[..., Flask], clock: Clock
    ) -> None:
        event, client = an_event(accepts_groups=True), make_app(MINIMUM_SECONDS=2).test_client()
        url = f"/events/{event.slug}/register/group"
        stamp = re.findall(r'name="opened"[^>]*value="([^"]+)"', client.get(url).text)[0]

        fast = client.post(url, data=GROUP | {"opened": stamp})
        clock.forward(timedelta(seconds=2))
        calm = client.post(url, data=GROUP | {"opened": stamp})

        assert fast.status_code == 200 and "That was quick" in fast.text and 'value="Byron"' in fast.text
        assert calm.status_code == 303

    def test_a_field_that_people_do_not_see_holds_up_programs_and_is_emptied(self, client: FlaskClient) -> None:
        event = an_event(accepts_groups=True)

        answer = client.post(f"/events/{event.slug}/register/group", data=GROUP | {"homepage": "https://example.org"})

        assert answer.status_code == 422 and "that people do not see" in answer.text
        assert "https://example.org" not in answer.text and 'value="Byron"' in answer.text and states() == []

    def test_refused_posts_are_limited_but_a_good_one_still_passes(self, make_app: Callable[..., Flask]) -> None:
        event, client = an_event(accepts_groups=True), make_app(RATE_LIMITS=True).test_client()
        url = f"/events/{event.slug}/register/group"
        refused = [client.post(url, data=GROUP | {"people-1-email": "sam"}).status_code for _time in range(40)]

        late = client.post(url, data=GROUP | {"people-1-email": "sam"})
        good = client.post(url, data=GROUP)

        assert refused == [422] * 40
        assert late.status_code == 429 and late.headers["Retry-After"] == "600" and 'value="Byron"' in late.text
        assert good.status_code == 303

    def test_a_code_shows_what_it_opens_and_is_not_guessed(self, make_app: Callable[..., Flask]) -> None:
        event, client = an_event(accepts_groups=True), make_app(RATE_LIMITS=True).test_client()
        press = a_type(event, "Press", visibility=Visibility.CODE)
        a_type(event, "Online")
        a_code(event, "PRESS27", press)
        url, chosen = f"/events/{event.slug}/register/group", press.public_id

        shown = client.post(url, data={"code": "press27", "act": "code"})
        for number in range(41):
            client.post(url, data={"code": f"guess{number}", "act": "code"})
        late = client.post(url, data=GROUP | {"code": "press27", "ticket_type": chosen})

        assert shown.status_code == 200 and chosen in shown.text and "Write down at least one" not in shown.text
        assert late.status_code == 429 and states() == []

    @pytest.mark.parametrize("index", ["²", "9" * 5000, "-1", "٣"])
    def test_a_line_that_no_form_of_ours_has_is_passed_over(self, client: FlaskClient, index: str) -> None:
        event = an_event(accepts_groups=True)

        done = client.post(f"/events/{event.slug}/register/group", data=GROUP | {f"people-{index}-email": "x"})

        assert done.status_code == 303 and len(states()) == 2

    def test_a_name_that_cannot_be_seen_is_told(self, client: FlaskClient) -> None:
        event = an_event(accepts_groups=True)

        told = client.post(f"/events/{event.slug}/register/group", data=GROUP | {"people-1-given_name": "\u200d"})

        assert told.status_code == 422 and "Person 2: Please write a name that can be seen." in told.text

    def test_nobody_is_flooded_with_letters_about_groups(self, make_app: Callable[..., Flask]) -> None:
        event, client = an_event(accepts_groups=True), make_app(RATE_LIMITS=True).test_client()
        url = f"/events/{event.slug}/register/group"

        def of(number: int) -> dict[str, str]:
            own = {f"people-{each}-email": f"p{number}.{each}@example.org" for each in range(2)}
            return GROUP | own | {"submission_key": str(number)}

        assert [client.post(url, data=of(number)).status_code for number in range(6)] == [303] * 5 + [429]

    def test_there_is_room_for_more_people_without_scripts(self, client: FlaskClient) -> None:
        event = an_event(accepts_groups=True)

        page = client.post(f"/events/{event.slug}/register/group", data=GROUP | {"act": "more"}).text

        assert len(re.findall(r'name="people-\d+-email"', page)) > 5 and 'value="sam@example.org"' in page

    def test_an_event_that_takes_no_groups_has_no_such_form(self, client: FlaskClient) -> None:
        event = an_event()

        assert client.get(f"/events/{event.slug}/register/group").status_code == 404
        assert client.post(f"/events/{event.slug}/register/group", data=GROUP).status_code == 404
        assert "Register a group" not in client.get(f"/events/{event.slug}/register").text

    def test_the_form_works_with_its_token_of_ours(self, client: FlaskClient, csrf: None) -> None:
        event = an_event(accepts_groups=True)
        url = f"/events/{event.slug}/register/group"
        token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(url).text)[0]

        without, done = client.post(url, data=GROUP), client.post(url, data=GROUP | {"csrf_token": token})

        assert (without.status_code, done.status_code) == (400, 303)

    def test_no_more_than_the_most(self, app: Flask) -> None:
        event = an_event(accepts_groups=True)
        people = [Person("Ada", "B", f"ada{number}@example.org") for number in range(groups.MOST + 1)]

        with pytest.raises(errors.NoGroup):
            rules.register_group(
                event.id,
                rules.Contact("O", "o@example.org"),
                people,
                by=ATTENDEE,
                at=NOW,
                language="en",
                submission_key="k",
            )

    def test_the_letter_to_the_contact_says_how_each_stands(self, client: FlaskClient) -> None:
        event = an_event(capacity=1, accepts_groups=True)
        client.post(f"/events/{event.slug}/register/group", data=GROUP)

        letter = written(db.session.query(Message).filter_by(kind="group_registered").one())

        assert "Ada Byron: has a place" in letter.text and "Sam Smit: on the waiting list" in letter.text
        assert "/groups/" in letter.text and "/groups/" not in letter.record


def written(message: Message) -> Any:
    [due] = claims.read([message.id])
    return letters.written(due, at=NOW)

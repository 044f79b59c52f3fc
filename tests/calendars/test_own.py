"""Calendars of one's own: what an attendee and an organiser decide about theirs, and what those then show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from eventsvc import tokens
from eventsvc.accounts import rules as accounts
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry, EventRole, Membership, User
from eventsvc.calendars import entries
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import feeding, keys, rules
from eventsvc.registration.models import Registration, State, TicketType, TokenKind
from eventsvc.registration.person import Person
from tests.calendars.test_feeds import shown
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.programme.speaking import a_talk

LATER = NOW + timedelta(hours=2)
SignIn = Callable[..., FlaskClient]


def shown_event(**over: Any) -> Event:
    event = an_event(**over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def ada_at(event: Event, **over: Any) -> Any:
    return a_registration(event, **({"email": "ada@example.org"} | over))


def path(registration: Any, page: str = "") -> str:
    return f"/registrations/{registration.token}/calendar{page}"


def feed_of(registration: Registration) -> str:
    return f"/calendars/{keys.token_of(registration, TokenKind.FEED)}.ics"


def proven(registration: Any) -> Any:
    """Let Ada come by the link that only her letter has."""
    assert feeding.prove(registration, by=ATTENDEE, at=NOW)
    db.session.commit()
    registration.token = keys.token_of(registration, TokenKind.MANAGE)
    return registration


class TestTheCalendarOfAnAttendee:
    def test_its_page_has_a_way_for_each_program_and_a_code_for_the_telephone(self, client: FlaskClient) -> None:
        page = client.get(path(ada_at(shown_event()))).text

        for way in (
            "webcal://",
            "calendar.google.com/calendar/r?cid=webcal%3A",
            "outlook.live.com",
            "outlook.office.com",
        ):
            assert way in page
        assert "Thunderbird" in page and "<svg" in page

    def test_a_calendar_of_all_is_named_after_no_single_event(self, client: FlaskClient) -> None:
        ada = proven(ada_at(shown_event(title="LIMSC")))
        alone = client.get(path(ada)).text
        client.post(path(ada, "/all"), data={"shown": "1"})

        page, feed = client.get(path(ada)).text, client.get(feed_of(ada)).text

        assert "name=My%20events" in page and "name=LIMSC" not in page
        assert "\r\nNAME:My events\r\n" in feed and "\r\nURL:http://localhost/\r\n" in feed.partition("BEGIN:VEVENT")[0]
        assert "You have your place: there is none to show now." in alone and "there is none to show" not in page

    def test_nobody_sees_it_by_a_cut_or_a_replaced_link_and_nobody_keeps_it(self, client: FlaskClient) -> None:
        ada = ada_at(shown_event())
        fresh = client.post(f"/registrations/{ada.token}/link").location

        assert client.get(path(ada)).status_code == 410
        assert client.get(f"/registrations/{ada.token[:-1]}/calendar").status_code == 404
        assert client.get(f"{fresh}/calendar").headers["Cache-Control"] == "private, no-store"

    def test_a_stopped_link_is_gone_until_a_new_one_is_made(self, client: FlaskClient) -> None:
        ada = ada_at(shown_event())
        old = feed_of(ada)

        page = client.get(client.post(path(ada, "/stop")).location).text

        assert client.get(old).status_code == 410
        assert "webcal://" not in page
        client.post(path(ada, "/replace"))
        assert client.get(old).status_code == 410
        assert client.get(feed_of(ada)).status_code == 200

    @pytest.mark.usefixtures("csrf")
    @pytest.mark.parametrize("act", ["stop", "replace", "all", "deadlines", "prove"])
    def test_a_forged_post_changes_nothing(self, client: FlaskClient, act: str) -> None:
        ada = ada_at(shown_event())
        before = ada.revision

        answer = client.post(path(ada, f"/{act}"), data={"csrf_token": "forged", "shown": "1"})

        assert answer.status_code == 400
        assert db.session.get_one(Registration, ada.id, populate_existing=True).revision == before

    def test_whoever_typed_an_address_sees_nothing_else_it_is_registered_for(self, client: FlaskClient) -> None:
        ada_at(shown_event(title="A clinic nobody need know of"))
        eve = ada_at(shown_event())

        page = client.get(client.post(path(eve, "/all"), data={"shown": "1"}).location).text

        assert "To be sure that the address is yours" in page
        assert not eve.is_feed_of_all
        assert "clinic" not in page and b"clinic" not in client.get(feed_of(eve)).data

    def test_the_letter_has_a_link_that_no_page_shows_and_the_old_one_stops(self, client: FlaskClient) -> None:
        ada = ada_at(shown_event())

        page = client.post(path(ada, "/prove")).text

        token = keys.token_of(ada, TokenKind.MANAGE)
        letter = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
        assert letter and (letter.kind, letter.recipient) == ("calendar_link", "ada@example.org")
        assert token not in page and "Look in your letters" in page
        assert client.get(path(ada)).status_code == 410
        assert client.get(f"/registrations/{token}/calendar").status_code == 200

    def test_that_letter_is_written_once_an_hour_at_most_and_the_link_stays_meanwhile(
        self, client: FlaskClient
    ) -> None:
        ada = ada_at(shown_event(), link_sent_at=NOW)

        assert client.post(path(ada, "/prove")).status_code == 303
        assert client.get(path(ada)).status_code == 200

    def test_one_calendar_shows_all_registrations_of_a_proven_address_under_a_new_link(
        self, client: FlaskClient
    ) -> None:
        one, two, three = shown_event(title="One"), shown_event(title="Two"), shown_event(title="Three")
        ada = proven(ada_at(one))
        ada_at(two)
        ada_at(three, email="bob@example.org")
        ada_at(three, state=State.WAITLISTED)
        old = feed_of(ada)

        client.post(path(ada, "/all"), data={"shown": "1"})

        assert client.get(old).status_code == 410
        assert set(shown(client.get(feed_of(ada)).data).values()) == {"One", "Two"}
        client.post(path(ada, "/all"), data={"shown": ""})
        assert set(shown(client.get(feed_of(ada)).data).values()) == {"One"}

    def test_a_calendar_of_all_is_new_with_each_registration_and_each_change_and_costs_one_query(
        self, client: FlaskClient, count_queries: Any
    ) -> None:
        two = shown_event(title="Two")
        ada = proven(ada_at(shown_event(title="One")))
        feeding.show_all(ada, True, by=ATTENDEE, at=NOW)
        db.session.commit()
        address = feed_of(ada)
        seen = [client.get(address).headers["ETag"]]

        other = ada_at(two)
        seen.append(client.get(address).headers["ETag"])
        two.title = "Renamed"
        entries.refresh(two, at=LATER)
        db.session.commit()
        seen.append(client.get(address).headers["ETag"])
        other.state, other.calendar_offset = State.CANCELLED, 1
        db.session.commit()
        last = client.get(address)
        with count_queries() as queries:
            again = client.get(address, headers={"If-None-Match": last.headers["ETag"]})

        assert len({*seen, last.headers["ETag"]}) == 4
        assert set(shown(last.data).values()) == {"One", "You no longer have a place: Renamed"}
        assert (again.status_code, len(queries)) == (304, 1)

    def test_of_two_registrations_for_one_event_the_live_one_is_shown(self, client: FlaskClient) -> None:
        event = shown_event(title="One")
        gone = ada_at(event, state=State.CANCELLED, calendar_offset=1)
        ada_at(event, calendar_offset=2)
        gone = proven(gone)
        feeding.show_all(gone, True, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert list(shown(client.get(feed_of(gone)).data).values()) == ["One"]

    def test_a_corrected_address_has_to_be_proven_anew(self, client: FlaskClient) -> None:
        ada = proven(ada_at(shown_event()))
        feeding.show_all(ada, True, by=ATTENDEE, at=NOW)
        db.session.commit()
        person = Person(given_name="Ada", family_name="Nieuw", email="new@example.org", country="NL")

        rules.correct(ada, person, revision=ada.revision, by=ATTENDEE, at=LATER)
        db.session.commit()

        assert (ada.is_feed_of_all, ada.is_proven) == (False, False)

    def test_an_offer_is_an_entry_when_wanted(self, client: FlaskClient) -> None:
        ada = ada_at(shown_event(title="One"), state=State.OFFERED, offer_expires_at=LATER)
        before = client.get(feed_of(ada))

        client.post(path(ada, "/deadlines"), data={"shown": "1"})
        after = client.get(feed_of(ada), headers={"If-None-Match": before.headers["ETag"]})

        assert list(shown(before.data).values()) == []
        assert list(shown(after.data).values()) == ["Last moment to accept your place: One"]
        assert client.get(feed_of(ada)).data == after.data


class TestWhatItsPageSays:
    def lead_of(self, client: FlaskClient, registration: Any) -> str:
        return client.get(path(registration)).text.partition("page-head")[2].partition("</div>")[0]

    def test_it_is_empty_until_there_is_a_place(self, client: FlaskClient) -> None:
        waiting = ada_at(shown_event(), state=State.WAITLISTED)
        offered = ada_at(shown_event(), state=State.OFFERED, offer_expires_at=LATER, feed_has_deadlines=True)

        assert "It is empty until you have a place." in self.lead_of(client, waiting)
        assert "only the last moment at which you can accept it" in self.lead_of(client, offered)
        assert "empty" not in self.lead_of(client, ada_at(shown_event()))

    def test_after_a_place_is_given_up_it_says_what_stands_in_it(self, client: FlaskClient) -> None:
        gone = ada_at(shown_event(), state=State.CANCELLED, calendar_offset=1)
        never = ada_at(shown_event(), state=State.CANCELLED)

        assert "struck out for 30 days, then it is empty" in self.lead_of(client, gone)
        assert "It is empty, as you are not registered any more." in self.lead_of(client, never)

    def test_one_calendar_of_all_is_not_called_empty(self, client: FlaskClient) -> None:
        gone = ada_at(shown_event(), state=State.CANCELLED, calendar_offset=1, is_feed_of_all=True)

        assert "empty" not in self.lead_of(client, gone)

    def test_a_stopped_one_promises_nothing(self, client: FlaskClient) -> None:
        ada = ada_at(shown_event(), is_feed_of_all=True)

        client.post(path(ada, "/stop"))

        lead = self.lead_of(client, ada)
        assert "Your calendar has no link" in lead and "your calendar changes with it" not in lead

    def test_who_gave_up_their_place_finds_it_on_their_page(self, client: FlaskClient) -> None:
        gone = ada_at(shown_event(), state=State.CANCELLED, calendar_offset=1)

        assert f'href="{path(gone)}"' in client.get(f"/registrations/{gone.token}").text

    def test_who_has_one_calendar_for_all_is_told_so_elsewhere(self, client: FlaskClient) -> None:
        first = proven(ada_at(shown_event(title="First")))
        feeding.show_all(first, True, by=ATTENDEE, at=NOW)
        other, unproven = proven(ada_at(shown_event())), ada_at(shown_event())
        db.session.commit()
        told = "You have one already, with your registration for First"

        assert told in client.get(path(other)).text
        assert told not in client.get(path(first)).text
        assert "First" not in client.get(path(unproven)).text
        client.post(path(first, "/stop"))
        assert told not in client.get(path(other)).text

    def test_a_file_for_once_shows_the_same_and_does_not_end_with_the_link(self, client: FlaskClient) -> None:
        event = an_event(title="School", join_url="https://meet.example.org/x")
        a_talk(event, 0, title="Talk")
        entries.refresh(event, at=NOW)
        ada, bob = ada_at(event), ada_at(event, email="bob@example.org", state=State.WAITLISTED)
        feed = shown(client.get(feed_of(ada)).data)
        client.post(path(ada, "/stop"))

        answer = client.get(f"/registrations/{ada.token}/calendar.ics")

        assert f'href="/registrations/{ada.token}/calendar.ics"' in client.get(f"/registrations/{ada.token}").text
        assert shown(answer.data) == feed and b"meet.example.org" in answer.data
        assert answer.headers["Content-Disposition"].startswith("attachment") and b"\nNAME" not in answer.data
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert client.get(f"/registrations/{bob.token}/calendar.ics").status_code == 404

    def test_nobody_stops_it_by_one_tap(self, client: FlaskClient) -> None:
        page = client.get(path(ada_at(shown_event()))).text

        before, _stop, after = page.partition("/calendar/stop")
        assert before.rpartition("<details")[2].count("<summary") == 1 and "Are you sure?" in before
        assert "</details>" in after

    def test_ones_own_programme_leads_to_ones_own_calendar(self, client: FlaskClient) -> None:
        event = an_event(title="School")
        a_talk(event, 0, title="Talk")
        entries.refresh(event, at=NOW)
        ada, bob = ada_at(event), ada_at(event, email="bob@example.org", state=State.WAITLISTED)
        own, his = (client.get(f"/registrations/{each.token}/programme").text for each in (ada, bob))

        assert f'href="{path(ada)}"' in own and "/subscribe?event=" not in own
        assert "Sessions you choose stand in your own calendar" in own
        assert "Once you have a place, the sessions you choose" in his
        assert "your calendar then shows those alone" in client.get(f"/registrations/{ada.token}").text
        assert "Once you have a place, your calendar shows" in client.get(f"/registrations/{bob.token}").text


class TestTheCalendarOfAnOrganiser:
    def link_of(self, desk: FlaskClient) -> str:
        page = desk.get(desk.post("/desk/account/calendar/replace").location).text
        return "/calendars/" + re.findall(r"/calendars/([^<\"]+\.ics)<", page)[0]

    def test_it_shows_their_events_with_their_dates_and_counts_people_without_naming_one(
        self, client: FlaskClient, sign_in: SignIn
    ) -> None:
        mine = shown_event(title="Mine", capacity=20, registration_closes_at=LATER)
        shown_event(title="Another's")
        an_event(title="Draft", status=Status.DRAFT)
        olga = an_organiser(owns=mine)
        ada_at(mine, given_name="Adelheid")
        address = self.link_of(sign_in(olga))

        answer = client.get(address)

        assert set(shown(answer.data).values()) == {"Mine", "Registration opens: Mine", "Registration closes: Mine"}
        whole = next(part for part in icalendar.Calendar.from_ical(answer.data).events if part["SUMMARY"] == "Mine")
        assert whole["DESCRIPTION"].startswith("1 of 20 seats taken\n")
        assert f"/desk/events/{mine.slug}" in whole["DESCRIPTION"]
        assert b"Adelheid" not in answer.data and b"ada@" not in answer.data
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert client.get(address).data == answer.data

    def test_an_event_that_is_called_off_has_no_dates_to_register_by(
        self, client: FlaskClient, sign_in: SignIn
    ) -> None:
        mine = shown_event(title="Mine", registration_closes_at=LATER)
        address = self.link_of(sign_in(an_organiser(owns=mine)))
        mine.status = Status.CANCELLED
        entries.refresh(mine, at=NOW)
        db.session.commit()

        assert set(shown(client.get(address).data).values()) == {"Cancelled: Mine"}

    def test_the_first_link_is_no_new_one_and_takes_the_place_of_none(self, sign_in: SignIn) -> None:
        olga = sign_in(an_organiser(owns=shown_event()))

        first, second = (olga.post("/desk/account/calendar/replace", follow_redirects=True).text for _ in range(2))

        assert "Your calendar has a link now." in first and "has stopped" not in first
        assert "the one you had before has stopped" in second

    def test_an_administrator_sees_every_published_event(self, client: FlaskClient, sign_in: SignIn) -> None:
        shown_event(title="One", registration_opens_at=None)
        shown_event(title="Two", registration_opens_at=None)

        address = self.link_of(sign_in(an_organiser(is_admin=True)))

        assert set(shown(client.get(address).data).values()) == {"One", "Two"}

    def test_each_thing_it_shows_gives_a_new_version_and_nothing_new_costs_one_query(
        self, client: FlaskClient, sign_in: SignIn, count_queries: Any
    ) -> None:
        mine, other = shown_event(title="Mine"), shown_event(title="Other")
        olga = an_organiser(owns=mine)
        address = self.link_of(sign_in(olga))
        seen = [client.get(address).headers["ETag"]]

        def look() -> None:
            db.session.commit()
            seen.append(client.get(address).headers["ETag"])

        mine.registration_closes_at = LATER
        look()
        ada_at(mine)
        look()
        mine.title = "Renamed"
        entries.refresh(mine, at=LATER)
        look()
        db.session.add(Membership(user_id=olga.id, event_id=other.id, role=EventRole.DOOR))
        look()
        with count_queries() as queries:
            again = client.get(address, headers={"If-None-Match": seen[-1]})

        assert len(set(seen)) == 5
        assert (again.status_code, len(queries)) == (304, 1)

    def test_a_kept_seat_that_lapses_is_news(self, client: FlaskClient, sign_in: SignIn, clock: Clock) -> None:
        mine = shown_event(title="Mine", capacity=10)
        address = self.link_of(sign_in(an_organiser(owns=mine)))
        guest = Person("Guest", "Voorbeeld", "guest@example.org")
        rules.invite(mine.id, [guest], rules.Terms(reserved_until=LATER), language="en", by=SYSTEM, at=NOW)
        db.session.commit()
        before = client.get(address)

        clock.at(LATER)
        after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})

        assert b"1 of 10 seats" in before.data and b"0 of 10 seats" in after.data

    def test_other_events_are_news_though_they_add_up_to_the_same(self, client: FlaskClient, sign_in: SignIn) -> None:
        events = [shown_event(title=f"Event {number}") for number in range(6)]
        olga = an_organiser()
        address = self.link_of(sign_in(olga))
        for number in (0, 3, 5):
            accounts.grant(events[number], olga.email, EventRole.OWNER, by=SYSTEM, at=NOW)
        db.session.commit()
        before = client.get(address)

        for number in (1, 2):
            accounts.grant(events[number], olga.email, EventRole.OWNER, by=SYSTEM, at=NOW)
        for number in (0, 3):
            owner = an_organiser(f"Owner{number}", owns=events[number])
            assert owner
            accounts.revoke(events[number], olga, by=SYSTEM, at=NOW)
        db.session.commit()
        after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})

        assert after.status_code == 200 and "Event 1" in after.text and "Event 0" not in after.text

    def test_a_replaced_or_stopped_link_is_gone_and_a_closed_account_has_none(
        self, client: FlaskClient, sign_in: SignIn
    ) -> None:
        olga = an_organiser(owns=shown_event())
        desk = sign_in(olga)
        first, second = self.link_of(desk), self.link_of(desk)
        before = client.get(second).status_code

        desk.post("/desk/account/calendar/stop")

        assert (client.get(first).status_code, before, client.get(second).status_code) == (410, 200, 410)
        third = self.link_of(desk)
        db.session.execute(sa.update(User).where(User.id == olga.id).values(active=False))
        db.session.commit()
        assert client.get(third).status_code == 404

    def test_the_link_is_kept_sealed_and_the_log_knows_nothing_of_it(self, sign_in: SignIn) -> None:
        olga = an_organiser()
        token = self.link_of(sign_in(olga)).removeprefix("/calendars/").removesuffix(".ics")

        kept = db.session.get_one(User, olga.id, populate_existing=True)
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "account.feed")).one()

        assert kept.feed_digest == tokens.digest(token) and token not in (kept.feed_sealed or token)
        assert token not in str((entry.before, entry.after))


@pytest.mark.parametrize("page", ["", "/replace", "/stop"])
def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, page: str) -> None:
    ask = client.post if page else client.get

    assert ask(f"/desk/account/calendar{page}").status_code in (302, 401)


def test_what_others_do_elsewhere_is_no_news_in_the_feed_of_all_of_mine(client: FlaskClient, clock: Clock) -> None:
    ada = proven(ada_at(shown_event()))
    feeding.show_all(ada, True, by=ATTENDEE, at=NOW)
    bob = a_registration(shown_event(), email="bob@example.org")
    db.session.commit()
    clock.forward(timedelta(minutes=1))
    before = client.get(feed_of(ada)).headers["Last-Modified"]

    rules.cancel(bob, by=ATTENDEE, at=NOW + timedelta(seconds=30))
    db.session.commit()

    assert client.get(feed_of(ada)).headers["Last-Modified"] == before


class TestHowMuchOfAnEvent:
    def a_programme(self) -> tuple[Event, Any]:
        event = an_event(title="School")
        talks = [a_talk(event, hour, title=title) for hour, title in enumerate(("Talk", "Other"))]
        entries.refresh(event, at=NOW)
        db.session.commit()
        return event, talks

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("", {"School", "Talk", "Other"}),
            ("?detail=both", {"School", "Talk", "Other"}),
            ("?detail=event", {"School"}),
            ("?detail=sessions", {"Talk", "Other"}),
            ("?detail=nonsense", {"School", "Talk", "Other"}),
        ],
    )
    def test_an_attendee_chooses_it_in_the_address(self, client: FlaskClient, word: str, expected: set[str]) -> None:
        event, _talks = self.a_programme()

        assert set(shown(client.get(feed_of(ada_at(event)) + word).data).values()) == expected

    def test_so_does_whoever_chose_sessions_and_whoever_has_a_ticket_of_one_kind(self, client: FlaskClient) -> None:
        event, (talk, _other) = self.a_programme()
        ada = ada_at(event, ticket_type=TicketType(event_id=event.id, name="Online", mode=Mode.ONLINE))
        rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert list(shown(client.get(feed_of(ada) + "?detail=sessions").data).values()) == ["Talk"]
        assert list(shown(client.get(feed_of(ada) + "?detail=event").data).values()) == ["School"]

    def test_in_one_calendar_of_all_an_event_without_a_programme_is_still_shown(self, client: FlaskClient) -> None:
        event, _talks = self.a_programme()
        ada = proven(ada_at(event))
        ada_at(shown_event(title="Webinar"))
        feeding.show_all(ada, True, by=ATTENDEE, at=NOW)
        db.session.commit()

        assert set(shown(client.get(feed_of(ada) + "?detail=sessions").data).values()) == {"Talk", "Other", "Webinar"}

    def test_each_has_a_version_of_its_own_and_costs_one_query_when_nothing_changed(
        self, client: FlaskClient, count_queries: Any
    ) -> None:
        event, _talks = self.a_programme()
        address = feed_of(ada_at(event))
        versions = {word: client.get(f"{address}?detail={word}").headers["ETag"] for word in ("event", "sessions")}

        for word, version in (*versions.items(), ("", client.get(address).headers["ETag"])):
            with count_queries() as queries:
                again = client.get(f"{address}?detail={word}", headers={"If-None-Match": version})
            assert (again.status_code, len(queries)) == (304, 1)
        assert len({*versions.values(), client.get(address).headers["ETag"]}) == 3

    def test_her_page_gives_the_address_of_it(self, client: FlaskClient) -> None:
        event, _talks = self.a_programme()
        ada = ada_at(event)

        plain, part = (client.get(path(ada) + word).text for word in ("", "?detail=event"))

        assert f"{feed_of(ada)}</code>" in plain and 'value="both" id="detail-both" checked' in plain
        assert f"{feed_of(ada)}?detail=event</code>" in part and 'value="event" id="detail-event" checked' in part


def test_each_page_with_an_address_can_copy_it(client: FlaskClient, sign_in: SignIn) -> None:
    ada, desk = ada_at(shown_event()), sign_in(an_organiser())
    desk.post("/desk/account/calendar/replace")

    for page in (client.get(path(ada)), client.get("/subscribe"), desk.get("/desk/account/calendar")):
        assert 'id="feed-address"' in page.text and 'data-copy="feed-address"' in page.text
        assert "copy.js" in page.text

"""Sessions with seats of their own: who has one, who waits, and who is next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events import rules as events
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.programme import rules as programme
from eventsvc.programme.models import Session
from eventsvc.registration import choices, errors, rules, session_roster
from eventsvc.registration.models import Registration, State
from tests.people import NOW, a_registration, a_session, an_event, an_organiser


@pytest.fixture
def event(client: FlaskClient) -> Event:
    return an_event()


def a_workshop(event: Event, seats: int = 1, **over: Any) -> Session:
    return a_session(event, **({"title": "Workshop", "capacity": seats} | over))


def waits(registration: Registration, session: Session) -> bool:
    _item, is_there = rules.choose(registration, session.public_id, or_waits=True, by=ATTENDEE, at=NOW)
    db.session.commit()
    return not is_there


def names(event: Event, session: Session) -> tuple[list[str], list[str]]:
    seated, waiting = session_roster.seated(session.id), session_roster.waiting(session.id)
    return [each.name.split()[0] for each in seated], [each.name.split()[0] for each in waiting]


def three(event: Event) -> list[Registration]:
    return [a_registration(event, given_name=name) for name in ("Ada", "Sam", "Dee")]


def letters(kind: str) -> list[str]:
    return [message.recipient for message in db.session.query(Message).filter_by(kind=kind).order_by(Message.id)]


def test_whoever_comes_too_late_waits_and_is_next_when_somebody_leaves(event: Event) -> None:
    talk, (ada, sam, dee) = a_workshop(event), three(event)

    asked = [waits(each, talk) for each in (ada, sam, dee)]
    before = names(event, talk)
    rules.unchoose(ada, talk.public_id, by=ATTENDEE, at=NOW)

    assert asked == [False, True, True] and before == (["Ada"], ["Sam", "Dee"])
    assert names(event, talk) == (["Sam"], ["Dee"])
    assert letters("session_seat") == [sam.email]
    acts = [entry.act for entry in db.session.query(AuditEntry).filter_by(subject_id=sam.id).order_by(AuditEntry.id)]
    assert acts == ["wait for session", "session seat"]


def test_nobody_chooses_past_those_who_wait(event: Event) -> None:
    talk, (ada, sam, dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)
    talk.capacity = 2
    db.session.commit()

    with pytest.raises(errors.SessionFull):
        rules.choose(dee, talk.public_id, by=ATTENDEE, at=NOW)


def test_giving_up_the_event_frees_the_seats_in_its_sessions(event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)

    rules.cancel(ada, by=ATTENDEE, at=NOW)

    assert names(event, talk) == (["Sam"], [])


def test_erasing_somebody_frees_them_too(event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)

    rules.erase(ada, by=ATTENDEE, at=NOW)

    assert names(event, talk) == (["Sam"], [])


def test_whoever_waits_for_the_event_holds_no_seat_in_a_session_until_they_are_in(client: FlaskClient) -> None:
    event = an_event(capacity=1)
    talk = a_workshop(event, seats=2)
    ada = a_registration(event, given_name="Ada")
    sam = a_registration(event, given_name="Sam", state=State.WAITLISTED)

    asked = [waits(sam, talk), waits(ada, talk)]
    before = names(event, talk)
    rules.cancel(ada, by=ATTENDEE, at=NOW)

    assert asked == [True, False] and before == (["Ada"], ["Sam"])
    assert names(event, talk) == (["Sam"], [])


def test_more_seats_are_given_when_the_programme_is_published(event: Event) -> None:
    talk, (ada, sam, dee) = a_workshop(event), three(event)
    for each in (ada, sam, dee):
        waits(each, talk)
    talk.capacity = 2
    db.session.commit()

    programme.publish(event, by=SYSTEM, at=NOW)

    assert names(event, talk) == (["Ada", "Sam"], ["Dee"])


def test_of_two_sessions_at_once_chosen_before_one_comes_along(client: FlaskClient) -> None:
    event = an_event(capacity=1)
    one, other = a_workshop(event, seats=5), a_workshop(event, seats=5, title="Clinic")
    ada, sam = a_registration(event), a_registration(event, state=State.WAITLISTED)

    taken = rules.carry_over(sam, [one.public_id, other.public_id], by=ATTENDEE, at=NOW)
    rules.cancel(ada, by=ATTENDEE, at=NOW)

    assert taken == 1
    assert choices.own(sam.id) == choices.Own(frozenset({one.id}), frozenset())


def test_nobody_is_seated_in_two_sessions_that_were_moved_to_one_hour(event: Event) -> None:
    assert event.starts_at
    later = [event.starts_at + timedelta(hours=hours) for hours in (3, 4)]
    early, late = a_workshop(event), a_workshop(event, title="Clinic", starts_at=later[0], ends_at=later[1])
    ada, sam, dee = three(event)
    waits(sam, early)
    asked = [waits(ada, late), waits(sam, late), waits(dee, late)]
    late.starts_at, late.ends_at = early.starts_at, early.ends_at
    db.session.commit()
    programme.publish(event, by=SYSTEM, at=NOW)

    rules.unchoose(ada, late.public_id, by=ATTENDEE, at=NOW)

    assert asked == [False, True, True]
    assert choices.own(sam.id) == choices.Own(frozenset({early.id}), frozenset())
    assert names(event, late) == (["Dee"], [])
    acts = [entry.act for entry in db.session.query(AuditEntry).filter_by(subject_id=sam.id).order_by(AuditEntry.id)]
    assert acts[-1] == "leave session list"


def test_a_cancelled_event_gives_no_seats_until_it_takes_place_after_all(event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)
    events.cancel(event, sentence="Ill.", by=SYSTEM, at=NOW)
    db.session.commit()

    rules.cancel(ada, by=ATTENDEE, at=NOW)
    db.session.commit()
    told = letters("session_seat")
    events.publish(event, by=SYSTEM, at=NOW)

    assert told == []
    assert letters("session_seat") == [sam.email] and names(event, talk) == (["Sam"], [])


def test_two_sessions_with_few_seats_at_once_are_not_both_chosen(event: Event) -> None:
    one, other = a_workshop(event, seats=5), a_workshop(event, seats=5, title="Clinic")
    ada = a_registration(event)
    rules.choose(ada, one.public_id, by=ATTENDEE, at=NOW)

    with pytest.raises(errors.SessionsMeet) as refused:
        rules.choose(ada, other.public_id, by=ATTENDEE, at=NOW)
    assert "“Clinic” is at the same time as “Workshop”" in refused.value.sentence


def test_touching_ends_are_no_clash(event: Event) -> None:
    assert event.starts_at is not None
    one = a_workshop(event, seats=5)
    later = event.starts_at + timedelta(hours=1)
    other = a_workshop(event, seats=5, starts_at=later, ends_at=later + timedelta(hours=1))
    ada = a_registration(event)

    for each in (one, other):
        rules.choose(ada, each.public_id, by=ATTENDEE, at=NOW)

    assert len(choices.chosen(ada.id)) == 2


@pytest.mark.parametrize("over", [{"status": Status.CANCELLED}, {"status": Status.DRAFT}])
def test_nothing_is_chosen_at_an_event_that_does_not_take_place(event: Event, over: dict[str, Any]) -> None:
    talk, ada = a_workshop(event), a_registration(event)
    for name, value in over.items():
        setattr(event, name, value)
    db.session.commit()

    with pytest.raises(errors.ChoosingOver):
        rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)


def test_what_one_waits_for_is_not_in_ones_calendar(client: FlaskClient, event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)

    assert choices.chosen(sam.id) == frozenset()
    assert choices.own(sam.id).waiting == frozenset({talk.id})


def test_the_waiting_list_is_joined_and_left_by_link(client: FlaskClient, event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    own = f"/registrations/{sam.token}/programme"  # type: ignore[attr-defined]

    offered = client.get(own).text
    joined = client.post(own, data={"wait": talk.public_id}, follow_redirects=True).text
    left = client.post(own, data={"unchoose": talk.public_id}, follow_redirects=True).text

    assert "Join its waiting list" in offered
    assert "You are on its waiting list" in joined and "Leave its waiting list" in joined
    assert "Join its waiting list" in left and names(event, talk) == (["Ada"], [])


class TestTheDesk:
    @pytest.fixture
    def olga(self, event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
        return sign_in(an_organiser("Olga", owns=event))

    def test_organisers_see_a_roster_for_each_session(self, olga: FlaskClient, event: Event) -> None:
        talk, (ada, sam, _dee) = a_workshop(event), three(event)
        waits(ada, talk)
        waits(sam, talk)
        url = f"/desk/events/{event.slug}/workshops"

        index, page = olga.get(url).text, olga.get(f"{url}/{talk.public_id}").text
        file = olga.get(f"{url}/{talk.public_id}.csv").text

        assert "1 of 1" in index and "Workshop" in index
        assert page.index("Have a seat") < page.index("Ada") < page.index("On the waiting list") < page.index("Sam")
        assert [line.split(",")[1].split()[0] for line in file.splitlines()[1:]] == ["Ada", "Sam"]

    def test_an_organiser_takes_somebody_out_and_the_next_one_is_in(self, olga: FlaskClient, event: Event) -> None:
        talk, (ada, sam, _dee) = a_workshop(event), three(event)
        waits(ada, talk)
        waits(sam, talk)

        olga.post(f"/desk/events/{event.slug}/workshops/{talk.public_id}/people/{ada.id}/remove")

        assert names(event, talk) == (["Sam"], [])

    def test_the_history_of_a_person_says_so_in_words(self, olga: FlaskClient, event: Event) -> None:
        talk, (ada, *_others) = a_workshop(event), three(event)
        waits(ada, talk)
        rules.unchoose(ada, talk.public_id, by=ATTENDEE, at=NOW)
        waits(ada, talk)

        page = olga.get(f"/desk/events/{event.slug}/roster/{ada.id}").text

        assert "Session chosen" in page and "Session taken out again" in page and "unchoose session" not in page

    def test_eve_sees_none_of_it(self, event: Event, sign_in: Callable[..., FlaskClient]) -> None:
        talk, eve = a_workshop(event), sign_in(an_organiser("Eve"))

        for tail in ("", f"/{talk.public_id}", f"/{talk.public_id}.csv"):
            assert eve.get(f"/desk/events/{event.slug}/workshops{tail}").status_code == 404

    def test_somebody_of_another_event_is_not_there(self, olga: FlaskClient, event: Event) -> None:
        talk, elsewhere = a_workshop(event), a_registration(an_event())

        answer = olga.post(f"/desk/events/{event.slug}/workshops/{talk.public_id}/people/{elsewhere.id}/remove")

        assert answer.status_code == 404

    def test_three_sessions_ask_as_many_questions_as_one(
        self, olga: FlaskClient, event: Event, count_queries: Callable[[], Any]
    ) -> None:
        counts = []
        for _number in (1, 2, 3):
            waits(a_registration(event), a_workshop(event))
            with count_queries() as queries:
                olga.get(f"/desk/events/{event.slug}/workshops")
            counts.append(queries.count)

        assert len(set(counts)) == 1

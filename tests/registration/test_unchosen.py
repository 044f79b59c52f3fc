"""A workshop that somebody left is theirs again for an hour, while nobody else was served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc.accounts import actors
from eventsvc.accounts.actors import ATTENDEE, Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Session, SessionStatus
from eventsvc.registration import choices, errors, rules, unchosen
from eventsvc.registration.models import Choice, Registration, State
from tests.conftest import Clock
from tests.people import NOW, a_registration, an_event, an_organiser
from tests.registration.test_workshops import a_workshop, letters, names, three, waits

HOUR = timedelta(hours=1)


@pytest.fixture
def event(client: FlaskClient) -> Event:
    return an_event()


def leaves(registration: Registration, session: Session, *, by: Actor = ATTENDEE) -> None:
    rules.unchoose(registration, session.public_id, by=by, at=NOW)
    db.session.commit()


def undoes(registration: Registration, session: Session, **over: Any) -> None:
    rules.undo_unchoose(registration, session.public_id, **({"by": ATTENDEE, "at": NOW + HOUR / 2} | over))
    db.session.commit()


def test_a_seat_that_nobody_took_is_theirs_again(event: Event) -> None:
    talk, (ada, *_others) = a_workshop(event), three(event)
    waits(ada, talk)
    leaves(ada, talk)

    undoes(ada, talk)
    undoes(ada, talk)

    assert names(event, talk) == (["Ada"], [])
    acts = [entry.act for entry in db.session.query(AuditEntry).filter_by(subject_id=ada.id).order_by(AuditEntry.id)]
    assert acts == ["choose session", "unchoose session", "choose session"]


def test_a_seat_that_somebody_got_stays_theirs(event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)
    leaves(ada, talk)

    with pytest.raises(errors.UndoOver):
        undoes(ada, talk)
    assert names(event, talk) == (["Sam"], [])


def test_a_turn_on_its_list_is_theirs_again(event: Event) -> None:
    talk, (ada, sam, dee) = a_workshop(event), three(event)
    for each in (ada, sam, dee):
        waits(each, talk)
    leaves(sam, talk)

    undoes(sam, talk)

    assert names(event, talk) == (["Ada"], ["Sam", "Dee"])


def test_a_seat_that_came_free_meanwhile_is_given_by_that_turn(event: Event) -> None:
    talk, (ada, sam, _dee) = a_workshop(event), three(event)
    waits(ada, talk)
    waits(sam, talk)
    leaves(sam, talk)
    leaves(ada, talk)

    undoes(sam, talk)

    assert names(event, talk) == (["Sam"], [])
    assert letters("session_seat") == [sam.email]


def test_who_waits_for_the_event_has_their_turn_in_the_session_again(event: Event) -> None:
    talk, ada = a_workshop(event), a_registration(event, state=State.WAITLISTED)
    waits(ada, talk)
    turn = db.session.query(Choice).one().turn
    leaves(ada, talk)

    undoes(ada, talk)

    kept = db.session.query(Choice).one()
    assert (kept.turn, kept.is_waiting) == (turn, True)


def test_after_an_hour_it_is_over(event: Event) -> None:
    talk, (ada, *_others) = a_workshop(event), three(event)
    waits(ada, talk)
    leaves(ada, talk)

    with pytest.raises(errors.UndoOver):
        undoes(ada, talk, at=NOW + HOUR)


def test_what_was_never_left_is_not_given(event: Event) -> None:
    talk, (ada, *_others) = a_workshop(event), three(event)

    with pytest.raises(errors.UndoOver):
        undoes(ada, talk)


def test_what_an_organiser_did_an_organiser_undoes(event: Event) -> None:
    talk, (ada, *_others) = a_workshop(event), three(event)
    olga = actors.organiser(an_organiser("Olga", owns=event).id)
    waits(ada, talk)
    leaves(ada, talk, by=olga)

    with pytest.raises(errors.UndoOver):
        undoes(ada, talk)
    undoes(ada, talk, by=olga)
    assert names(event, talk) == (["Ada"], [])


def test_two_at_once_stay_refused(event: Event) -> None:
    talk, (ada, *_others) = a_workshop(event), three(event)
    waits(ada, talk)
    leaves(ada, talk)
    waits(ada, a_workshop(event, title="Another"))

    with pytest.raises(errors.SessionsMeet):
        undoes(ada, talk)


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_what_is_cancelled_or_has_room_for_all_is_no_seat_to_have_back(event: Event, is_cancelled: bool) -> None:
    talk, (ada, *_others) = a_workshop(event, **({} if is_cancelled else {"capacity": None})), three(event)
    waits(ada, talk)
    leaves(ada, talk)
    if is_cancelled:
        talk.status = SessionStatus.CANCELLED
        db.session.flush()
        published.bring(event, at=NOW)
        db.session.commit()

    assert unchosen.of(ada, by=ATTENDEE, at=NOW) == []


class TestThePages:
    def test_it_is_offered_where_one_left_and_on_ones_own_page(
        self, client: FlaskClient, event: Event, clock: Clock
    ) -> None:
        talk, (ada, *_others) = a_workshop(event), three(event)
        waits(ada, talk)
        manage = f"/registrations/{ada.token}"  # type: ignore[attr-defined]

        before = client.get(manage).text
        left = client.post(f"{manage}/programme", data={"unchoose": talk.public_id})
        pages = [client.get(page).text for page in (manage, f"{manage}/programme")]
        done = client.post(f"{manage}/programme", data={"undo": talk.public_id}, follow_redirects=True).text

        assert "Left by mistake?" not in before
        assert left.location.endswith("/programme#left")
        for page in pages:
            assert 'id="left"' in page and "Nobody else has your seat so far: until Tue 2 March 2027, 11:00" in page
        assert "“Workshop” is as it was" in done and "Left by mistake?" not in done
        assert names(event, talk) == (["Ada"], [])

    def test_a_list_that_was_left_is_named(self, client: FlaskClient, event: Event) -> None:
        talk, (ada, sam, _dee) = a_workshop(event), three(event)
        waits(ada, talk)
        waits(sam, talk)
        leaves(sam, talk)

        page = client.get(f"/registrations/{sam.token}").text  # type: ignore[attr-defined]

        assert "You left the waiting list of “Workshop”." in page

    def test_too_late_is_a_sentence(self, client: FlaskClient, event: Event, clock: Clock) -> None:
        talk, (ada, *_others) = a_workshop(event), three(event)
        waits(ada, talk)
        leaves(ada, talk)
        own = f"/registrations/{ada.token}/programme"  # type: ignore[attr-defined]
        clock.forward(HOUR)

        assert "Left by mistake?" not in client.get(own).text
        page = client.post(own, data={"undo": talk.public_id}, follow_redirects=True).text
        assert "cannot be undone any more" in page
        assert choices.chosen(ada.id) == frozenset()

    def test_after_the_deadline_nothing_is_offered(self, client: FlaskClient, event: Event) -> None:
        talk, (ada, *_others) = a_workshop(event), three(event)
        waits(ada, talk)
        leaves(ada, talk)
        event.changes_close_at = NOW
        db.session.commit()

        assert "Left by mistake?" not in client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]

    def test_three_cost_as_many_queries_as_one(
        self, client: FlaskClient, event: Event, count_queries: Callable[[], Any]
    ) -> None:
        ada = a_registration(event)
        assert event.starts_at is not None
        counts = []
        for number in (1, 2):
            for each in range(number):
                start = event.starts_at + timedelta(hours=2 * (number + each))
                talk = a_workshop(event, title=f"W{number}.{each}", starts_at=start, ends_at=start + HOUR)
                waits(ada, talk)
                leaves(ada, talk)
            client.get(f"/registrations/{ada.token}")  # type: ignore[attr-defined]
            with count_queries() as queries:
                page = client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]
            counts.append(queries.count)

        assert page.count("Left by mistake?") == 3
        assert counts[0] == counts[1]

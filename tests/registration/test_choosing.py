"""One's own programme: chosen by link without scripts, carried over when registering, told to one's calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import rules as programme
from eventsvc.programme.models import Session, SessionKind, SessionStatus
from eventsvc.registration import choices, errors, owndata, rules
from eventsvc.registration.models import Choice, Registration, State
from tests.people import NOW, a_registration, a_session, an_event

ADA = {"given_name": "Ada", "family_name": "Voorbeeld", "email": "ada@example.org", "country": "NL", "consent": "y"}


@pytest.fixture
def event(client: FlaskClient) -> Event:
    return an_event()


def talks(event: Event, number: int = 3) -> list[Session]:
    """Talks at the same time, each with its entry in the calendar."""
    made = [a_session(event, title=f"Talk {letter}") for letter in "ABCDEF"[:number]]
    entries.refresh(event, at=NOW)
    db.session.commit()
    return made


def chosen(registration: Registration) -> list[str]:
    return [item.title for item in choices.chosen_items(registration)]


def feed(client: FlaskClient, registration: Any) -> tuple[list[str], str]:
    answer = client.get(f"/calendars/{registration.feed_token}.ics")
    found = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return sorted(str(each["SUMMARY"]) for each in found), answer.headers["ETag"]


def test_sessions_are_chosen_and_taken_out_again_by_link(client: FlaskClient, event: Event) -> None:
    one, two, _three = talks(event)
    ada = a_registration(event)
    own = f"/registrations/{ada.token}/programme"  # type: ignore[attr-defined]

    answer = client.post(f"{own}?day=all", data={"choose": one.public_id})
    client.post(own, data={"choose": one.public_id})
    client.post(own, data={"choose": two.public_id})

    assert answer.status_code == 303 and answer.location.endswith(f"{own}?day=all#s-{one.public_id}")
    assert chosen(ada) == ["Talk A", "Talk B"]
    page = client.get(own).text
    assert page.count('name="unchoose"') == 2 and page.count('name="choose"') == 1
    # Both are chosen at the same hour, and the third would be.
    assert "Same time as “Talk B”, which you chose" in page and page.count("is-clash") == 2
    assert "My sessions (2)" in page and "Talk C" not in client.get(f"{own}?mine=1").text
    client.post(own, data={"unchoose": one.public_id})
    assert chosen(ada) == ["Talk B"]
    assert "Talk B" in client.get(f"/registrations/{ada.token}").text  # type: ignore[attr-defined]


def test_each_choice_is_in_the_audit_log_once(client: FlaskClient, event: Event) -> None:
    one = talks(event, 1)[0]
    ada = a_registration(event)
    for word in ("choose", "choose", "unchoose", "unchoose"):
        client.post(f"/registrations/{ada.token}/programme", data={word: one.public_id})  # type: ignore[attr-defined]

    acts = db.session.query(AuditEntry).filter_by(subject_id=ada.id, actor="attendee").order_by(AuditEntry.id)

    assert [entry.act for entry in acts] == ["choose session", "unchoose session"]
    assert acts[0].after == {"session": "Talk A", "session_id": one.public_id}


def test_the_personal_calendar_shows_what_was_chosen_and_has_a_new_version(client: FlaskClient, event: Event) -> None:
    one, _two, _three = talks(event)
    ada = a_registration(event)
    other = a_registration(event)
    before, version = feed(client, ada)

    rules.choose(ada, one.public_id, by=ATTENDEE, at=NOW)
    db.session.commit()
    after, changed = feed(client, ada)

    assert before == [event.title, "Talk A", "Talk B", "Talk C"]
    assert after == [event.title, "Talk A"] and changed != version
    assert feed(client, other)[0] == before
    rules.unchoose(ada, one.public_id, by=ATTENDEE, at=NOW)
    db.session.commit()
    assert feed(client, ada)[0] == before and feed(client, ada)[1] not in {version, changed}


def test_whose_only_session_was_taken_out_does_not_suddenly_see_all_the_others(
    client: FlaskClient, event: Event
) -> None:
    one, _two, _three = talks(event)
    ada = a_registration(event)
    rules.choose(ada, one.public_id, by=ATTENDEE, at=NOW)
    programme.delete_session(one, by=SYSTEM, at=NOW)
    programme.publish(event, by=SYSTEM, at=NOW)
    db.session.commit()

    assert feed(client, ada)[0] == ["Cancelled: Talk A", event.title]
    assert {"Talk B", "Talk C"} <= set(feed(client, a_registration(event))[0])


def test_a_session_with_seats_of_its_own_is_not_chosen_past_them(client: FlaskClient, event: Event) -> None:
    talk = a_session(event, title="Talk A", capacity=1)
    ada, grace, left = (a_registration(event) for _ in range(3))
    for person in (left, ada):
        rules.choose(person, talk.public_id, by=ATTENDEE, at=NOW)
        if person is left:
            rules.cancel(left, by=ATTENDEE, at=NOW)
    db.session.commit()
    own = f"/registrations/{grace.token}/programme"  # type: ignore[attr-defined]

    page = client.post(own, data={"choose": talk.public_id}, follow_redirects=True).text

    assert chosen(grace) == [] and chosen(ada) == ["Talk A"]
    assert "Every seat in “Talk A” is taken" in page
    assert 'name="choose"' not in page


@pytest.mark.parametrize(
    "over", [{"kind": SessionKind.BREAK}, {"status": SessionStatus.CANCELLED}, {"is_hidden": True}]
)
def test_what_nobody_can_be_at_is_not_chosen(event: Event, over: dict[str, Any]) -> None:
    talk, ada = a_session(event, **over), a_registration(event)

    with pytest.raises(errors.SessionNotThere):
        rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)


def test_a_session_of_another_event_is_not_there(client: FlaskClient, event: Event) -> None:
    elsewhere, ada = a_session(an_event()), a_registration(event)

    with pytest.raises(errors.SessionNotThere):
        rules.choose(ada, elsewhere.public_id, by=ATTENDEE, at=NOW)
    db.session.rollback()
    own = f"/registrations/{ada.token}/programme"  # type: ignore[attr-defined]
    for nonsense in ("\0", "ü", "x" * 5000):
        assert client.post(own, data={"choose": nonsense}).status_code == 303
    assert client.post("/registrations/unknown/programme", data={"choose": elsewhere.public_id}).status_code == 404


def test_whoever_left_chooses_nothing_and_is_told(client: FlaskClient, event: Event) -> None:
    talk, gone = a_session(event), a_registration(event, state=State.CANCELLED)
    own = f"/registrations/{gone.token}/programme"  # type: ignore[attr-defined]

    page = client.post(own, data={"choose": talk.public_id}, follow_redirects=True).text

    assert chosen(gone) == []
    assert "This registration has ended" in page and 'name="choose"' not in page


def test_a_button_pressed_elsewhere_does_nothing(client: FlaskClient, event: Event, csrf: None) -> None:
    talk, ada = a_session(event), a_registration(event)
    own = f"/registrations/{ada.token}/programme"  # type: ignore[attr-defined]

    page = client.post(own, data={"choose": talk.public_id}, follow_redirects=True).text

    assert "did not work from where it was pressed" in page and chosen(ada) == []
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    client.post(own, data={"choose": talk.public_id, "csrf_token": token})
    assert len(chosen(ada)) == 1


def test_registering_carries_over_what_was_chosen_before(client: FlaskClient, event: Event) -> None:
    one, two, _three = talks(event)
    full = a_session(event, title="Talk F", capacity=1)
    rules.choose(a_registration(event), full.public_id, by=ATTENDEE, at=NOW)
    elsewhere = a_session(an_event())
    db.session.commit()
    said = " ".join(
        [two.public_id, one.public_id, one.public_id, full.public_id, elsewhere.public_id, "<script>", "\0"]
    )

    for _click in range(2):
        client.post(f"/events/{event.slug}/register", data=ADA | {"submission_key": "k", "sessions": said})

    ada = db.session.query(Registration).filter_by(email="ada@example.org").one()
    assert chosen(ada) == ["Talk A", "Talk B"]


def test_a_form_that_comes_back_keeps_what_was_chosen(client: FlaskClient, event: Event) -> None:
    one = talks(event, 1)[0]

    page = client.post(f"/events/{event.slug}/register", data=ADA | {"email": "ada", "sessions": one.public_id}).text

    assert f'name="sessions" value="{one.public_id}"' in page
    assert 'name="sessions" value=""' in client.get(f"/events/{event.slug}/register").text


def test_what_was_chosen_is_among_ones_own_data_and_goes_with_them(event: Event) -> None:
    one, ada = talks(event, 1)[0], a_registration(event)
    rules.choose(ada, one.public_id, by=ATTENDEE, at=NOW)

    assert [each["title"] for each in owndata.of(ada)["sessions"]] == ["Talk A"]
    rules.erase(ada, by=ATTENDEE, at=NOW + timedelta(minutes=1))
    assert db.session.query(Choice).count() == 0


def test_ones_own_programme_asks_as_many_questions_for_three_as_for_one(
    client: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    ada, counts = a_registration(event), []
    for number in (1, 2, 3):
        begins = NOW + timedelta(days=80, hours=2 * number)
        talk = a_session(event, capacity=4, starts_at=begins, ends_at=begins + timedelta(hours=1))
        rules.choose(ada, talk.public_id, by=ATTENDEE, at=NOW)
        db.session.commit()
        for address in ("", "/programme"):
            with count_queries() as queries:
                client.get(f"/registrations/{ada.token}{address}")  # type: ignore[attr-defined]
            counts.append((address, number, queries.count))

    assert len({count for address, _number, count in counts if address}) == 1
    assert len({count for address, _number, count in counts if not address}) == 1


def test_the_deadline_for_changes_costs_nobody_their_sessions_or_their_place(client: FlaskClient, event: Event) -> None:
    one, two, _three = talks(event)
    event.changes_close_at = NOW - timedelta(days=1)
    db.session.commit()

    answer = client.post(f"/events/{event.slug}/register", data=ADA | {"sessions": one.public_id})

    assert answer.status_code == 303
    ada = db.session.query(Registration).one()
    assert chosen(ada) == ["Talk A"]
    with pytest.raises(errors.ChangesClosed):
        rules.carry_over(ada, [two.public_id], by=ATTENDEE, at=NOW)


def test_nor_does_it_keep_anybody_from_coming_back(event: Event) -> None:
    one, _two, _three = talks(event)
    event.changes_close_at = NOW + timedelta(hours=1)
    bob = a_registration(event)
    rules.choose(bob, one.public_id, by=ATTENDEE, at=NOW)
    bob.state = State.EXPIRED
    db.session.commit()

    again = rules.rejoin(bob, by=ATTENDEE, at=NOW + timedelta(hours=2))

    assert chosen(again) == ["Talk A"]

"""What people see of a programme: days in time order, sessions, speakers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc.events.models import Event, Status
from eventsvc.programme.models import Appearance, SessionKind, SessionStatus, Speaker, SpeakerRole, Track
from tests.conftest import Clock
from tests.people import a_session, an_event

FIRST = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)


@pytest.fixture
def school(client: FlaskClient) -> Event:
    """Two days from 30 May 2027 in Leiden."""
    return an_event(ends_at=FIRST + timedelta(days=1, hours=8))


def titles(page: str) -> list[str]:
    return re.findall(r'class="title-link"[^>]*>(Talk \w+)', page)


def slot(starts_at: datetime) -> dict[str, Any]:
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}


def at(hours: float, **over: Any) -> dict[str, Any]:
    start = FIRST + timedelta(hours=hours)
    return {"starts_at": start, "ends_at": start + timedelta(hours=1)} | over


def test_sessions_stand_in_time_order_by_day(client: FlaskClient, school: Event) -> None:
    a_session(school, **at(25, title="Talk D"))
    a_session(school, **at(2, title="Talk B"))
    a_session(school, **at(0, title="Talk A"))
    a_session(school, **at(24, title="Talk C"))
    a_session(school, title="Talk E", starts_at=None, ends_at=None)

    page = client.get(f"/events/{school.slug}/programme?day=all").text

    assert titles(page) == ["Talk A", "Talk B", "Talk C", "Talk D", "Talk E"]
    assert page.index("Sun 30 May") < page.index("Mon 31 May") < page.index("Time to follow")


def test_a_day_is_chosen_by_the_address_and_else_by_the_clock(client: FlaskClient, school: Event, clock: Clock) -> None:
    a_session(school, **at(0, title="Talk A"))
    a_session(school, **at(24, title="Talk B"))
    own = f"/events/{school.slug}/programme"

    assert titles(client.get(own).text) == ["Talk A"]
    assert titles(client.get(f"{own}?day=2027-05-31").text) == ["Talk B"]
    assert titles(client.get(f"{own}?day=nonsense").text) == ["Talk A"]
    clock.at(FIRST + timedelta(days=1))
    assert titles(client.get(own).text) == ["Talk B"]


def test_a_late_evening_runs_past_midnight_in_the_events_zone(client: FlaskClient) -> None:
    event = an_event(timezone="Asia/Kathmandu", starts_at=FIRST, ends_at=FIRST + timedelta(days=2))
    for hour in (17, 19):
        a_session(event, **slot(datetime(2027, 5, 30, hour, 0, tzinfo=UTC)))
    a_session(event, **slot(datetime(2027, 5, 31, 1, 0, tzinfo=UTC)))

    page = client.get(f"/events/{event.slug}/programme?day=all").text

    evening, morning = page.split('id="day-2027-05-31"')
    assert 'id="day-2027-05-30"' in evening
    assert "22:45" in evening and "00:45" in evening
    assert "06:45" in morning


def test_hidden_sessions_are_nowhere_and_cancelled_ones_stay(client: FlaskClient, school: Event) -> None:
    hidden = a_session(school, **at(0, title="Talk Hidden", is_hidden=True))
    cancelled = a_session(school, **at(1, title="Talk Cancelled", status=SessionStatus.CANCELLED))
    own = f"/events/{school.slug}"

    assert client.get(f"{own}/sessions/{hidden.public_id}").status_code == 404
    for address in (own, f"{own}/programme"):
        assert "Talk Hidden" not in client.get(address).text
        assert "Talk Cancelled" in client.get(address).text
    assert "This session is cancelled" in client.get(f"{own}/sessions/{cancelled.public_id}").text


def test_a_speaker_of_hidden_sessions_alone_is_not_shown(client: FlaskClient, school: Event) -> None:
    sam = Speaker(name="Sam")
    a_session(school, is_hidden=True, appearances=[Appearance(speaker=sam)])

    assert "Sam" not in client.get(f"/events/{school.slug}/speakers").text
    assert client.get(f"/events/{school.slug}/speakers/{sam.public_id}").status_code == 404


def test_a_session_says_what_when_where_and_who(client: FlaskClient, school: Event) -> None:
    sam = Speaker(name="Sam", affiliation="Example University")
    session = a_session(
        school,
        abstract="About *care*.",
        track=Track(event_id=school.id, name="Data"),
        appearances=[Appearance(speaker=sam, role=SpeakerRole.CHAIR)],
        slides_url="https://example.org/slides",
    )

    page = client.get(f"/events/{school.slug}/sessions/{session.public_id}").text

    for said in (
        "Sun 30 May 2027, 09:30 to 10:30",
        "Leiden time (CEST)",
        "Aula",
        "Sam",
        "Chair",
        "<em>care</em>",
        "Data",
    ):
        assert said in page
    assert 'href="https://example.org/slides"' in page


def test_a_speakers_page_tells_their_sessions_here_and_apart_those_at_other_events(
    client: FlaskClient, school: Event
) -> None:
    sam = Speaker(name="Sam", biography="Works on **care**.", email="sam@example.org")
    a_session(school, title="Talk Here", appearances=[Appearance(speaker=sam)])
    other = an_event()
    a_session(other, title="Talk Elsewhere", appearances=[Appearance(speaker=sam)])

    page = client.get(f"/events/{school.slug}/speakers/{sam.public_id}").text

    assert "Talk Here" in page and "<strong>care</strong>" in page
    assert page.index("Talk Here") < page.index("At other events") < page.index("Talk Elsewhere")
    assert "sam@example.org" not in page


def test_a_session_is_found_at_its_own_event_only(client: FlaskClient, school: Event) -> None:
    session = a_session(an_event())

    assert client.get(f"/events/{school.slug}/sessions/{session.public_id}").status_code == 404


def test_breaks_are_told_but_lead_nowhere(client: FlaskClient, school: Event) -> None:
    coffee = a_session(school, title="Coffee", kind=SessionKind.BREAK)

    assert "Coffee" in client.get(f"/events/{school.slug}/programme").text
    assert f"/sessions/{coffee.public_id}" not in client.get(f"/events/{school.slug}/programme").text
    assert "Coffee" not in client.get(f"/events/{school.slug}").text


def test_no_programme_yet_says_so(client: FlaskClient, school: Event) -> None:
    assert "The programme is not known yet." in client.get(f"/events/{school.slug}/programme").text
    assert "The speakers are not known yet." in client.get(f"/events/{school.slug}/speakers").text


@pytest.mark.parametrize("rest", ["programme", "speakers", "sessions/x", "speakers/x"])
def test_a_draft_shows_no_programme(client: FlaskClient, rest: str) -> None:
    event = an_event(status=Status.DRAFT)

    assert client.get(f"/events/{event.slug}/{rest}").status_code == 404


def test_a_programme_of_three_asks_as_many_questions_as_one_of_one(
    client: FlaskClient, school: Event, count_queries: Callable[[], Any]
) -> None:
    own = f"/events/{school.slug}/programme"

    a_session(school, appearances=[Appearance(speaker=Speaker(name="Sam"))])
    with count_queries() as one:
        client.get(own)
    for _ in range(2):
        a_session(school, appearances=[Appearance(speaker=Speaker(name="Sam"))])
    with count_queries() as three:
        client.get(own)

    assert three.count == one.count <= 6


def test_the_page_of_a_session_names_what_goes_on_at_the_same_time(client: FlaskClient) -> None:
    event = an_event()
    assert event.starts_at and event.ends_at
    later = {"starts_at": event.starts_at + timedelta(hours=1), "ends_at": event.starts_at + timedelta(hours=2)}
    block = a_session(event, title="Its block", kind=SessionKind.BLOCK, ends_at=later["ends_at"])
    talk = a_session(event, title="Opening", parent_id=block.id)
    a_session(event, title="Beside it")
    a_session(event, title="After it", **later)
    a_session(event, title="Coffee", kind=SessionKind.BREAK)
    a_session(event, title="Off", status=SessionStatus.CANCELLED)

    def beside() -> list[str]:
        page = client.get(f"/events/{event.slug}/sessions/{talk.public_id}").text
        told = page.split("At the same time")[1].split("</section>")[0]
        assert ("<details>" in told) == (told.count("data-from") > 6)
        return re.findall(r'class="title-link" href="[^"]+">([^<]+)<', told)

    assert beside() == ["Beside it"]
    for number in range(6):
        a_session(event, title=f"Parallel {number}")
    assert len(beside()) == 7


def test_the_page_of_a_session_has_the_button_that_keeps_it_on_the_device(client: FlaskClient) -> None:
    event = an_event()
    talk, pause = a_session(event, title="Opening"), a_session(event, title="Coffee", kind=SessionKind.BREAK)

    pages = [client.get(f"/events/{event.slug}/sessions/{each.public_id}").text for each in (talk, pause)]

    assert [f'data-choose="{talk.public_id}"' in pages[0], "data-choose" in pages[1]] == [True, False]
    assert "agenda-mine.js" in pages[0]

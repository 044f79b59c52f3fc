"""Reading a programme: narrowed by the address, true to the hour, drawn once for each version, printed as a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import agenda, published, reading, slots
from eventsvc.programme.models import Appearance, Room, SessionKind, SessionStatus, Speaker, Track
from eventsvc.registration.models import Choice
from tests.conftest import Clock
from tests.people import NOW, a_registration, a_session, an_event

FIRST = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)


@pytest.fixture
def school(client: FlaskClient) -> Event:
    """Two days from 30 May 2027 in Leiden."""
    return an_event(ends_at=FIRST + timedelta(days=1, hours=8))


def at(hours: float, lasts: float = 1, **over: Any) -> dict[str, Any]:
    start = FIRST + timedelta(hours=hours)
    return {"starts_at": start, "ends_at": start + timedelta(hours=lasts)} | over


def titles(page: str) -> list[str]:
    return re.findall(r'class="title-link"[^>]*>(Talk \w+)', page)


def block(page: str, title: str) -> str:
    """What stands in the block of a session."""
    return next(each for each in re.findall(r"<article.*?</article>", page, re.S) if title in each)


def test_what_lasts_a_century_is_shown_on_as_many_days_as_anything_may_last(client: FlaskClient) -> None:
    event = an_event()
    a_session(event, ends_at=datetime(2127, 5, 30, tzinfo=UTC))

    days = agenda.agendas(reading.items(event.id), event.timezone)

    assert len(days) == slots.LONGEST.days + 1


def test_the_address_narrows_by_track_kind_language_and_text(client: FlaskClient, school: Event) -> None:
    data = Track(event_id=school.id, name="Data & ethics")
    sam = Speaker(name="Sam São Paulo", affiliation="Example University")
    a_session(school, **at(0, title="Talk A", track=data))
    a_session(school, **at(1, title="Talk B", kind=SessionKind.WORKSHOP, language="nl"))
    a_session(school, **at(24, title="Talk C", abstract="On vaccines", appearances=[Appearance(speaker=sam)]))
    own = f"/events/{school.slug}/programme"

    assert titles(client.get(f"{own}?track=Data+%26+ethics").text) == ["Talk A"]
    assert titles(client.get(f"{own}?kind=workshop").text) == ["Talk B"]
    assert titles(client.get(f"{own}?language=nl").text) == ["Talk B"]
    assert titles(client.get(f"{own}?language=en").text) == ["Talk A", "Talk C"]
    assert titles(client.get(f"{own}?q=VACCINES+sao").text) == ["Talk C"]
    assert titles(client.get(f"{own}?q=sam&day=2027-05-31").text) == ["Talk C"]
    assert "No session fits." in client.get(f"{own}?q=sam&track=Data+%26+ethics").text
    assert 'value="vaccines"' in client.get(f"{own}?q=vaccines").text


def test_a_filter_that_means_nothing_is_no_fault(client: FlaskClient, school: Event) -> None:
    a_session(school, title="Talk A")

    answer = client.get(f"/events/{school.slug}/programme?kind=nonsense&track=%3Cscript%3E&language=%27&mine=1")

    assert answer.status_code == 200
    assert "No session fits." in answer.text and "<script>" not in answer.text


def test_what_is_on_and_what_is_next_is_told_while_it_is_true(client: FlaskClient, school: Event, clock: Clock) -> None:
    for hours, name in ((0, "Talk A"), (1, "Talk B"), (3, "Talk C")):
        a_session(school, **at(hours, title=name))
    own = f"/events/{school.slug}/programme"

    assert "is-now" not in client.get(own).text
    clock.at(FIRST + timedelta(minutes=61))
    page = client.get(own).text
    assert "is-now" in block(page, "Talk B") and "is-now" not in block(page, "Talk A")
    told = re.sub(r"<[^>]+>|\s+", " ", re.findall(r"<div[^>]*data-now-next.*?</div>", page, re.S)[0])
    assert "Now Talk B (Aula)" in " ".join(told.split())
    assert "Next 12:30 Talk C (Aula)" in " ".join(told.split())
    assert 'class="now-line at-19"' in page
    clock.at(FIRST + timedelta(hours=5))
    assert "is-now" not in client.get(own).text


def test_a_version_is_read_once_and_the_next_one_anew(
    client: FlaskClient, school: Event, count_queries: Callable[[], Any]
) -> None:
    talk = a_session(school, title="Talk A")
    own = f"/events/{school.slug}/programme"
    first = client.get(own)

    with count_queries() as queries:
        again = client.get(own)
    talk.slides_url = "https://example.org/slides"
    published.touch(school.id)
    db.session.commit()
    later = client.get(own)

    assert again.data == first.data and "published_sessions" not in repr(queries)
    assert queries.count <= 3
    assert 'href="https://example.org/slides"' in block(later.text, "Talk A")
    assert client.get(own, headers={"If-None-Match": later.headers["ETag"]}).status_code == 304


def test_as_many_questions_for_a_conference_as_for_one_talk(
    client: FlaskClient, school: Event, count_queries: Callable[[], Any]
) -> None:
    own, counts = f"/events/{school.slug}/programme", list[int]()
    for number in range(3):
        for _each in range(2 * number + 1):
            lab = Room(event_id=school.id, name=f"Lab {len(counts)} {_each}")
            a_session(school, room=lab, capacity=5, appearances=[Appearance(speaker=Speaker(name="Sam"))])
        with count_queries() as queries:
            client.get(f"{own}?q=talk")
        counts.append(queries.count)

    assert counts[0] == counts[1] == counts[2] <= 6


def test_sessions_of_a_block_stand_in_it(client: FlaskClient, school: Event) -> None:
    whole = a_session(school, **at(0, 2, title="Talk Block", kind=SessionKind.BLOCK))
    part = a_session(school, **at(0.5, 0.25, title="Talk Part", parent=whole))
    lab = Room(event_id=school.id, name="Lab")
    a_session(school, **at(0.5, 0.25, title="Talk Elsewhere", parent=whole, room=lab))

    page = client.get(f"/events/{school.slug}/programme").text

    assert "Talk Part" in block(page, "Talk Block")
    assert "Part of Talk Block" in block(page, "Talk Elsewhere")
    own = client.get(f"/events/{school.slug}/sessions/{whole.public_id}").text
    assert "In this block" in own and "Talk Part" in own
    assert "Talk Block" in client.get(f"/events/{school.slug}/sessions/{part.public_id}").text


def test_several_rooms_another_language_and_what_remains_are_told(client: FlaskClient, school: Event) -> None:
    lab = Room(event_id=school.id, name="Lab")
    talk = a_session(
        school,
        title="Gesprek",
        language="nl",
        kind=SessionKind.PANEL,
        further_rooms=[lab],
        recording_url="https://example.org/recording",
    )

    said = block(client.get(f"/events/{school.slug}/programme").text, "Gesprek")
    own = client.get(f"/events/{school.slug}/sessions/{talk.public_id}").text

    assert "Aula, Lab" in said and "Dutch" in said and "Panel" in said and 'lang="nl"' in said
    assert 'href="https://example.org/recording"' in said
    assert "Rooms" in own and "Aula, Lab" in own and "Dutch" in own


def test_a_session_with_seats_of_its_own_says_whether_it_is_full(client: FlaskClient, school: Event) -> None:
    four, one = a_session(school, title="Talk A", capacity=4), a_session(school, title="Talk B", capacity=1)
    a_session(school, title="Talk C")
    ada = a_registration(school)
    db.session.add(Choice(registration_id=ada.id, session_id=four.id, chosen_at=NOW))
    db.session.add(Choice(registration_id=ada.id, session_id=one.id, chosen_at=NOW))
    db.session.commit()

    page = client.get(f"/events/{school.slug}/programme").text

    assert "Open" in block(page, "Talk A") and "data-choose" in block(page, "Talk A")
    assert "Full" in block(page, "Talk B") and "data-choose" not in block(page, "Talk B")
    assert "tone-ok" not in block(page, "Talk C")
    assert "Full" in client.get(f"/events/{school.slug}/sessions/{one.public_id}").text


def test_the_small_hours_belong_to_the_evening_and_name_their_date(client: FlaskClient) -> None:
    event = an_event(ends_at=FIRST + timedelta(days=1))
    a_session(event, **at(14, title="Talk Evening"))
    a_session(event, **at(16, title="Talk Late"))

    page = client.get(f"/events/{event.slug}/programme?day=2027-05-30").text

    assert titles(page) == ["Talk Evening", "Talk Late"]
    assert '<small class="note">Mon 31 May</small>' in page


def test_what_has_no_time_yet_stands_below_every_day(client: FlaskClient, school: Event) -> None:
    a_session(school, **at(0, title="Talk A"))
    a_session(school, **at(24, title="Talk B"))
    a_session(school, title="Talk C", starts_at=None, ends_at=None)

    assert titles(client.get(f"/events/{school.slug}/programme?day=2027-05-31").text) == ["Talk B", "Talk C"]


def test_the_programme_prints_as_a_sheet_that_is_drawn_once(client: FlaskClient, school: Event) -> None:
    hostile = 'Inert #panic() *bold* "quotes" $x$ 健康 עברית \\ ] }'
    talk = a_session(school, **at(0, title=hostile, track=Track(event_id=school.id, name="Data")))
    a_session(school, **at(1, title="Coffee", kind=SessionKind.BREAK))
    a_session(school, **at(24, 30, title="Posters"))
    a_session(school, title="Later", starts_at=None, ends_at=None, status=SessionStatus.CANCELLED)
    own = f"/events/{school.slug}/programme.pdf"

    one, two = client.get(own), client.get(own)
    unchanged = client.get(own, headers={"If-None-Match": one.headers["ETag"]})
    talk.title = "Another title"
    published.bring(school, at=NOW)
    db.session.commit()

    assert one.mimetype == "application/pdf" and one.data.startswith(b"%PDF") and one.data == two.data
    assert "Set-Cookie" not in one.headers
    assert unchanged.status_code == 304
    assert client.get(own).data != one.data


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PUBLISHED])
def test_there_is_no_sheet_of_what_is_not_published(client: FlaskClient, status: Status) -> None:
    event = an_event(status=status)

    assert client.get(f"/events/{event.slug}/programme.pdf").status_code == 404


def test_a_search_reads_a_version_once_and_finds_what_the_next_one_says(
    client: FlaskClient, school: Event, count_queries: Callable[[], Any]
) -> None:
    own = f"/events/{school.slug}/programme"
    session = a_session(school, title="Talk A", abstract="On São Paulo")
    assert titles(client.get(f"{own}?q=sao").text) == ["Talk A"]

    with count_queries() as queries:
        found = titles(client.get(f"{own}?q=PAULO").text)

    assert found == ["Talk A"]
    assert not any("published_sessions" in statement for statement in queries.statements)
    session.abstract = "On Łódź"
    published.bring(school, at=NOW)
    db.session.commit()
    assert titles(client.get(f"{own}?q=sao").text) == []
    assert titles(client.get(f"{own}?q=ŁÓDZ").text) == ["Talk A"]

"""What people see of events: the lists, the page in each of its states, and what programs read of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc import tokens
from eventsvc.events.models import (
    Event,
    EventLink,
    EventPartner,
    FormerSlug,
    Kind,
    LinkKind,
    Mode,
    Partner,
    PartnerRole,
    Series,
    Status,
    Venue,
)
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Appearance, Speaker
from eventsvc.registration.models import State
from tests.people import NOW, a_registration, a_session, an_event

PAST = {"starts_at": NOW - timedelta(days=30), "ends_at": NOW - timedelta(days=29)}
UNDATED: dict[str, Any] = {"starts_at": None, "ends_at": None}


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return " ".join(re.sub(r"<(script|svg)\b.*?</\1>|<[^>]+>", " ", response.text, flags=re.S).split())


def structured(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(found[1]) if found else None


def test_the_front_page_lists_what_is_coming_by_date(client: FlaskClient) -> None:
    an_event(title="Later", starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=10))
    an_event(title="Sooner", starts_at=NOW + timedelta(days=2), ends_at=NOW + timedelta(days=3))
    an_event(title="Someday", **UNDATED)

    page = text_of(client, "/")

    assert page.index("Sooner") < page.index("Later") < page.index("Date to follow") < page.index("Someday")


@pytest.mark.parametrize("over", [{"status": Status.DRAFT}, {"is_unlisted": True}])
def test_drafts_and_unlisted_events_are_in_no_list(client: FlaskClient, over: dict[str, Any]) -> None:
    event = an_event(title="Hush", series=Series(slug="quiet", title="Quiet"), **over)

    for address in ("/", "/?past=1", "/?q=Hush", "/sitemap.xml", "/events.atom", "/series"):
        assert event.slug not in client.get(address).text
    assert client.get("/series/quiet").status_code == 404


def test_an_unlisted_event_has_a_page_that_robots_leave_out(client: FlaskClient) -> None:
    event = an_event(is_unlisted=True)

    page = client.get(f"/events/{event.slug}")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=school", {"School"}),
        ("kind=summer-school", {"School"}),
        ("kind=webinar", {"Webinar"}),
        ("mode=online", {"Webinar", "Both"}),
        ("mode=in-person", {"School", "Both"}),
        ("mode=hybrid", {"Both"}),
        ("series=eurolife", {"School"}),
        ("q=barcelona", {"School"}),
        ("q=EUROLIFE+school", {"School"}),
        ("q=100%25", set()),
        ("q=%00", {"School", "Webinar", "Both"}),
        ("kind=nonsense&mode=nonsense", {"School", "Webinar", "Both"}),
        ("kind=webinar&mode=in-person", set()),
    ],
)
def test_the_address_narrows_the_list(client: FlaskClient, query: str, found: set[str]) -> None:
    series = Series(slug="eurolife", title="Eurolife")
    an_event(title="School", kind=Kind.SUMMER_SCHOOL, series=series, venue=Venue(city="Barcelona", country="ES"))
    an_event(title="Webinar", kind=Kind.WEBINAR, mode=Mode.ONLINE, venue=None)
    an_event(title="Both", mode=Mode.HYBRID)

    page = client.get(f"/?{query}").text

    assert set(re.findall(r'<a class="title-link" href="[^"]*">(\w+)</a>', page)) == found


def test_tabs_count_the_events_of_each_kind(client: FlaskClient) -> None:
    for kind in (Kind.SUMMER_SCHOOL, Kind.WINTER_SCHOOL, Kind.FAIR):
        an_event(kind=kind)

    page = text_of(client, "/?kind=fair")

    assert "All 3 Schools 2 Fairs 1" in page


def test_past_events_tell_what_remains_of_them(client: FlaskClient) -> None:
    event = an_event(title="Held", links=[EventLink(kind=LinkKind.RECORDING, url="https://example.org/r")], **PAST)
    a_session(event)
    an_event(title="Bare", **PAST)

    page = text_of(client, "/?past=1")

    assert "Recording , Programme" in page
    assert "Page only" in page


def test_past_events_come_fifty_a_page(client: FlaskClient) -> None:
    for number in range(52):
        an_event(
            title=f"Held {number:02}",
            starts_at=NOW - timedelta(days=100 - number),
            ends_at=NOW - timedelta(days=99 - number),
        )

    first, second = client.get("/?past=1").text, client.get("/?past=1&page=2").text

    assert first.count("Held ") == 50
    assert "Held 51" in first and "Held 00" in second
    assert client.get("/?past=1&page=3").status_code == 404


def test_an_empty_list_says_what_to_do(client: FlaskClient) -> None:
    assert "No event is planned right now." in text_of(client, "/")
    assert "No upcoming event fits." in text_of(client, "/?q=unheard")


def test_the_front_page_asks_as_many_questions_for_three_events_as_for_one(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    def fill() -> None:
        host = EventPartner(partner=Partner(name=tokens.new()), role=PartnerRole.HOST)
        a_registration(an_event(series=Series(slug=tokens.new(), title="Series"), partners=[host]))
        an_event(**UNDATED)
        an_event(links=[EventLink(kind=LinkKind.OTHER, url="https://example.org")], **PAST)

    fill()
    with count_queries() as one:
        client.get("/")
    fill()
    fill()
    with count_queries() as three:
        client.get("/")

    assert three.count == one.count <= 8


STATES = {
    "open": ({}, 0, 0, "Open There is a place for everybody who registers. Register"),
    "filling": ({"capacity": 4}, 3, 0, "Filling up 1 of 4 places is left. Register"),
    "waiting": ({"capacity": 2}, 2, 3, "Waiting list All 2 places are taken. 3 people wait before you."),
    "full": ({"capacity": 2, "has_waiting_list": False}, 2, 0, "Full Every place is taken."),
    "not open yet": (
        {"registration_opens_at": datetime(2027, 5, 4, 7, 0, tzinfo=UTC)},
        0,
        0,
        "Opens 4 May, 09:00 Leiden time (CEST). Registration opens on this page",
    ),
    "closed": ({"registration_closes_at": NOW - timedelta(days=1)}, 0, 0, "Closed Registration closed on"),
    "without registration": ({"accepts_registrations": False}, 0, 0, "No registration This event takes no"),
    "cancelled": (
        {"status": Status.CANCELLED, "cancellation_note": "The hall burnt."},
        1,
        0,
        "Cancelled Everyone who was",
    ),
    "ended": ({**PAST, "attendance_note": "284 people took part."}, 1, 0, "Ended 284 people took part."),
    "undated": (UNDATED, 0, 0, "Date to follow The date is not known yet."),
}


@pytest.mark.parametrize("state", STATES)
def test_the_page_always_tells_where_an_event_stands(client: FlaskClient, state: str) -> None:
    over, seated, waiting, said = STATES[state]
    event = an_event(**over)
    for number in range(seated + waiting):
        a_registration(event, state=State.CONFIRMED if number < seated else State.WAITLISTED)

    page = text_of(client, f"/events/{event.slug}")

    assert said in page
    has_button = f"/events/{event.slug}/register" in client.get(f"/events/{event.slug}").text
    assert has_button == (state in {"open", "filling", "waiting"})


def test_a_cancelled_event_keeps_its_page_and_says_why(client: FlaskClient) -> None:
    event = an_event(status=Status.CANCELLED, cancellation_note="The hall burnt <down>.")

    page = client.get(f"/events/{event.slug}").text

    assert "This event is cancelled" in page
    assert "The hall burnt &lt;down&gt;." in page
    assert "<dt>Was</dt>" in page
    assert structured(page)["eventStatus"] == "https://schema.org/EventCancelled"


def test_an_ended_event_leads_to_its_recording_and_the_next_edition(client: FlaskClient) -> None:
    series = Series(slug="webinars", title="Webinars")
    upcoming = an_event(title="The next one", series=series)
    link = EventLink(kind=LinkKind.RECORDING, url="https://example.org/watch", language="nl")
    event = an_event(series=series, links=[link], **PAST)

    page = client.get(f"/events/{event.slug}").text

    assert "Watch the recording (in Dutch)" in page
    assert f'href="/events/{upcoming.slug}">See the next edition' in page


def test_the_next_edition_is_a_later_one_that_people_can_still_attend(client: FlaskClient) -> None:
    series = Series(slug="evenings", title="Evenings")
    days = {number: NOW + timedelta(days=number) for number in range(1, 7)}

    def edition(day: int, **over: Any) -> Event:
        return an_event(series=series, starts_at=days[day], ends_at=days[day] + timedelta(hours=2), **over)

    sooner = edition(1)
    full = edition(2, capacity=0, has_waiting_list=False)
    edition(3, registration_closes_at=NOW - timedelta(hours=1))
    opens = edition(4, registration_opens_at=NOW + timedelta(hours=1))
    to_follow = an_event(series=series, starts_at=None, ends_at=None)

    def led_to() -> str | None:
        found = re.search(r'href="/events/([^"]+)">See the next edition', client.get(f"/events/{full.slug}").text)
        return found[1] if found else None

    assert led_to() == opens.slug
    later = edition(5)
    assert led_to() == later.slug
    for each in (later, opens):
        each.status = Status.CANCELLED
    db.session.commit()
    assert led_to() == to_follow.slug
    to_follow.status = Status.CANCELLED
    db.session.commit()
    assert led_to() is None
    assert "See the next edition" not in client.get(f"/events/{sooner.slug}").text


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.IN_PERSON, "Offline"), (Mode.ONLINE, "Online"), (Mode.HYBRID, "Mixed")],
)
def test_search_engines_read_the_true_mode(client: FlaskClient, mode: Mode, expected: str) -> None:
    event = an_event(mode=mode)

    described = structured(client.get(f"/events/{event.slug}").text)

    assert described["eventAttendanceMode"] == f"https://schema.org/{expected}EventAttendanceMode"
    assert described["eventStatus"] == "https://schema.org/EventScheduled"
    assert described["startDate"] == "2027-05-30T09:30:00+02:00"


def test_search_engines_read_the_last_day_of_an_all_day_event(client: FlaskClient) -> None:
    first, after = datetime(2027, 7, 4, 22, tzinfo=UTC), datetime(2027, 7, 9, 22, tzinfo=UTC)
    event = an_event(is_all_day=True, starts_at=first, ends_at=after)

    described = structured(client.get(f"/events/{event.slug}").text)

    assert (described["startDate"], described["endDate"]) == ("2027-07-05", "2027-07-09")


def test_what_people_type_cannot_leave_the_data_block_or_become_markup(client: FlaskClient) -> None:
    evil = '</script><script>alert("1")</script>'
    partner = EventPartner(partner=Partner(name=evil, url="https://example.org"), role=PartnerRole.HOST)
    event = an_event(title=evil, summary=evil, description=evil, costs=evil, partners=[partner], contact_name=evil)

    page = client.get(f"/events/{event.slug}").text

    assert "<script>" not in page
    assert structured(page)["name"] == evil


def test_the_join_link_is_on_no_public_page(client: FlaskClient) -> None:
    event = an_event(mode=Mode.ONLINE, join_url="https://meet.example.org/secret", venue=None)
    session = a_session(event)

    for address in (
        "/",
        *(f"/events/{event.slug}{rest}" for rest in ("", "/programme", f"/sessions/{session.public_id}")),
    ):
        assert "meet.example.org" not in client.get(address).text
    assert "Online, link after registration" in text_of(client, f"/events/{event.slug}")


def test_an_old_address_leads_to_the_new_one(client: FlaskClient) -> None:
    event = an_event()
    hidden = an_event(status=Status.DRAFT)
    db.session.add_all([FormerSlug(slug="old", event_id=event.id), FormerSlug(slug="secret", event_id=hidden.id)])
    db.session.commit()

    answer = client.get("/events/old?lang=nl")

    assert (answer.status_code, answer.location) == (301, f"/events/{event.slug}?lang=nl")
    assert client.get("/events/old/programme").location == f"/events/{event.slug}/programme"
    assert client.get("/events/secret").status_code == 404


@pytest.mark.parametrize(
    "address", ["/events/unknown", "/events/%00", "/events/" + "x" * 3000, "/series/unknown", "/preview/cut"]
)
def test_an_unknown_address_is_a_clear_page(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_short_programme_and_that_of_a_draft_are_shown_whole_on_a_phone_too(client: FlaskClient) -> None:
    def made(count: int, **over: Any) -> Event:
        event = an_event(**over)
        for number in range(count):
            starts_at = NOW + timedelta(days=90, hours=number)
            a_session(event, title=f"Talk {number}", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        return event

    token = tokens.new()
    short, long = made(12), made(13)
    made(13, status=Status.DRAFT, preview_digest=tokens.digest(token))

    assert "in the full programme" not in text_of(client, f"/events/{short.slug}")
    assert "All 13 sessions in the full programme" in text_of(client, f"/events/{long.slug}")
    assert "in the full programme" not in text_of(client, f"/preview/{token}")


def test_a_draft_is_seen_by_its_link_alone(client: FlaskClient) -> None:
    token = tokens.new()
    event = an_event(title="Secret course", status=Status.DRAFT, preview_digest=tokens.digest(token))
    a_session(event, title="Opening", appearances=[Appearance(speaker=Speaker(name="Sam"))])

    answer = client.get(f"/preview/{token}")

    assert "You see a draft." in answer.text
    assert "Opening" in answer.text
    assert f"/events/{event.slug}" not in answer.text, "a draft's other pages are not there yet"
    assert "Secret course" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert client.get(f"/events/{event.slug}").status_code == 404
    assert client.get(f"/preview/{event.preview_digest}").status_code == 404


def test_a_preview_leads_to_the_page_once_it_is_published(client: FlaskClient) -> None:
    token = tokens.new()
    event = an_event(preview_digest=tokens.digest(token))

    assert client.get(f"/preview/{token}").location == f"/events/{event.slug}"


def test_public_pages_can_be_kept_and_set_no_cookie(client: FlaskClient) -> None:
    event = an_event(series=Series(slug="kept", title="Kept"))
    session = a_session(event)
    own = f"/events/{event.slug}"

    for address in (
        "/",
        "/series",
        "/series/kept",
        own,
        f"{own}/programme",
        f"{own}/speakers",
        f"{own}/sessions/{session.public_id}",
        "/privacy",
        "/accessibility",
        "/robots.txt",
        "/sitemap.xml",
        "/events.atom",
    ):
        answer = client.get(address)
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})

        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert again.status_code == 304


def test_a_change_is_seen_at_once_though_what_was_drawn_is_kept(client: FlaskClient) -> None:
    event = an_event(description="First words")
    host = EventPartner(event_id=event.id, partner=Partner(name="Old name"), role=PartnerRole.HOST)
    db.session.add(host)
    session = a_session(event, title="Old title")
    client.get(f"/events/{event.slug}")

    event.description, host.partner.name, session.title = "Second words", "New name", "New title"
    published.bring(event, at=NOW)
    db.session.commit()

    page = client.get(f"/events/{event.slug}").text
    assert all(word in page for word in ("Second words", "New name", "New title"))
    assert not any(word in page for word in ("First words", "Old name", "Old title"))


def test_an_event_page_with_forty_sessions_takes_six_queries(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    event = an_event(series=Series(slug="many", title="Many"))
    for _ in range(40):
        a_session(event)
    address = f"/events/{event.slug}"

    with count_queries() as queries:
        client.get(address)

    assert queries.count <= 6


def test_the_page_is_in_the_language_of_the_address(client: FlaskClient) -> None:
    event = an_event(language="en", description="Words")

    page = client.get(f"/events/{event.slug}?lang=nl").text

    assert '<html lang="nl">' in page
    assert '<h1 lang="en">' in page
    assert f'hreflang="en" href="http://localhost/events/{event.slug}"' in page
    assert f'<link rel="canonical" href="http://localhost/events/{event.slug}?lang=nl">' in page


def test_addresses_never_come_from_the_request(client: FlaskClient) -> None:
    event = an_event()

    page = client.get(f"/events/{event.slug}", headers={"Host": "evil.example"}).text

    assert "evil.example" not in page


def test_series_show_their_editions(client: FlaskClient) -> None:
    series = Series(slug="schools", title="Schools of ethics", description="Twice a *year*.")
    an_event(title="Coming edition", series=series)
    an_event(title="Held edition", series=series, **PAST)

    index, page = text_of(client, "/series"), client.get("/series/schools").text

    assert "2 editions Schools of ethics" in index
    assert "<em>year</em>" in page
    assert page.index("Coming edition") < page.index("Past editions") < page.index("Held edition")
    assert 'href="/subscribe?series=schools"' in page


def test_a_series_of_three_asks_as_many_questions_as_one_of_one(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    series = Series(slug="long", title="Long")

    def edition() -> None:
        host = EventPartner(partner=Partner(name=tokens.new()), role=PartnerRole.HOST)
        a_registration(an_event(series=series, summary="", partners=[host]))
        an_event(series=series, links=[EventLink(kind=LinkKind.OTHER, url="https://example.org")], **PAST)

    edition()
    with count_queries() as one:
        client.get("/series/long")
    edition()
    edition()
    with count_queries() as three:
        client.get("/series/long")

    assert three.count == one.count

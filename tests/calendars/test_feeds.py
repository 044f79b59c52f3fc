"""Feeds as calendar programs fetch them, for years."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from html import unescape
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import vobject
from flask.testing import FlaskClient

from eventsvc import clock as eventsvc_clock
from eventsvc.calendars import entries, zones
from eventsvc.events.models import Event, FormerSlug, Kind, Mode, Series, Status
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Session
from eventsvc.registration.models import RetiredToken, State, TokenKind
from eventsvc.tokens import digest
from tests.people import NOW, a_registration, a_session, an_event

FEEDS = (
    "/calendar.ics",
    "/calendar.ics?kind=symposium&kind=webinar&mode=in+person&series={series}",
    "/series/{series}/calendar.ics",
    "/events/{slug}/calendar.ics",
    "/events/{slug}/sessions/{session}.ics",
    "/calendars/{token}.ics",
)
numbers = itertools.count(1)


def a_shown_event(sessions: int = 0, **over: Any) -> Event:
    event = an_event(**over)
    for _ in range(sessions):
        a_session(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def a_feed(path: str, sessions: int = 1) -> str:
    """Make an event with all there is to subscribe to, and return the address of one of `FEEDS`."""
    event = a_shown_event(sessions, series=Series(slug=f"series-{next(numbers)}", title="Yearly"))
    person: Any = a_registration(event)
    talk = db.session.scalars(sa.select(Session).where(Session.event_id == event.id)).first()
    assert talk is not None and event.series is not None
    return path.format(slug=event.slug, token=person.feed_token, session=talk.public_id, series=event.series.slug)


def shown(body: bytes) -> dict[str, str]:
    """Read a feed with two parsers, which must agree; return titles by uid."""
    calendar = icalendar.Calendar.from_ical(body)
    one = {str(part["UID"]): str(part["SUMMARY"]) for part in calendar.walk("VEVENT")}
    other = {part.uid.value: part.summary.value for part in vobject.readOne(body.decode()).contents.get("vevent", [])}
    assert one == other
    return one


def test_an_events_feed_lists_it_and_its_sessions(client: FlaskClient) -> None:
    event = a_shown_event(sessions=2)

    answer = client.get(f"/events/{event.slug}/calendar.ics")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(shown(answer.data)) == 3


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("sessions", [1, 3])
def test_two_fetches_are_equal_bytes_and_the_second_is_spared_by_one_query(
    client: FlaskClient, count_queries: Any, path: str, sessions: int
) -> None:
    path = a_feed(path, sessions)

    one, two = client.get(path), client.get(path)
    with count_queries() as queries:
        third = client.get(path, headers={"If-None-Match": one.headers["ETag"]})

    assert one.status_code == 200 and b"BEGIN:VEVENT" in one.data
    assert one.data == two.data
    assert (third.status_code, third.data) == (304, b"")
    assert third.headers["ETag"] == one.headers["ETag"] == two.headers["ETag"]
    assert third.headers["Cache-Control"] == one.headers["Cache-Control"]
    assert len(queries) == 1, repr(queries)


def test_anybody_may_keep_a_public_feed_for_five_minutes_and_nobody_a_personal_one(client: FlaskClient) -> None:
    kept = {path: client.get(a_feed(path)).headers["Cache-Control"] for path in FEEDS}

    assert kept.pop("/calendars/{token}.ics") == "private, no-cache"
    assert set(kept.values()) == {"public, max-age=300"}


@pytest.mark.parametrize("asked", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_every_way_of_asking_for_news_is_understood(client: FlaskClient, asked: str) -> None:
    event = a_shown_event()
    path = f"/events/{event.slug}/calendar.ics"
    etag = client.get(path).headers["ETag"]

    assert client.get(path, headers={"If-None-Match": asked.format(etag=etag)}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/calendar.ics", "/events/{slug}/calendar.ics", "/calendars/{token}.ics"])
def test_feeds_set_no_cookie_and_tell_robots_by_header(client: FlaskClient, path: str) -> None:
    event = a_shown_event()
    person: Any = a_registration(event)

    answer = client.get(path.format(slug=event.slug, token=person.feed_token))

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_head_request_answers_like_get_without_a_body(client: FlaskClient) -> None:
    event = a_shown_event()
    path = f"/events/{event.slug}/calendar.ics"

    answer = client.head(path)

    assert answer.data == b""
    assert answer.headers["ETag"] == client.get(path).headers["ETag"]


def test_the_sites_feed_lists_events_without_drafts_unlisted_ones_and_the_long_past(client: FlaskClient) -> None:
    listed = a_shown_event()
    a_shown_event(is_unlisted=True)
    a_shown_event(status=Status.DRAFT)
    a_shown_event(starts_at=NOW - timedelta(days=70), ends_at=NOW - timedelta(days=69))

    assert list(shown(client.get("/calendar.ics").data).values()) == [listed.title]


def test_a_cancelled_event_stays_in_the_feed_and_says_so(client: FlaskClient) -> None:
    event = a_shown_event()
    event.status = Status.CANCELLED
    entries.refresh(event, at=NOW)
    db.session.commit()

    answer = client.get("/calendar.ics")

    assert b"STATUS:CANCELLED" in answer.data
    assert list(shown(answer.data).values()) == [f"Cancelled: {event.title}"]


def test_filters_are_in_the_address_and_unknown_words_are_passed_over(client: FlaskClient) -> None:
    webinar = a_shown_event(kind=Kind.WEBINAR, mode=Mode.ONLINE)
    school = a_shown_event(kind=Kind.SUMMER_SCHOOL, series=Series(slug="schools", title="Schools"))

    def titles(query: str) -> set[str]:
        return set(shown(client.get(f"/calendar.ics{query}").data).values())

    assert titles("?kind=webinar") == {webinar.title}
    assert titles("?kind=webinar&kind=summer school") == {webinar.title, school.title}
    assert titles("?mode=online") == {webinar.title}
    assert titles("?mode=in-person&kind=school") == titles("?mode=in person&kind=summer-school") == {school.title}
    assert titles("?series=schools") == {school.title}
    assert titles("?kind=nonsense") == {webinar.title, school.title}
    assert set(shown(client.get("/series/schools/calendar.ics").data).values()) == {school.title}


def test_what_the_front_page_is_narrowed_to_is_what_one_subscribes_to(client: FlaskClient) -> None:
    a_shown_event(kind=Kind.WEBINAR, mode=Mode.ONLINE)
    school = a_shown_event(kind=Kind.SUMMER_SCHOOL)

    front = client.get("/?kind=school&mode=in-person").text
    page = client.get(unescape(re.findall(r'href="(/subscribe[^"]*kind[^"]*)"', front)[0])).text
    address = unescape(re.findall(r'<code class="address" id="feed-address">([^<]*)</code>', page)[0])

    assert set(shown(client.get(address).data).values()) == {school.title}
    # Both kinds of school, and how much of an event is shown.
    assert len(re.findall(r'name="(?:kind|detail)"[^>]* checked', page)) == 3


def test_an_empty_feed_is_served_all_the_same(client: FlaskClient) -> None:
    answer = client.get("/calendar.ics")

    assert answer.status_code == 200
    assert answer.data.endswith(b"END:VCALENDAR\r\n")


def test_the_sites_feed_has_a_new_version_each_day_and_after_each_change(client: FlaskClient) -> None:
    event = a_shown_event()
    first = client.get("/calendar.ics").headers["ETag"]
    event.title = "Another title"
    entries.refresh(event, at=NOW)
    db.session.commit()
    second = client.get("/calendar.ics").headers["ETag"]
    with eventsvc_clock.stopped(NOW + timedelta(days=1)):
        third = client.get("/calendar.ics").headers["ETag"]

    assert len({first, second, third}) == 3


def test_a_subscription_outlives_the_events_name_at_the_same_price(client: FlaskClient, count_queries: Any) -> None:
    event = a_shown_event()
    db.session.add(FormerSlug(slug="what-it-was", event_id=event.id))
    db.session.commit()

    answer = client.get("/events/what-it-was/calendar.ics")
    with count_queries() as queries:
        again = client.get("/events/what-it-was/calendar.ics", headers={"If-None-Match": answer.headers["ETag"]})

    assert (answer.status_code, again.status_code, len(queries)) == (200, 304, 1)


@pytest.mark.parametrize(
    "path",
    [
        "/events/unknown/calendar.ics",
        "/series/unknown/calendar.ics",
        "/events/x/sessions/unknown.ics",
        "/calendars/unknown.ics",
        "/calendars/%00%FF.ics",
        "/calendars/" + "x" * 5000 + ".ics",
    ],
)
def test_an_unknown_or_mangled_feed_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_one_session_is_followed_like_an_event_or_downloaded_as_a_file(client: FlaskClient) -> None:
    event = a_shown_event(sessions=2, title="Symposium")
    session = a_session(event, title="Talk")
    entries.refresh(event, at=NOW)
    db.session.commit()

    path = f"/events/{event.slug}/sessions/{session.public_id}.ics"

    answer, file = client.get(path), client.get(path + "?download=1")

    head = answer.text.partition("BEGIN:VTIMEZONE")[0]
    assert list(shown(answer.data).values()) == list(shown(file.data).values()) == ["Talk"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "\r\nNAME:Symposium \N{EN DASH} Talk\r\n" in head and "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H" in head
    assert f"{path}\r\n" in head.replace("\r\n ", "").partition("SOURCE;VALUE=URI:")[2]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "\r\nNAME:" not in file.text


def test_a_session_is_found_below_its_own_event_only_but_also_by_a_name_that_had(client: FlaskClient) -> None:
    event, other = a_shown_event(sessions=1), a_shown_event()
    db.session.add(FormerSlug(slug="what-it-was", event_id=event.id))
    db.session.commit()
    (public_id,) = db.session.scalars(sa.select(Session.public_id))

    answers = [
        client.get(f"/events/{slug}/sessions/{public_id}.ics") for slug in (event.slug, "what-it-was", other.slug)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_a_hidden_sessions_file_says_cancelled_for_thirty_days(client: FlaskClient) -> None:
    event = a_shown_event()
    session = a_session(event)
    entries.refresh(event, at=NOW)
    session.is_hidden = True
    published.bring(event, at=NOW)
    entries.refresh(event, at=NOW)
    db.session.commit()
    path = f"/events/{event.slug}/sessions/{session.public_id}.ics"

    fresh = client.get(path)
    with eventsvc_clock.stopped(NOW + timedelta(days=31)):
        old = client.get(path)

    assert b"STATUS:CANCELLED" in fresh.data
    assert old.status_code == 404


def test_a_personal_feed_has_the_join_link_while_one_has_a_seat(client: FlaskClient) -> None:
    event = a_shown_event(mode=Mode.ONLINE, join_url="https://join.example.org/secret")
    ada: Any = a_registration(event)

    answer = client.get(f"/calendars/{ada.feed_token}.ics")

    assert b"secret" in answer.data
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert b"SOURCE" not in answer.data
    again = client.get(f"/calendars/{ada.feed_token}.ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_whoever_waits_has_no_entry_yet(client: FlaskClient) -> None:
    event = a_shown_event(join_url="https://join.example.org/secret")
    ada: Any = a_registration(event, state=State.WAITLISTED)

    assert shown(client.get(f"/calendars/{ada.feed_token}.ics").data) == {}


@pytest.mark.parametrize("offset", [0, 2])
def test_whoever_left_the_waiting_list_never_had_an_entry(client: FlaskClient, offset: int) -> None:
    event = a_shown_event()
    ada: Any = a_registration(event, state=State.CANCELLED, calendar_offset=offset)

    assert shown(client.get(f"/calendars/{ada.feed_token}.ics").data) == {}


def test_whoever_cancelled_sees_it_struck_out_with_a_higher_sequence_and_no_join_link(client: FlaskClient) -> None:
    event = a_shown_event(join_url="https://join.example.org/secret")
    ada: Any = a_registration(event)
    before = client.get(f"/calendars/{ada.feed_token}.ics")
    ada.state, ada.calendar_offset, ada.state_at = State.CANCELLED, 1, NOW + timedelta(hours=1)
    db.session.commit()

    after = client.get(f"/calendars/{ada.feed_token}.ics", headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert b"STATUS:CANCELLED" in after.data
    assert b"SEQUENCE:1\r\n" in after.data
    assert b"secret" not in after.data


def test_a_replaced_link_is_gone_without_a_trace_of_whose_it_was(client: FlaskClient) -> None:
    event = a_shown_event()
    ada: Any = a_registration(event)
    old = ada.feed_token
    ada.feed_digest = digest("new")
    db.session.add(RetiredToken(digest=digest(old), kind=TokenKind.FEED, retired_at=NOW))
    db.session.commit()

    answer = client.get(f"/calendars/{old}.ics")

    assert answer.status_code == 410
    assert b"Ada" not in answer.data
    assert event.title.encode() not in answer.data


def test_an_event_without_a_programme_is_itself_where_sessions_are_asked_for(client: FlaskClient) -> None:
    a_shown_event(title="Webinar")
    a_shown_event(1, title="Symposium")

    both = shown(client.get("/calendar.ics?detail=sessions").data)

    assert [title.split()[0] for title in sorted(both.values())] == ["Talk", "Webinar"]


@pytest.mark.parametrize("path", ["/calendar.ics", "/series/yearly/calendar.ics"])
def test_a_narrowed_feed_names_itself_as_its_source_and_no_words_that_mean_nothing(
    client: FlaskClient, path: str
) -> None:
    a_shown_event(series=Series(slug="yearly", title="Yearly"))

    body = client.get(f"{path}?kind=symposium&detail=both&x=1&kind=nonsense").data.replace(b"\r\n ", b"")

    assert f"SOURCE;VALUE=URI:http://localhost{path}?kind=symposium&detail=both\r\n".encode() in body


def test_a_zone_that_has_lost_its_rule_is_written_in_utc_until_the_worker_comes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = a_shown_event(1)
    address, rule_of = f"/events/{event.slug}/calendar.ics", zones._rule
    before = [part["DTSTART"].dt for part in icalendar.Calendar.from_ical(client.get(address).data).walk("VEVENT")]

    monkeypatch.setattr(zones, "_rule", lambda name: None if name == event.timezone else rule_of(name))
    body = client.get(address).data

    assert b"TZID" not in body and b"VTIMEZONE" not in body
    assert [part["DTSTART"].dt for part in icalendar.Calendar.from_ical(body).walk("VEVENT")] == before


def test_a_site_that_moves_writes_its_entries_anew(client: FlaskClient, make_app: Any) -> None:
    event = a_shown_event()
    address, before = f"/events/{event.slug}/calendar.ics", client.get("/calendar.ics").headers["ETag"]
    moved = make_app(PUBLIC_URL="https://new.example.org")

    with moved.app_context():
        written = entries.rewrite_outdated(at=NOW)
        db.session.commit()
    body = moved.test_client().get(address).data.replace(b"\r\n ", b"")

    assert written == 1 and b"http://localhost" not in body and b"https://new.example.org/events/" in body
    assert moved.test_client().get("/calendar.ics").headers["ETag"] != before

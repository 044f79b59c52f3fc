"""How feeds answer: not modified, small on request, slower to whoever asks without end, and with no trace of whose."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date

from eventsvc.calendars import entries, polling
from eventsvc.calendars.models import CalendarVersion
from eventsvc.events import kept
from eventsvc.extensions import db
from eventsvc.registration import limits
from eventsvc.registration.models import RetiredToken, TokenKind
from eventsvc.tokens import digest
from tests.conftest import Clock
from tests.people import NOW, a_registration, a_session, an_event

PACKED = {"Accept-Encoding": "gzip, deflate, br"}
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_counts_of_another_test() -> None:
    polling.forget()


def an_address(sessions: int = 1, **over: Any) -> str:
    """The feed of a new event, as it stands since `NOW`."""
    event = an_event(**over)
    for _ in range(sessions):
        a_session(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return f"/events/{event.slug}/calendar.ics"


def a_personal_address() -> str:
    event = an_event()
    person: Any = a_registration(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return f"/calendars/{person.feed_token}.ics"


def test_a_feed_says_when_it_last_changed_and_spares_whoever_has_seen_that(client: FlaskClient, clock: Clock) -> None:
    address = an_address()
    clock.at(LATER)

    whole = client.get(address)
    told = whole.headers["Last-Modified"]

    assert told == http_date(NOW)
    assert client.get(address, headers={"If-Modified-Since": told}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": http_date(LATER)}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": http_date(NOW - timedelta(seconds=1))}).status_code == 200
    assert client.get(address, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_what_vanished_is_a_change_too(client: FlaskClient, clock: Clock) -> None:
    event = an_event()
    talk = a_session(event)
    entries.refresh(event, at=NOW)
    db.session.commit()
    address = f"/events/{event.slug}/calendar.ics"
    before = clock.at(LATER) and client.get(address).headers["Last-Modified"]

    db.session.delete(talk)
    db.session.flush()
    entries.refresh(event, at=LATER)
    db.session.commit()
    clock.forward(timedelta(minutes=1))
    after = client.get(address, headers={"If-Modified-Since": before})

    assert (after.status_code, after.headers["Last-Modified"]) == (200, http_date(LATER))
    assert b"STATUS:CANCELLED" in after.data


@pytest.mark.parametrize(("days", "changed"), [(0, 0), (3, 3), (31, 31), (90, 31)])
def test_a_feed_changes_each_midnight_until_its_last_tombstone_has_gone(
    client: FlaskClient, clock: Clock, days: int, changed: int
) -> None:
    event = an_event()
    talk = a_session(event)
    entries.refresh(event, at=NOW)
    db.session.delete(talk)
    db.session.flush()
    entries.refresh(event, at=NOW)
    db.session.commit()
    clock.at(LATER + timedelta(days=days))

    answer = client.get(f"/events/{event.slug}/calendar.ics")

    midnight = (NOW + timedelta(days=changed)).replace(hour=0, minute=0)
    assert answer.headers["Last-Modified"] == http_date(midnight if days else NOW)
    assert (b"STATUS:CANCELLED" in answer.data) is (days < 31)


def test_a_version_counts_for_more_than_a_date(client: FlaskClient, clock: Clock) -> None:
    address = an_address()
    clock.at(LATER)
    seen = {"If-Modified-Since": http_date(LATER)}

    assert client.get(address, headers={**seen, "If-None-Match": '"another"'}).status_code == 200
    assert client.get(address, headers={**seen, "If-None-Match": ""}).status_code == 200


def test_no_date_is_told_within_the_second_of_a_change(client: FlaskClient, clock: Clock) -> None:
    at = datetime(2027, 3, 1, 9, 0, 0, 400_000, tzinfo=UTC)
    address = an_address()
    db.session.query(CalendarVersion).update({"changed_at": at})
    db.session.commit()

    clock.at(at + timedelta(milliseconds=300))
    early = client.get(address)
    clock.at(at + timedelta(seconds=5))
    later = client.get(address, headers={"If-Modified-Since": http_date(at)})

    # What came in the same second before the change must not pass for what came after it.
    assert "Last-Modified" not in early.headers
    assert (later.status_code, later.headers["Last-Modified"]) == (200, http_date(at + timedelta(seconds=1)))


def test_the_sites_feed_changes_at_midnight_at_the_latest(client: FlaskClient, clock: Clock) -> None:
    an_address()
    clock.at(NOW + timedelta(days=3))

    told = client.get("/calendar.ics").headers["Last-Modified"]

    assert told == http_date((NOW + timedelta(days=3)).replace(hour=0, minute=0))


@pytest.mark.parametrize("address", ["event", "personal"])
def test_a_feed_is_packed_on_request_and_reads_the_same(client: FlaskClient, address: str) -> None:
    address = an_address() if address == "event" else a_personal_address()

    plain, packed, again = client.get(address), client.get(address, headers=PACKED), client.get(address, headers=PACKED)

    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.data == again.data and len(packed.data) < len(plain.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_a_packed_answer_has_a_version_of_its_own_and_either_is_known(client: FlaskClient) -> None:
    address = an_address()
    plain, packed = (client.get(address, headers=headers).headers["ETag"] for headers in ({}, PACKED))

    assert plain != packed
    for asked in (plain, packed, f"W/{packed}"):
        for headers, etag in (({}, plain), (PACKED, packed)):
            again = client.get(address, headers={**headers, "If-None-Match": asked})
            assert (again.status_code, again.headers["ETag"], again.data) == (304, etag, b"")
            assert again.headers["Vary"] == "Accept-Encoding"
            assert "Content-Encoding" not in again.headers and "Content-Type" not in again.headers


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0"])
def test_nobody_gets_what_they_cannot_unpack(client: FlaskClient, encoding: str) -> None:
    answer = client.get(an_address(), headers={"Accept-Encoding": encoding})

    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


def test_a_program_that_chokes_on_gzip_is_spared_it_by_address_or_by_setting(
    client: FlaskClient, make_app: Callable[..., Flask]
) -> None:
    address = an_address()

    one = client.get(f"{address}?plain=1", headers=PACKED)
    other = make_app(COMPRESS_FEEDS=False).test_client().get(address, headers=PACKED)

    assert one.data == other.data and one.data.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize("headers", [{}, PACKED])
def test_head_answers_with_the_headers_of_get(client: FlaskClient, clock: Clock, headers: dict[str, str]) -> None:
    address = an_address()
    clock.at(LATER)

    got, head = client.get(address, headers=headers), client.head(address, headers=headers)

    told = [name for name, _value in got.headers if name != "X-Request-ID"]
    assert head.data == b"" and [name for name, _value in head.headers if name != "X-Request-ID"] == told
    assert all(head.headers[name] == got.headers[name] for name in told)


@pytest.mark.parametrize(
    ("address", "limit"), [(an_address, polling.PUBLIC_POLLS), (a_personal_address, polling.PERSONAL_POLLS)]
)
def test_a_program_that_asks_without_end_is_told_when_to_come_back(
    make_app: Callable[..., Flask],
    count_queries: Callable[[], Any],
    clock: Clock,
    address: Callable[[], str],
    limit: int,
) -> None:
    client, path = make_app(RATE_LIMITS=True).test_client(), address()
    clock.at(NOW.replace(minute=1, second=30))
    for _ in range(limit):
        assert polling.seconds_to_wait(path, "127.0.0.1", "Poller/1", is_personal=limit < 100, at=clock.now) == 0

    with count_queries() as queries:
        slowed = client.get(path, headers={"User-Agent": "Poller/1"})
    elsewhere = client.get(path, headers={"User-Agent": "Poller/1"}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    another = client.get(path, headers={"User-Agent": "Calendar/2"})
    clock.forward(timedelta(seconds=int(slowed.headers["Retry-After"])))
    later = client.get(path, headers={"User-Agent": "Poller/1"})

    assert (slowed.status_code, slowed.headers["Retry-After"], queries.count) == (429, "510", 0)
    assert slowed.headers["Cache-Control"] == "private, no-store"
    assert [answer.status_code for answer in (elsewhere, another, later)] == [200, 200, 200]


def test_polls_of_one_feed_leave_another_alone_and_pages_are_never_counted(
    make_app: Callable[..., Flask], clock: Clock
) -> None:
    client, one, other = make_app(RATE_LIMITS=True).test_client(), a_personal_address(), a_personal_address()

    answers = [client.get(one).status_code for _ in range(polling.PERSONAL_POLLS + 1)]

    assert set(answers[:-1]) == {200} and answers[-1] == 429
    assert client.get(other).status_code == 200
    assert client.get("/subscribe").status_code == 200


def test_a_household_is_one_asker_however_many_addresses_it_has(clock: Clock) -> None:
    assert limits.home("2001:db8::1") == limits.home("2001:db8::2:3") != limits.home("2001:db8:0:1::1")


def test_unknown_and_stopped_feeds_answer_without_a_trace_of_whose_they_were(client: FlaskClient) -> None:
    address = a_personal_address()
    db.session.add(RetiredToken(digest=digest("stopped" * 3), kind=TokenKind.FEED, retired_at=NOW))
    db.session.commit()

    answers = [client.get(f"/calendars/{token}.ics") for token in ("nobodys", address[11:20], "stopped" * 3)]

    assert [answer.status_code for answer in answers] == [404, 404, 410]
    for answer in answers:
        assert "ada" not in answer.text.lower() and "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert "Set-Cookie" not in answer.headers


def test_the_same_is_to_be_had_as_jcal(client: FlaskClient) -> None:
    for address in (an_address(sessions=2), a_personal_address()):
        plain, told = client.get(address), client.get(f"{address}?format=jcal", headers=PACKED)

        said = json.loads(gzip.decompress(told.data))
        assert told.headers["Content-Type"] == "application/calendar+json"
        assert told.headers["ETag"] != plain.headers["ETag"]
        assert icalendar.Calendar.from_jcal(said) == icalendar.Calendar.from_ical(plain.data)
        assert next(each[:3] for each in said[1] if each[0] == "name") == ["name", {}, "text"]
        for asked, status in ((told.headers["ETag"], 304), (plain.headers["ETag"], 200)):
            again = client.get(f"{address}?format=jcal", headers={"If-None-Match": asked})
            assert again.status_code == status


def test_scripts_of_any_page_may_read_a_public_feed_and_no_personal_one(client: FlaskClient) -> None:
    public, personal = (client.get(f"{each()}?format=jcal") for each in (an_address, a_personal_address))

    assert public.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in personal.headers


def test_an_act_that_waited_at_the_turnstile_is_stamped_when_it_is_written(client: FlaskClient, clock: Clock) -> None:
    event = an_event()
    entries.refresh(event, at=NOW)
    db.session.commit()
    address = f"/events/{event.slug}/calendar.ics"
    for title, began, written in (("Sooner", 20, 21), ("Later", 10, 30)):
        clock.at(NOW + timedelta(seconds=written))
        event.title = title
        entries.refresh(event, at=NOW + timedelta(seconds=began))
        db.session.commit()
        clock.forward(timedelta(seconds=5))
        answer = client.get(address)
        if title == "Sooner":
            since = answer.headers["Last-Modified"]

    assert client.get(address, headers={"If-Modified-Since": since}).status_code == 200
    assert client.get(address, headers={"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304


def test_words_that_mean_nothing_make_no_new_jcal(client: FlaskClient, app: Flask) -> None:
    address = an_address()

    for number in range(5):
        assert client.get(f"{address}?format=jcal&x={number}").status_code == 200

    assert len(app.extensions[kept.NAME]["jcal"]._things) == 1

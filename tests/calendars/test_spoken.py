"""A speaker's own feed, as calendar programs fetch it for years."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import vobject
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import tokens
from eventsvc.accounts.actors import SPEAKER, SYSTEM
from eventsvc.calendars import entries
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import rules
from eventsvc.programme.models import Appearance, Session
from tests.people import NOW, an_event
from tests.programme.speaking import HOUR, a_talk, card_of, feed_of, sam


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(join_url="https://example.org/join")


def shown(body: bytes) -> dict[str, str]:
    """Read a feed with two parsers, which must agree; return uids by title."""
    calendar = icalendar.Calendar.from_ical(body)
    one = {str(part["SUMMARY"]): str(part["UID"]) for part in calendar.walk("VEVENT")}
    other = {part.summary.value: part.uid.value for part in vobject.readOne(body.decode()).contents.get("vevent", [])}
    assert one == other
    return one


def publish(event: Event) -> None:
    rules.publish(event, by=SYSTEM, at=NOW, is_quiet=True)
    db.session.commit()


def test_it_shows_what_somebody_speaks_in_at_every_event_and_nothing_else(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event, title="Here"), a_talk(an_event(), 2, title="There"))
    sam(a_talk(event, 3, title="Of somebody else"), name="Ada")

    answer = client.get(feed_of(speaker))

    assert list(shown(answer.data)) == ["Here", "There"]
    assert answer.headers["Cache-Control"] == "private, no-cache" and answer.headers["X-Robots-Tag"] == "noindex"
    public = shown(client.get(f"/events/{event.slug}/calendar.ics").data)
    assert shown(answer.data)["Here"] == public["Here"]


def test_two_fetches_are_equal_bytes_and_the_second_need_not_be_sent(client: FlaskClient, event: Event) -> None:
    address = feed_of(sam(a_talk(event), a_talk(event, 2)))

    one, two = client.get(address), client.get(address)
    third = client.get(address, headers={"If-None-Match": one.headers["ETag"]})

    assert one.data == two.data
    assert (third.status_code, third.data, third.headers["ETag"]) == (304, b"", one.headers["ETag"])


@pytest.mark.parametrize("sessions", [1, 3])
def test_a_poll_that_finds_nothing_new_asks_one_question(
    client: FlaskClient, event: Event, count_queries: Callable[[], Any], sessions: int
) -> None:
    address = feed_of(sam(*(a_talk(event, hours) for hours in range(sessions))))
    etag = client.get(address).headers["ETag"]

    with count_queries() as queries:
        client.get(address, headers={"If-None-Match": etag})

    assert len(queries) == 1


def test_a_link_from_before_they_told_themselves_apart_goes_on(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event, title="Here"))
    speaker.feed_digest, speaker.feed_sealed = tokens.digest("an-old-one"), tokens.seal("an-old-one")
    db.session.commit()

    assert list(shown(client.get(feed_of(speaker)).data)) == ["Here"]


def test_the_link_to_join_is_in_it_until_it_is_struck_out_and_never_how_to_cancel_a_seat(
    client: FlaskClient, event: Event
) -> None:
    speaker = sam(a_talk(event, title="Here"))
    there = entry_of(client.get(feed_of(speaker)).data)
    rules.answer(db.session.scalars(sa.select(Appearance)).one(), comes=False, note="", by=SPEAKER, at=NOW)
    db.session.commit()
    gone = client.get(feed_of(speaker)).data

    assert there["URL"] == there["CONFERENCE"] == "https://example.org/join"
    assert "https://example.org/join" in there["DESCRIPTION"] and "You cannot come" in there["DESCRIPTION"]
    assert "To change or cancel" not in there["DESCRIPTION"]
    assert b"example.org/join" not in gone
    assert b"example.org/join" not in client.get(f"/events/{event.slug}/calendar.ics").data


def test_another_link_to_join_is_a_new_version(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    before = client.get(feed_of(speaker))
    event.join_url = "https://example.org/other"
    entries.refresh(event, at=NOW)
    db.session.commit()

    after = client.get(feed_of(speaker), headers={"If-None-Match": before.headers["ETag"]})

    assert entry_of(after.data)["CONFERENCE"] == "https://example.org/other"


def entry_of(body: bytes) -> Any:
    (part,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    return part


def test_its_page_has_a_way_for_each_program_and_a_code_for_the_telephone(client: FlaskClient, event: Event) -> None:
    page = client.get(card_of(sam(a_talk(event)))).text

    for way in ("webcal://", "calendar.google.com/calendar/r?cid=webcal%3A", "outlook.live.com", "outlook.office.com"):
        assert way in page
    assert "Thunderbird" in page and '<span class="qr"><svg' in page


def test_a_stopped_link_is_gone_also_after_the_next_letter_until_they_make_a_new_one(
    client: FlaskClient, event: Event
) -> None:
    speaker = sam(a_talk(event))
    old = feed_of(speaker)

    page = client.get(client.post(card_of(speaker, "/feed/stop")).location).text
    rules.invite(event, by=SYSTEM, at=NOW)
    db.session.commit()

    assert "The link has stopped." in page and "There is no link now." in page and "webcal://" not in page
    assert client.get(old).status_code == 410 and speaker.feed_digest is None
    client.post(card_of(speaker, "/feed"))
    assert client.get(old).status_code == 410
    assert client.get(feed_of(speaker)).status_code == 200


def test_a_new_version_of_the_programme_is_a_new_version_of_the_feed_and_a_draft_is_none(
    client: FlaskClient, event: Event
) -> None:
    session = a_talk(event, title="Here")
    address = feed_of(sam(session))
    before = client.get(address)

    slot = {"starts_at": session.starts_at + HOUR, "ends_at": session.ends_at + HOUR}
    rules.edit_session(session, slot, revision=session.revision, by=SYSTEM, at=NOW)
    db.session.commit()
    drafted = client.get(address)
    publish(event)
    after = client.get(address)

    assert drafted.headers["ETag"] == before.headers["ETag"]
    assert after.headers["ETag"] != before.headers["ETag"]
    start = icalendar.Calendar.from_ical(after.data).walk("VEVENT")[0]["DTSTART"].dt
    assert start == event.starts_at + HOUR


def test_whoever_is_new_in_a_session_or_has_left_it_sees_so_with_the_next_version(
    client: FlaskClient, event: Event
) -> None:
    first, second = a_talk(event, title="First"), a_talk(event, 2, title="Second")
    speaker = sam(first)
    address = feed_of(speaker)
    first.appearances.clear()
    second.appearances.append(Appearance(speaker=speaker))
    db.session.commit()

    assert list(shown(client.get(address).data)) == ["First"]
    publish(event)
    assert list(shown(client.get(address).data)) == ["Without you: First", "Second"]


def test_whoever_declined_sees_it_struck_out_and_a_cancelled_session_says_so(client: FlaskClient, event: Event) -> None:
    first, second = a_talk(event, title="First"), a_talk(event, 2, title="Second")
    speaker = sam(first, second)
    before = client.get(feed_of(speaker)).headers["ETag"]
    part = db.session.scalars(sa.select(Appearance).where(Appearance.session_id == first.id)).one()
    rules.answer(part, comes=False, note="", by=SPEAKER, at=NOW)
    rules.cancel_session(second, by=SYSTEM, at=NOW)
    publish(event)

    answer = client.get(feed_of(speaker))

    assert list(shown(answer.data)) == ["Without you: First", "Cancelled: Second"] and answer.headers["ETag"] != before


def test_a_draft_shows_nothing(client: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    event.status = Status.DRAFT
    db.session.commit()

    assert shown(client.get(feed_of(speaker)).data) == {}


def test_a_link_that_was_replaced_is_gone_and_one_that_never_was_is_not_found(
    client: FlaskClient, event: Event
) -> None:
    speaker = sam(a_talk(event))
    old = feed_of(speaker)
    rules.replace_card_feed(speaker, by=SYSTEM, at=NOW + timedelta(hours=1))
    db.session.commit()

    assert client.get(old).status_code == 410
    assert client.get(feed_of(speaker)).status_code == 200
    assert client.get("/calendars/guessed.ics").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Session)) == 1
